"""Reads the layouts of a folder: one YAML a provider and extract, with one layout or several.

What nobody but who knows the file can decide stands as `{choose: [...], why: ...}` in place of a value; nothing
lands by such a layout until one of them is written there.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from cpm_warehouse.contracts import Contract
from cpm_warehouse.declared import read_yaml, schema_of, validated
from cpm_warehouse.errors import CpmError, RefusalError
from cpm_warehouse.layouts.layout import Layout, LayoutFile

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LAYOUTS = Path("extracts/layouts")
SCHEMA = LAYOUTS / "schema.json"
# Beside the submissions, in a directory of extracts that lies elsewhere.
BESIDE = "_layouts"
CHOOSE = {"choose", "why"}
NO_OPTION = object()
WHOLE_NUMBERS = {"bigint", "ubigint"}


@dataclass(frozen=True)
class Choice:
    """A place of a layout where only who knows the file can say what belongs there."""

    place: str
    options: tuple[Any, ...]
    why: str

    def __str__(self) -> str:
        """Say what is to be chosen from."""
        options = " or ".join(json.dumps(option, default=str, ensure_ascii=False) for option in self.options)
        return f"{self.place}: is still to be chosen: {options or 'write a value'} ({self.why})"


class Layouts:
    """Every layout of a folder. One that cannot be used refuses the submissions that it is for, and no others."""

    def __init__(self, files: Mapping[tuple[str, str], LayoutFile | CpmError] | None = None) -> None:
        self._files = files or {}

    def of_file(self, provider: str, extract: str, period: str, file_name: str) -> Layout | None:
        """Return the layout of a file; None where it looks as the contract has it.

        Raises RefusalError where the layouts of the extract cannot be used, or two are for the file.
        """
        found = self._files.get((provider, extract))
        if found is None:
            return None
        if isinstance(found, CpmError):
            raise RefusalError("layout_not_usable", str(found)) from found
        holding = [layout for layout in found.layouts if layout.holds_for(period, file_name)]
        if len(holding) > 1:
            names = " and ".join(f"'{layout.name}'" for layout in holding)
            raise RefusalError(
                "layout_not_usable", f"{file_name}: layouts {names} are both for it; correct their files or months"
            )
        return holding[0] if holding else None


def find_folder(extracts: Path, given: Path | None) -> Path:
    """Return the one folder whose layouts hold: the one given, or beside the submissions, or in the project."""
    if given is not None:
        if not given.is_dir():
            raise CpmError(f"{given}: no such directory of layouts; name one that has <provider>/<extract>.yml")
        return given
    return extracts / BESIDE if (extracts / BESIDE).is_dir() else LAYOUTS


def load_layouts(folder: Path, contracts: Mapping[str, Contract]) -> Layouts:
    """Read every layout of a folder, `<provider>/<extract>.yml`.

    Raises CpmError where a file lies in no provider's folder or is named after no extract: it would never be used.
    """
    files: dict[tuple[str, str], LayoutFile | CpmError] = {}
    for path in sorted(folder.rglob("*.y*ml")):
        provider, extract = path.parent.name, path.stem
        contract = contracts.get(extract)
        if (
            path.parent.parent != folder
            or path.suffix != ".yml"
            or not contract
            or provider not in contract.providers
        ):
            raise CpmError(
                f"{path}: is no layout of an extract; name it <provider>/<extract>.yml, as contracts do"
            )
        try:
            files[provider, extract] = load_layout_file(path, contract)
        except CpmError as error:
            files[provider, extract] = error
    return Layouts(files)


def load_layout_file(path: Path, contract: Contract) -> LayoutFile:
    """Read the layouts of one provider's extract.

    Raises CpmError, naming the file, the key, what is wrong and what to write; also where a choice is open.
    """

    def wrong(what: str) -> CpmError:
        return _wrong(path, what)

    raw = read_layout_yaml(path)
    if choices := list(open_choices(raw)):
        more = f" (and {len(choices) - 1} more)" if choices[1:] else ""
        raise CpmError(f"{path}: {choices[0]}{more}; write one in its place")
    found = _read(raw, contract, wrong)
    if (found.provider, found.extract) != (path.parent.name, path.stem):
        raise wrong(
            f"is of {found.provider}/{found.extract}, in a file called {path.parent.name}/{path.stem}; give"
            " both the same names"
        )
    return found


def begun_layout(path: Path, raw: Any, contract: Contract) -> LayoutFile:
    """Read layouts of which some choices are still open, as if the first of each were taken.

    Raises CpmError as `load_layout_file` does, but not for a choice, and whatever the file is called.
    """
    return _read(_with_first(raw), contract, lambda what: _wrong(path, what))


def _read(raw: Any, contract: Contract, wrong: Callable[[str], CpmError]) -> LayoutFile:
    found = validated(raw, _reader(), wrong, "a layout")
    for layout in found.layouts:
        for what in _not_of_contract(layout, contract):
            raise wrong(f"layouts '{layout.name}' {what}")
    return found


def _wrong(path: Path, what: str) -> CpmError:
    return CpmError(f"{path}: {what}; {SCHEMA} says what a layout has")


def read_layout_yaml(path: Path) -> Any:
    """Read a file of layouts as it is, choices that are open among it. Raises CpmError where it is no YAML."""
    return read_yaml(path, AsWritten, lambda what: _wrong(path, what))


def is_choice(raw: Any) -> bool:
    """Whether a value of a file of layouts is a choice that is still open."""
    return isinstance(raw, dict) and "choose" in raw and set(raw) <= CHOOSE


def _with_first(raw: Any) -> Any:
    """Layouts with the first option of each choice; what has none is left out."""
    if isinstance(raw, dict):
        taken = {key: _first(value) if is_choice(value) else value for key, value in raw.items()}
        return {key: _with_first(value) for key, value in taken.items() if value is not NO_OPTION}
    if isinstance(raw, list):
        return [_with_first(_first(one) if is_choice(one) else one) for one in raw]
    return raw


def _first(choice: dict[str, Any]) -> Any:
    options = _options(choice)
    return options[0] if options else NO_OPTION


def _options(choice: dict[str, Any]) -> list[Any]:
    return choice["choose"] if isinstance(choice["choose"], list) else [choice["choose"]]


def open_choices(raw: Any, place: str = "") -> Iterator[Choice]:
    """Yield each choice of a file of layouts that is still open."""
    if is_choice(raw):
        yield Choice(place, tuple(_options(raw)), str(raw.get("why") or "the file does not tell"))
        return
    parts: list[tuple[str, Any]] = []
    if isinstance(raw, dict):
        parts = [(str(key), value) for key, value in raw.items()]
    if isinstance(raw, list):
        names = [one.get("name") if isinstance(one, dict) else None for one in raw]
        parts = [(f"'{name}'" if name else str(number), raw[number]) for number, name in enumerate(names)]
    for key, value in parts:
        yield from open_choices(value, f"{place} {key}".strip())


def layout_of(said: Mapping[str, Any]) -> Layout:
    """Make a layout of what `Layout.as_json` says, as the register of submissions has it."""
    return _layout_reader().validate_json(json.dumps(said), strict=True)


def layout_schema() -> str:
    """What a file of layouts has, as JSON Schema: editors read it."""
    return schema_of(_reader())


class AsWritten(yaml.CSafeLoader):
    """YAML of which nothing is guessed: `Yes` is a text, `0123` too, and `2021-07-01`.

    Keys are texts as they are written, and none stands twice.
    """


def _mapping(loader: AsWritten, node: yaml.MappingNode) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise yaml.YAMLError(f"line {key.start_mark.line + 1}: a key is no text")
        if key.value in found:
            raise yaml.YAMLError(f"line {key.start_mark.line + 1}: '{key.value}' stands twice")
        found[key.value] = loader.construct_object(value, deep=True)
    return found


AsWritten.yaml_implicit_resolvers = {}
AsWritten.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"(null|~|)$"), ["n", "~", ""])
AsWritten.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"(true|false)$"), ["t", "f"])
AsWritten.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"-?(0|[1-9][0-9]*)$"), [*"-0123456789"])
AsWritten.add_constructor("tag:yaml.org,2002:map", _mapping)


@cache
def _reader() -> "TypeAdapter[LayoutFile]":
    """What pydantic makes of the classes above, when it is first asked."""
    from pydantic import TypeAdapter

    return TypeAdapter(LayoutFile)


@cache
def _layout_reader() -> "TypeAdapter[Layout]":
    from pydantic import TypeAdapter

    return TypeAdapter(Layout)


def _not_of_contract(layout: Layout, contract: Contract) -> Iterator[str]:
    """Yield what a layout says that its contract does not bear."""
    kinds = {"instants": {"timestamp"}, "dates": {"date"}, "numbers": WHOLE_NUMBERS}
    for described in layout.columns:
        place = f"columns '{described.name}'"
        if described.name not in contract.names:
            yield f"{place}: is no column of {contract.extract}; it has {', '.join(contract.names)}"
            continue
        column = contract.column(described.name)
        for key, types in kinds.items():
            if getattr(described, key) is not None and column.type not in types:
                yield f"{place} {key}: means nothing, as its type is {column.type}; take it out"
        if described.separator != ";" and column.type != "varchar[]":
            yield f"{place} separator: means nothing, as its type is {column.type}; take it out"
        if described.empty and not column.nullable:
            yield f"{place} empty: the contract has a value in every row; write in_file or constant"
