"""The earlier publication of a sample, so that there is a restatement to read after the first build.

It lies beside the extracts of the sample: one file, and the control file that says that it is synthetic. `make
sample` writes it, from a rebuild of the past; landing makes it the first publication of a lake that has none.
Nothing of the kind is taken beside real extracts, of which only counts as published what `cpm publish` published.
"""

import json
from datetime import datetime
from pathlib import Path

import duckdb

from cpm_warehouse.duck import connect, literal
from cpm_warehouse.errors import CpmError
from cpm_warehouse.files import sha256
from cpm_warehouse.publish.history import HISTORY, RESULTS, append, content_of, hold_history, read_chain
from cpm_warehouse.receive.reading import PARQUET

EARLIER = "_published"
# What stands in place of a commit.
CODE_VERSION = "sample"
AGAIN = "write it again with `make sample`"


def write_earlier(warehouse: Path, folder: Path, published_at: datetime) -> str:
    """Write what a rebuild of the past shows as an earlier publication; returns its name.

    `warehouse` was built as known at the instant `published_at` (UTC). The same results give the same bytes:
    nothing of the machine or of the day goes into it. Raises CpmError where any is real, or was known later.
    """
    with connect() as connection:
        connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
        connection.execute("create schema marts")
        connection.execute(f"create table {RESULTS} as from warehouse.{RESULTS}")
        publication_id = f"000001-{content_of(connection)}"
        connection.execute(
            f"create table {HISTORY} as select ? as publication_id, ?::timestamp as published_at,"
            " ? as code_version, known_at, null::timestamp as landed_at, as_of_at, results.*"
            f" from {RESULTS} as results cross join warehouse.intermediate.int_reporting_clock",
            [publication_id, published_at, CODE_VERSION],
        )
        _check(connection, str(warehouse))
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "results.parquet"
        connection.execute(f"copy (from {HISTORY} order by all) to {literal(path)} ({PARQUET})")
        rows = connection.execute(f"select count(*) from {HISTORY}").fetchone()
        assert rows is not None
    control = {"synthetic": True, "files": [{"name": path.name, "rows": rows[0], "sha256": sha256(path)}]}
    (folder / "control.json").write_text(json.dumps(control, indent=2) + "\n", encoding="utf-8")
    return publication_id


def take_in_earlier(extracts: Path, lake: Path) -> str | None:
    """Make the earlier publication of a sample the first one of a lake that has none. Hold the lake meanwhile.

    Returns its name, and None where there is nothing to do. Raises CpmError where it, or any submission that the
    lake holds, is not marked synthetic, and where it is not what its control file says.
    """
    folder = extracts / EARLIER
    if not folder.exists():
        return None
    with hold_history(lake):
        if read_chain(lake):
            return None
        path = _check_control(folder)
        entries = [
            json.loads(entry.read_text(encoding="utf-8")) for entry in lake.glob("*/*/*/*/_submission.json")
        ]
        if not all(entry["is_synthetic"] is True for entry in entries):
            raise _not_synthetic(folder)
        with connect() as connection:
            connection.execute("create schema marts")
            connection.execute(f"create table {HISTORY} as from read_parquet({literal(path)})")
            _check(connection, str(path))
            found = connection.execute(f"select distinct publication_id, published_at from {HISTORY}").fetchone()
            assert found is not None
            return append(connection, lake, [], *found).publication_id


def _check_control(folder: Path) -> Path:
    """Return the one file that the control file names, as it says."""
    try:
        control = json.loads((folder / "control.json").read_text(encoding="utf-8"))
        ((name, checksum),) = [(str(file["name"]), file["sha256"]) for file in control["files"]]
        is_synthetic = control["synthetic"] is True
        is_whole = Path(name).name == name and sha256(folder / name) == checksum
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CpmError(f"{folder}: its control file is missing or does not fit ({error}); {AGAIN}") from error
    if not is_synthetic:
        raise _not_synthetic(folder)
    if not is_whole:
        raise CpmError(f"{folder / name}: differs from its control file; {AGAIN}")
    return folder / name


def _not_synthetic(folder: Path) -> CpmError:
    return CpmError(
        f"{folder}: an earlier publication belongs to a synthetic sample, and not to real extracts; remove it"
    )


def _check(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    found = connection.execute(
        "select count(distinct publication_id), bool_and(is_synthetic), bool_and(code_version = ?),"
        f" bool_and(known_at <= published_at) from {HISTORY}",
        [CODE_VERSION],
    ).fetchone()
    if found != (1, True, True, True):
        raise CpmError(f"{source}: is not one publication of synthetic results; {AGAIN}")
