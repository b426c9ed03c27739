"""Every metric of MetricFlow gives the figure of the mart, in every month and scope."""

import csv
import json
import os
import shutil
import subprocess
from datetime import datetime

import duckdb
import pytest
from dbt_metricflow.cli.cli_configuration import CLIConfiguration
from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

from conftest import ROOT

MANIFEST = json.loads((ROOT / "target/semantic_manifest.json").read_text())
METRICS = {metric["name"]: metric for metric in MANIFEST["metrics"]}
MEASURES = [name for name in METRICS if name.startswith("cpm_")]
PUBLISHED = ROOT / "published/cpm.duckdb"


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """MetricFlow over a copy of the publication, as dbt opens a file for writing."""
    copy = tmp_path_factory.mktemp("metrics") / "cpm.duckdb"
    shutil.copy(PUBLISHED, copy)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(ROOT)
        patch.setenv("CPM_WAREHOUSE", str(copy))
        configuration = CLIConfiguration()
        configuration.setup(configure_file_logging=False)
        yield configuration.mf


@pytest.fixture(scope="module")
def published():
    with duckdb.connect(PUBLISHED, read_only=True) as connection:
        yield connection


def asked(engine, metrics, group_by):
    """{group: {metric: value}}; a group that MetricFlow does not return has no events."""
    request = MetricFlowQueryRequest.create(metric_names=metrics, group_by_names=group_by)
    table = engine.query(request).result_df
    keys = len(group_by)
    return {
        tuple(value.date() if isinstance(value, datetime) else value for value in row[:keys]): dict(
            zip(metrics, row[keys:], strict=True)
        )
        for row in table.rows
    }


def shown(value):
    return None if value is None else round(float(value), 6)


@pytest.mark.parametrize("scope_type", ["national", "region", "provider"])
def test_the_metric_of_each_measure_is_the_mart_s_result(engine, published, scope_type):
    group_by = ["metric_time__month"] + ([f"outcome__{scope_type}"] if scope_type != "national" else [])
    found = asked(engine, MEASURES, group_by)
    results = published.execute(
        """
        select lower(measure_id), reporting_month, scope, result_pct from marts.fct_measure_results
        where is_default and aggregation = 'pooled' and scope_type = ?
        """,
        [scope_type],
    ).fetchall()
    assert {measure for measure, *_ in results} == set(MEASURES)
    differing = []
    for measure, month, scope, result in results:
        group = (month,) if scope_type == "national" else (month, scope)
        if shown(found.get(group, {}).get(measure)) != shown(result):
            differing.append((measure, *group, found.get(group, {}).get(measure), result))
    assert differing == []
    in_marts = {(month,) if scope_type == "national" else (month, scope) for _, month, scope, _ in results}
    assert set(found) <= in_marts


def test_every_reading_of_every_measure_is_the_mart_s(engine, published):
    metrics = ["result_pct", "coverage_pct", "events_met", "events_counted", "events_excluded"]
    found = asked(
        engine, metrics, ["metric_time__month", "outcome__measure_id", "outcome__variant_id", "outcome__region"]
    )
    results = published.execute(
        """
        select
            reporting_month, measure_id, variant_id, scope,
            result_pct, coverage_pct, met_count, total_count, excluded_count
        from marts.fct_measure_results
        where aggregation = 'pooled' and scope_type = 'region' and basis != 'not_reportable'
        """
    ).fetchall()
    assert len(results) > 100
    differing = []
    for *group, result, coverage, met, total, excluded in results:
        values = found.get(tuple(group), dict.fromkeys(metrics))
        wanted = [shown(result), shown(coverage), met, total, excluded]
        got = [shown(values["result_pct"]), shown(values["coverage_pct"])]
        got += [int(values[name] or 0) for name in metrics[2:]]
        if got != wanted:
            differing.append((group, got, wanted))
    assert differing == []


