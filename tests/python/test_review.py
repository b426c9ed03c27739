"""A review names all that a change moves, and no more; two small publications, and pairs of manifests."""

import csv
import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from conftest import ROOT
from cpm_warehouse.cli import main
from cpm_warehouse.errors import CpmError
from cpm_warehouse.publish.kept import describe_marts
from cpm_warehouse.report.review.acknowledging import REASON, SEED, TEST, acknowledge, moved_months
from cpm_warehouse.report.review.keys import keys_of
from cpm_warehouse.report.review.reviewing import as_text
from cpm_warehouse.report.review.states import State, changes

# One row of each: the columns that a review of results asks for, and a mart whose key is a test of its contract.
MARTS = """
    create schema marts;
    create table marts.fct_measure_results as
    select
        'CPM_4' as measure_id, 'v' as variant_id, date '2021-09-01' + to_months(n) as reporting_month,
        'national' as scope_type, 'national' as scope, 'pooled' as aggregation, 'measured' as basis,
        'target_met' as status, 'k/2021/v1' as submission_keys, 97 as met_count, 100 as total_count,
        3 as excluded_count, 97.0::decimal(9, 6) as result_pct, 95.0::decimal(5, 2) as target_pct,
        90.0::decimal(5, 2) as minimum_pct, 100.0::decimal(9, 6) as coverage_pct, n = 0 as is_default,
        true as is_synthetic, 'none' as limitation
    from range(3) as months (n);
    create table marts.fct_incidents as
    select 'INC' || n as incident_id, n as counted_seconds, case when n < 9 then true end as is_met
    from range(12) as numbers (n);
    create table marts.fct_quarantined_rows as
    select 'k' as submission_key, 'f' as file_name, null::bigint as file_line, 'one' as rule_id;
    create table marts.own_mart as select 'a' as one, n // 2 as two from range(4) as numbers (n);
"""
DEFINITIONS = {"models/marts/a.sql": "1", "seeds/b.csv": "2"}


def published(
    path: Path, change: str = "", definitions: Mapping[str, str] = DEFINITIONS, entry: str = "1"
) -> Path:
    with duckdb.connect(str(path)) as connection:
        connection.execute(MARTS + change)
        about = {"name": path.stem, "published_at": "2021-11-01 00:00:00", "is_synthetic": "true"}
        about |= {"code_version": "c", "history": "{}", "withheld": "[]"}
        tables = {
            "about": about,
            "submissions": {"k/provider=dsp/period=2021/version=1/_submission.json": entry},
            "definitions": definitions,
            "variables": {"lake_root": "lake"},
            "versions": {"cpm-warehouse": "0.3.0"},
        }
        connection.execute("create schema publication")
        for name, rows in tables.items():
            connection.execute(f"create table publication.{name} (name varchar, value varchar)")
            for row in rows.items():
                connection.execute(f"insert into publication.{name} values (?, ?)", row)
        for table, columns in (("definitions", ("file", "sha256")), ("submissions", ("register_entry", "sha256"))):
            for old, new in zip(("name", "value"), columns, strict=True):
                connection.execute(f"alter table publication.{table} rename {old} to {new}")
        connection.execute(
            "create table publication.code_lists (list varchar, code_count bigint, project_code_count bigint,"
            " made_up_for_real_count bigint, own_lists varchar)"
        )
        connection.execute("create table publication.marts (mart varchar, row_count bigint, checksum varchar)")
        rows = [(mart, one["rows"], one["checksum"]) for mart, one in describe_marts(connection).items()]
        connection.executemany("insert into publication.marts values (?, ?, ?)", rows)
    return path


Reviewed = Callable[..., tuple[int, str, list[tuple[object, ...]]]]


