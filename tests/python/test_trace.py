"""A result is followed to the rows of the lake, which are counted again, and a row to its results."""

import json
import shutil

import duckdb
import pytest
from click.testing import CliRunner

from conftest import ROOT
from cpm_warehouse.cli import main
from cpm_warehouse.errors import CpmError, DamageError
from cpm_warehouse.publish.finding import find_publication
from cpm_warehouse.report.trace import following, rows
from cpm_warehouse.report.trace.answers import Key
from cpm_warehouse.report.trace.published import NothingFoundError, find_row, trace_result
from cpm_warehouse.report.trace.rows import rows_behind
from recounted import differences

PUBLISHED = ROOT / "published/cpm.duckdb"
WAREHOUSE = ROOT / "warehouse/cpm.duckdb"
# One of each kind of rows, with what is hard about it.
RESULTS = {
    "CPM_1/signed_pre_command/2021-08/region/SMETS1/pooled": "another clock",
    "CPM_2/successful_responses/2021-09/national/national/pooled": "left out by the class of the response",
    "CPM_3/speed/2021-08/national/national/pooled": "Regions by proxy beside Regions measured",
    "CPM_3/speed_wan_share/2021-08/national/national/pooled": "the WAN's share of the target",
    "CPM_3/speed_unweighted/2021-07/national/national/pooled": "requests that are not scaled",
    "CPM_3/speed_throttled/2021-09/provider/csp_north/pooled": "messages that stand for many Alerts",
    "CPM_5/split/2021-09/national/national/mean_of_providers": "the mean of the providers",
    "CPM_6/standard/2021-08/national/national/pooled": "minutes, maintenance and an Allowed Exception",
    "CPM_6A/activations_out_of_updates/2021-09/provider/csp_central_south/pooled": "steps of Communications Hubs",
    "CPM_6C/repeats_counted_once/2021-10/national/national/pooled": "requests to activate that were repeated",
    "CPM_7/standard/2021-10/national/national/pooled": "requests that stand twice",
}

RESULT_WITHOUT_EVENTS = "CPM_6B/update_and_activation/2021-09/provider/csp_north/pooled"


@pytest.fixture(scope="module")
def found():
    return find_publication(PUBLISHED)


def trace(*arguments):
    return CliRunner().invoke(main, ["trace", *(str(one) for one in arguments)])


@pytest.mark.parametrize("key", RESULTS, ids=lambda key: key.replace("/", "-"))
def test_the_rows_behind_a_result_come_to_it(key, found):
    """`tests/trials/traced_results.py` does the same for 200 results picked at random."""
    result = trace_result(PUBLISHED, Key.of(key))[0].records[0]
    answers = rows_behind(found, WAREHOUSE, Key.of(key))
    assert result["total_count"] > 0 and len(answers[0].rows) > 0
    assert differences(Key.of(key), result, answers) == []


def test_every_row_is_where_the_trace_says(found):
    """Of an Alert and of a Service Request, the Parquet file at that place has its instant."""
    for key, instant in (
        ("CPM_3/speed/2021-09/region/North/pooled", '"RaisedAt"'),
        ("CPM_1/standard/2021-09/region/North/pooled", '"ReceivedAt"'),
        ("CPM_6B/update_and_activation/2021-09/national/national/pooled", "requested_at"),
        ("CPM_7/standard/2021-09/national/national/pooled", '"receivedAt"'),
    ):
        told = rows_behind(found, WAREHOUSE, Key.of(key))[0].records
        for one in told[:5] + told[-5:]:
            extract, provider, period, version = one["submission_key"].split("/")
            if extract == "update_firmware_requests" or extract == "comms_hub_firmware":
                continue
            folder = f"lake/sample/{extract}/provider={provider}/period={period}/version={version[1:]}"
            (at,) = duckdb.sql(
                f"select {instant}::timestamp from read_parquet('{folder}/{one['source_file']}',"
                f" file_row_number = true) where file_row_number = {one['source_row']}"
            ).fetchone()
            assert at == one["happened_at"], one


