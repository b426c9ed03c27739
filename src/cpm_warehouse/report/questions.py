"""The questions that the report and the explorer ask of the published marts: one query of `queries/` each.

A query begins with its question. What it is asked with stands in it as `$name`; a parameter that nobody gives is
null, and the query says what it gives then.
"""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TypeAlias

from cpm_warehouse.duck import literal

Value: TypeAlias = str | int | date | None

# What report, site and explorer begin with; others read a publication without it as well.
BEGINNING = ("rpt_measure_summary", "rpt_measure_contributions")
QUERIES = Path(__file__).parent / "queries"
PARAMETER = re.compile(r"\$([a-z_]+)")
MART = re.compile(r"\bmarts\.(\w+)")


def query_of(question: str) -> str:
    """SQL of a question, with its parameters."""
    return (QUERIES / f"{question}.sql").read_text(encoding="utf-8")


def asked_with(sql: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that a query takes; DuckDB refuses one that it does not use."""
    return {name: values.get(name) for name in set(PARAMETER.findall(sql))}


def written_out(question: str, values: Mapping[str, Value]) -> str:
    """SQL of a question with the values written out, to be run in any other tool."""
    return PARAMETER.sub(lambda found: _written(values.get(found[1])), query_of(question))


def marts_of(sql: str) -> tuple[str, ...]:
    """The marts that a query reads, in the order in which they first stand."""
    return tuple(dict.fromkeys(MART.findall(sql)))


def _written(value: Value) -> str:
    if value is None:
        return "null"
    if isinstance(value, date):
        return f"date '{value}'"
    return str(value) if isinstance(value, int) else literal(value)