@pytest.fixture
def reviewed(tmp_path: Path) -> Reviewed:
    """Returns a function that reviews a change made by SQL: its exit code, the page, and rows of the Parquet."""

    def run(sql: str = "", *arguments: str, **named: object) -> tuple[int, str, list[tuple[object, ...]]]:
        base = published(tmp_path / "base.duckdb")
        change = published(tmp_path / "change.duckdb", sql, **named)  # type: ignore[arg-type]
        out = tmp_path / "out"
        result = CliRunner().invoke(main, ["review", str(base), str(change), "--out", str(out), *arguments])
        assert result.exit_code in {0, 3, 4}, result.output
        found = duckdb.sql(
            "select part, subject, difference, row_key, column_name, value_before, value_after, cause"
            f" from read_parquet('{out}/differences.parquet')"
        ).fetchall()
        page = (out / "review.md").read_text()
        assert result.output.splitlines()[-1] == page.splitlines()[2].strip("*")
        assert "<table>" in (out / "review.html").read_text()
        return result.exit_code, page, found

    return run


def test_of_the_same_it_says_unchanged(reviewed: Reviewed) -> None:
    code, page, found = reviewed()
    assert (code, found) == (0, [])
    assert "**Unchanged: the definitions are the same, and so is every row of every mart.**" in page


def test_a_definition_that_moves_nothing_is_named_and_nothing_else(reviewed: Reviewed) -> None:
    code, page, found = reviewed(definitions={**DEFINITIONS, "models/marts/a.sql": "x"})
    assert code == 0
    assert found == [("definition", "models/marts/a.sql", "changed", None, None, None, None, None)]
    assert "**Nothing moved: 1 file of definitions changed, and no row of a mart.**" in page


def test_a_result_that_moved_and_a_verdict_that_flipped(reviewed: Reviewed) -> None:
    code, page, found = reviewed("""
        update marts.fct_measure_results set met_count = 94, result_pct = 94, status = 'minimum_met'
        where is_default;
        update marts.fct_measure_results set excluded_count = 4 where reporting_month = '2021-10-01';
    """)
    assert code == 3
    key = (
        "measure_id CPM_4, variant_id v, reporting_month {}, scope_type national, scope national,"
        " aggregation pooled"
    )
    assert sorted(found) == sorted(
        [
            ("row", "fct_measure_results", "moved", key.format("2021-09-01 00:00:00"), *one, "definitions")
            for one in (
                ("met_count", "97", "94"),
                ("result_pct", "97.000000", "94.000000"),
                ("status", "target_met", "minimum_met"),
            )
        ]
        + [
            (
                "row",
                "fct_measure_results",
                "moved",
                key.format("2021-10-01 00:00:00"),
                "excluded_count",
                "3",
                "4",
                "definitions",
            )
        ]
    )
    assert (
        "**Moved: 2 results moved, 1 of them by a default reading; 1 verdict flipped; 2 rows of 1 mart differ.**"
        in page
    )
    flipped = (
        "| CPM_4 | v | 2021-09 | national | pooled | yes | 97 of 100: 97.000000 | 94 of 100: 94.000000"
        " | target_met | minimum_met **(flipped)** | definitions |"
    )
    assert flipped in page
    assert page.count("(flipped)") == 1
    assert "| 2021-11 |" not in page


@pytest.mark.parametrize(
    "column", ["basis", "coverage_pct", "target_pct", "minimum_pct", "is_default", "total_count"]
)
def test_each_part_of_a_figure_is_compared(reviewed: Reviewed, column: str) -> None:
    value = {"basis": "'proxy'", "is_default": "true"}.get(column, "91")
    code, page, _ = reviewed(
        f"update marts.fct_measure_results set {column} = {value} where reporting_month = '2021-11-01'"
    )
    assert code == 3
    assert "**Moved: 1 result moved" in page


def test_what_is_said_beside_a_figure_is_a_row_and_no_result(reviewed: Reviewed) -> None:
    code, page, _ = reviewed("update marts.fct_measure_results set limitation = 'much' where is_default")
    assert code == 3
    assert "0 results moved" in page
    assert "1 row of 1 mart differ" in page


