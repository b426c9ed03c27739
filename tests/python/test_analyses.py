"""Each analysis answers over the sample as its header says, over the publication alone."""

import re

import duckdb
import pytest

from conftest import ROOT
from cpm_warehouse.report.questions import MART
from cpm_warehouse.report.trace.answers import markdown

PUBLISHED = ROOT / "published/cpm.duckdb"
ANALYSES = sorted((ROOT / "analyses").glob("*.sql"))
NUMBER = re.compile(r"\d+(?:\.\d+)?")
# Of a long answer the first rows are shown.
SHOWN_OF = re.compile(r"\((\d+) of (\d+) rows\)")


def header(text):
    """The question, the answer in words, and the rows shown."""
    comment = [line[2:].strip() for line in re.match(r"(?:--.*\n)+", text)[0].splitlines()]
    words = " ".join(line for line in comment if not line.startswith("|"))
    question, answer = re.split(r"(?:On the synthetic sample|By the papers and the calendar): ", words)
    return question, answer, [line for line in comment if line.startswith("|")]


@pytest.mark.parametrize("path", ANALYSES, ids=lambda path: path.stem)
def test_an_analysis_answers_as_its_header_says(path):
    text = path.read_text()
    question, answer, shown = header(text)
    assert "?" in question and "{" not in text
    with duckdb.connect(PUBLISHED, read_only=True) as published:
        asked = published.execute(text)
        columns = [column[0] for column in asked.description]
        rows = asked.fetchall()
    of = SHOWN_OF.search(answer)
    assert rows and (of is None) == (len(rows) == len(shown) - 2)
    if of:
        assert (int(of[1]), int(of[2])) == (len(shown) - 2, len(rows))
    assert shown == list(markdown(columns, rows[: len(shown) - 2]))
    # In words stands no number that the question and the rows do not have.
    known = set(NUMBER.findall(f"{question} {SHOWN_OF.findall(answer)} {rows}"))
    assert set(NUMBER.findall(answer)) - known == set()


def test_analyses_read_marts_and_nothing_else():
    assert len(ANALYSES) >= 10
    for path in ANALYSES:
        sql = re.sub(r"--.*", "", path.read_text())
        read = re.findall(r"\b(?:from|join) ([a-z_.]+)", sql)
        own = set(re.findall(r"^(\w+) as \(", sql, re.M))
        assert {name for name in read if not MART.fullmatch(name)} <= own, path.name
