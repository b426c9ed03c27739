import gzip
import hashlib
import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import datetime

import duckdb
import pytest
from click.testing import CliRunner

from conftest import GOOD, HEADER, ROOT
from cpm_warehouse.cli import main
from cpm_warehouse.contracts import Column
from cpm_warehouse.errors import CpmError
from cpm_warehouse.receive.landing import land
from cpm_warehouse.receive.rules import InstantBounds, instant_bounds, plausible_months

KEY = "pmr_deliveries/dcc/2021-08/v1"
PLACE = "pmr_deliveries/provider=dcc/period=2021-08/version=1"


def landed(extracts, lake, contracts):
    return {outcome.submission.key: outcome for outcome in land(extracts, lake, contracts)}


def register(lake):
    return {
        (entry := json.loads(path.read_text()))["submission_key"]: entry
        for path in lake.glob("*/*/*/*/_submission.json")
    }


def rows(lake, place=PLACE):
    files = f"read_parquet('{lake / place}/*.parquet', hive_partitioning = false)"
    return duckdb.sql(f"select * from {files}").fetchall()


def test_rows_and_register_entry_appear_together(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    outcome = landed(send(), lake, contracts)[KEY]
    assert (outcome.status, outcome.rows) == ("landed", 2)
    assert [(str(month), version) for month, version, _ in rows(lake)] == [("2021-08-01", 1), ("2021-08-01", 2)]
    entry = register(lake)[KEY]
    assert (entry["received_rows"], entry["accepted_rows"], entry["quarantined_rows"]) == (2, 2, 0)
    assert entry["files"][0]["sha256"] == hashlib.sha256(GOOD.encode()).hexdigest()


def test_the_same_file_again_is_known_and_changes_nothing(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    landed(send(), lake, contracts)
    before = {path: path.stat().st_mtime_ns for path in (lake / PLACE).iterdir()}
    assert landed(send(), lake, contracts)[KEY].status == "known"
    assert {path: path.stat().st_mtime_ns for path in (lake / PLACE).iterdir()} == before


def test_another_file_under_a_landed_version_is_refused(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    landed(send(), lake, contracts)
    outcome = landed(send(HEADER + "2021-08-01,1,2021-10-06\n"), lake, contracts)[KEY]
    assert outcome.status == "refused"
    assert "send the correction as v2" in outcome.reason
    assert len(rows(lake)) == 2


def test_what_is_refused_as_edited_is_to_come_after_every_version_that_landed(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    send(submission="dcc/pmr_deliveries/2021-07/v9")
    send(HEADER + "2021-08-01,1,2021-10-06\n", submission="dcc/pmr_deliveries/2021-08/v2")
    landed(send(), lake, contracts)
    outcome = landed(send(HEADER + "2021-08-01,1,2021-10-07\n"), lake, contracts)[KEY]
    assert "send the correction as v3" in outcome.reason


def test_a_correction_stands_beside_the_version_before(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    send()
    extracts = send(HEADER + "2021-08-01,1,2021-10-06\n", submission="dcc/pmr_deliveries/2021-08/v2")
    outcomes = landed(extracts, lake, contracts)
    assert {key: outcome.rows for key, outcome in outcomes.items()} == {KEY: 2, KEY[:-1] + "2": 1}


def test_columns_are_taken_by_name_in_any_order(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    landed(send("Delivered On,PMR Version,Reporting Month\n2021-10-05,1,2021-08-01\n"), lake, contracts)
    assert [str(value) for value in rows(lake)[0]] == ["2021-08-01", "1", "2021-10-05"]


def test_an_optional_column_may_be_left_out(send, tmp_path, contracts):
    """It is null then, in rows of CSV and Parquet, and beside a row that is quarantined for another value."""
    contract = contracts["pmr_deliveries"]
    noted = Column("Noted At", "timestamp", nullable=True, description="a note", optional=True)
    contracts["pmr_deliveries"] = replace(contract, columns=(*contract.columns, noted))
    send(name="without.csv")
    send(
        HEADER + "2021-08-01,3,2021-10-12\n2021-08-01,4,2021-10-12\n2021-08-01,5,soon\n", name="one_unreadable.csv"
    )
    send(
        HEADER.replace("\n", ",Noted At\n") + "2021-08-01,6,2021-10-12,2021-10-13T01:00:00+01:00\n",
        name="with.csv",
    )
    parquet = tmp_path / "b.parquet"
    row = """date '2021-08-01' as "Reporting Month", 7 as "PMR Version", date '2021-10-20' as "Delivered On\""""
    duckdb.sql(f"copy (select {row}) to '{parquet}'")
    outcome = landed(send(parquet.read_bytes(), name="b.parquet"), tmp_path / "lake", contracts)[KEY]
    assert (outcome.status, outcome.rows, outcome.quarantined) == ("landed", 6, 1)
    noted_at = {version: str(at) for _, version, _, at in rows(tmp_path / "lake")}
    assert noted_at == {**dict.fromkeys((1, 2, 3, 4, 7), "None"), 6: "2021-10-13 00:00:00"}


def test_gzip_parquet_and_several_files_are_read(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    send(gzip.compress(GOOD.encode()), name="a.csv.gz")
    parquet = tmp_path / "b.parquet"
    row = """date '2021-08-01' as "Reporting Month", 3 as "PMR Version", date '2021-10-20' as "Delivered On\""""
    duckdb.sql(f"copy (select {row}) to '{parquet}'")
    outcome = landed(send(parquet.read_bytes(), name="b.parquet"), lake, contracts)[KEY]
    assert (outcome.status, outcome.rows) == ("landed", 3)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_what_stays_of_a_file_keeps_its_order(send, tmp_path, contracts, kind):
    """So that a row's place leads to the provider's line; more rows than one thread takes at a time."""
    file = tmp_path / f"a.{kind}"
    duckdb.sql(
        f"""
        copy (
            select date '2021-08-01' as "Reporting Month", range as "PMR Version",
                case when range % 100000 != 7 then date '2021-10-05' end as "Delivered On"
            from range(1, 400001)
        ) to '{file}'
        """
    )
    outcome = landed(send(file.read_bytes(), name=file.name), tmp_path / "lake", contracts)[KEY]
    assert (outcome.status, outcome.rows, outcome.quarantined) == ("landed", 399_996, 4)
    versions = [version for _, version, _ in rows(tmp_path / "lake")]
    assert versions == [version for version in range(1, 400_001) if version % 100_000 != 7]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            HEADER + "2021-08-01,1,05/10/2021\n",
            r"pmr.csv: 1 of its 1 rows .*'Delivered On' is '05/10/2021', not a date",
        ),
        ("Reporting Month,PMR Version\n", r"missing \['Delivered On'\], not expected \[\]"),
        (HEADER.replace("PMR Version", "Ver"), r"missing \['PMR Version'\], not expected \['Ver'\]"),
        (HEADER, r"no rows, and pmr_deliveries is never empty"),
    ],
)
def test_a_refusal_is_one_line_and_changes_nothing(send, tmp_path, contracts, content, says):
    lake = tmp_path / "lake"
    outcome = landed(send(content), lake, contracts)[KEY]
    assert outcome.status == "refused"
    assert re.search(says, outcome.reason)
    assert "\n" not in outcome.reason
    assert not (lake / PLACE).exists()
    assert list((lake / "_aside").iterdir()) == []


def test_a_refusal_is_noted_once_for_each_content(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    for content in (HEADER, HEADER, ""):
        landed(send(content), lake, contracts)
    noted = [json.loads(path.read_text()) for path in (lake / "_refused").glob("pmr_deliveries.*.json")]
    assert sorted(entry["rule_id"] for entry in noted) == ["columns_differ", "no_rows"]
    assert landed(send(), lake, contracts)[KEY].status == "landed"


def test_a_quarantined_row_keeps_its_line_text_rule_and_reason(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    outcome = landed(send(GOOD + "2021-08-01,three,13/10/2021\n"), lake, contracts)[KEY]
    assert (outcome.status, outcome.rows, outcome.quarantined) == ("landed", 2, 1)
    (row,) = rows(lake, PLACE + "/_quarantine")
    assert row[:8] == (KEY, "pmr_deliveries", "dcc", "2021-08", 1, "pmr.csv", 4, "2021-08-01,three,13/10/2021")
    assert row[8:11] == (
        "value_not_readable",
        "value_not_readable",
        "'PMR Version' is 'three', not a whole number like 1200; 'Delivered On' is '13/10/2021', not a date like"
        " 2021-08-31",
    )
    entry = register(lake)[KEY]
    assert entry["verdict"] == "accepted_with_quarantine"
    assert entry["files"][0] | {"sha256": ""} == {
        "name": "pmr.csv",
        "rows": 3,
        "accepted_rows": 2,
        "quarantined_rows": 1,
        "sha256": "",
    }


def test_every_rule_that_a_row_breaks_is_named(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    landed(send(GOOD + "2021-09-01,0,2021-08-20\n"), lake, contracts)
    (row,) = rows(lake, PLACE + "/_quarantine")
    assert row[9] == "value_out_of_range,row_of_another_month,delivered_before_month"
    assert row[10] == (
        "'PMR Version' is '0', not at least 1; 'Reporting Month' is '2021-09-01', which is not in 2021-08;"
        " 'Delivered On' is 2021-08-20, before 'Reporting Month' 2021-09-01"
    )


@pytest.mark.parametrize(
    ("faulty", "received", "rule_id"),
    [
        (50, 100, ""),
        (51, 100, "mostly_faulty"),
        (99, 1000, ""),
        (100, 2000, ""),
        (101, 2000, "too_many_faulty_rows"),
    ],
)
def test_how_many_faulty_rows_refuse_a_file(send, tmp_path, contracts, faulty, received, rule_id):
    good = "".join(f"2021-08-01,{number + 1},2021-10-05\n" for number in range(received - faulty))
    outcome = landed(send(HEADER + good + "2021-08-01,x,\n" * faulty), tmp_path / "lake", contracts)[KEY]
    assert outcome.rule_id == rule_id
    assert outcome.quarantined == (0 if rule_id else faulty)


def test_a_dry_run_judges_and_leaves_no_trace(send, tmp_path, contracts):
    extracts = send(GOOD + "2021-08-01,three,2021-10-12\n")
    (outcome,) = land(extracts, tmp_path / "lake", contracts, dry_run=True)
    assert (outcome.status, outcome.rows, outcome.quarantined) == ("landed", 2, 1)
    assert not (tmp_path / "lake").exists()


def test_a_dry_run_judges_each_submission_beside_those_before_it(send, tmp_path, contracts):
    send()
    extracts = send(HEADER + "2021-08-01,1,2021-10-06\n", submission="dcc/pmr_deliveries/2021-08/v2")
    send(submission="dcc/pmr_deliveries/2021-08/v4")
    outcomes = list(land(extracts, tmp_path / "lake", contracts, dry_run=True))
    warned = [sorted({one.rule_id for one in outcome.warnings}) for outcome in outcomes]
    assert warned == [[], [], ["same_content", "version_gap"]]
    assert [outcome.warnings for outcome in land(extracts, tmp_path / "lake", contracts)] == [
        outcome.warnings for outcome in outcomes
    ]


def test_one_landing_at_a_time(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    landing = land(send(), lake, contracts)
    next(landing)
    with pytest.raises(
        CpmError, match="another `cpm land`, a build or a publication is at work here; run this again"
    ):
        list(land(tmp_path / "extracts", lake, contracts))
    list(landing)
    assert landed(tmp_path / "extracts", lake, contracts)[KEY].status == "known"


def test_what_a_killed_landing_left_is_swept(send, tmp_path, contracts):
    left = tmp_path / "lake/_aside/landing-x/y.parquet"
    left.parent.mkdir(parents=True)
    left.touch()
    landed(send(), tmp_path / "lake", contracts)
    assert list((tmp_path / "lake/_aside").iterdir()) == []


@pytest.mark.parametrize(
    ("content", "more", "code"),
    [
        (GOOD, [], 0),
        (GOOD + "x,x,x\n", [], 3),
        (GOOD + "x,x,x\n", ["--accept-quarantine"], 0),
        (GOOD + "x,x,x\n", ["--dry-run"], 3),
        ("", [], 4),
        (GOOD, ["--no-such-option"], 2),
    ],
)
def test_exit_codes(send, tmp_path, content, more, code):
    arguments = ["land", "--extracts", str(send(content)), "--lake", str(tmp_path / "lake"), *more]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == code, result.output
    if code == 3:
        assert "pmr_deliveries" in result.output


def test_nothing_new_needs_no_great_expectations(send, tmp_path, contracts):
    landed(send(), tmp_path / "lake", contracts)
    command = (
        "import sys; from cpm_warehouse.cli import main;"
        f"main(['land', '--extracts', '{tmp_path}/extracts', '--lake', '{tmp_path}/lake'], standalone_mode=False);"
        "sys.exit('great_expectations' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", command], cwd=ROOT, check=False).returncode == 0


def test_what_lands_without_quarantine_needs_no_pandas(tmp_path):
    """Alerts with warnings and a list of repeats: DuckDB would import pandas for a parameter."""
    extracts = tmp_path / "extracts"
    shutil.copytree(ROOT / "extracts/sample/dsp/alerts/2021-07", extracts / "dsp/alerts/2021-07")
    command = (
        "import sys; from cpm_warehouse.cli import main;"
        f"main(['land', '--extracts', '{extracts}', '--lake', '{tmp_path}/lake'], standalone_mode=False);"
        "sys.exit('pandas' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", command], cwd=ROOT, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert ("1 submissions landed" in ran.stdout, "warning" in ran.stdout) == (True, True)


def test_a_link_or_directory_among_the_files_refuses(send, tmp_path, contracts):
    folder = send() / "dcc/pmr_deliveries/2021-08/v1"
    (folder / "more.csv").mkdir()
    assert landed(send(), tmp_path / "lake", contracts)[KEY].rule_id == "not_a_file"
    (folder / "more.csv").rmdir()
    (folder / "more.csv").symlink_to(ROOT / "README.md")
    assert landed(send(), tmp_path / "lake", contracts)[KEY].rule_id == "not_a_file"


def test_an_instant_without_an_offset_is_refused(send, tmp_path, contracts):
    extracts = send(
        "Exception Reference,Measure,Event Reference,Window From,Window To,Reason,Approved On\n"
        "E1,CPM_5,,2021-09-01 00:00:00,2021-09-02T00:00:00+01:00,flood,2021-09-05\n",
        submission="dcc/measure_exceptions/2021-09/v1",
    )
    outcome = landed(extracts, tmp_path / "lake", contracts)["measure_exceptions/dcc/2021-09/v1"]
    assert "line 2: 'Window From' is '2021-09-01 00:00:00', which has no offset from UTC" in outcome.reason


def test_instants_with_any_offset_become_utc(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    extracts = send(
        "Exception Reference,Measure,Event Reference,Window From,Window To,Reason,Approved On\n"
        "E1,CPM_5,,2021-09-01T01:00:00.000+0100,2021-09-02T00:00:00Z,flood,\n",
        submission="dcc/measure_exceptions/2021-09/v1",
    )
    landed(extracts, lake, contracts)
    row = rows(lake, "measure_exceptions/provider=dcc/period=2021-09/version=1")[0]
    assert [str(value) for value in row[3:5]] == ["2021-09-01 00:00:00", "2021-09-02 00:00:00"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rows": 3}, "has 2 rows, the control file says 3"),
        ({"sha256": "0" * 64}, "the control file says 0000"),
        ({"name": "other.csv"}, r"lists \['other.csv'\], but the files are \['pmr.csv'\]"),
    ],
)
def test_the_control_file_is_verified(send, tmp_path, contracts, change, says):
    file = {"name": "pmr.csv", "rows": 2, "sha256": hashlib.sha256(GOOD.encode()).hexdigest()} | change
    control = {"received_at": "2021-10-06T09:00:00Z", "synthetic": True, "files": [file]}
    outcome = landed(send(control=control), tmp_path / "lake", contracts)[KEY]
    assert outcome.status == "refused"
    assert re.search(says, outcome.reason)


def test_received_at_is_the_control_files(send, tmp_path, contracts):
    file = {"name": "pmr.csv", "rows": 2, "sha256": hashlib.sha256(GOOD.encode()).hexdigest()}
    control = {"received_at": "2021-10-06T10:00:00+01:00", "synthetic": True, "files": [file]}
    landed(send(control=control), tmp_path / "lake", contracts)
    entry = register(tmp_path / "lake")[KEY]
    assert (entry["received_at"], entry["is_synthetic"]) == ("2021-10-06 09:00:00.000000", True)


@pytest.mark.parametrize(
    ("submission", "says"),
    [
        ("dcc/pmr/2021-08/v1", "no extract is called 'pmr'"),
        ("dsp/pmr_deliveries/2021-08/v1", "'dsp' does not send pmr_deliveries"),
        ("dcc/pmr_deliveries/2021-13/v1", "'2021-13' is not a month"),
        ("dcc/pmr_deliveries/1999-01/v1", "'1999-01' is not a month"),
        ("dcc/pmr_deliveries/٢٠٢١-08/v1", "is not a month"),
        ("dcc/pmr_deliveries/2021-08/1", "'1' is not a version"),
        ("dcc/pmr_deliveries/2021-08/v9999999999", "'v9999999999' is not a version"),
        (f"dcc/pmr_deliveries/{'9' * 255}/v1", "is not a month"),
        ("dcc/pmr_deliveries/20\udcff/v1", "'20\\udcff' is not a month"),
    ],
)
def test_a_misnamed_directory_is_refused_in_one_line_and_the_others_land(
    send, tmp_path, contracts, submission, says
):
    send()
    wrong, good = sorted(
        land(send(submission=submission), tmp_path / "lake", contracts), key=lambda one: one.status, reverse=True
    )
    assert (wrong.status, wrong.rule_id, good.status) == ("refused", "directory_misnamed", "landed")
    assert says in wrong.reason
    assert "\n" not in wrong.reason
    assert wrong.reason.encode()
    command = ["land", "--extracts", str(tmp_path / "extracts"), "--lake", str(tmp_path / "lake")]
    result = CliRunner().invoke(main, command)
    assert (result.exit_code, result.stderr.count("\n")) == (4, 1)


def test_an_empty_month_and_missing_extracts_are_named(send, tmp_path, contracts):
    extracts = send()
    (extracts / "dcc/pmr_deliveries/2021-09/v1").mkdir(parents=True)
    outcome = landed(extracts, tmp_path / "lake", contracts)["pmr_deliveries/dcc/2021-09/v1"]
    assert "no files here; ask dcc to send them" in outcome.reason
    with pytest.raises(CpmError, match="no such directory"):
        list(land(tmp_path / "nowhere", tmp_path / "lake2", contracts))
    (tmp_path / "bare").mkdir()
    with pytest.raises(CpmError, match="no submissions here"):
        list(land(tmp_path / "bare", tmp_path / "lake2", contracts))


def test_one_lake_keeps_to_one_directory_of_extracts(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    landed(send(), lake, contracts)
    with pytest.raises(CpmError, match="name another lake with --lake"):
        list(land(ROOT / "extracts/sample", lake, contracts))


def test_a_month_to_come_has_nothing_that_can_be_yet(send, tmp_path, contracts):
    extracts = send(HEADER + "2035-01-01,1,2035-01-28\n", submission="dcc/pmr_deliveries/2035-01/v1")
    (outcome,) = land(extracts, tmp_path / "lake", contracts)
    assert (outcome.status, outcome.rule_id) == ("refused", "mostly_faulty")
    assert "'Reporting Month' is '2035-01-01', after the file was received" in outcome.reason


@pytest.mark.parametrize(("period", "warned"), [("2011-12", True), ("2012-01", False)])
def test_a_month_that_cannot_be_is_landed_with_a_warning(send, tmp_path, contracts, period, warned):
    extracts = send(HEADER + f"{period}-01,1,{period}-28\n", submission=f"dcc/pmr_deliveries/{period}/v1")
    (outcome,) = land(extracts, tmp_path / "lake", contracts)
    assert (outcome.status, outcome.rows, outcome.quarantined) == ("landed", 1, 0)
    assert [one.rule_id for one in outcome.warnings] == ["month_not_plausible"] * warned
    if warned:
        assert f"is for {period}" in outcome.warnings[0].message


@pytest.mark.parametrize(
    ("received_at", "last"),
    [
        ("2021-08-31T22:59:59+00:00", "2021-08"),
        ("2021-08-31T23:00:00+00:00", "2021-09"),  # the month has begun in London
        ("2021-12-31T23:59:59+00:00", "2021-12"),
        ("2022-01-01T00:00:00+00:00", "2022-01"),
    ],
)
def test_the_last_month_that_can_be_is_that_of_receipt(received_at, last):
    assert plausible_months(datetime.fromisoformat(received_at)) == ("2012-01", last)


def test_the_instants_that_can_be_follow_from_the_receipt():
    bounds = instant_bounds(datetime.fromisoformat("2021-09-05T10:12:00+01:00"))
    assert bounds == InstantBounds(
        earliest=datetime(2008, 1, 1),
        latest=datetime(2021, 9, 5, 11, 12),
        latest_planned=datetime(2031, 9, 6, 9, 12),
    )
    assert instant_bounds(datetime.fromisoformat("2011-12-31T23:59:59+00:00")) is None


def test_months_that_can_be_are_as_the_seed_has_them(tmp_path):
    seed = tmp_path / "bounds.csv"
    seed.write_text(
        "first_month,months_after_receipt,valid_from,valid_to\n"
        "2015-01-01,2,2020-01-01,2021-01-01\n2016-01-01,0,2021-01-01,\n"
    )
    for day, months in (
        ("2019-12-31", None),
        ("2020-12-31", ("2015-01", "2021-02")),
        ("2021-01-01", ("2016-01", "2021-01")),
    ):
        assert plausible_months(datetime.fromisoformat(f"{day}T12:00:00+00:00"), seed) == months
