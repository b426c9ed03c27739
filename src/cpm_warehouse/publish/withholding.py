"""Keeps back what looks like a device or a party wherever a text is published, by the patterns of the contracts.

A code that no list knows, or the name of a file, comes from a provider and may hold what must not be published.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import PATTERNS, Contract, Form
from cpm_warehouse.duck import literal, quoted

# The form of a device in what a command prints, where no contract is read.
DEVICE: Form = "eui64"
# Where a build has the parties of an extract, so that its rows need not be read for them.
PARTIES = {"service_requests": "cube_service_requests_by_party_month", "alerts": "cube_alerts_by_day"}
WORD = "withheld"


@dataclass(frozen=True)
class Withheld:
    """Texts of a column that were replaced: in how many rows, and what they looked like."""

    mart: str
    column: str
    pattern: str
    rows: int


def identifier_patterns(
    connection: duckdb.DuckDBPyConnection,
    contracts: Mapping[str, Contract],
    lake: Path,
    *,
    built: Mapping[str, str] = PARTIES,
) -> dict[str, str]:
    """Return what identifies, to be found anywhere in a text: devices by form, parties by their names in the data.

    The connection has the build attached as `warehouse`, unless nothing is `built`. A party's name has no form of
    its own.
    """
    forms = {
        pattern
        for contract in contracts.values()
        for name in contract.identifying("device")
        if (pattern := contract.column(name).pattern)
    }
    found: dict[str, str] = {form: _spelled(PATTERNS[form]) for form in sorted(forms)}
    sources = [
        f"select party_id from warehouse.cubes.{built[extract]}"
        if extract in built
        else f"select {quoted(name)} as party_id from read_parquet({literal(lake / extract / '*/*/*/*.parquet')},"
        " union_by_name = true, hive_partitioning = false)"
        for extract, contract in contracts.items()
        for name in contract.identifying("party")
    ]
    parties = connection.execute(
        f"select distinct party_id from ({' union '.join(sources)}) where party_id is not null"
    ).fetchall()
    if parties:
        found["party"] = "|".join(sorted(re.escape(party) for (party,) in parties))
    return {name: _anywhere(pattern) for name, pattern in found.items()}


def copy_without(
    connection: duckdb.DuckDBPyConnection, source: str, mart: str, patterns: Mapping[str, str]
) -> list[Withheld]:
    """Make the table `marts.<mart>` of a source, each text in which a pattern is found replaced by one word.

    Lists and structures are looked at as their text, and replaced by null. It is done on the way,
    not afterwards: a file keeps the bytes of what is updated in it. Returns what was replaced.
    """
    kinds = {
        column: kind
        for column, kind, *_ in connection.execute(f"describe {source}").fetchall()
        if "VARCHAR" in kind
    }
    looks = [_look(source, column, patterns) for column in kinds]
    found = connection.execute(" union all ".join(looks) + " order by all").fetchall() if looks else []
    replaced = []
    for column in dict.fromkeys(column for column, *_ in found):
        word = literal(WORD) if kinds[column] == "VARCHAR" else "null"
        any_of = " or ".join(_matches(column, pattern) for pattern in patterns.values())
        replaced.append(f"case when {any_of} then {word} else {quoted(column)} end as {quoted(column)}")
    columns = f"* replace ({', '.join(replaced)})" if replaced else "*"
    connection.execute(f"create table marts.{mart} as select {columns} from {source}")
    return [Withheld(mart, column, name, int(rows)) for column, name, rows in found]


def _look(source: str, column: str, patterns: Mapping[str, str]) -> str:
    """SQL of the patterns found in a column, with the rows of each; a text that stands often is read once."""
    first = " ".join(
        f"when {_matches(column, pattern)} then {literal(name)}" for name, pattern in patterns.items()
    )
    return (
        f"select {literal(column)} as name, case {first} end as pattern, sum(row_count) as row_count"
        f" from (select {quoted(column)}, count(*) as row_count from {source} group by {quoted(column)})"
        " group by pattern having pattern is not null"
    )


def _matches(column: str, pattern: str) -> str:
    """SQL that is true of a value in whose text a pattern is found."""
    return f"coalesce(regexp_matches(cast({quoted(column)} as varchar), {literal(pattern)}, 'i'), false)"


def without_devices(line: str) -> str:
    """Replace what looks like a device in a line that a scheduler may keep. No form tells a party in it."""
    pattern = rf"(?<![0-9a-z])({_spelled(PATTERNS[DEVICE])})(?![0-9a-z])"
    return re.sub(pattern, WORD, line, flags=re.IGNORECASE)


def _spelled(pattern: str) -> str:
    """A pattern with hyphens, colons or neither: whoever types an identifier may part its digits otherwise."""
    return "|".join(pattern.replace("-)", f"{parted})") for parted in ("-", ":", ""))


def _anywhere(pattern: str) -> str:
    """A pattern of a whole value, found within a text between other than letters and digits."""
    return rf"(^|[^0-9a-z])({pattern})($|[^0-9a-z])"
