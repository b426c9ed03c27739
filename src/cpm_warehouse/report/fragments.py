"""Pieces of a page about a month, as HTML that needs no page of ours: the report and a site show the same ones.

A piece has no id and no link that leads out of itself, and its classes are styled by whoever shows it.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from cpm_warehouse.report import formats, sentences
from cpm_warehouse.report.charts import Charts, category_name, month_name, percent_axis

Row = Mapping[str, Any]


@cache
def environment() -> Environment:
    """Templates of the report; whatever the marts hold is escaped."""
    made = Environment(
        loader=PackageLoader("cpm_warehouse.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "heading": formats.heading,
        "words": formats.in_words,
        "month_name": month_name,
        "category_name": category_name,
    }
    made.filters.update(filters)
    made.globals.update(cell=cell, say=sentences)
    return made


def cell(row: Row, name: str) -> str:
    """Write a value of a row for a reader, a percentage or a time on its side of the row's levels."""
    names = ("target_seconds",) if "seconds" in name.split("_") else ("target_pct", "minimum_pct")
    levels = tuple(Decimal(row[level]) for level in names if row.get(level) is not None)
    return formats.written(name, row[name], levels)


def main_points(rows: Sequence[Row]) -> Markup:
    """The main points of a month as an ordered list, from the rows of `rpt_measure_summary`."""
    return Markup(environment().get_template("main_points.html").render(points=sentences.main_points(rows)))


def measure(row: Row, trend: Sequence[Row], parts: Sequence[Row], charts: Charts, comment: str | None) -> Markup:
    """Half a page on a measure: what happened, why, how sure it is, what it cannot show, and what a person says.

    `row` is of `rpt_measure_summary`, `trend` has its months, `parts` its rows of `rpt_measure_contributions`.
    """
    large = [one for one in parts if not one["is_small_number"]]
    axis = percent_axis(
        [
            row["target_pct"],
            row["minimum_pct"],
            *(one["result_pct"] for one in trend),
            *(one["result_pct"] for one in large),
        ]
    )
    drawn = Markup()
    if row["result_pct"] is not None:
        drawn = charts.trend(trend, _finding(row), axis) + charts.parts(parts, _of_parts(row), row, axis)
    return Markup(
        environment()
        .get_template("measure.html")
        .render(
            row=row, charts=drawn, lines=_lines(row), comment=comment, has_result=row["result_pct"] is not None
        )
    )


def _lines(row: Row) -> list[tuple[str, str]]:
    """What is said beside a result, each under its word; what there is nothing to say of is left out."""
    said = [
        ("Change", sentences.change(row)),
        ("Where", sentences.cause(row)),
        ("How sure", " ".join(filter(None, (sentences.margin(row), sentences.interval(row))))),
        ("Readings", sentences.readings(row)),
        ("Cannot show", sentences.blind_spots(row)),
        ("Revised", sentences.restated(row)),
    ]
    return [(word, text) for word, text in said if text]


def _finding(row: Row) -> str:
    return f"{sentences.name(row)}: {formats.in_words(row['status']).lower()}, {sentences.moved(row)}"


def _of_parts(row: Row) -> str:
    kind = next((kind for kind in ("provider", "region") if row[f"{kind}_count"] > 1), None)
    if not row["missed_count"]:
        return f"{sentences.name(row)}: nothing was missed"
    if kind is None:
        return f"{sentences.name(row)}: {row['missed_count']:,} missed"
    scope = sentences.scope_in_words(kind, row[f"most_missed_{kind}_name"])
    its = f"{row[f'most_missed_{kind}_missed_count']:,} of its {row[f'most_missed_{kind}_total_count']:,}"
    return f"{sentences.name(row)}: {scope} missed most, {its}"
