"""Finds the rows of a submission that break a rule, and keeps them aside with their text and reason."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import duckdb

from cpm_warehouse.duck import literal
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


def check_counts(checks: Sequence[Check], counted: Mapping[int, int], found: Counter[int]) -> None:
    """Check that as many rows were found as counted, by check. Raises CpmError where the two differ."""
    for number, expected in counted.items():
        if found[number] != expected:
            check = checks[number]
            raise CpmError(
                f"rule {check.rule_id} ({check.condition}): {expected} rows were counted and {found[number]}"
                " found; this is a fault of the warehouse, and nothing was landed"
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


def first_quarantined(connection: duckdb.DuckDBPyConnection, folder: Path) -> tuple[str, str, str] | None:
    """Return place, rule and reason of the first row of a quarantine, by file and line."""
    return connection.execute(
        "select concat(file, ':', line), rule_id, reason from"
        f" read_parquet({literal(folder / '*.parquet')}, hive_partitioning = false) order by file, line limit 1"
    ).fetchone()


def _definitions() -> str:
    return ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())


def _batches(faults: Iterable[Fault]) -> Iterator[list[Fault]]:
    left = iter(faults)
    while batch := list(islice(left, BATCH)):
        yield batch
