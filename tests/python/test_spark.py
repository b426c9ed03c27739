"""What Spark built becomes a warehouse that is published like any other. Spark itself is in `make spark`.

Its tables are stood in for by those of the project's build, as Parquet where Spark would have them.
"""

import json
from types import SimpleNamespace

import duckdb
import pytest

from conftest import ROOT
from cpm_warehouse.duck import literal
from cpm_warehouse.errors import CpmError
from cpm_warehouse.publish import spark
from cpm_warehouse.publish.standing import require_standing
from cpm_warehouse.publish.warehouses import altered_since_build

ASKED = "select * exclude (checksum) from build_results"


@pytest.fixture
def tables(tmp_path):
    """Tables of a build with its notes: the marts, an instant of each with a zone, as Spark writes it."""
    folder = tmp_path / "warehouse"
    with duckdb.connect(str(ROOT / "warehouse/cpm.duckdb"), read_only=True) as built:
        nodes = [dict(row) for row in rows_of(built, "build_nodes")]
        for node in nodes:
            if node["about"] is None and node["name"] not in spark.ALSO:
                continue
            place = folder / "{}.db/{}".format(*node["relation"].split("."))
            place.mkdir(parents=True)
            built.execute(f"copy {node['relation']} to {literal(place / 'part-0.parquet')}")
        commands = [{**row, "record": json.loads(row["record"])} for row in rows_of(built, "build_commands")]
        results = {
            row["unique_id"]: [row["status"], row["number"], row["code"]]
            for row in rows_of(built, "build_results")
        }
    note = {"commands": commands, "results": results, "nodes": nodes, "types": {}}
    (folder / spark.BUILT).write_text(json.dumps(note))
    return SimpleNamespace(folder=folder, note=note, warehouse=tmp_path / "taken.duckdb")


def rows_of(connection, table):
    found = connection.execute(f"from {table}")
    columns = [column[0] for column in found.description]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def standing(warehouse, record):
    with duckdb.connect() as connection:
        connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        assert altered_since_build(connection, "warehouse") == []
        require_standing(connection, record, ROOT)


def test_what_spark_built_stands_as_what_duckdb_built_does(tables):
    spark.take(tables.folder, tables.warehouse)
    standing(tables.warehouse, tables.note["commands"][-1]["record"])
    with duckdb.connect(str(tables.warehouse), read_only=True) as taken:
        taken.execute(f"attach {literal(ROOT / 'warehouse/cpm.duckdb')} as built (read_only)")
        marts = [node["relation"] for node in tables.note["nodes"] if node["about"] is not None]
        assert len(marts) > 40
        for mart in marts:
            assert taken.execute(f"from {mart} except all from built.{mart}").fetchall() == [], mart
            assert taken.execute(f"from built.{mart} except all from {mart}").fetchall() == [], mart


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda result: ["fail", *result[1:]], "did not pass: 1"),
        (lambda result: [*result[:2], "another"], "have changed since they were built"),
    ],
)
def test_a_node_that_does_not_stand_is_not_published(tables, change, said):
    key = "model.cpm_warehouse.fct_measure_results"
    tables.note["results"][key] = change(tables.note["results"][key])
    (tables.folder / spark.BUILT).write_text(json.dumps(tables.note))
    spark.take(tables.folder, tables.warehouse)
    with pytest.raises(CpmError, match=said):
        standing(tables.warehouse, tables.note["commands"][-1]["record"])


def test_an_instant_keeps_its_time_in_utc_and_a_column_the_type_of_its_contract(tmp_path):
    folder = tmp_path / "marts.db/told"
    folder.mkdir(parents=True)
    duckdb.execute(
        "copy (select timestamptz '2021-09-01 00:30:00+01' as told_at, 1.5 as share, 'b' as code)"
        f" to {literal(folder / 'part-0.parquet')}"
    )
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'Asia/Tokyo'")
        spark._copy(
            connection, tmp_path, "marts.told", {"code": "string", "told_at": "timestamp", "share": "double"}
        )
        kinds = connection.execute("select column_name, column_type from (describe marts.told)").fetchall()
        assert kinds == [("code", "VARCHAR"), ("told_at", "TIMESTAMP"), ("share", "DOUBLE")]
        assert connection.execute("select cast(told_at as varchar) from marts.told").fetchall() == [
            ("2021-08-31 23:30:00",)
        ]


def test_where_nothing_was_built_it_is_said(tmp_path):
    with pytest.raises(CpmError, match="nothing was built on Spark here; run `make spark` first"):
        spark.take(tmp_path, tmp_path / "taken.duckdb")


def test_a_test_that_spark_cannot_run_is_not_asked_for_and_a_model_is(tmp_path):
    assert "assert_incidents_are_recounted_equal" in spark.left_out_tests(ROOT / "selectors.yml")
    selectors = tmp_path / "selectors.yml"
    text = (ROOT / "selectors.yml").read_text()
    selectors.write_text(text.replace("value: assert_incidents_are_recounted_equal", "value: fct_incidents"))
    with pytest.raises(CpmError, match="leaves out fct_incidents, which is no test"):
        spark.left_out_tests(selectors)
