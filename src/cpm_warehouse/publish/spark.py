"""Builds on Spark, and makes of what Spark built a warehouse file that `cpm publish` reads like any other.

dbt runs on Spark without anything of this program: what a build rests on is noted here before it begins, and what
dbt's own `run_results.json` and `manifest.json` say of it once it ended. Both stand in a file beside the tables.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import duckdb
import yaml

from cpm_warehouse.duck import connect, insert_rows, literal, quoted
from cpm_warehouse.errors import CpmError
from cpm_warehouse.locks import hold_lake
from cpm_warehouse.private import private
from cpm_warehouse.pseudonyms import require_salt
from cpm_warehouse.publish.building import variables_given, with_lake
from cpm_warehouse.publish.history import EXTRACT, end_of
from cpm_warehouse.publish.nodes import Nodes
from cpm_warehouse.publish.signing import Record, definitions_of, record_of, rests_on, variables_of
from cpm_warehouse.publish.warehouses import CHECKSUMS, checksum_query, listing_query
from cpm_warehouse.publish.withholding import PARTIES
from cpm_warehouse.receive.judging import begin_judging, require_judged
from cpm_warehouse.receive.register import require_register
from cpm_warehouse.receive.repeats import require_listed
from cpm_warehouse.receive.verifying import require_sound

# Where dbt-spark lies, where it has a place of its own: Great Expectations would import what lies beside it.
PACKAGES = "CPM_SPARK_PACKAGES"
TABLES = "CPM_SPARK_WAREHOUSE"
ARTEFACTS = Path("target/spark/dbt")
BUILT = "_built.json"
# What a publication reads besides the marts.
ALSO = {"int_reporting_clock", *PARTIES.values()}


def build_on_spark(lake: Path, tables: Path, arguments: Sequence[str]) -> int:
    """Run `dbt build` on Spark over a lake that is held meanwhile; returns its exit code.

    Notes what the build rests on and how each node ended, for `take`.
    """
    project = Path()
    given, _ = variables_given(arguments)
    with private(), hold_lake(lake, shared=True):
        journal = require_sound(lake)
        require_listed(lake, journal)
        require_register(lake, journal)
        begin_judging(lake, journal)
        tables.mkdir(parents=True, exist_ok=True)
        record = _record(project, lake, given)
        if variables_of(project)["lake_root"] != str(lake):
            arguments = with_lake(lake, arguments)
        code = _run_dbt(tables, ("build", *arguments))
        require_judged(lake, journal)
        now = definitions_of(project)
        before = record["definitions"]
        record["changed_meanwhile"] = sorted(
            name for name in before.keys() | now.keys() if before.get(name) != now.get(name)
        )
        _note(tables, record)
    return code


def take(tables: Path, warehouse: Path) -> None:
    """Make a warehouse file of what Spark built: the public marts and what a publication reads besides.

    Raises CpmError where no build was noted, or a table of it is not there.
    """
    try:
        built = json.loads((tables / BUILT).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CpmError(f"{tables}: nothing was built on Spark here; run `make spark` first") from error
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    warehouse.unlink(missing_ok=True)
    with private(), closing(connect(warehouse)) as connection:
        for node in built["nodes"]:
            if node["about"] is not None or node["name"] in ALSO:
                _copy(connection, tables, node["relation"], built["types"].get(node["unique_id"], {}))
        _write_records(connection, built)


def _record(project: Path, lake: Path, given: Mapping[str, Any]) -> Record:
    record = record_of(project, lake, given)
    record["engine"] = "spark"
    record["versions"] |= {package: _version(package) for package in ("dbt-spark", "pyspark")}
    real = record["real_submission"]
    record["salt_check"] = require_salt(lake / EXTRACT, real) if real else None
    record["history"] = end_of(lake)
    return record


def _version(package: str) -> str:
    """Return the version of a package, where dbt will find it."""
    places = [os.environ[PACKAGES], *sys.path] if os.environ.get(PACKAGES) else sys.path
    for found in metadata.distributions(name=package, path=places):
        return found.version
    raise CpmError(f"{package} is not here; `make spark` installs it and names its place in {PACKAGES}")


def _run_dbt(tables: Path, arguments: Sequence[str]) -> int:
    places = [os.environ[name] for name in (PACKAGES, "PYTHONPATH") if os.environ.get(name)]
    environment = {**os.environ, TABLES: str(tables), "PYTHONPATH": os.pathsep.join(places)}
    dbt = Path(sys.executable).with_name("dbt")
    command = [str(dbt), *arguments, "--target", "spark", "--target-path", str(ARTEFACTS)]
    return subprocess.run(command, env=environment, check=False).returncode


def _note(tables: Path, record: Record) -> None:
    """Add the last command and its results to what was noted; results of other nodes stay, as in DuckDB."""
    results = json.loads((ARTEFACTS / "run_results.json").read_text(encoding="utf-8"))
    manifest = _manifest()
    nodes = Nodes(manifest, record["definitions"])
    record["rests_on"] = rests_on(record, [record["versions"], nodes.code_of_the_rest()])
    left_out = left_out_tests(Path("selectors.yml"))
    rows = [row | {"is_wanted": row["is_wanted"] and row["name"] not in left_out} for row in nodes.rows()]
    codes = {row["unique_id"]: row["code"] for row in rows}
    path = tables / BUILT
    noted = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"commands": [], "results": {}}
    number = 1 + max((command["number"] for command in noted["commands"]), default=0)
    asked = results["args"]
    in_part = "".join(f" --{name}" for name in ("empty", "sample", "defer") if asked.get(name))
    for one in results["results"]:
        if one["unique_id"] in codes:
            noted["results"][one["unique_id"]] = [one["status"], number, codes[one["unique_id"]]]
    noted["results"] = {key: found for key, found in noted["results"].items() if key in codes}
    numbers = {found[1] for found in noted["results"].values()} | {number}
    command = {
        "number": number,
        "invocation_id": results["metadata"]["invocation_id"],
        "command": f"{asked['which']}{in_part}",
        "record": record,
    }
    noted["commands"] = [one for one in (*noted["commands"], command) if one["number"] in numbers]
    noted["nodes"] = rows
    noted["types"] = {
        key: {name: column.data_type for name, column in node.columns.items() if column.data_type}
        for key, node in manifest.nodes.items()
        if node.resource_type == "model"
    }
    path.write_text(json.dumps(noted), encoding="utf-8")


def left_out_tests(selectors: Path) -> set[str]:
    """Return the names of tests that Spark cannot run, as the selector of `make spark` lists them."""
    listed = yaml.load(selectors.read_text(encoding="utf-8"), yaml.CSafeLoader)["selectors"]
    (union,) = (one["definition"]["union"] for one in listed if one["name"] == "spark")
    names = {found["value"] for one in union for found in one.get("exclude", ())}
    if models := [name for name in names if not name.startswith(("assert_", "test_"))]:
        raise CpmError(
            f"{selectors}: 'spark' leaves out {models[0]}, which is no test; nothing is published without it"
        )
    return names


def _manifest() -> Any:
    """Return what dbt wrote of the project, as the command had it in memory."""
    manifests: Any = import_module("dbt.contracts.graph.manifest")  # it takes a second
    return manifests.WritableManifest.read_and_check_versions(str(ARTEFACTS / "manifest.json"))


def _copy(connection: duckdb.DuckDBPyConnection, tables: Path, relation: str, types: Mapping[str, str]) -> None:
    """Copy a table of Spark's, its columns as the contract has them; an instant is in UTC, as DuckDB keeps it."""
    schema, name = relation.split(".")
    folder = tables / f"{schema}.db" / name
    if not any(folder.rglob("*.parquet")):
        raise CpmError(f"{folder}: Spark has no such table; run `make spark`")
    rows = f"read_parquet({literal(folder / '**/*.parquet')})"
    found = {column: kind for column, kind, *_ in connection.execute(f"describe from {rows}").fetchall()}
    columns = []
    for column in types or found:
        value = quoted(column) + (" at time zone 'UTC'" if found[column].endswith("TIME ZONE") else "")
        columns.append(f"{f'cast({value} as {types[column]})' if column in types else value} as {quoted(column)}")
    connection.execute(f"create schema if not exists {quoted(schema)}")
    connection.execute(f"create table {relation} as select {', '.join(columns)} from {rows}")


