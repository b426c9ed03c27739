"""Looks whether a lake holds what landed in it, by its journal: no file cut, edited, swapped, gone or added.

Quickly, a file is as it was where its size and times are those that were noted when its checksum was last taken
(`_seen.json`, which may be deleted: then all is read once); else it is read. Thoroughly, every file is read.
"""

import json
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cpm_warehouse.errors import DamageError
from cpm_warehouse.files import sha256, write_whole
from cpm_warehouse.locks import LAKE_LOCK
from cpm_warehouse.publish.history import EXTRACT as HISTORY
from cpm_warehouse.receive.journal import FORMAT_1, JOURNAL, Event, Journal, entry_bytes, read_journal

REGISTER_ENTRY = "_submission.json"
SEEN = "_seen.json"
JUDGED, JUDGING = "_judged.json", "_judging"
ASIDE = "_aside"
REGISTER = "_register"
REMOVED = "_removed"
# What lies at the top of a lake without being what landed: the history has a chain of its own.
NOT_LANDED = {ASIDE, REGISTER, REMOVED, HISTORY, LAKE_LOCK, JUDGING, "_landed"}
NOT_LANDED |= {f"{name}{new}" for name in (JOURNAL, SEEN, JUDGED) for new in ("", ".new")}
# A file that changed so shortly before it was looked at could change again within one tick of the system's clock.
TICK_NS = 100_000_000

REPAIR = "`cpm land --repair` heals it where the extracts are at hand"


@dataclass(frozen=True)
class Damage:
    """A file of the lake, or a folder, that is not what landed: its name below the lake, and what is wrong."""

    name: str
    what: str
    submission_key: str = ""

    def __str__(self) -> str:
        """Return both in one line."""
        return f"{self.name}: {self.what}"


@dataclass(frozen=True)
class Expected:
    """A file that should be in the lake, and what it should be."""

    submission_key: str
    size: int
    sha256: str
    content: bytes | None = None


@dataclass
class Seen:
    """Size, time of change and time of renewal of files when their checksums were last right, by name."""

    path: Path
    marks: dict[str, list[int]] = field(default_factory=dict)

    @classmethod
    def read(cls, lake: Path) -> "Seen":
        """Read what was noted; nothing where that cannot be read."""
        try:
            found = json.loads((lake / SEEN).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            found = {}
        return cls(lake / SEEN, found if isinstance(found, dict) else {})

    def knows(self, name: str, status: os.stat_result) -> bool:
        """Whether a file is as it was."""
        return self.marks.get(name) == _marks(status)

    def note(self, name: str, status: os.stat_result) -> None:
        """Note how a file is whose checksum is right."""
        if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) > TICK_NS:
            self.marks[name] = _marks(status)

    def write(self) -> None:
        """Keep what was noted."""
        write_whole(self.path, json.dumps(self.marks).encode())


def _marks(status: os.stat_result) -> list[int]:
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns]


def check_lake(
    lake: Path, *, thorough: bool = False, watch: Callable[[str, int], None] | None = None
) -> list[Damage]:
    """Return what is wrong with a lake, in the order of names; nothing is changed in it.

    The history of publications, which has a chain of its own, is not looked at. Hold the lake meanwhile
    (`hold_lake`, `shared`): what a landing is writing may look damaged. Raises CpmError where a later version of
    the project wrote the lake.
    """
    return sorted(_look(lake, thorough=thorough, watch=watch)[0], key=lambda damage: damage.name)


def require_sound(lake: Path) -> Journal:
    """Return the journal of a lake that holds what landed in it; the quick look of `check_lake`.

    Its `head` names the state of the lake. Raises DamageError, in one line that names the first damage and the way
    out, where anything is wrong: nothing may be published from such a lake.
    """
    damages, journal = _look(lake, thorough=False, watch=None)
    if damages:
        first = min(damages, key=lambda damage: damage.name)
        more = f", and {len(damages) - 1} more" if len(damages) > 1 else ""
        raise DamageError(f"{lake}: is not what landed in it: {first}{more}; {REPAIR} (`cpm verify` lists all)")
    return journal


def landed_since(journal: Journal, head: str) -> tuple[str, ...]:
    """Keys of the submissions that landed since the journal ended at `head`, when a build began.

    Raises DamageError where the lake was healed since, or is another: what the build read may not be what landed.
    """
    heads = [event["sha256"] for event in journal.events]
    if head not in heads:
        raise DamageError(f"{journal.path.parent}: is not the lake that the build read; run `cpm build` again")
    at = heads.index(head) + 1
    before = {event["entry"]["submission_key"] for event in journal.events[:at] if event["event"] == "landed"}
    found: dict[str, None] = {}
    for event in journal.events[at:]:
        key = event["entry"]["submission_key"] if event["event"] == "landed" else ""
        if event["event"] == "repaired" or key in before:
            raise DamageError(
                f"{journal.path.parent}: {key or event['name']} was repaired since the build began, and the build"
                " may have read the damaged rows; run `cpm build` again"
            )
        if key:
            found[key] = None
    return tuple(key for key in found if key in journal.submissions)


