"""The journal of a lake: what landed there, in a chain that tells when any of it was altered since.

`_journal.jsonl` has one line for each thing that happened, with the checksum of the line before and its own, so
that no line can be edited, taken out or moved unseen. A submission's line has its whole register entry, and with
it the checksums of its files. The line is written before the submission appears, so that only the last one can be
of a submission that is not there: a landing was killed between the two.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cpm_warehouse.errors import CpmError
from cpm_warehouse.files import sync, write_whole

# 1: no journal, no checksums of lake files, and the absolute path of the extracts in `_extracts`.
FORMAT = 2
JOURNAL = "_journal.jsonl"
FORMAT_1 = "_extracts"
ENTRY_CHECKSUM = "entry_sha256"

Event = dict[str, Any]


@dataclass
class Journal:
    """The events of a lake, in their order, and what they come to.

    `submissions` has the register entry of each submission that landed, by its key; `others` each other file that
    landing wrote (refusals, empty files), by its name below the lake. `fault` says what is wrong with the journal;
    the events are then those before it. `is_torn` is true where its last line is not whole, as a landing leaves it
    that is killed while it writes.
    """

    path: Path
    events: list[Event] = field(default_factory=list)
    submissions: dict[str, Event] = field(default_factory=dict)
    others: dict[str, Event] = field(default_factory=dict)
    fault: str = ""
    is_torn: bool = False

    @property
    def head(self) -> str:
        """Checksum of the last line, and so of all that the lake was told: it names a state of the lake."""
        return str(self.events[-1]["sha256"]) if self.events else ""

    @property
    def extracts(self) -> str:
        """Where the lake's extracts lie, from the lake."""
        return str(next(event["extracts"] for event in reversed(self.events) if "extracts" in event))

    @property
    def has_ended(self) -> bool:
        """Whether the last landing came to its end."""
        return bool(self.events) and self.events[-1]["event"] == "ended"

    @property
    def unfinished(self) -> str:
        """Key of the submission that a landing was at last, if it did not end; it need not be there."""
        last = self.events[-1] if self.events else {"event": ""}
        return str(last["entry"]["submission_key"]) if last["event"] == "landed" else ""

    def append(self, event: str, **content: Any) -> None:
        """Add a line, forced to disk."""
        line, made = _line({"event": event, **content}, self.head)
        with self.path.open("ab") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        if not self.events:
            sync(self.path.parent)
        self.add(made)

    def add(self, event: Event) -> None:
        """Take in an event that stands in the file."""
        self.events.append(event)
        if event["event"] == "landed":
            self.submissions[event["entry"]["submission_key"]] = event["entry"]
        elif event["event"] == "given_up":
            self.submissions.pop(event["submission_key"], None)
        elif event["event"] == "written":
            self.others[event["name"]] = event

    def end(self) -> None:
        """Note that a landing came to its end, if it did anything: all that the journal names is there now."""
        if not self.has_ended:
            self.append("ended")

    def mend(self) -> None:
        """Take away a last line that is not whole."""
        if self.is_torn:
            self.write()
            self.is_torn = False

    def write(self) -> None:
        """Write the journal anew from its events, chained again."""
        lines, head = [], ""
        events, self.events = self.events, []
        for event in events:
            content = {name: value for name, value in event.items() if name not in {"before", "sha256"}}
            line, made = _line(content, head)
            head = made["sha256"]
            lines.append(line)
            self.events.append(made)
        write_whole(self.path, b"".join(lines))
        self.fault = ""


def read_journal(lake: Path) -> Journal:
    """Read the journal of a lake and check its chain. Raises CpmError where a later version wrote it."""
    journal = Journal(lake / JOURNAL)
    try:
        content = journal.path.read_bytes()
    except FileNotFoundError:
        journal.fault = "is missing"
        return journal
    if not content:
        journal.fault = "is empty"
    *lines, torn = content.split(b"\n")
    for number, line in enumerate(lines, start=1):
        event = _event(line, journal.head)
        if event is None:
            journal.fault = f"was altered at line {number}, or before it"
            return journal
        journal.add(event)
        if event["event"] == "lake" and event["format"] != FORMAT:
            raise CpmError(
                f"{lake}: is a lake of format {event['format']}, and this version of the project reads format"
                f" {FORMAT}; update the project"
            )
    journal.is_torn = bool(torn)
    if torn and (event := _event(torn, journal.head)):
        journal.add(event)  # whole but for the end of the line
    if content and not journal.events:
        journal.fault = "was cut within its first line"
    return journal


def entry_bytes(entry: Mapping[str, Any]) -> bytes:
    """Return a register entry as it is written beside the rows."""
    return (json.dumps(entry, indent=2) + "\n").encode()


def with_checksum(entry: Mapping[str, Any]) -> Event:
    """Return a register entry with its own checksum, by which it can be believed without the journal."""
    content = {name: value for name, value in entry.items() if name != ENTRY_CHECKSUM}
    return content | {ENTRY_CHECKSUM: hashlib.sha256(_dumped(content)).hexdigest()}


def _line(content: Event, before: str) -> tuple[bytes, Event]:
    linked = content | {"before": before}
    made = linked | {"sha256": hashlib.sha256(_dumped(linked)).hexdigest()}
    return _dumped(made) + b"\n", made


def _event(line: bytes, before: str) -> Event | None:
    """Read a line; None where it is not as it was written, or does not follow the line before."""
    try:
        found = json.loads(line)
        content = {name: value for name, value in found.items() if name not in {"before", "sha256"}}
        written, event = _line(content, before)
    except (ValueError, AttributeError, RecursionError):
        return None
    return event if written == line + b"\n" else None


def _dumped(content: Mapping[str, Any]) -> bytes:
    return json.dumps(content, separators=(",", ":")).encode()
