"""Questions to the published copy: read-only, values bound."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path

import duckdb
import polars as pl

from cpm_warehouse.errors import CpmError
from cpm_warehouse.publish.finding import find_publication
from cpm_warehouse.report.questions import Value, asked_with, query_of


class Published:
    """The file that `cpm publish` swaps in.

    It is opened for each question, so a new publication shows at the next one and no reader keeps an old file.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise CpmError(f"{path}: nothing is published here; run `make build` first")
        self.path = path

    @classmethod
    def chosen(cls, project: Path, needed: Collection[str] = ()) -> "Published":
        """Return the publication that the environment names (CPM_PUBLISHED, CPM_PUBLICATION), else the project's.

        Raises CpmError where there is none that can be read, or not as it was published, or without a mart that is
        needed.
        """
        place = Path(os.environ.get("CPM_PUBLISHED") or project / "published/cpm.duckdb")
        found = find_publication(place, os.environ.get("CPM_PUBLICATION"), thorough=True)
        found.require(needed)
        return cls(found.path)

    def said(self) -> str:
        """Say in Markdown which publication this is, and of synthetic data that it is."""
        for row in self.ask("publication").iter_rows(named=True):
            warning = "**Synthetic sample data: no figure here is the DCC's.** " if row["is_synthetic"] else ""
            return f"{warning}Publication {row['publication_id']} of {row['published_at']:%d %B %Y %H:%M} UTC."
        return "The publication has no results: no month of the extracts can be reported."

    def query(self, sql: str, values: Mapping[str, Value] | None = None) -> pl.DataFrame:
        """Rows of a query, with `$name` bound to the value of that name."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return connection.execute(sql, asked_with(sql, values or {})).pl()

    def ask(self, question: str, values: Mapping[str, Value] | None = None) -> pl.DataFrame:
        """Rows that answer one of the questions, queries/<question>.sql."""
        return self.query(query_of(question), values)
