"""What the same SQL gave on two engines, compared row by row by DuckDB: see portability.py and parity.py."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import duckdb

from cpm_warehouse.duck import literal, quoted

EQUAL, EQUAL_BUT, DIFFER = "equal", "equal but for hash keys", "differ"


class Compared(NamedTuple):
    """How two bodies of rows fare, and what there is to say of it."""

    verdict: str
    said: str = ""


def compared(duck: duckdb.DuckDBPyConnection, ours: str, theirs: str) -> Compared:
    """Compare the rows of two relations, each DuckDB's SQL for what stands after `from`.

    Texts, dates, whole numbers, decimals of one type and counts of equal rows have to be equal; doubles, and
    decimals of two types, to 9 digits; lists as sets of their elements. The engines hash in different ways, so
    that rows may differ in hash keys alone.
    """
    columns, others = column_types(duck, ours), column_types(duck, theirs)
    if columns.keys() != others.keys():
        return Compared(DIFFER, f"columns {', '.join(sorted(columns.keys() ^ others.keys()))}")
    if not rows_apart(duck, ours, theirs, columns):
        return Compared(EQUAL)
    hashes = {name for name, kind in columns.items() if is_hash_key(name, kind)}
    rest = {name: kind for name, kind in columns.items() if name not in hashes}
    apart = rows_apart(duck, ours, theirs, rest)
    if not apart:
        return Compared(EQUAL_BUT, ", ".join(sorted(hashes)))
    wrong = [name for name, kind in rest.items() if rows_apart(duck, ours, theirs, {name: kind})]
    return Compared(DIFFER, f"{apart} rows: {', '.join(wrong) or 'each column by itself is equal'}")


def is_hash_key(name: str, kind: str) -> bool:
    """Whether a column holds an engine's own hash, or the key of a scan, which hashes the engine's SQL."""
    return name == "scan_key" or (kind == "UBIGINT" and name.endswith(("_key", "_hash", "submission_number")))


def column_types(duck: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Return a relation's columns with their types in DuckDB."""
    return {name: kind for name, kind, *_ in duck.execute(f"describe from {relation}").fetchall()}


def parquet(path: Path) -> str:
    """Return DuckDB's SQL for what lies at a path: DuckDB writes one file, Spark a folder."""
    return f"read_parquet({literal(path / '**/*.parquet' if path.is_dir() else path)})"


def rows_apart(duck: duckdb.DuckDBPyConnection, ours: str, theirs: str, columns: Mapping[str, str]) -> int:
    """Count the rows that one relation has and the other does not."""
    others = column_types(duck, theirs)
    chosen = ", ".join(comparable(quoted(name), kind, others[name]) for name, kind in columns.items())
    ours, theirs = (f"select {chosen} from {relation}" for relation in (ours, theirs))
    counted = duck.execute(
        f"select greatest((select count(*) from ({ours} except all {theirs})),"
        f" (select count(*) from ({theirs} except all {ours})))"
    ).fetchone()
    return int(counted[0]) if counted else 0


def comparable(column: str, kind: str, other: str) -> str:
    """Return DuckDB's SQL for a value as a text that is equal in both engines where the value is.

    `kind` and `other` are its types: decimals of one type are compared to their last digit.
    """
    if kind.endswith("[]"):
        return f"cast(list_sort(cast({column} as varchar[])) as varchar)"
    if kind == "DOUBLE" or (kind.startswith("DECIMAL") and kind != other and not kind.endswith(",0)")):
        return f"printf('%.9g', cast({column} as double) + 0)"  # - 0.0 is 0
    return f"cast({f'cast({column} as timestamp)' if kind.startswith('TIMESTAMP') else column} as varchar)"
