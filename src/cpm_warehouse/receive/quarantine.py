"""Finds the rows of a submission that break a rule, and keeps them aside with their text and reason."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import Contract
from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import CpmError
from cpm_warehouse.receive.checks import Check
from cpm_warehouse.receive.reading import PARQUET, Fault

COLUMNS = {
    "submission_key": "varchar",
    "extract": "varchar",
    "provider": "varchar",
    "period": "varchar",
    "version": "integer",
    "file": "varchar",
    "line": "bigint",
    "text": "varchar",
    "rule_id": "varchar",
    "rule_ids": "varchar",
    "reason": "varchar",
    "received_at": "timestamp",
}
BATCH = 20_000

# Rules and reason of each staged row at fault, counted from 0.
RowFaults = dict[int, tuple[tuple[str, ...], str]]


@dataclass(frozen=True)
class Repeats:
    """Rows that share a key: how many repeat another exactly, and which differ, by file."""

    repeated: int
    conflicts: Mapping[Path, Sequence[int]]


def count_faulty(
    connection: duckdb.DuckDBPyConnection, path: Path, checks: Sequence[Check]
) -> tuple[int, RowFaults]:
    """Count the rows of a staged file that break any of the checks; returns the first of them too."""
    if not checks:
        return 0, {}
    found = connection.execute(
        f"select count(*), min(file_row_number) from {_read(path)} where {_any(checks)}"
    ).fetchone()
    assert found is not None
    count, first = found
    return count, find_faulty(connection, path, checks, Counter(), row=first) if count else {}


def find_faulty(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    checks: Sequence[Check],
    counts: Counter[int],
    *,
    row: int | None = None,
) -> RowFaults:
    """Find the rows of a staged file that break any of the checks, or look at one; adds to the count of each."""
    if not checks:
        return {}
    broken = ", ".join(f"case when {check.condition} then {number} end" for number, check in enumerate(checks))
    reasons = ", ".join(f"case when {check.condition} then {check.reason} end" for check in checks)
    found = connection.execute(
        f"select file_row_number, list_filter([{broken}], number -> number is not null),"
        f" concat_ws('; ', {reasons})"
        f" from {_read(path)} where ({_any(checks)}){'' if row is None else f' and file_row_number = {row}'}"
    ).fetchall()
    for _, numbers, _ in found:
        counts.update(numbers)
    return {
        row: (tuple(dict.fromkeys(checks[number].rule_id for number in numbers)), reason)
        for row, numbers, reason in found
    }


def find_repeats(connection: duckdb.DuckDBPyConnection, files: Sequence[Path], contract: Contract) -> Repeats:
    """Find the rows of all files of a submission that share a key.

    Keys are long, so rows are grouped by a hash of theirs first, and only rows that share one are compared.
    """
    key = ", ".join(quoted(name) for name in contract.key)
    same = " and ".join(
        f"suspected.{quoted(name)} is not distinct from repeated.{quoted(name)}" for name in contract.key
    )
    content = ", ".join(f"{quoted(name)} := suspected.{quoted(name)}" for name in contract.names)
    listed = ", ".join(literal(path) for path in files)
    found = connection.execute(
        f"""
        with staged as not materialized (
            from read_parquet([{listed}], filename = true, file_row_number = true, hive_partitioning = false)
        ),
        suspected as materialized (
            from staged
            where hash({key}) in (select hash({key}) as key_hash from staged group by key_hash having count(*) > 1)
        ),
        repeated as (
            select {key}, row_number() over () as key_number
            from (select {key} from suspected group by {key} having count(*) > 1)
        ),
        repeats as (
            select key_number, filename, file_row_number, struct_pack({content}) as content
            from suspected inner join repeated on {same}
        ),
        keys as (
            select
                key_number,
                count(*) - count(distinct content) as repeated_rows,
                count(distinct content) > 1 as differ
            from repeats group by key_number
        )
        select filename, file_row_number, differ, repeated_rows, key_number
        from repeats inner join keys using (key_number)
        """
    ).fetchall()
    conflicts: dict[Path, list[int]] = {path: [] for path in files}
    for filename, row, differ, _, _ in found:
        if differ and contract.key_is_unique:
            conflicts[Path(filename)].append(row)
    by_key = {key_number: rows for *_, rows, key_number in found}
    return Repeats(sum(by_key.values()), conflicts)


def check_counts(checks: Sequence[Check], counted: Sequence[int], counts: Counter[int]) -> None:
    """Check that SQL found what Great Expectations found. Raises CpmError where the two disagree."""
    for number, (check, expected) in enumerate(zip(checks, counted, strict=True)):
        if counts[number] != expected:
            raise CpmError(
                f"rule {check.rule_id} ({check.condition}): Great Expectations found {expected} rows, SQL"
                f" {counts[number]}; the two forms of the check disagree, which is a fault of the warehouse"
            )


def check_repeats(repeats: Repeats, expected: bool) -> None:
    """Check that Great Expectations saw that keys repeat where SQL found some; raises CpmError where it did not.

    The other way round it proves nothing: Great Expectations compares hashes, which two keys can share.
    """
    if not expected and (repeats.repeated or any(repeats.conflicts.values())):
        raise CpmError(
            "rule key_conflict: SQL found keys that repeat, Great Expectations none; the two forms of the check"
            " disagree, which is a fault of the warehouse"
        )


def write_quarantine(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    faults: Iterable[Fault],
    *,
    submission: Mapping[str, object],
    file: str,
) -> int:
    """Write the faults of a file as Parquet; returns how many there were."""
    connection.execute(f"create or replace temp table quarantine ({_definitions()})")
    fixed = [submission[name] for name in ("submission_key", "extract", "provider", "period", "version")]
    written = 0
    for batch in _batches(faults):
        connection.execute(
            "insert into quarantine select $1, $2, $3, $4, $5, $6, unnest($7::bigint[]),"
            " unnest($8::varchar[]), unnest($9::varchar[]), unnest($10::varchar[]), unnest($11::varchar[]),"
            " cast($12 as timestamp)",
            [
                *fixed,
                file,
                [fault.line for fault in batch],
                [fault.text for fault in batch],
                [fault.rule_ids[0] for fault in batch],
                [",".join(fault.rule_ids) for fault in batch],
                [fault.reason for fault in batch],
                submission["received_at"],
            ],
        )
        written += len(batch)
    path.parent.mkdir(exist_ok=True)
    connection.execute(f"copy (from quarantine order by line) to {literal(path)} ({PARQUET})")
    return written


def write_empty_quarantine(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Write a quarantine without rows, which gives readers its columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = ", ".join(f"cast(null as {kind}) as {name}" for name, kind in COLUMNS.items())
    connection.execute(f"copy (select {columns} where false) to {literal(path)} (format parquet)")


def _definitions() -> str:
    return ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())


def _read(path: Path) -> str:
    return f"read_parquet({literal(path)}, file_row_number = true, hive_partitioning = false)"


def _any(checks: Sequence[Check]) -> str:
    return " or ".join(f"({check.condition})" for check in checks)


def _batches(faults: Iterable[Fault]) -> Iterator[list[Fault]]:
    left = iter(faults)
    while batch := list(islice(left, BATCH)):
        yield batch
