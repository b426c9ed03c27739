"""Nothing stale, unsigned, altered or unsalted is published; over a small warehouse made by hand."""

import hashlib
import hmac
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from click.testing import CliRunner

from conftest import GOOD, ROOT, made_once, note_checksums, put_submission
from cpm_warehouse import duck
from cpm_warehouse.cli import main
from cpm_warehouse.contracts import Contract
from cpm_warehouse.errors import CpmError
from cpm_warehouse.private import as_closed_as
from cpm_warehouse.pseudonyms import KEPT, check_value, keep_check, key_pads, require_salt, rotate
from cpm_warehouse.publish import dbt_plugin, history, kept, signing
from cpm_warehouse.publish.dbt_plugin import begin_build, end_build
from cpm_warehouse.publish.kept import Kept, read_manifest
from cpm_warehouse.publish.publishing import publish, take_back_to
from cpm_warehouse.publish.restoring import restore
from cpm_warehouse.publish.signing import record_of, rests_on
from cpm_warehouse.publish.status import differences
from cpm_warehouse.publish.withholding import copy_without, identifier_patterns, without_devices
from cpm_warehouse.receive.judging import judge
from cpm_warehouse.receive.landing import land
from cpm_warehouse.receive.verifying import require_sound

LONG_SALT = "a secret of more than thirty-two characters"
OURS = "name: cpm_warehouse\n"
EUI64 = "90-B3-D5-1F-30-01-00-2A"
RESULT = """
    select
        'CPM_1' as measure_id, 'v' as variant_id, date '2021-08-01' as reporting_month, 'national' as scope_type,
        'national' as scope, 'pooled' as aggregation, 10 as met_count
"""


# An organisation of the project, one of two own lists one after the other, and a Status.
CODE_LISTS = """
    select * from (values
        ('incident_organisations', 'a', 'project', false),
        ('incident_organisations', 'b', 'incident_organisations/own/2021-08/v1', false),
        ('incident_organisations', 'b', 'incident_organisations/own/2021-09/v2', false),
        ('incident_statuses', 'New', 'project', false)
    ) as lists (list_name, code, origin, is_synthetic_on_real)
"""


NOTHING = SimpleNamespace(
    macros={}, nodes={}, unit_tests={}, sources={}
)  # what dbt knows of a project without nodes


def note_build(connection: duckdb.DuckDBPyConnection, record: dict, marts: list[str]) -> None:
    """Note what a command of dbt notes that built some marts and ran a test of data, not that of a seed."""
    said = json.dumps({"description": "", "columns": {}})
    connection.execute("create or replace table main.build_commands as select 1 as number, 'one' as invocation_id")
    connection.execute("alter table main.build_commands add column command varchar default 'build'")
    connection.execute("alter table main.build_commands add column record varchar")
    connection.execute("update main.build_commands set record = ?", [json.dumps(record)])
    connection.execute(
        "create or replace table main.build_nodes as"
        " select 'model.x.' || name as unique_id, name, 'model' as resource_type, true as is_wanted,"
        " false as reads_history, 'code' as code, []::varchar[] as parents, 'marts.' || name as relation,"
        " ? as about"
        " from (select unnest(?) as name)"
        " union all values"
        " ('test.x.of_data', 'of_data', 'test', true, false, 'code', ['model.x.fct_codes'], null, null),"
        " ('test.x.of_seed', 'of_seed', 'test', false, false, 'code', [], null, null)",
        [said, marts],
    )
    connection.execute(
        "create or replace table main.build_results as"
        " select unique_id, if(resource_type = 'test', 'pass', 'success') as status, 1 as number, code,"
        " null::varchar as checksum from main.build_nodes where is_wanted"
    )


class Made:
    """A project, a lake with one submission, and a warehouse as a build of four marts leaves it."""

    def __init__(self, place: Path, lake: Path, *, real: bool = False) -> None:
        self.place, self.lake, self.published = place, lake, place / "published"
        self.warehouse, self.project = place / "warehouse/cpm.duckdb", place / "project"
        self.warehouse.parent.mkdir()
        (self.project / "models").mkdir(parents=True)
        (self.project / "seeds").mkdir()
        (self.project / "dbt_project.yml").write_text(
            OURS + "vars: {lake_root: lake/sample, reporting_timezone: UTC}\n"
        )
        (self.project / "models/rule.sql").write_text("select 1")
        (self.project / "seeds/levels.csv").write_text("level\n1\n")
        shutil.copytree(ROOT / "extracts/contracts", self.project / "extracts/contracts")
        self.build()

    def record(self, **given: object) -> dict:
        found = record_of(self.project, self.lake, {"lake_root": str(self.lake), **given})
        found |= {"salt_check": None, "history": history.end_of(self.lake)}
        return {**found, "rests_on": rests_on(found, "settings")}

    def build(self, result: str = RESULT, **given: object) -> None:
        """Do what a build does to the warehouse."""
        marts = {
            "fct_measure_results": result,
            "fct_codes": "select 'E1' as code, 's.csv' as source_file",
            "dim_code_lists": CODE_LISTS,
        }
        names = [*marts, "fct_measure_results_published"]
        with duckdb.connect(self.warehouse) as connection:
            for schema in ("marts", "intermediate", "cubes"):
                connection.execute(f"create schema if not exists {schema}")
            for name, sql in marts.items():
                connection.execute(f"create or replace table marts.{name} as {sql}")
            stamps = "null::timestamp as published_at, null::timestamp as known_at, null::timestamp as landed_at"
            connection.execute(
                "create or replace table marts.fct_measure_results_published as"
                f" select null::varchar as publication_id, null::varchar as code_version, {stamps},"
                f" null::timestamp as as_of_at, * from ({result}) limit 0"
            )
            connection.execute(
                "create or replace table intermediate.int_reporting_clock as"
                " select timestamp '2021-09-01' as known_at, timestamp '2021-09-01' as landed_at,"
                " timestamp '2021-09-01' as as_of_at"
            )
            for cube in ("cube_service_requests_by_party_month", "cube_alerts_by_day"):
                connection.execute(f"create or replace table cubes.{cube} as select 'S042' as party_id")
            note_build(connection, self.record(**given), names)
            note_checksums(connection)

    def change(self, sql: str) -> None:
        """Let the build have left something else."""
        with duckdb.connect(self.warehouse) as connection:
            connection.execute(sql)
            note_checksums(connection)

    def publish(self, **options: object):
        return publish(warehouse=self.warehouse, published=self.published, project=self.project, **options)

    def differences(self) -> list[str]:
        return differences(self.project, self.lake, self.published / "cpm.duckdb")

    def next_results(self) -> None:
        """Let the next publication have other results."""
        self.change("update marts.fct_measure_results set met_count = met_count + 1")


