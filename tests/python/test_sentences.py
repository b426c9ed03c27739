"""What the report says in sentences: every number is the summary's, in the place where it belongs."""

import random
import re
from datetime import date
from decimal import Decimal

import pytest

from conftest import ROOT
from cpm_warehouse.errors import CpmError
from cpm_warehouse.report import sentences
from cpm_warehouse.report.commentary import LONGEST, read_commentary
from cpm_warehouse.report.formats import percent
from cpm_warehouse.report.pack.tables import read_tables

MONTHS = [date(2021, 7, 1), date(2021, 8, 1), date(2021, 9, 1), date(2021, 10, 1)]
PUBLISHED = ROOT / "published/cpm.duckdb"
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
BESIDE = (
    sentences.verdict,
    sentences.change,
    sentences.cause,
    sentences.margin,
    sentences.readings,
    sentences.interval,
    sentences.blind_spots,
    sentences.restated,
)
TEXTS = ("measure_name", "unit", "limitation", "lowest_reading_name", "highest_reading_name")


@pytest.fixture(scope="module")
def months():
    return {month: list(read_tables(PUBLISHED, month)["summary"]) for month in MONTHS}


def numbers_of(row):
    """Every way in which a number of the row may be written."""
    found = set()
    levels = tuple(row[name] for name in ("target_pct", "minimum_pct") if row[name] is not None)
    for value in row.values():
        if isinstance(value, int) and not isinstance(value, bool):
            found |= {f"{value:,}", str(value)}
        elif isinstance(value, Decimal):
            found |= {f"{abs(value):.{places}f}" for places in range(1, 7)}
            found |= {f"{float(value):g}", percent(value, levels), percent(value)}
    return found


def strange(text, rows):
    """The numbers of a text that none of the rows has; names and the interval's 95% are none of its numbers."""
    for row in rows:
        names = [row[name] for name in TEXTS if row[name]]
        names += [row[f"{pick}_{kind}_name"] for pick in ("mover", "most_missed") for kind in sentences.KINDS]
        for one in sorted((name for name in names if name), key=len, reverse=True):
            text = text.replace(one, "")
            text = text.replace(one[:1].upper() + one[1:], "")
    text = re.sub(r"CPM \d[A-C]?|the 95% interval", "", text)
    known = set().union(*map(numbers_of, rows))
    return [number for number in NUMBER.findall(text) if number.rstrip(",") not in known]


def told_of(point, rows):
    """The rows that a point is about."""
    named = set(re.findall(r"CPM \d[A-C]?", point))
    return [row for row in rows if sentences.name(row) in named]


@pytest.mark.parametrize("month", MONTHS)
def test_every_number_of_the_main_points_is_in_the_summary(months, month):
    rows = months[month]
    first, *others = sentences.main_points(rows)
    assert 1 <= len(others) < sentences.MOST_POINTS
    with_level = [row["status"] for row in rows if row["status"] in sentences.VERDICTS]
    counts = {str(with_level.count(status)) for status in sentences.VERDICTS} | {str(len(with_level))}
    assert [number for number in strange(first, rows) if number not in counts] == []
    for point in others:
        about = told_of(point, rows)
        assert len(about) == 1 or point.startswith("Published before")
        assert strange(point, about) == [], point


@pytest.mark.parametrize("month", MONTHS)
def test_every_number_beside_a_measure_is_that_measures(months, month):
    for row in months[month]:
        for say in BESIDE:
            assert strange(say(row), [row]) == [], say(row)


def test_sentences_follow_whatever_the_summary_says(months):
    """Rows with other numbers, as of other data: each is another one, so that none can be right by chance."""
    chance = random.Random(27)
    for row in (row for rows in months.values() for row in rows):
        other = dict(row)
        for name, value in row.items():
            if isinstance(value, int) and not isinstance(value, bool) and value:
                other[name] = chance.randrange(2, 10**7)
            elif isinstance(value, Decimal) and value:
                other[name] = Decimal(chance.randrange(1, 100 * 10**6)).scaleb(-6).copy_sign(value)
        for text in [say(other) for say in BESIDE] + sentences.main_points([other]):
            one_measure = text.startswith("Of 1 measure with a level,")
            assert [number for number in strange(text, [other]) if not (one_measure and number in "01")] == [], (
                text
            )


def test_the_first_point_says_what_the_verdicts_of_september_hang_on(months):
    first, below, *_ = sentences.main_points(months[date(2021, 9, 1)])
    assert first == (
        "Of 9 measures with a level, 1 is below the minimum (CPM 2), 2 miss the target only (CPM 1 and CPM 3)"
        " and 6 meet the target; the verdict hangs on few events for CPM 3 (11 of 9,379 Alerts),"
        " CPM 4 (1 of 4 Incidents) and CPM 8 (1 of 51 repository requests),"
        " and on the reading for CPM 2, CPM 3, CPM 5 and CPM 5A."
    )
    assert below == (
        "CPM 2 (Future-Dated Service Responses) is below its minimum of 96%: 94.24%, 180 of 191 Service Responses,"
        " down 0.50 points; Region SMETS1 missed 7 of its 72 (11 missed in all); 2 of 6 readings"
        " (94.24% to 100.00%) give another verdict."
    )


