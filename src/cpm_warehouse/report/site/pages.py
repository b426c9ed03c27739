"""The pages of the site, from the tables and templates of the report."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from markupsafe import Markup

from cpm_warehouse.publish.finding import Found
from cpm_warehouse.report import book, fragments
from cpm_warehouse.report.charts import Charts, month_name
from cpm_warehouse.report.commentary import read_commentary
from cpm_warehouse.report.explorer.behind import ROWS
from cpm_warehouse.report.formats import in_words
from cpm_warehouse.report.pack.making import marking
from cpm_warehouse.report.pack.pages import FEW, made_up_lists
from cpm_warehouse.report.pack.tables import Table, read_tables
from cpm_warehouse.report.pack.workbook import sheet_names
from cpm_warehouse.report.questions import written_out
from cpm_warehouse.report.sentences import name
from cpm_warehouse.report.site.notebooks import Notebook
from cpm_warehouse.report.trace.published import find_result

FIRST = "index.html"
BOOK = "book.html"
LEVELS = "service_levels.html"
LINEAGE = "lineage.html"
PROJECT = "cpm_warehouse"  # of dbt: its nodes are named by it
# Pages of each month beside those of its measures, by the template of the report that each shows.
PARTS = {
    "timeliness": "PMR timeliness",
    "change": "MP122B: options and the change discussion",
    "incidents": "Incidents",
    "alerts": "Alerts",
    "firmware": "Firmware",
    "annex": "MP122A: Business Processes",
    "revisions": "Revisions",
    "data": "Data received",
}
# What readers ask of a month, with the part and the place in it that answers.
STRAIGHT = {
    "What was published before, differs now, and why?": ("revisions", "restatements"),
    "How far is the proxy for Alerts from what was measured?": ("alerts", "proxy"),
    "How did each firmware do, by manufacturer and versions, and how long did it take?": (
        "firmware",
        "by-manufacturer-and-versions",
    ),
    "What does each solution option cost, as printed and as summed?": ("change", "costs"),
}
# What else somebody may look for who means it.
FOUND_BY = {
    "timeliness": "sla working days papers meetings operations group due late deliveries critical path",
    "change": "costs packages timeline releases derogations obligations coverage dependencies working group"
    " consultation questions question 1 2 3 4 5 6 7 8 9 sla 18 working days",
    "incidents": "resolution times ageing exclusions category 3 4 5",
    "alerts": "cpm 3 proxy measured round trip csp south north central",
    "firmware": "cpm 6a 6b 6c updates manufacturer versions hub median days success",
    "annex": "service requests srv round trip response time operational performance regime",
    "revisions": "restated restatements changed last report published before",
    "data": "submissions files quarantine refused late received code lists",
}
# Which page of the measure book explains it.
EXPLAINED = {
    "timeliness": "pmr_timeliness",
    "change": "change_discussion",
    "incidents": "cpm_4_5_5a",
    "alerts": "cpm_3",
    "firmware": "cpm_6a_6b_6c",
    "annex": "business_processes",
    "revisions": "results",
}
# Tables of a measure's page.
SHOWN = (
    "summary_trend",
    "contributions",
    "measure_readings",
    "restatements",
    "definitions",
    "definition_levels",
    "definition_readings",
)
# Pages of the measure book that no measure leads to, and readers of these pages ask for.
ALSO = (
    "docs/measures/solution_options.md",
    "docs/measures/obligations.md",
    "docs/measures/business_processes.md",
    "docs/measures/operational_performance_regime.md",
    "docs/change_discussion.md",
    "docs/glossary.md",
)


@dataclass(frozen=True)
class Page:
    """A page: its path in the site, its title, what it is found by, and its HTML."""

    path: str
    title: str
    words: str
    html: str


@dataclass(frozen=True)
class Month:
    """A month and what the report knows of it."""

    first: date
    tables: Mapping[str, Table]
    comments: Mapping[str, str]

    @property
    def folder(self) -> str:
        """The folder of its pages, like 2021-09."""
        return f"{self.first:%Y-%m}"

    @property
    def measures(self) -> list[dict[str, Any]]:
        """Its rows of `rpt_measure_summary`."""
        return list(self.tables["summary"])


def render_pages(
    found: Found,
    months: Sequence[date],
    docs: Mapping[str, str],
    notebooks: Sequence[Notebook],
    commentary: Mapping[date, Path],
) -> list[Page]:
    """Return every page, the first page first and then the latest month first.

    `docs` are the titles of pages outside the site, by the way to them from its folder; `commentary` are files of
    comments by month.
    """
    told = [_read(found.path, month, commentary.get(month)) for month in sorted(months, reverse=True)]
    common = {
        "classification": marking(None, is_synthetic=found.is_synthetic),
        "is_synthetic": found.is_synthetic,
        "publication": next(iter(told[0].tables["publication"])),
        "docs": docs,
        "notebooks": notebooks,
        "lineage_of": _lineage(docs),
        "months": told,
        "parts": PARTS,
        "explained": EXPLAINED,
        "file_of": file_of,
        "sheets": sheet_names(),
        "few": FEW,
        "is_core": False,
    }
    pages = [_month(told[0], common, is_first=True)]
    for index, month in enumerate(told):
        beside = {
            word: told[at]
            for word, at in (("Month before", index + 1), ("Month after", index - 1))
            if 0 <= at < len(told)
        }
        pages += [
            _month(month, common, is_first=False),
            *_measures(found.path, month, common | {"beside": beside}),
            *_parts(month, common | {"beside": beside}),
        ]
    return [*pages, _levels(told[0], common), *_worked(notebooks, common), _book(told, common)]


def _read(published: Path, month: date, commentary: Path | None) -> Month:
    tables = read_tables(published, month)
    comments = read_commentary(commentary, set(tables["summary"].values("measure_id"))) if commentary else {}
    return Month(month, tables, comments)


def _lineage(docs: Mapping[str, str]) -> Callable[[str, str], str] | None:
    """Return what gives a mart's address in the graph of models and columns; None where the graph is not there."""
    graph = next((to for to in docs if to.endswith(LINEAGE)), None)
    if graph is None:
        return None
    return lambda mart, root: f"{root}{graph}?model=model.{PROJECT}.{mart}&parents=2"