def land_deliveries(
    place: Path, contracts: dict[str, Contract], period: str = "2021-08", *, synthetic: bool = True
) -> Path:
    """Land a submission of PMR deliveries; returns the lake."""
    content = GOOD.replace("2021-08", period)
    control = {
        "received_at": "2021-11-05T09:00:00Z",
        "synthetic": synthetic,
        "files": [{"name": "pmr.csv", "sha256": hashlib.sha256(content.encode()).hexdigest(), "rows": 2}],
    }
    extracts = put_submission(
        place / "extracts", content, submission=f"dcc/pmr_deliveries/{period}/v1", control=control
    )
    assert {one.status for one in land(extracts, place / "lake", contracts)} <= {"landed", "known"}
    return place / "lake"


@pytest.fixture
def land_one(contracts, tmp_path):
    """Returns a function that lands a submission of PMR deliveries and gives the lake."""
    return partial(land_deliveries, tmp_path, contracts)


@pytest.fixture
def made(tmp_path, land_one):
    return Made(tmp_path, land_one())


# By which lists of codes


MADE_UP = "update marts.dim_code_lists set is_synthetic_on_real = true where code = 'a'"


def test_a_publication_says_by_which_lists_files_were_read(made):
    made.change(MADE_UP)
    made.publish()
    said = json.loads((made.published / "cpm.json").read_text())["code_lists"]
    assert said["incident_organisations"] == {
        "code_count": 2,
        "project_code_count": 1,
        "made_up_for_real_count": 1,
        "own_lists": "incident_organisations/own/2021-08/v1,incident_organisations/own/2021-09/v2",
    }
    with duckdb.connect(made.published / "cpm.duckdb", read_only=True) as reader:
        assert reader.execute("from publication.code_lists order by list").fetchall() == [
            (name, *one.values()) for name, one in sorted(said.items())
        ]


@pytest.mark.parametrize("is_made_up", [True, False])
def test_real_files_read_by_made_up_names_are_said_and_published_all_the_same(made, monkeypatch, is_made_up):
    if is_made_up:
        made.change(MADE_UP)
    assert made.publish().made_up_lists == (("incident_organisations",) if is_made_up else ())
    monkeypatch.chdir(made.project)
    told = CliRunner().invoke(main, ["status", "--lake", str(made.lake), "--published", str(made.published)])
    warning = "warning: real extracts are read by names made up for the sample: incident_organisations; give"
    assert (told.exit_code, warning in told.stderr) == (0, is_made_up)


# Nothing stale


def test_nothing_differs_after_a_publication_and_times_of_files_do_not_matter(made):
    assert made.differences() == ["nothing is published"]
    made.publish()
    for path in [*made.project.rglob("*.sql"), *made.lake.rglob("*.json")]:
        os.utime(path, (time.time() + 100, time.time() + 100))
    assert made.differences() == []


def test_what_landed_during_the_build_is_not_passed_over(made, land_one):
    """The build had begun, and the file of the publication is newer than what landed."""
    land_one("2021-09")
    made.publish()
    os.utime(made.published / "cpm.duckdb", (time.time() + 100, time.time() + 100))
    assert made.differences() == [
        "landed since: pmr_deliveries/provider=dcc/period=2021-09/version=1",
    ]


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("models/rule.sql", "select 2", "changed: models/rule.sql"),
        ("seeds/levels.csv", "level\n2\n", "changed: seeds/levels.csv"),
        ("models/other.sql", "select 1", "new in the project: models/other.sql"),
        ("models/rule.sql", None, "gone from it: models/rule.sql"),
    ],
)
def test_another_rule_or_seed_is_said(made, file, content, says):
    made.publish()
    path = made.project / file
    path.unlink(missing_ok=True)
    if content:
        path.write_text(content)
    assert made.differences() == [says]


