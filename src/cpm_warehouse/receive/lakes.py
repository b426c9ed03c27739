"""Opens a lake for landing, takes one of the format before over, and heals what was damaged in one."""

import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.contracts import Contract
from cpm_warehouse.errors import CpmError, DamageError
from cpm_warehouse.files import sha256, write_whole
from cpm_warehouse.receive.counted import COUNTED
from cpm_warehouse.receive.empty import write_empty
from cpm_warehouse.receive.journal import (
    FORMAT,
    FORMAT_1,
    JOURNAL,
    Event,
    Journal,
    entry_bytes,
    read_journal,
    with_checksum,
)
from cpm_warehouse.receive.quarantine import COLUMNS as QUARANTINED
from cpm_warehouse.receive.reading import count_rows
from cpm_warehouse.receive.submissions import Submission
from cpm_warehouse.receive.verifying import (
    ASIDE,
    NOT_LANDED,
    REGISTER_ENTRY,
    REMOVED,
    REPAIR,
    check_lake,
    expected_files,
    place_of,
)

QUARANTINE = "_quarantine"
# Of a row in a list: its file and row in the lake.
WHERE_IT_STANDS = {"source_file": "varchar", "source_row": "bigint"}
REFUSED = "_refused"
# Below the folder of a submission: its rows that share their key with another.
REPEATS, EMPTY_LIST = "_repeats/repeats.parquet", "_repeats/schema.parquet"
# What lies in the folder of a submission besides its entry.
FILES = ("*.parquet", f"{QUARANTINE}/*.parquet", COUNTED, REPEATS)
# The lake's empty partition gives every extract a schema before its first submission.
EMPTY_PARTITION = ("provider=none", "period=none", "version=0")

# Told in one line what was done to the lake besides landing.
Say = Callable[[str], None]


def open_lake(lake: Path, extracts: Path, submissions: Sequence[Submission], *, repair: bool, say: Say) -> Journal:
    """Return the journal of a lake that belongs to these extracts; makes one where there is none.

    A lake of format 1 is taken over, and what a killed landing left is tidied away. Raises DamageError where the
    journal was altered, unless that is to be repaired, and CpmError where the lake holds other extracts.
    """
    shutil.rmtree(lake / ASIDE, ignore_errors=True)
    (lake / ASIDE).mkdir()
    for left in [*lake.glob(f"{REFUSED}/*.new"), *lake.glob(f"*/*/*/*/{REGISTER_ENTRY}.new")]:
        left.unlink()
    here = os.path.relpath(extracts.resolve(), lake.resolve())
    journal = read_journal(lake)
    before = lake / FORMAT_1
    if journal.fault and (before.exists() or not _holds_anything(lake)):
        was = os.path.relpath(before.read_text(encoding="utf-8"), lake.resolve()) if before.exists() else here
        journal = Journal(lake / JOURNAL)
        journal.path.unlink(missing_ok=True)
        journal.append("lake", format=FORMAT, extracts=was)
    was_at_fault = bool(journal.fault)
    if was_at_fault:
        if not repair:
            raise DamageError(f"{journal.path}: {journal.fault}; {REPAIR}")
        _set_aside(lake, journal.path)
        say(f"{journal.path}: {journal.fault}; it is written anew from what is left")
        if journal.events:
            journal.write()
        else:
            journal.append("lake", format=FORMAT, extracts=here)
            journal.fault = ""
    if journal.submissions and (journal.is_torn or not journal.has_ended):
        say(f"{lake}: the last landing here did not end; it is completed")
    journal.mend()
    unfinished = journal.submissions.get(journal.unfinished)
    if unfinished and not (lake / place_of(unfinished)).exists():
        journal.append("given_up", submission_key=journal.unfinished)
    if was_at_fault:
        journal.append("repaired", name=JOURNAL)
    _bind(lake, here, journal, submissions)
    if before.exists():
        _take_over(lake, journal, say)
    return journal


def _holds_anything(lake: Path) -> bool:
    return any(path.name not in NOT_LANDED for path in lake.iterdir())


