"""The command `cpm profile`: reads a file, says what is in it, and writes a layout to complete."""

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory

from cpm_warehouse.contracts import Contract
from cpm_warehouse.duck import connect
from cpm_warehouse.errors import CpmError, one_line
from cpm_warehouse.layouts.columns import same_name
from cpm_warehouse.layouts.loading import BESIDE, LAYOUTS, open_choices, read_layout_yaml
from cpm_warehouse.publish.withholding import without_devices
from cpm_warehouse.receive.profiling.given import Given, read_given
from cpm_warehouse.receive.profiling.names import match_names
from cpm_warehouse.receive.profiling.opening import open_file
from cpm_warehouse.receive.profiling.seen import Seen
from cpm_warehouse.receive.profiling.telling import tell
from cpm_warehouse.receive.profiling.values import Values, count_repeated, count_values
from cpm_warehouse.receive.profiling.writing import layout_text

TRIED = 12
# How well a column fits of which it is only known that it has few values.
FEW = 0.1
# A truth value, its opposite, and what is neither.
MOST_TRUTHS = 3
# Of a month there are many instants where there are so many times fewer than of the fullest.
MANY = 10


def profile(
    path: Path,
    contracts: Mapping[str, Contract],
    *,
    extract: str,
    provider: str | None,
    layout: Path | None,
    out: Path | None,
    say: Callable[[str], None],
) -> Path:
    """Say what is in a file and write a layout of it to complete; returns where it lies.

    Raises CpmError, naming the file and what to do, where it cannot be read or the layout is there already.
    """
    for one in (path, layout):
        if one and not one.is_file():
            raise CpmError(f"{one}: no such file; name one that is there")
    contract = _contract(contracts, extract)
    provider = _provider(contract, provider)
    target = out or LAYOUTS / provider / f"{extract}.yml"
    if target.exists():
        raise CpmError(f"{target}: is there already and stays as it is; name another file with --out")
    given = read_given(layout, contract, provider, path.name) if layout else Given()
    seen = _look(path, contracts, contract, provider, given)
    for line in tell(seen):
        say(one_line(without_devices(line)))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(layout_text(seen, path.name), encoding="utf-8")
    choices = list(open_choices(read_layout_yaml(target)))
    say(one_line(f"{target}: a layout with {len(choices)} choices to make"))
    for choice in choices:
        say(one_line(without_devices(f"  {choice}")))
    for line in _next(path, seen, target):
        say(line)
    return target