def test_other_variables_and_versions_are_said(made, monkeypatch):
    made.publish()
    (made.project / "dbt_project.yml").write_text(
        OURS + "vars: {lake_root: x, reporting_timezone: Europe/London}\n"
    )
    monkeypatch.setattr("cpm_warehouse.publish.status.versions", lambda: signing.versions() | {"duckdb": "9.9.9"})
    assert made.differences() == [
        "changed: dbt_project.yml",
        "variable reporting_timezone: published with UTC, the project has Europe/London",
        f"duckdb: published with {signing.versions()['duckdb']}, here is 9.9.9",
    ]


def test_status_tells_by_its_exit_code_and_is_quick(made):
    made.publish()
    command = [
        Path(sys.executable).with_name("cpm"), "status", "--lake", made.lake, "--published", made.published,
    ]  # fmt: skip
    began = time.process_time(), time.monotonic()
    found = subprocess.run(command, cwd=made.project, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stderr) == (0, "")
    assert "is up to date with" in found.stdout
    assert time.monotonic() - began[1] < 10  # on a machine that does much else; about 1 s alone
    (made.project / "models/rule.sql").write_text("select 2")
    found = subprocess.run([*command, "--quiet"], cwd=made.project, capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (3, "")


# Signed by what was built


def test_the_commit_and_the_changed_files_are_those_of_the_build(made, tmp_path, monkeypatch):
    git = ["git", "-C", made.project, "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *arguments], check=True)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=True).stdout.strip()
    (made.project / "src").mkdir()
    (made.project / "src/reading.py").write_text("x = 1")
    (made.project / "models/rule.sql").write_text("select 3")
    made.build()
    # What happens after the build, and where `cpm` is started, changes nothing of it.
    (made.project / "src/reading.py").write_text("x = 2")
    subprocess.run([*git, "commit", "-qam", "second"], check=True)
    monkeypatch.chdir(tmp_path)
    done = made.publish()
    manifest = json.loads((made.published / "cpm.json").read_text())
    changed = {
        name: hashlib.sha256(content.encode()).hexdigest()
        for name, content in {"models/rule.sql": "select 3", "src/reading.py": "x = 1"}.items()
    }
    assert manifest["commit"] == commit
    assert manifest["changed_files"] == changed
    assert re.fullmatch(rf"{commit}\+changes\.[0-9a-f]{{8}}", manifest["code_version"])
    with duckdb.connect(done.path, read_only=True) as published:
        assert dict(published.execute("from publication.changed_files").fetchall()) == changed


def test_a_copy_of_a_project_publishes_into_its_own_history(tmp_path, land_one):
    """Of what was built before it was copied, too: where a project lay when it was built is no part of it."""
    (tmp_path / "first/project").mkdir(parents=True)
    lake = land_one().rename(tmp_path / "first/project/lake")
    made = Made(tmp_path / "first", lake)
    shutil.copytree(tmp_path / "first", tmp_path / "the copy's")
    copy = Made.__new__(Made)
    copy.project = tmp_path / "the copy's/project"
    copy.warehouse, copy.target = (tmp_path / "the copy's" / name for name in ("warehouse/cpm.duckdb", "target"))
    copy.lake, copy.published = copy.project / "lake", copy.project / "published"
    copy.publish()
    assert [len(history.read_chain(one.lake)) for one in (copy, made)] == [1, 0]
    assert copy.differences() == [] and made.differences() == ["nothing is published"]
    # Renamed after it was published, it is as up to date as before.
    copy.project = copy.project.rename(tmp_path / "renamed é")
    copy.lake, copy.published = copy.project / "lake", copy.project / "published"
    assert copy.differences() == []


def test_a_hook_of_git_elsewhere_says_nothing_of_the_commit(made, monkeypatch):
    """Git sets the place of its own repository for what it runs."""
    assert signing.version_of(made.project)["commit"] is None
    monkeypatch.setenv("GIT_DIR", str(ROOT / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(ROOT))
    assert signing.version_of(made.project)["commit"] is None


def test_a_publication_carries_what_it_rests_on_in_the_file_and_beside_it(made):
    done = made.publish()
    beside = json.loads((made.published / "cpm.json").read_text())
    inside = read_manifest(done.path)
    assert inside is not None
    assert beside["variables"]["reporting_timezone"] == inside["variables"]["reporting_timezone"] == "UTC"
    assert beside["versions"] == inside["versions"] == signing.versions()
    assert set(beside["submissions"]) == {"pmr_deliveries/provider=dcc/period=2021-08/version=1/_submission.json"}
    assert beside["submissions"] == inside["submissions"]
    assert beside["definitions_sha256"] == inside["definitions_sha256"]
    assert set(beside["definitions"]) == {"dbt_project.yml", "models/rule.sql", "seeds/levels.csv"}
    assert beside["marts"]["fct_measure_results"]["rows"] == 1
    with duckdb.connect(done.path, read_only=True) as published:
        marts = published.execute("select mart, row_count, checksum from publication.marts").fetchall()
    assert {mart: {"rows": rows, "checksum": checksum} for mart, rows, checksum in marts} == beside["marts"]
    assert beside["file_sha256"] == hashlib.sha256(done.path.read_bytes()).hexdigest()
    assert "salt_check" not in beside and "project" not in beside


def test_the_checksum_of_a_mart_tells_another_value_and_no_other_order(made):
    def checksum() -> str:
        made.publish()
        return json.loads((made.published / "cpm.json").read_text())["marts"]["fct_codes"]["checksum"]

    made.change("create or replace table marts.fct_codes as from (values ('a', 1), ('b', 2)) as t (code, n)")
    first = checksum()
    made.change("create or replace table marts.fct_codes as from (values ('b', 2), ('a', 1)) as t (code, n)")
    assert checksum() == first
    made.change("create or replace table marts.fct_codes as from (values ('b', 1), ('a', 2)) as t (code, n)")
    assert checksum() != first


def test_other_variables_than_the_projects_are_published_only_where_they_are_named(made):
    made.build(reporting_timezone="Europe/London")
    with pytest.raises(CpmError, match="set reporting_timezone to 'Europe/London', which is not the project's"):
        made.publish()
    done = made.publish(variables=["reporting_timezone"])
    about = read_manifest(done.path)
    assert about is not None and json.loads(about["other_variables"]) == ["reporting_timezone"]
    made.build(reporting_timezone="UTC")  # said on the command, and the project's all the same
    made.publish()


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        (
            "update main.build_results set status = 'error' where unique_id like '%codes'",
            "nodes that did not pass: 1, first model.x.fct_codes; mend what failed and run `dbt retry`",
        ),
        ("drop table main.build_commands", "not built by this version of the project"),
        ("delete from main.build_commands", "the last build did not begin"),
        (
            "update main.build_commands"
            ' set record = json_merge_patch(record, \'{"changed_meanwhile": ["seeds/a.csv"]}\')',
            "seeds/a.csv changed during the build",
        ),
    ],
)
def test_nothing_is_published_unless_a_whole_build_passed(made, sql, says):
    before = made.publish().path.read_bytes()
    made.change(sql)
    with pytest.raises(CpmError, match=says):
        made.publish()
    assert (made.published / "cpm.duckdb").read_bytes() == before


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("update marts.fct_measure_results set met_count = 9", "marts.fct_measure_results is not as"),
        ("delete from marts.fct_codes", "marts.fct_codes is not as"),
        ("drop table marts.fct_codes", "marts.fct_codes is not as"),
        ("alter table marts.fct_codes rename column code to kode", "marts.fct_codes is not as"),
        ("update intermediate.int_reporting_clock set known_at = '2020-01-01'", "int_reporting_clock is not as"),
        ("update main.build_results set status = 'pass'", "main.build_results is not as"),
        ("drop table main.build_checksums", "did not come to its end"),
    ],
)
def test_a_warehouse_that_something_else_wrote_to_is_not_published(made, sql, says):
    with duckdb.connect(made.warehouse) as connection:
        connection.execute(sql)
    with pytest.raises(CpmError, match=says):
        made.publish()
    assert not (made.published / "cpm.duckdb").exists()