def test_a_result_has_its_outcomes_facts_submissions_and_files(found):
    parts = {one.name: one for one in trace_result(PUBLISHED, Key.of("CPM_5/split/2021-09/region/Central/pooled"))}
    assert list(parts) == ["trace_result", "drivers", "incidents", "figure_submissions", "figure_files"]
    (result,) = parts["trace_result"].records
    assert sum(one["total_count"] for one in parts["drivers"].records) == result["total_count"]
    assert len(parts["incidents"].rows) == result["total_count"] + result["excluded_count"]
    keys = [one["submission_key"] for one in parts["figure_submissions"].records]
    assert ",".join(keys) == result["submission_keys"]
    for file in parts["figure_files"].records:
        assert file["submission_key"] in keys
        assert list((ROOT / "lake/sample" / file["lies_in"]).glob("*.parquet"))


def test_a_result_without_events_says_who_has_some(found):
    """csp_north has a row of CPM 6B, as every provider has of every measure; it has no SMETS1 Devices."""
    parts = {one.name: one for one in trace_result(PUBLISHED, Key.of(RESULT_WITHOUT_EVENTS))}
    assert parts["trace_result"].records[0]["status"] == "no_events"
    assert "each Region and each provider" in parts["why_no_events"].question
    providers = {one["provider"] for one in parts["why_no_events"].records}
    assert providers and all(provider.startswith("s1sp") for provider in providers)
    assert parts["figure_gaps"].rows == []
    assert "why_no_events" not in {one.name for one in trace_result(PUBLISHED, Key.of(next(iter(RESULTS))))}


def test_a_result_is_named_by_its_key_or_by_what_tells_it_from_others(found):
    by_key = json.loads(trace("CPM_5/split/2021-10/provider/csp_north/pooled", "--json").stdout)
    by_options = json.loads(
        trace("--measure", "cpm 5", "--month", "2021-10", "--provider", "csp_north", "--json").stdout
    )
    assert by_key == by_options
    assert (by_key["asked"], by_key["is_synthetic"]) == ("CPM_5/split/2021-10/provider/csp_north/pooled", True)
    (result,) = by_key["answers"]["trace_result"]["rows"]
    assert (result["met_count"], result["total_count"], result["result_pct"]) == (4, 8, "50.000000")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["CPM_5/split/2021-10/national/national"], 1, "no key of a result"),
        (["CPM_5/split/2021-13/national/national/pooled"], 1, "'2021-13' is no month"),
        (["CPM_5/split/2031-10/national/national/pooled"], 3, "no result CPM_5/split/2031-10"),
        (["--measure", "CPM_5", "--month", "2031-10"], 3, "no result of CPM_5 2031-10"),
        (["--measure", "CPM_5"], 2, "--measure wants --month"),
        ([], 2, "name one"),
        (["--incident", "INC0", "--request", "1"], 2, "name one"),
        (["--measure", "CPM_5", "--month", "2021-10", "--region", "North", "--provider", "dsp"], 1, "name one of"),
        (["--incident", "INC0"], 3, "INC0: is in no result"),
        (["--request", "1:2:3"], 3, "1:2:3: is in no result"),
        (["--file", "none.csv", "--line", "2"], 3, "no file 'none.csv' was received"),
        (["--file", "dcc_remedy_incidents_202109.csv", "--line", "2"], 1, "2 files have the name"),
        (["--file", "dcc_remedy_incidents_202109.csv"], 2, "--file wants --line or --row"),
    ],
)  # fmt: skip
def test_what_cannot_be_traced_says_why(arguments, code, says):
    done = trace(*arguments)
    assert (done.exit_code, says in done.stderr) == (code, True), done.output


def test_an_incident_leads_to_the_results_that_it_is_in(found):
    (answer,) = following.of_incident(found, "INC000000012350").answers
    default = [one for one in answer.records if one["is_default"]]
    assert [(one["measure_id"], one["scope_type"], one["scope"], one["counted_as"]) for one in default] == [
        ("CPM_5", "national", "national", "missed"),
        ("CPM_5", "region", "Central", "missed"),
        ("CPM_5", "provider", "csp_central_south", "missed"),
    ]
    # By the place of its row the same, of the publication alone and of the lake.
    for file, row in (("dcc/remedy_incidents/2021-09/v2/dcc_remedy_incidents_202109.csv", 54),):
        assert following.of_file(found, WAREHOUSE, file, line=None, row=row).answers[0].records == answer.records


