"""What the guides show of the sample is what their queries answer, over the publication of `make build`."""

import re
from datetime import date, datetime

import duckdb
import pytest

from conftest import ROOT

GUIDES = sorted((ROOT / "docs/guides").glob("*.md"))
ASKED = re.compile(r"^ask <<'SQL'\n(.*?)^SQL\n```\n\n```\n(┌.*?)^```", re.M | re.S)
# Over what a reader makes on the way (a rebuild, a trial, own extracts), and of publications, whose times differ.
OF_A_TRIAL = (
    "target/past.duckdb",
    "cause = 'definitions'",
    "rpt_measure_gaps",
    "fct_quarantined_rows",
    "known_at",
    "own/2021-07/v1",
    "dim_code_lists",
)
SHOWN = [
    pytest.param(query, answer, id=f"{guide.stem}-{number}")
    for guide in GUIDES
    for number, (query, answer) in enumerate(ASKED.findall(guide.read_text()), start=1)
    if not any(words in query for words in OF_A_TRIAL)
]


def cells(answer: str) -> list[list[str]]:
    """The cells of the box that DuckDB draws, without names and types."""
    lines = [line.strip("│").split("│") for line in answer.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line] for line in lines[2:]]


def as_shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime | date):
        return str(value)
    return "NULL" if value is None else str(value)


@pytest.mark.parametrize(("query", "answer"), SHOWN)
def test_a_guide_shows_what_its_query_answers(query: str, answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with duckdb.connect("published/cpm.duckdb", read_only=True) as published:
        found = published.execute(query).fetchall()
    assert [[as_shown(value) for value in row] for row in found] == cells(answer)


def test_queries_of_the_sample_are_looked_at() -> None:
    assert len(SHOWN) >= 5
