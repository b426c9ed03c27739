"""Writes one file of a submission, from a relation that an area's scripts left behind."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import Column, Contract
from cpm_warehouse.duck import literal, quoted

Variables = Mapping[str, str | int | float | date]
"""What `getvariable` returns to the scripts, by name."""

PARQUET_OPTIONS = "format parquet, compression zstd, compression_level 1, dictionary_size_limit 1000"
"""How a `COPY` of DuckDB writes Parquet."""


@dataclass(frozen=True)
class File:
    """One file to write: which rows of `out_<extract>`, and where."""

    contract: Contract
    provider: str
    period: str
    version: int
    received_at: datetime
    """UTC, without a time zone."""
    suffix: str
    """Its format: csv, csv.gz or parquet."""
    part: int | None = None
    """Its number among the files of the submission; None where there is one only."""
    variables: tuple[tuple[str, str | int], ...] = ()
    """What a streamed relation reads to know which rows are asked for."""
    condition: str = "true"
    """SQL that picks the rows from a relation that holds those of every submission."""
    ordering: str = ""

    @property
    def directory(self) -> Path:
        """Directory of the submission below the extracts."""
        return Path(self.provider, self.contract.extract, self.period, f"v{self.version}")

    @property
    def name(self) -> str:
        """Name of the file, such as `dsp_alerts_202107_p002.parquet`."""
        part = "" if self.part is None else f"_p{self.part:03d}"
        period = self.period.replace("-", "")
        return f"{self.provider}_{self.contract.extract}_{period}{part}.{self.suffix}"


@dataclass(frozen=True)
class Written:
    """A file as it was written."""

    file: File
    rows: int
    size_bytes: int
    sha256: str


def set_variables(connection: duckdb.DuckDBPyConnection, variables: Variables) -> None:
    """Set variables, which belong to one connection, for `getvariable` to read."""
    for name, value in variables.items():
        connection.execute(f"set variable {name} = $value", {"value": value})


def variables_as_sql(connection: duckdb.DuckDBPyConnection) -> str:
    """Return statements that give another connection the variables of this one, with their types."""
    found = connection.execute("select name, value, type from duckdb_variables() order by name")
    return "".join(
        f"set variable {name} = cast({literal(value)} as {kind});\n" for name, value, kind in found.fetchall()
    )


def write_file(connection: duckdb.DuckDBPyConnection, session: str, file: File, out: Path) -> Written:
    """Write a file of a submission, whose directory exists, over a connection of its own to the same database.

    `session` is SQL that prepares that connection: `variables_as_sql` of the area's.
    """
    path = out / file.directory / file.name
    with connection.cursor() as cursor:
        cursor.execute(session)
        set_variables(cursor, dict(file.variables))
        source = quoted("out_" + file.contract.extract)
        simulated = {name for name, *_ in cursor.execute(f"describe {source}").fetchall()}
        columns = ", ".join(
            f"{_written(column, file)} as {quoted(column.name)}"
            for column in file.contract.columns
            if column.name in simulated or not column.optional
        )
        result = cursor.execute(
            f"copy (select {columns} from {source}"
            f" where {file.condition} {file.ordering}) to {literal(path)} ({_options(file.suffix)})"
        ).fetchone()
    assert result is not None
    with path.open("rb") as opened:
        sha256 = hashlib.file_digest(opened, "sha256").hexdigest()
    return Written(file, rows=int(result[0]), size_bytes=path.stat().st_size, sha256=sha256)


def _written(column: Column, file: File) -> str:
    """SQL that gives a column the form that it has in the file."""
    name = quoted(column.name)
    if file.suffix == "parquet":
        return f"cast({name} as {column.type})"
    if column.type == "varchar[]":
        return f"array_to_string({name}, ';')"
    if column.type == "timestamp" and file.contract.timestamp_style == "local_offset":
        local = f"timezone('Europe/London', timezone('UTC', {name}))"
        offset = f"if({local} > {name}, '+0100', '+0000')"
        return f"strftime({local}, '%Y-%m-%dT%H:%M:%S.%g') || {offset}"
    return f"cast({name} as {column.type})"


def _options(suffix: str) -> str:
    if suffix == "parquet":
        return PARQUET_OPTIONS
    compression = "gzip" if suffix == "csv.gz" else "none"
    return (
        f"format csv, header, compression {compression},"
        " dateformat '%Y-%m-%d', timestampformat '%Y-%m-%dT%H:%M:%S.%gZ'"
    )
