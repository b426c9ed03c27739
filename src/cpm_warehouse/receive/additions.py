"""Says which rows make unknown codes known, and into which file they go."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cpm_warehouse.contracts import PROJECT_ROWS, Contract, SeedColumns, seed_path
from cpm_warehouse.receive.codes import OWN
from cpm_warehouse.receive.journal import read_journal
from cpm_warehouse.receive.unknown import Unknown


@dataclass(frozen=True)
class Addition:
    """Rows for one file: its header, and a row for each code.

    What only the reader can say stands in a row as the values that are allowed, between bars, or is empty: neither
    can land unseen. `note` says what the file must have besides.
    """

    file: Path
    header: str
    rows: Sequence[str]
    note: str


def additions(
    unknown: Iterable[Unknown], lake: Path, extracts: Path, contracts: Mapping[str, Contract]
) -> Iterator[Addition]:
    """Yield the rows to add, by list and month. Of a code that two lists could have, they are for the first."""
    own = {contract.own_list_of: contract for contract in contracts.values() if contract.own_list_of}
    landed = read_journal(lake).submissions
    by_file: dict[tuple[str, str | None], list[Unknown]] = defaultdict(list)
    for one in unknown:
        if not one.is_identity:
            by_file[one.lists[0], one.list_month].append(one)
    for (seed, list_month), ones in by_file.items():
        contract = own.get(seed)
        if contract is None:
            path = seed_path(seed)
            header = path.read_text(encoding="utf-8").splitlines()[0]
            rows = [_line([one.code, *[""] * header.count(",")]) for one in ones]
            yield Addition(
                path,
                header,
                rows,
                "of the Smart Energy Code; ask first what is meant: a row here edits the project",
            )
            continue
        month = list_month or min(one.first_month for one in ones)
        folder = extracts / OWN / contract.extract / month
        counted = [
            int(entry["version"])
            for entry in landed.values()
            if (entry["extract"], entry["period"]) == (contract.extract, month)
        ]
        begun = [int(path.name[1:]) for path in folder.glob("v*") if path.name[1:].isdigit()]
        columns = [*contract.key, *contract.meaning, PROJECT_ROWS]
        yield Addition(
            folder / f"v{max([*counted, *begun], default=0) + 1}" / f"{contract.extract}.csv",
            _line(columns),
            [_line([one.code, *(_choices(contract, one, name) for name in columns[1:])]) for one in ones],
            f"with the rows of {contract.extract}/{OWN}/{month}/v{max(counted)}"
            if list_month
            else "a new own list",
        )


def _choices(contract: Contract, one: Unknown, name: str) -> str:
    """What a column of a row may say."""
    column = contract.column(name)
    if name == PROJECT_ROWS and one.keeps_project is not None:
        return "kept" if one.keeps_project else "replaced"
    if column.type == "boolean":
        return "true|false"
    return "" if isinstance(column.allowed, SeedColumns) else "|".join(column.known)


def _line(cells: Sequence[str]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="").writerow(cells)
    return written.getvalue()
