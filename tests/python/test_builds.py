"""What dbt's own process does for a build to be believed, in a project of two models."""

import hashlib
import hmac
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from conftest import GOOD, ROOT
from cpm_warehouse.errors import CpmError, DamageError
from cpm_warehouse.locks import hold_lake
from cpm_warehouse.publish.building import with_lake
from cpm_warehouse.publish.standing import require_standing
from cpm_warehouse.publish.warehouses import require_as_left
from cpm_warehouse.receive.judging import judge
from cpm_warehouse.receive.landing import land
from cpm_warehouse.receive.verifying import require_sound
from started_dbt import run_dbt

BIN = Path(sys.executable).parent
SALT = "a secret of more than thirty-two characters"
MACROS = (
    *("hooks/record_build_run", "hooks/record_build_results", "hooks/record_build_checksums"),
    *("hooks/checksums_of", "hooks/require_cubes_as_built"),
    *("pseudonyms/device_key", "pseudonyms/pseudonym", "pseudonyms/keyed_hash"),
    *("engine/hmac_sha256", "engine/pseudonym_pad", "engine/text_key_type", "engine/load_csv_rows"),
    "generate_schema_name",
)


class Project:
    """A project with the hooks and the macros of pseudonyms, and what dbt parsed of another like it."""

    def __init__(self, place: Path, parsed: Path | None = None) -> None:
        self.place = place
        (place / "warehouse").mkdir()
        if parsed:
            (place / "target").mkdir()
            shutil.copy(parsed, place / "target")
        for name in MACROS:
            (place / "macros" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / f"macros/{name}.sql", place / f"macros/{name}.sql")
        for folder in ("models", "seeds", "tests"):
            (place / folder).mkdir()
        (place / "profiles.yml").symlink_to(ROOT / "profiles.yml")
        (place / "dbt_project.yml").write_text(
            "name: cpm_warehouse\nprofile: cpm_warehouse\n"
            "flags: {send_anonymous_usage_stats: false}\n"
            "vars: {lake_root: lake, as_known_at: null}\n"
            'on-run-start: ["{{ require_cubes_as_built() }}", "{{ record_build_run() }}"]\n'
            'on-run-end: ["{{ record_build_results(results) }}", "{{ record_build_checksums() }}"]\n'
        )
        (place / "models/first.sql").write_text(
            "select {{ device_key('number') }} as device, {{ pseudonym('party') }} as party\n"
            "from (select 5 as number, 'S001' as party) as one"
        )
        (place / "models/second.sql").write_text(
            "{{ config(materialized='table') }} select * from {{ ref('first') }}"
        )
        (place / "models/cube.sql").write_text("{{ config(materialized='incremental') }} select 1 as n")
        # Fails until something outside the project changes, as a full disk does.
        (place / "tests/assert_ready.sql").write_text(
            "select 1 from {{ ref('first') }} where not exists (select 1 from glob('ready'))"
        )

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            arguments,
            cwd=self.place,
            env=self._given(environment),
            capture_output=True,
            text=True,
            check=False,
            umask=0o022,
        )

    @staticmethod
    def _given(environment: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if name != "CPM_PSEUDONYM_SALT"} | environment

    def dbt(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return run_dbt(arguments, self.place, self._given(environment))

    def ask(self, query: str) -> list[tuple]:
        with duckdb.connect(self.place / "warehouse/cpm.duckdb", read_only=True) as connection:
            return connection.execute(query).fetchall()

    def results(self) -> dict[str, str]:
        return {name.split(".")[2]: status for name, status, *_ in self.ask("from main.build_results")}


@pytest.fixture(scope="module")
def parsed(tmp_path_factory):
    """What dbt takes over of a parse: its own macros are most of it."""
    project = Project(tmp_path_factory.mktemp("parsed"))
    assert project.dbt("parse").returncode == 0
    return project.place / "target/partial_parse.msgpack"


@pytest.fixture
def project_of(tmp_path, send, contracts, parsed):
    """Returns a function that makes a project with a lake of one submission."""

    def make(*, synthetic: bool) -> Project:
        control = {
            "received_at": "2021-11-05T09:00:00Z",
            "synthetic": synthetic,
            "files": [{"name": "pmr.csv", "sha256": hashlib.sha256(GOOD.encode()).hexdigest(), "rows": 2}],
        }
        (landed,) = land(send(control=control), tmp_path / "lake", contracts)
        assert landed.status == "landed"
        # In this process, for all tests: each build would wait for one of its own.
        judge(tmp_path / "lake", require_sound(tmp_path / "lake"))
        return Project(tmp_path, parsed)

    return make


@pytest.fixture
def project(project_of):
    return project_of(synthetic=True)


def stands(project: Project) -> str:
    """What is said where the nodes do not stand together; empty where they do."""
    ((record,),) = project.ask("select record from main.build_commands order by number desc limit 1")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{project.place / 'warehouse/cpm.duckdb'}' as warehouse (read_only)")
        try:
            require_standing(connection, json.loads(record), project.place)
        except CpmError as error:
            return str(error)
    return ""


def test_a_retry_of_what_was_mended_completes_the_build_that_failed(project):
    second = project.place / "models/second.sql"
    good = second.read_text()
    second.write_text(good.replace("select *", "select nothing"))
    (project.place / "ready").touch()
    assert project.dbt("build").returncode == 1
    assert "nodes that did not pass: 1, first model.cpm_warehouse.second" in stands(project)
    second.write_text(good)
    done = project.dbt("retry")
    assert done.returncode == 0, done.stdout
    assert {"first", "second", "assert_ready", "cube"} <= set(project.results())
    assert set(project.results().values()) == {"success", "pass"}
    assert project.ask("select count(*) from main.build_commands") == [(2,)]
    assert stands(project) == ""
    # An edit of what did not fail is in no retry, and is noticed all the same.
    second.write_text(good + " where true")
    assert project.dbt("test").returncode == 0
    assert "1, first model.cpm_warehouse.second; run `dbt build --select second+`;" in stands(project)


def test_what_was_written_to_between_two_commands_is_noticed(project):
    """By the command where it would go on from it, and else by the publication."""
    (project.place / "ready").touch()
    assert project.dbt("build").returncode == 0
    with duckdb.connect(project.place / "warehouse/cpm.duckdb") as connection:
        connection.execute("update main.cube set n = 5")
        connection.execute("create or replace view main.first as select 'x' as device, 'y' as party")
    stopped = project.dbt("run", "--select", "cube")
    assert stopped.returncode == 2 and "main.cube is not as it was built; something else wrote" in stopped.stdout
    assert project.dbt("run", "--select", "cube", "--full-refresh").returncode == 0
    said = stands(project)
    assert "were written to by something else since they were built: 1, first model.cpm_warehouse.first" in said


def test_what_wrote_to_a_warehouse_after_its_build_is_noticed(project):
    (project.place / "ready").touch()
    assert project.dbt("build").returncode == 0
    warehouse = project.place / "warehouse/cpm.duckdb"
    require_as_left(warehouse)
    with duckdb.connect(warehouse) as connection:
        connection.execute("update second set party = 'another'")
    with pytest.raises(DamageError, match=r"main.second is not as the last build left it; .*--full-refresh"):
        require_as_left(warehouse)
    # A build that began and did not end noted nothing: the next goes on from it.
    with duckdb.connect(warehouse) as connection:
        connection.execute("drop table main.build_checksums")
    require_as_left(warehouse)
    content = bytearray(warehouse.read_bytes())
    content[:64] = bytes(64)
    warehouse.write_bytes(content)
    with pytest.raises(DamageError, match=r"cannot be read .*delete it and run"):
        require_as_left(warehouse)


def test_a_build_says_what_it_rests_on_and_nothing_lands_meanwhile(project):
    (project.place / "ready").touch()
    with hold_lake(project.place / "lake"):
        stopped = project.dbt("build")
    assert stopped.returncode != 0 and "`cpm land` is at work here" in stopped.stdout
    assert "Traceback" not in stopped.stdout
    assert project.dbt("build").returncode == 0
    ((record,),) = project.ask("select record from main.build_commands")
    found = json.loads(record)
    assert set(found["submissions"]) == {"pmr_deliveries/provider=dcc/period=2021-08/version=1/_submission.json"}
    assert {"dbt_project.yml", "models/first.sql", "macros/pseudonyms/pseudonym.sql"} <= set(found["definitions"])
    assert found["changed_meanwhile"] == [] and found["other_variables"] == []
    # A part of the rows is said, and so are other variables.
    done = project.dbt("run", "--empty", "--vars", "{lake_root: lake, as_known_at: '2021-10-01'}")
    assert done.returncode == 0, done.stdout
    ((command, record),) = project.ask(
        "select command, record from main.build_commands order by number desc limit 1"
    )
    assert command == "run --empty" and json.loads(record)["other_variables"] == ["as_known_at"]


def test_a_copy_reads_its_own_seeds(project, tmp_path):
    """dbt keeps where it parsed a seed, and takes that over where a file is the same; the folder has a quote."""
    (project.place / "seeds/levels.csv").write_text("level\n1\n")
    assert project.dbt("seed").returncode == 0
    copied = shutil.copytree(project.place, tmp_path.with_name("the copy's [é]"), symlinks=True)
    (project.place / "seeds/levels.csv").write_text("level\n2\n")
    project.place = copied
    done = project.dbt("seed")
    assert done.returncode == 0, done.stdout
    assert project.ask("from levels") == [(1,)]


def test_a_warehouse_that_is_open_elsewhere_is_said_by_dbt_without_a_trace(project):
    warehouse = project.place / "warehouse/cpm.duckdb"
    program = f"import duckdb, time; c = duckdb.connect('{warehouse}'); print('open', flush=True); time.sleep(90)"
    other = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None and other.stdout.readline() == "open\n"
        stopped = project.dbt("build")
    finally:
        other.kill()
        other.wait()
    assert stopped.returncode != 0
    assert "another build or a notebook has it open" in stopped.stdout
    assert "Traceback" not in stopped.stdout + stopped.stderr


def test_pseudonyms_are_pythons_hmac_and_the_salt_is_written_nowhere(tmp_path, project_of):
    project = project_of(synthetic=False)
    (tmp_path / "ready").touch()
    without = project.run(str(BIN / "cpm"), "build", "--lake", "lake")
    assert without.returncode == 1
    assert without.stderr.splitlines() == [
        "error: 'pmr_deliveries/dcc/2021-08/v1' is real:"
        " set CPM_PSEUDONYM_SALT to a secret, the same for every build"
    ]
    assert "set CPM_PSEUDONYM_SALT" in project.dbt("build").stdout
    short = project.run(str(BIN / "cpm"), "build", "--lake", "lake", CPM_PSEUDONYM_SALT="x" * 31)
    assert "fewer than 32 characters" in short.stderr

    done = project.run(str(BIN / "cpm"), "build", "--lake", "lake", CPM_PSEUDONYM_SALT=SALT)
    assert done.returncode == 0, done.stdout + done.stderr

    def keyed(text: str) -> str:
        return hmac.new(SALT.encode(), text.encode(), hashlib.sha256).hexdigest()

    assert project.ask("from second") == [(keyed("device/5")[:32], f"P-{keyed('party/S001')[:10]}")]
    written = [
        path
        for folder in ("warehouse", "logs", "target")
        for path in (tmp_path / folder).rglob("*")
        if path.is_file()
    ]
    assert {"cpm.duckdb", "dbt.log", "manifest.json"} <= {path.name for path in written}
    for path in written:
        assert SALT.encode() not in path.read_bytes(), path
    # Whatever the umask, only the owner reads what a build over real extracts writes.
    assert {stat.S_IMODE(path.stat().st_mode) & 0o077 for path in written} == {0}


def test_variables_of_a_build_leave_it_its_lake():
    """Of two --vars dbt takes the last alone: the build would be over the sample, and nothing would say so."""
    given = ("--select", "a", "b", "--vars", '{as_known_at: "2021-10-24 23:59:59", lake_root: another}', "--quiet")
    *others, name, variables = with_lake(Path("lake/mine"), given)
    assert (others, name) == (["--select", "a", "b", "--quiet"], "--vars")
    assert json.loads(variables) == {"as_known_at": "2021-10-24 23:59:59", "lake_root": "lake/mine"}
    assert with_lake(Path("lake/mine"), ["--vars={as_of: 2021-10-24}"]) == [
        *("--vars", '{"as_of": "2021-10-24", "lake_root": "lake/mine"}')
    ]
    assert with_lake(Path("lake/mine"), []) == ["--vars", '{"lake_root": "lake/mine"}']
    for wrong in ("as_of", "{as_of", ""):
        with pytest.raises(CpmError, match=r"not names with values; write it like --vars '{as_of"):
            with_lake(Path("lake/mine"), ["--vars", wrong])
