"""A corrected month, from landing to what was known when, and closed months that move without a reason.

The sample's Incident extracts are landed in the order in which they were received, with a publication after each
step: before the correction of September, after it, and after October. One file that was received in September is
landed with October's only, as happens.
"""

import json
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest

from compiled import CompiledModels
from conftest import ROOT
from cpm_warehouse.duck import connect, literal
from cpm_warehouse.publish.history import hold_history, keep_results
from dbt_project import DbtProject

EXTRACTS = ("dcc/remedy_incidents", "dcc/remedy_incident_audit", "dcc/measure_exceptions", "*/incident_list")
CORRECTIONS = {"remedy_incidents/dcc/2021-09/v2", "remedy_incident_audit/dcc/2021-09/v2"}
LANDED_LATE = "csp_north/incident_list/2021-08/v2"
MODELS = ("rpt_restatements", "fct_measure_results", "fct_measure_results_published", "int_reporting_clock")
KEY = ("measure_id", "variant_id", "reporting_month", "scope_type", "scope", "aggregation")
FIGURE = (
    *("is_default", "basis", "status", "met_count", "total_count", "excluded_count", "result_pct", "target_pct"),
    *("minimum_pct", "coverage_pct", "met_count_before_exceptions", "total_count_before_exceptions"),
)

Key = tuple[Any, ...]
Row = dict[str, Any]


@dataclass
class Bench:
    """A lake, and a warehouse that is built from it, in a folder of their own."""

    project: DbtProject
    compiled: CompiledModels
    publications: dict[str, dict[Key, Row]] = field(default_factory=dict)
    restatements: list[list[Row]] = field(default_factory=list)

    def land(self, received_by: str, but: str = "nothing") -> None:
        extracts = self.project.place / "extracts"
        for control in sorted(path for pattern in EXTRACTS for path in SAMPLE.glob(f"{pattern}/*/*/control.json")):
            submission = control.parent.relative_to(SAMPLE)
            received = json.loads(control.read_text())["received_at"]
            if received <= received_by and str(submission) != but:
                shutil.copytree(control.parent, extracts / submission, dirs_exist_ok=True)
        self.project.land(extracts)

    def build(self, compiled: CompiledModels | None = None, others: dict[str, str] | None = None) -> None:
        """Run the models anew, as compiled under other variables where these are given."""
        self.project.warehouse.unlink(missing_ok=True)
        (compiled or self.compiled).build(self.project.lake, self.project.warehouse, *MODELS, others=others)

    def rows(self, query: str) -> list[Row]:
        with duckdb.connect(str(self.project.warehouse), read_only=True) as connection:
            cursor = connection.execute(query)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def results(self) -> dict[Key, Row]:
        return {key_of(row): row for row in self.rows("from marts.fct_measure_results")}

    def publish(self) -> str:
        """Keep the results as a publication does; the file that is swapped in is tested elsewhere."""
        with connect() as connection:
            connection.execute(f"attach {literal(self.project.warehouse)} as warehouse (read_only)")
            connection.execute("create schema marts")
            for mart in ("fct_measure_results", "fct_measure_results_published"):
                connection.execute(f"create table marts.{mart} as from warehouse.marts.{mart}")
            with hold_history(self.project.lake):
                link, is_new = keep_results(connection, self.project.lake, "a commit")
        assert is_new
        self.publications[link.publication_id] = self.results()
        return link.publication_id


SAMPLE = ROOT / "extracts/sample"


def key_of(row: Row) -> Key:
    return tuple(row[name] for name in KEY)


def figure_of(row: Row | None) -> Key | None:
    return row and tuple(row[name] for name in FIGURE)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, compiled: CompiledModels) -> Bench:
    """Three publications, and the restatements that each build before them showed."""
    bench = Bench(DbtProject(tmp_path_factory.mktemp("restatements") / "project"), compiled)
    for received_by, but in (("2021-10-24", LANDED_LATE), ("2021-10-26", LANDED_LATE), ("2021-12-31", "nothing")):
        bench.land(received_by, but)
        bench.build()
        bench.restatements.append(bench.rows("from marts.rpt_restatements"))
        bench.publish()
    return bench


# Instants of the variables that nothing else names: those of a test take their place.
VARIABLES = {
    "as_known_at": "2001-01-01 00:00:01",
    "as_landed_at": "2001-01-01 00:00:02",
    "as_of": "2001-01-01 00:00:03",
}


@pytest.fixture(scope="module")
def as_known(tmp_path_factory: pytest.TempPathFactory, compiled: CompiledModels) -> CompiledModels:
    """The models as they stand for an instant that is past."""
    return compiled.under(tmp_path_factory.mktemp("as_known") / "project", "instant_of_variable", **VARIABLES)


def moved(before: dict[Key, Row], after: dict[Key, Row]) -> set[Key]:
    """What was reportable before and has another figure after."""
    return {
        key
        for key, row in before.items()
        if row["basis"] != "not_reportable" and figure_of(row) != figure_of(after.get(key))
    }


def test_a_corrected_september_changes_only_what_september_touches(bench: Bench) -> None:
    before, after, _ = bench.publications.values()
    changed = moved(before, after)
    assert changed
    assert {str(key[2])[:7] for key in changed} == {"2021-09"}
    assert {key[0] for key in changed} <= {"CPM_4", "CPM_5", "CPM_5A"}


