"""Every aggregate or window that picks one of several rows says which, however rows happen to lie.

An aggregate whose picked value stands in its own order (`max_by(x, row(at, x))`, `listagg(x order by x)`) picks
the same value wherever rows lie. Any other pick is listed in `picked_rows.toml` with what makes its order total.
That file is believed: a tie that it does not know of is found by `test_metamorphic.py`, where extracts show it.
"""

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator

import pytest
import sqlglot
from sqlglot import exp

from conftest import ROOT

AGGREGATES = (exp.ArgMax, exp.ArgMin, exp.First, exp.Last, exp.AnyValue, exp.GroupConcat, exp.ArrayAgg, exp.List)
WINDOWS = (exp.RowNumber, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue, exp.NthValue, exp.Ntile)
OTHERS = {"first", "last", "arbitrary", "list", "max_by", "min_by", "arg_max_null", "arg_min_null", "mode"}


def picks(sql: str) -> Iterator[str]:
    """What each pick goes by, `partition: order`; left out are those whose order has the picked value itself."""
    for statement in sqlglot.parse(sql, dialect="duckdb"):
        for node in statement.walk() if statement else ():
            if isinstance(node, AGGREGATES) and not goes_by_itself(node):
                yield over(node) or node.sql(dialect="duckdb").lower()
            elif isinstance(node, WINDOWS) or (isinstance(node, exp.Anonymous) and node.name.lower() in OTHERS):
                yield over(node)


def goes_by_itself(node: exp.Expression) -> bool:
    picked, order = node.this, node.args.get("expression")
    if isinstance(picked, exp.Order):
        picked, order = picked.this, exp.Tuple(expressions=[one.this for one in picked.expressions])
    if isinstance(picked, exp.Distinct):
        (picked,) = picked.expressions
    return order is not None and picked in elements(order)


def elements(order: exp.Expression) -> list[exp.Expression]:
    """What a value is compared by: the parts of a row or struct, or the value."""
    if isinstance(order, exp.Tuple | exp.Struct) or (isinstance(order, exp.Anonymous) and order.name == "row"):
        return [one.expression if isinstance(one, exp.PropertyEQ) else one for one in order.expressions]
    return [order]


def over(node: exp.Expression) -> str:
    """`partition: order` of the window around an expression; empty where there is none."""
    window = node.find_ancestor(exp.Window, exp.Select)
    if not isinstance(window, exp.Window):
        return ""
    if named := window.args.get("alias"):
        query = node.find_ancestor(exp.Select)
        window = next(one for one in query.args["windows"] if one.this == named)
    order = window.args.get("order")
    parts = (window.args.get("partition_by") or [], order.expressions if order else [])
    return ": ".join(", ".join(one.sql(dialect="duckdb").lower() for one in part) for part in parts)


@pytest.fixture(scope="module")
def found() -> dict[str, set[str]]:
    """By model or query: what its picks go by."""
    manifest = json.loads((ROOT / "target/manifest.json").read_text())
    models = [ROOT / node["compiled_path"] for node in manifest["nodes"].values() if is_built_model(node)]
    queries = list((ROOT / "src/cpm_warehouse/report").rglob("*.sql"))
    assert len(models) > 100
    assert len(queries) > 30
    found = defaultdict(set)
    for path in models + queries:
        found[path.stem].update(picks(path.read_text()))
    return {name: by for name, by in found.items() if by}


def is_built_model(node: dict[str, object]) -> bool:
    return node["resource_type"] == "model" and bool(node.get("compiled_path"))


@pytest.fixture(scope="module")
def listed() -> dict[str, set[str]]:
    """By model or query: what is listed of it; under `anywhere`, what may stand in each."""
    reasons = tomllib.loads((ROOT / "tests/picked_rows.toml").read_text())
    return {name: set(by) for name, by in reasons.items()}


def without(these: dict[str, set[str]], those: dict[str, set[str]]) -> dict[str, set[str]]:
    left = {name: by - those.get(name, set()) for name, by in these.items()}
    return {name: by for name, by in left.items() if by}


def test_every_pick_has_a_total_order(found: dict[str, set[str]], listed: dict[str, set[str]]) -> None:
    assert without({name: by - listed["anywhere"] for name, by in found.items()}, listed) == {}


def test_every_line_of_the_list_is_of_a_pick(found: dict[str, set[str]], listed: dict[str, set[str]]) -> None:
    # A line of a pick that is gone would excuse the next one that goes by the same.
    assert without(listed, found | {"anywhere": set().union(*found.values())}) == {}


@pytest.mark.parametrize(
    ("sql", "by"),
    [
        ("select max_by(a, b) from t", ["arg_max(a, b)"]),
        ("select max_by(a, row(b, a)), min_by(a, (b, a)) from t", []),
        ("select max_by(a, abs(a)) from t", ["arg_max(a, abs(a))"]),
        ("select any_value(a), first(a) from t", ["any_value(a)", "first(a)"]),
        ("select string_agg(a, ',') from t", ["listagg(a, ',')"]),
        ("select string_agg(a, ',' order by b) from t", ["listagg(a, ',' order by b)"]),
        ("select string_agg(distinct a, ',' order by a) from t", []),
        ("select lag(a) over (partition by b order by c) from t", ["b: c"]),
        ("select last_value(a ignore nulls) over w from t window w as (order by c, d)", [": c, d"]),
        ("from t qualify row_number() over (partition by a order by b desc) = 1", ["a: b desc"]),
        ("select max(a) over (partition by b), sum(c), rank() over (order by d) from t", []),
    ],
)
def test_picks_are_found(sql: str, by: list[str]) -> None:
    assert sorted(picks(sql)) == by
