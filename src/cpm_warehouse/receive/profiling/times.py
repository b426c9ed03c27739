"""Counts which formats read the instants and dates of a column, and which months they then lie in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

import duckdb

from cpm_warehouse.contracts import Column
from cpm_warehouse.duck import literal
from cpm_warehouse.layouts.formats import OFFSET, pattern
from cpm_warehouse.receive.instants import in_words, strptime
from cpm_warehouse.receive.profiling.counting import numbers_of, pairs_of
from cpm_warehouse.receive.profiling.forms import form_in_sql
from cpm_warehouse.receive.profiling.given import Given
from cpm_warehouse.receive.profiling.words import meanings

ISO = rf"(19|20)\d\d-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{{1,9}})?)?( ?{OFFSET})?)?"
ISO_DATE = r"(19|20)\d\d-\d\d-\d\d"
DAYS = (
    *("%d/%m/%Y", "%m/%d/%Y", "%Y/%m/%d", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y"),
    *("%d.%m.%y", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d, %Y", "%Y%m%d"),
    *("%d. %b %Y", "%d. %b. %Y", "%d. %B %Y", "%d.%b.%Y", "%d %b %y", "%d %B %y"),
)
# With points, as Oracle has them.
CLOCKS = (
    *("%H:%M:%S", "%H:%M", "%H:%M:%S.%f", "%H:%M:%S,%f", "%H:%M:%S:%f", "%H:%M Uhr", "%H:%M:%S Uhr"),
    *("%I:%M:%S %p", "%I:%M %p", "%I:%M%p", "%I:%M:%S%p", "%I:%M:%S.%f %p", "%I.%M.%S.%f %p", "%I.%M.%S %p"),
    *("%H:%M:%S%z", "%H:%M:%S %z", "%H:%M%z", "%H:%M %z", "%H:%M:%S.%f%z", "%H:%M:%S.%f %z"),
)
INSTANT_FORMATS = tuple(f"{day}{sign}{clock}" for day in DAYS for sign in (" ", "T", ", ") for clock in CLOCKS)
WORD_FORMS = {
    "iso": ISO,
    "excel_serial": r"[2-6]\d{4}(\.\d+)?",
    "epoch_seconds": r"\d{10}",
    "epoch_milliseconds": r"\d{13}",
}
# An offset follows a time alone: the last part of 2021-07-01 is none.
WITHOUT_OFFSET = rf"regexp_replace(value, '(:\d\d(\.\d+)?) ?{OFFSET}$', '\1')"
# Of so many of the forms that a column has, one value each is tried before all are counted.
FORMS_TRIED = 300


@dataclass(frozen=True, kw_only=True)
class Times:
    """What was counted of instants or dates.

    `words` are within them and stand for others before a format reads them, with what each can stand for.
    `formats` has how many values each format reads, `months` the months that they then lie in, and `naive` how
    many have no offset. `missing_hour` and `repeated_hour` are instants at which clocks of Great Britain were put
    on and back.
    """

    formats: dict[str, int] = field(default_factory=dict)
    months: dict[str, dict[str, int]] = field(default_factory=dict)
    naive: int = 0
    missing_hour: dict[str, int] = field(default_factory=dict)
    repeated_hour: dict[str, int] = field(default_factory=dict)
    words: dict[str, Sequence[str]] = field(default_factory=dict)


def order(form: str) -> str:
    """In which order a format has year, month and day."""
    letters = "Ymd" if form in WORD_FORMS else "".join(re.findall(r"%([dmbBYy])", form))
    return letters.lower().replace("b", "m")


def count_times(connection: duckdb.DuckDBPyConnection, column: Column, given: Given) -> Times:
    """Count the values of table `counted`, in which words are put in place of others on the way."""
    with_time = column.type == "timestamp"
    words = _put_words(connection, column, given)
    found = Times(words=words, naive=_without_offset(connection) if with_time else 0)
    _count_formats(connection, found, _formats(column, given), with_time=with_time)
    return found


def _formats(column: Column, given: Given) -> Sequence[str]:
    """Formats that a column may have: those of a layout, and those that are known here."""
    if column.type == "date":
        return tuple(dict.fromkeys((*given.layout.dates_of(column.name).formats, "iso", "excel_serial", *DAYS)))
    return tuple(dict.fromkeys((*given.layout.instants_of(column.name).formats, *WORD_FORMS, *INSTANT_FORMATS)))


def _put_words(connection: duckdb.DuckDBPyConnection, column: Column, given: Given) -> dict[str, Sequence[str]]:
    """Put in place of words within instants and dates what they stand for, by a layout or as is known here.

    Returns the latter, with all that each can stand for.
    """
    layout = given.layout
    said = (layout.dates_of if column.type == "date" else layout.instants_of)(column.name).words
    words = connection.execute(
        "select distinct unnest(regexp_extract_all(value, '\\p{L}{2,}')) as word from counted where is_filled"
        " order by word"
    ).fetchall()
    known = {word.casefold() for word in said}
    put: dict[str, Sequence[str]] = {
        word: meant for (word,) in words if word.casefold() not in known and (meant := meanings(word))
    }
    stands_for = dict(said) | {word: meant[0] for word, meant in put.items()}
    if stands_for:
        connection.execute(f"update counted set value = {in_words('value', stands_for)} where is_filled")
    return put


def _count_formats(
    connection: duckdb.DuckDBPyConnection, found: Times, formats: Sequence[str], *, with_time: bool
) -> None:
    tried = [
        value
        for (value,) in connection.execute(
            "select any_value(value) from counted where is_filled"
            f" group by {form_in_sql('value')} limit {FORMS_TRIED}"
        ).fetchall()
    ]
    for name in formats:
        shape = _shape(name, with_time=with_time)
        if not any(_compiled(shape).fullmatch(value) for value in tried):
            continue
        read = _read(name)
        reads = f"is_filled and regexp_full_match(value, {literal(shape)}) and {read} is not null"
        (count,) = numbers_of(connection, f"select sum(number) filter ({reads}) from counted")
        if not count:
            continue
        found.formats[name] = count
        found.months[name] = pairs_of(
            connection,
            f"select strftime({read}, '%Y-%m'), sum(number) from counted where {reads} group by 1 order by 1",
        )
        # A clock time that London never had comes back an hour later. One that it has twice is shown both an hour
        # before and at the later offset, so that the instant an hour before it is two hours of clock away.
        there = f"timezone('Europe/London', {read})"
        found.missing_hour[name], found.repeated_hour[name] = numbers_of(
            connection,
            f"select sum(number) filter (timezone('Europe/London', {there}) <> {read}),"
            f" sum(number) filter (timezone('Europe/London', {there} - interval 1 hour) = {read}"
            f" or timezone('Europe/London', {there} + interval 1 hour) = {read}) from counted where {reads}",
        )


def _without_offset(connection: duckdb.DuckDBPyConnection) -> int:
    offset = literal(rf".*:\d\d(\.\d+)? ?{OFFSET}")
    (naive,) = numbers_of(
        connection,
        "select sum(number) filter (is_filled and not regexp_full_match(value, '\\d{10}|\\d{13}')"
        f" and not regexp_full_match(value, {offset})) from counted",
    )
    return naive


@cache
def _compiled(shape: str) -> re.Pattern[str]:
    """A pattern; `re` itself keeps fewer of them than there are formats."""
    return re.compile(shape)


def _shape(name: str, *, with_time: bool) -> str:
    if name == "iso" and not with_time:
        return ISO_DATE
    return WORD_FORMS.get(name) or pattern(name)


def _read(name: str) -> str:
    """SQL of the instant of a value as its clock shows it, without its offset; null where there is none such."""
    if name == "iso":
        return f"try_cast({WITHOUT_OFFSET} as timestamp)"
    if name == "excel_serial":
        return "(timestamp '1899-12-30' + to_seconds(round(try_cast(value as double) * 86400)))"
    if name.startswith("epoch"):
        unit = 1 if name == "epoch_seconds" else 1000
        return f"make_timestamp(try_cast(value as bigint) // {unit} * 1000000)"
    # The clock is wanted as it is written, so that an offset is left out.
    bare = name.removesuffix("%z").rstrip()
    text = "value" if bare == name else WITHOUT_OFFSET
    return strptime(text, bare)