def _contract(contracts: Mapping[str, Contract], extract: str) -> Contract:
    if extract not in contracts:
        near = get_close_matches(extract, contracts, n=1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise CpmError(f"'{extract}' is no extract; {meant}there are {', '.join(contracts)}")
    return contracts[extract]


def _provider(contract: Contract, provider: str | None) -> str:
    if provider in contract.providers:
        return str(provider)
    if provider is None and len(contract.providers) == 1:
        return contract.providers[0]
    said = "more than one provider sends" if provider is None else f"'{provider}' is no provider of"
    raise CpmError(f"{said} {contract.extract}; name one with --provider: {', '.join(contract.providers)}")


def _look(path: Path, contracts: Mapping[str, Contract], contract: Contract, provider: str, given: Given) -> Seen:
    with TemporaryDirectory(prefix="cpm_profile_") as scratch, connect() as connection:
        connection.execute("set preserve_insertion_order = true")
        opened = open_file(connection, path, contract, given, Path(scratch))
        if not opened.rows and not contract.may_be_empty:
            raise CpmError(f"{path}: has names of columns and no rows; name a file that has some")
        matched = match_names(contract, opened.header, given)
        if not matched.places and (better := _better(contracts, contract, opened.header)):
            raise CpmError(
                f"{path}: has no column of {contract.extract}, and {better[1]} of {better[0]};"
                f" say --extract {better[0]}"
            )
        values = {
            name: count_values(connection, place, contract.column(name), given)
            for name, place in matched.places.items()
        }
        tried: dict[str, dict[int, Values]] = {}
        for name in matched.missing:
            by_name = matched.candidates[name]
            places = [*by_name, *(place for place in matched.unmatched if place not in by_name)]
            counted = {
                place: count_values(connection, place, contract.column(name), given)
                for place in places
                if opened.header[place].strip()
            }
            tried[name] = _fitting(contract, name, counted, by_name)
        others = {place: count_values(connection, place, None) for place in matched.unmatched}
        key = [matched.places.get(name) for name in contract.key]
        whole = [place for place in key if place is not None]
        repeated = count_repeated(connection, whole) if len(whole) == len(key) else None
    return Seen(contract, provider, opened, matched, values, tried, others, repeated, given)


def _fitting(
    contract: Contract, name: str, counted: Mapping[int, Values], by_name: Sequence[int]
) -> dict[int, Values]:
    """Candidates of a column, likeliest first: of a name like it, else of values that it may have."""
    column = contract.column(name)

    def share(values: Values) -> float:
        if not values.filled:
            return 0.0
        if column.type in {"timestamp", "date"}:
            return max(values.formats.values(), default=0) / values.filled
        if column.pattern or column.type in {"bigint", "ubigint"}:
            return values.fitting / values.filled
        if column.known:
            # Codes may be called otherwise in the file: then they are about as few.
            listed = 1 - min(sum(values.unknown.values()) / values.filled, 1)
            return listed or (FEW if values.distinct <= 2 * len(column.known) else 0)
        if column.type == "boolean":
            return 1.0 if values.distinct <= MOST_TRUTHS else 0.0
        return 0.5

    shares = {place: share(values) for place, values in counted.items()}
    found = [place for place in by_name if shares[place] > 0 or not counted[place].filled]
    if not found:
        found = sorted((place for place in counted if shares[place] > 0), key=lambda place: -shares[place])
    return {place: counted[place] for place in found[:TRIED]}


def _better(
    contracts: Mapping[str, Contract], contract: Contract, header: Sequence[str]
) -> tuple[str, int] | None:
    """The extract of which a header names most columns, where there is one of which it names two or more."""
    names = {same_name(name) for name in header}
    scores = {
        one.extract: len(names & {same_name(name) for name in one.names})
        for one in contracts.values()
        if one is not contract
    }
    best = max(scores, key=lambda name: scores[name])
    return (best, scores[best]) if scores[best] > 1 else None


def _next(path: Path, seen: Seen, target: Path) -> list[str]:
    """The commands that follow: lay out the file, lay the layout where landing finds it, judge."""
    contract = seen.contract
    place = path.resolve().parent
    if [*place.parts[-4:-2]] == [seen.provider, contract.extract]:
        lines, extracts = [], place.parents[3]
    else:
        extracts = Path("my_extracts")
        folder = extracts / seen.provider / contract.extract / _month(seen) / "v1"
        name = (
            path.name
            if path.name.endswith(seen.opened.suffix)
            else f"{path.name.split('.')[0]}{seen.opened.suffix}"
        )
        name = "".join(letter if letter.isprintable() else "_" for letter in name)
        lines = [
            f"mkdir -p {_typed(folder)}",
            f"cp {_typed(path)} {_typed(folder / name)}",
        ]
    if not target.resolve().is_relative_to(LAYOUTS.resolve()):
        beside = extracts / BESIDE / seen.provider / f"{contract.extract}.yml"
        if target.resolve() != beside.resolve():
            lines.append(f"mkdir -p {_typed(beside.parent)}")
            lines.append(f"cp {_typed(target)} {_typed(beside)}")
    lines.append(f"cpm land --extracts {_typed(extracts)} --lake lake/trial --dry-run")
    return ["next, with the choices made:", *(f"  {line}" for line in lines)]


def _typed(path: Path) -> str:
    """A path as bash takes it; one that is no text by its bytes."""
    if str(path).isprintable():
        return shlex.quote(str(path))
    bytes_of = "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b"'\\" else f"\\x{byte:02x}" for byte in os.fsencode(path)
    )
    return f"$'{bytes_of}'"


def _month(seen: Seen) -> str:
    """The month of most instants that the contract has within its month; of others, the last that has many."""
    rules = seen.contract.period
    for name in sorted(rules, key=lambda name: rules[name] != "within"):
        values = seen.counted.get(name)
        if values and values.formats:
            form = max(values.formats, key=lambda form: values.formats[form])
            months = values.months[form]
            if rules[name] == "within":
                return max(months, key=lambda month: months[month])
            # Of the month after there may be some: by the clock of London, or changed before the export.
            return max(month for month in months if months[month] * MANY >= max(months.values()))
    return "YYYY-MM"
