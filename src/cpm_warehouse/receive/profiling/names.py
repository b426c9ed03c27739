"""Finds which columns of a file could be which of a contract."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from cpm_warehouse.contracts import Contract
from cpm_warehouse.layouts.columns import same_name
from cpm_warehouse.receive.profiling.given import Given

# Below this share of letters in common, a name is no candidate: '*Incident ID+' and 'Incident Number' have 0.67.
ALIKE = 0.6


@dataclass(frozen=True)
class Matched:
    """Places in the file, from 0, of the contract's columns.

    `places` has those found by name; those of `spelt` differ in case, blanks or signs. `candidates` has, for a
    column that was not found, places that could be it, the likeliest first; `unmatched` are all places that no
    column was found for.
    """

    places: dict[str, int]
    spelt: frozenset[str]
    unclear: dict[str, list[int]]
    candidates: dict[str, list[int]]
    missing: Sequence[str]
    unmatched: Sequence[int]


def match_names(contract: Contract, header: Sequence[str], given: Given) -> Matched:
    """Match the names of a header, exactly, then in any case and spelling, and name candidates for the others.

    Where a layout already says what the file calls a column, or that it has none, that holds.
    """
    places: dict[str, int] = {}
    spelt: set[str] = set()
    unclear: dict[str, list[int]] = {}
    looked_for = [name for name in contract.names if name not in given.not_in_file]
    for name in looked_for:
        names = given.in_file.get(name, (name,))
        exactly = [place for place, one in enumerate(header) if one in names]
        alike = {same_name(one) for one in names} - {""}
        found = exactly or [place for place, one in enumerate(header) if same_name(one) in alike]
        if len(found) == 1:
            places[name] = found[0]
            spelt |= set() if exactly else {name}
        elif found:
            unclear[name] = found
    taken = {*places.values()}
    unmatched = [place for place in range(len(header)) if place not in taken]
    missing = [name for name in looked_for if name not in places and name not in unclear]
    candidates = {name: _candidates(name, header, unmatched) for name in missing}
    return Matched(places, frozenset(spelt), unclear, candidates, missing, unmatched)


def _candidates(name: str, header: Sequence[str], places: Sequence[int]) -> list[int]:
    alike = {place: _alike(name, header[place]) for place in places if same_name(header[place])}
    return sorted((place for place in alike if alike[place] >= ALIKE), key=lambda place: -alike[place])


def _alike(one: str, other: str) -> float:
    return SequenceMatcher(None, same_name(one), same_name(other), autojunk=False).ratio()