# Each fact metric by month, counted in SQL that shares nothing with its definition.
FACTS = {
    "incidents_logged": "select date_trunc('month', logged_at), count(*) from marts.fct_incidents group by all",
    "incidents_open": """
        select date_trunc('month', logged_at), count(*) filter (where is_open)
        from marts.fct_incidents group by all
    """,
    "incidents_reopened": """
        select date_trunc('month', logged_at), count(*) filter (where reopen_count >= 1)
        from marts.fct_incidents group by all
    """,
    "incidents_reopened_pct": """
        select date_trunc('month', logged_at), 100 * avg(least(reopen_count, 1))
        from marts.fct_incidents group by all
    """,
    "incident_counted_hours": """
        select date_trunc('month', started_at_first), sum(seconds) / 3600 from (
            select min(started_at) as started_at_first, sum(elapsed_seconds) filter (where is_counted) as seconds
            from marts.fct_incident_clock_segments group by incident_id
        ) group by all
    """,
    "submissions_received": "select reporting_month, count(*) from marts.fct_submissions group by all",
    "submissions_late": """
        select reporting_month, count(*) filter (where is_late) from marts.fct_submissions group by all
    """,
    "rows_received": """
        select reporting_month, sum(accepted_rows) + sum(quarantined_rows) from marts.fct_submissions group by all
    """,
    "rows_quarantined": "select reporting_month, sum(quarantined_rows) from marts.fct_submissions group by all",
    "service_requests_received": """
        select request_month, sum(request_count) from marts.fct_service_requests_monthly group by all
    """,
    "service_requests_answered": """
        select date_trunc('month', request_date), sum(request_count) from marts.fct_service_requests_daily
        where outcome != 'no_response' group by all
    """,
    "alert_messages": """
        select date_trunc('month', alert_date), sum(delivered_message_count) + sum(not_delivered_message_count)
        from marts.fct_alerts_daily group by all
    """,
    "alert_messages_delivered": """
        select date_trunc('month', alert_date), sum(timed_message_count) + sum(clock_unusable_message_count)
        from marts.fct_alerts_daily group by all
    """,
    "firmware_updates_sent": """
        select date_trunc('month', updated_at), count(*) from marts.fct_firmware_updates
        where match_status not in ('duplicate', 'activation_without_update') group by all
    """,
    "firmware_updates_activated": """
        select date_trunc('month', updated_at), count(*) filter (where match_status = 'activated')
        from marts.fct_firmware_updates where match_status not in ('duplicate', 'activation_without_update')
        group by all
    """,
}


def test_every_metric_that_is_not_of_a_measure_is_a_fact_or_a_part():
    parts = {"result_pct", "coverage_pct", "events_met", "events_counted", "events_excluded", "events_unseen"}
    assert set(METRICS) - set(MEASURES) - parts == set(FACTS)


@pytest.mark.parametrize("metric", FACTS)
def test_the_metric_of_each_fact_is_the_mart_s_count(engine, published, metric):
    found = {
        month: shown(values[metric])
        for (month,), values in asked(engine, [metric], ["metric_time__month"]).items()
    }
    counted = {
        month.date() if isinstance(month, datetime) else month: shown(value)
        for month, value in published.execute(FACTS[metric]).fetchall()
    }
    assert counted
    counted.pop(None, None)
    found.pop(None, None)
    assert found == pytest.approx(counted)


def test_the_command_of_the_readme_gives_the_mart_s_figures(published, tmp_path):
    """`mf` itself, from the command line to its CSV, over a copy: it opens the file for writing."""
    answer = tmp_path / "answer.csv"
    warehouse = shutil.copy(ROOT / "warehouse/cpm.duckdb", tmp_path)
    group_by = "metric_time__month,outcome__region"
    command = [ROOT / ".venv/bin/mf", "query", "--metrics", "cpm_5", "--group-by", group_by, "--csv", answer]
    environment = os.environ | {"CPM_WAREHOUSE": warehouse}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    with answer.open() as file:
        found = {
            (row["metric_time__month"][:10], row["outcome__region"]): shown(row["cpm_5"])
            for row in csv.DictReader(file)
        }
    results = published.execute(
        """
        select strftime(reporting_month, '%Y-%m-%d'), scope, result_pct from marts.fct_measure_results
        where measure_id = 'CPM_5' and is_default and scope_type = 'region' and result_pct is not null
        """
    ).fetchall()
    assert found == {(month, region): shown(result) for month, region, result in results}


def test_each_measure_has_a_metric_and_each_metric_is_explained(published):
    measures = {
        row[0].lower() for row in published.execute("select measure_id from marts.dim_measures").fetchall()
    }
    assert set(MEASURES) == measures
    assert [name for name, metric in METRICS.items() if len(metric["description"] or "") < 40] == []
