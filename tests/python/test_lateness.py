"""What is late by contract: as `cpm late` names it over the sample, and as `dbt source freshness` shows it."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import jinja2
import pytest
from click.testing import CliRunner

from conftest import ROOT
from cpm_warehouse.cli import main
from dbt_project import DbtProject

PUBLISHED = ROOT / "published"


def late(*arguments: str, lake: Path = ROOT / "lake/sample", published: Path = PUBLISHED) -> tuple[int, list[str]]:
    done = CliRunner().invoke(main, ["late", "--lake", str(lake), "--published", str(published), *arguments])
    return done.exit_code, done.output.splitlines()


def test_nothing_is_late_on_the_due_date_and_the_next_day_it_is():
    """November 2021 is due 14 Working Days after its end, on 20 December; of CSP Central and South after 25."""
    code, said = late("--at", "2021-12-20T23:59:59")
    assert (code, len(said)) == (0, 1) and ": no extracts are late at 2021-12-20 23:59 UTC;" in said[0]
    code, said = late("--at", "2021-12-21T00:00:00")
    assert code == 3
    assert "late: csp_north incident_list 2021-11: due 2021-12-20, 1 Working Day ago; the PMR needs it" in said
    assert not [line for line in said if "csp_central_south" in line or "pmr_deliveries" in line]
    assert said[-1].endswith(
        "extracts are late at 2021-12-21 00:00 UTC; due dates are known up to the month 2021-11"
    )
    assert "2 Working Days ago" in late("--at", "2021-12-22T00:00:00")[1][0]
    assert late("--at", "2021-12-21T00:00:00", "--since", "2021-12")[0] == 0


def test_what_landed_is_not_late_even_while_it_is_not_published(tmp_path):
    folder = tmp_path / "incident_list/provider=csp_north/period=2021-11/version=1"
    folder.mkdir(parents=True)
    entry = {"provider": "csp_north", "extract": "incident_list", "period": "2021-11"}
    (folder / "_submission.json").write_text(json.dumps(entry))
    before, after = (
        {line.split(":")[1] for line in late("--at", "2021-12-21", lake=lake)[1][:-1]}
        for lake in (ROOT / "lake/sample", tmp_path)
    )
    assert before - after == {" csp_north incident_list 2021-11"}


def test_without_a_publication_there_is_one_line(tmp_path):
    assert late(published=tmp_path) == (
        1,
        [f"error: {tmp_path}/cpm.duckdb: nothing is published, which would say what is due; run `make build`"],
    )


@pytest.mark.parametrize(
    ("as_of", "age"),
    [
        ("2021-12-21 00:00:00", timedelta(0)),
        ("2021-12-21 00:00:01", timedelta(seconds=1)),
        ("2021-12-20 23:59:59", -timedelta(seconds=1)),
        (None, None),
    ],
)
def test_a_source_ages_from_the_day_on_which_what_is_missing_was_due(as_of, age):
    """August came, September and October did not, and dsp sent both: the first of those is what it waits for."""
    macro = (ROOT / "macros/submissions/contracted_until.sql").read_text()
    relations = {"nodes": "int_submission_due_dates", "sources": "lake.submissions"}
    graph = {
        kind: {
            f"{kind[:-1].replace('node', 'model')}.cpm_warehouse.{name}": {"relation_name": name.split(".")[-1]}
        }
        for kind, name in relations.items()
    }
    known = {
        "graph": graph,
        "var": {"as_of": as_of}.get,
        "current_timestamp": lambda: "now()",
        "instant_of_variable": lambda name: f"cast('{as_of}' as timestamp)",
    }
    query = jinja2.Environment().from_string(macro, globals=known).module.contracted_until("alerts")
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    connection.execute(
        "create table int_submission_due_dates as from (values"
        " ('alerts', 'csp', date '2021-08-01', timestamp '2021-09-20 23:00:00'),"
        " ('alerts', 'csp', date '2021-09-01', timestamp '2021-12-21 00:00:00'),"
        " ('alerts', 'csp', date '2021-10-01', timestamp '2022-01-21 00:00:00'),"
        " ('alerts', 'dsp', date '2021-09-01', timestamp '2021-10-20 23:00:00'),"
        " ('alerts', 'smki', date '2021-09-01', null),"
        " ('others', 'csp', date '2021-08-01', timestamp '2021-09-20 23:00:00')"
        ") as due (extract, provider, reporting_month, overdue_from_at)"
    )
    connection.execute(
        "create table submissions as from (values"
        " ('k1', 'alerts', 'csp', '2021-08'), ('k2', 'alerts', 'dsp', '2021-09'),"
        " ('k3', 'others', 'csp', '2021-10')"
        ") as came (submission_key, extract, provider, period)"
    )
    ((loaded_at, now),) = connection.execute(f"select ({query}), cast(now() as timestamp)").fetchall()
    assert (now - loaded_at == age) if as_of else (loaded_at == datetime(2021, 12, 21))
    connection.execute(
        "delete from int_submission_due_dates where overdue_from_at is not null and extract = 'alerts'"
    )
    ((loaded_at, now),) = connection.execute(f"select ({query}), cast(now() as timestamp)").fetchall()
    assert loaded_at > now  # nothing is contracted


def test_dbt_source_freshness_shows_it_for_each_extract(tmp_path):
    project = DbtProject(tmp_path / "project")
    nothing = project.run("source", "freshness")
    assert nothing.returncode != 0 and "Traceback" not in nothing.stdout
    assert "no submissions under 'lake/sample': land extracts first" in nothing.stdout
    project.take_sample()
    done = project.run("source", "freshness")
    assert done.returncode == 1 and "Traceback" not in done.stdout
    results = json.loads((project.place / "target/sources.json").read_text())["results"]
    found = {result["unique_id"].split(".")[-1]: (result["status"], result["max_loaded_at"]) for result in results}
    with duckdb.connect(str(project.warehouse), read_only=True) as connection:
        wanted = connection.execute(
            "select extract, min(overdue_from_at) from marts.rpt_submission_lateness"
            " where received_at is null and due_date is not null group by extract"
        ).fetchall()
    assert len(wanted) == 13
    for extract in ("operations_centre_deliveries", "pmr_deliveries"):
        assert found.pop(extract)[0] == "pass"  # no time is contracted
    assert found == {extract: ("error", f"{at:%Y-%m-%dT%H:%M:%S}+00:00") for extract, at in wanted}