def test_a_table_that_something_else_added_is_no_alteration(made):
    with duckdb.connect(made.warehouse) as connection:
        connection.execute("create table main.notes as select 1 as n")
    assert made.publish().is_new


def test_a_lake_repaired_since_the_build_began_is_not_published_from(made, tmp_path, land_one, contracts):
    land_one("2021-09")
    assert made.publish().later == ("pmr_deliveries/dcc/2021-09/v1",)
    (entry,) = made.lake.glob("pmr_deliveries/*/period=2021-08/*/_submission.json")
    entry.write_text("{}")
    list(land(tmp_path / "extracts", made.lake, contracts, repair=True))
    made.next_results()
    with pytest.raises(CpmError, match=r"_submission.json was repaired since the build began.*cpm build` again"):
        made.publish()
    made.build()
    assert made.publish().later == ()


def test_an_earlier_copy_of_a_warehouse_is_not_published_after_a_later_build(made):
    """The publication would go back to the older results, and leave out what landed between the two builds."""
    earlier = made.warehouse.with_name("copy.duckdb")
    shutil.copy(made.warehouse, earlier)
    made.change(
        "update main.build_commands"
        ' set record = json_merge_patch(record, \'{"recorded_at": "2121-01-01 00:00:00"}\')'
    )
    made.publish()
    shutil.copy(earlier, made.warehouse)
    with pytest.raises(
        CpmError, match=r"from a build of 2121-01-01 00:00:00: an earlier copy lies here; run `dbt bu"
    ):
        made.publish()


def test_a_project_that_changes_while_dbt_reads_it_is_not_built(made, monkeypatch):
    judge(made.lake, require_sound(made.lake))
    began = datetime.now(UTC).isoformat()
    arguments = (str(made.project), str(made.lake), "{}", began)
    monkeypatch.setattr(dbt_plugin, "_manifest", lambda _: NOTHING)
    assert "error" not in json.loads(begin_build(*arguments))
    later = time.time() + 60
    os.utime(made.project / "models/rule.sql", (later, later))
    assert "models/rule.sql changed while dbt read the project" in json.loads(begin_build(*arguments))["error"]
    (made.project / "seeds/levels.csv").write_text("level\n9\n")
    definitions = json.dumps(made.record()["definitions"] | {"seeds/levels.csv": "before"})
    assert json.loads(end_build(str(made.project), definitions)) == {"changed_meanwhile": ["seeds/levels.csv"]}


# A history that tells


def folder(made, number: int) -> Path:
    (found,) = made.lake.glob(f"published_measure_results/provider=warehouse/*/version={number}")
    return found


