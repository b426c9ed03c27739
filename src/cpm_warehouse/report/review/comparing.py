"""What two publications differ in, row by row: the SQL that finds it, over both files read-only.

A row is known by the key of its mart's contract. Where a contract names none, or the key does not tell the rows
apart in both files, whole rows are compared: one that has changed is then one that is gone and one that came.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cpm_warehouse.duck import connect, literal, quoted
from cpm_warehouse.publish.finding import Found
from cpm_warehouse.report.review.keys import Key

HERE = Path(__file__).parent
# What differs, a row of a mart once for each column that moved. `value_before` and `value_after` are texts: the
# values of the column, and of a row that is gone or came the whole of it as JSON.
DIFFERENCES = """
    create table differences (
        part varchar, subject varchar, difference varchar, row_key varchar, column_name varchar,
        value_before varchar, value_after varchar, cause varchar, is_breaking boolean
    )
"""


@contextmanager
def compared(base: Found, change: Found, keys: Mapping[str, Key]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection with the publications as `base` and `change`, and the table `differences` between them.

    Raises CpmError where one of them is of a version that lacks what every publication has.
    """
    with connect() as connection, base.reading(), change.reading():
        for name, found in (("base", base), ("change", change)):
            connection.execute(f"attach {literal(found.path)} as {name} (read_only)")
        connection.execute(DIFFERENCES)
        for question in ("files", "submissions", "columns"):
            connection.execute(f"insert into differences {sql_of(question)}")
        connection.execute(f"set variable cause = ({sql_of('cause')})")
        for mart, common, is_alike in connection.execute(sql_of("common_marts")).fetchall():
            _compare_rows(connection, mart, keys.get(mart, ()), common, is_alike)
        yield connection


def sql_of(question: str) -> str:
    """Return one of the statements beside this file."""
    return (HERE / f"{question}.sql").read_text(encoding="utf-8")


def _compare_rows(
    connection: duckdb.DuckDBPyConnection, mart: str, key: Key, common: Sequence[str], is_alike: Sequence[bool]
) -> None:
    """Add the rows of a mart that differ, in the columns that both files have."""
    if key and set(key) <= set(common) and _tells_apart(connection, mart, key):
        connection.execute(_by_key(mart, key, common))
    elif alike := [column for column, same in zip(common, is_alike, strict=True) if same]:
        connection.execute(_whole_rows(mart, alike))


def _tells_apart(connection: duckdb.DuckDBPyConnection, mart: str, key: Key) -> bool:
    listed = ", ".join(map(quoted, key))
    return not any(
        connection.execute(
            f"select 1 from {side}.marts.{quoted(mart)} group by {listed} having count(*) > 1 limit 1"
        ).fetchall()
        for side in ("base", "change")
    )


def _by_key(mart: str, key: Key, common: Sequence[str]) -> str:
    matched = " and ".join(f"b.{quoted(one)} is not distinct from c.{quoted(one)}" for one in key)
    shown = ", ".join(
        f"{literal(one + ' ')} || coalesce(cast(coalesce(c.{quoted(one)}, b.{quoted(one)}) as varchar), 'null')"
        for one in key
    )
    others = [one for one in common if one not in key]
    cells = ", ".join(
        f"{{'column_name': {literal(one)}, 'before': cast(b.{quoted(one)} as varchar),"
        f" 'after': cast(c.{quoted(one)} as varchar)}}"
        for one in others
    )
    by_submissions = (
        "case when b.submission_keys is distinct from c.submission_keys then 'submissions' else 'definitions' end"
        if "submission_keys" in others
        else "getvariable('cause')"
    )
    return f"""
        insert into differences
        with joined as (
            select
                case when b.is_there is null then 'came' when c.is_there is null then 'gone' else 'moved' end
                    as difference,
                concat_ws(', ', {shown}) as key,
                case
                    when b.is_there is null
                        then [{{'column_name': null, 'before': null, 'after': {_as_json("c", common)}}}]
                    when c.is_there is null
                        then [{{'column_name': null, 'before': {_as_json("b", common)}, 'after': null}}]
                    else [{cells}]
                end as cells,
                case when b.is_there and c.is_there then {by_submissions} else getvariable('cause') end as cause
            from (select *, true as is_there from base.marts.{quoted(mart)}) as b
            full join (select *, true as is_there from change.marts.{quoted(mart)}) as c on {matched}
        ),
        one_by_one as (
            select difference, key, cause, unnest(cells) as cell from joined
        )
        select
            'row', {literal(mart)}, difference, key, cell.column_name, cell.before, cell.after, cause, false
        from one_by_one
        where cell.before is distinct from cell.after
    """


def _whole_rows(mart: str, columns: Sequence[str]) -> str:
    listed = ", ".join(map(quoted, columns))

    def only(side: str, other: str) -> str:
        return (
            f"select {listed} from {side}.marts.{quoted(mart)}"
            f" except all select {listed} from {other}.marts.{quoted(mart)}"
        )

    return f"""
        insert into differences
        select
            'row', {literal(mart)}, 'gone', null, null, {_as_json("b", columns)}, null,
            getvariable('cause'), false
        from ({only("base", "change")}) as b
        union all
        select
            'row', {literal(mart)}, 'came', null, null, null, {_as_json("c", columns)},
            getvariable('cause'), false
        from ({only("change", "base")}) as c
    """


def _as_json(side: str, columns: Sequence[str]) -> str:
    packed = ", ".join(f"{literal(one)}: {side}.{quoted(one)}" for one in columns)
    return f"cast(to_json({{{packed}}}) as varchar)"
