"""Turns local times into UTC in SQL, by the changes of a zone's offset.

DuckDB's own `timezone(zone, local)` takes three times as long as all else about an instant, and decides of its own
which of two instants a time that comes twice is. Here every change of the zone is written out: a local time
is found between two of them, and what lies in the hour between is the rule's to decide.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from cpm_warehouse.layouts.layout import Instants

# Years that a form of an instant may have.
FIRST, AFTER = datetime(1900, 1, 1), datetime(2100, 1, 1)
# No zone changes its offset and back within so many days.
STEP = timedelta(days=7)
NEAR = timedelta(days=730)
RULES = {"twice": "repeated_hour", "never": "missing_hour"}


@dataclass(frozen=True)
class Stretch:
    """Local times, the first inclusive and the last not: with one offset, or as they come `twice` or `never`.

    `offsets` are seconds before UTC, the greater first: of two instants that a time may be, it gives the earlier.
    """

    first: datetime
    after: datetime
    kind: str
    offsets: tuple[int, ...]


@cache
def stretches(zone: str) -> tuple[Stretch, ...]:
    """Return the stretches of a zone's local time, in order and without a gap."""
    found: list[Stretch] = []
    changes = [(FIRST, _offset(zone, FIRST)), *_changes(zone)]
    start = FIRST
    for (_, before), (at, offset) in pairwise(changes):
        ends, begins = at + timedelta(seconds=before), at + timedelta(seconds=offset)
        both = (max(before, offset), min(before, offset))
        found.append(Stretch(start, min(ends, begins), "once", (before,)))
        found.append(Stretch(min(ends, begins), max(ends, begins), "twice" if begins < ends else "never", both))
        start = max(ends, begins)
    return (*found, Stretch(start, AFTER, "once", (changes[-1][1],)))


def to_utc(local: str, instants: Instants, period: str) -> str:
    """SQL of the UTC instant of a local time, null where there is none by the rules of `instants`.

    The stretches about the month `period` (YYYY-MM) are compared with in turn, which is quick; what lies further
    off is looked up among all.
    """
    assert instants.zone
    month = datetime.strptime(period, "%Y-%m")
    near = sorted(stretches(instants.zone), key=lambda one: _distance(one, month))
    branches = [
        f"when {local} >= timestamp '{one.first}' and {local} < timestamp '{one.after}'"
        f" then {_moved(local, _offset_by(one, instants))}"
        for one in near
        if _distance(one, month) < NEAR
    ]
    offsets = ", ".join(str(_offset_by(one, instants)) for one in stretches(instants.zone)).replace("None", "null")
    return f"case {' '.join(branches)} else {_moved(local, _looked_up(local, instants.zone, f'[{offsets}]'))} end"


def kind_of(local: str, zone: str) -> str:
    """SQL of how often a local time comes: `once`, `twice`, `never`; null where no form of an instant has it."""
    return _looked_up(local, zone, "[" + ", ".join(f"'{one.kind}'" for one in stretches(zone)) + "]")


def _looked_up(local: str, zone: str, values: str) -> str:
    """SQL of the value, in a list of one for each stretch, of the one that a local time lies in."""
    firsts = ", ".join(f"timestamp '{one.first}'" for one in stretches(zone))
    place = f"len(list_filter([{firsts}], lambda first: first <= {local}))"
    return f"case when {local} < timestamp '{AFTER}' then list_extract({values}, {place}) end"


def _moved(local: str, offset: str | int | None) -> str:
    if offset is None:
        return "null"
    return local if offset == 0 else f"make_timestamp(epoch_us({local}) - 1000000 * cast({offset} as bigint))"


def _offset_by(one: Stretch, instants: Instants) -> int | None:
    """The offset by which times of a stretch are read; None where they are quarantined."""
    rule = "earlier" if one.kind == "once" else getattr(instants, RULES[one.kind])
    return {"earlier": one.offsets[0], "later": one.offsets[-1]}.get(rule)


def _distance(one: Stretch, month: datetime) -> timedelta:
    return max(one.first - month, month - one.after, timedelta())


def _changes(zone: str) -> Iterator[tuple[datetime, int]]:
    """Yield each UTC time at which the offset of a zone changes, with the new one, in seconds before UTC."""
    at, before = FIRST, _offset(zone, FIRST)
    while at < AFTER:
        then = at + STEP
        if (offset := _offset(zone, then)) != before:
            low, high = at, then
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (low, middle) if _offset(zone, middle) == offset else (middle, high)
            yield high, offset
            before = offset
        at = then


def _offset(zone: str, at: datetime) -> int:
    found = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
    assert found is not None
    return int(found.total_seconds())
