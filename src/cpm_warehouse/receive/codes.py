"""Which codes are known while files are judged: those of the project's lists, and of own lists that landed.

An own list is a submission like any other (`own_list_of` in its contract). It is whole: from its month until that
of the next one it holds as it is, and until the first one the project's does. The models `int_own_lists` and
`int_<list>` (macro `codes_in_force`) have the same rule for what is counted; a test holds both equal.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import ALWAYS, PROJECT_ROWS, Column, Contract, Dates, SeedColumns, seed_dates
from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import DamageError
from cpm_warehouse.receive.journal import Event
from cpm_warehouse.receive.verifying import REPAIR, place_of

OWN = "own"  # who gives own lists, as their contracts say


@dataclass(frozen=True)
class OwnList:
    """An own list: its codes, and whether it adds to the project's rows or stands in their place."""

    version: int
    codes: Collection[str]
    keeps_project: bool


class KnownCodes:
    """The codes that are known, and when: of the project alone until an own list is taken in."""

    def __init__(self, contracts: Mapping[str, Contract]) -> None:
        self._contracts = {one.own_list_of: one for one in contracts.values() if one.own_list_of}
        self._own: dict[str, dict[str, OwnList]] = defaultdict(dict)

    def take_landed(self, connection: duckdb.DuckDBPyConnection, lake: Path, entries: Mapping[str, Event]) -> None:
        """Take in the own lists of a lake; `entries` is its register.

        Raises DamageError where one cannot be read.
        """
        for entry in entries.values():
            if entry["provider"] != OWN:
                continue
            files = [lake / place_of(entry) / file["name"] for file in rows_of(entry)]
            try:
                self.take(connection, entry, files)
            except duckdb.Error as error:
                said = str(error).splitlines()[0]
                raise DamageError(
                    f"{files[0].parent}: an own list that cannot be read ({said}); {REPAIR}"
                ) from error

    def take(self, connection: duckdb.DuckDBPyConnection, entry: Event, files: Sequence[Path]) -> None:
        """Take in an own list by its register entry, from the Parquet of its accepted rows; another is left alone.

        Of a month its latest version counts.
        """
        contract = self._contracts.get(entry["extract"])
        version, before = int(entry["version"]), self._own[entry["extract"]].get(entry["period"])
        if not contract or (before and before.version > version):
            return
        listed = ", ".join(literal(file) for file in files)
        found = connection.execute(
            f"select {quoted(contract.key[0])}, {quoted(PROJECT_ROWS)} = 'kept'"
            f" from read_parquet([{listed}], hive_partitioning = false)"
        ).fetchall()
        if found:
            codes = dict.fromkeys(code for code, _ in found)
            own_list = OwnList(version, codes.keys(), keeps_project=all(kept for _, kept in found))
            self._own[entry["extract"]][entry["period"]] = own_list

    def of(self, column: Column) -> Dates:
        """The codes of the lists of a column, with the first day of each and the day after its last.

        A code has several ranges where lists of several months have it.
        """
        if not isinstance(column.allowed, SeedColumns):
            return ()
        return tuple(row for reference in column.allowed.seed for row in self._of(reference))

    def _of(self, reference: str) -> Dates:
        seed, _, name = reference.partition(".")
        contract = self._contracts.get(seed)
        if not contract or contract.key != (name,):
            return seed_dates(reference)
        own_lists = self.ranges(seed)
        found = [
            (code, starts, min(ends, own_lists[0][0]))
            for code, starts, ends in seed_dates(reference)
            if own_lists and starts < own_lists[0][0]
        ]
        for first, after, own_list in own_lists:
            found += [(code, first, after) for code in own_list.codes]
            if own_list.keeps_project:
                found += [
                    (code, max(first, starts), min(after, ends))
                    for code, starts, ends in seed_dates(reference)
                    if code not in own_list.codes and max(first, starts) < min(after, ends)
                ]
        return tuple(found) if own_lists else seed_dates(reference)

    def ranges(self, seed: str) -> list[tuple[date, date, OwnList]]:
        """The own lists of a seed, each with the first day on which it is in force and the day after its last."""
        months = sorted(self._own.get(seed, {}).items())
        firsts = [date.fromisoformat(f"{period}-01") for period, _ in months]
        return [
            (firsts[number], [*firsts, ALWAYS[1]][number + 1], own_list)
            for number, (_, own_list) in enumerate(months)
        ]


def rows_of(entry: Event) -> list[Event]:
    """The files of accepted rows that a register entry lists, without those of its quarantine."""
    return [file for file in entry["lake_files"] if "/" not in file["name"]]
