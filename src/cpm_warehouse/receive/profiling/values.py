"""Counts what the values of a column look like, in SQL over all that was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import duckdb

from cpm_warehouse.contracts import PATTERNS, Column
from cpm_warehouse.duck import literal
from cpm_warehouse.receive.profiling.counting import numbers_of, pairs_of
from cpm_warehouse.receive.profiling.forms import form_in_sql
from cpm_warehouse.receive.profiling.given import Given
from cpm_warehouse.receive.profiling.times import Times, count_times

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
SHOWN = 5
NOTHING_GIVEN = Given()
# A list of codes has fewer that are not known; more are no codes, and may be names.
MOST_CODES = 20


@dataclass(frozen=True, kw_only=True)
class Values(Times):
    """What was counted of a column; `forms` are its commonest, `examples` its commonest values that a list has.

    `filled` are values that are no words for `nothing`. `numbers` counts ways of writing numbers; `fitting` are
    values of the column's pattern, or whole numbers however written; `unknown` are those that no list has.
    """

    rows: int
    filled: int
    nothing: dict[str, int]
    padded: int
    guarded: int
    distinct: int
    forms: dict[str, int]
    examples: Sequence[str]
    fitting: int = 0
    numbers: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, int] = field(default_factory=dict)

    @property
    def codes(self) -> Mapping[str, int]:
        """Values that no list knows, where they are few enough to be codes."""
        return self.unknown if len(self.unknown) <= MOST_CODES else {}


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
    rows, filled, padded, guarded, distinct = numbers_of(
        connection,
        """
        select
            sum(number), sum(number) filter (is_filled), sum(number) filter (is_padded),
            sum(number) filter (is_guarded), count(distinct value) filter (is_filled)
        from counted
        """,
    )
    forms = pairs_of(
        connection,
        f"select {form_in_sql('value')}, sum(number) from counted where is_filled group by 1 order by 2 desc, 1",
    )
    listed = column.known if column and not column.identifies else ()
    examples = connection.execute(
        f"select value from counted where is_filled and list_contains({_list(listed)}, value)"
        " group by value order by sum(number) desc, value limit 3"
    ).fetchall()
    nothing_there = pairs_of(
        connection, "select value, sum(number) from counted where is_nothing group by 1 order by 1"
    )
    times = Times()
    if column and column.type in {"timestamp", "date"}:
        times = count_times(connection, column, given)
    found = Values(
        **vars(times),
        rows=rows,
        filled=filled,
        nothing=nothing_there,
        padded=padded,
        guarded=guarded,
        distinct=distinct,
        forms=dict(list(forms.items())[:SHOWN]),
        examples=[value for (value,) in examples],
        fitting=_fitting(connection, column) if column else 0,
    )
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
            pairs_of(
                connection,
                f"select item, sum(number) from (select {item} as item, number from counted where is_filled)"
                f" where not list_contains({_list([*column.known, *said])}, item)"
                " group by 1 order by 2 desc, 1",
            )
        )
    if column and column.type == "boolean":
        found.unknown.update(
            pairs_of(
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
    (count,) = numbers_of(
        connection, f"select sum(number) filter (is_filled and regexp_full_match(value, {one})) from counted"
    )
    return count if shape else 0


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
        (count,) = numbers_of(
            connection,
            f"select sum(number) filter (is_filled and regexp_full_match(value, {literal(shape)})) from counted",
        )
        if count:
            found.numbers[way] = count


def count_repeated(connection: duckdb.DuckDBPyConnection, places: Sequence[int]) -> tuple[int, int]:
    """Count keys that more than one row has, and the rows that have them; rows with an empty key are left out."""
    key = ", ".join(f"c{place}" for place in places)
    filled = " and ".join(f"c{place} is not null" for place in places)
    keys, rows = numbers_of(
        connection,
        f"select count(*), sum(number) from (select count(*) as number from given where {filled}"
        f" group by {key} having count(*) > 1)",
    )
    return keys, rows


def _list(words: Sequence[str]) -> str:
    return f"[{', '.join(literal(word) for word in words)}]::varchar[]"
