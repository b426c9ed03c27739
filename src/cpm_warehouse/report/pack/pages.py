"""The pack as one HTML file that needs nothing else, and its core as PDF from the same templates."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pydyf  # type: ignore[import-untyped]
import weasyprint  # type: ignore[import-untyped]
from markupsafe import Markup

from cpm_warehouse.report import book, fragments
from cpm_warehouse.report.charts import Charts
from cpm_warehouse.report.pack.tables import Table

CORE = {
    "glance": "The month at a glance",
    "measures": "Measures",
    "incidents": "Incidents",
    "alerts": "Alerts",
    "firmware": "Firmware",
    "timeliness": "PMR timeliness",
    "revisions": "Revisions",
    "words": "Words",
}
ANNEXES = {
    "annex": "Annex MP122A: Business Processes",
    "change": "Annex MP122B: the change discussion",
    "definitions": "Definitions in force",
    "data": "Data received",
    "book": "The measure book",
}
PRINTED = 1 << 2  # the flag of a PDF's annotation
FEW = 20  # fewer events than these are not drawn as a curve
# Terms of docs/glossary.md that a reader of the core meets.
WORDS = (
    "CPM", "PMR", "DCC", "DSP", "CSP, CSP Region", "S1SP", "SMETS1, SMETS2", "SMKI", "Communications Hub", "Alert",
    "Incident, Incident Category", "Target Service Level", "Minimum Service Level", "Target Response Time (TRT)",
    "Allowed Exception", "Working Day", "basis", "coverage", "proxy", "variant", "aggregation",
    "provenance, standing", "cohort", "activity", "regime", "derogation", "restatement", "small cell",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What the report says that no mart has: its classification, whom to ask, and comments by measure."""

    classification: str
    contact: str | None = None
    comments: Mapping[str, str] | None = None


def render_html(
    tables: Mapping[str, Table], month: date, said: Said, sheets: Mapping[str, str], *, is_core: bool = False
) -> str:
    """Return the whole document, or its core alone; whatever the marts hold is escaped."""
    rows = list(tables["summary"])
    charts = Charts()

    def measure(row: Mapping[str, Any]) -> Markup:
        trend = list(tables["summary_trend"].where(measure_id=row["measure_id"]))
        parts = list(tables["contributions"].where(measure_id=row["measure_id"]))
        return fragments.measure(row, trend, parts, charts, (said.comments or {}).get(row["measure_id"]))

    pages = [] if is_core else book.pages([*sorted(tables["summary"].values("page")), *book.ALWAYS])
    return (
        fragments.environment()
        .get_template("pack.html")
        .render(
            sections=CORE if is_core else CORE | ANNEXES,
            is_core=is_core,
            tables=tables,
            month=month,
            classification=said.classification,
            contact=said.contact,
            is_synthetic=any(row["is_synthetic"] for row in tables["publication"]),
            made_up_lists=made_up_lists(tables),
            has_figures=any(row["result_pct"] is not None for row in rows),
            publication=next(iter(tables["publication"]), None),
            points=fragments.main_points(rows),
            revisions=list(tables["revisions"]),
            measure=measure,
            charts=charts,
            few=FEW,
            glossary=book.terms(WORDS),
            pages=pages,
            href=lambda measure_id: f"#{measure_id}",
            page_name=lambda path: book.name_of(Path(path)),
            sheets=sheets,
            style=Markup(
                files("cpm_warehouse.report").joinpath("templates/pack.css").read_text(encoding="utf-8")
            ),  # our own file
        )
    )


def made_up_lists(tables: Mapping[str, Table]) -> list[str]:
    """Return the lists with names made up for the sample by which real files were read."""
    return list(dict.fromkeys(row["list_name"] for row in tables["code_lists"] if row["is_synthetic_on_real"]))


def render_pdf(html: str) -> bytes:
    """Print the document with its structure, as PDF/UA asks; the same HTML gives the same pages."""
    memory = io.BytesIO()
    weasyprint.HTML(string=html).write_pdf(memory, pdf_variant="pdf/ua-1", finisher=_finish)
    return memory.getvalue()


def _finish(_: object, pdf: pydyf.PDF) -> None:
    """Add what PDF/UA asks and WeasyPrint leaves out: what each header heads, and that links are printed."""
    elements = {one.reference: one for one in pdf.objects if isinstance(one, pydyf.Dictionary)}
    for element in elements.values():
        if element.get("S") == "/TH":
            rows = elements[elements[element["P"]]["P"]]
            element["A"]["Scope"] = "/Column" if rows["S"] == "/THead" else "/Row"
        elif element.get("Subtype") == "/Link":
            element["F"] = PRINTED