@pytest.fixture(scope="module")
def publishing_thrice(tmp_path_factory, read_contracts):
    """Returns a function that gives three publications, numbered 1 to 3, as they were when they were made once."""

    def make(place: Path) -> Made:
        made = Made(place, land_deliveries(place, read_contracts))
        for _ in range(3):
            made.next_results()
            made.publish()
        return made

    return made_once(tmp_path_factory.mktemp("three"), make)


@pytest.fixture
def three(publishing_thrice):
    return publishing_thrice()


def test_the_history_is_a_chain(three):
    links = history.read_chain(three.lake)
    assert [link.number for link in links] == [1, 2, 3]
    assert [link.before for link in links] == ["", links[0].sha256, links[1].sha256]


def edit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def begin_again(made) -> None:
    shutil.rmtree(made.lake / "published_measure_results/provider=warehouse")
    (made.lake / "published_measure_results/_head.json").unlink()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda made: edit(folder(made, 2) / "results.parquet"), r"version=2/results.parquet: was edited"),
        (lambda made: (folder(made, 2) / "results.parquet").unlink(), "results.parquet: is missing"),
        (lambda made: (folder(made, 2) / "_link.json").unlink(), "_link.json: is missing"),
        (lambda made: edit(folder(made, 2) / "_link.json"), "version=2/.*: was edited|version=.*/_link.json"),
        (lambda made: shutil.rmtree(folder(made, 2)), "publication 000002 is missing: the history was cut"),
        (lambda made: shutil.rmtree(folder(made, 3)), "publication 000003 is missing: the history was cut"),
        (
            lambda made: shutil.copytree(folder(made, 2), folder(made, 2).with_name("version=4")),
            "is a second publication 2",
        ),
        (
            lambda made: (folder(made, 2) / "more.parquet").write_bytes(
                (folder(made, 2) / "results.parquet").read_bytes()
            ),
            "more.parquet: was added",
        ),
        (
            lambda made: (made.lake / "published_measure_results/_head.json").unlink(),
            "_head.json: says that publication 0 is the last",
        ),
        (lambda made: begin_again(made), "does not have publication 00000"),
    ],
)
def test_a_history_that_was_edited_or_cut_is_named_and_nothing_is_published(three, damage, says):
    before = (three.published / "cpm.duckdb").read_bytes()
    damage(three)
    three.next_results()
    with pytest.raises(CpmError, match=says):
        three.publish()
    with pytest.raises(CpmError, match=says):
        three.differences()
    assert (three.published / "cpm.duckdb").read_bytes() == before


@pytest.mark.parametrize(
    "damage",
    [
        lambda made: edit(folder(made, 2) / "results.parquet"),
        lambda made: (folder(made, 1) / "_link.json").unlink(),
        lambda made: shutil.rmtree(folder(made, 3)),
        lambda made: (made.lake / "published_measure_results/_head.json").write_text("{"),
        lambda made: shutil.copytree(folder(made, 2), folder(made, 2).with_name("version=4")),
        begin_again,
    ],
)
def test_a_damaged_history_is_written_anew_from_what_is_kept(three, damage):
    before = history.read_chain(three.lake)
    damage(three)
    with pytest.raises(CpmError, match="cpm restore-history"):
        three.differences()
    assert restore(three.lake, three.published) == 3
    assert history.read_chain(three.lake) == before
    three.next_results()
    assert three.publish().publication_id.startswith("000004")


def test_a_history_without_a_whole_publication_is_left_as_it_is(three):
    shutil.rmtree(folder(three, 2))
    for kept_file in (three.published / "kept").glob("*.duckdb"):
        edit(kept_file)
    with pytest.raises(CpmError, match=r"no publication of .* is kept here undamaged"):
        restore(three.lake, three.published)
    assert not list(three.lake.glob("published_measure_results/*/*/version=2"))


def test_a_published_file_that_was_altered_is_said_and_replaced(three):
    edit(three.published / "cpm.duckdb")
    (said,) = three.differences()
    assert "cpm.duckdb: " in said and "cpm publish` puts a whole one in its place" in said
    three.publish()
    assert three.differences() == []
    assert Kept(three.published).damages(three.published / "cpm.duckdb") == []


def test_what_is_kept_is_read_by_verify(three):
    first, second, _ = Kept(three.published).entries()
    edit(first.path)
    second.path.unlink()
    altered = CliRunner().invoke(main, ["verify", "--lake", str(three.lake), "--published", str(three.published)])
    assert altered.exit_code == 5
    assert "other bytes than were published" in altered.output and "is missing; restore it" in altered.output
    third = three.published / "kept" / f"{Kept(three.published).find('000003').name}.json"
    third.write_text(third.read_text().replace('"number": 3', '"number": 2'))
    with pytest.raises(CpmError, match="the manifest of a publication was edited"):
        three.publish()


def test_a_chain_that_was_written_anew_is_told_by_what_was_published(three):
    """Everything in the lake fits together, and is another history than readers were given."""
    for number in (2, 3):
        shutil.rmtree(folder(three, number))
    (link,) = (folder(three, 1) / "_link.json",)
    forged = history.Link(**json.loads(link.read_text()) | {"published_at": "2020-01-01T00:00:00"})
    link.write_bytes(forged.written())
    (three.lake / "published_measure_results/_head.json").write_text(
        json.dumps({"number": 1, "sha256": forged.sha256})
    )
    assert len(history.read_chain(three.lake)) == 1
    with pytest.raises(CpmError, match="does not have publication"):
        three.publish()


