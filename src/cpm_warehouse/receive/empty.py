"""Parquet files without rows, which give readers the columns of an extract before its first submission."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from cpm_warehouse.duck import literal, quoted

# What a lake has many of is written by DuckDB once: files of the same columns are the same to the byte.
_WRITTEN: dict[tuple[tuple[str, str], ...], bytes] = {}


def write_empty(connection: duckdb.DuckDBPyConnection, types: Mapping[str, str], path: Path) -> None:
    """Write a Parquet file that has columns of these names and types, and no rows."""
    columns = tuple(types.items())
    if columns in _WRITTEN:
        path.write_bytes(_WRITTEN[columns])
        return
    selected = ", ".join(f"cast(null as {kind}) as {quoted(name)}" for name, kind in columns)
    connection.execute(f"copy (select {selected} where false) to {literal(path)} (format parquet)")
    _WRITTEN[columns] = path.read_bytes()
