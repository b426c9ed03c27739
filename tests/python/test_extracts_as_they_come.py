"""Any subset of extracts and any span of months builds, publishes and says what it could not compute.

Each shape is landed, built and published. No shape changes the seeds, which are those of the project's build, and
unit tests read no extract: that build tests both, and what is handed to `publish` names no seed. CI builds the
shape that tells most, Incidents of before a measure was in force and then a gap of years, with the tests that are
written for the project. The others, and every test of a column on each, by name:

    CPM_SHAPES=all pytest -p no:xdist tests/python/test_extracts_as_they_come.py
"""

import csv
import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from conftest import ROOT, note_checksums
from cpm_warehouse.publish.publishing import publish
from cpm_warehouse.report.explorer import charts, wording
from cpm_warehouse.report.pack.pages import Said, render_html
from cpm_warehouse.report.pack.tables import read_tables
from cpm_warehouse.report.pack.workbook import sheet_names
from cpm_warehouse.report.published import Published
from cpm_warehouse.report.questions import QUERIES
from cpm_warehouse.simulate import simulate
from dbt_project import SECRET, DbtProject, take_seeds

SAMPLE = ROOT / "extracts/sample"
# Measures that hold for all months, and those that hold from April 2021.
OLD = {"CPM_1", "CPM_2", "CPM_3", "CPM_4", "CPM_5", "CPM_6", "CPM_7", "CPM_8"}
NEW = {"CPM_5A", "CPM_6A", "CPM_6B", "CPM_6C"}
INCIDENTS = {"CPM_4", "CPM_5", "CPM_5A"}


def take(out: Path, *patterns: str) -> None:
    """Copy submissions of the sample: patterns of <provider>/<extract>/<month>."""
    for found in sorted(path for pattern in patterns for path in SAMPLE.glob(pattern)):
        shutil.copytree(found, out / found.relative_to(SAMPLE))


def incidents(out: Path, first_month: date, months: int, per_month: int) -> None:
    """Simulate Incidents, and leave the DCC's two exports."""
    everything = out.with_name(f"{out.name}-all")
    simulate(
        everything,
        out.with_name(f"{out.name}-truth"),
        areas=["incidents"],
        first_month=first_month,
        months=months,
        incidents_per_month=per_month,
    )
    for extract in ("remedy_incidents", "remedy_incident_audit"):
        shutil.copytree(everything / "dcc" / extract, out / "dcc" / extract)


def incidents_of_2016(out: Path) -> None:
    incidents(out, date(2016, 2, 1), 13, 8)


def sixty_months(out: Path) -> None:
    incidents(out, date(2021, 1, 1), 60, 2)
    shutil.rmtree(out / "dcc/remedy_incident_audit")


def alerts_alone(out: Path) -> None:
    take(out, "*/alerts/*")


def one_month(out: Path) -> None:
    take(out, "*/*/2021-09")


def with_a_gap(out: Path) -> None:
    """Incidents of 2016, then July and September 2021 alone, and Incidents of July filed under 2035-01."""
    incidents_of_2016(out)
    take(out, *(f"{extract}/2021-{month}" for extract in ("smki/*", "dcc/self*") for month in ("07", "09")))
    nothing_plausible(out)


def nothing_plausible(out: Path) -> None:
    """The Incidents of July that are not closed, filed under January 2035 by numbers that no other has."""
    folder = out / "dcc/remedy_incidents/2035-01/v1"
    folder.mkdir(parents=True)
    (sent,) = (SAMPLE / "dcc/remedy_incidents/2021-07/v1").glob("*.csv")
    with sent.open(newline="") as source, (folder / "incidents.csv").open("w", newline="") as target:
        rows = csv.DictReader(source)
        written = csv.DictWriter(target, rows.fieldnames or ())
        written.writeheader()
        numbered = (row | {"Incident Number": row["Incident Number"].replace("INC0", "INC9")} for row in rows)
        written.writerows(row for row in numbered if not row["Closed Date"])


IN_CI = (with_a_gap,)
SHAPES = (*IN_CI, incidents_of_2016, alerts_alone, one_month, sixty_months, nothing_plausible)
EVERY = os.environ.get("CPM_SHAPES") == "all"


@dataclass
class Shape:
    """What was published for one shape of extracts."""

    published: Path

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.published), read_only=True) as connection:
            return connection.execute(query).fetchall()

    def results(self, of: str = "true") -> dict[tuple[str, date], tuple[Any, ...]]:
        """Status, events and result of each measure and month."""
        rows = self.rows(
            "select measure_id, reporting_month, status, total_count, result_pct from marts.fct_measure_results"
            f" where is_default and scope_type = 'national' and {of} order by all"
        )
        found = {row[:2]: row[2:] for row in rows}
        assert len(found) == len(rows)  # one row for each measure and month
        return found

    def gaps(self) -> set[tuple[str, str, date]]:
        return set(self.rows("select reason, measure_id, reporting_month from marts.rpt_measure_gaps"))


