"""What a layout, its choices made or not, already says of a file: that is not looked for, and not asked again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cpm_warehouse.contracts import Column, Contract
from cpm_warehouse.errors import CpmError
from cpm_warehouse.layouts.layout import Layout, Text
from cpm_warehouse.layouts.loading import begun_layout, is_choice, read_layout_yaml


@dataclass(frozen=True)
class Given:
    """One layout: `said` is what it says, without what is still to be chosen; `layout` is that, read.

    Nothing is said where no layout was given.
    """

    said: Mapping[str, Any] = field(default_factory=dict)
    layout: Layout = field(default_factory=lambda: Layout("none"))

    def says(self, *keys: str) -> bool:
        """Whether a key, or a key of a key, has a value."""
        found: Any = self.said
        for key in keys:
            if not isinstance(found, Mapping) or key not in found:
                return False
            found = found[key]
        return True

    def of_rows(self) -> "Given":
        """What is said of a workbook, as it holds of its rows written as CSV."""
        said = {key: value for key, value in self.said.items() if key != "text"}
        return Given(said | {"text": {"delimiter": ",", "quote": '"'}}, replace(self.layout, text=Text()))

    def column(self, name: str) -> Mapping[str, Any]:
        """What is said of a column of the contract."""
        found = [one for one in self.said.get("columns") or () if one["name"] == name]
        return found[0] if found else {}

    def nothing_of(self, column: Column | None) -> frozenset[str]:
        """Words for nothing in a column of the contract, in small letters."""
        said = self.layout.column(column.name).nothing if column else None
        return frozenset(word.casefold() for word in (self.layout.nothing if said is None else said))

    @property
    def in_file(self) -> Mapping[str, Sequence[str]]:
        """What the file calls columns of the contract."""
        return {one.name: one.in_file for one in self.layout.columns if "in_file" in self.column(one.name)}

    @property
    def not_in_file(self) -> frozenset[str]:
        """Columns of the contract that the file has not."""
        said = {one.name: self.column(one.name) for one in self.layout.columns}
        return frozenset(name for name, keys in said.items() if "constant" in keys or keys.get("empty") is True)


def read_given(path: Path, contract: Contract, provider: str, file_name: str) -> Given:
    """Read the layout that is for a file of that name; of several, the last.

    Raises CpmError where it is of another extract, or says what a layout cannot say.
    """
    raw = read_layout_yaml(path)
    layouts = raw.get("layouts") if isinstance(raw, dict) else None
    if not isinstance(layouts, list) or not layouts:
        raise CpmError(f"{path}: has no layouts; `cpm profile` without --layout writes one")
    if (raw.get("provider"), raw.get("extract")) != (provider, contract.extract):
        raise CpmError(
            f"{path}: is of {raw.get('provider')}/{raw.get('extract')}, not of {provider}/{contract.extract}; name"
            " the layout that is for the file"
        )
    found = begun_layout(path, raw, contract)
    number = next(
        (place for place in reversed(range(len(found.layouts))) if found.layouts[place].is_for(file_name)), -1
    )
    said = _without_choices(layouts[number])
    assert isinstance(said, dict)
    return Given(said, found.layouts[number])


def _without_choices(raw: Any) -> Any:
    """What is decided; a list in which something is not decided is itself not."""
    if isinstance(raw, dict):
        return {key: _without_choices(value) for key, value in raw.items() if not is_choice(value)}
    if isinstance(raw, list):
        return [_without_choices(one) for one in raw]
    return raw
