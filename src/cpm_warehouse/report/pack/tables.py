"""Tables of the pack: the queries of `queries/`, run over the published marts.

A query's first lines are `-- caption: ...` and perhaps `-- note: ...`, each going on in lines that begin with
`--   `. Its columns are columns of the marts,
unchanged and under their own names, so that each figure can be found where it came from.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.errors import CpmError

HEADER = re.compile(r"^-- (caption|note): (.*(?:\n--   .*)*)$", re.M)
NUMBERS = ("BIGINT", "DECIMAL", "DOUBLE", "FLOAT", "HUGEINT", "INTEGER", "SMALLINT", "UBIGINT")
MART = re.compile(r"\bmarts\.(\w+)")


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

    def without(self, *names: str) -> "Table":
        """Return the table without these columns."""
        if not self.rows:
            return self
        dropped = {self._position(name) for name in names}
        kept = [index for index in range(len(self.columns)) if index not in dropped]
        return self._of(kept, tuple(tuple(row[index] for index in kept) for row in self.rows))

    def values(self, name: str) -> list[Any]:
        """Return the distinct values of a column, in the order in which they first stand."""
        if not self.rows:
            return []
        index = self._position(name)
        return list(dict.fromkeys(row[index] for row in self.rows))

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
            return {
                Path(query.name).stem: _read(
                    connection, Path(query.name).stem, query.read_text(encoding="utf-8"), month, meanings
                )
                for query in sorted(files(__package__).joinpath("queries").iterdir(), key=lambda file: file.name)
            }
    except duckdb.Error as error:
        raise CpmError(
            f"{published}: cannot be read for the pack ({str(error).splitlines()[0]}); publish again"
        ) from error


def _meanings(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    rows = connection.execute("select table_name, column_name, coalesce(comment, '') from duckdb_columns()")
    return {(table, column): " ".join(comment.split()) for table, column, comment in rows.fetchall()}


def _read(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    query: str,
    month: date,
    meanings: Mapping[tuple[str, str], str],
) -> Table:
    header = {name: text.replace("\n--  ", "") for name, text in HEADER.findall(query)}
    marts = tuple(dict.fromkeys(MART.findall(query)))
    if missing := [mart for mart in marts if mart not in {table for table, _ in meanings}]:
        note = f"The publication has no {' and no '.join(missing)}: it is older than this report."
        return Table(name, header["caption"], note, marts, (), ())
    found = connection.execute(query, {"month": month} if "$month" in query else None)
    columns = tuple(
        Column(
            column, str(kind), next((meanings[mart, column] for mart in marts if (mart, column) in meanings), "")
        )
        for column, kind, *_ in found.description or []
    )
    return Table(name, header["caption"], header.get("note", ""), marts, columns, tuple(found.fetchall()))