def test_numbers_go_on_where_the_last_publication_was_killed_between_its_steps(three):
    """The results are in the lake and the head is not: the next completes it."""
    head = three.lake / "published_measure_results/_head.json"
    second = history.read_chain(three.lake)[1]
    head.write_text(json.dumps({"number": 2, "sha256": second.sha256}))
    again = three.publish()
    assert again.publication_id.startswith("000003") and not again.is_new
    three.next_results()
    assert three.publish().publication_id.startswith("000004")


def test_a_history_without_links_is_taken_over(three):
    for link in three.lake.glob("published_measure_results/provider=warehouse/*/*/_link.json"):
        link.unlink()
    (three.lake / "published_measure_results/_head.json").unlink()
    shutil.rmtree(three.published)
    assert not three.publish().is_new
    assert [link.number for link in history.read_chain(three.lake)] == [1, 2, 3]


def test_a_clock_that_was_set_back_is_refused(made, monkeypatch):
    made.publish()

    class Earlier(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) - timedelta(days=1)

    monkeypatch.setattr(history, "datetime", Earlier)
    made.next_results()
    with pytest.raises(CpmError, match="set the clock right"):
        made.publish()


# Publications kept


def test_publications_are_kept_listed_and_taken_back(made):
    first = made.publish()
    made.next_results()
    second = made.publish()
    listed = CliRunner().invoke(main, ["publications", "--published", str(made.published)]).output.splitlines()
    assert [line.split()[0] for line in listed[:2]] == [first.name, second.name]
    assert "readers see this" in listed[1] and "2 publications" in listed[2]
    with duckdb.connect(second.path, read_only=True) as reader:
        assert reader.execute("select met_count from marts.fct_measure_results").fetchone() == (11,)
        take_back_to(made.published, "000001")
        assert reader.execute("select met_count from marts.fct_measure_results").fetchone() == (11,)
    with duckdb.connect(made.published / "cpm.duckdb", read_only=True) as reader:
        assert reader.execute("select met_count from marts.fct_measure_results").fetchone() == (10,)
    assert json.loads((made.published / "cpm.json").read_text())["name"] == first.name
    assert any("came after it" in line for line in made.differences())
    # The same figures do not come back by themselves; others do.
    with pytest.raises(CpmError, match=f"{second.name} was taken back"):
        made.publish()
    # Built again, a mart that tells of the history differs, for the publication taken back is in it.
    made.change("update marts.fct_codes set code = 'E2'")
    with pytest.raises(CpmError, match=f"{second.name} was taken back"):
        made.publish()
    made.next_results()
    assert made.publish().publication_id.startswith("000003")


def test_after_what_was_taken_back_a_changed_seed_is_published_though_no_figure_moved(made):
    made.publish()
    made.next_results()
    second = made.publish()
    take_back_to(made.published, "000001")
    (made.project / "seeds/levels.csv").write_text("level\n2\n")
    made.build(RESULT.replace("10 as met_count", "11 as met_count"))
    third = made.publish()
    assert (third.publication_id, third.is_new) == (second.publication_id, False)


def test_an_altered_publication_is_not_taken_back_to(made):
    first = made.publish()
    made.next_results()
    made.publish()
    edit(made.published / "kept" / f"{first.name}.duckdb")
    with pytest.raises(CpmError, match="has other bytes than were published"):
        take_back_to(made.published, first.name)
    with pytest.raises(CpmError, match="no publication is called '9'"):
        take_back_to(made.published, "9")


@pytest.mark.parametrize("size", [0, 5_000])
def test_a_damaged_publication_is_said_and_gives_way_to_the_next(made, size):
    """It stood in the way of `cpm publish` and of `--rollback`, which said: publish anew."""
    first = made.publish()
    content = first.path.read_bytes()
    first.path.unlink()
    first.path.write_bytes(content[:size])
    (said,) = made.differences()
    assert said.startswith(f"{first.path}: cannot be read") or "earlier version" in said
    done = CliRunner().invoke(main, ["publications", "--published", str(made.published)])
    assert done.exit_code == 0 and first.name in done.output
    take_back_to(made.published, first.name)
    assert made.differences() == []
    first.path.unlink()
    first.path.write_bytes(content[:size])
    assert made.publish().replaced.startswith(f"{first.path}: cannot be read")
    assert made.differences() == []
    # A single bit of what readers see, while the one that is kept is whole.
    whole = first.path.read_bytes()
    first.path.unlink()
    first.path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert made.publish().replaced.startswith(str(first.path))
    assert made.publish().replaced == ""


def test_old_publications_go_but_the_last_two_and_all_results_stay(made, monkeypatch):
    names = []
    for _ in range(4):
        made.next_results()
        names.append(made.publish(keep_days=400).name)
    assert [entry.name for entry in Kept(made.published).entries()] == names

    class Later(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=500)

    monkeypatch.setattr(kept, "datetime", Later)
    made.publish()
    assert [entry.name for entry in Kept(made.published).entries()] == names[2:]
    assert len(history.read_chain(made.lake)) == 4


def test_publishing_the_same_again_keeps_one_and_takes_no_more_room(made):
    done = made.publish()
    again = made.publish()
    assert (again.name, again.is_new) == (done.name, False)
    (entry,) = Kept(made.published).entries()
    assert entry.path.stat().st_ino == done.path.stat().st_ino