def _write_records(connection: duckdb.DuckDBPyConnection, built: Mapping[str, Any]) -> None:
    """Write the records that a build on DuckDB leaves in its warehouse (`macros/hooks`)."""
    connection.execute(
        "create table build_commands (number integer, invocation_id varchar, command varchar, record varchar);"
        " create table build_nodes (unique_id varchar, name varchar, resource_type varchar, is_wanted boolean,"
        " is_incremental boolean, reads_history boolean, code varchar, parents varchar[], relation varchar,"
        " about varchar);"
        " create table build_results (unique_id varchar, status varchar, number integer, code varchar,"
        " checksum varchar)"
    )
    commands = [[*list(one.values())[:3], json.dumps(one["record"])] for one in built["commands"]]
    insert_rows(connection, "build_commands", commands)
    insert_rows(connection, "build_nodes", [list(node.values()) for node in built["nodes"]])
    made = {name: checksum for name, _, checksum in _checksums(connection)}
    relations = {node["unique_id"]: node["relation"] for node in built["nodes"]}
    results = [[key, *found, made.get(relations[key])] for key, found in built["results"].items()]
    insert_rows(connection, "build_results", results)
    connection.execute(f"create table {CHECKSUMS} (name varchar, row_count bigint, checksum varchar)")
    insert_rows(connection, CHECKSUMS, _checksums(connection))


def _checksums(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Return name, rows and checksum of each table, as the end of a build on DuckDB notes them."""
    (catalog,) = connection.execute("select current_database()").fetchone() or ("",)
    listing = connection.execute(listing_query(catalog))
    columns = [column[0] for column in listing.description or ()]
    listed = [dict(zip(columns, row, strict=True)) for row in listing.fetchall()]
    return connection.execute(checksum_query(listed)).fetchall()
