"""What `cpm status` says of everything, and by which exit code."""

import json

import duckdb
import pytest
from click.testing import CliRunner

from conftest import ROOT
from cpm_warehouse.cli import main
from cpm_warehouse.publish import state
from cpm_warehouse.publish.state import KINDS, State, state_of


def status(*arguments):
    return CliRunner().invoke(main, ["status", *arguments])


@pytest.fixture
def lake(tmp_path):
    """Registers an entry, or a refusal, of a submission in a lake of its own."""

    def put(version, *, extract="alerts", period="2021-09", refused=False, quarantined=0):
        key = f"{extract}/dsp/{period}/v{version}"
        entry = {
            "submission_key": key,
            "extract": extract,
            "provider": "dsp",
            "period": period,
            "version": version,
        }
        if refused:
            path = tmp_path / "_refused" / f"{key.replace('/', '_')}.json"
            entry |= {"rule_id": "columns_differ", "refused_at": "2021-10-01 00:00:00", "reason": "quotes a row"}
        else:
            path = tmp_path / f"{extract}/provider=dsp/period={period}/version={version}/_submission.json"
            entry |= {"quarantined_rows": quarantined}
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(entry))
        return key

    put.folder = tmp_path
    return put


def looked_at(lake):
    entries = [json.loads(path.read_bytes()) for path in lake.folder.glob(state.REGISTER[0])]
    return state._refused(lake.folder, entries), state._quarantined(entries)


def test_a_refusal_is_open_until_its_version_or_a_later_one_lands(lake):
    key = lake("2", refused=True)
    lake("1")
    lake("3", period="2021-10")
    (one,) = looked_at(lake)[0]
    assert (one["submission_key"], one["rule_id"]) == (key, "columns_differ")
    assert "reason" not in one and (lake.folder / one["why_lies_in"]).is_file()
    for landed in ("2", "10"):
        lake(landed)
        assert looked_at(lake)[0] == []


def test_quarantined_are_rows_of_versions_that_count(lake):
    lake("9", quarantined=4)
    assert looked_at(lake)[1] == [{"submission_key": "alerts/dsp/2021-09/v9", "quarantined_rows": 4}]
    lake("10")
    assert looked_at(lake)[1] == []


def test_what_did_not_pass_is_named_and_a_build_at_work_is_said(tmp_path):
    warehouse = tmp_path / "cpm.duckdb"
    assert state._built(warehouse) == {"built": {"standing": "nothing is built"}}
    with duckdb.connect(warehouse) as connection:
        connection.execute("create table build_commands (number integer, command varchar, record varchar)")
        connection.execute("""insert into build_commands values (1, 'build', '{"recorded_at": "2021-11-01"}')""")
        connection.execute("create table build_nodes as select 'a' as unique_id, 'assert_a' as name")
        connection.execute("create table build_results as select 'a' as unique_id, 'fail' as status")
        held = {"standing": "a build is at work, or a notebook has it open"}
        assert state._built(warehouse)["built"] == held
    found = state._built(warehouse)
    assert found["built"] == {"standing": "failed", "command": "build", "began_at": "2021-11-01"}
    assert found["failed"] == [{"name": "assert_a", "status": "fail"}]
    with duckdb.connect(warehouse) as connection:
        connection.execute("update build_results set status = 'pass'")
    assert state._built(warehouse)["built"]["standing"] == "passed"


def test_all_of_the_sample_is_said_as_json():
    done = status("--json", "--at", "2021-12-21", "--on", "failed")
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    assert set(said) == {*KINDS, "built", "published", "wants_attention"}
    assert said["published"]["is_synthetic"] is True and said["published"]["name"].startswith("000002")
    assert said["built"]["standing"] == "passed" and said["failed"] == said["refused"] == []
    assert {one["measure_id"] for one in said["restated"]} == {"CPM_3", "CPM_5", "CPM_5A", "CPM_6A"}
    assert sum(one["quarantined_rows"] for one in said["quarantined"]) == 7
    assert {"provider", "extract", "reporting_month", "due_date", "late_working_days"} <= set(said["late"][0])
    assert {"late", "quarantined"} <= set(said["wants_attention"])
    assert ("restated" in said["wants_attention"]) == any(one["is_new"] for one in said["restated"])


@pytest.mark.parametrize(
    ("kinds", "found", "code"),
    [
        ((), {"late": [{"a": 1}]}, 0),  # as of `make build`
        (("late",), {"late": [{"a": 1}]}, 3),
        (("late",), {"refused": [{"a": 1}]}, 0),
        (("late", "refused"), {"refused": [{"a": 1}]}, 4),
        (("all",), {"refused": [{"a": 1}], "restated": [{"is_new": False}]}, 4),
        (("restated",), {"restated": [{"is_new": True}]}, 3),
        (("restated",), {"restated": [{"is_new": False}]}, 0),
        (("all",), {"differs": ["landed since: x"]}, 3),
        (("all",), {}, 0),
    ],
)
def test_the_exit_code_tells_of_what_was_asked_for(kinds, found, code, monkeypatch):
    monkeypatch.setattr("cpm_warehouse.cli.state_of", lambda *_: State(**{"differs": [], **found}))
    monkeypatch.setattr("cpm_warehouse.cli.differences", lambda *_: found.get("differs", []))
    done = status(*(word for kind in kinds for word in ("--on", kind)))
    assert done.exit_code == code
    named = [kind for kind in found if kind != "differs" and (kind in kinds or "all" in kinds)]
    assert [line.split(":")[0] for line in done.stdout.splitlines()[1:] if not line.startswith("  ")] == named


def test_nothing_published_is_a_state_too(tmp_path):
    found = state_of(ROOT, tmp_path / "lake", tmp_path / "none.duckdb", tmp_path / "none", None)
    assert found.differs == ["nothing is published"] and not found.published