# Secrets


@pytest.mark.parametrize("key", ["k", "synthetic", "x" * 63, "y" * 64, "z" * 65, "long" * 50, "Schlüssel ✓"])
@pytest.mark.parametrize("text", ["", "device/1", "party/S001", "ü" * 100])
def test_the_macro_gives_what_pythons_hmac_gives(key, text):
    macro = (ROOT / "macros/engine/hmac_sha256.sql").read_text()
    (sql,) = re.findall(r"default__hmac_sha256\(.*?-%}\n(.*?)\n{%-", macro, re.DOTALL)
    for name, parameter in (("inner_pad", "$inner"), ("outer_pad", "$outer"), ("text", "$text")):
        sql = sql.replace(f"{{{{ {name} }}}}", parameter)
    inner, outer = key_pads(key.encode())
    found = duckdb.execute(f"select {sql}", {"inner": inner, "outer": outer, "text": text}).fetchone()
    assert found == (hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest(),)


def test_a_salt_is_long_and_another_is_noticed_until_it_is_said(tmp_path, monkeypatch):
    monkeypatch.delenv("CPM_PSEUDONYM_SALT", raising=False)
    with pytest.raises(CpmError, match="set CPM_PSEUDONYM_SALT to a secret"):
        require_salt(tmp_path, "alerts/dsp/2021-07/v1")
    monkeypatch.setenv("CPM_PSEUDONYM_SALT", "x" * 31)
    with pytest.raises(CpmError, match="fewer than 32 characters"):
        require_salt(tmp_path, "alerts/dsp/2021-07/v1")
    monkeypatch.setenv("CPM_PSEUDONYM_SALT", LONG_SALT)
    check = require_salt(tmp_path, "alerts/dsp/2021-07/v1")
    assert check == check_value(LONG_SALT) and LONG_SALT not in check
    keep_check(tmp_path, check)
    kept_file = tmp_path / KEPT
    assert stat.S_IMODE(kept_file.stat().st_mode) == 0o600
    assert LONG_SALT not in kept_file.read_text()
    monkeypatch.setenv("CPM_PSEUDONYM_SALT", LONG_SALT + "!")
    with pytest.raises(CpmError, match=r"differs from the salt of the publications since .*cpm rotate-salt"):
        require_salt(tmp_path, "alerts/dsp/2021-07/v1")
    rotate(tmp_path)
    keep_check(tmp_path, require_salt(tmp_path, "alerts/dsp/2021-07/v1"))
    (earlier,) = json.loads(kept_file.read_text())["earlier"]
    assert earlier["check"] == check


@pytest.mark.parametrize(("mode", "written"), [(0o600, 0o600), (0o640, 0o666), (0o644, 0o666)])
def test_a_report_is_as_closed_as_what_it_is_made_of(tmp_path, mode, written):
    published, report = tmp_path / "cpm.duckdb", tmp_path / "report"
    published.touch()
    published.chmod(mode)
    umask = os.umask(0)
    try:
        with as_closed_as(published):
            report.touch()
    finally:
        os.umask(umask)
    assert stat.S_IMODE(report.stat().st_mode) == written


def test_what_is_published_from_real_extracts_is_closed_to_others(tmp_path, land_one):
    umask = os.umask(0)
    try:
        made = Made(tmp_path, land_one(synthetic=False), real=True)
        made.publish()
    finally:
        os.umask(umask)
    assert stat.S_IMODE(made.published.stat().st_mode) == 0o700
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in made.published.rglob("*")}
    assert {mode for path, mode in modes.items() if path.is_file() and path.name != ".lock"} == {0o600}
    assert modes[made.published / "kept"] == 0o700


@pytest.mark.parametrize(
    "text",
    [
        EUI64,
        f"failed for {EUI64.lower()}.",
        EUI64.replace("-", ""),
        EUI64.replace("-", ":"),
        f"x_{EUI64}_y.csv",
        "S042",
        "refused (s042)",
    ],
)
def test_what_names_a_device_or_a_party_is_kept_back_in_every_text(made, text):
    made.change(f"update marts.fct_codes set code = '{text}'")
    done = made.publish()
    with duckdb.connect(done.path, read_only=True) as published:
        assert published.execute("select code, source_file from marts.fct_codes").fetchone() == (
            "withheld",
            "s.csv",
        )
    (one,) = done.withheld
    assert (one.mart, one.column, one.rows) == ("fct_codes", "code", 1)
    said = json.loads((made.published / "cpm.json").read_text())["withheld"]
    assert [(row["column"], row["rows"]) for row in said] == [("code", 1)]
    assert text not in (made.published / "cpm.json").read_text()


@pytest.mark.parametrize(
    "text",
    [
        "8F32",
        "dd015be4-0990-4017-bfa7-db5d2126833a",
        "AD1",
        "S0421",
        "00-11-22-33",
        "0" * 32,
        "a" * 64,
        "XS042",
        "INC000000123456",
    ],
)
def test_what_only_resembles_an_identifier_is_published(made, text):
    made.change(f"update marts.fct_codes set code = '{text}'")
    done = made.publish()
    assert done.withheld == ()


