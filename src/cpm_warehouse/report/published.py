"""Questions to the published copy: read-only, values bound."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from cpm_warehouse.errors import CpmError
from cpm_warehouse.report.questions import Value, asked_with, query_of


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
            return connection.execute(sql, asked_with(sql, values or {})).pl()

    def ask(self, question: str, values: Mapping[str, Value] | None = None) -> pl.DataFrame:
        """Rows that answer one of the questions, queries/<question>.sql."""
        return self.query(query_of(question), values)
