"""Finds rows that the submission of another month has too.

A row belongs to its month in UTC or in London (LND-08), so that both months may send what happened in the hour by
which the two calendars differ. Models count each submission: the row that came second is kept aside.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import Contract
from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import DamageError
from cpm_warehouse.receive.checks import month_bounds
from cpm_warehouse.receive.codes import rows_of
from cpm_warehouse.receive.journal import Event
from cpm_warehouse.receive.reading import Staged
from cpm_warehouse.receive.verifying import REPAIR, place_of

IN_TWO_MONTHS = "row_in_two_months"


def sent_in_two_months(
    connection: duckdb.DuckDBPyConnection,
    staged: Sequence[Staged],
    contract: Contract,
    period: str,
    lake: Path,
    landed: Iterable[Event],
) -> Sequence[Mapping[int, str]]:
    """Find the rows of each staged file whose key the month before or after has too, with the reason of each.

    `landed` are the register entries of the same provider and extract. Where rows may share their key, models
    say which of them count. Raises DamageError where the rows of the other month cannot be read.
    """
    found: list[dict[int, str]] = [{} for _ in staged]
    if not contract.key_is_unique:
        return found
    latest = _latest(landed)
    for name, rule in contract.period.items():
        if rule != "within" or contract.column(name).type != "timestamp":
            continue
        for month, first, after in _edges(contract, name, period):
            there = _files(lake, latest.get(month))
            for number, file in enumerate(staged if there else ()):
                try:
                    rows = _in_both(connection, file, there, contract.key, name, first, after)
                except duckdb.Error as error:
                    said = f"the files of {latest[month]['submission_key']} cannot be read"
                    raise DamageError(f"{lake}: {said} ({str(error).splitlines()[0]}); {REPAIR}") from error
                why = f"{latest[month]['submission_key']} has a row with the same {', '.join(contract.key)}"
                found[number] |= dict.fromkeys(rows, why)
    return found


def _latest(landed: Iterable[Event]) -> dict[str, Event]:
    """The version of each month that counts."""
    return {entry["period"]: entry for entry in sorted(landed, key=lambda entry: int(entry["version"]))}


def _edges(contract: Contract, name: str, period: str) -> Iterator[tuple[str, date, date]]:
    """Yield the month before and the month after with the span of time that is of both, where there is one."""
    year, month = (int(part) for part in period.split("-"))
    for shift, starting in ((-1, 0), (1, 1)):
        other, later = ((year * 12 + month - 1 + by) for by in (shift, starting))
        first, _ = month_bounds(contract.column(name), _named(later))
        after = datetime(later // 12, later % 12 + 1, 1)
        if first != after:
            yield _named(other), first, after


def _named(months: int) -> str:
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def _files(lake: Path, entry: Event | None) -> list[Path]:
    """Files of the accepted rows of a submission; none of one that a dry run judged and did not write."""
    files = [lake / place_of(entry) / file["name"] for file in rows_of(entry)] if entry else []
    return [path for path in files if path.exists()]


def _in_both(
    connection: duckdb.DuckDBPyConnection,
    file: Staged,
    there: Sequence[Path],
    key: Sequence[str],
    name: str,
    first: date,
    after: date,
) -> list[int]:
    is_at_the_edge = " and ".join(
        f"{quoted(name)} {sign} {literal(str(bound))}::timestamp" for sign, bound in ((">=", first), ("<", after))
    )
    others = f"read_parquet([{', '.join(map(literal, there))}], hive_partitioning = false)"
    same = " and ".join(f"here.{quoted(one)} is not distinct from there.{quoted(one)}" for one in key)
    rows = connection.execute(
        f"select file_row_number from (from {file.relation} where {is_at_the_edge}) as here"
        f" where exists (select 1 from (from {others} where {is_at_the_edge}) as there where {same})"
    ).fetchall()
    return [row for (row,) in rows]
