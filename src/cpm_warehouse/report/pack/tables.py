"""Tables of the pack: `tables.toml` says what each asks of the published marts.

Columns are columns of the marts, unchanged and under their own names, so that each figure can be found where it
came from.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.errors import CpmError
from cpm_warehouse.report.questions import asked_with, marts_of, query_of

NUMBERS = ("BIGINT", "DECIMAL", "DOUBLE", "FLOAT", "HUGEINT", "INTEGER", "SMALLINT", "UBIGINT")


@dataclass(frozen=True)
class Column:
    """A column of a mart: its name, its type in DuckDB and what it means."""

    name: str
    type: str
    meaning: str

    @property
    def is_number(self) -> bool:
        """Tell columns of numbers, whether or not a row has one."""
        return self.type.startswith(NUMBERS)

    @property
    def is_date(self) -> bool:
        """Tell columns of dates and instants."""
        return self.type.startswith(("DATE", "TIMESTAMP"))


@dataclass(frozen=True)
class Table:
    """Rows of a query, in its order."""

    name: str
    caption: str
    note: str
    marts: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Give each row by the names of its columns."""
        names = [column.name for column in self.columns]
        return (dict(zip(names, row, strict=True)) for row in self.rows)

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.rows)

    def where(self, **equal: object) -> "Table":
        """Return the rows whose columns have these values, without those columns."""
        if not self.rows:
            return self
        wanted = {self._position(name): value for name, value in equal.items()}
        kept = [index for index in range(len(self.columns)) if index not in wanted]
        rows = (row for row in self.rows if all(row[index] == value for index, value in wanted.items()))
        return self._of(kept, tuple(tuple(row[index] for index in kept) for row in rows))

    def only(self, names: Sequence[str]) -> "Table":
        """Return the table with these columns, in this order."""
        kept = [self._position(name) for name in names]
        return self._of(kept, tuple(tuple(row[index] for index in kept) for row in self.rows))

    def without(self, *names: str) -> "Table":
        """Return the table without these columns; an empty one has none."""
        return self.only([column.name for column in self.columns if column.name not in names])

    def titled(self, caption: str, note: str = "") -> "Table":
        """Return the table under another caption, with this note alone."""
        return replace(self, caption=caption, note=note)

    def values(self, name: str) -> list[Any]:
        """Return the distinct values of a column, in the order in which they first stand."""
        if not self.rows:
            return []
        index = self._position(name)
        return list(dict.fromkeys(row[index] for row in self.rows))

    def having(self, name: str) -> "Table":
        """Return the rows that have a value other than 0 in a column."""
        return replace(self, rows=tuple(row for row in self.rows if row[self._position(name)]))

    def sum(self, name: str) -> Any:
        """Add up a column; nothing is 0."""
        return sum(row[name] or 0 for row in self)

    def largest(self, name: str) -> Any:
        """Return the largest value of a column; nothing is 0."""
        return max((row[name] or 0 for row in self), default=0)

    def groups_with(self, name: str, column: str, least: int) -> "Table":
        """Return the rows of the values of `name` that reach this in a column."""
        enough = {row[name] for row in self if (row[column] or 0) >= least}
        return replace(self, rows=tuple(row for row in self.rows if row[self._position(name)] in enough))

    def _position(self, name: str) -> int:
        return [column.name for column in self.columns].index(name)

    def _of(self, kept: list[int], rows: tuple[tuple[Any, ...], ...]) -> "Table":
        return replace(self, columns=tuple(self.columns[index] for index in kept), rows=rows)


def read_tables(published: Path, month: date) -> Mapping[str, Table]:
    """Run every query for the month; raises CpmError where the published file cannot be read by them."""
    if not published.is_file():
        raise CpmError(f"{published}: nothing is published here; run `make build` first")
    try:
        with duckdb.connect(str(published), read_only=True) as connection:
            meanings = _meanings(connection)
            return {name: _read(connection, name, asked, month, meanings) for name, asked in pack_tables().items()}
    except duckdb.Error as error:
        raise CpmError(
            f"{published}: cannot be read for the pack ({str(error).splitlines()[0]}); publish again"
        ) from error


def pack_tables() -> dict[str, dict[str, Any]]:
    """By table: its question, columns, caption, note and the parameters of its query."""
    return tomllib.loads(files(__package__).joinpath("tables.toml").read_text(encoding="utf-8"))


def _meanings(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    rows = connection.execute("select table_name, column_name, coalesce(comment, '') from duckdb_columns()")
    return {(table, column): " ".join(comment.split()) for table, column, comment in rows.fetchall()}


def _read(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    asked: Mapping[str, Any],
    month: date,
    meanings: Mapping[tuple[str, str], str],
) -> Table:
    query = query_of(asked.get("question", name))
    marts = marts_of(query)
    if missing := [mart for mart in marts if mart not in {table for table, _ in meanings}]:
        note = f"The publication has no {' and no '.join(missing)}: it is older than this report."
        return Table(name, asked["caption"], note, marts, (), ())
    found = connection.execute(query, asked_with(query, {"reporting_month": month, **asked}))
    columns = tuple(
        Column(
            column, str(kind), next((meanings[mart, column] for mart in marts if (mart, column) in meanings), "")
        )
        for column, kind, *_ in found.description or []
    )
    table = Table(name, asked["caption"], asked.get("note", ""), marts, columns, tuple(found.fetchall()))
    names = {column.name for column in columns}
    if lacking := [column for column in asked.get("columns", ()) if column not in names]:
        raise duckdb.BinderException(f"{name}: {', '.join(marts)} has no column {lacking[0]}")
    return table.only(asked["columns"]) if "columns" in asked else table