@pytest.mark.parametrize("device", [EUI64, EUI64.lower(), EUI64.replace("-", ""), EUI64.replace("-", ":")])
def test_a_refusal_that_is_printed_does_not_name_a_device(device):
    said = f"refused a/b/v1 (columns_differ): not expected ['{device}'], ['{device}']; x_{device}.csv"
    assert without_devices(said) == (
        "refused a/b/v1 (columns_differ): not expected ['withheld'], ['withheld']; x_withheld.csv"
    )
    assert (
        without_devices("8F32 dd015be4-0990-4017-bfa7-db5d2126833a") == "8F32 dd015be4-0990-4017-bfa7-db5d2126833a"
    )


def test_texts_in_lists_are_looked_at_too():
    with duckdb.connect() as connection:
        connection.execute(
            "create schema marts; create table built as"
            f" from (values (['x', '{EUI64}'], 1), (['y'], 2), (null, 3)) as one (codes, n)"
        )
        (one,) = copy_without(connection, "built", "a", {"eui64": "[0-9A-F]{2}(-[0-9A-F]{2}){7}"})
        assert connection.execute("from marts.a order by n").fetchall() == [(None, 1), (["y"], 2), (None, 3)]
        assert one.rows == 1


def test_each_column_is_looked_at_and_each_row_counts():
    patterns = {"eui64": "[0-9A-F]{2}(-[0-9A-F]{2}){7}", "party": "S042"}
    with duckdb.connect() as connection:
        connection.execute(
            "create schema marts; create table built as"
            f" from (values ('{EUI64}', 'to S042', 1), ('{EUI64}', 'kept', 2), (null, '{EUI64}', 3))"
            " as one (device, said, n)"
        )
        withheld = copy_without(connection, "built", "a", patterns)
        assert connection.execute("from marts.a order by n").fetchall() == [
            ("withheld", "withheld", 1),
            ("withheld", "kept", 2),
            (None, "withheld", 3),
        ]
    assert sorted((one.column, one.pattern, one.rows) for one in withheld) == [
        ("device", "eui64", 2),
        ("said", "eui64", 1),
        ("said", "party", 1),
    ]


def test_what_is_kept_back_was_never_in_the_file(made, monkeypatch):
    """A row that is updated leaves its bytes in the block that it stood in."""

    def connect_and_write_at_once(path: Path) -> duckdb.DuckDBPyConnection:
        connection = duck.connect(path)
        connection.execute("set checkpoint_threshold = '1KB'")
        return connection

    monkeypatch.setattr("cpm_warehouse.publish.publishing.connect", connect_and_write_at_once)
    made.change(f"update marts.fct_codes set code = '{EUI64}'")
    done = made.publish()
    assert [one.rows for one in done.withheld] == [1]
    assert EUI64.encode() in made.warehouse.read_bytes()
    assert EUI64.encode() not in done.path.read_bytes()


def test_a_party_that_only_asks_for_firmware_is_a_party(tmp_path, contracts):
    """No request and no Alert names it; what names it is read from the lake."""
    folder = tmp_path / "update_firmware_requests/provider=dsp/period=2021-08/version=1"
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(f"copy (select 'S077' as \"PartyId\") to '{folder}/one.parquet'")
        connection.execute("attach ':memory:' as warehouse; create schema warehouse.cubes")
        for cube in ("cube_service_requests_by_party_month", "cube_alerts_by_day"):
            connection.execute(f"create table warehouse.cubes.{cube} as select 'S042' as party_id")
        patterns = identifier_patterns(connection, contracts, tmp_path)
    assert [bool(re.search(patterns["party"], text)) for text in ("s S077", "S042", "S0770")] == [
        True,
        True,
        False,
    ]


# Two of everything, and places that say no


def one_line(*command: object, **environment: str) -> str:
    found = subprocess.run(
        [Path(sys.executable).with_name("cpm"), *command],
        cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 1
    assert "Traceback" not in found.stderr
    (line,) = found.stderr.splitlines()
    return line


def test_a_warehouse_that_is_open_elsewhere_is_said_in_one_line(made):
    program = (
        f"import duckdb, time; c = duckdb.connect('{made.warehouse}'); print('open', flush=True); time.sleep(60)"
    )
    other = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None and other.stdout.readline() == "open\n"
        places = ("--warehouse", made.warehouse)
        assert "has it open" in one_line("build", *places, "--lake", made.lake)
        assert "has it open" in one_line("publish", *places, "--published", made.published, CPM_WAIT="0")
    finally:
        other.kill()
        other.wait()
    made.publish()


def test_two_publications_exclude_each_other_or_wait(made):
    with history.hold_history(made.lake), pytest.raises(CpmError, match="another publication is at work"):
        made.publish()
    made.publish()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_place_without_permission_is_said_in_one_line(made):
    made.published.mkdir()
    made.published.chmod(0o500)
    assert "may not write" in one_line(*("publish", "--warehouse", made.warehouse, "--published", made.published))


def test_a_place_that_is_no_folder_is_said_in_one_line(made):
    made.published.write_text("a file")
    assert "published" in one_line(*("publish", "--warehouse", made.warehouse, "--published", made.published))


def test_a_full_disk_leaves_what_was_published_and_is_said_in_one_line(made):
    before = made.publish().path.read_bytes()
    limit = f"ulimit -f 8; exec {Path(sys.executable).with_name('cpm')} publish"
    command = f"{limit} --warehouse {made.warehouse} --published {made.published}"
    made.next_results()
    found = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode != 0 and "Traceback" not in found.stderr
    assert (made.published / "cpm.duckdb").read_bytes() == before
