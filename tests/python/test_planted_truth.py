"""Over what `make build` published from the sample: every planted truth is found again, row by row."""

import filecmp
from pathlib import Path

import duckdb
import pytest

from conftest import ROOT
from cpm_warehouse.publish.earlier import EARLIER
from cpm_warehouse.simulate import simulate

PUBLISHED = ROOT / "published/cpm.duckdb"
TRUTH = ROOT / "extracts/truth"


@pytest.fixture(scope="module")
def found():
    connection = duckdb.connect(PUBLISHED, read_only=True)
    for path in TRUTH.glob("*.csv"):
        connection.execute(f"create temp view truth_{path.stem} as from read_csv('{path}', all_varchar = true)")
    yield connection
    connection.close()


def test_the_committed_sample_is_what_simulate_writes(tmp_path):
    simulate(tmp_path / "sample", tmp_path / "truth")
    for made, committed in [("sample", ROOT / "extracts/sample"), ("truth", TRUTH)]:
        names = {path.relative_to(tmp_path / made) for path in (tmp_path / made).rglob("*") if path.is_file()}
        kept = {path.relative_to(committed) for path in committed.rglob("*") if path.is_file()}
        # What an earlier publication showed is made by a build (`make sample`), and tested by itself.
        assert names == {name for name in kept if name.parts[0] != EARLIER}
        _, differing, unread = filecmp.cmpfiles(tmp_path / made, committed, map(str, names), shallow=False)
        assert (differing, unread) == ([], [])


def test_the_sample_is_small_enough_to_be_committed():
    sizes = [path.stat().st_size for path in Path(ROOT / "extracts").rglob("*") if path.is_file()]
    assert sum(sizes) < 6_000_000


INCIDENT_COLUMNS = {
    "category_at_logging": "incident_category_at_logging",
    "incident_category": "incident_category",
    "cast(logged_at as timestamp)": "logged_at",
    "cast(resolved_at as timestamp)": "resolved_at",
    "responsible_party": "responsible_party",
    "cast(target_seconds as bigint)": "target_seconds",
    "exclusion_reason": "exclusion_reason",
    "cast(has_audit as boolean)": "not is_elapsed_only",
    "cast(was_reopened as boolean)": "reopen_count > 0",
    # What an open Incident comes to depends on the instant that stands for now.
    "cast(elapsed_seconds as bigint)": "case when resolved_at is not null then elapsed_seconds end",
    "cast(counted_seconds as bigint)": "case when resolved_at is not null then counted_seconds end",
    "cast(is_met as boolean)": "case when resolved_at is not null then is_met end",
}


@pytest.mark.parametrize(("truth", "mart"), INCIDENT_COLUMNS.items())
def test_every_incident_is_as_planted(found, truth, mart):
    planted = f"select incident_number, {truth} as value from truth_incidents"
    computed = f"select incident_id, {mart} as value from marts.fct_incidents"
    differing = f"(({planted}) except all ({computed})) union all (({computed}) except all ({planted}))"
    assert found.execute(f"select * from ({differing}) order by all limit 10").fetchall() == []
    assert found.execute("select count(*) from truth_incidents").fetchone() > (400,)


def test_open_incidents_count_the_phases_planted(found):
    differing = found.execute(
        """
        with planted as (
            select
                phases.incident_number,
                sum(date_diff(
                    'second', cast(started_at as timestamp), coalesce(cast(ended_at as timestamp), now_at)
                ))
                    filter (where cast(is_counted as boolean)) as counted_seconds
            from truth_open_incident_phases as phases
            cross join (select max(ended_at) as now_at from marts.fct_incident_clock_segments)
            group by phases.incident_number
        )

        select incident_id, incidents.counted_seconds, planted.counted_seconds
        from marts.fct_incidents as incidents
        full join planted on incidents.incident_id = planted.incident_number
        where is_open is distinct from (planted.incident_number is not null)
            or (is_open and incidents.counted_seconds != coalesce(planted.counted_seconds, 0))
        """
    ).fetchall()
    assert differing == []


def test_agreement_with_the_providers_lists_is_as_planted(found):
    planted = "select provider, provider_reference, incident_number, match_status from truth_incident_agreement"
    computed = "select provider, provider_reference, incident_id, match_status from marts.rpt_incident_agreement"
    differing = f"(({planted}) except all ({computed})) union all (({computed}) except all ({planted}))"
    assert found.execute(f"select * from ({differing}) order by all limit 10").fetchall() == []


def test_results_are_the_planted_incidents_counted(found):
    """CPM 4, 5 and 5A by default, counted in the truth by its own columns; the categories stand here again."""
    computed = found.execute(
        """
        select measure_id, reporting_month, met_count_before_exceptions, total_count_before_exceptions
        from marts.fct_measure_results
        where measure_id in ('CPM_4', 'CPM_5', 'CPM_5A') and is_default
            and scope_type = 'national' and aggregation = 'pooled'
        order by all
        """
    ).fetchall()
    planted = found.execute(
        """
        select
            case when incident_category in ('1', '2') then 'CPM_4'
                when incident_category = '3' then 'CPM_5' else 'CPM_5A' end as measure_id,
            cast(date_trunc('month', cast(resolved_at as timestamp)) as date) as reporting_month,
            count(*) filter (where cast(is_met as boolean)),
            count(*)
        from truth_incidents
        where exclusion_reason is null and resolved_at is not null
            and cast(resolved_at as timestamp) >= timestamp '2021-07-01'
            and cast(resolved_at as timestamp) < timestamp '2021-11-01'
        group by all
        order by all
        """
    ).fetchall()
    assert computed == planted
    assert len(planted) == 12


def test_faults_that_were_planted_are_there(found):
    counts = dict(found.execute("select fault, cast(count as bigint) from truth_planted_faults").fetchall())
    assert len(counts) > 10
    assert min(counts.values()) > 0


def test_rows_at_fault_are_kept_aside_as_planted(found):
    planted = found.execute(
        """
        select extract, provider, period, rule_id, cast(row_count as bigint) from truth_quarantined_rows
        union all
        select 'incident_list', 'dsp', '2021-07', 'row_of_another_month', cast(count as bigint)
        from truth_planted_faults where fault = 'incident_list_row_of_another_month'
        order by all
        """
    ).fetchall()
    kept = found.execute(
        """
        select extract, provider, strftime(reporting_month, '%Y-%m'), rule_id, count(*)
        from marts.fct_quarantined_rows
        group by all
        order by all
        """
    ).fetchall()
    assert kept == planted
    assert sum(rows for *_, rows in kept) == 7


def test_an_allowed_exception_takes_something_out_of_every_measure(found):
    measures = found.execute(
        """
        select distinct measure_id
        from marts.fct_measure_results
        where is_default and scope_type = 'national' and aggregation = 'pooled'
            and total_count < total_count_before_exceptions
        order by all
        """
    ).fetchall()
    assert len(measures) == found.execute("select count(*) from marts.dim_measures").fetchone()[0] == 12


def test_an_alert_belongs_to_the_month_in_which_it_was_raised():
    """Raised on 31 August 23:59:59, in the DSP's file of September."""
    with duckdb.connect(ROOT / "warehouse/cpm.duckdb", read_only=True) as warehouse:
        late = warehouse.execute(
            """
            select cast(alert_date as varchar), sum(message_count)
            from cubes.cube_alerts_by_day
            where submission_key = 'alerts/dsp/2021-09/v1' and alert_date < date '2021-09-01'
            group by all
            """
        ).fetchall()
    assert late == [("2021-08-31", 1)]