def _bind(lake: Path, here: str, journal: Journal, submissions: Sequence[Submission]) -> None:
    """Keep one lake for one directory of extracts, so that sample and real rows never mix.

    It is named from the lake, so that both may move together. At another place it is known by what it holds: a
    submission that landed, with the same content.
    """
    if journal.extracts == here:
        return
    landed = journal.submissions
    shared = [one for one in submissions if one.key in landed and not one.refusal]
    if landed and not any(_has_content(one, landed[one.key]) for one in shared):
        raise CpmError(
            f"{lake}: holds the extracts of {journal.extracts}, not of {here} (both relative to the lake); name"
            " another lake with --lake"
        )
    journal.append("moved", extracts=here)


def _has_content(submission: Submission, entry: Event) -> bool:
    try:
        return {path.name: sha256(path) for path in submission.files()} == sums_of(entry)
    except (OSError, CpmError):
        return False


def sums_of(entry: Mapping[str, Any]) -> dict[str, str]:
    """Return the checksums of the files received, by name."""
    return {file["name"]: file["sha256"] for file in entry["files"]}


def lake_files(folder: Path, known: Mapping[str, str] | None = None) -> list[Event]:
    """Describe the files of a submission besides its entry: name below its folder, size in bytes, checksum.

    `known` has checksums that were taken already, by name.
    """
    paths = sorted(path for pattern in FILES for path in folder.glob(pattern))
    names = {path: str(path.relative_to(folder)) for path in paths}
    return [
        {"name": name, "size": path.stat().st_size, "sha256": (known or {}).get(name) or sha256(path)}
        for path, name in names.items()
    ]


def _take_over(lake: Path, journal: Journal, say: Say) -> None:
    """Give the submissions of a lake of format 1 their checksums, as they are; one that was killed goes on."""
    taken = 0
    for path in sorted(lake.glob(f"*/*/*/*/{REGISTER_ENTRY}")):
        entry = _read(path)
        key = entry.get("submission_key", "")
        try:
            if path.parent != lake / place_of(entry):
                continue
            if key not in journal.submissions:
                if not _rows_agree(entry, path.parent):
                    continue
                journal.append("landed", entry=with_checksum(entry | {"lake_files": lake_files(path.parent)}))
            write_whole(path, entry_bytes(journal.submissions[key]))
        except (KeyError, TypeError, duckdb.Error):
            continue  # whoever checks the lake names it
        taken += 1
    for path in sorted((lake / REFUSED).glob("*.json")):
        if str(path.relative_to(lake)) not in journal.others:
            note(journal, lake, path, keep=True)
    (lake / FORMAT_1).unlink()
    say(f"{lake}: was of format 1; its {taken} submissions are as they were, and have checksums from now on")


def read_entries(lake: Path) -> dict[str, Event]:
    """Read the register entries that lie beside the rows, by their keys."""
    entries = [_read(path) for path in sorted(lake.glob(f"*/*/*/*/{REGISTER_ENTRY}"))]
    return {entry["submission_key"]: entry for entry in entries if "submission_key" in entry}


def _read(path: Path) -> Event:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _rows_agree(entry: Event, folder: Path) -> bool:
    with duckdb.connect() as connection:
        rows = sum(count_rows(connection, path) for path in folder.glob("*.parquet"))
        aside = sum(count_rows(connection, path) for path in folder.glob(f"{QUARANTINE}/*.parquet"))
    return (rows, rows + aside) == (entry["accepted_rows"], entry["received_rows"])


def note(journal: Journal, lake: Path, path: Path, *, keep: bool = False) -> None:
    """Add a file that is no submission's to the journal, with its text if that is to be kept there too."""
    content = path.read_bytes()
    text = {"text": content.decode()} if keep else {}
    name = str(path.relative_to(lake))
    journal.append("written", name=name, size=len(content), sha256_of_file=sha256(path), **text)


