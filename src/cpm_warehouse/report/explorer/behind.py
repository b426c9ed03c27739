"""Which rows stand behind the figure of each measure, and which views show them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # `cpm trace` asks which rows there are, and needs no frames
    import polars as pl


@dataclass(frozen=True)
class Rows:
    """Views of the rows behind a measure.

    `rows` gives the rows, `exclusions` why some were left out, and `detail` opens the selected row, whose values
    of `keys` it takes as parameters.
    """

    rows: str
    things: str
    note: str
    exclusions: str | None = None
    detail: str | None = None
    keys: tuple[str, ...] = ()


INCIDENTS = Rows(
    rows="incidents",
    things="Incidents",
    note="Select an Incident to see why each part of its clock counted or not.",
    exclusions="exclusions",
    detail="incident_clock",
    keys=("incident_id",),
)
REQUESTS = Rows(
    rows="service_requests",
    things="Service Requests",
    note=(
        "Cells of the daily cube in the measure's mode, whether its reading counts or excludes their outcome:"
        " their requests are the events counted and those left out. All come from the DSP."
    ),
)
ALERTS = Rows(
    rows="alerts",
    things="Alerts and requests",
    note=(
        "Cells of the daily cubes, of the basis that counts in each region: Alerts where they are measured,"
        " on-demand requests where they stand in. A request belongs to no provider."
    ),
)
FIRMWARE = Rows(
    rows="firmware",
    things="updates or activations",
    note="Select a cell to see its devices under their pseudonyms. A provider's cells are those of a SMETS1 one.",
    detail="firmware_updates",
    keys=("region", "device_type", "manufacturer", "version_before", "version_after"),
)

ROWS = {
    **dict.fromkeys(("CPM_4", "CPM_5", "CPM_5A"), INCIDENTS),
    **dict.fromkeys(("CPM_1", "CPM_2"), REQUESTS),
    "CPM_3": ALERTS,
    **dict.fromkeys(("CPM_6A", "CPM_6B", "CPM_6C"), FIRMWARE),
}


def counts(rows: "pl.DataFrame") -> tuple[int, int, int] | None:
    """How many events met, missed and were left out; None where rows do not say so one by one."""
    if "outcome" in rows.columns:
        found = dict(rows["outcome"].value_counts().iter_rows())
        return found.get("met", 0), found.get("missed", 0), found.get("excluded", 0)
    if "excluded_count" in rows.columns:
        met, total, excluded = (int(rows[name].sum()) for name in ("met_count", "total_count", "excluded_count"))
        return met, total - met, excluded
    return None


def counts_in_words(rows: "pl.DataFrame", kind: Rows) -> str:
    """The counts in words, as they must add up to the figure."""
    found = counts(rows)
    if found is None:
        return f"{len(rows):,} cells of {kind.things}"
    met, missed, excluded = found
    return f"{sum(found):,} {kind.things}: {met:,} met, {missed:,} missed, {excluded:,} left out"