def test_a_row_of_an_event_leads_to_the_results_that_count_it(found):
    told = rows_behind(found, WAREHOUSE, Key.of("CPM_1/standard/2021-09/region/North/pooled"))[0].records
    missed = next(one for one in told if one["counted_as"] == "missed")
    by_id = following.of_request(found, WAREHOUSE, missed["event_id"]).answers[0].records
    by_row = (
        following.of_file(
            found, WAREHOUSE, "dsp_service_requests_202109.parquet", line=None, row=missed["source_row"]
        )
        .answers[0]
        .records
    )
    assert by_id == by_row
    default = {(one["measure_id"], one["scope"]): one["counted_as"] for one in by_id if one["is_default"]}
    assert default == dict.fromkeys([("CPM_1", "national"), ("CPM_1", "North"), ("CPM_1", "dsp")], "missed")


def test_a_row_of_an_audit_log_leads_to_its_incident(found):
    file = "dcc/remedy_incident_audit/2021-09/v2/dcc_remedy_incident_audit_202109.csv.gz"
    (answer,) = following.of_file(found, WAREHOUSE, file, line=None, row=5).answers
    assert {one["measure_id"] for one in answer.records} <= {"CPM_4", "CPM_5", "CPM_5A"} and answer.rows


def test_a_line_is_the_row_that_landed_after_those_kept_aside(found):
    """Lines kept aside are not in the lake's file; what stood on one is in no result."""
    with duckdb.connect(PUBLISHED, read_only=True) as published:
        aside = published.execute(
            "select submission_key, file_name, file_line, rule_id from marts.fct_quarantined_rows"
            " where file_name like '%.csv' order by file_line limit 1"
        ).fetchone()
    submission, name, line, rule = aside
    extract, provider, period, version = submission.split("/")
    file = f"{provider}/{extract}/{period}/{version}/{name}"
    with pytest.raises(NothingFoundError, match=f"line {line} was kept aside on receipt.*{rule}"):
        find_row(PUBLISHED, file, line=line, row=None)
    content = (ROOT / "extracts/sample" / file).read_text().splitlines()
    folder = f"lake/sample/{extract}/provider={provider}/period={period}/version={version[1:]}"
    for near in (line - 1, line + 1):
        if 2 <= near <= len(content):
            place = find_row(PUBLISHED, file, line=near, row=None)
            landed = duckdb.sql(
                f"select * exclude (file_row_number) from read_parquet('{folder}/{place.source_file}',"
                f" file_row_number = true, hive_partitioning = false) where file_row_number = {place.source_row}"
            ).fetchone()
            assert str(landed[0]) == content[near - 1].split(",")[0]


def test_without_the_warehouse_a_row_leads_to_what_its_submission_fed(found, tmp_path):
    said = following.of_file(found, tmp_path / "none", "dsp_service_requests_202109.parquet", line=None, row=0)
    assert "not of the row alone" in said.notes[0] and "no warehouse here" in said.notes[0]
    assert {one["measure_id"] for one in said.answers[0].records} >= {"CPM_1", "CPM_2"}


def test_rows_are_only_those_of_the_build_that_was_published(found, tmp_path):
    key = Key.of("CPM_5/split/2021-09/national/national/pooled")
    with pytest.raises(CpmError, match="no warehouse here"):
        rows_behind(found, tmp_path / "none.duckdb", key)
    other = tmp_path / "cpm.duckdb"
    shutil.copy(WAREHOUSE, other)
    with duckdb.connect(other) as connection:
        connection.execute("update intermediate.int_incident_outcomes_judged set is_met = false")
    with pytest.raises(DamageError, match="47 of 49 was published, and its rows in the lake come to 0 of 49"):
        rows_behind(found, other, key)
    with duckdb.connect(other) as connection:
        connection.execute("update marts.fct_measure_results set met_count = 0")
    with pytest.raises(CpmError, match="has other results than"):
        rows_behind(found, other, key)


def test_without_the_lake_it_is_said(found, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CpmError, match=r"the lake of .* is not there or cannot be read"):
        rows_behind(found, WAREHOUSE, Key.of("CPM_1/standard/2021-09/national/national/pooled"))


def test_every_measure_has_rows():
    with duckdb.connect(PUBLISHED, read_only=True) as published:
        measures = published.execute("select measure_id from marts.dim_measures").fetchall()
    assert set(rows.EVENTS) == {measure for (measure,) in measures}