def ensure_schemas(
    connection: duckdb.DuckDBPyConnection,
    lake: Path,
    contracts: Mapping[str, Contract],
    journal: Journal,
    say: Say,
) -> None:
    """Write the empty files that give each extract its columns; anew where they or the contract have changed."""
    (lake / REFUSED).mkdir(exist_ok=True)
    made = lake / ASIDE / "schema.parquet"
    for contract in contracts.values():
        folder = lake.joinpath(contract.extract, *EMPTY_PARTITION)
        (folder / QUARANTINE).mkdir(parents=True, exist_ok=True)
        write_empty(connection, contract.types, made)
        _ensure(made, folder / made.name, lake, journal, say)
        write_empty(connection, QUARANTINED, made)
        _ensure(made, folder / QUARANTINE / made.name, lake, journal, say)
        if contract.lists_repeats:
            (folder / EMPTY_LIST).parent.mkdir(exist_ok=True)
            write_empty(connection, contract.types | WHERE_IT_STANDS, made)
            _ensure(made, folder / EMPTY_LIST, lake, journal, say)
    made.write_bytes(b"")
    _ensure(made, lake / REFUSED / "none.json", lake, journal, say)
    made.unlink(missing_ok=True)


def _ensure(made: Path, path: Path, lake: Path, journal: Journal, say: Say) -> None:
    known = journal.others.get(str(path.relative_to(lake)))
    is_known = known is not None and known["sha256_of_file"] == sha256(made)
    if path.is_symlink() or not path.is_file() or path.read_bytes() != made.read_bytes():
        if is_known:
            journal.append("repaired", name=str(path.relative_to(lake)))
            say(f"{path}: was not as it was written; it is written anew")
        if path.is_symlink() or path.is_dir():
            _set_aside(lake, path)
        made.replace(path)
    if not is_known:
        note(journal, lake, path)


def heal(lake: Path, journal: Journal, submissions: Sequence[Submission], say: Say) -> set[str]:
    """Put right what can be without landing anew; returns the keys of the submissions that have to be.

    Register entries and refusals are written from the journal. A submission that the journal lost is taken in
    again where entry, files and the extracts at hand agree. Whatever else was added is moved to `_removed`.
    """
    anew: set[str] = set()
    by_key = {one.key: one for one in submissions if not one.refusal}
    for path in sorted(lake.glob(f"*/*/*/*/{REGISTER_ENTRY}")):
        entry = _read(path)
        key = entry.get("submission_key", "")
        if key in by_key and key not in journal.submissions and _is_whole(entry, path, lake, by_key[key]):
            journal.append("landed", entry=entry)
            say(f"{path.parent}: was gone from the journal and agrees with the extracts; it was taken in again")
    for path in sorted((lake / REFUSED).glob("*.json")):
        entry = _read(path)
        if str(path.relative_to(lake)) not in journal.others and entry and entry == with_checksum(entry):
            note(journal, lake, path, keep=True)
    for damage in check_lake(lake, thorough=True):
        if damage.name == JOURNAL:
            continue  # this landing goes on with it
        path = lake / damage.name
        entry = journal.submissions.get(damage.submission_key, {})
        other = journal.others.get(damage.name)
        journal.append("repaired", name=damage.name)
        restorable = path.name == REGISTER_ENTRY and path.parent.is_dir()
        if entry and not restorable:
            anew.add(damage.submission_key)
            continue
        if not (entry or other) or path.is_symlink() or path.is_dir():
            _set_aside(lake, path)
        if entry:
            write_whole(path, entry_bytes(entry))
        elif other and "text" in other:
            path.parent.mkdir(exist_ok=True)
            write_whole(path, other["text"].encode())
        say(f"{damage}; repaired")
    return anew


def _is_whole(entry: Event, path: Path, lake: Path, submission: Submission) -> bool:
    try:
        files = {f"{place_of(entry)}/{file['name']}": file["sha256"] for file in lake_files(path.parent)}
        expected = {name: one.sha256 for name, one in expected_files(entry).items() if one.content is None}
        in_place = bool(entry == with_checksum(entry)) and path.parent == lake / place_of(entry)
        return in_place and files == expected and _has_content(submission, entry)
    except (KeyError, TypeError, OSError):
        return False


def _set_aside(lake: Path, path: Path) -> None:
    """Move what does not belong into the lake out of the way of readers, and keep it."""
    if not path.is_symlink() and not path.exists():
        return
    place = lake / REMOVED / datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f") / path.relative_to(lake)
    place.parent.mkdir(parents=True, exist_ok=True)
    path.rename(place)
    for folder in path.parents:
        if folder == lake or any(folder.iterdir()):
            break
        folder.rmdir()
