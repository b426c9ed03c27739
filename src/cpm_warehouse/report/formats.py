"""How a value is written for a reader, by the unit at the end of its column's name."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

NOTHING = "\N{EN DASH}"
SHOWN_PLACES, STORED_PLACES = 2, 6
SECONDS_PER_MINUTE = 60
UNITS_OF_TIME = ((86400, "d"), (3600, "h"), (SECONDS_PER_MINUTE, "min"), (1, "s"))

ACRONYMS = {
    word.lower(): word
    for word in (
        "CPM",
        "CR1418",
        "CR1420",
        "CR1423",
        "CR1430",
        "CR1438",
        "CR1440",
        "CSP",
        "DCC",
        "DSP",
        "GBP",
        "ID",
        "MP122A",
        "OPR",
        "OPSG",
        "PMR",
        "SEC",
        "SECAS",
        "SLA",
        "SMETS1",
        "SMKI",
        "SRV",
        "S1SP",
        "TOC",
    )
} | {
    "ioc": "IOC",
    "moc": "MOC",
    "foc": "FOC",
    "p50": "P50",
    "p90": "P90",
    "p95": "P95",
    "p99": "P99",
    "s1sps": "S1SPs",
    "wan": "WAN",
    "wd": "Working Days",
    **{word.lower(): word for word in ("North", "Central", "South")},
}
UNITS = {
    "pct": "%",
    "points": "points",
    "seconds": "",
    "count": "",
    "id": "",
    "days": "days",
    "minutes": "minutes",
    "gbp": "GBP",
    "bp": "basis points",
}
# What is counted, where the column's name says it in the singular.
COUNTED = ("extract", "incident", "month", "reopen", "request", "row", "submission")
# A shape with the word: the verdict is read without colour.
MARKS = {
    "target_met": "●",
    "minimum_met": "◐",
    "below_minimum": "○",
    "in_time": "●",
    "same_day": "◐",
    "misses": "○",
}
SIGNED = ("change_", "difference_", "restated_")
CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")


def heading(name: str) -> str:
    """Return a column's name in words, its unit last: `target_pct` is 'Target, %'."""
    name = name.removeprefix("is_").removesuffix("_name")
    if name.startswith("seconds_"):  # written in days, hours and minutes
        name = f"time_{name.removeprefix('seconds_')}"
    if name.endswith("_working_days"):
        return f"{in_words(name.removesuffix('_working_days'))}, Working Days"
    stem, _, last = name.rpartition("_")
    if not stem or last not in UNITS:
        return in_words(name)
    if last == "count" and stem.endswith(COUNTED):
        return f"{in_words(stem)}s"
    return f"{in_words(stem)}, {UNITS[last]}" if UNITS[last] else in_words(stem)


def in_words(code: str) -> str:
    """Write a code as words: `not_dcc_responsible` is 'Not DCC responsible'."""
    words = " ".join(ACRONYMS.get(word, word) for word in code.split("_"))
    return words[:1].upper() + words[1:]


def is_number(value: Any) -> bool:
    """Tell numbers from what only counts as one in Python."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def written(name: str, value: Any, levels: tuple[Decimal, ...] = ()) -> str:
    """Return the value of a column as text.

    `levels` are the figures, in percent or in seconds, on whose side the value must be seen to stand.
    """
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, datetime):
        return f"{value:%d %b %Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%b %Y}" if name.endswith("_month") else f"{value:%d %b %Y}"
    if isinstance(value, str):
        return _text(name, value)
    if name.endswith("_pct"):
        return percent(Decimal(str(value)), levels)
    if name.endswith("_points"):
        return f"{value:+,.2f}" if name.startswith(SIGNED) else f"{value:,.2f}"
    if "seconds" in name.split("_"):
        return duration(Decimal(str(value)), levels)
    return f"{value:,.2f}" if isinstance(value, float | Decimal) else f"{value:,}"


def percent(value: Decimal, levels: tuple[Decimal, ...] = ()) -> str:
    """Write a percentage to two places, or as many as keep it on its side of each level, of 0 and of 100.

    99.9996 against a target of 100 is not written 100.00.
    """
    for places in range(SHOWN_PLACES, STORED_PLACES):
        rounded = round(value, places)
        if all((value < level) == (rounded < level) for level in (Decimal(100), *levels)) and (
            bool(value) == bool(rounded)
        ):
            return f"{rounded:,.{places}f}"
    return f"{value:,.{STORED_PLACES}f}"


def duration(seconds: Decimal, targets: tuple[Decimal, ...] = ()) -> str:
    """Write seconds in the two largest units that they fill: 93,600 is '1 d 2 h'.

    What is longer than a target is not written as that is: a second more than four hours is '4 h 0 min 1 s'.
    """
    short = _in_units(seconds, 2)
    is_hidden = any(seconds > target and short == _in_units(target, 2) for target in targets)
    return _in_units(seconds, len(UNITS_OF_TIME)) if is_hidden else short


def _in_units(seconds: Decimal, count: int) -> str:
    sign, rest = ("-", -seconds) if seconds < 0 else ("", seconds)
    whole = int(rest)
    if rest < SECONDS_PER_MINUTE:
        return f"{sign}{rest:.1f} s" if rest != whole else f"{sign}{whole} s"
    said = []
    for size, unit in [(size, unit) for size, unit in UNITS_OF_TIME if whole >= size][:count]:
        number, whole = divmod(whole, size)
        said.append(f"{number} {unit}")
    return f"{sign}{' '.join(said)}"


def _text(name: str, value: str) -> str:
    if name == "measure_id":
        return value.replace("_", " ")
    if name.endswith("statuses"):
        return ", ".join(_text("status", one) for one in value.split(","))
    if value in MARKS:
        return f"{MARKS[value]} {in_words(value)}"
    is_a_code = CODE.fullmatch(value) or (
        name not in {"source", "definition", "limitation", "where_to_look"}
        and value.islower()
        and "/" not in value  # a submission or a file, by which it is looked up
    )
    return in_words(value) if is_a_code else value
