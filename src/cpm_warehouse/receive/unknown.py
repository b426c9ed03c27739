"""Finds the codes in a lake that no list knows: how often each was seen, in which months, and where first."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.contracts import Column, Contract, SeedColumns, seed_rows
from cpm_warehouse.duck import connect, insert_rows, literal, quoted
from cpm_warehouse.errors import CpmError
from cpm_warehouse.publish.withholding import WORD, identifier_patterns
from cpm_warehouse.receive.codes import KnownCodes
from cpm_warehouse.receive.journal import Event, read_journal

# The log of changes has the values of several fields in one column; a list of its fields says what each holds: the
# code of the list that calls its codes so.
LOG, LOG_FIELD, LOG_VALUES = "remedy_incident_audit", "Field", ("Old Value", "New Value")
FIELDS, FIELD, HOLDS = "incident_audit_fields", "audit_field", "tracked_as"
# A column may take its codes from several lists.
OR = " or "


@dataclass(frozen=True)
class Unknown:
    """A code that no list knows: in how many rows and submissions, of which months, and where it was seen first.

    `list_month` is the month of the own list that was in force and lacks it, and `keeps_project` whether that adds
    to the project's; both are None where there was none. `is_identity` is true of what looks like a device or a
    party: it is counted, and never shown.
    """

    lists: tuple[str, ...]
    code: str
    is_identity: bool
    rows: int
    first_month: str
    last_month: str
    submissions: int
    submission_key: str
    file: str
    list_month: str | None
    keeps_project: bool | None


# A row of what is seen has listed_by (seed columns, joined by OR), code, extract, provider, period, version,
# filename and row_count.
_QUERY = """
    with submissions as (
        select
            submission_key,
            extract,
            provider,
            period,
            version,
            list_transform(files, lambda file: file.name) as file_names
        from read_json({register}, columns = {{
            submission_key: 'varchar', extract: 'varchar', provider: 'varchar', period: 'varchar',
            version: 'integer', files: 'struct(name varchar)[]'
        }})
        qualify row_number() over (partition by extract, provider, period order by version desc) = 1
    ),

    seen as ({seen}),

    placed as (
        select
            seen.listed_by,
            seen.code,
            seen.row_count,
            seen.period,
            cast(seen.period || '-01' as date) as month_start,
            submissions.submission_key,
            list_filter(
                submissions.file_names,
                lambda name: split_part(name, '.', 1) = split_part(parse_filename(seen.filename), '.', 1)
            )[1] as file_name
        from seen
        inner join submissions using (extract, provider, period, version)
    ),

    -- Where the project alone lists codes, its dates are no reason: models read them without.
    unknown as (
        select
            placed.*,
            own_lists.period as list_month,
            own_lists.keeps_project
        from placed
        left join own_lists
            on
                placed.listed_by = own_lists.listed_by
                and placed.month_start >= own_lists.starts
                and placed.month_start < own_lists.ends
        where not exists (
            select 1
            from known
            where
                known.listed_by = placed.listed_by
                and known.code = placed.code
                and (
                    not known.is_dated
                    or (
                        known.starts < placed.month_start + interval 1 month
                        and placed.month_start < known.ends
                    )
                )
        )
    )

    select
        listed_by,
        code,
        cast(sum(row_count) as bigint),
        min(period),
        max(period),
        count(distinct submission_key),
        min_by(submission_key, (period, submission_key, file_name)),
        min_by(file_name, (period, submission_key, file_name)),
        list_month,
        keeps_project
    from unknown
    group by listed_by, code, list_month, keeps_project
    order by listed_by, code, list_month nulls first
