"""The bank holiday seed against an independent library and lists by hand, date by date."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import holidays
import pytest

CALENDAR = Path(__file__).parents[2] / "seeds" / "reference" / "calendar"
FIRST, LAST = date(2012, 1, 1), date(2030, 12, 31)

# ISO 3166-2 subdivisions that keep the holidays of a division.
SUBDIVISIONS = {
    "england_and_wales": ["ENG", "WLS"],
    "scotland": ["SCT"],
    "northern_ireland": ["NIR"],
}

# Dates on which the library and the seed are known to disagree, by division, with the reason: none.
DISAGREEMENTS: dict[str, dict[date, str]] = {division: {} for division in SUBDIVISIONS}

# England and Wales, as in docs/calendar.md#bank-holidays.
ENGLAND_AND_WALES = {
    2020: "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28",
    2021: "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28",
    2022: "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27",
    2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
    2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
    2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
    2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
}

# What Scotland adds to that and what it drops.
SCOTLAND_DIFFERS = {
    2020: ("01-02 08-03 11-30", "04-13 08-31"),
    2021: ("01-04 08-02 11-30", "04-05 08-30"),
    2022: ("01-04 08-01 11-30", "04-18 08-29"),
    2023: ("01-03 08-07 11-30", "04-10 08-28"),
    2024: ("01-02 08-05 12-02", "04-01 08-26"),
    2025: ("01-02 08-04 12-01", "04-21 08-25"),
    2026: ("01-02 06-15 08-03 11-30", "04-06 08-31"),
    2027: ("01-04 08-02 11-30", "03-29 08-30"),
}

VE_DAY = {
    "england_and_wales": date(2019, 6, 7),
    "scotland": date(2019, 6, 14),
    "northern_ireland": date(2019, 6, 7),
}


def everywhere(announced: date) -> dict[str, date]:
    return dict.fromkeys(SUBDIVISIONS, announced)


# One-off and moved holidays: the day from which each was known, by division; the rest always were.
KNOWN_THROUGHOUT = date(2010, 1, 1)
ANNOUNCED = {
    date(2012, 6, 4): everywhere(date(2010, 1, 5)),
    date(2012, 6, 5): everywhere(date(2010, 1, 5)),
    date(2020, 5, 8): VE_DAY,
    date(2022, 6, 2): everywhere(date(2020, 11, 12)),
    date(2022, 6, 3): everywhere(date(2020, 11, 12)),
    date(2022, 9, 19): everywhere(date(2022, 9, 10)),
    date(2023, 5, 8): everywhere(date(2022, 11, 6)),
    date(2026, 6, 15): {"scotland": date(2026, 2, 4)},
}

# Days from which holidays moved away: the day from which each was known to be none.
MOVED = {
    date(2012, 5, 28): everywhere(date(2010, 1, 5)),
    date(2020, 5, 4): VE_DAY,
    date(2022, 5, 30): everywhere(date(2020, 11, 12)),
}


class Holiday(NamedTuple):
    """A row of the seed; `known_to` is None while the holiday stands."""

    division: str
    holiday_date: date
    known_from: date
    known_to: date | None


def read_holidays() -> Iterator[Holiday]:
    with (CALENDAR / "bank_holidays.csv").open(newline="") as rows:
        for row in csv.DictReader(rows):
            yield Holiday(
                row["division"],
                date.fromisoformat(row["holiday_date"]),
                date.fromisoformat(row["known_from"]),
                date.fromisoformat(row["known_to"]) if row["known_to"] else None,
            )


HOLIDAYS = list(read_holidays())


def standing(division: str) -> set[date]:
    return {h.holiday_date for h in HOLIDAYS if h.division == division and h.known_to is None}


def in_year(year: int, days: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{day}") for day in days.split()}


@pytest.mark.parametrize(
    ("division", "subdivision"),
    [(division, code) for division, codes in SUBDIVISIONS.items() for code in codes],
)
def test_every_date_agrees_with_the_holidays_library(division: str, subdivision: str) -> None:
    library = holidays.country_holidays("GB", subdiv=subdivision, years=range(FIRST.year, LAST.year + 1))
    seed = standing(division)
    # The library keeps a holiday on a weekend beside its substitute day; neither is a Working Day.
    days = (FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1))
    differ = {day for day in days if day.weekday() < 5 and (day in seed) != (day in library)}
    assert differ == set(DISAGREEMENTS[division])


@pytest.mark.parametrize("year", ENGLAND_AND_WALES)
def test_england_and_wales_are_as_listed_by_hand(year: int) -> None:
    seed = {day for day in standing("england_and_wales") if day.year == year}
    assert seed == in_year(year, ENGLAND_AND_WALES[year])


@pytest.mark.parametrize("year", SCOTLAND_DIFFERS)
def test_scotland_is_as_listed_by_hand(year: int) -> None:
    adds, drops = (in_year(year, days) for days in SCOTLAND_DIFFERS[year])
    seed = {day for day in standing("scotland") if day.year == year}
    assert drops <= in_year(year, ENGLAND_AND_WALES[year])
    assert seed == (in_year(year, ENGLAND_AND_WALES[year]) | adds) - drops


def test_no_standing_holiday_is_listed_twice_or_out_of_bounds() -> None:
    days = [(h.division, h.holiday_date) for h in HOLIDAYS if h.known_to is None]
    assert len(days) == len(set(days))
    assert all(FIRST <= day <= LAST and day.weekday() < 5 for _, day in days)


def test_holidays_are_known_from_their_announcement() -> None:
    announced: dict[date, dict[str, date]] = {}
    for row in HOLIDAYS:
        if row.known_from != KNOWN_THROUGHOUT:
            announced.setdefault(row.holiday_date, {})[row.division] = row.known_from
            assert row.known_to is None
    assert announced == ANNOUNCED


def test_moved_holidays_are_known_until_their_announcement() -> None:
    moved: dict[date, dict[str, date]] = {}
    for row in HOLIDAYS:
        if row.known_to is not None:
            moved.setdefault(row.holiday_date, {})[row.division] = row.known_to
    assert moved == MOVED
