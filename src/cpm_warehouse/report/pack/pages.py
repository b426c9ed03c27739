"""The pack as one HTML file that needs nothing else, and as PDF from the same HTML."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from weasyprint import HTML  # type: ignore[import-untyped]

from cpm_warehouse.report import book
from cpm_warehouse.report.pack import formats
from cpm_warehouse.report.pack.charts import Charts, category_name, month_name
from cpm_warehouse.report.pack.tables import Table

SECTIONS = {
    "glance": "The month at a glance",
    "measures": "Measures",
    "incidents": "Incidents",
    "alerts": "Alerts",
    "firmware": "Firmware",
    "timeliness": "PMR timeliness",
    "annex": "Annex MP122A: Business Processes",
    "change": "Annex MP122B: the change discussion",
    "restatements": "Restatements",
    "definitions": "Definitions in force",
    "data": "Data received",
    "book": "The measure book",
}


def render_html(tables: Mapping[str, Table], month: date, classification: str, sheets: Mapping[str, str]) -> str:
    """Return the whole document; whatever the marts hold is escaped."""
    environment = Environment(
        loader=PackageLoader("cpm_warehouse.report.pack"),
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
    environment.filters.update(filters)
    results = tables["measure_results"]
    return environment.get_template("pack.html").render(
        sections=SECTIONS,
        tables=tables,
        month=month,
        classification=classification,
        # Of a month without figures too.
        is_synthetic=any(row["is_synthetic"] for row in tables["publication"]),
        made_up_lists=list(
            dict.fromkeys(row["list_name"] for row in tables["code_lists"] if row["is_synthetic_on_real"])
        ),
        has_figures=any(row["result_pct"] is not None for row in results),
        publication=next(iter(tables["publication"]), None),
        charts=Charts(),
        cell=_cell,
        pages=book.pages([*sorted(results.values("page")), *book.ALWAYS]),
        page_name=lambda path: book.name_of(Path(path)),
        sheets=sheets,
        style=Markup(
            files(__package__).joinpath("templates/pack.css").read_text(encoding="utf-8")
        ),  # our own file
    )


def render_pdf(html: str) -> bytes:
    """Print the document; the same HTML gives the same pages."""
    pdf = HTML(string=html).write_pdf()
    assert isinstance(pdf, bytes)
    return pdf


def _cell(row: Mapping[str, Any], name: str) -> str:
    levels = tuple(Decimal(row[level]) for level in ("target_pct", "minimum_pct") if row.get(level) is not None)
    return formats.written(name, row[name], levels)
