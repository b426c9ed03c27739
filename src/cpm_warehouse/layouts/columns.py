"""Finds the columns of a contract in the header of a file."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cpm_warehouse.contracts import Contract
from cpm_warehouse.layouts.layout import Layout


@dataclass(frozen=True)
class Matched:
    """How the columns of a file and those of its contract belong together.

    `places` has the place in the file, from 0, of columns of the contract. `missing` are columns of the contract
    that were not found, `unexpected` are columns of the file of which nothing is said, `unclear` has for a column
    of the contract those of the file that could all be it.
    """

    places: Mapping[str, int]
    ignored: frozenset[int]
    missing: Sequence[str]
    unexpected: Sequence[str]
    unclear: Mapping[str, Sequence[str]]

    def problem(self) -> str:
        """What does not fit, in words; empty where all does."""
        parts = [f"'{name}' could be any of {list(found)}" for name, found in self.unclear.items()]
        parts += [f"missing {list(self.missing)}"] if self.missing else []
        parts += [f"not expected {list(self.unexpected)}"] if self.unexpected else []
        return ", ".join(parts)


def same_name(name: str) -> str:
    """A name without what differs between spellings: case, blanks, signs, and how letters are encoded."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", name).casefold() if letter.isalnum())


def match_columns(layout: Layout, contract: Contract, header: Sequence[str]) -> Matched:
    """Find the columns of the contract in the header of a file.

    A name that is written as the layout has it goes before one that differs in case, blanks and signs. One column
    of the file may fill several of the contract, where the layout names it for each.
    """
    places: dict[str, int] = {}
    unclear: dict[str, list[str]] = {}
    missing = []
    ignored = {place for name in layout.ignore for place in _named(name, header)}
    for column in contract.columns:
        described = layout.column(column.name)
        if not described.is_in_file:
            continue
        found = {place for name in described.in_file or (column.name,) for place in _named(name, header)}
        if not described.in_file:
            found -= ignored
        if len(found) > 1:
            unclear[column.name] = [header[place] for place in sorted(found)]
        elif found:
            places[column.name] = found.pop()
        elif not column.optional:
            missing.append(column.name)
    known = {*places.values(), *ignored}
    shown = {name for names in unclear.values() for name in names}
    unexpected = [name for place, name in enumerate(header) if place not in known and name not in shown]
    return Matched(places, frozenset(ignored - {*places.values()}), missing, unexpected, unclear)


def _named(name: str, header: Sequence[str]) -> list[int]:
    exactly = [place for place, one in enumerate(header) if one == name]
    alike = same_name(name)
    return exactly or [place for place, one in enumerate(header) if alike and same_name(one) == alike]