def remember(lake: Path, seen: Seen) -> list[Damage]:
    """Check quickly, and note in the lake what is right, so that it need not be read again."""
    before = Seen.read(lake).marks
    damages = _look(lake, thorough=False, watch=None, seen=seen)[0]
    if seen.marks != before:
        seen.write()
    return sorted(damages, key=lambda damage: damage.name)


def place_of(entry: Event) -> str:
    """Return the folder of a submission, below the lake."""
    partition = f"provider={entry['provider']}/period={entry['period']}/version={entry['version']}"
    return f"{entry['extract']}/{partition}"


def expected_files(entry: Event) -> dict[str, Expected]:
    """Return each file of a submission by its name below the lake."""
    key, place, written = entry["submission_key"], place_of(entry), entry_bytes(entry)
    found = {f"{place}/{REGISTER_ENTRY}": Expected(key, len(written), "", written)}
    for file in entry["lake_files"]:
        found[f"{place}/{file['name']}"] = Expected(key, file["size"], file["sha256"])
    return found


def _look(
    lake: Path, *, thorough: bool, watch: Callable[[str, int], None] | None, seen: Seen | None = None
) -> tuple[list[Damage], Journal]:
    # The lake before its journal: a landing writes to the journal first, so whatever is found then is in it.
    found = dict(_walk(lake))
    journal = read_journal(lake)
    if journal.fault and (lake / FORMAT_1).exists():
        return [Damage(".", "is a lake of format 1, without checksums: `cpm land` takes it over")], journal
    if not lake.is_dir():
        return [Damage(".", "no such lake: `cpm land` makes one")], journal
    damages = [Damage(JOURNAL, journal.fault)] if journal.fault else []
    if not journal.fault and (journal.is_torn or not journal.has_ended):
        damages.append(Damage(JOURNAL, "the last landing did not end, killed or cut off; `cpm land` completes it"))
    seen = seen or Seen.read(lake)
    submissions = journal.submissions
    expected: dict[str, Expected] = {}
    for key, entry in submissions.items():
        place = place_of(entry)
        if (lake / place).is_dir():
            expected |= expected_files(entry)
        elif key != journal.unfinished:
            damages.append(Damage(place, "is missing", key))
    for name, event in journal.others.items():
        expected[name] = Expected("", event["size"], event["sha256_of_file"])
    for name, one in expected.items():
        if watch:
            watch(name, one.size)
        if what := _wrong(lake / name, name, one, seen, thorough=thorough):
            damages.append(Damage(name, what, one.submission_key))
    damages += [Damage(name, what) for name, what in found.items() if name not in expected]
    return damages, journal


def _wrong(path: Path, name: str, expected: Expected, seen: Seen, *, thorough: bool) -> str:
    """Say what is wrong with a file; nothing where it is what it should be."""
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            return "is not a file any more"
        if status.st_size != expected.size:
            return f"has {status.st_size} bytes, not {expected.size}: it was {_cut(status.st_size, expected.size)}"
        if expected.content is not None:
            return "" if path.read_bytes() == expected.content else "was edited"
        if not thorough and seen.knows(name, status):
            return ""
        if sha256(path) != expected.sha256:
            return "has other bytes than landed: it was edited, damaged or swapped"
        seen.note(name, status)
    except FileNotFoundError:
        return "is missing"
    except OSError as error:
        return f"cannot be read ({error.strerror})"
    return ""


def _cut(size: int, expected: int) -> str:
    return "emptied" if not size else "cut" if size < expected else "edited or swapped"


def _walk(lake: Path) -> Iterator[tuple[str, str]]:
    """Yield the name below the lake of whatever lies there, and what is wrong with it if nothing knows it."""
    for folder, folders, files in os.walk(lake):
        top = Path(folder) == lake
        folders[:] = [one for one in folders if not (top and one in NOT_LANDED)]
        links = [one for one in folders if (Path(folder) / one).is_symlink()]
        for one in [*files, *links]:
            hidden = one.startswith(".") and not one.endswith((".parquet", ".json"))
            if not hidden and not (top and one in NOT_LANDED):
                yield str((Path(folder) / one).relative_to(lake)), "was added: no landing wrote it"