"""


def find_unknown(lake: Path, contracts: Mapping[str, Contract]) -> list[Unknown]:
    """Look for codes that no list knows in the submissions that count, by list and code.

    Raises CpmError where the lake has no submission, and DamageError where an own list cannot be read.
    """
    with connect() as connection:
        codes = KnownCodes(contracts)
        codes.take_landed(connection, lake, _submissions(lake))
        _make_known(connection, contracts, codes)
        _make_fields(connection, lake, contracts)
        register = literal(lake / "*/*/*/*/_submission.json")
        query = _QUERY.format(register=register, seen=" union all ".join(_seen(lake, contracts)))
        found = connection.execute(query).fetchall()
        patterns = identifier_patterns(connection, contracts, lake, built={}).values() if found else ()
    return [_unknown(row, tuple(patterns)) for row in found]


def _unknown(row: tuple[Any, ...], patterns: Sequence[str]) -> Unknown:
    listed_by, code, *seen = row
    lists = tuple(reference.partition(".")[0] for reference in listed_by.split(OR))
    is_identity = any(re.search(pattern, code, re.IGNORECASE) for pattern in patterns)
    return Unknown(lists, code, is_identity, *seen)


def table(unknown: Sequence[Unknown]) -> Iterator[str]:
    """Lines of a table of unknown codes."""
    rows = [
        (
            OR.join(one.lists),
            WORD if one.is_identity else one.code,
            f"{one.rows:,}",
            one.first_month,
            one.last_month,
            f"{one.submission_key} {one.file}"
            + (f" and {one.submissions - 1} more" if one.submissions > 1 else ""),
        )
        for one in unknown
    ]
    titles = ("list", "code", "rows", "first", "last", "seen in")
    widths = [max(map(len, column)) for column in zip(titles, *rows, strict=True)]
    for row in (titles, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _submissions(lake: Path) -> Mapping[str, Event]:
    found = read_journal(lake).submissions
    if not found:
        raise CpmError(f"{lake}: no submissions here; land extracts first with `cpm land`")
    return found


def _listed(contracts: Mapping[str, Contract]) -> Iterator[tuple[str, Column, str]]:
    """Yield extract and column of what has codes, with the seed columns that list them."""
    for contract in contracts.values():
        for column in contract.columns:
            if isinstance(column.allowed, SeedColumns) and not contract.own_list_of:
                yield contract.extract, column, OR.join(column.allowed.seed)


def _seen(lake: Path, contracts: Mapping[str, Contract]) -> Iterator[str]:
    """Yield a query for each column with codes: every code with the file that has it, and in how many rows."""
    for extract, column, listed_by in _listed(contracts):
        code = f"unnest({quoted(column.name)})" if column.type == "varchar[]" else quoted(column.name)
        yield _counted(
            extract, f"select *, {literal(listed_by)} as listed_by, {code} as code from {_rows(lake, extract)}"
        )
    for value in LOG_VALUES:
        rows = f"{_rows(lake, LOG)} as log inner join fields on log.{quoted(LOG_FIELD)} = fields.field"
        yield _counted(LOG, f"select log.*, fields.listed_by, {quoted(value)} as code from {rows}")


def _counted(extract: str, codes: str) -> str:
    return (
        f"select listed_by, code, {literal(extract)} as extract, provider, period,"
        " cast(version as integer) as version, filename, count(*) as row_count"
        f" from ({codes}) where code is not null group by all"
    )


def _rows(lake: Path, extract: str) -> str:
    return (
        f"read_parquet({literal(lake / extract / '*/*/*/*.parquet')}, hive_partitioning = true,"
        " hive_types_autocast = false, union_by_name = true, filename = true)"
    )


def _make_known(
    connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract], codes: KnownCodes
) -> None:
    """Make the tables of the codes that are known and of own lists, with the dates of each."""
    connection.execute(
        "create table known (listed_by varchar, code varchar, starts date, ends date, is_dated boolean);"
        " create table own_lists"
        " (listed_by varchar, period varchar, starts date, ends date, keeps_project boolean)"
    )
    for listed_by, column in {listed_by: column for _, column, listed_by in _listed(contracts)}.items():
        own = [row for reference in listed_by.split(OR) for row in codes.ranges(reference.partition(".")[0])]
        known = [[listed_by, *row, bool(own)] for row in codes.of(column)]
        insert_rows(connection, "known", known)
        dated = [[listed_by, f"{starts:%Y-%m}", starts, ends, one.keeps_project] for starts, ends, one in own]
        insert_rows(connection, "own_lists", dated)


def _make_fields(connection: duckdb.DuckDBPyConnection, lake: Path, contracts: Mapping[str, Contract]) -> None:
    """Make the table of the log's fields, by the project and by own lists, with the lists of the codes in each."""
    connection.execute("create table fields (field varchar, listed_by varchar)")
    columns = {
        reference.partition(".")[2]: listed_by
        for _, _, listed_by in _listed(contracts)
        for reference in listed_by.split(OR)
    }
    of_project = [(row[FIELD], row[HOLDS]) for row in seed_rows(f"{FIELDS}.{FIELD}")]
    of_own = connection.execute(f"select distinct {FIELD}, {HOLDS} from {_rows(lake, FIELDS)}").fetchall()
    fields = {(field, columns[holds]) for field, holds in [*of_project, *of_own] if holds in columns}
    insert_rows(connection, "fields", sorted(fields))