def test_october_says_what_made_cpm_5_fall(months):
    points = sentences.main_points(months[date(2021, 10, 1)])
    (point,) = (point for point in points if point.startswith("CPM 5 "))
    assert "down 13.06 points; CSP North missed 4 of its 8 (6 missed in all)" in point
    (row,) = (row for row in months[date(2021, 10, 1)] if row["measure_id"] == "CPM_5")
    assert sentences.cause(row) == (
        "What moved it: CSP North -11.43 points, 4 of its 8 missed;"
        " Region North -11.43 points, 4 of its 11 missed. 6 missed in all."
    )


def test_a_month_of_one_measure_and_one_without_figures(months):
    row = months[date(2021, 9, 1)][0]
    assert sentences.main_points([row])[0].startswith(
        "Of 1 measure with a level, 0 are below the minimum, 1 misses"
    )
    nothing = row | {"result_pct": None, "status": "no_events"}
    assert sentences.main_points([nothing]) == []
    assert sentences.verdict(nothing) == "No events."
    assert sentences.main_points([]) == []


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        ("98.891140", "98.891022", "98.8911%, was 98.8910%"),
        ("95.918367", "91.304348", "95.92%, was 91.30%"),
        ("95.0000014", "95", "95.000001%, was 95.000000%"),
    ],
)
def test_a_revised_figure_differs_from_the_one_before_as_it_is_written(now, before, said):
    row = {"result_pct": Decimal(now), "restated_from_pct": Decimal(before)}
    assert sentences.now_and_before(row | {"status": "target_met", "restated_from_status": "target_met"}) == said
    other = row | {"status": "target_met", "restated_from_status": "minimum_met"}
    assert sentences.now_and_before(other) == f"{said}, minimum met"


GOOD = {"CPM_5": "Two waited for a part. Stock was raised.", "CPM_5A": "None."}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.yml", "CPM 5: >-\n  Two waited for a part.\n  Stock was raised.\nCPM_5A: None.\n"),
        ("c.md", "## CPM 5\n\nTwo waited for a part.\nStock was raised.\n\n# cpm-5a\nNone.\n"),
    ],
)
def test_comments_are_read_from_yaml_and_markdown(tmp_path, name, text):
    (tmp_path / name).write_text(text)
    assert read_commentary(tmp_path / name, {"CPM_5", "CPM_5A"}) == GOOD


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("c.yml", "CPM 5: a\nCPM 9: b\n", ":2: 'CPM 9' is no measure of the month; write one of CPM 5, CPM 5A"),
        ("c.yml", "CPM 5: a\nCPM_5: b\n", ":2: CPM_5 stands there twice; keep one of the two"),
        ("c.yml", "CPM 5:\n", ":1: CPM 5 has no text; write the cause and the remedy"),
        (
            "c.yml",
            f"CPM 5A: a\nCPM 5: {'a' * (LONGEST + 1)}\n",
            f":2: the text of CPM 5 has {LONGEST + 1} characters",
        ),
        ("c.yml", "CPM 5: [a]\n", ":1: a measure has something else than a text; write 'CPM 5: text'"),
        (
            "c.yml",
            "- CPM 5\n",
            ":1: it is no list of measures with their texts; write a line 'CPM 5: text' a measure",
        ),
        ("c.yml", "a: 1\nb: [\n", ":3: it is no YAML"),
        ("c.yml", "", ":1: it is no list of measures with their texts"),
        ("c.yml", "{}", ":1: no measure has a text; write a line such as"),
        ("c.yml", b"CPM 5: a\nCPM 5A: \xff\n", ":2: it is not UTF-8; save the file as UTF-8"),
        (
            "c.md",
            "Two waited.\n## CPM 5\na\n",
            ":1: a text stands before the first heading; put '## CPM 5' above it",
        ),
        ("c.md", "## CPM 5\n\n## CPM 5A\na\n", ":1: CPM 5 has no text"),
        ("c.txt", "CPM 5: a", ": neither YAML nor Markdown by its name; name it .yml or .md"),
    ],
)
def test_a_fault_of_a_comment_is_named_with_its_line_and_remedy(tmp_path, name, text, said):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(CpmError) as raised:
        read_commentary(path, {"CPM_5", "CPM_5A"})
    assert str(raised.value).startswith(f"{path}{said}")


def test_a_file_of_comments_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CpmError, match="cannot be read"):
        read_commentary(tmp_path / "none.yml", {"CPM_5"})
