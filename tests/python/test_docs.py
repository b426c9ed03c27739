"""The pages that `make docs` left: they open from a file without the internet and say what a newcomer needs."""

import json
import re

import pytest
from playwright.sync_api import expect

from asked import BY_EXPLORER, BY_PACK
from conftest import ROOT
from cpm_warehouse.report.questions import QUERIES

DOCS = ROOT / "published/docs"
MANIFEST = json.loads((ROOT / "target/manifest.json").read_text())


@pytest.fixture(scope="module")
def page(browser):
    """A page without a network that keeps every request that would leave the machine."""
    opened = browser.new_page()
    opened.context.set_offline(True)
    opened.left = []
    opened.on("request", lambda request: opened.left.append(request.url))
    return opened


def left(page):
    return [url for url in page.left if not url.startswith(("file:", "data:", "blob:"))]


def address(name, place=""):
    return (DOCS / name).as_uri() + place


def test_the_docs_open_with_an_overview_for_newcomers(page):
    page.goto(address("index.html"))
    expect(page.get_by_text("If you are new here")).to_be_visible(timeout=30_000)
    for part in ("Exposures", "Metrics", "Semantic Models"):
        expect(page.get_by_text(part, exact=True).filter(visible=True).first).to_be_visible()
    assert left(page) == []


@pytest.mark.parametrize(
    "place",
    ["#!/metric/metric.cpm_warehouse.cpm_5", "#!/exposure/exposure.cpm_warehouse.explorer"],
)
def test_a_metric_and_an_exposure_have_a_page_that_explains_them(page, place):
    kind, unique_id = re.fullmatch(r"#!/(\w+)/(.*)", place).groups()
    described = MANIFEST[f"{kind}s"][unique_id]["description"]
    page.goto(address("index.html", place))
    said = page.get_by_text(described[:40]).filter(visible=True)
    expect(said.first).to_be_visible(timeout=30_000)
    assert left(page) == []


def test_the_lineage_opens_and_leads_from_results_to_the_counts(page):
    page.goto(address("lineage.html"))
    expect(page.get_by_placeholder("Filter models...").first).to_be_visible(timeout=30_000)
    assert left(page) == []
    edges = json.loads((ROOT / "target/colibri/colibri-manifest.json").read_text())["lineage"]["edges"]
    into = {
        (edge["source"], edge["sourceColumn"])
        for edge in edges
        if edge["target"] == "model.cpm_warehouse.fct_measure_outcomes" and edge["targetColumn"] == "met_count"
    }
    assert ("model.cpm_warehouse.int_measure_outcomes_scoped", "met_count") in into


def test_exposures_cover_what_is_read_and_have_owners():
    exposures = {exposure["name"]: exposure for exposure in MANIFEST["exposures"].values()}
    notebooks = {path.stem for path in (ROOT / "notebooks").glob("*.py")} - {"explorer"}
    described = " ".join(exposure["description"] for exposure in exposures.values())
    assert [name for name in notebooks if f"notebooks/{name}.py" not in described] == []
    assert {"pmr_pack", "explorer", "metrics"} <= set(exposures)
    assert [name for name, exposure in exposures.items() if not exposure["owner"]["email"]] == []


PROGRAMS = {
    "explorer": [QUERIES / f"{question}.sql" for question in BY_EXPLORER],
    "pmr_pack": [QUERIES / f"{question}.sql" for question in BY_PACK],
} | {path.stem: [path] for path in (ROOT / "notebooks").glob("*.py") if path.stem != "explorer"}


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_an_exposure_lists_the_marts_that_its_program_reads(program):
    read = {mart for file in PROGRAMS[program] for mart in re.findall(r"\bmarts\.(\w+)", file.read_text())}
    (exposure,) = [
        exposure
        for exposure in MANIFEST["exposures"].values()
        if exposure["name"] == program or f"notebooks/{program}.py" in exposure["description"]
    ]
    assert {node.rsplit(".", 1)[1] for node in exposure["depends_on"]["nodes"]} == read


def test_every_link_within_the_book_leads_to_a_place_in_it():
    text = (DOCS / "book.html").read_text()
    places = re.findall(r'\bid="([^"]+)"', text)
    assert len(places) == len(set(places))
    led = set(re.findall(r'href="#([^"]+)"', text))
    assert {"cpm_3--proxy", "decisions--res-10", "calendar--counting"} <= led
    assert led - set(places) == set()


def test_the_pages_of_the_measures_are_in_the_docs_and_lead_to_the_book(page):
    page.goto(address("index.html", "#!/exposure/exposure.cpm_warehouse.book_cpm_3"))
    expect(page.get_by_text("How many Alerts reached the User").filter(visible=True).first).to_be_visible(
        timeout=30_000
    )
    places = set(re.findall(r'\bid="([^"]+)"', (DOCS / "book.html").read_text()))
    led = set(re.findall(r"\]\(book\.html#([\w-]+)\)", (DOCS / "index.html").read_text()))
    assert "calendar--counting" in led
    assert led - places == set()
    assert left(page) == []
