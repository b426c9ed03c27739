"""Takes the files of provider submissions into the Parquet lake and its register.

A submission is a directory `<provider>/<extract>/<YYYY-MM>/v<n>` with one or more files and, optionally,
`control.json`. It becomes the directory `<extract>/provider=<p>/period=<YYYY-MM>/version=<n>` of the lake: one
Parquet file per file received, rows in the same order, and `_submission.json`, its entry in the register.
The directory is made aside and renamed into place, so that rows and register entry appear together or not at all.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.contracts import Contract
from cpm_warehouse.errors import CpmError
from cpm_warehouse.reading import FileReader, connect, literal, write_empty_parquet

REGISTER_ENTRY = "_submission.json"
CONTROL_FILE = "control.json"
# The lake's empty partition gives every extract a schema before its first submission.
EMPTY_PARTITION = ("provider=none", "period=none", "version=0")
QUARANTINE_COLUMNS = """
    null::varchar as submission_key, null::varchar as extract, null::varchar as provider, null::varchar as period,
    null::integer as version, null::varchar as file, null::bigint as line, null::varchar as text,
    null::varchar as rule_id, null::varchar as rule_ids, null::varchar as reason, null::timestamp as received_at
"""


@dataclass(frozen=True)
class Submission:
    """One submission as it lies in the extracts directory."""

    directory: Path
    provider: str
    extract: str
    period: str
    version: int

    @property
    def key(self) -> str:
        """Identifies the submission in the register and in every model."""
        return f"{self.extract}/{self.provider}/{self.period}/v{self.version}"

    def destination(self, lake: Path) -> Path:
        """Directory of the submission in the lake."""
        partition = f"provider={self.provider}/period={self.period}/version={self.version}"
        return lake / self.extract / partition

    def files(self) -> list[Path]:
        """Files received, control file left out, by name."""
        return sorted(
            path
            for path in self.directory.iterdir()
            if path.is_file() and path.name != CONTROL_FILE and not path.name.startswith(".")
        )


@dataclass(frozen=True)
class Outcome:
    """What landing did with one submission: `landed`, `known` (landed before) or `refused`."""

    submission: Submission
    status: str
    rows: int = 0
    reason: str = ""


def find_submissions(extracts: Path, contracts: Mapping[str, Contract]) -> list[Submission]:
    """Find every submission below a directory of extracts, in the order of their keys.

    Raises CpmError where there is no such directory, where it holds no submission, or where a directory is named
    after no known extract, provider, month or version.
    """
    if not extracts.is_dir():
        raise CpmError(f"{extracts}: no such directory; name your extracts: make build EXTRACTS=<dir>")
    found = [
        _parse(path, extracts, contracts)
        for path in extracts.glob("*/*/*/*")
        if path.is_dir() and not any(part.startswith(".") for part in path.parts[-4:])
    ]
    if not found:
        raise CpmError(
            f"{extracts}: no submissions here; expected <provider>/<extract>/<YYYY-MM>/v<n>/ with files in it"
        )
    return sorted(found, key=lambda submission: submission.key)


def _parse(path: Path, extracts: Path, contracts: Mapping[str, Contract]) -> Submission:
    provider, extract, period, version = path.relative_to(extracts).parts
    contract = contracts.get(extract)
    if contract is None:
        raise CpmError(f"{path}: no extract is called '{extract}'; known: {', '.join(contracts)}")
    if provider not in contract.providers:
        raise CpmError(
            f"{path}: '{provider}' does not send {extract}; it comes from {', '.join(contract.providers)}"
        )
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", period):
        raise CpmError(f"{path}: '{period}' is not a month; name the directory YYYY-MM")
    if not re.fullmatch(r"v[1-9]\d*", version):
        raise CpmError(f"{path}: '{version}' is not a version; name the directory v1, v2, ...")
    return Submission(path, provider, extract, period, int(version[1:]))


def land(extracts: Path, lake: Path, contracts: Mapping[str, Contract]) -> Iterator[Outcome]:
    """Land every submission that the lake does not hold yet; yields one outcome per submission.

    A submission that cannot be read is refused and changes nothing; the others land all the same.
    Raises CpmError where the extracts directory itself is unusable.
    """
    submissions = find_submissions(extracts, contracts)
    _bind(lake, extracts)
    with connect() as connection:
        for contract in contracts.values():
            _ensure_schema(connection, lake, contract)
        for submission in submissions:
            try:
                yield _land_one(connection, submission, lake, contracts[submission.extract])
            except CpmError as error:
                yield Outcome(submission, "refused", reason=str(error))


def _bind(lake: Path, extracts: Path) -> None:
    """Keep one lake for one directory of extracts, so that sample and real rows never mix."""
    marker = lake / "_extracts"
    here = str(extracts.resolve())
    if not marker.exists():
        lake.mkdir(parents=True, exist_ok=True)
        marker.write_text(here)
    elif marker.read_text() != here:
        raise CpmError(
            f"{lake}: holds the extracts of {marker.read_text()}, not of {here}; name another with --lake"
        )


def _ensure_schema(connection: duckdb.DuckDBPyConnection, lake: Path, contract: Contract) -> None:
    """Write the empty file that gives the extract its columns; anew, as the contract may have changed."""
    folder = lake.joinpath(contract.extract, *EMPTY_PARTITION)
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / "schema.parquet.new"
    write_empty_parquet(connection, contract, aside)
    aside.replace(folder / "schema.parquet")
    quarantine = folder / "_quarantine"
    quarantine.mkdir(exist_ok=True)
    aside = quarantine / "schema.parquet.new"
    connection.execute(f"copy (select {QUARANTINE_COLUMNS} where false) to {literal(aside)} (format parquet)")
    aside.replace(quarantine / "schema.parquet")
    (lake / "_refused").mkdir(exist_ok=True)
    (lake / "_refused/none.json").touch()


def _land_one(
    connection: duckdb.DuckDBPyConnection, submission: Submission, lake: Path, contract: Contract
) -> Outcome:
    files = submission.files()
    if not files:
        raise CpmError(f"{submission.directory}: no files here; ask {submission.provider} to send them")
    sums = {path.name: _sha256(path) for path in files}
    destination = submission.destination(lake)
    entry = destination / REGISTER_ENTRY
    if entry.exists():
        registered = json.loads(entry.read_text())
        if {file["name"]: file["sha256"] for file in registered["files"]} == sums:
            return Outcome(submission, "known", rows=registered["accepted_rows"])
        raise CpmError(
            f"{submission.directory}: differs from what was landed as {submission.key};"
            f" a version never changes: send the correction as v{submission.version + 1}"
        )

    control = _read_control(submission, sums)
    aside_root = lake / "_aside"
    aside_root.mkdir(exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=aside_root))
    try:
        rows = {}
        for path in files:
            reader = FileReader(connection, path, contract)
            rows[path.name] = reader.write_parquet(aside / f"{path.name.split('.')[0]}.parquet")
        _check_counts(submission, rows, control, contract)
        _write_entry(aside / REGISTER_ENTRY, submission, rows, sums, control)
        destination.parent.mkdir(parents=True, exist_ok=True)
        _sync(aside)
        aside.rename(destination)
        _sync(destination.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return Outcome(submission, "landed", rows=sum(rows.values()))


def _read_control(submission: Submission, sums: Mapping[str, str]) -> dict[str, Any]:
    """Read and verify the control file; without one, the submission counts as received when it is landed."""
    path = submission.directory / CONTROL_FILE
    if not path.exists():
        return {"received_at": datetime.now(UTC).isoformat(), "synthetic": False, "files": []}
    try:
        control: dict[str, Any] = json.loads(path.read_text())
        received_at = datetime.fromisoformat(control["received_at"])
        listed = {file["name"]: file for file in control["files"]}
    except (ValueError, KeyError, TypeError) as error:
        raise CpmError(f"{path}: not a control file ({error}); see extracts/README.md") from error
    if received_at.tzinfo is None:
        raise CpmError(f"{path}: received_at has no offset; write it like 2021-08-05T09:12:00Z")
    if set(listed) != set(sums):
        raise CpmError(
            f"{path}: lists {sorted(listed)}, but the files are {sorted(sums)}; send what is missing or list it"
        )
    for name, sha256 in sums.items():
        if listed[name]["sha256"] != sha256:
            raise CpmError(
                f"{submission.directory / name}: SHA-256 is {sha256}, the control file says"
                f" {listed[name]['sha256']}; the file was damaged or changed, send it again"
            )
    return control


def _check_counts(
    submission: Submission, rows: Mapping[str, int], control: dict[str, Any], contract: Contract
) -> None:
    for file in control["files"]:
        if file["rows"] != rows[file["name"]]:
            raise CpmError(
                f"{submission.directory / file['name']}: has {rows[file['name']]} rows, the control file says"
                f" {file['rows']}; the file was cut or counted wrongly, send it again"
            )
    if not sum(rows.values()) and not contract.may_be_empty:
        raise CpmError(
            f"{submission.directory}: no rows, and {contract.extract} is never empty;"
            f" ask {submission.provider} for the month, or allow it in the contract (may_be_empty)"
        )


def _write_entry(
    path: Path,
    submission: Submission,
    rows: Mapping[str, int],
    sums: Mapping[str, str],
    control: dict[str, Any],
) -> None:
    total = sum(rows.values())
    received_at = datetime.fromisoformat(control["received_at"]).astimezone(UTC)
    entry = {
        "submission_key": submission.key,
        "extract": submission.extract,
        "provider": submission.provider,
        "period": submission.period,
        "version": submission.version,
        "received_at": received_at.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "landed_at": datetime.now(UTC).isoformat(),
        "verdict": "accepted",
        "is_synthetic": bool(control.get("synthetic", False)),
        "received_rows": total,
        "accepted_rows": total,
        "quarantined_rows": 0,
        "files": [{"name": name, "rows": rows[name], "sha256": sha256} for name, sha256 in sums.items()],
    }
    path.write_text(json.dumps(entry, indent=2) + "\n")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Force a directory and its files to disk, so that a rename that survives a crash has its rows."""
    for path in [*folder.glob("*.*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
