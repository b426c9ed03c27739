"""Which rows stand behind the figure of each measure, and which views show them."""

from dataclasses import dataclass

import polars as pl


@dataclass(frozen=True)
class Rows:
    """Views of the rows behind a measure: the rows, why some were left out, and whether one can be opened."""

    rows: str
    exclusions: str | None
    things: str
    note: str
    detail: bool = False


INCIDENTS = Rows(
    rows="incidents",
    exclusions="exclusions",
    things="Incidents",
    note="Select an Incident to see why each part of its clock counted or not.",
    detail=True,
)

ROWS = dict.fromkeys(("CPM_4", "CPM_5", "CPM_5A"), INCIDENTS)


def counts_in_words(rows: pl.DataFrame, kind: Rows) -> str:
    """How many rows there are of each outcome, as they must add up to the figure."""
    counts = dict(rows["outcome"].value_counts().iter_rows())
    met, missed, excluded = (counts.get(name, 0) for name in ("met", "missed", "excluded"))
    return f"{len(rows):,} {kind.things}: {met:,} met, {missed:,} missed, {excluded:,} left out"