def test_other_submissions_behind_a_result_are_its_cause(reviewed: Reviewed) -> None:
    _, page, found = reviewed(
        "update marts.fct_measure_results set met_count = 96, submission_keys = 'k/2021/v2' where is_default;"
        " update marts.fct_measure_results set met_count = 96 where reporting_month = '2021-11-01';"
        " update marts.fct_incidents set counted_seconds = 100 where incident_id = 'INC3'",
        entry="2",
    )
    causes = {(one[1], one[3] and one[3][:52], one[7]) for one in found if one[0] == "row"}
    month = "measure_id CPM_4, variant_id v, reporting_month 2021"
    assert causes == {
        ("fct_measure_results", month, "submissions"),
        ("fct_measure_results", month, "definitions"),
        ("fct_incidents", "incident_id INC3", "submissions"),
    }
    assert "| k/provider=dsp/period=2021/version=1/_submission.json | changed |" in page


def test_where_both_differ_a_row_says_so(reviewed: Reviewed) -> None:
    _, _, found = reviewed("update marts.fct_incidents set is_met = false where is_met", entry="2", definitions={})
    assert {one[7] for one in found if one[0] == "row"} == {"submissions or definitions"}


def test_rows_are_counted_by_their_key_and_five_are_shown(reviewed: Reviewed) -> None:
    code, page, found = reviewed("""
        update marts.fct_incidents set is_met = not is_met where is_met;
        update marts.fct_incidents set incident_id = 'INC99' where incident_id = 'INC11';
    """)
    assert code == 3
    assert len(found) == 11
    assert "| fct_incidents | 9 | 1 | 1 | is_met | definitions |" in page
    assert page.count("| moved | incident_id INC") == 5
    assert "| moved | incident_id INC0 | is_met true → false |" in page
    assert "| gone | incident_id INC11, counted_seconds 11 |" in page
    assert "| came | incident_id INC99, counted_seconds 11 |" in page


def test_what_was_null_has_moved(reviewed: Reviewed) -> None:
    code, _, found = reviewed("update marts.fct_incidents set is_met = true where incident_id = 'INC10'")
    assert (code, [one[3:7] for one in found]) == (3, [("incident_id INC10", "is_met", None, "true")])


def test_a_null_in_a_key_is_a_value(reviewed: Reviewed) -> None:
    code, page, _ = reviewed("update marts.fct_quarantined_rows set rule_id = 'other'")
    assert code == 3
    assert "| moved | submission_key k, file_name f, file_line null | rule_id one → other |" in page


def test_a_result_that_is_gone_has_moved_and_flips_nothing(reviewed: Reviewed) -> None:
    code, page, _ = reviewed("delete from marts.fct_measure_results where is_default")
    assert code == 3
    assert "1 result moved, 1 of them by a default reading; 0 verdicts flipped; 1 row of 1 mart differ" in page


def test_a_row_without_a_key_that_is_gone_has_moved(reviewed: Reviewed) -> None:
    code, page, _ = reviewed("delete from marts.own_mart where two = 1")
    assert code == 3
    assert "| own_mart | 0 | 2 | 0 |" in page


def test_without_a_key_whole_rows_are_compared_each_as_often_as_it_stands(reviewed: Reviewed) -> None:
    code, page, found = reviewed("insert into marts.own_mart values ('a', 0), ('a', 0)")
    assert code == 0
    assert [one[:3] for one in found] == [("row", "own_mart", "came")] * 2
    assert "| own_mart | 0 | 0 | 2 |" in page


def test_a_key_that_tells_no_rows_apart_is_not_used(reviewed: Reviewed) -> None:
    code, page, _ = reviewed("insert into marts.fct_incidents values ('INC1', 1, true)")
    assert code == 0
    assert "| fct_incidents | 0 | 0 | 1 |" in page


