"""Counts what the values of a column look like, in SQL over all that was read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import duckdb

from cpm_warehouse.contracts import PATTERNS, Column
from cpm_warehouse.duck import literal
from cpm_warehouse.layouts.formats import OFFSET, pattern
from cpm_warehouse.receive.instants import in_words, strptime
from cpm_warehouse.receive.profiling.forms import form_in_sql
from cpm_warehouse.receive.profiling.given import Given
from cpm_warehouse.receive.profiling.words import meanings

# Words that people and tools write where there is nothing.
NOTHING = (
    "null",
    "(null)",
    "n/a",
    "#n/a",
    "na",
    "nan",
    "nat",
    "none",
    "nil",
    "-",
    "--",
    "?",
    "k.a.",
    "not available",
    "(clear)",
    "(none)",
    "(blank)",
    "(leer)",
    "<na>",
    "\\n",
)
WHOLE = r"-?\d{1,3}([., ']\d{3})*([.,]0*)?|-?\d+([.,]0*)?"
GUARDED = """(="[^"]*"|'.+)"""
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
SHOWN = 5
NOTHING_GIVEN = Given()
# A list of codes has fewer that are not known; more are no codes, and may be names.
MOST_CODES = 20


@dataclass(frozen=True)
class Values:
    """What was counted of a column; `forms` are its commonest, `examples` its commonest values that a list has.

    `words` are within instants and dates and stand for others before a format reads them, with what each can
    stand for. `formats` has how many of the `filled` values each format reads, `months` the months that they then
    lie in, and `naive` how many have no offset; `missing_hour` and `repeated_hour` are instants at which the
    clocks of Great Britain were put on and back. `numbers` counts ways of writing numbers; `fitting` are values of
    the column's pattern, or whole numbers however written.
    """

    rows: int
    filled: int
    nothing: dict[str, int]
    padded: int
    guarded: int
    distinct: int
    forms: dict[str, int]
    examples: Sequence[str]
    formats: dict[str, int] = field(default_factory=dict)
    months: dict[str, dict[str, int]] = field(default_factory=dict)
    naive: int = 0
    missing_hour: dict[str, int] = field(default_factory=dict)
    repeated_hour: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    fitting: int = 0
    unknown: dict[str, int] = field(default_factory=dict)
    words: dict[str, Sequence[str]] = field(default_factory=dict)

    @property
    def codes(self) -> Mapping[str, int]:
        """Values that no list knows, where they are few enough to be codes."""
        return self.unknown if len(self.unknown) <= MOST_CODES else {}


def order(form: str) -> str:
    """In which order a format has year, month and day."""
    letters = "Ymd" if form in WORD_FORMS else "".join(re.findall(r"%([dmbBYy])", form))
    return letters.lower().replace("b", "m")


def count_values(
    connection: duckdb.DuckDBPyConnection, place: int, column: Column | None, given: Given = NOTHING_GIVEN
) -> Values:
    """Count the values of column `place` of table `given`; `column` is the one of the contract that it may be."""
    known = {value.casefold() for value in column.known} if column else set()
    said_nothing = given.nothing_of(column)
    words = sorted(said_nothing | {word for word in NOTHING if word not in known})
    connection.execute(
        f"""
        create or replace temp table counted as
        with texts as (
            select c{place} as text, count(*) as number from given group by c{place}
        ), bare as (
            select
                text, number,
                text <> trim(text) as is_padded,
                regexp_full_match(trim(text), {literal(GUARDED)}) as is_guarded,
                trim(regexp_replace(trim(text), '^(="|'')|"$', '', 'g')) as unguarded,
            from texts
        )
        select
            * exclude (unguarded),
            case when is_guarded then unguarded else trim(text) end as value,
            list_contains({_list(words)}, lower(value)) as is_nothing,
            coalesce(value, '') <> '' and not is_nothing as is_filled,
        from bare
        """
    )
    rows, filled, padded, guarded, distinct = _one(
        connection,
        """
        select
            sum(number), sum(number) filter (is_filled), sum(number) filter (is_padded),
            sum(number) filter (is_guarded), count(distinct value) filter (is_filled)
        from counted
        """,
    )
    form = form_in_sql("value")
    forms = _pairs(
        connection, f"select {form}, sum(number) from counted where is_filled group by 1 order by 2 desc, 1"
    )
    listed = column.known if column and not column.identifies else ()
    examples = connection.execute(
        f"select value from counted where is_filled and list_contains({_list(listed)}, value)"
        " group by value order by sum(number) desc, value limit 3"
    ).fetchall()
    nothing_there = _pairs(
        connection, "select value, sum(number) from counted where is_nothing group by 1 order by 1"
    )
    is_time = column is not None and column.type in {"timestamp", "date"}
    put = _put_words(connection, column, given) if column and is_time else {}
    found = Values(
        rows=rows,
        filled=filled,
        nothing=nothing_there,
        padded=padded,
        guarded=guarded,
        distinct=distinct,
        forms=dict(list(forms.items())[:SHOWN]),
        examples=[value for (value,) in examples],
        naive=_without_offset(connection) if column and column.type == "timestamp" else 0,
        words=put,
        fitting=_fitting(connection, column) if column else 0,
    )
    if column and is_time:
        _count_formats(connection, found, form, _formats(column, given), with_time=column.type == "timestamp")
    if column and column.type in {"bigint", "ubigint"}:
        _count_numbers(connection, found)
    said = [*given.layout.column(column.name).values] if column else []
    if column and column.known and not column.identifies:
        items = {
            "varchar[]": "unnest(string_split(value, ';'))",
            "bigint": r"regexp_replace(value, '[.,]0*$', '')",  # a whole number, however it is written
        }
        item = items.get(column.type, "value")
        found.unknown.update(
            _pairs(
                connection,
                f"select item, sum(number) from (select {item} as item, number from counted where is_filled)"
                f" where not list_contains({_list([*column.known, *said])}, item)"
                " group by 1 order by 2 desc, 1",
            )
        )
    if column and column.type == "boolean":
        found.unknown.update(
            _pairs(
                connection,
                "select value, sum(number) from counted where is_filled"
                f" and not list_contains({_list(said)}, value) and lower(value) not in ('true', 'false')"
                " group by 1 order by 2 desc, 1",
            )
        )
    return found


