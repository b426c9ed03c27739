"""The site: every page is there, links lead somewhere, figures are the report's, and it appears whole."""

import dataclasses
import json
import re
from datetime import date
from html import unescape
from pathlib import Path

import duckdb
import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from click.testing import CliRunner
from markupsafe import Markup

from conftest import ROOT
from cpm_warehouse.cli import main
from cpm_warehouse.errors import CpmError
from cpm_warehouse.files import whole_folder
from cpm_warehouse.publish.finding import find_publication
from cpm_warehouse.report import sentences, site
from cpm_warehouse.report.charts import Charts
from cpm_warehouse.report.site import making
from cpm_warehouse.report.site.notebooks import Notebook, Part
from cpm_warehouse.report.site.pages import LEVELS, PARTS, STRAIGHT, file_of

PUBLISHED = ROOT / "published/cpm.duckdb"
MONTHS = [date(2021, 7, 1), date(2021, 8, 1), date(2021, 9, 1), date(2021, 10, 1)]
DOCS = ("index.html", "lineage.html", "book.html")
MARKUP = "<script>alert(1)</script> & \"quoted\" 'name'"
MOST_BYTES = 100_000
# What no table or chart of a page is read from: rows that another mart counts or sums, or too many.
NOT_SHOWN = ("fct_alerts_daily", "rpt_incident_agreement", "rpt_solution_option_costs", "rpt_solution_packages")
COMMENT = "A fibre was cut near Leeds & mended."


