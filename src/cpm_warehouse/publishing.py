"""Publishes the public marts of a build in one DuckDB file, and keeps its results for ever in the lake."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.errors import CpmError
from cpm_warehouse.history import keep_results
from cpm_warehouse.reading import connect, literal, quoted

# A publication is made under this name, hidden from readers.
ASIDE = ".cpm-"
GOOD = {"success", "pass", "warn"}


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
    aside = published / f"{ASIDE}{os.getpid()}.duckdb"
    with _alone(published):
        connection = connect(aside)
        try:
            connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
            lake = _check_warehouse(connection, build)
            marts = _copy_marts(connection, manifest)
            publication_id, is_new = keep_results(connection, lake)
            connection.execute("detach warehouse")
            connection.close()
            _swap(aside, final)
        except duckdb.Error as error:
            raise CpmError(f"{warehouse}: cannot be published ({str(error).splitlines()[0]})") from error
        finally:
            connection.close()
            _sweep(published)
    return Publication(final, publication_id, marts, is_new)


@contextmanager
def _alone(published: Path) -> Iterator[None]:
    """Let one publication at a time write to a directory; it sweeps away what a killed one left there.

    The system lets go of the lock when the process ends, however it ends.
    """
    folder = os.open(published, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CpmError(f"{published}: another publication is under way; run this again after it") from error
        _sweep(published)
        yield
    finally:
        os.close(folder)


def _sweep(published: Path) -> None:
    for left in published.glob(f"{ASIDE}*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


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
        raise CpmError(
            f"the last build shows what was known at {found[2]};"
            " build without as_known_at and as_landed_at to publish"
        )
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


def _swap(aside: Path, final: Path) -> None:
    """Put the new file in the old one's place; readers of the old one keep it until they close it."""
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.replace(final)