def _fitting(connection: duckdb.DuckDBPyConnection, column: Column) -> int:
    """Count the values that a column of a pattern, or of whole numbers, may have."""
    shape = PATTERNS[column.pattern] if column.pattern else WHOLE if column.type in {"bigint", "ubigint"} else ""
    one = literal(f"(?i)({shape})(;({shape}))*")
    (count,) = _one(
        connection, f"select sum(number) filter (is_filled and regexp_full_match(value, {one})) from counted"
    )
    return count if shape else 0


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
    connection: duckdb.DuckDBPyConnection, found: Values, form: str, formats: Sequence[str], *, with_time: bool
) -> None:
    tried = [
        value
        for (value,) in connection.execute(
            f"select any_value(value) from counted where is_filled group by {form} limit {FORMS_TRIED}"
        ).fetchall()
    ]
    for name in formats:
        shape = _shape(name, with_time=with_time)
        if not any(_compiled(shape).fullmatch(value) for value in tried):
            continue
        read = _read(name)
        reads = f"is_filled and regexp_full_match(value, {literal(shape)}) and {read} is not null"
        (count,) = _one(connection, f"select sum(number) filter ({reads}) from counted")
        if not count:
            continue
        found.formats[name] = count
        found.months[name] = _pairs(
            connection,
            f"select strftime({read}, '%Y-%m'), sum(number) from counted where {reads} group by 1 order by 1",
        )
        # A clock time that London never had comes back an hour later. One that it has twice is shown both an hour
        # before and at the later offset, so that the instant an hour before it is two hours of clock away.
        there = f"timezone('Europe/London', {read})"
        found.missing_hour[name], found.repeated_hour[name] = _one(
            connection,
            f"select sum(number) filter (timezone('Europe/London', {there}) <> {read}),"
            f" sum(number) filter (timezone('Europe/London', {there} - interval 1 hour) = {read}"
            f" or timezone('Europe/London', {there} + interval 1 hour) = {read}) from counted where {reads}",
        )


def _without_offset(connection: duckdb.DuckDBPyConnection) -> int:
    offset = literal(rf".*:\d\d(\.\d+)? ?{OFFSET}")
    (naive,) = _one(
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


def _count_numbers(connection: duckdb.DuckDBPyConnection, found: Values) -> None:
    ways = {
        "digits": r"-?\d+",
        "decimal point": r"-?\d+\.\d+",
        "decimal comma": r"-?\d+,\d{1,2}|-?\d+,\d{4,}|-?(\d{4,}|0),\d+",
        "groups by comma": r"-?[1-9]\d{0,2}(,\d{3})+",
        "groups by point": r"-?[1-9]\d{0,2}(\.\d{3})+",
        "scientific": r"-?\d+([.,]\d+)?[eE][+-]?\d+",
    }
    for way, shape in ways.items():
        (count,) = _one(
            connection,
            f"select sum(number) filter (is_filled and regexp_full_match(value, {literal(shape)})) from counted",
        )
        if count:
            found.numbers[way] = count


def count_repeated(connection: duckdb.DuckDBPyConnection, places: Sequence[int]) -> tuple[int, int]:
    """Count keys that more than one row has, and the rows that have them; rows with an empty key are left out."""
    key = ", ".join(f"c{place}" for place in places)
    filled = " and ".join(f"c{place} is not null" for place in places)
    keys, rows = _one(
        connection,
        f"select count(*), sum(number) from (select count(*) as number from given where {filled}"
        f" group by {key} having count(*) > 1)",
    )
    return keys, rows


def _list(words: Sequence[str]) -> str:
    return f"[{', '.join(literal(word) for word in words)}]::varchar[]"


def _pairs(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, int]:
    return {str(name): int(number) for name, number in connection.execute(query).fetchall()}


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    """The numbers of one row; null, of no rows, is 0."""
    found = connection.execute(query).fetchone()
    assert found is not None
    return tuple(int(number or 0) for number in found)
