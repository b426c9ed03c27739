"""Publishes the public marts of a build in one DuckDB file, and keeps its results for ever in the lake."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.errors import CpmError
from cpm_warehouse.reading import connect, literal, quoted

RESULTS = "fct_measure_results"
HISTORY = "fct_measure_results_published"
HISTORY_EXTRACT = "published_measure_results"
GOOD = {"success", "pass", "warn", "no-op"}  # dbt calls an exposure a node of the build, and runs nothing for it


@dataclass(frozen=True)
class Publication:
    """What was published, and where."""

    path: Path
    publication_id: str
    marts: int
    is_new: bool


def publish(*, warehouse: Path, target: Path, published: Path) -> Publication:
    """Publish the public marts of the last `dbt build`.

    Raises CpmError, and leaves what was published before, unless that build ran every node of the project, each
    passed, it was the last to write to the warehouse, and it was not a rebuild of the past (`as_known_at`).
    """
    manifest = _read_json(target / "manifest.json")
    build = _read_json(target / "run_results.json")
    _check_build(manifest, build)
    published.mkdir(parents=True, exist_ok=True)
    final = published / "cpm.duckdb"
    aside = published / f".cpm-{os.getpid()}.duckdb"
    connection = connect(aside)
    try:
        connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        lake = _check_warehouse(connection, build)
        marts = _copy_marts(connection, manifest)
        publication_id, is_new = _add_to_history(connection, lake)
        connection.execute("detach warehouse")
        connection.close()
        _swap(aside, final)
    except duckdb.Error as error:
        raise CpmError(f"{warehouse}: cannot be published ({str(error).splitlines()[0]})") from error
    finally:
        connection.close()
        aside.unlink(missing_ok=True)
        aside.with_suffix(".duckdb.wal").unlink(missing_ok=True)
    return Publication(final, publication_id, marts, is_new)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CpmError(f"{path}: no result of a build here; run `dbt build` first") from error
    return found


def _check_build(manifest: dict[str, Any], build: dict[str, Any]) -> None:
    if build["args"]["which"] != "build":
        raise CpmError(f"the last dbt command was `{build['args']['which']}`; run `dbt build` first")
    statuses = {result["unique_id"]: result["status"] for result in build["results"]}
    failed = sorted(node for node, status in statuses.items() if status not in GOOD)
    if failed:
        raise CpmError(
            f"{len(failed)} nodes of the last build did not pass, first {failed[0]}; nothing is published"
        )
    wanted = {
        node["unique_id"]
        for node in [*manifest["nodes"].values(), *manifest["unit_tests"].values()]
        if node["resource_type"] in {"model", "seed", "test", "unit_test"}
        and node["config"].get("materialized") != "ephemeral"
    }
    if missing := sorted(wanted - set(statuses)):
        raise CpmError(
            f"the last build left out {len(missing)} nodes, first {missing[0]};"
            " run `dbt build` without a selection; nothing is published"
        )


def _check_warehouse(connection: duckdb.DuckDBPyConnection, build: dict[str, Any]) -> Path:
    """Check that the warehouse is the build's; returns the lake that it was built from."""
    found = connection.execute(
        "select invocation_id, lake_root, as_known_at from warehouse.main.build_runs"
    ).fetchone()
    if found is None or found[0] != build["metadata"]["invocation_id"]:
        raise CpmError("the warehouse was written to since the last whole build; run `dbt build` again")
    if found[2]:
        raise CpmError(f"the last build shows what was known at {found[2]}; build without as_known_at to publish")
    return Path(found[1])


def _public_marts(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["access"] == "public":
            yield node


def _copy_marts(connection: duckdb.DuckDBPyConnection, manifest: dict[str, Any]) -> int:
    connection.execute("create schema marts")
    copied = 0
    for node in _public_marts(manifest):
        mart = f"marts.{node['name']}"
        connection.execute(f"create table {mart} as from warehouse.{node['schema']}.{node['name']}")
        connection.execute(f"comment on table {mart} is {literal(node['description'].strip())}")
        for column in node["columns"].values():
            connection.execute(
                f"comment on column {mart}.{quoted(column['name'])} is {literal(column['description'].strip())}"
            )
        copied += 1
    return copied


def _add_to_history(connection: duckdb.DuckDBPyConnection, lake: Path) -> tuple[str, bool]:
    """Add the results to those published before, in the file and in the lake, unless they are the same.

    A publication is named for its number and the content of its results.
    """
    rows = connection.execute(f"from marts.{RESULTS} order by all").fetchall()
    content = hashlib.sha256(repr(rows).encode()).hexdigest()[:12]
    latest = connection.execute(
        f"select publication_id from marts.{HISTORY} order by published_at desc limit 1"
    ).fetchone()
    if latest and latest[0].endswith(content):
        return latest[0], False
    count = connection.execute(f"select count(distinct publication_id) from marts.{HISTORY}").fetchone()
    assert count is not None
    publication_id = f"{count[0] + 1:06d}-{content}"
    published_at = datetime.now(UTC).replace(tzinfo=None)
    connection.execute(
        f"insert into marts.{HISTORY} by name select ? as publication_id, ? as published_at, *"
        f" from marts.{RESULTS}",
        [publication_id, published_at],
    )
    partition = f"provider=warehouse/period={published_at:%Y-%m}/version={count[0] + 1}"
    folder = lake / HISTORY_EXTRACT / partition
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / "results.parquet.new"
    connection.execute(
        f"copy (from marts.{HISTORY} where publication_id = {literal(publication_id)}"
        f" order by all) to {literal(aside)} (format parquet, compression zstd)"
    )
    aside.replace(folder / "results.parquet")
    return publication_id, True


def _swap(aside: Path, final: Path) -> None:
    """Put the new file in the old one's place; readers of the old one keep it until they close it."""
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.replace(final)