class Bench:
    """One place for the lake, the warehouse and what dbt parsed of the project, which each shape uses in turn."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.project = DbtProject(folder / "project")
        (self.project.place / "extracts").symlink_to(ROOT / "extracts")  # for the contracts
        self.shapes: dict[str, Shape] = {}

    def shape(self, make: Callable[[Path], None]) -> Shape:
        """Build and publish a shape, once."""
        if make not in IN_CI and not EVERY:
            pytest.skip("CPM_SHAPES=all builds it")
        name = make.__name__
        if name not in self.shapes:
            make(self.folder / name / "extracts")
            self.land(self.folder / name / "extracts")
            self.build()
            published = self.folder / name / "published"
            publish(warehouse=self.project.warehouse, published=published, project=self.project.place)
            self.shapes[name] = Shape(published / "cpm.duckdb")
        return self.shapes[name]

    def land(self, extracts: Path) -> None:
        shutil.rmtree(self.project.lake, ignore_errors=True)
        self.project.land(extracts)

    def build(self) -> None:
        self.project.warehouse.unlink(missing_ok=True)
        with duckdb.connect(str(self.project.warehouse)) as connection:
            take_seeds(connection)
        self.project.dbt(
            *("build", "--select", "fqn:*", "--indirect-selection", "empty"),
            *("--exclude", "path:seeds", *(() if EVERY else ("test_type:generic",))),
            *("--exclude-resource-type", "unit_test"),
            environment=SECRET,
        )
        ask_less(self.project.warehouse)


def ask_less(warehouse: Path) -> None:
    """Let a publication do without what was left out: seeds, and generic tests, whose ids end with a checksum."""
    with duckdb.connect(str(warehouse)) as connection:
        left_out = "resource_type = 'seed'" + ("" if EVERY else " or unique_id like 'test.%.%.%'")
        connection.execute(f"update main.build_nodes set is_wanted = false where {left_out}")
        note_checksums(connection)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable[[Path], None]], Shape]:
    """Returns a function that builds and publishes a shape, once."""
    return Bench(tmp_path_factory.mktemp("shapes")).shape


def months_of(first: date, count: int) -> list[date]:
    return [
        date(first.year + (first.month - 1 + n) // 12, (first.month - 1 + n) % 12 + 1, 1) for n in range(count)
    ]


def test_incidents_of_months_before_a_measure_was_in_force(built):
    shape = built(incidents_of_2016)
    results, gaps = shape.results(), shape.gaps()
    months = months_of(date(2016, 2, 1), 13)
    assert {month for _, month in results} == set(months)
    assert {measure for measure, _ in results} == OLD
    assert all(results["CPM_5", month][0] != "no_events" for month in months)
    assert {gap for gap in gaps if gap[0] == "not_in_force"} == {
        ("not_in_force", "CPM_5A", month) for month in months
    }
    assert {gap for gap in gaps if gap[0] == "extract_not_received"} == {
        ("extract_not_received", measure, month) for measure in OLD - INCIDENTS for month in months
    }


def test_alerts_alone(built):
    shape = built(alerts_alone)
    results, gaps = shape.results(), shape.gaps()
    months = months_of(date(2021, 7, 1), 4)
    assert {month for _, month in results} == set(months)
    counted = {key for key, (status, *_) in results.items() if status != "no_events"}
    assert counted == {("CPM_3", month) for month in months}
    assert {gap for gap in gaps if gap[0] == "extract_not_received"} == {
        ("extract_not_received", measure, month) for measure in (OLD | NEW) - {"CPM_3"} for month in months
    }


def test_one_month_has_nothing_before_it(built):
    shape = built(one_month)
    results = shape.results()
    assert {month for _, month in results} == {date(2021, 9, 1)}
    assert {measure for measure, _ in results} == OLD | NEW
    assert all(status != "no_events" for status, *_ in results.values())
    assert [gap for gap in shape.gaps() if gap[0] != "month_not_reported"] == []
    assert shape.rows(
        "select distinct no_change_reason from marts.rpt_measure_changes where result_pct is not null"
    ) == [("month_before_not_reported",)]


def test_sixty_months_are_all_there(built):
    shape = built(sixty_months)
    results = shape.results("measure_id = 'CPM_5'")
    assert [month for _, month in results] == months_of(date(2021, 1, 1), 60)
    assert sum(total for _, total, _ in results.values()) > 30
    # 5A holds from April 2021, and the OPR's years run from April to March.
    assert min(month for _, month in shape.results("measure_id = 'CPM_5A'")) == date(2021, 4, 1)
    years = shape.rows(
        "select count(distinct regulatory_year_start) from marts.rpt_operational_performance_regime"
    )
    assert years <= [(6,)]


def test_a_missing_month_is_a_gap_and_an_odd_one_stretches_nothing(built):
    shape = built(with_a_gap)
    results = shape.results()
    months = months_of(date(2016, 2, 1), 68)
    sent, (*empty, july, august, september) = months[:13], months[13:]
    in_force = date(2021, 4, 1)
    assert results.keys() == {
        (measure, month) for month in months for measure in (OLD if month < in_force else OLD | NEW)
    }
    assert all(results["CPM_5", month][0] != "no_events" for month in sent)
    assert {gap for gap in shape.gaps() if gap[0] == "not_in_force"} == {
        ("not_in_force", "CPM_5A", month) for month in sent
    }
    not_received = {gap[1:] for gap in shape.gaps() if gap[0] == "extract_not_received"}
    assert {key for key in not_received if key[1] in sent} == {
        (measure, month) for month in sent for measure in OLD - INCIDENTS
    }
    assert {key for key in not_received if key[1] in empty} == {key for key in results if key[1] in empty}
    for measure in ("CPM_6", "CPM_7", "CPM_8"):
        assert results[measure, august][0] == "no_events"
        assert results[measure, july][1] > 0 < results[measure, september][1]
        assert ("extract_not_received", measure, august) in shape.gaps()
    assert {gap for gap in shape.gaps() if gap[0] == "month_not_plausible"} == {
        ("month_not_plausible", measure, date(2035, 1, 1)) for measure in INCIDENTS
    }
    # The Incidents that were filed under it count where they belong.
    assert results["CPM_5", july][1] > 0
    assert shape.rows(
        "select extract, reporting_month from marts.rpt_quarantine where rule_id = 'month_not_plausible'"
    ) == [("remedy_incidents", date(2035, 1, 1))]


def test_extracts_of_no_month_that_can_be_publish_and_say_so(built):
    shape = built(nothing_plausible)
    assert shape.results() == {}
    assert {gap[0] for gap in shape.gaps()} == {"month_not_plausible", "month_not_reported"}


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.__name__)
def test_the_report_and_the_explorer_show_what_there_is(built, shape, monkeypatch):
    published = built(shape).published
    monkeypatch.setenv("CPM_PUBLISHED", str(published))
    spec = importlib.util.spec_from_file_location("explorer", ROOT / "notebooks/explorer.py")
    explorer_app = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(explorer_app)
    explorer_app.app.run()
    explorer = Published(published)
    months = explorer.ask("months")["reporting_month"].to_list()
    for month in {months[0], months[-1]} if months else {date(2021, 9, 1)}:
        tables = read_tables(published, month)
        html = render_html(tables, month, Said("Green"), sheet_names())
        assert ("No measure has a result for this month." in html) == (not months)
    asked: set[tuple[object, ...]] = set()
    for month in months[:1]:
        for measure in explorer.ask("measures")["measure_id"]:
            values = {
                **{"measure_id": measure, "reporting_month": month, "scope_type": "national", "scope": "national"},
                **{"variant_id": explorer.ask("variants", {"measure_id": measure})["variant_id"][0]},
                **{"aggregation": "pooled", "incident_id": "INC1", "region": "North", "device_type": "ESME"},
                **{"manufacturer": "none", "version_before": "none", "version_after": "none"},
            }
            for query in QUERIES.glob("*.sql"):
                said = query.read_text()
                question = (query.stem, *(value for name, value in values.items() if f"${name}" in said))
                if question not in asked:
                    explorer.ask(query.stem, values)
                asked.add(question)
            result = explorer.ask("measure_figures", values)
            assert result.is_empty() or "On last month" in wording.card(result.row(0, named=True))
            trend = explorer.ask("measure_trend", values)
            if trend["result_pct"].count():
                charts.trend(trend, "Result").to_dict()


def test_the_line_is_broken_at_the_missing_month(built):
    trend = Published(built(with_a_gap).published).ask(
        "measure_trend",
        {
            **{"measure_id": "CPM_7", "variant_id": "standard", "scope_type": "national"},
            **{"scope": "national", "aggregation": "pooled"},
        },
    )
    with_figures = trend.filter(pl.col("result_pct").is_not_null())
    assert len(trend) == 68
    assert with_figures["line_number"].n_unique() == len(with_figures) == 2