@pytest.fixture(scope="module")
def without_charts():
    """Charts take most of the time, and `test_pack.py` holds their labels to the marts."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("trend", "parts", "curves", "survival", "bars", "timeline", "bases"):
            patch.setattr(Charts, name, lambda *_, **__: Markup('<figure class="chart"></figure>'))
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory, without_charts):
    folder = tmp_path_factory.mktemp("published")
    (folder / "docs").mkdir()
    for name in DOCS:
        (folder / "docs" / name).write_text("<!doctype html>")
    (folder / "september.yml").write_text(f"CPM 5: {COMMENT}\n")
    site.make_site(
        find_publication(PUBLISHED),
        folder / "site",
        folder / "docs",
        notebooks=[Notebook("worked", "An analysis", (Part("table", columns=["x"], rows=[{"x": MARKUP}]),))],
        commentary={MONTHS[2]: folder / "september.yml"},
    )
    return folder / "site"


@pytest.fixture(scope="module")
def odd(tmp_path_factory, without_charts):
    """A site of one month, of data that are not synthetic, with a name that is markup and a made-up list."""
    folder = tmp_path_factory.mktemp("odd folder")
    path = folder / "cpm.duckdb"
    path.write_bytes(PUBLISHED.read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from marts.rpt_measure_figures where reporting_month != '2021-09-01'")
        for mart in ("rpt_measure_summary", "dim_measures"):
            connection.execute(f"update marts.{mart} set measure_name = ? where measure_id = 'CPM_4'", [MARKUP])
        connection.execute(
            "update marts.dim_code_lists set is_synthetic_on_real = true where list_name = 'incident_groups'"
        )
    found = dataclasses.replace(find_publication(path), is_synthetic=False)
    site.make_site(found, folder / "site", folder / "docs")
    return folder / "site"


@pytest.fixture(scope="module")
def summary():
    with duckdb.connect(str(PUBLISHED), read_only=True) as connection:
        found = connection.execute("from marts.rpt_measure_summary order by reporting_month, measure_id")
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def index_of(folder):
    return json.loads((folder / making.INDEX).read_text().removeprefix("const PAGES = ").removesuffix(";\n"))


def address(row):
    return f"{row['reporting_month']:%Y-%m}/{file_of(row['measure_id'])}"


def test_every_measure_of_every_month_has_its_page_with_its_result(made, summary):
    assert {row["reporting_month"] for row in summary} == set(MONTHS)
    assert len(summary) == 48
    for row in summary:
        page = unescape((made / address(row)).read_text())
        assert sentences.verdict(row).removeprefix(sentences.in_words(row["status"])) in page
        assert f"{sentences.name(row)}: {row['measure_name']} <span>{row['reporting_month']:%B %Y}</span>" in page
        for said in (sentences.change, sentences.cause, sentences.readings, sentences.restated):
            assert said(row) in page
    others = {f"{month:%Y-%m}/{name}.html" for month in MONTHS for name in ("index", *PARTS)}
    expected = {"index.html", "book.html", "service_levels.html", "worked.html", *others, *map(address, summary)}
    assert {path.relative_to(made).as_posix() for path in made.rglob("*.html")} == expected
    assert address({"reporting_month": MONTHS[2], "measure_id": "CPM_5A"}) == "2021-09/cpm-5a.html"


COUNTS = {
    "trend": "select count(*) from marts.rpt_measure_summary where measure_id = $1 and reporting_month <= $2",
    "parts": "select count(*) from marts.rpt_measure_contributions where measure_id = $1 and reporting_month = $2",
    "readings": "select (select count(*) from marts.rpt_measure_figures where measure_id = $1"
    " and reporting_month = $2 and scope_type = 'national' and total_count > 0)"
    " + (select count(*) from marts.dim_measure_variants where measure_id = $1)",
    "restatements": "select count(*) from marts.rpt_restatements where measure_id = $1 and reporting_month = $2"
    " and (as_published_is_default or now_is_default)",
}


def test_a_page_has_the_rows_of_its_measure_and_month_and_of_no_other(made, summary):
    with duckdb.connect(str(PUBLISHED), read_only=True) as connection:
        for row in summary:
            html = (made / address(row)).read_text()
            shown = {
                name: re.search(rf'<section id="{name}".*?</section>', html, re.S)[0].count('<tr><th scope="row">')
                for name in COUNTS
            }
            key = [row["measure_id"], row["reporting_month"]]
            assert shown == {name: connection.execute(sql, key).fetchone()[0] for name, sql in COUNTS.items()}, key


@pytest.mark.parametrize(
    ("month", "months"), [("2021-07", ["2021-08"]), ("2021-09", ["2021-08", "2021-10"]), ("2021-10", ["2021-09"])]
)
def test_a_page_leads_to_the_same_of_the_months_beside(made, month, months):
    for name in ("cpm-3.html", "change.html"):
        html = (made / month / name).read_text()
        assert re.findall(rf'href="../([\d-]+)/{name}"', html) == months


@pytest.mark.parametrize("month", MONTHS)
def test_a_month_leads_straight_to_the_answers(made, month):
    """That each place is there is asked of every link."""
    for path, inside in ((f"{month:%Y-%m}/index.html", ""), ("index.html", f"{MONTHS[-1]:%Y-%m}/")):
        (answers,) = re.findall(r'<section id="answers".*?</section>', (made / path).read_text(), re.S)
        asked = {unescape(text): to for to, text in re.findall(r'<a href="([^"]+)">(.*?)</a>', answers)}
        levels = asked.pop("Which Working Day SLA makes the papers of the Operations Group?")
        assert levels.endswith(f"{LEVELS}#m{month if inside == '' else MONTHS[-1]:%Y-%m}")
        assert asked == {text: f"{inside}{part}.html#{place}" for text, (part, place) in STRAIGHT.items()}


@pytest.mark.parametrize(
    ("measure", "part"),
    [
        ("cpm-3", "alerts"),
        ("cpm-4", "incidents"),
        ("cpm-5a", "incidents"),
        ("cpm-6b", "firmware"),
        ("cpm-1", None),
    ],
)
def test_a_measure_leads_to_the_page_of_its_events(made, measure, part):
    (result,) = re.findall(
        r'<section id="result".*?</section>', (made / f"2021-10/{measure}.html").read_text(), re.S
    )
    assert re.findall(r'href="(\w+).html"', result) == ([part] if part else [])


def test_printed_totals_that_do_not_add_up_are_said(made):
    with duckdb.connect(str(PUBLISHED), read_only=True) as connection:
        asked = connection.execute(
            "select package_name, low_gbp, printed_low_gbp, difference_low_gbp"
            " from marts.rpt_solution_package_costs where difference_low_gbp != 0"
        ).fetchall()
    assert asked
    html = unescape((made / "2021-10/change.html").read_text())
    (rows,) = re.findall(r"Printed totals that their rows do not come to.*?<tbody>(.*?)</tbody>", html, re.S)
    assert rows.count("<tr>") == len(asked)
    for name, *amounts in asked:
        assert name in rows and all(f"{amount:,.0f}" in rows for amount in amounts)


def test_restatements_of_a_month_begin_with_all_regions_and_providers_together(made):
    html = (made / "2021-10/revisions.html").read_text()
    (rows,) = re.findall(r'id="restatements".*?<tbody>(.*?)</tbody>', html, re.S)
    scopes = re.findall(r"<tr><th.*?</th><td[^>]*>Sep 2021</td><td[^>]*>(\w+)</td>", rows)
    nationals = scopes.count("National")
    assert 0 < nationals < len(scopes)
    assert set(scopes[:nationals]) == {"National"}


def test_a_caption_says_of_which_months_its_rows_are(made):
    incidents = (made / "2021-10/incidents.html").read_text()
    assert "Time to resolve and re-opens in the month, by Incident Category" in incidents
    assert "twelve months" not in incidents
    measure = (made / "2021-10/cpm-5.html").read_text()
    assert "Figures of this month that were published before and differ now" in measure


def test_a_cost_that_is_a_floor_is_said_to_be_one(made):
    for page in ("2021-10/change.html", "service_levels.html"):
        assert ">Cost floor</th>" in (made / page).read_text()


@pytest.mark.parametrize("month", MONTHS)
def test_main_points_are_those_that_hold_to_the_summary(made, summary, month):
    """`test_sentences.py` looks up every number of them."""
    expected = sentences.main_points([row for row in summary if row["reporting_month"] == month])
    assert 1 < len(expected) <= sentences.MOST_POINTS
    for path in [f"{month:%Y-%m}/index.html", *(["index.html"] if month == MONTHS[-1] else [])]:
        (points,) = re.findall(r'<ol class="points">(.*?)</ol>', (made / path).read_text(), re.S)
        assert [unescape(point) for point in re.findall(r"<li>(.*?)</li>", points)] == expected
        assert f"<span>{month:%B %Y}</span>" in (made / path).read_text()


def test_every_link_leads_to_a_page_and_a_place(made):
    pages = {path: path.read_text() for path in made.rglob("*.html")}
    places = {path: re.findall(r'\bid="([^"]+)"', html) for path, html in pages.items()}
    assert [path for path, ids in places.items() if len(ids) != len(set(ids))] == []
    lost, led = [], set()
    for path, html in pages.items():
        assert re.findall(r'(?:src|link[^>]* href)="(?:https?:)?//', html) == []
        for link in re.findall(r'(?:href|src)="([^"]+)"', html):
            if link.startswith(("https://", "http://")):
                assert path.name == "book.html"  # sources of definitions
                continue
            to, _, place = unescape(link).partition("#")
            to = to.partition("?")[0]
            target = (path.parent / to).resolve() if to else path
            led.add(target)
            if not target.is_file() or (place and place not in places.get(target, ())):
                lost.append(f"{path.relative_to(made)}: {link}")
    assert lost == []
    assert set(pages) <= led
    assert {made.parent / "docs" / name for name in DOCS} <= led


def test_pages_of_the_docs_are_linked_only_where_they_are(odd):
    assert "docs/" not in (odd / "index.html").read_text()
    assert "lineage" not in (odd / "2021-09/cpm-3.html").read_text()


def test_a_table_or_chart_leads_to_its_marts_in_the_graph_of_models(made):
    """`lineage.html?model=` takes a node of dbt; its page of `make docs` opens there."""
    html = unescape((made / "2021-09/cpm-3.html").read_text())
    led = re.findall(r'href="../../docs/lineage.html\?model=([^&"]+)&parents=2">(\w+)<', html)
    with duckdb.connect(str(PUBLISHED), read_only=True) as connection:
        marts = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    assert (
        {"rpt_measure_summary", "rpt_measure_contributions", "dim_measures"} <= {mart for _, mart in led} <= marts
    )
    project = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["name"]
    assert [node for node, mart in led if node != f"model.{project}.{mart}"] == []
    assert html.count("<table>") == html.count("From <a")
    for part, mart in (("alerts", "rpt_alert_latency_curves"), ("firmware", "rpt_firmware_survival")):
        assert f"model.{project}.{mart}&" in (made / f"2021-09/{part}.html").read_text()
    # Whatever the consultation's answers name as evidence can be seen on some page of the month.
    shown = "".join(path.read_text() for path in [*made.glob("2021-09/*.html"), made / "service_levels.html"])
    with duckdb.connect(str(PUBLISHED), read_only=True) as connection:
        answers = connection.execute("select distinct marts from marts.rpt_consultation_answers").fetchall()
    evidence = {mart.strip() for (listed,) in answers for mart in listed.split(",")}
    assert len(evidence) > 10
    assert sorted(mart for mart in evidence if f"model.{project}.{mart}&" not in shown) == sorted(NOT_SHOWN)


def test_firmware_is_shown_by_each_cut_whole(made):
    html = unescape((made / "2021-10/firmware.html").read_text())
    assert "rows; all are in the workbook" not in html.split("Firmware of the month by manufacturer,")[1]
    with duckdb.connect(str(PUBLISHED), read_only=True) as connection:
        asked = connection.execute(
            "select cut_id, count(*) from marts.rpt_firmware_performance"
            " semi join (from marts.dim_measure_variants where is_default) using (measure_id, variant_id)"
            " where reporting_month = '2021-10-01'"
            " and cut_id in ('manufacturer', 'version', 'manufacturer_and_version') group by all"
        ).fetchall()
    cuts = dict(asked)
    tables = re.findall(r"<caption><span>Firmware of the month by (.*?), in .*?<tbody>(.*?)</tbody>", html, re.S)
    assert {cut: rows.count("<tr>") for cut, rows in tables} == {
        "manufacturer": cuts["manufacturer"],
        "versions before and after": cuts["version"],
        "manufacturer and versions": cuts["manufacturer_and_version"],
    }


def test_service_levels_by_month_are_those_of_a_query(made):
    """Each of 108 months by four lengths, and how many are in time, beside what the table above it counts."""
    html = (made / "service_levels.html").read_text()
    months = {
        month: re.findall(r"<td[^>]*>(.*?)</td>", cells)
        for month, cells in re.findall(r'<tr id="m([\d-]+)">(.*?)</tr>', html, re.S)
    }
    with duckdb.connect(str(PUBLISHED), read_only=True) as connection:
        scenarios = connection.execute(
            "select distinct strftime(reporting_month, '%Y-%m'), sla_working_days, strftime(due_date, '%d %b %Y'),"
            " reporting_meeting_verdict, main_meeting_verdict from marts.rpt_pmr_sla_scenarios"
            " where calendar = 'england_and_wales' and year(reporting_month) between 2019 and 2027 order by all"
        ).fetchall()
        counted = connection.execute(
            "select reporting_in_time_count, main_in_time_count from marts.rpt_pmr_sla_meetings"
            " where calendar = 'england_and_wales' and period_id = 'nine_years' order by sla_working_days"
        ).fetchall()
    words = {"in_time": "● In time", "same_day": "◐ Same day", "misses": "○ Misses"}
    expected: dict[str, list[str]] = {}
    for month, _, due, reporting, main_one in scenarios:
        expected.setdefault(month, []).extend((due, words[reporting], words[main_one]))
    assert len(months) == 108 and months == expected
    shown = [
        tuple(sum(cells[3 * level + kind] == words["in_time"] for cells in months.values()) for kind in (1, 2))
        for level in range(4)
    ]
    assert shown == counted
    assert re.findall(r'colgroup" colspan="3">(\d+) Working Days', html) == ["10", "14", "18", "25"]


def test_comments_of_a_month_stand_on_its_pages_alone(made, odd, tmp_path):
    with_it = [
        path.relative_to(made).as_posix() for path in made.rglob("*.html") if COMMENT in unescape(path.read_text())
    ]
    assert with_it == ["2021-09/cpm-5.html"]
    with pytest.raises(CpmError, match=r"comments are given on 2021-11, which has no figures; .* are 2021-09$"):
        site.make_site(
            find_publication(odd.parent / "cpm.duckdb"),
            tmp_path / "site",
            tmp_path,
            commentary={date(2021, 11, 1): tmp_path / "november.yml"},
        )


def test_each_page_says_that_its_data_are_synthetic_and_no_other_does(made, odd):
    pages = list(made.rglob("*.html"))
    assert len(pages) > 80
    for page in pages:
        assert "Synthetic data: no figure here is the DCC's." in unescape(page.read_text()), page
        said = "Classification: Green - synthetic sample"
        assert f'<p class="classification">{said}</p>' in page.read_text(), page
        assert f'@top-left {{ content: "{said}"; }}' in page.read_text(), page  # of each sheet that is printed
    for name in ("index.html", "2021-09/index.html", "2021-09/cpm-3.html", "2021-09/timeliness.html"):
        assert "Synthetic data" not in (odd / name).read_text()
        assert "Classification: Amber" in (odd / name).read_text()


def test_real_files_read_by_made_up_names_are_said_on_the_first_page(made, odd):
    said = "Real files were read by names that were made up for the synthetic sample: incident_groups."
    assert said in (odd / "index.html").read_text()
    assert "Made-up lists" not in (made / "index.html").read_text()


def test_the_first_page_is_small(made):
    first = (made / name for name in ("index.html", making.STYLE, making.SCRIPT, making.INDEX))
    assert sum(path.stat().st_size for path in first) < MOST_BYTES


def test_search_has_every_page_and_finds_every_measure_of_every_month(made, summary):
    index = index_of(made)
    paths = [page["path"] for page in index]
    assert sorted(paths) == sorted(path.relative_to(made).as_posix() for path in made.rglob("*.html"))
    for row in summary:
        month = row["reporting_month"]
        for number in (sentences.name(row), row["measure_id"], row["measure_id"].replace("_", "")):
            for when in (f"{month:%Y-%m}", f"{month:%B} {month:%Y}"):
                wanted = f"{number} {when}".lower().split()
                found = [page["path"] for page in index if all(word in page["words"] for word in wanted)]
                assert address(row) in found


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("cost", "2021-10/change.html"),
        ("question 6 october", "2021-10/change.html"),
        ("derogation", "2021-10/change.html"),
        ("restated", "2021-10/revisions.html"),
        ("hub manufacturer", "2021-10/firmware.html"),
        ("proxy south", "2021-10/alerts.html"),
        ("18 working days", "service_levels.html"),
        ("cr1430", "2021-10/change.html"),
        ("time critical", "2021-10/change.html"),
        ("success rate october", "2021-10/cpm-3.html"),
        ("business processes", "book.html"),
        ("cpm 5 csp north october", "2021-10/cpm-5.html"),
    ],
)
def test_what_a_reader_asks_is_among_the_first_pages_found(made, asked, path):
    found = [page["path"] for page in index_of(made) if all(word in page["words"] for word in asked.split())]
    assert path in found[:6]


def test_names_are_never_markup(made, odd):
    pages = {path: path.read_text() for path in odd.rglob("*.html")}
    assert [path for path, html in pages.items() if "<script>" in html] == []
    assert "&lt;script&gt;alert(1)" in pages[odd / "2021-09/cpm-4.html"]
    assert any(MARKUP in page["title"] for page in index_of(odd))
    assert MARKUP not in (made / "worked.html").read_text() and MARKUP in unescape(
        (made / "worked.html").read_text()
    )


def test_the_line_of_a_trace_and_the_query_lead_to_what_stands_behind_the_result(made, summary):
    with duckdb.connect(str(PUBLISHED), read_only=True) as connection:
        for row in summary:
            html = (made / address(row)).read_text()
            line, query = (unescape(text) for text in re.findall(r"<pre[^>]*>(.*?)</pre>", html, re.S))
            command, key = line.rsplit(" ", 1)
            assert command == "cpm trace"
            measure_id, variant_id, month, *scope, aggregation = key.split("/")
            assert (measure_id, month) == (row["measure_id"], f"{row['reporting_month']:%Y-%m}")
            assert scope == ["national", "national"]
            found = connection.execute(
                "select met_count, total_count from marts.fct_measure_results where is_default"
                " and measure_id = ? and variant_id = ? and reporting_month = ? and scope = 'national'"
                " and aggregation = ?",
                [measure_id, variant_id, row["reporting_month"], aggregation],
            ).fetchall()
            assert found == [(row["met_count"], row["total_count"])]
            if row["reporting_month"] == MONTHS[2]:
                assert connection.execute(query).fetchone()


def test_search_works_from_a_file_with_the_network_off(made, browser):
    context = browser.new_context(offline=True, viewport={"width": 390, "height": 900})
    tab = context.new_page()
    said = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.goto((made / "2021-09/cpm-3.html").as_uri())
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.fill("#search", " CPM_5a  OCTOBER ")
    assert tab.inner_text("#found-count") == "1 found"
    tab.click("#found a")
    assert tab.url == (made / "2021-10/cpm-5a.html").as_uri()
    tab.fill("#search", "2021")
    assert tab.inner_text("#found-count").endswith("20 shown")
    assert tab.locator("#found a").count() == 20
    tab.fill("#search", "what made CPM 5 fall in October")
    assert (made / "2021-10/cpm-5.html").as_uri() in [
        link.evaluate("it => it.href") for link in tab.locator("#found a").all()
    ]
    tab.fill("#search", "<b>nothing")
    assert tab.inner_text("#found-count") == "0 found"
    assert said == []
    context.close()


@pytest.mark.parametrize(
    ("path", "width", "scheme"), [("index.html", 390, "dark"), ("2021-09/cpm-3.html", 1280, "light")]
)
def test_axe_finds_nothing(made, browser, path, width, scheme):
    tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab.goto((made / path).as_uri())
    tab.fill("#search", "cpm 3")
    found = Axe().run(tab)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tab.close()
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found.response["violations"]] == []


def test_a_folder_appears_whole_or_not_at_all(tmp_path):
    folder = tmp_path / "site"
    for text in ("first", "second"):
        with whole_folder(folder, "mark") as aside:
            (aside / "mark").touch()
            (aside / text).touch()
            assert not (folder / text).exists()
    with pytest.raises(ZeroDivisionError), whole_folder(folder, "mark") as aside:
        (aside / "half").touch()
        raise ZeroDivisionError
    assert sorted(path.name for path in folder.iterdir()) == ["mark", "second"]
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_that_cannot_take_its_place_leaves_the_one_before(tmp_path, monkeypatch):
    folder = tmp_path / "site"
    with whole_folder(folder, "mark") as aside:
        (aside / "mark").touch()
    replace = Path.replace

    def fails(path, target):
        if target == folder and not path.name.endswith("-before"):
            raise OSError
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fails)
    with pytest.raises(OSError), whole_folder(folder, "mark"):
        pass
    assert [path.name for path in folder.iterdir()] == ["mark"]
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/rows").touch()
    for place in (tmp_path / "mine", tmp_path / "mine/rows"):
        with pytest.raises(CpmError, match="files of something else"), whole_folder(place, "mark"):
            pytest.fail("not reached")
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["rows"]


def test_a_site_that_fails_leaves_the_one_before(odd, without_charts, monkeypatch):
    before = (odd / "index.html").read_bytes()
    monkeypatch.setattr(making, "render_pages", lambda *_: [])
    monkeypatch.setattr(making, "search_index", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        site.make_site(find_publication(odd.parent / "cpm.duckdb"), odd, odd)
    assert (odd / "index.html").read_bytes() == before
    assert sorted(path.name for path in odd.parent.iterdir()) == ["cpm.duckdb", "site"]


def test_a_publication_without_figures_has_no_site(odd, tmp_path):
    path = tmp_path / "cpm.duckdb"
    path.write_bytes((odd.parent / "cpm.duckdb").read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from marts.rpt_measure_figures")
    with pytest.raises(CpmError, match="no month has figures"):
        site.make_site(find_publication(path), tmp_path / "site", tmp_path)
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(("asked", "folder"), [(False, "published/site"), (True, "published/sites/{name}")])
def test_the_command_says_what_it_wrote_and_of_what(monkeypatch, asked, folder):
    name = find_publication(PUBLISHED).name
    given = []
    monkeypatch.setattr(site, "run_notebooks", lambda *those: [those])
    monkeypatch.setattr(
        site, "make_site", lambda *those, **more: given.append((those, more)) or ["index.html", "book.html"]
    )
    comments = ["--commentary", "2021-09", "a.yml", "--commentary", "2021-10", "b.yml"]
    done = CliRunner().invoke(main, ["site", *comments, *(["--publication", name] if asked else [])])
    assert done.exit_code == 0, done.output
    (((found, out, docs), more),) = given
    assert more["notebooks"] == [(Path("notebooks"), found.path)]
    assert {month: path.name for month, path in more["commentary"].items()} == {
        MONTHS[2]: "a.yml",
        MONTHS[3]: "b.yml",
    }
    assert (found.name, str(out), str(docs)) == (name, folder.format(name=name), "published/docs")
    assert f"{out}/index.html: 2 pages of publication {name}" in done.output
    assert "SYNTHETIC" in done.output
