"""Questions to the published copy: read-only, values bound, and the SQL of each to take away."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TypeAlias

import duckdb
import polars as pl

from cpm_warehouse.duck import literal
from cpm_warehouse.errors import CpmError

Value: TypeAlias = str | date

VIEWS = Path(__file__).parent / "sql"
PARAMETER = re.compile(r"\$([a-z_]+)")


class Published:
    """The file that `cpm publish` swaps in.

    It is opened for each question, so a new publication shows at the next one and no reader keeps an old file.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise CpmError(f"{path}: nothing is published here; run `make build` first")
        self.path = path

    def query(self, sql: str, values: Mapping[str, Value] | None = None) -> pl.DataFrame:
        """Rows of a query, with `$name` bound to the value of that name."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql, _used(sql, values)).pl()

    def view(self, name: str, values: Mapping[str, Value] | None = None) -> pl.DataFrame:
        """Rows of one of the explorer's views, sql/<name>.sql."""
        return self.query(view_sql(name), values)


def view_sql(name: str) -> str:
    """SQL of a view, with its parameters."""
    return (VIEWS / f"{name}.sql").read_text(encoding="utf-8")


def copyable(name: str, values: Mapping[str, Value]) -> str:
    """SQL of a view with the values written out, to be run in any other tool."""

    def written(match: re.Match[str]) -> str:
        value = values[match[1]]
        return f"date '{value}'" if isinstance(value, date) else literal(value)

    return PARAMETER.sub(written, view_sql(name))


def _used(sql: str, values: Mapping[str, Value] | None) -> dict[str, Value]:
    """DuckDB refuses a value that the query does not use."""
    return {name: (values or {})[name] for name in set(PARAMETER.findall(sql))}
