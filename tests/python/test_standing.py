"""Whether what several commands of dbt built stands together; over the notes that they leave in a warehouse."""

import json
from pathlib import Path

import duckdb
import pytest

from cpm_warehouse.errors import CpmError
from cpm_warehouse.publish.standing import require_standing

# levels -> staged -> mart -> tested; history -> restated; rule judges staged, and nothing that lands can break it.
READS = {
    "seed.x.levels": [],
    "model.x.staged": ["seed.x.levels"],
    "model.x.mart": ["model.x.staged"],
    "test.x.tested": ["model.x.mart"],
    "unit_test.x.rule": ["model.x.staged"],
    "model.x.history": [],
    "model.x.restated": ["model.x.history"],
}
RESTS_ON = {"lake": "a", "variables": {"as_of": None}, "versions": {"duckdb": "1"}, "salt": None, "settings": "s"}


class Warehouse:
    """What the first command leaves is a whole build that passed; a test says what other commands did then."""

    def __init__(self, project: Path) -> None:
        (project / "dbt_project.yml").write_text("vars: {lake_root: lake/sample}\n")
        self.project = project
        self.connection = duckdb.connect()
        self.connection.execute("attach ':memory:' as warehouse")
        self.connection.execute("use warehouse")
        self.connection.execute(
            "create table build_commands (number integer, invocation_id varchar, command varchar, record varchar);"
            "create table build_nodes (unique_id varchar, name varchar, resource_type varchar, is_wanted boolean,"
            " reads_history boolean, code varchar, parents varchar[], relation varchar);"
            "create table build_results"
            " (unique_id varchar, status varchar, number integer, code varchar, checksum varchar);"
            "create table build_checksums (name varchar, checksum varchar)"
        )
        for key, parents in READS.items():
            kind, _, name = key.split(".")
            relation = None if "test" in kind else name
            reads_history = name in ("history", "restated")
            row = [key, name, kind, kind != "unit_test", reads_history, "code", parents, relation]
            self.connection.execute("insert into build_nodes values (?, ?, ?, ?, ?, ?, ?, ?)", row)
            if relation:
                self.connection.execute("insert into build_checksums values (?, 'rows')", [name])
        self.run("build", *READS)

    def run(self, command: str, *nodes: str, status: str = "success", history: str = "one", **rests_on: object):
        """Do what a command notes that builds or runs some nodes, as the project has them now."""
        (number,) = self.connection.execute("select count(*) + 1 from build_commands").fetchone() or (0,)
        record = {"rests_on": RESTS_ON | rests_on, "history": history, "other_variables": [], "variables": {}}
        self.record = record | {"lake_root": "lake/sample"}
        self.connection.execute(
            "insert into build_commands values (?, ?, ?, ?)", [number, str(number), command, json.dumps(record)]
        )
        for node in nodes:
            self.connection.execute("delete from build_results where unique_id = ?", [node])
            self.connection.execute(
                "insert into build_results select unique_id, ?, ?, code, checksum from build_nodes"
                " left join build_checksums on relation = build_checksums.name where unique_id = ?",
                [status, number, node],
            )

    def edit(self, node: str) -> None:
        """Change the code of a node, and so of all that read it."""
        self.connection.execute("update build_nodes set code = code || '+' where unique_id = ?", [node])
        for other, parents in READS.items():
            if node in parents:
                self.edit(other)

    def require(self) -> None:
        require_standing(self.connection, self.record, self.project)

    def said(self) -> str:
        with pytest.raises(CpmError) as error:
            self.require()
        return str(error.value).removesuffix("; nothing is published")


@pytest.fixture
def warehouse(tmp_path) -> Warehouse:
    return Warehouse(tmp_path)


def test_a_whole_build_stands(warehouse):
    warehouse.require()


def test_a_retry_of_what_failed_stands_with_the_build_before_it(warehouse):
    warehouse.run("build", "test.x.tested", status="fail")
    assert (
        warehouse.said() == "nodes that did not pass: 1, first test.x.tested; mend what failed and run `dbt retry`"
    )
    warehouse.run("build", "test.x.tested", status="pass")
    warehouse.require()


def test_what_an_earlier_command_left_is_in_no_retry(warehouse):
    warehouse.run("build", "test.x.tested", status="fail")
    warehouse.run("build", "model.x.restated")
    assert warehouse.said().endswith("; mend what failed and run `dbt build --select tested`")


def test_what_was_skipped_for_what_failed_is_named_after_it(warehouse):
    warehouse.run("build", "model.x.mart", status="skipped")
    warehouse.run("build", "model.x.staged", status="error")
    assert warehouse.said().startswith("nodes that did not pass: 2, first model.x.staged;")


def test_an_edit_asks_for_all_that_reads_it_and_for_nothing_else(warehouse):
    warehouse.edit("model.x.staged")
    assert warehouse.said() == (
        "nodes that have changed since they were built, themselves or in what they read: 3, first model.x.mart;"
        " run `dbt build --select staged+`"
    )
    warehouse.run("build", "model.x.staged", "model.x.mart")
    assert warehouse.said().endswith("first test.x.tested; run `dbt build --select tested`")
    warehouse.run("test", "test.x.tested", status="pass")
    warehouse.require()


