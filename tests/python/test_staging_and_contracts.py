"""Each staging model against the contract of the extract that it reads: a contract is changed in one place.

The model's own SQL, as `make build` left it compiled, is run over a lake of one row made from the contract. With a
value in one column alone, the outputs that have a value are those which stage that column. The value takes the
most room of its type, so that a model which casts to a narrower one fails on it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from conftest import ROOT
from cpm_warehouse.contracts import Contract, load_contract, load_contracts
from cpm_warehouse.duck import literal, quoted

COMPILED = ROOT / "target/compiled/cpm_warehouse"

# Columns that are staged as another type on purpose: as what, and a value that must come through.
STAGED_AS = {
    ("stg_dcc__pmr_deliveries", "PMR Version"): ("integer", "2147483647"),
    ("stg_providers__firmware_requests", "outcome_code"): ("varchar", "9223372036854775807"),
}

# Of each type the value that takes most room. Text is upper case, as staging may put codes so.
WIDEST = {
    "varchar": "'ÜNICODE, 4.0 AND \"QUOTES\"'",
    "varchar[]": "['ONE', 'TWO']",
    "bigint": "9223372036854775807",
    "ubigint": "18446744073709551615",
    "boolean": "true",
    "date": "date '9999-12-31'",
    "timestamp": "timestamp '2021-10-31 01:59:59.123456'",
    "decimal(5,2)": "999.99",
    "decimal(9,6)": "999.999999",
}


@dataclass(frozen=True)
class Staging:
    """A staging model: its SQL over a lake yet to be named, and the columns that a test keeps from being null."""

    name: str
    extract: str
    sql: str
    not_null: frozenset[str]


def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "target/manifest.json").read_text())
    return found


def staging_models() -> Iterator[Staging]:
    nodes = manifest()["nodes"]
    not_null: dict[str, set[str]] = {}
    for node in nodes.values():
        if (node.get("test_metadata") or {}).get("name") == "not_null" and node["config"]["severity"] == "error":
            not_null.setdefault(node["attached_node"], set()).add(node["column_name"])
    for key, node in sorted(nodes.items()):
        for parent in node["depends_on"]["nodes"] if node["resource_type"] == "model" else []:
            extract = parent.split(".")[-1]
            if parent.startswith("source.") and extract in load_contracts():
                sql = (COMPILED / node["original_file_path"]).read_text()
                sql = re.sub(rf"'[^']*/{extract}/\*", f"'{{lake}}/{extract}/*", sql)
                yield Staging(node["name"], extract, sql, frozenset(not_null.get(key, set())))


STAGING = {model.name: model for model in staging_models()}


def staged(contract: Contract, sql: str, lake: Path, name: str, value: str) -> dict[str, tuple[str, list[Any]]]:
    """Type and values of each output that has any, for one row that has a value in the column `name` alone."""
    folder = lake / contract.extract / "provider=none/period=2021-10/version=1"
    folder.mkdir(parents=True, exist_ok=True)
    columns = ", ".join(
        f"cast({value if column.name == name else 'null'} as {column.type}) as {quoted(column.name)}"
        for column in contract.columns
    )
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"copy (select {columns}) to {literal(folder / 'row.parquet')} (format parquet)")
        relation = connection.sql(sql.replace("{lake}", str(lake)))
        rows = relation.fetchall()
        outputs = zip(relation.columns, relation.types, *rows, strict=True)
        return {
            name: (str(kind), [value for value in values if value is not None]) for name, kind, *values in outputs
        }


def disagreements(contract: Contract, model: Staging, lake: Path) -> list[str]:
    """What a staging model does otherwise than its contract says, a line each."""
    try:
        empty = staged(contract, model.sql, lake, "", "null")
    except duckdb.BinderException as error:
        return [f"reads what the contract does not have: {str(error).splitlines()[0]}"]
    found = []
    for column in contract.columns:
        kind, value = STAGED_AS.get((model.name, column.name), (column.type, WIDEST[column.type]))
        try:
            outputs = staged(contract, model.sql, lake, column.name, value)
        except duckdb.Error as error:
            found.append(f"{column.name}: a {column.type} does not go through: {str(error).splitlines()[0]}")
            continue
        showing = {name: seen for name, seen in outputs.items() if seen != empty.get(name)}
        wanted = (kind.upper(), duckdb.sql(f"select cast({value} as {kind})").fetchone())
        if not showing:
            found.append(f"{column.name}: shows in no column")
        elif not any((kind, tuple(values)) == wanted for kind, values in showing.values()):
            found.append(f"{column.name}: is a {column.type}, and staged as {showing}")
        if column.nullable and (refused := sorted(model.not_null & set(showing))):
            found.append(f"{column.name}: may be empty, and a test stops the build where {refused} is")
    return found


@pytest.mark.parametrize("name", sorted(STAGING))
def test_staging_does_what_the_contract_says(name: str, tmp_path: Path) -> None:
    model = STAGING[name]
    assert disagreements(load_contracts()[model.extract], model, tmp_path) == []


def test_every_extract_is_read() -> None:
    assert {model.extract for model in STAGING.values()} == set(load_contracts())


def test_every_contract_is_a_source_of_the_lake() -> None:
    sources = {source["name"] for source in manifest()["sources"].values()}
    assert set(load_contracts()) <= sources


ADDED = "  - {name: Added, type: varchar, nullable: true, description: An added column}\n"
INCIDENTS, DELIVERIES = (
    ("remedy_incidents", "stg_dcc__remedy_incidents"),
    ("pmr_deliveries", "stg_dcc__pmr_deliveries"),
)


@pytest.mark.parametrize(
    ("extract_and_model", "old", "new", "says"),
    [
        (INCIDENTS, "columns:\n", "columns:\n" + ADDED, "Added: shows in no column"),
        (INCIDENTS, "name: Raised By,", "name: Raised With,", "reads what the contract does not have"),
        (DELIVERIES, "On, type: date", "On, type: varchar", "Delivered On: a varchar does not go through"),
        (DELIVERIES, "On, type: date", "On, type: timestamp", "Delivered On: is a timestamp, and staged as"),
        (
            INCIDENTS,
            "Number, type: varchar, nullable: false",
            "Number, type: varchar, nullable: true",
            "may be empty",
        ),
    ],
    ids=["column_added", "column_renamed", "type_changed", "type_widened", "made_nullable"],
)
def test_one_edit_of_a_contract_shows_where_staging_disagrees(
    extract_and_model: tuple[str, str], old: str, new: str, says: str, tmp_path: Path
) -> None:
    extract, model = extract_and_model
    text = (ROOT / f"extracts/contracts/{extract}.yml").read_text()
    assert text.count(old) == 1
    changed = tmp_path / f"{extract}.yml"
    changed.write_text(text.replace(old, new))
    assert [line for line in disagreements(load_contract(changed), STAGING[model], tmp_path) if says in line]
