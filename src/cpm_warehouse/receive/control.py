"""Reads the control file of a submission: when it was received, whether it is synthetic, what its files are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cpm_warehouse.errors import RefusalError

CONTROL_FILE = "control.json"
# No clock on Earth is further from UTC.
FURTHEST = timedelta(hours=14)


@dataclass(frozen=True)
class Control:
    """What came with the files of a submission; `rows` and `checksums` are by the name of the file."""

    received_at: datetime
    is_synthetic: bool
    rows: Mapping[str, int]
    checksums: Mapping[str, str]


def read_control(path: Path, period: str, now: datetime) -> Control:
    """Read a control file, in which each value has its type.

    Raises RefusalError where it is no control file, or was received in the future or before the month `period`.
    """

    def wrong(what: str) -> RefusalError:
        return RefusalError("control_not_readable", f"{path}: not a control file ({what}); see extracts/README.md")

    try:
        raw = json.loads(path.read_bytes().decode("utf-8-sig"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise wrong(str(error)) from error
    if not isinstance(raw, dict):
        raise wrong("it is not an object in braces")
    received_at = _instant(raw.get("received_at"), wrong)
    synthetic = raw.get("synthetic", False)
    if not isinstance(synthetic, bool):
        raise wrong(f"'synthetic' is {json.dumps(synthetic)}; write true or false, without quotation marks")
    files = raw.get("files")
    if not isinstance(files, list):
        raise wrong("'files' is not a list")
    for file in files:
        if not isinstance(file, dict):
            raise wrong("'files' has something that is not an object in braces")
        for name, kind, like in (("name", str, "a text"), ("sha256", str, "a text"), ("rows", int, "a number")):
            if type(file.get(name)) is not kind:
                raise wrong(f"'{name}' of a file is {json.dumps(file.get(name))}; write {like}")
    if len({file["name"] for file in files}) < len(files):
        raise wrong("'files' has a name twice")
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
        {file["name"]: file["rows"] for file in files},
        {file["name"]: file["sha256"].lower() for file in files},
    )


def _instant(value: Any, wrong: Any) -> datetime:
    if not isinstance(value, str):
        raise wrong(f"'received_at' is {json.dumps(value)}; write it like \"2021-08-05T09:12:00Z\"")
    try:
        found = datetime.fromisoformat(value)
        if (offset := found.utcoffset()) is None:
            raise wrong("'received_at' has no offset; write it like 2021-08-05T09:12:00Z")
        if abs(offset) > FURTHEST:
            raise wrong(f"'received_at' is {value}; an offset is 14 hours at most: correct it")
        return found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise wrong(
            f"'received_at' is '{value}', which is no instant; write it like 2021-08-05T09:12:00Z"
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
