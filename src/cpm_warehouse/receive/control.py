"""Reads the control file of a submission: when it was received, whether it is synthetic, what its files are."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cpm_warehouse.errors import CpmError, RefusalError
from cpm_warehouse.files import sha256, write_whole
from cpm_warehouse.receive.names import CONTROL_FILE, received_files

Wrong = Callable[[str], CpmError]
# No clock on Earth is further from UTC.
FURTHEST = timedelta(hours=14)


KEYS = {"received_at", "synthetic", "files"}
EXAMPLE = '{"received_at": "2021-09-05T09:12:00Z", "synthetic": false, "files": [{"name": "a.csv", "rows": 412}]}'
HELP = (
    "a control file has received_at, and may have synthetic (else false) and files, each with its name and, if its"
    f" sender says them, rows and sha256: {EXAMPLE}; `cpm control <folder>` begins one"
)
TO_FILL_IN = "when it was received, like 2021-09-05T09:12:00Z"


@dataclass(frozen=True)
class Control:
    """What came with the files of a submission; `rows` and `checksums` are by the name of the file.

    `names` are those of all files, None where it does not say; `unknown_keys` are of no meaning.
    """

    received_at: datetime
    is_synthetic: bool
    rows: Mapping[str, int] = field(default_factory=dict)
    checksums: Mapping[str, str] = field(default_factory=dict)
    names: Sequence[str] | None = None
    unknown_keys: Sequence[str] = ()


def read_control(path: Path, period: str, now: datetime) -> Control:
    """Read a control file, in which each value has its type.

    Raises RefusalError where it is no control file, or was received in the future or before the month `period`.
    """

    def wrong(what: str) -> RefusalError:
        return RefusalError("control_not_readable", f"{path}: {what}; {HELP}")

    try:
        raw = json.loads(path.read_bytes().decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise wrong(f"not a control file ({error})") from error
    if not isinstance(raw, dict):
        raise wrong("not a control file, which is an object in braces")
    if "received_at" not in raw:
        raise wrong("lacks received_at: write when the submission was received")
    received_at = _instant(raw["received_at"], wrong)
    synthetic = raw.get("synthetic", False)
    if not isinstance(synthetic, bool):
        raise wrong(f"'synthetic' is {json.dumps(synthetic)}: write true or false, without quotation marks")
    files = _files(raw, wrong) if "files" in raw else []
    if received_at > now + timedelta(days=1):
        raise RefusalError(
            "received_in_the_future", f"{path}: received_at is {received_at}, later than now; correct it"
        )
    if received_at < _begin(period):
        raise RefusalError(
            "received_before_month",
            f"{path}: received_at is {received_at}, before {period} began, the month of the submission; correct"
            " one of them",
        )
    return Control(
        received_at,
        synthetic,
        {file["name"]: file["rows"] for file in files if "rows" in file},
        {file["name"]: file["sha256"].lower() for file in files if "sha256" in file},
        [file["name"] for file in files] if "files" in raw else None,
        sorted(set(raw) - KEYS),
    )


def write_outline(folder: Path, received_at: str | None, *, synthetic: bool) -> Path:
    """Write a control file for the files of a folder, with what can be told of them; returns its path.

    How many rows a file has is for its sender to say. Without the instant `received_at` it stands to be filled in,
    and nothing lands until it is. Raises CpmError where there is a control file already, or nothing to write of.
    """
    path = folder / CONTROL_FILE

    def wrong(what: str) -> CpmError:
        return CpmError(f"{path}: {what}")

    if path.exists():
        raise wrong("is there already; edit it, or remove it first")
    if received_at is not None:
        _instant(received_at, wrong)
    files = [file for file in received_files(folder) if file != path] if folder.is_dir() else []
    if not files:
        where = "<provider>/<extract>/<YYYY-MM>/v<n>"
        raise CpmError(f"{folder}: no files here; name the folder of a submission, {where}")
    control = {
        "received_at": received_at or TO_FILL_IN,
        "synthetic": synthetic,
        "files": [{"name": file.name, "sha256": sha256(file)} for file in files],
    }
    write_whole(path, (json.dumps(control, indent=2) + "\n").encode())
    return path


def _files(raw: dict[str, Any], wrong: Wrong) -> list[dict[str, Any]]:
    files = raw["files"]
    if not isinstance(files, list):
        raise wrong(f"'files' is {json.dumps(files)[:100]}: write a list of files")
    for file in files:
        if not isinstance(file, dict):
            raise wrong("'files' has something that is not an object in braces")
        if "name" not in file:
            raise wrong("'files' has one without its name")
        for name, kind, like in (("name", str, "a text"), ("sha256", str, "a text"), ("rows", int, "a number")):
            if name in file and type(file[name]) is not kind:
                raise wrong(f"'{name}' of a file is {json.dumps(file[name])[:100]}: write {like}, or leave it out")
    if len({file["name"] for file in files}) < len(files):
        raise wrong("'files' has a name twice")
    return files


def _instant(value: Any, wrong: Wrong) -> datetime:
    if not isinstance(value, str):
        raise wrong(f"'received_at' is {json.dumps(value)[:100]}; write it like \"2021-08-05T09:12:00Z\"")
    try:
        found = datetime.fromisoformat(value)
        if (offset := found.utcoffset()) is None:
            raise wrong("'received_at' has no offset; write it like 2021-08-05T09:12:00Z")
        if abs(offset) > FURTHEST:
            raise wrong(f"'received_at' is {value}; an offset is 14 hours at most: correct it")
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise wrong(
            f"'received_at' is '{value[:100]}', which is no instant; write it like 2021-08-05T09:12:00Z"
        ) from error


def _begin(period: str) -> datetime:
    """First instant of a month, in UTC or in London."""
    first = datetime.strptime(period, "%Y-%m").replace(tzinfo=UTC)
    return min(first, first.replace(tzinfo=ZoneInfo("Europe/London")))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Take an object whose names differ: of two values for one name neither can be relied on."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("it has a name twice")
    return found
