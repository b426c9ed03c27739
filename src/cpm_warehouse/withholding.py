"""Keeps back what looks like a device or a party wherever a text is published, by the patterns of the contracts.

A code that no list knows, or the name of a file, comes from a provider and may hold what must not be published.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from cpm_warehouse.contracts import PATTERNS, Contract
from cpm_warehouse.reading import literal, quoted

# Patterns of contracts by which a column names a device.
IDENTIFYING = ("eui64",)
PARTIES = """
    select party_id from warehouse.intermediate.int_service_requests_by_party
    union
    select party_id from warehouse.intermediate.int_alert_volumes_scanned
"""
WORD = "withheld"


@dataclass(frozen=True)
class Withheld:
    """Texts of a column that were replaced: in how many rows, and what they looked like."""

    mart: str
    column: str
    pattern: str
    rows: int


def identifier_patterns(
    connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]
) -> dict[str, str]:
    """Return what identifies, to be found anywhere in a text: devices by form, parties by their names in the data.

    The connection has the build attached as `warehouse`. A party's name has no form of its own.
    """
    used = {column.pattern for contract in contracts.values() for column in contract.columns if column.pattern}
    # Whoever types an identifier into another field may part its digits otherwise, or not at all.
    found = {
        name: "|".join(PATTERNS[name].replace("-)", f"{parted})") for parted in ("-", ":", ""))
        for name in IDENTIFYING
        if name in used
    }
    parties = connection.execute(
        f"select distinct party_id from ({PARTIES}) where party_id is not null"
    ).fetchall()
    if parties:
        found["party"] = "|".join(sorted(re.escape(party) for (party,) in parties))
    return {name: _anywhere(pattern) for name, pattern in found.items()}


def withhold(connection: duckdb.DuckDBPyConnection, patterns: Mapping[str, str]) -> list[Withheld]:
    """Replace each text of a mart in which a pattern is found by one word; returns how many there were.

    Lists and structures are looked at as their text, and replaced by null. Nothing is written where none is found.
    """
    columns = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns()"
        " where schema_name = 'marts' and database_name = current_database() and contains(data_type, 'VARCHAR')"
        " order by table_name, column_index"
    ).fetchall()
    found = []
    for mart, column, kind in columns:
        for name, pattern in patterns.items():
            value = quoted(column)
            matches = f"regexp_matches(cast({value} as varchar), {literal(pattern)}, 'i')"
            seen = connection.execute(
                f"select 1 from (select distinct {value} from marts.{mart}) where {matches} limit 1"
            ).fetchone()
            if seen:
                word = literal(WORD) if kind == "VARCHAR" else "null"
                changed = connection.execute(
                    f"update marts.{mart} set {value} = {word} where {matches}"
                ).fetchone()
                assert changed is not None
                found.append(Withheld(mart, column, name, changed[0]))
    return found


def _anywhere(pattern: str) -> str:
    """A pattern of a whole value, found within a text between other than letters and digits."""
    return rf"(^|[^0-9a-z])({pattern})($|[^0-9a-z])"
