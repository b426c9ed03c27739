"""Reads one received file by its contract and writes it as typed Parquet, with DuckDB."""

import csv
import gzip
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import Column, Contract
from cpm_warehouse.errors import CpmError

SUFFIXES = (".csv", ".csv.gz", ".parquet")
# DuckDB takes a timestamp without an offset for one in the session's zone; a provider's may be in any.
OFFSET = r"(Z|[+-]\d\d:?\d\d)$"
EXAMPLES = {
    "bigint": "a whole number like 1200",
    "ubigint": "a whole number from 0 to 18446744073709551615",
    "boolean": "true or false",
    "date": "a date like 2021-08-31",
    "timestamp": "an instant with its offset, like 2021-08-31T09:12:00Z",
}


def connect(path: str | Path = ":memory:") -> duckdb.DuckDBPyConnection:
    """Open a DuckDB that reads and writes instants as UTC; it keeps rows in the order of their file."""
    connection = duckdb.connect(str(path))
    connection.execute("set TimeZone = 'UTC'")
    return connection


def quoted(name: str) -> str:
    """Quote a name for SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | Path) -> str:
    """Quote a text for SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def write_empty_parquet(connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path) -> None:
    """Write a Parquet file that has the contract's columns and no rows."""
    columns = ", ".join(f"cast(null as {column.type}) as {quoted(column.name)}" for column in contract.columns)
    connection.execute(f"copy (select {columns} where false) to {literal(path)} (format parquet)")


class FileReader:
    """One received file, read by its contract.

    Raises CpmError, naming file, line, reason and remedy, where the file is not one that can be read, where its
    columns are not the contract's (in any order), or where a value is missing or not of its type.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract) -> None:
        self.connection = connection
        self.path = path
        self.contract = contract
        if not path.name.endswith(SUFFIXES):
            raise CpmError(f"{path}: not a file that is read here; send one of {', '.join(SUFFIXES)}")

    def write_parquet(self, target: Path) -> int:
        """Write the file, typed, as Parquet; returns the number of rows."""
        types = self._types()
        self._check_columns(list(types))
        select = ", ".join(
            f"{_typed(column, types[column.name])} as {quoted(column.name)}" for column in self.contract.columns
        )
        try:
            self.connection.execute(
                f"copy (select {select} from {self._source(types)}) to {literal(target)}"
                " (format parquet, compression zstd)"
            )
        except duckdb.Error as error:
            raise self._explained(error, types) from error
        return self._count(target)

    def _types(self) -> dict[str, str]:
        """Names and types of the file's columns; in CSV every type is varchar."""
        try:
            if self.path.suffix == ".parquet":
                described = self.connection.execute(f"describe select * from read_parquet({literal(self.path)})")
                return {name: kind.lower() for name, kind, *_ in described.fetchall()}
            opened = gzip.open if self.path.suffix == ".gz" else open
            with opened(self.path, "rt", encoding="utf-8-sig", newline="") as file:
                header = next(csv.reader(file), [])
        except (duckdb.Error, OSError, EOFError, UnicodeDecodeError, csv.Error) as error:
            raise CpmError(
                f"{self.path}: cannot be read ({_first_line(error)}); ask for the file again"
            ) from error
        if len(set(header)) < len(header):
            raise CpmError(f"{self.path}:1: a column stands twice in the header; send each once")
        return dict.fromkeys(header, "varchar")

    def _check_columns(self, names: list[str]) -> None:
        wanted = self.contract.names
        missing = [name for name in wanted if name not in names]
        extra = [name for name in names if name not in wanted]
        if missing or extra:
            raise CpmError(
                f"{self.path}:1: columns differ from the contract of {self.contract.extract}:"
                f" missing {missing}, not expected {extra}; send the columns of"
                f" extracts/contracts/{self.contract.extract}.yml"
            )

    def _source(self, types: dict[str, str]) -> str:
        if self.path.suffix == ".parquet":
            return f"read_parquet({literal(self.path)})"
        columns = ", ".join(f"{literal(name)}: 'varchar'" for name in types)
        compression = "gzip" if self.path.suffix == ".gz" else "none"
        return (
            f"read_csv({literal(self.path)}, auto_detect = false, header = true, columns = {{{columns}}},"
            " delim = ',', quote = '\"', escape = '\"', nullstr = '', strict_mode = true,"
            f" compression = '{compression}')"
        )

    def _count(self, target: Path) -> int:
        required = [column for column in self.contract.columns if not column.nullable]
        nulls = ", ".join(f"count(*) filter (where {quoted(column.name)} is null)" for column in required)
        found = self.connection.execute(
            f"select count(*), {nulls or 'null'} from read_parquet({literal(target)})"
        ).fetchone()
        assert found is not None
        rows, *counts = found
        for column, count in zip(required, counts, strict=False):
            if count:
                first = self.connection.execute(
                    f"select min(file_row_number) from read_parquet({literal(target)}, file_row_number = true)"
                    f" where {quoted(column.name)} is null"
                ).fetchone()
                assert first is not None
                raise CpmError(
                    f"{self.path}:{self._line(first[0])}: '{column.name}' is empty"
                    f" ({count} rows in all), and every row must have it; send the file again with it filled"
                )
        return int(rows)

    def _line(self, row: int) -> str:
        """Name the place of a row counted from 0: the line of a CSV whose records each take one line."""
        return f"row {row + 1}" if self.path.suffix == ".parquet" else f"line {row + 2}"

    def _explained(self, error: duckdb.Error, types: dict[str, str]) -> CpmError:
        """Find the first value that is not of its type; the file's form is at fault where there is none."""
        for column in self.contract.columns:
            if column.type not in EXAMPLES:
                continue
            name = quoted(column.name)
            tried = _typed(column, types[column.name], attempt=True)
            try:
                found = self.connection.execute(
                    "with numbered as (select row_number() over () - 1 as row_number,"
                    f" {name} from {self._source(types)})"
                    f" select row_number, {name} from numbered where {name} is not null"
                    f" and ({tried}) is null limit 1"
                ).fetchone()
            except duckdb.Error:
                break
            if found:
                return CpmError(
                    f"{self.path}:{self._line(found[0])}: '{column.name}' is '{found[1]}', not"
                    f" {EXAMPLES[column.type]}; correct it and send the file again"
                )
        return CpmError(f"{self.path}: cannot be read ({_first_line(error)}); ask for the file again")


def _typed(column: Column, found: str, *, attempt: bool = False) -> str:
    """SQL that gives a column its contract type; with `attempt`, null where that is not possible."""
    name, cast = quoted(column.name), "try_cast" if attempt else "cast"
    if found != "varchar" or column.type == "varchar":
        return f"{cast}({name} as {column.type})"
    if column.type == "varchar[]":
        return f"string_split({name}, ';')"
    if column.type == "timestamp":
        instant = f"{cast}({name} as timestamptz)"
        otherwise = "null" if attempt else f"error('no offset: ' || {name})"
        return (
            f"case when regexp_matches({name}, '{OFFSET}') then {cast}({instant} as timestamp)"
            f" when {name} is not null then {otherwise} end"
        )
    return f"{cast}({name} as {column.type})"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