def test_the_restatements_name_what_moved_and_the_files_that_moved_it(bench: Bench) -> None:
    first, second, third = bench.restatements
    before, after, _ = bench.publications.values()
    assert first == []
    assert {key_of(row) for row in second} == moved(before, after)
    for row in second:
        key = key_of(row)
        assert (row["as_published_pct"], row["now_pct"]) == (before[key]["result_pct"], after[key]["result_pct"])
        assert (row["as_published_status"], row["now_status"]) == (before[key]["status"], after[key]["status"])
        assert row["cause"] == "submissions" and row["is_latest_published"]
        assert set(row["submissions"].split(",")) <= CORRECTIONS
        assert set(row["submissions_no_longer_behind"].split(",")) <= {
            key.replace("/v2", "/v1") for key in CORRECTIONS
        }
    named = {submission for row in third for submission in (row["submissions"] or "").split(",")}
    assert "incident_list/csp_north/2021-08/v2" in named


@pytest.mark.parametrize("number", [0, 1])
def test_each_publication_rebuilt_as_known_then_gives_its_figures_to_the_last_digit(
    bench: Bench, as_known: CompiledModels, number: int
) -> None:
    publication_id, published = list(bench.publications.items())[number]
    files = bench.project.lake / "published_measure_results/*/*/*/*.parquet"
    instants = duckdb.sql(
        "select distinct known_at as as_known_at, landed_at as as_landed_at, as_of_at as as_of"
        f" from read_parquet('{files}', union_by_name = true) where publication_id = '{publication_id}'"
    )
    (instant,) = instants.fetchall()
    named = dict(zip(instants.columns, instant, strict=True))
    bench.build(as_known, {stood_for: str(named[name]) for name, stood_for in VARIABLES.items()})
    assert bench.results() == published
    assert bench.rows("from marts.fct_measure_results_published") == []


def test_as_known_before_the_correction_alone_brings_the_old_figures_back(
    bench: Bench, as_known: CompiledModels
) -> None:
    """What was landed late counts from when it was received: of the figures, it touches one month's coverage."""
    before, _, _ = bench.publications.values()
    as_if_not_given = {
        VARIABLES["as_landed_at"]: "2999-01-01",
        f"cast('{VARIABLES['as_of']}' as timestamp) as as_of_at": "clock.told_at as as_of_at",
    }
    bench.build(as_known, {VARIABLES["as_known_at"]: "2021-10-24 23:59:59", **as_if_not_given})
    changed = moved(before, bench.results())
    assert {str(key[2])[:7] for key in changed} <= {"2021-08"}
    same = [name for name in FIGURE if name != "coverage_pct"]
    now = bench.results()
    assert all(before[key][name] == now[key][name] for key in changed for name in same)


TEST = "assert_closed_months_do_not_move"


def passes(project: DbtProject, *models: str) -> bool:
    """Build models and run the test; False where it fails, as it must be nothing else that does."""
    nothing_else = ("--indirect-selection", "empty", "--exclude-resource-type", "unit_test")
    done = project.run("build", "--select", *models, TEST, *nothing_else)
    assert done.returncode == 0 or f"Failure in test {TEST}" in done.stdout, done.stdout + done.stderr
    return done.returncode == 0


def test_a_changed_rule_that_moves_a_closed_month_stops_the_build_until_it_is_acknowledged(
    bench: Bench, tmp_path: Path
) -> None:
    bench.build()
    assert passes(bench.project)
    project = DbtProject(tmp_path / "project", "seeds", like=bench.project)

    def change(seed: str, old: str, new: str) -> None:
        path = project.place / "seeds" / seed
        text = path.read_text()
        assert text.count(old) == 1
        path.write_text(text.replace(old, new))

    change(
        "reference/incident/incident_target_times.csv",
        "3,resolution,elapsed,72,hours,2012-01-01",
        "3,resolution,elapsed,36,hours,2012-01-01",
    )
    # Only what a change touches is built again.
    assert not passes(
        project, *(f"incident_target_times+,+{mart}" for mart in ("fct_measure_results", "rpt_restatements"))
    )
    seed = "decisions/acknowledged_restatements.csv"
    header = "measure_id,first_month,last_month,acknowledged_date,reason\n"
    reason = "2021-12-01,the target was read wrongly\n"
    other = f"{header}CPM_5A,2021-07-01,2021-09-01,{reason}CPM_5,2021-07-01,2021-07-01,{reason}"
    acknowledged = ("acknowledged_restatements", "rpt_restatements")
    change(seed, header, other)
    assert not passes(project, *acknowledged)
    change(seed, other, f"{header}CPM_5,2021-07-01,2021-09-01,{reason}")
    assert passes(project, *acknowledged)
    moved_now = bench.rows("""
        select measure_id, is_acknowledged from marts.rpt_restatements
        where cause = 'definitions' and is_latest_published and reporting_month < '2021-10-01'
    """)
    assert {row["measure_id"] for row in moved_now} == {"CPM_5"}
    assert all(row["is_acknowledged"] for row in moved_now)
