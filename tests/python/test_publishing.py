"""Over the warehouse that `make build` left: what is published, and when nothing is."""

import json
import shutil
import signal
import subprocess
import time

import duckdb
import pytest

from conftest import ROOT, made_once, note_checksums
from cpm_warehouse.errors import CpmError
from cpm_warehouse.locks import hold
from cpm_warehouse.publish.publishing import LOCK, publish
from dbt_project import DbtProject

WAREHOUSE = ROOT / "warehouse/cpm.duckdb"
TARGET = ROOT / "target"


def copied(place):
    """A copy of what the build left, and of its lake, so that nothing is added to that."""
    warehouse = place / "warehouse.duckdb"
    shutil.copy(WAREHOUSE, warehouse)
    lake = place / "lake"
    shutil.copytree(ROOT / "lake/sample", lake, ignore=shutil.ignore_patterns("provider=warehouse", "_head.json"))
    with duckdb.connect(warehouse) as connection:
        connection.execute(
            "update main.build_commands set record = json_merge_patch(record, ?)",
            [json.dumps({"lake_root": str(lake)})],
        )
        note_checksums(connection)
    return {"warehouse": warehouse, "published": place / "published"}


@pytest.fixture
def built(tmp_path):
    """A build, its lake and a place to publish to."""
    return copied(tmp_path)


@pytest.fixture(scope="module")
def publishing_once(tmp_path_factory):
    """Returns a function that gives a build and its publication, as they were when that was made once."""

    def make(place):
        built = copied(place)
        return built, publish(**built)

    return made_once(tmp_path_factory.mktemp("once"), make)


@pytest.fixture
def once(publishing_once):
    """A build and what was published of it, which a test may spoil."""
    return publishing_once()


@pytest.fixture
def read(once):
    built, first = once
    return built["warehouse"], first


def tables(path):
    with duckdb.connect(path, read_only=True) as connection:
        return {
            name
            for (name,) in connection.execute(
                "select table_name from duckdb_tables()"
                " where database_name = current_database() and schema_name = 'marts'"
            ).fetchall()
        }


def history(path):
    with duckdb.connect(path, read_only=True) as connection:
        return (
            connection.execute(
                "select distinct publication_id from marts.fct_measure_results_published order by all"
            )
            .fetchnumpy()["publication_id"]
            .tolist()
        )


def test_the_public_marts_are_published_and_nothing_else(read):
    _, done = read
    nodes = json.loads((TARGET / "manifest.json").read_text())["nodes"].values()
    public = {node["name"] for node in nodes if node["resource_type"] == "model" and node["access"] == "public"}
    assert {"fct_measure_results", "fct_incidents", "rpt_pmr_sla_scenarios", "dim_calendar_dates"} <= public
    assert tables(done.path) == public


def test_marts_are_whole_and_carry_their_descriptions(read):
    warehouse, done = read
    with duckdb.connect(done.path, read_only=True) as published:
        published.execute(f"attach '{warehouse}' as warehouse (read_only)")
        for mart in tables(done.path) - {"fct_measure_results_published"}:
            difference = f"(from marts.{mart} except all from warehouse.marts.{mart})"
            assert published.execute(f"select count(*) from {difference}").fetchone() == (0,)
        undescribed = published.execute(
            "select column_name from duckdb_columns()"
            " where database_name = 'cpm' and schema_name = 'marts' and comment is null"
        ).fetchall()
        assert undescribed == []


def test_publishing_the_same_results_again_adds_nothing_to_the_history(once):
    """The lake is what it compares with: the warehouse was built before the first publication."""
    built, first = once
    kept = history(first.path)
    assert first.publication_id in kept
    again = publish(**built)
    assert (again.publication_id, again.is_new) == (first.publication_id, False)
    assert history(again.path) == kept


def test_a_publication_killed_before_its_swap_is_completed_by_the_next(once):
    """The lake has it, readers do not: the next one publishes it under its name instead of a second time."""
    built, killed = once
    killed.path.unlink()
    (built["published"] / ".cpm-1.duckdb").write_text("half a file")
    (built["published"] / ".cpm-1.duckdb.wal").write_text("its log")
    (built["published"] / ".cpm-1.duckdb.tmp").mkdir()
    done = publish(**built)
    assert done.publication_id == killed.publication_id
    assert done.publication_id in history(done.path)
    assert {path.name for path in built["published"].iterdir()} == {"cpm.duckdb", "cpm.json", "kept", ".lock"}