def test_a_node_built_again_asks_for_what_reads_it(warehouse):
    """A test that passed before its model was built again has not judged what the model holds now."""
    warehouse.run("run", "model.x.mart")
    assert warehouse.said() == (
        "nodes that were built or run before model.x.mart, which they read: 1, first test.x.tested;"
        " run `dbt build --select tested`"
    )
    warehouse.run("build", "model.x.staged")
    assert "before model.x.staged, which they read: 2, first model.x.mart; run `dbt build --select mart+`" in (
        warehouse.said()
    )
    warehouse.run("build", "model.x.mart", "test.x.tested")
    warehouse.require()


def test_a_test_that_no_command_ran_is_asked_for(warehouse):
    warehouse.connection.execute("delete from build_results where unique_id = 'test.x.tested'")
    assert warehouse.said() == (
        "nodes that were not built or run: 1, first test.x.tested; run `dbt build --select tested`"
    )


def test_where_many_tests_were_not_run_dbt_test_runs_them(warehouse):
    warehouse.connection.execute(
        "insert into build_nodes by name select 'test.x.more_' || i as unique_id, 'test' as resource_type,"
        " true as is_wanted, [] as parents, 'more' as name, 'code' as code, false as reads_history"
        " from range(4) as numbers (i)"
    )
    assert warehouse.said() == "nodes that were not built or run: 4, first test.x.more_0; run `dbt test`"


def test_what_many_read_is_named_instead_of_them(warehouse):
    warehouse.connection.execute(
        "insert into build_nodes by name select 'test.x.more_' || i as unique_id, 'test' as resource_type,"
        " true as is_wanted, ['seed.x.levels'] as parents, 'more' as name, 'code' as code, false as reads_history"
        " from range(4) as numbers (i)"
    )
    warehouse.run("build", *(f"test.x.more_{number}" for number in range(4)), status="pass")
    warehouse.run("seed", "seed.x.levels")
    assert "before seed.x.levels, which they read: 5, first model.x.staged; run `dbt build --select levels+`" in (
        warehouse.said()
    )


def test_a_unit_test_may_be_left_out_and_may_not_have_failed(warehouse):
    warehouse.connection.execute("delete from build_results where unique_id = 'unit_test.x.rule'")
    warehouse.require()
    warehouse.run("build", "unit_test.x.rule", status="fail")
    assert warehouse.said().startswith("nodes that did not pass: 1, first unit_test.x.rule")
    # It judged another rule than the one that stands now.
    warehouse.edit("model.x.staged")
    warehouse.run("build", "model.x.staged", "model.x.mart", "test.x.tested")
    warehouse.require()


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"lake": "b"}, "were built over another lake, or before something landed in it"),
        ({"variables": {"as_of": "2021-11-01"}}, "were built with another as_of than '2021-11-01'"),
        ({"versions": {"duckdb": "2"}}, "were built by other versions of dbt or DuckDB"),
        ({"salt": "b"}, "were built with another CPM_PSEUDONYM_SALT"),
        (
            {"settings": "t"},
            "were built with another dbt_project.yml, profile, program or macro that all nodes share",
        ),
    ],
)
def test_what_rests_on_something_else_does_not_stand_beside_it(warehouse, other, says):
    warehouse.run("build", "test.x.tested", **other)
    assert warehouse.said() == f"nodes that {says}: 5, first model.x.history; run `dbt build`"
    warehouse.run("build", *READS, **other)
    warehouse.require()


def test_what_went_on_over_a_part_of_the_rows_does_not_count(warehouse):
    warehouse.run("build --empty", "model.x.mart", "test.x.tested")
    assert warehouse.said() == (
        "nodes that were built by `dbt build --empty`, from a part of the rows: 2, first model.x.mart;"
        " run `dbt build --select mart+`"
    )


def test_what_was_altered_between_two_commands_is_named(warehouse):
    """The last command notes what it finds; each node has kept what it was when it was built."""
    warehouse.connection.execute("update build_checksums set checksum = 'others' where name = 'mart'")
    warehouse.run("test", "test.x.tested")
    assert warehouse.said() == (
        "nodes that were written to by something else since they were built: 1, first model.x.mart;"
        " run `dbt build --select mart+ --full-refresh`"
    )


def test_what_reads_the_publications_knows_the_same_ones(warehouse):
    warehouse.run("build", "model.x.restated", history="two")
    assert warehouse.said() == (
        "nodes that were built before a publication that others take into account: 1, first model.x.history;"
        " run `dbt build --select history+`"
    )
    warehouse.run("build", "model.x.history", "model.x.restated", history="two")
    warehouse.require()
    # What does not read them may be built after the next one.
    warehouse.run("build", "model.x.mart", "test.x.tested", history="three")
    warehouse.require()


def test_the_command_is_for_the_lake_and_the_variables_of_the_last_one(warehouse):
    warehouse.edit("model.x.mart")
    warehouse.record |= {
        "lake_root": "lake/mine",
        "other_variables": ["as_of"],
        "variables": {"as_of": "2021-11-01"},
    }
    assert warehouse.said().endswith(
        """run `dbt build --select mart+ --vars '{"as_of": "2021-11-01", "lake_root": "lake/mine"}'`"""
    )
