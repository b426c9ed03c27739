"""The review of a change: compares, judges, and writes the page and the Parquet of differences."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, PackageLoader, StrictUndefined
from markdown import Markdown  # type: ignore[import-untyped]
from markupsafe import Markup

from cpm_warehouse.duck import literal
from cpm_warehouse.publish.finding import Found
from cpm_warehouse.report import formats
from cpm_warehouse.report.book import with_captions
from cpm_warehouse.report.review.comparing import compared, sql_of
from cpm_warehouse.report.review.keys import Key
from cpm_warehouse.report.review.states import Change, State, changes, note_changes, note_seed_rows

Rows = list[dict[str, Any]]
UNCHANGED, ADDITIVE, MOVED, BREAKING = "unchanged", "additive", "moved", "breaking"
CODES = {UNCHANGED: 0, ADDITIVE: 0, MOVED: 3, BREAKING: 4}
MOST = 500  # rows of a table on the page; all are in the Parquet
# What Markdown or HTML would read as its own, in names and values that others wrote.
SPECIAL = re.compile(r"[&<>|`*\[\]\\]")


@dataclass(frozen=True)
class Review:
    """What a review came to: its verdict, a sentence, and the files written."""

    verdict: str
    sentence: str
    files: tuple[Path, ...]

    @property
    def code(self) -> int:
        """The exit code of the command."""
        return CODES[self.verdict]


def review(
    base: Found,
    change: Found,
    keys: Mapping[str, Key],
    states: tuple[State, State] | None,
    folder: Path,
    closed_months: Sequence[Mapping[str, Any]] = (),
) -> Review:
    """Compare two publications, and two states of the project where they are given; write what differs.

    `closed_months` are those that moved and that the change was acknowledged for, to be built at all.
    Writes review.md, review.html and differences.parquet into the folder. Raises CpmError where a publication is
    of a version that has no results to compare.
    """
    with compared(base, change, keys) as connection:
        found: list[Change] = changes(*states) if states else []
        note_changes(connection, found)
        unread = note_seed_rows(connection, *states) if states else []
        asked = _answers(connection)
        verdict = _verdict(asked)
        said = _sentence(verdict, asked) + _stopped(closed_months)
        text = (
            _environment()
            .get_template("review.md")
            .render(
                base=base,
                change=change,
                states=states,
                changes=found,
                unread=unread,
                sentence=said,
                most=MOST,
                closed_months=closed_months,
                **asked,
            )
        )
        folder.mkdir(parents=True, exist_ok=True)
        written = tuple(folder / name for name in ("review.md", "review.html", "differences.parquet"))
        written[0].write_text(text, encoding="utf-8")
        written[1].write_text(_as_page(text), encoding="utf-8")
        connection.execute(
            f"copy (from differences order by all) to {literal(written[2])} (format parquet, compression zstd)"
        )
    return Review(verdict, said, written)


def _answers(connection: duckdb.DuckDBPyConnection) -> dict[str, Rows]:
    """Return what the page shows, by the name of its table."""
    questions = {
        "results": sql_of("results"),
        "marts": sql_of("marts"),
        "shape": "from differences where part in ('mart', 'column') order by all",
        "files": "from differences where part = 'definition' order by subject",
        "submissions": "from differences where part = 'submission' order by subject",
        "seed_rows": "from differences where part = 'seed row' order by all",
    }
    return {name: _rows(connection, sql) for name, sql in questions.items()}


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> Rows:
    asked = connection.execute(sql)
    names = [column[0] for column in asked.description or ()]
    return [dict(zip(names, row, strict=True)) for row in asked.fetchall()]


def _verdict(asked: Mapping[str, Rows]) -> str:
    if any(one["is_breaking"] for one in asked["shape"]):
        return BREAKING
    if any(one["moved_count"] or one["gone_count"] for one in asked["marts"]):
        return MOVED
    return ADDITIVE if asked["marts"] or asked["shape"] else UNCHANGED


def _sentence(verdict: str, asked: Mapping[str, Rows]) -> str:
    """Say in a line what the change does to readers."""
    results, marts = asked["results"], asked["marts"]
    rows = sum(one["moved_count"] + one["gone_count"] + one["came_count"] for one in marts)
    moved = (
        f"{_counted(len(results), 'result')} moved, {sum(one['is_default'] for one in results):,} of them by a"
        f" default reading; {_counted(sum(one['is_flipped'] for one in results), 'verdict')} flipped;"
        f" {_counted(rows, 'row')} of {_counted(len(marts), 'mart')} differ"
    )
    if verdict == UNCHANGED:
        if asked["files"]:
            files = _counted(len(asked["files"]), "file")
            return f"Nothing moved: {files} of definitions changed, and no row of a mart."
        return "Unchanged: the definitions are the same, and so is every row of every mart."
    if verdict == ADDITIVE:
        return f"Additive: no row that stood before is another one or gone. {moved}."
    if verdict == BREAKING:
        broken = ", ".join(_place(one) for one in asked["shape"] if one["is_breaking"])
        return f"Breaking for readers: {broken}. {moved}."
    return f"Moved: {moved}."


def _stopped(closed_months: Sequence[Mapping[str, Any]]) -> str:
    """Say that a build would stop at closed months that nobody acknowledged; nothing where it would not."""
    if not closed_months:
        return ""
    measures = ", ".join(sorted({str(one["measure_id"]) for one in closed_months}))
    return f" A build of it stops until closed months of {measures} are acknowledged."


def _place(row: Mapping[str, Any]) -> str:
    where = f"{row['subject']}.{row['column_name']}" if row["column_name"] else row["subject"]
    return f"{where} {row['difference']}"


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


@cache
def _environment() -> Environment:
    """Templates in Markdown; whatever a publication or a manifest holds stands in them as text."""
    made = Environment(
        loader=PackageLoader("cpm_warehouse.report"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=as_text,
        autoescape=False,  # what is written is Markdown: `as_text` escapes for it
    )
    made.filters.update(row_text=_row_text, counted=_counted)
    return made


def as_text(value: Any) -> str:
    """Write a value into a cell of Markdown as it is, its marks and line ends escaped."""
    if value is None:
        return formats.NOTHING
    return SPECIAL.sub(lambda mark: f"&#{ord(mark[0])};", " ".join(str(value).splitlines()))


def _row_text(row: str) -> str:
    """Write a row that stands as JSON in words: `alert_code 8F12, provider dsp`; what is null is left out."""
    return ", ".join(f"{name} {value}" for name, value in json.loads(row).items() if value is not None)


def _as_page(text: str) -> str:
    """Return the page as one HTML document that loads nothing else."""
    style = files("cpm_warehouse.report").joinpath("templates/pack.css").read_text(encoding="utf-8")
    body = with_captions(Markdown(extensions=["tables", "sane_lists"]).convert(text))
    pages = Environment(loader=PackageLoader("cpm_warehouse.report"), autoescape=True)
    return pages.get_template("review.html").render(body=Markup(body), style=Markup(style))