def test_a_new_mart_column_or_row_adds(reviewed: Reviewed) -> None:
    code, page, found = reviewed("""
        create table marts.new_mart as select 1 as one;
        alter table marts.fct_incidents add column site varchar;
        insert into marts.fct_incidents values ('INC77', 1, true, 'x');
    """)
    assert code == 0
    assert sorted(one[:5] for one in found) == [
        ("column", "fct_incidents", "added", None, "site"),
        ("mart", "new_mart", "added", None, None),
        ("row", "fct_incidents", "came", "incident_id INC77", None),
    ]
    assert "**Additive: no row that stood before is another one or gone." in page


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("drop table marts.own_mart", "own_mart removed"),
        ("alter table marts.fct_incidents drop column is_met", "fct_incidents.is_met removed"),
        ("alter table marts.fct_incidents alter is_met type varchar", "fct_incidents.is_met retyped"),
    ],
)
def test_what_is_gone_or_retyped_breaks_readers(reviewed: Reviewed, sql: str, said: str) -> None:
    code, page, found = reviewed(sql)
    assert code == 4
    assert f"**Breaking for readers: {said}. 0 results moved" in page
    assert len(found) == 1
    assert "| yes |" in page


def test_an_altered_publication_is_refused(tmp_path: Path) -> None:
    base, change = published(tmp_path / "base.duckdb"), published(tmp_path / "change.duckdb")
    with duckdb.connect(str(change)) as connection:
        connection.execute("update marts.fct_incidents set counted_seconds = 1")
    result = CliRunner().invoke(main, ["review", str(base), str(change), "--out", str(tmp_path / "out")])
    assert result.exit_code == 5
    assert "change.duckdb: asked is change as it was published" in result.output
    assert not (tmp_path / "out").exists()


def test_one_of_another_version_says_what_it_lacks(tmp_path: Path) -> None:
    base = published(tmp_path / "base.duckdb", "alter table marts.fct_measure_results drop column coverage_pct")
    result = CliRunner().invoke(main, ["review", str(base), str(base), "--out", str(tmp_path / "out")])
    assert result.exit_code == 1
    assert "made by version 0.3.0" in result.output


def test_both_manifests_or_none(tmp_path: Path) -> None:
    base = published(tmp_path / "base.duckdb")
    result = CliRunner().invoke(main, ["review", str(base), str(base), "--manifest", "target/manifest.json"])
    assert result.exit_code == 2
    with pytest.raises(CpmError, match=r"none\.json: no such manifest"):
        State.read(tmp_path / "none.json")


def test_what_others_wrote_stands_on_the_page_as_text() -> None:
    assert as_text("a|b <i>*x*</i> [l](u)\nz") == "a&#124;b &#60;i&#62;&#42;x&#42;&#60;/i&#62; &#91;l&#93;(u) z"


def test_every_mart_has_a_key_in_its_contract_or_is_named_here() -> None:
    marts = {path.stem for path in Path("models/marts").glob("*/*.yml")}
    assert marts - keys_of(ROOT).keys() == {"dim_code_lists"}


MODEL = "model.cpm_warehouse."


@pytest.fixture(scope="module")
def state() -> State:
    return State.read(ROOT / "target/manifest.json")


def edited(state: State, **nodes: dict[str, Any] | None) -> State:
    """The state with models edited by their names; None takes one out."""
    found = {key: node for key, node in state.nodes.items() if nodes.get(node["name"], {}) is not None}
    for key, node in found.items():
        found[key] = {**node, **(nodes.get(node["name"]) or {})}
    return State(state.path, {**state.manifest, "nodes": found})


OTHER = {"checksum": {"name": "sha256", "checksum": "other"}}


def test_a_state_beside_itself_has_no_changes(state: State) -> None:
    assert changes(state, state) == []
    described = {"description": "other words"}
    assert changes(state, edited(state, fct_incidents=described)) == []


def test_a_changed_model_is_named_with_all_that_lies_downstream(state: State) -> None:
    (one,) = changes(state, edited(state, int_incident_outcomes_judged=OTHER))
    assert (one.kind, one.name, one.difference, one.parts) == (
        "model",
        "int_incident_outcomes_judged",
        "changed",
        ("code",),
    )
    assert {"fct_incident_outcomes", "fct_measure_results", "rpt_measure_summary"} <= set(one.marts)
    assert "fct_alerts_daily" not in one.downstream
    assert set(one.marts) < set(one.downstream)
    assert not [name for name in one.downstream if name.startswith("unique_")]


