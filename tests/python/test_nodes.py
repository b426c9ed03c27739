"""What changes the checksum of a node, and so asks for it to be built again; over a manifest made by hand."""

from copy import deepcopy
from types import SimpleNamespace
from typing import Any

import pytest

from cpm_warehouse.publish.nodes import Nodes

FILES = {"seeds/levels.csv": "checksum"}
COLUMN = {"name": "level", "data_type": "integer", "description": "A level."}
# lake -> staged -> inlined -> mart, which also reads levels; `rounded` is called by staged by way of `shared`.
SAID: dict[str, dict[str, Any]] = {
    "source.x.lake": {"resource_type": "source", "name": "lake", "meta": {"external_location": "lake/*"}},
    "seed.x.levels": {"resource_type": "seed", "original_file_path": "seeds/levels.csv"},
    "model.x.staged": {"depends_on": {"macros": ["macro.x.shared"], "nodes": ["source.x.lake"]}},
    "model.x.inlined": {"config": {"materialized": "ephemeral"}, "depends_on": {"nodes": ["model.x.staged"]}},
    "model.x.mart": {
        "access": "public",
        "columns": {"level": COLUMN},
        "depends_on": {"nodes": ["model.x.inlined", "seed.x.levels"]},
    },
    "test.x.of_data": {"resource_type": "test", "depends_on": {"nodes": ["model.x.mart"]}},
    "test.x.of_seed": {"resource_type": "test", "depends_on": {"nodes": ["seed.x.levels"]}},
    "unit_test.x.rule": {
        "resource_type": "unit_test",
        "expect": {"rows": []},
        "depends_on": {"nodes": ["model.x.mart"]},
    },
}
MACROS = {
    "macro.x.shared": ("x", "one", ["macro.dbt.round"]),
    "macro.dbt.round": ("dbt", "two", ["macro.x.rounded"]),
    "macro.x.rounded": ("x", "three", []),
    "macro.x.hook": ("x", "four", []),
}


def nodes(key: str = "", **edit: Any) -> Nodes:
    """Return the nodes, of which one, or a macro or file, says something else."""
    said, macros, files = deepcopy(SAID), dict(MACROS), dict(FILES)
    if key in said:
        said[key] |= edit
    elif key in macros:
        macros[key] = ("x", edit["sql"], [])
    elif key:
        files[key] = edit["checksum"]
    made = {}
    for name, node in said.items():
        own = {"resource_type": "model", "name": name.split(".")[-1], "schema": "s", "alias": name.split(".")[-1]}
        code = {"raw_code": "select 1", "config": {"materialized": "table"}, "columns": {}, "description": "It."}
        whole = own | code | node
        made[name] = SimpleNamespace(to_dict=lambda omit_none, whole=whole: whole)
    known = {
        name: SimpleNamespace(package_name=package, macro_sql=sql, depends_on=SimpleNamespace(macros=calls))
        for name, (package, sql, calls) in macros.items()
    }
    return Nodes(SimpleNamespace(nodes=made, unit_tests={}, sources={}, macros=known), files)


EVERYTHING = {"staged", "mart", "of_data", "rule"}
OF_MART = {"mart", "of_data", "rule"}


@pytest.mark.parametrize(
    ("key", "edit", "reached"),
    [
        ("model.x.staged", {"raw_code": "select 2"}, EVERYTHING),
        ("model.x.inlined", {"raw_code": "select 2"}, OF_MART),
        ("source.x.lake", {"meta": {"external_location": "*"}}, EVERYTHING),
        ("macro.x.rounded", {"sql": "another"}, EVERYTHING),
        ("seeds/levels.csv", {"checksum": "another"}, {"levels", "of_seed", *OF_MART}),
        ("model.x.mart", {"columns": {"level": COLUMN | {"data_type": "date"}}}, OF_MART),
        ("test.x.of_data", {"config": {"severity": "warn"}}, {"of_data"}),
        ("unit_test.x.rule", {"expect": {"rows": [1]}}, {"rule"}),
        ("model.x.mart", {"description": "Another."}, set()),
        ("model.x.mart", {"columns": {"level": COLUMN | {"description": "Another."}}}, set()),
        ("macro.x.hook", {"sql": "another"}, set()),
    ],
)
def test_a_change_reaches_what_reads_it_and_nothing_else(key, edit, reached):
    before, after = ({row["name"]: row["code"] for row in made.rows()} for made in (nodes(), nodes(key, **edit)))
    assert {name for name, code in after.items() if before[name] != code} == reached


def test_a_macro_that_no_node_names_is_shared_by_all():
    """A hook, or what takes the place of a macro of dbt's own."""
    before = nodes().code_of_the_rest()
    assert nodes("macro.x.hook", sql="another").code_of_the_rest() != before
    assert nodes("macro.x.rounded", sql="another").code_of_the_rest() == before


def test_a_publication_asks_for_what_is_built_and_for_tests_of_data():
    rows = {row["name"]: row for row in nodes().rows()}
    assert {name for name, row in rows.items() if row["is_wanted"]} == {"levels", "staged", "mart", "of_data"}
    assert rows["mart"]["parents"] == ["model.x.staged", "seed.x.levels"]  # through what is inlined
    assert (rows["mart"]["relation"], rows["of_data"]["relation"]) == ("s.mart", None)
    assert {name for name, row in rows.items() if row["about"]} == {"mart"}
