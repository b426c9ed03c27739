"""DECISIONS.md: each entry has an id, date, standing and where it is seen; each citation leads to one."""

import datetime as dt
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from conftest import ROOT

DECISIONS = ROOT / "DECISIONS.md"
STANDINGS = {"sourced", "paper", "recalled", "inferred", "assumed", "chosen"}
# Areas that decide what a figure is: a model or a page of the measure book has to say so.
OF_MEASURES = {"RES", "INC", "CAL", "PMR", "ALT", "OPT", "FIR", "SRQ", "SSI", "SMK"}
CITING = {".csv", ".md", ".py", ".sql", ".toml", ".yml"}
ENTRY = re.compile(
    r"""<a[ ]id="(?P<anchor>[^"]*)"></a>\n
        \#\#\#[ ](?P<id>[A-Z]{3}-\d\d):[ ](?P<title>.+)\n
        (?P<meta>.+)\n\n
        (?P<text>(?s:.+?))(?=\n\n<a[ ]|\n\n\#\#[ ]|\Z)""",
    re.VERBOSE,
)
META = re.compile(r"(?P<date>\d{4}-\d\d-\d\d) · (?P<standing>\w+)(?: · (?P<subject>.+?))? · seen in: (?P<seen>.+)")


class Decision(NamedTuple):
    id: str
    anchor: str
    title: str
    meta: str
    text: str


@pytest.fixture(scope="module")
def decisions() -> list[Decision]:
    return [Decision(**found.groupdict()) for found in _entries(DECISIONS.read_text())]


def _entries(text: str) -> Iterator[re.Match[str]]:
    return ENTRY.finditer(text)


def slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-")


def areas(text: str) -> dict[str, str]:
    """The text below each heading of an area, by heading."""
    parts = re.split(r"^## (.+)\n", text, flags=re.M)[1:]
    return {name: body for name, body in zip(parts[::2], parts[1::2], strict=True) if name != "Areas"}


@cache
def project() -> dict[str, str]:
    """The texts of the project that may cite, but for DECISIONS.md and what was received."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return {
        name: (ROOT / name).read_text(encoding="utf-8", errors="replace")
        for name in listed.stdout.split("\0")
        if Path(name).suffix in CITING
        and name != DECISIONS.name
        and not name.startswith("extracts/sample/")
        and (ROOT / name).is_file()
    }


def cited(texts: dict[str, str], known: set[str]) -> dict[str, set[str]]:
    """Ids that each file cites, as `INC-07` or as `DECISIONS.md#inc-07`."""
    prefixes = "|".join(sorted({one.split("-")[0] for one in known}))
    by_id = re.compile(rf"(?<![\w-])(?:{prefixes})-\d\d(?![\w-])")
    by_anchor = re.compile(rf"DECISIONS\.md#((?:{prefixes.lower()})-\d\d)(?![\w-])")
    found = {
        name: {*by_id.findall(text), *(one.upper() for one in by_anchor.findall(text))}
        for name, text in texts.items()
    }
    return {name: ids for name, ids in found.items() if ids}


def test_every_heading_of_a_decision_is_an_entry(decisions):
    """An entry that lacks its anchor or its line of date and standing is none."""
    headings = re.findall(r"^### (\S+?):? .*$", DECISIONS.read_text(), flags=re.M)
    assert [decision.id for decision in decisions] == headings


def test_ids_and_titles_are_unique_and_anchors_are_ids(decisions):
    assert len({decision.id for decision in decisions}) == len(decisions)
    assert len({decision.title for decision in decisions}) == len(decisions)
    assert [decision.anchor for decision in decisions] == [decision.id.lower() for decision in decisions]


def test_ids_count_up_within_their_area_and_newer_ones_come_last():
    prefixes = []
    for body in areas(DECISIONS.read_text()).values():
        found = [entry.groupdict() for entry in _entries(body)]
        (prefix,) = {entry["id"].split("-")[0] for entry in found}
        prefixes.append(prefix)
        # Numbers may be left out: of what is written at the same time, each takes its own.
        numbers = [int(entry["id"].split("-")[1]) for entry in found]
        assert numbers == sorted(set(numbers)), prefix
        dates = [entry["meta"][:10] for entry in found]
        assert dates == sorted(dates), prefix
    assert len(prefixes) == len(set(prefixes))


def test_every_decision_has_a_date_a_standing_where_it_is_seen_and_an_example(decisions):
    faults = []
    for decision in decisions:
        meta = META.fullmatch(decision.meta)
        if not meta or meta["standing"] not in STANDINGS:
            faults.append(f"{decision.id}: {decision.meta}")
            continue
        dt.date.fromisoformat(meta["date"])
        if "Example" not in decision.text:
            faults.append(f"{decision.id}: no example")
    assert not faults, "\n".join(faults)


def test_names_by_which_a_decision_is_seen_are_names_of_the_project(decisions):
    """A column that was renamed leads nowhere."""
    texts = (text for name, text in project().items() if not name.startswith("docs/"))
    words = {word for text in texts for word in re.findall(r"\w+", text)}
    unknown = [
        f"{decision.id}: {name}"
        for decision in decisions
        for name in re.findall(r"`([a-z][a-z0-9]*(?:_[a-z0-9]+)+)`", decision.meta)
        if name not in words
    ]
    assert unknown == []


def test_the_table_of_areas_leads_to_the_first_and_last_entry():
    text = DECISIONS.read_text()
    table = re.findall(r"^\| \[(.+?)\]\(#(.+?)\) \| .+ \| (.+) \|$", text, flags=re.M)
    expected = []
    for name, body in areas(text).items():
        ids = [entry["id"] for entry in _entries(body)]
        ends = [f"[{one}](#{one.lower()})" for one in dict.fromkeys((ids[0], ids[-1]))]
        expected.append((name, slug(name), " to ".join(ends)))
    assert table == expected


def test_whatever_names_a_place_of_the_decisions_names_one_that_is_there():
    """In models, seeds and tests too; `test_book.py` follows the links of pages."""
    text = DECISIONS.read_text()
    places = set(re.findall(r'<a id="([^"]+)">', text)) | {slug(name) for name in areas(text)}
    lost = [
        f"{name}: #{found}"
        for name, citing in project().items()
        for found in re.findall(r"DECISIONS\.md#([\w-]+)", citing)
        if found not in places
    ]
    assert lost == []


def test_every_decision_that_is_cited_exists(decisions):
    known = {decision.id for decision in decisions}
    missing = [f"{name}: {one}" for name, ids in cited(project(), known).items() for one in sorted(ids - known)]
    assert missing == []


def test_every_decision_about_a_measure_is_cited_by_a_model_or_a_page(decisions):
    known = {decision.id for decision in decisions}
    models = {
        name: text for name, text in project().items() if name.startswith("models/") and name.endswith(".sql")
    }
    if not cited(models, known):
        pytest.skip("no model cites a decision yet")
    pages = {name: text for name, text in project().items() if re.match(r"docs/(measures/|calendar\.md)", name)}
    found = set[str]().union(*cited(models | pages, known).values())
    assert sorted(one for one in known - found if one.split("-")[0] in OF_MEASURES) == []