def test_lineage_goes_step_by_step_to_all_that_lies_downstream(state: State) -> None:
    (one,) = changes(state, edited(state, int_incident_outcomes_judged=OTHER))
    named = [name for step in one.steps for name in step]
    assert sorted(named) == sorted(set(named)) == sorted(one.downstream)
    readers = {
        node["name"]: {key.split(".")[2] for key in node["depends_on"]["nodes"]}
        for node in state.of("model").values()
    }
    before = {one.name}
    for number, step in enumerate(one.steps):
        models = [name for name in step if name in readers]
        assert models or number
        assert [name for name in models if not readers[name] & before] == []
        assert [name for name in models if number and one.name in readers[name]] == []
        before = set(step)


MONTHS = [
    {"measure_id": "CPM_5", "reporting_month": "2021-08-01", "results": 2},
    {"measure_id": "CPM_5", "reporting_month": "2021-09-01", "results": 1},
]


def test_closed_months_that_move_are_said_and_what_they_take(reviewed: Reviewed, tmp_path: Path) -> None:
    (tmp_path / "months.json").write_text(json.dumps(MONTHS))
    moved = "update marts.fct_measure_results set met_count = 94 where is_default"
    code, page, _ = reviewed(moved, "--to-acknowledge", str(tmp_path / "months.json"))
    assert code == 3
    assert page.splitlines()[2].endswith("A build of it stops until closed months of CPM_5 are acknowledged.**")
    assert "| CPM_5 | 2021-08 | 2 |\n| CPM_5 | 2021-09 | 1 |" in page


def test_where_no_closed_month_moves_nothing_is_said_of_them(reviewed: Reviewed) -> None:
    _, page, _ = reviewed("update marts.fct_measure_results set met_count = 94 where is_default")
    assert "losed months" not in page


def test_only_what_the_test_of_closed_months_stopped_is_acknowledged(tmp_path: Path) -> None:
    warehouse, seed = tmp_path / "cpm.duckdb", tmp_path / "seed.csv"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create table moved as select 'CPM_5' as measure_id, cast(month as date) as reporting_month"
            " from (values ('2021-08-01'), ('2021-08-01'), ('2021-09-01')) as months (month)"
        )
    stopped = {"unique_id": f"test.cpm_warehouse.{TEST}", "status": "fail", "compiled_code": "select * from moved"}
    others = [{"unique_id": "model.cpm_warehouse.x", "status": status} for status in ("success", "skipped")]
    assert moved_months({"results": [*others, stopped]}, warehouse) == MONTHS
    failed = {"unique_id": "test.cpm_warehouse.assert_incidents_are_recounted_equal", "status": "fail"}
    assert moved_months({"results": [stopped, failed]}, warehouse) is None
    assert moved_months({"results": others}, warehouse) is None
    # A row for each, in the columns that the seed has.
    for end in ("", "\n"):
        seed.write_text(SEED.read_text().splitlines()[0] + end)
        acknowledge(MONTHS, seed)
        rows = list(csv.DictReader(seed.open(newline="")))
        assert [(row["measure_id"], row["first_month"], row["last_month"]) for row in rows] == [
            (one["measure_id"], one["reporting_month"], one["reporting_month"]) for one in MONTHS
        ]
        assert {row["reason"] for row in rows} == {REASON}
        assert all(date.fromisoformat(row["acknowledged_date"]) for row in rows)
    assert (ROOT / f"tests/identities/{TEST}.sql").is_file()


def test_each_part_of_a_node_is_told(state: State) -> None:
    node = state.nodes[f"{MODEL}fct_incidents"]
    columns = {name: one for name, one in node["columns"].items() if name != "is_met"}
    for edit, part in (
        ({"columns": columns}, "contract"),
        ({"contract": {"checksum": "other"}}, "contract"),
        ({"constraints": [{"type": "primary_key", "columns": ["incident_id"]}]}, "contract"),
        ({"unrendered_config": {}}, "configuration"),
        ({"schema": "elsewhere"}, "place"),
        ({"alias": "other"}, "place"),
    ):
        assert [one.parts for one in changes(state, edited(state, fct_incidents=edit))] == [(part,)]