def test_two_publications_do_not_write_to_one_place(built):
    built["published"].mkdir()
    with (
        hold(built["published"] / LOCK, "a test"),
        pytest.raises(CpmError, match="another publication is at work"),
    ):
        publish(**built)
    publish(**built)


def test_the_published_file_may_be_copied_under_any_name(read, tmp_path):
    """A view would name the file that it was made in; the published copy holds tables only."""
    _, done = read
    copy = tmp_path / "results of october.duckdb"
    shutil.copy(done.path, copy)
    with duckdb.connect(copy, read_only=True) as connection:
        for mart in tables(copy):
            connection.execute(f"select count(*) from marts.{mart}")
        assert connection.execute("select count(*) from duckdb_views() where not internal").fetchone() == (0,)


def test_a_publication_says_what_it_rested_on(read):
    warehouse, done = read
    with duckdb.connect(warehouse, read_only=True) as rested:
        clock = rested.execute(
            "select known_at, landed_at, as_of_at from intermediate.int_reporting_clock"
        ).fetchone()
    with duckdb.connect(done.path, read_only=True) as published:
        rested_on = published.execute(
            "select distinct known_at, landed_at, as_of_at, code_version from marts.fct_measure_results_published"
            " where publication_id = ?",
            [done.publication_id],
        ).fetchall()
        versions = published.execute("select value from publication.about where name = 'code_version'").fetchone()
    assert versions is not None
    assert rested_on == [(*clock, *versions)]


def test_a_changed_result_is_a_new_publication_kept_in_the_lake(once):
    built, first = once
    with duckdb.connect(built["warehouse"]) as warehouse:
        warehouse.execute("update marts.fct_measure_results set met_count = met_count - 1 where met_count > 0")
        note_checksums(warehouse)
    second = publish(**built)
    assert second.is_new and second.publication_id != first.publication_id
    files = built["warehouse"].parent / "lake/published_measure_results/*/*/*/*.parquet"
    kept = duckdb.sql(f"select distinct publication_id from read_parquet('{files}')").fetchall()
    assert (second.publication_id,) in kept


def test_a_reader_keeps_the_old_file_while_a_new_one_is_swapped_in(once):
    built, first = once
    path = first.path
    with duckdb.connect(path, read_only=True) as reader:
        count = reader.execute("select count(*) from marts.fct_measure_results").fetchone()
        with duckdb.connect(built["warehouse"]) as warehouse:
            warehouse.execute("delete from marts.fct_measure_results where measure_id = 'CPM_4'")
            note_checksums(warehouse)
        publish(**built)
        assert reader.execute("select count(*) from marts.fct_measure_results").fetchone() == count
    # A second connection in this process would share the first one's file, so another process looks.
    query = "select count(*) from marts.fct_measure_results where measure_id = 'CPM_4'"
    program = f"import duckdb; print(duckdb.connect('{path}', read_only=True).execute(\"{query}\").fetchone())"
    seen = subprocess.run([ROOT / ".venv/bin/python", "-c", program], capture_output=True, text=True, check=True)
    assert seen.stdout == "(0,)\n"


def test_a_rebuild_of_the_past_is_not_published(built):
    with duckdb.connect(built["warehouse"]) as warehouse:
        past = '{"variables": {"as_known_at": "2021-10-01"}}'
        warehouse.execute("update main.build_commands set record = json_merge_patch(record, ?)", [past])
        note_checksums(warehouse)
    with pytest.raises(CpmError, match="build without as_known_at"):
        publish(**built)


def test_without_a_build_there_is_one_clear_line(tmp_path):
    with pytest.raises(CpmError, match="run `dbt build` first"):
        publish(warehouse=tmp_path / "w", published=tmp_path / "p")


def test_a_build_killed_half_way_is_not_published(once, tmp_path):
    built, first = once
    before = first.path.read_bytes()
    project = DbtProject(tmp_path / "project")
    project.lake.symlink_to(built["warehouse"].parent / "lake")
    shutil.copy(built["warehouse"], project.warehouse)
    command = [ROOT / ".venv/bin/dbt", "build", "--select", "resource_type:model"]
    process = subprocess.Popen(command, cwd=project.place, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if " OK created" in line:
            break
    time.sleep(1)
    process.send_signal(signal.SIGKILL)
    process.wait()
    with pytest.raises(CpmError, match="did not come to its end"):
        publish(warehouse=project.warehouse, published=built["published"])
    assert (built["published"] / "cpm.duckdb").read_bytes() == before
