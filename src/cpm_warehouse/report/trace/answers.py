"""What a trace finds: one table for each question, and the key by which a result is named."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from cpm_warehouse.errors import CpmError
from cpm_warehouse.report.questions import Value, asked_with

KEY = "measure/reading/month/national, region or provider/its name/aggregation"


@dataclass(frozen=True)
class Key:
    """The key of a row of fct_measure_results."""

    measure_id: str
    variant_id: str
    reporting_month: date
    scope_type: str
    scope: str
    aggregation: str

    @classmethod
    def of(cls, text: str) -> "Key":
        """Read a key as it is written. Raises CpmError where it is none."""
        parts = text.split("/")
        if len(parts) != len(cls.__dataclass_fields__):
            raise CpmError(
                f"{text}: no key of a result, which is {KEY}: CPM_5/split/2021-10/national/national/pooled"
            )
        measure, variant, month, *scope = parts
        try:
            first = datetime.strptime(month, "%Y-%m").date()
        except ValueError as error:
            raise CpmError(f"{text}: '{month}' is no month, like 2021-10") from error
        return cls(measure, variant, first, *scope)

    @property
    def values(self) -> dict[str, Value]:
        """The key as parameters of a query."""
        return asdict(self)

    def __str__(self) -> str:
        """Write the key as it is read."""
        month = f"{self.reporting_month:%Y-%m}"
        return "/".join((self.measure_id, self.variant_id, month, self.scope_type, self.scope, self.aggregation))


@dataclass(frozen=True)
class Answer:
    """Rows of a query, under its name, with the question that it begins with."""

    name: str
    question: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Any, ...]]

    @property
    def records(self) -> list[dict[str, Any]]:
        """Each row by the names of its columns."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


def answer(
    connection: duckdb.DuckDBPyConnection, name: str, sql: str, values: Mapping[str, Value] | None = None
) -> Answer:
    """Run a query and return its rows, with the question at its head."""
    found = connection.execute(sql, asked_with(sql, values or {}))
    columns = tuple(column[0] for column in found.description or ())
    comment = re.match(r"(?:--.*\n)+", sql)
    question = " ".join(line.lstrip("- ") for line in comment[0].splitlines()) if comment else ""
    return Answer(name, question, columns, found.fetchall())


def markdown(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Lines of a table in Markdown, as the headers of analyses/ have their answers."""
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for row in rows:
        yield f"| {' | '.join(map(_cell, row))} |"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
