"""Says whether a warehouse is as the last command of dbt left it, by a checksum of every table and view in it.

The end of a command notes them (`record_build_checksums`); publishing compares all, and so does the next
`cpm build` before it begins. dbt itself compares the cubes, because they go on from what is there. The start of a
command takes the note away, so that one that was killed has none.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import DamageError

CHECKSUMS = "build_checksums"
# Every table of a catalogue with its columns, but for the note itself, and every view with its comment, which says
# who made it (`record_build_results`): DuckDB tells another text of its SQL once the file has been closed.
LISTED = f"""
    select
        schema_name as "schema", table_name as name,
        string_agg(column_name || ' ' || data_type, ', ' order by column_index) as columns
    from duckdb_tables()
    inner join duckdb_columns() using (database_name, schema_name, table_name)
    where database_name = {{catalog}} and not temporary and table_name <> '{CHECKSUMS}'
    group by schema_name, table_name
    union all by name
    select schema_name as "schema", view_name as name, coalesce(comment, 'by hand') as made_by
    from duckdb_views()
    where database_name = {{catalog}} and not internal and not temporary
"""
ANEW = "run `cpm build -- --full-refresh`"


def checksum_query(listed: Sequence[Mapping[str, str | None]], catalog: str = "") -> str:
    """Return the SQL for name, rows and checksum of each of the tables and views that `LISTED` gives.

    A table's checksum has two parts: of the columns and their types, and of the rows, in no order. A view's is of
    its SQL.
    """
    parts = []
    for one in listed:
        columns = hashlib.sha256(str(one["made_by"] or one["columns"]).encode()).hexdigest()[:16]
        name = literal(f"{one['schema']}.{one['name']}")
        if one["made_by"]:
            parts.append(f"select {name} as name, null as row_count, '{columns}' as checksum")
            continue
        table = ".".join(quoted(part) for part in (catalog, one["schema"], one["name"]) if part)
        parts.append(
            f"select {name} as name, count(*) as row_count,"
            f" '{columns}-' || coalesce(cast(sum(hash(cpm_row)) as varchar), '') as checksum"
            f" from {table} as cpm_row"
        )
    return " union all ".join(parts)


def listing_query(catalog: str) -> str:
    """Return the SQL for what is to be checked."""
    return LISTED.format(catalog=literal(catalog))


def checksum_query_of(listed: str) -> str:
    """Return the same for a list in JSON, as the end of a build asks for it."""
    return checksum_query(json.loads(listed))


def altered_since_build(connection: duckdb.DuckDBPyConnection, catalog: str) -> list[str] | None:
    """Names of what is not as the last build left it; None where no build noted that it ended."""
    try:
        noted = connection.execute(f"from {quoted(catalog)}.main.{CHECKSUMS}").fetchall()
    except duckdb.CatalogException:
        return None
    listing = connection.execute(listing_query(catalog))
    columns = [column[0] for column in listing.description or ()]
    listed = [dict(zip(columns, row, strict=True)) for row in listing.fetchall()]
    found = dict.fromkeys(connection.execute(checksum_query(listed, catalog)).fetchall()) if listed else {}
    return sorted({row[0] for row in noted if row not in found})


def require_as_built(connection: duckdb.DuckDBPyConnection, catalog: str, warehouse: Path) -> None:
    """Raise DamageError, in one line that names the first table, where something wrote to it since the build."""
    altered = altered_since_build(connection, catalog)
    if altered is None:
        raise DamageError(f"{warehouse}: the last build did not come to its end; run `cpm build` again")
    if altered:
        raise DamageError(_said(warehouse, altered))


def require_as_left(warehouse: Path) -> None:
    """Check the same before the next build, where the last one came to its end."""
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            (catalog,) = connection.execute("select current_database()").fetchone() or ("",)
            altered = altered_since_build(connection, catalog)
    except duckdb.Error as error:
        raise unreadable(warehouse, error) from error
    if altered:
        raise DamageError(_said(warehouse, altered))


def unreadable(warehouse: Path, error: duckdb.Error) -> DamageError:
    """Say in one line what DuckDB says of a damaged file."""
    return DamageError(
        f"{warehouse}: cannot be read ({str(error).splitlines()[0]}); where it is damaged, delete it and run"
        " `cpm build`, which makes it anew from the lake"
    )


def _said(warehouse: Path, altered: list[str]) -> str:
    more = f", nor are {len(altered) - 1} more" if len(altered) > 1 else ""
    return (
        f"{warehouse}: {altered[0]} is not as the last build left it{more}; something else wrote to it: {ANEW};"
        " nothing is published"
    )