def file_of(measure_id: str) -> str:
    """Return the file of a measure's page in the folder of its month: CPM_5A is cpm-5a.html."""
    return f"{measure_id.lower().replace('_', '-')}.html"


def _rendered(template: str, path: str, title: str, words: str, values: Mapping[str, Any]) -> Page:
    root = "../" * path.count("/")
    html = fragments.environment().get_template(f"site/{template}").render(values, title=title, root=root)
    return Page(path, title, f"{title} {words}", html)


def _month(month: Month, common: Mapping[str, Any], *, is_first: bool) -> Page:
    """Main points and the glance of a month; the first page is that of the latest, with the way to all others."""
    inside = f"{month.folder}/" if is_first else ""
    values = {
        **common,
        "month": month,
        "tables": month.tables,
        "is_first": is_first,
        "questions": STRAIGHT,
        "made_up_lists": made_up_lists(month.tables),
        "inside": inside,
        "href": lambda measure_id: f"{inside}{file_of(measure_id)}",
        "points": fragments.main_points(month.measures),
    }
    title = "Code Performance Measures" if is_first else month_name(month.first)
    return _rendered(
        "month.html",
        FIRST if is_first else f"{month.folder}/{FIRST}",
        title,
        f"main points {month.folder}",
        values,
    )


def _measures(published: Path, month: Month, common: Mapping[str, Any]) -> Iterator[Page]:
    for row in month.measures:
        its = {"measure_id": row["measure_id"]}
        tables = {key: table.where(**its) for key, table in month.tables.items() if key in SHOWN}
        restated = tables["restatements"]
        key = find_result(published, row["measure_id"], month.first)
        rows = ROWS.get(row["measure_id"])
        shown = fragments.measure(
            row,
            list(tables["summary_trend"]),
            list(tables["contributions"]),
            Charts(),
            month.comments.get(row["measure_id"]),
        )
        values = {
            **common,
            "month": month,
            "row": row,
            "tables": {
                **tables,
                "summary_trend": tables["summary_trend"].without("line_number"),
                "restatements": restated.where(reporting_month=month.first).titled(
                    "Figures of this month that were published before and differ now", restated.note
                ),
            },
            "shown": shown,
            "key": str(key),
            "query": written_out(rows.rows if rows else "drivers", key.values),
            "place": book.name_of(Path(row["page"])),
            "its_parts": [part for part, page in EXPLAINED.items() if page == Path(row["page"]).stem],
        }
        numbers = f"{row['measure_id']} {row['measure_id'].replace('_', '')}"
        words = f"{numbers} {month.folder} {in_words(row['status'])}"
        words += _said_in(tables["contributions"], "scope_name") + _said_in(
            tables["measure_readings"], "variant_name"
        )
        title = f"{name(row)}: {row['measure_name']}, {month_name(month.first)}"
        yield _rendered("measure.html", f"{month.folder}/{file_of(row['measure_id'])}", title, words, values)


def _parts(month: Month, common: Mapping[str, Any]) -> Iterator[Page]:
    for part, heading in PARTS.items():
        values = {**common, "month": month, "tables": month.tables, "part": part, "charts": Charts()}
        title = f"{heading}, {month_name(month.first)}"
        words = f"{month.folder} {FOUND_BY[part]}"
        if part == "change":
            words += _said_in(month.tables["change_answers"], "question")
            words += _said_in(month.tables["change_cost_cells"], "table_row")
        yield _rendered("part.html", f"{month.folder}/{part}.html", title, words, values)


def _levels(month: Month, common: Mapping[str, Any]) -> Page:
    """Each service level of the PMR, month by month: of no month of the report, so that it is one page."""
    levels = month.tables["pmr_months"]
    values = {
        **common,
        "tables": month.tables,
        "levels": levels.values("sla_working_days"),
        "by_month": {
            of_month: {row["sla_working_days"]: row for row in levels if row["reporting_month"] == of_month}
            for of_month in levels.values("reporting_month")
        },
    }
    title = "Service levels of the PMR by month"
    return _rendered("service_levels.html", LEVELS, title, "sla working days papers 10 14 18 25", values)


def _worked(notebooks: Sequence[Notebook], common: Mapping[str, Any]) -> Iterator[Page]:
    for notebook in notebooks:
        values = {**common, "notebook": notebook}
        words = f"notebook analysis {' '.join(_headings(part.html) for part in notebook.parts if part.html)}"
        yield _rendered("notebook.html", notebook.file, notebook.title, words, values)


def _book(told: Sequence[Month], common: Mapping[str, Any]) -> Page:
    of_measures = sorted({row["page"] for month in told for row in month.measures})
    pages = book.pages([*of_measures, *book.ALWAYS, *ALSO])
    words = f"definitions glossary {' '.join(f'{page.title} {_headings(page.html)}' for page in pages)}"
    return _rendered("book.html", BOOK, "The measure book", words, {**common, "pages": pages})


def _said_in(table: Table, column: str) -> str:
    """The words of a column, each value once."""
    return "".join(f" {value}" for value in table.values(column))


def _headings(html: str) -> str:
    """The words of the headings of a page or of a part of it."""
    return " ".join(Markup(heading).striptags() for heading in re.findall(r"<h\d[^>]*>(.*?)</h\d>", html, re.S))