def test_a_changed_macro_is_named_and_every_model_that_calls_it_by_way_of_another(state: State) -> None:
    name = "is_valid"
    key = f"macro.cpm_warehouse.{name}"
    macros = {**state.manifest["macros"], key: {**state.manifest["macros"][key], "macro_sql": "other"}}
    found = changes(state, State(state.path, {**state.manifest, "macros": macros}))
    assert [one.name for one in found if one.kind == "macro"] == [name]
    callers = {node["name"] for node in state.of("model").values() if key in node["depends_on"]["macros"]}
    assert callers <= {one.name for one in found if one.parts == ("macros",)}
    assert len(found) < len(state.of("model"))


def test_a_renamed_model_is_renamed_and_neither_new_nor_gone(state: State) -> None:
    old, new = f"{MODEL}int_incident_agreements", f"{MODEL}int_incidents_agreed"
    nodes = {key: node for key, node in state.nodes.items() if key != old}
    nodes[new] = {**state.nodes[old], "name": "int_incidents_agreed"}
    (one,) = changes(state, State(state.path, {**state.manifest, "nodes": nodes}))
    assert (one.name, one.difference, one.before) == ("int_incidents_agreed", "renamed", "int_incident_agreements")


def test_models_and_tests_that_came_or_are_gone(state: State) -> None:
    without = edited(state, fct_incidents=None, unique_measures_measure_id=None)
    names = {(one.kind, one.name) for one in changes(state, without)}
    assert names == {("model", "fct_incidents"), ("data test", "unique_measures_measure_id")}
    assert {one.difference for one in changes(state, without)} == {"removed"}
    assert {one.difference for one in changes(without, state)} == {"added"}
    key, unit = next(iter(state.manifest["unit_tests"].items()))
    units = {**state.manifest["unit_tests"], key: {**unit, "checksum": "other"}}
    (one,) = changes(state, State(state.path, {**state.manifest, "unit_tests": units}))
    assert (one.kind, one.name, one.difference) == ("unit test", unit["name"], "changed")


def test_rows_of_a_seed_are_shown_with_their_standing(tmp_path: Path, reviewed: Reviewed) -> None:
    paths = []
    for name, content in (
        ("b", "code,provenance\n1,assumed\n2,sourced\n"),
        ("c", "code,provenance\n1,paper\n2,sourced\n"),
    ):
        file = tmp_path / name / "seeds/codes.csv"
        file.parent.mkdir(parents=True)
        file.write_text(content)
        node = {
            **{"resource_type": "seed", "name": "codes", "original_file_path": "seeds/codes.csv", "schema": "s"},
            **{"alias": "codes", "unrendered_config": {}, "columns": {}, "depends_on": {"macros": []}},
            "checksum": {"checksum": hashlib.sha256(content.strip().encode()).hexdigest()},
        }
        manifest = {"nodes": {"seed.p.codes": node}, "child_map": {}, "macros": {}, "unit_tests": {}}
        target = tmp_path / name / "target"
        target.mkdir()
        (target / "manifest.json").write_text(json.dumps({**manifest, "metadata": {"project_name": "p"}}))
        (target / "run_results.json").write_text('{"elapsed_time": 12.34, "args": {"which": "build"}}')
        paths.append(str(target / "manifest.json"))
    arguments = ("--base-manifest", paths[0], "--manifest", paths[1])
    code, page, found = reviewed("", *arguments)
    assert code == 0
    assert [one[:4] for one in found if one[0] == "seed row"] == [
        ("seed row", "codes", "came", "paper"),
        ("seed row", "codes", "gone", "assumed"),
    ]
    assert "| seed | codes | changed | rows |" in page
    assert "| codes | came | paper | code 1, provenance paper |" in page
    assert "| Build, seconds | 12.3 | 12.3 |" in page
