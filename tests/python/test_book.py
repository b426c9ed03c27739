"""The measure book says what the seeds say, and every link and every worked example leads somewhere."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from conftest import ROOT

PAGES = sorted((ROOT / "docs").rglob("*.md"))
MEASURE_PAGES = sorted((ROOT / "docs/measures").glob("*.md"))
LINKING = [*PAGES, *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "DECISIONS.md"))]

HEADINGS = [
    "Wording",
    "Formula",
    "In and out",
    "Variants",
    "Levels",
    "Basis",
    "Blind spots",
    "Examples",
    "Where it stands",
    "History",
]

# What a line of 'Where it stands' names, and the files of which one must have that name.
KINDS = {
    "Models": ("models/**/*.sql",),
    "Marts": ("models/marts/**/*.sql",),
    "Seeds": ("seeds/**/*.csv",),
    "Macros": ("macros/**/*.sql",),
    "Tests": ("tests/**/*.sql", "tests/python/*.py"),
    "Analyses": ("analyses/*.sql", "notebooks/*.py"),
    "Extracts": ("extracts/contracts/*.yml",),
    "Decisions": (),
}
MODEL_NAME = re.compile(r"`((?:stg|int|cube|fct|dim|rpt)_\w+)`")

# An example is cited as 'example I5', 'examples I3, I4 and I5' or 'examples P1 to P6', and by nothing else: tests
# use such words as keys.
CITED = re.compile(r"\b[Ee]xamples?\s+([A-Z]\d+\b(?:(?:,|\s+and|\s+to)\s+[A-Z]\d+\b)*)")
DEFINED = re.compile(r"^\| \*\*([A-Z]\d+)\*\* \|", re.M)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def sections(text: str) -> dict[str, str]:
    """The text below each heading of the second level."""
    parts = re.split(r"^## (.*)$", without_code(text), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def table(text: str) -> Iterator[dict[str, str]]:
    """The rows of every table, by the heads of its columns, without marks."""
    head: list[str] = []
    for line in text.splitlines():
        if not line.startswith("|"):
            head = []
        elif not set(line) <= set("|-: "):
            cells = [cell.strip().strip("`*") for cell in line.strip("|").split("|")]
            if head:
                yield dict(zip(head, cells, strict=True))
            head = head or cells


def seed(seed_name: str) -> list[dict[str, str]]:
    (path,) = (ROOT / "seeds").rglob(f"{seed_name}.csv")
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def rows_of(section: str) -> list[dict[str, str]]:
    return [
        row for page in MEASURE_PAGES for row in table(sections(page.read_text())[section]) if "Measure" in row
    ]


def slugs(text: str) -> set[str]:
    """The places of a page that a link can name: headings as GitHub writes them, and what has an id."""
    found: Counter[str] = Counter()
    places = set(re.findall(r'<a (?:id|name)="([^"]+)"', text))
    for heading in re.findall(r"^#+ (.*)$", without_code(text), re.M):
        shown = re.sub(r"\[([^]]*)\]\([^)]*\)|<[^>]*>", r"\1", heading).strip().lower()
        slug = re.sub(r"[^\w\- ]", "", shown).replace(" ", "-")
        places.add(f"{slug}-{found[slug]}" if found[slug] else slug)
        found[slug] += 1
    return places


def links(text: str) -> list[str]:
    written = re.sub(r"`[^`\n]*`", "", without_code(text))
    return [to for to in re.findall(r"\]\(([^)\s]+)\)", written) if not re.match(r"[a-z]+:", to)]


def places_named(text: str) -> list[str]:
    """Pages named as text, from the top of the project: `docs/measures/cpm_3.md#proxy`."""
    return re.findall(r"\b(docs/[\w/]+\.md(?:#[\w-]+)?)", re.sub(r"\]\([^)]*\)", "", text))


def leads_nowhere(path: Path) -> bool:
    file, _, place = path.as_posix().partition("#")
    return not Path(file).exists() or (bool(place) and place not in slugs(Path(file).read_text()))


def in_range(cited: str) -> Iterator[str]:
    """The ids of 'I3, I4 and I5' and of 'P1 to P6'."""
    words = re.split(r",?\s+|,", cited)
    yield from (word for word in words if word[0].isupper())
    for number, word in enumerate(words):
        if word == "to":
            first, last = words[number - 1], words[number + 1]
            yield from (f"{first[0]}{between}" for between in range(int(first[1:]), int(last[1:]) + 1))


def citations(text: str) -> set[str]:
    return {example for cited in CITED.findall(text) for example in in_range(cited)}


def unit_tests(path: Path) -> str:
    return path.read_text().partition("\nunit_tests:\n")[2]


@pytest.mark.parametrize("page", MEASURE_PAGES, ids=name)
def test_a_page_of_a_measure_has_every_heading_in_order(page: Path) -> None:
    found = list(sections(page.read_text()))
    assert [heading for heading in found if heading in HEADINGS] == HEADINGS
    assert [heading for heading, text in sections(page.read_text()).items() if not text.strip()] == []


def test_the_variants_are_those_of_the_seed() -> None:
    in_book = [
        (row["Measure"], row["Variant"], row["Stands"] == "yes", row["Standing"]) for row in rows_of("Variants")
    ]
    in_seed = [
        (row["measure_id"], row["variant_id"], row["is_default"] == "true", row["provenance"])
        for row in seed("measure_variants")
    ]
    assert sorted(in_book) == sorted(in_seed)


def test_the_levels_are_those_of_the_seed() -> None:
    in_book = [
        tuple(row[column] for column in ("Measure", "Target", "Minimum", "From", "Standing"))
        for row in rows_of("Levels")
    ]
    in_seed = [
        (
            row["measure_id"],
            *(f"{int(row[bp]) / 100:g}%" if row[bp] else "not found" for bp in ("target_bp", "minimum_bp")),
            row["valid_from"],
            row["provenance"],
        )
        for row in seed("measure_levels")
    ]
    assert sorted(in_book) == sorted(in_seed)


def test_the_bases_are_those_of_the_seed() -> None:
    in_book = [
        (row["Measure"], row["Region"], row["Basis"], row["From"], row["Until"], row["Standing"])
        for row in rows_of("Basis")
    ]
    in_seed = [
        tuple(row[column] for column in ("measure_id", "region", "basis", "valid_from", "valid_to", "provenance"))
        for row in seed("measure_bases")
    ]
    assert sorted(in_book) == sorted(in_seed)


@pytest.mark.parametrize(
    ("page", "section", "columns", "seed_name", "seed_columns"),
    [
        ("pmr_timeliness", "Regimes", "Regime, Working Days", "pmr_sla_regimes", "regime_id, sla_working_days"),
        ("solution_options", "Scenarios", "Scenario", "scenarios", "scenario_id"),
        ("business_processes", "Processes", "Business Process", "business_processes", "business_process_name"),
        ("operational_performance_regime", "In and out", "Measure", "opr_measures", "opr_measure_name"),
    ],
)
def test_a_table_of_a_page_has_the_rows_of_its_seed(
    page: str, section: str, columns: str, seed_name: str, seed_columns: str
) -> None:
    rows = table(sections((ROOT / f"docs/measures/{page}.md").read_text())[section])
    in_book = {tuple(row[column] for column in columns.split(", ")) for row in rows}
    in_seed = {tuple(row[column] for column in seed_columns.split(", ")) for row in seed(seed_name)}
    assert in_book == in_seed


def spoken(value: str, unit: str) -> str:
    return f"{value} {unit.removesuffix('s') if value == '1' else unit}"


def test_the_target_times_of_incidents_are_those_of_the_seed() -> None:
    in_book = {
        (row["Category"], kind, row[column])
        for row in table(sections((ROOT / "docs/measures/cpm_4_5_5a.md").read_text())["Clock"])
        if "Category" in row
        for kind, column in (("initial_response", "Initial response"), ("resolution", "Resolution"))
    }
    in_seed = {
        (row["incident_category"], row["target_kind"], spoken(row["target_value"], row["target_unit"]))
        for row in seed("incident_target_times")
        if row["target_basis"] == "elapsed"
    }
    assert in_book == in_seed


def test_the_limits_of_firmware_are_those_of_the_seed() -> None:
    rows = table(sections((ROOT / "docs/measures/cpm_6a_6b_6c.md").read_text())["Matching"])
    limits = {
        row["limit_id"]: spoken(row["limit_value"], row["limit_unit"]) for row in seed("firmware_time_limits")
    }
    assert [row["Value"] for row in rows] == [
        limits[at] for at in ("follow_up", "timely_activation", "same_update")
    ]


def test_the_target_response_times_of_the_smki_are_those_of_the_seed() -> None:
    rows = table(sections((ROOT / "docs/measures/cpm_7_8.md").read_text())["Formula"])
    in_seed = [
        (f"{int(row['target_milliseconds']) // 1000} s", row["provenance"])
        for row in seed("smki_target_response_times")
    ]
    assert [(row["Target Response Time"], row["Standing"]) for row in rows] == in_seed


@pytest.mark.parametrize("page", LINKING, ids=name)
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    text = page.read_text()
    linked = [(page.parent / to if not to.startswith("#") else Path(f"{page}{to}")) for to in links(text)]
    named = [ROOT / to for to in places_named(text)]
    assert [str(to) for to in linked + named if leads_nowhere(to)] == []


PAPERS = re.compile(r"(OPSG paper|[Cc]onsultation), ")


def sections_of_papers() -> dict[str, set[str]]:
    listed = sections((ROOT / "docs/papers.md").read_text())
    return {paper: {row["Section"] for row in table(listed[paper])} for paper in ("OPSG paper", "Consultation")}


def cites(source: str) -> list[bool]:
    """For each citation of a source, whether it leads to a page, a section of a paper or a public address."""
    papers = sections_of_papers()
    found = [not leads_nowhere(ROOT / place) for place in places_named(source)]
    found += [True for _ in re.findall(r"\bhttps?://[\w-]+\.\w|\bextracts/README\.md\b", source)]
    for paper in PAPERS.finditer(source):
        titles = papers[paper[1][:1].upper() + paper[1][1:]]
        found.append(any(source.startswith(title, paper.end()) for title in titles))
    return found


SOURCES = {
    (path.stem, row[column])
    for path in (ROOT / "seeds").rglob("*.csv")
    for row in seed(path.stem)
    for column in ("source", "known_source")
    if row.get(column)
}


def test_every_source_of_a_seed_cites_what_a_reader_can_open() -> None:
    assert sorted(source for source in SOURCES if not all(cites(source[1])) or not cites(source[1])) == []


def test_a_paper_is_cited_with_its_section() -> None:
    """As `OPSG paper, <section>` or `consultation, <section>`, with a section that docs/papers.md lists."""
    named = re.compile(r"\b(OPSG paper|consultation)\b(?!, )")
    assert sorted(source for source in SOURCES if named.search(source[1])) == []
    assert cites("consultation, DCC costs") == [True]
    assert cites("consultation, What it never had") == [False]
    assert cites("docs/measures/cpm_3.md#nowhere") == [False]
    assert cites("levels as recalled") == []


def test_every_page_is_in_the_index() -> None:
    index = ROOT / "docs/README.md"
    listed = {(index.parent / to.partition("#")[0]).resolve() for to in links(index.read_text())}
    assert [name(page) for page in PAGES if page != index and page.resolve() not in listed] == []


def test_every_worked_example_is_defined_once_and_has_a_test() -> None:
    defined = Counter(example for page in PAGES for example in DEFINED.findall(page.read_text()))
    assert [example for example, times in defined.items() if times > 1] == []
    tests = [unit_tests(path) for path in (ROOT / "models").rglob("*.yml")]
    tests += [
        path.read_text()
        for path in (ROOT / "tests").rglob("*")
        if path.suffix in {".sql", ".py"} and path != Path(__file__)
    ]
    assert sorted(set(defined) - set().union(*map(citations, tests))) == []


def test_every_worked_example_that_is_cited_is_defined() -> None:
    defined = {example for page in PAGES for example in DEFINED.findall(page.read_text())}
    texts = [path for folder in ("models", "macros", "seeds", "tests") for path in (ROOT / folder).rglob("*")]
    texts = [path for path in [*texts, *LINKING] if path.suffix in {".sql", ".yml", ".md", ".csv", ".py"}]
    undefined = {
        (name(path), example)
        for path in texts
        if path != Path(__file__)
        for example in citations(path.read_text()) - defined
    }
    assert sorted(undefined) == []


def test_an_example_is_cited_by_words_and_not_by_a_key() -> None:
    assert citations("Worked examples I3, I4 and I5, or\nexample P2") == {"I3", "I4", "I5", "P2"}
    assert citations("examples P1 to P4: ...") == {"P1", "P2", "P3", "P4"}
    assert citations("{incident_id: I5}, F01, example S1SP, Example: I7") == set()


@pytest.mark.parametrize("page", MEASURE_PAGES, ids=name)
def test_what_a_page_of_a_measure_names_exists(page: Path) -> None:
    lines = re.findall(r"^- (\w+): (.*(?:\n  .*)*)", sections(page.read_text())["Where it stands"], re.M)
    for kind, text in lines:
        existing = {path.stem for pattern in KINDS[kind] for path in ROOT.glob(pattern)}
        assert set(re.findall(r"`(\w+)`", text)) - existing == set(), kind


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_model_that_a_page_names_exists(page: Path) -> None:
    models = {path.stem for path in (ROOT / "models").rglob("*.sql")}
    assert sorted(set(MODEL_NAME.findall(page.read_text())) - models) == []


def test_the_calendar_has_the_bank_holidays_of_the_seed() -> None:
    standing = {
        row["holiday_date"]
        for row in seed("bank_holidays")
        if row["division"] == "england_and_wales" and not row["known_to"]
    }
    in_book = {
        f"{row['Year']}-{day}"
        for row in table(sections((ROOT / "docs/calendar.md").read_text())["Bank holidays"])
        if "England and Wales" in row
        for day in re.findall(r"\d\d-\d\d", row["England and Wales"])
    }
    years = sorted({day[:4] for day in in_book})
    assert all(int(later) == int(earlier) + 1 for earlier, later in pairwise(years))
    assert in_book == {day for day in standing if day[:4] in years}


def test_the_docs_show_each_page_beside_the_marts_that_it_is_about() -> None:
    exposures = yaml.safe_load((ROOT / "models/book.yml").read_text())["exposures"]
    shown = {one["name"].removeprefix("book_"): set(one["depends_on"]) for one in exposures}
    named = {
        page.stem: {
            f"ref('{mart}')"
            for line in re.findall(
                r"^- Marts: (.*(?:\n  .*)*)", sections(page.read_text())["Where it stands"], re.M
            )
            for mart in re.findall(r"`(\w+)`", line)
        }
        for page in MEASURE_PAGES
    }
    assert shown == named


RULES = [
    path
    for path in sorted((ROOT / "models").glob("*/*/*.sql"))
    if path.parts[-3] in {"cubes", "intermediate", "marts"}
]
HEADER = re.compile(r"\{#- [\w., ]+: docs/[\w/]+\.md#[\w-]+(?:;\s+[A-Z]{3}-\d\d(?:,\s+[A-Z]{3}-\d\d)*)?\s+-#\}\n")


@pytest.mark.parametrize("model", RULES, ids=lambda path: path.stem)
def test_a_model_of_a_rule_names_its_page_in_its_first_line(model: Path) -> None:
    text = model.read_text()
    assert HEADER.match(text), text.partition("\n")[0]
    assert [place for place in places_named(text) if leads_nowhere(ROOT / place)] == []
