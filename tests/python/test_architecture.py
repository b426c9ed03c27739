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


# A macro takes as arguments what it needs from its caller: whatever else its SQL selects from, qualifies by or has
# as a window is a reference, a table in a schema, or named in it (`as ...`).
MACRO = re.compile(r"\{%-?\s*(?:macro|test) (\w+)\(([^)]*)\).*?%\}(.*?)\{%-?\s*end(?:macro|test)", re.DOTALL)
CODE = re.compile(r"\{\{(.*?)\}\}|\{%.*?%\}", re.DOTALL)
TEXT = re.compile(r"'([^']*)'|\"([^\"]*)\"")
CALL = re.compile(r"(\w+)\(((?:[^()]|\([^()]*\))*)\)")
NAME = re.compile(
    r"\b(?<!distinct )(?:from|join)\s+(\w+)(?![\w.(])"  # a table in a schema is nobody's CTE
    r"|\bover\s+(\w+)"
    r"|(?<![\w.$'])(?!(?:main|cpm_session|lake)\b)([A-Za-z_]\w*)\.[\w*]"
)
DEFINED = re.compile(r"\bas (\w+)|(\w+) as \(")
GIVEN = "given_"


def macros_in(text: str) -> dict[str, tuple[list[str], str]]:
    """By macro: its arguments, as they are declared, and its body."""
    found = MACRO.findall(re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL))
    return {name: ([one.strip() for one in arguments.split(",")], body) for name, arguments, body in found}


def texts_in(code: str) -> list[str]:
    return ["".join(either) for either in TEXT.findall(code)]


def sql_of(arguments: list[str], body: str) -> str:
    """The SQL of a macro: `given_<name>` for what it must be given or refers to, else the default."""
    stands_for = {name: f"{GIVEN}{name}" for name in ["this", *re.findall(r"\{%-? *(?:set|for) (\w+)", body)]}
    for name, _, default in (argument.partition("=") for argument in arguments):
        stands_for[name] = default.strip("'") or f"{GIVEN}{name}"

    def written(code: re.Match[str]) -> str:
        said = (code[1] or "").strip()
        if said.startswith(("ref(", "source(")):
            return f"{GIVEN}relation"
        # Of other code: its texts of several words, which are SQL.
        return stands_for.get(said, " ".join(text for text in texts_in(code[0]) if " " in text))

    return CODE.sub(written, body)


def either(found: list[tuple[str, ...]]) -> set[str]:
    return {"".join(one) for one in found}


def hidden_names(macros: dict[str, tuple[list[str], str]]) -> list[str]:
    """`macro: name` of each relation, alias and window that a caller must happen to have."""
    names = {name: either(NAME.findall(sql_of(*macro))) for name, macro in macros.items()}
    hidden = []
    for name, (arguments, body) in macros.items():
        # What it names to another macro, where that one reads from it, qualifies by it or has it as a window.
        handed_on = {
            text
            for called, values in CALL.findall(body)
            for argument, value in zip(macros.get(called, ([],))[0], values.split(","), strict=False)
            for text in texts_in(value)
            if f"{GIVEN}{argument}" in names[called]
        }
        sql = sql_of(arguments, body)
        defined = either(DEFINED.findall(sql))
        used = names[name] | handed_on
        # What a join names stands in the caller's query, which may go by it.
        found = used | defined if re.match(r"\s*\w+ join\b", sql) else used - defined
        hidden += [f"{name}: {one}" for one in sorted(found) if GIVEN not in one]
    return hidden


def test_a_macro_takes_as_arguments_what_it_needs_of_its_caller():
    files = [path for folder in ("macros", "tests/generic") for path in (ROOT / folder).rglob("*.sql")]
    macros = {name: macro for path in files for name, macro in macros_in(path.read_text()).items()}
    assert len(macros) > 90
    assert hidden_names(macros) == []


JOINED = (
    "{% macro joined(rows, kept) %}"
    " inner join {{ ref('t') }} as {{ kept }} on {{ rows }}.a = {{ kept }}.a {% endmacro %}"
)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        (JOINED, []),
        (JOINED.replace("rows, kept", "kept, rows='staged'"), ["joined: staged"]),
        (JOINED.replace("{{ rows }}", "staged"), ["joined: staged"]),
        (JOINED.replace("{{ kept }}", "kept"), ["joined: kept"]),
        ("{% macro last(a) %} last_value({{ a }}) over history {% endmacro %}", ["last: history"]),
        ("{% macro last(a, w) %} last_value({{ a }}) over {{ w }} {% endmacro %}", []),
        ("{% macro cells(a) %} select {{ a }} from new_ones {% endmacro %}", ["cells: new_ones"]),
        ("{% macro cells(a) %} select b.{{ a }} from {{ ref('t') }} as b {% endmacro %}", []),
        ("{% macro cells() %} {{ run_query('select a from new_ones') }} {% endmacro %}", ["cells: new_ones"]),
        (JOINED + "{% macro outer(b) %} select 1 {{ joined('staged', b) }} {% endmacro %}", ["outer: staged"]),
        (JOINED + "{% macro outer(b) %} from {{ b }} as staged {{ joined('staged', b) }} {% endmacro %}", []),
        (JOINED + "{% macro outer(a, b) %} {{ joined(a, b) }} {% endmacro %}", []),
    ],
)
def test_hidden_names_are_found(text, hidden):
    assert hidden_names(macros_in(text)) == hidden
