"""Keeps the results of every publication in the lake, for ever.

A publication is named for its number and the content of its results, and says what it rested on: the instants to
which a rebuild is set, and the commit of the project.
"""

import hashlib
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from cpm_warehouse.reading import PARQUET, literal

RESULTS = "marts.fct_measure_results"
HISTORY = "marts.fct_measure_results_published"
EXTRACT = "published_measure_results"


def keep_results(connection: duckdb.DuckDBPyConnection, lake: Path) -> tuple[str, bool]:
    """Add the results to those published before, in the lake and in their table, unless they are the same.

    The connection holds both tables and, attached as `warehouse`, what they were built from. Returns the name of
    the publication and whether it is new. The lake is written first and is what the next publication compares
    with, so that one killed at any moment is completed, not repeated, by the next.
    """
    _take_in(connection, lake)
    rows = connection.execute(f"from {RESULTS} order by all").fetchall()
    content = hashlib.sha256(repr(rows).encode()).hexdigest()[:12]
    latest = connection.execute(f"select max(publication_id) from {HISTORY}").fetchone()
    assert latest is not None
    number, _, latest_content = (latest[0] or "000000-").partition("-")
    if latest_content == content:
        return str(latest[0]), False
    publication_id = f"{int(number) + 1:06d}-{content}"
    published_at = datetime.now(UTC).replace(tzinfo=None)
    connection.execute(
        f"insert into {HISTORY} by name"
        " select ? as publication_id, ? as published_at, ? as code_version, known_at, landed_at, as_of_at,"
        f" results.* from {RESULTS} as results cross join warehouse.intermediate.int_reporting_clock",
        [publication_id, published_at, code_version()],
    )
    folder = lake / EXTRACT / f"provider=warehouse/period={published_at:%Y-%m}/version={int(number) + 1}"
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / "results.parquet.new"
    connection.execute(
        f"copy (from {HISTORY} where publication_id = {literal(publication_id)} order by all)"
        f" to {literal(aside)} ({PARQUET})"
    )
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.replace(folder / "results.parquet")
    return publication_id, True


def _take_in(connection: duckdb.DuckDBPyConnection, lake: Path) -> None:
    """Add publications that the lake holds and the build did not see, such as one killed before its swap."""
    kept = sorted(lake.glob(f"{EXTRACT}/provider=warehouse/*/*/*.parquet"))
    if kept:
        files = ", ".join(literal(path) for path in kept)
        connection.execute(
            f"insert into {HISTORY} by name"
            f" from read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
            f" where publication_id not in (select publication_id from {HISTORY})"
        )


def code_version() -> str | None:
    """Commit of the project, with `+changes` where its files differ from it; None outside a repository."""
    try:
        commit = _git("rev-parse", "HEAD")
        changes = _git("status", "--porcelain", "--", "dbt_project.yml", "macros", "models", "seeds")
    except (OSError, subprocess.CalledProcessError):
        return None
    return commit + ("+changes" if changes else "")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], capture_output=True, text=True, check=True).stdout.strip()
