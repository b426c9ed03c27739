"""Rooms, direction and doors of the models, read from what dbt made of the project."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import ROOT

Node = dict[str, Any]
ROOMS = {
    "staging": r"stg_[a-z0-9]+__[a-z0-9_]+",
    "register": "int_[a-z0-9_]+",
    "cubes": "cube_[a-z0-9_]+",
    "intermediate": "int_[a-z0-9_]+",
    "metrics": "metricflow_time_spine",
    "marts": "(dim|fct|rpt)_[a-z0-9_]+",
}
# What a room may read, besides itself and seeds: one way down.
READS = {
    "staging": set(),
    "register": {"staging", "intermediate/calendar"},
    "cubes": {"staging", "intermediate/alert", "intermediate/service_request"},
    "intermediate": {"staging", "register", "cubes"},
    "metrics": {"intermediate"},
    "marts": {"staging", "register", "cubes", "intermediate"},
}
# A rule stands below the marts: these decide something, by a date, an order or a comparison.
DECIDES = re.compile(r"\bover\b|\bqualify\b|\bis_valid\(|\bsubmission_is_known\(|\bcase\b", re.IGNORECASE)
# Shaping that reads like a rule: columns that one of two kinds of row has, and counts of what holds.
SHAPES = {
    "fct_firmware_updates": "columns of updates are null in an activation's row",
    "fct_refusals": "those that were known by then",
    "rpt_business_process_totals": "a share of nothing is null",
    "rpt_firmware_performance": "rows by the cuts of the seed firmware_cuts",
    "rpt_incident_ageing": "counts what is overdue",
    "rpt_incident_resolution_times": "counts what is met and re-opened",
    "rpt_quarantine": "rows that count, of those that were noticed",
    "rpt_restatements": "names the cause that int_restating_submissions found",
}


@pytest.fixture(scope="module")
def nodes() -> dict[str, Node]:
    manifest = json.loads((ROOT / "target/manifest.json").read_text())
    return {
        key: node
        for key, node in manifest["nodes"].items()
        if node["resource_type"] in {"model", "test", "analysis", "seed"}
    }


def models(nodes: dict[str, Node]) -> list[Node]:
    return [node for node in nodes.values() if node["resource_type"] == "model"]


def parents(node: Node, nodes: dict[str, Node]) -> list[Node]:
    found = [nodes[key] for key in node["depends_on"].get("nodes", ()) if key in nodes]
    return [parent for parent in found if parent["resource_type"] == "model"]


def room(node: Node) -> str:
    return Path(node["original_file_path"]).parts[1]


def topic(node: Node) -> str:
    return "/".join(Path(node["original_file_path"]).parts[1:-1])


@cache
def columns_of(path: Path) -> dict[str, str]:
    (model,) = yaml.safe_load(path.read_text())["models"]
    return {column["name"]: " ".join(column["description"].split()) for column in model["columns"]}


def test_every_model_stands_in_its_room_under_a_name_of_the_room(nodes):
    strangers = [
        node["original_file_path"]
        for node in models(nodes)
        if not re.fullmatch(ROOMS.get(room(node), "$^"), node["name"])
    ]
    assert strangers == []


def test_models_read_one_way_down(nodes):
    against = [
        f"{node['name']} reads {parent['name']}"
        for node in models(nodes)
        for parent in parents(node, nodes)
        if room(parent) != room(node) and not {room(parent), topic(parent)} & READS[room(node)]
    ]
    assert against == []


def test_only_staging_reads_the_lake_and_nothing_else(nodes):
    for node in models(nodes):
        is_source = [key.startswith("source.") for key in node["depends_on"]["nodes"]]
        if room(node) == "staging":
            assert all(is_source), node["name"]
        else:
            assert not any(is_source), node["name"]


def test_cubes_are_incremental_and_nothing_else_is(nodes):
    incremental = {node["name"] for node in models(nodes) if node["config"]["materialized"] == "incremental"}
    assert incremental == {node["name"] for node in models(nodes) if room(node) == "cubes"}
    # Configured once, by folder.
    assert "config(" not in "".join(path.read_text() for path in (ROOT / "models/cubes").rglob("*.sql"))


def test_every_topic_has_a_group_with_an_owner_and_is_private_but_for_its_doors(nodes):
    manifest = json.loads((ROOT / "target/manifest.json").read_text())
    owners = {group["name"]: group["owner"]["name"] for group in manifest["groups"].values()}
    for node in models(nodes):
        if room(node) not in {"staging", "metrics"}:
            assert owners.get(node["group"]), node["name"]
    readers = {
        parent["name"]
        for node in nodes.values()
        for parent in parents(node, nodes)
        if room(parent) in {"cubes", "intermediate"} and node.get("group") != parent["group"]
    }
    doors = {
        node["name"]
        for node in models(nodes)
        if room(node) in {"cubes", "intermediate"} and node["access"] != "private"
    }
    assert doors == readers  # dbt refuses a reader too many; a door that nobody uses is shut


def test_measures_come_through_one_door_of_each_topic(nodes):
    (outcomes,) = (node for node in models(nodes) if node["name"] == "int_measure_outcomes")
    assert {parent["name"] for parent in parents(outcomes, nodes)} == {
        f"int_{name}_outcomes"
        for name in ("alert", "firmware", "incident", "interface", "service_request", "smki")
    }


def test_marts_decide_nothing(nodes):
    deciding = {
        node["name"]
        for node in models(nodes)
        if room(node) == "marts" and DECIDES.search((ROOT / node["original_file_path"]).read_text())
    }
    assert deciding == set(SHAPES)


def test_each_model_has_its_yaml_beside_it(nodes):
    apart = [
        node["name"]
        for node in models(nodes)
        if node["patch_path"] is None
        or not node["patch_path"].endswith(node["original_file_path"].replace(".sql", ".yml"))
    ]
    assert apart == []


def test_a_mart_that_shows_one_model_describes_its_columns_as_that_does(nodes):
    differing = []
    for node in models(nodes):
        if room(node) != "marts" or len(node["depends_on"]["nodes"]) != 1:
            continue
        (parent,) = parents(node, nodes) or [None]
        if parent and room(parent) == "intermediate":
            shown = columns_of((ROOT / node["original_file_path"]).with_suffix(".yml"))
            below = columns_of((ROOT / parent["original_file_path"]).with_suffix(".yml"))
            if set(shown) != set(below):
                continue
            differing += [
                f"{node['name']}.{name}: {shown[name]} | {parent['name']}: {below[name]}"
                for name in shown
                if shown[name] != below[name]
            ]
    assert not differing, "\n".join(differing)


# What the other engine reads otherwise or not at all, and what to write.
NOT_PORTABLE = {
    r"union (all )?by name": "list the columns of each branch",
    r"\bvarchar\b": "{{ dbt.type_string() }}",
    r"\* exclude\b|\* replace\b": "list the columns",
    r"[^:/]//[^/]": "a division and floor",
}


def test_models_are_written_for_two_engines():
    found = [
        f"{path.name}: {match[0].strip()}: write {instead}"
        for path in sorted((ROOT / "models").rglob("*.sql"))
        for pattern, instead in NOT_PORTABLE.items()
        for match in re.finditer(pattern, re.sub(r"\{#.*?#\}|--[^\n]*", "", path.read_text(), flags=re.DOTALL))
    ]
    assert found == []
