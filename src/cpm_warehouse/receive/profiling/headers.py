"""Finds the line of a text that has the names of columns, and what parts them."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cpm_warehouse.layouts.columns import same_name

HEADER_WITHIN = 100
# The last two are those of Hive and of ASCII itself.
DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x01", "\x1f")
DEVICE_LIKE = re.compile(r"([0-9A-Fa-f]{2}[-:]?){8}")


@dataclass(frozen=True)
class Header:
    """A line, from 0, that may be the header: `score` of its cells name columns of the contract."""

    score: int
    line: int
    delimiter: str
    cells: list[str]


def first_lines(path: Path) -> list[str]:
    """The lines of a text in UTF-8 among which its header is looked for."""
    with path.open(encoding="utf-8", newline="") as file:
        return [line.rstrip("\r\n") for _, line in zip(range(HEADER_WITHIN), file, strict=False)]


def find_header(
    lines: Sequence[str], names: Sequence[str], delimiters: Sequence[str], quote: str, line: int | None
) -> Header | None:
    """Find the line that names most columns of the contract; else the first of as many names as values.

    `line` is that of the header, from 0, where it is known.
    """
    wanted = {same_name(name) for name in names}
    found = [
        Header(len({same_name(cell) for cell in cells} & wanted), number, delimiter, cells)
        for delimiter in delimiters
        for number, one in enumerate(lines)
        if line in {None, number} and len(cells := split(one, delimiter, quote)) > 1
    ]
    if line is not None:
        return max(found, key=lambda one: (one.score, len(one.cells)), default=None)
    best = max(found, key=lambda one: (one.score, -one.line), default=None)
    if best is None or best.score > 1:
        return best
    # By form alone: as many cells as most lines have, each a name of its own.
    usual = {
        delimiter: Counter(len(split(one, delimiter, quote)) for one in lines if one.strip()).most_common(1)[0]
        for delimiter in delimiters
    }
    delimiter = max(delimiters, key=lambda one: (usual[one][0] > 1, usual[one][1], usual[one][0]))
    width = usual[delimiter][0]
    of_width = [one for one in found if one.delimiter == delimiter and len(one.cells) == width]
    first = min(of_width, key=lambda one: one.line, default=None)
    return first if first and width > 1 and _could_be_names(first.cells) else None


def split(line: str, delimiter: str, quote: str) -> list[str]:
    """The values of a line; none where it is no record."""
    try:
        if not quote:
            return line.split(delimiter)
        return next(csv.reader([line], delimiter=delimiter, quotechar=quote), [])
    except csv.Error:
        return []


def _could_be_names(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return (
        len(set(filled)) == len(filled) >= len(cells) - 1
        and all(any(letter.isalpha() for letter in cell) for cell in filled)
        and not any(DEVICE_LIKE.fullmatch(cell) or re.search(r"\d{3}", cell) for cell in filled)
    )
