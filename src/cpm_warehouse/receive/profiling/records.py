"""Lays the records of a text in UTF-8 into a table, with what stands before, between and after them apart."""

import re
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.contracts import Contract
from cpm_warehouse.duck import literal
from cpm_warehouse.errors import CpmError
from cpm_warehouse.layouts.layout import is_like
from cpm_warehouse.receive.profiling.given import Given
from cpm_warehouse.receive.profiling.headers import (
    DELIMITERS,
    HEADER_WITHIN,
    Header,
    find_header,
    first_lines,
    split,
)
from cpm_warehouse.receive.profiling.last_lines import last_line
from cpm_warehouse.receive.profiling.opened import BLOCK, LastLine, Opened

# A last line with more values than this is a record that was cut, and no line after the data.
MOST_AFTER_DATA = 2
# A table of so many columns has no record with two values.
WIDE = 6
MOST_LINES = 10


def read_records(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    source: Path,
    contract: Contract,
    given: Given,
    *,
    is_sheet: bool = False,
) -> Opened:
    """Lay the records of a CSV in UTF-8 into table `given`; `path` is the file that it was made of.

    Of a sheet, blank rows are none, and the last are as landing compares them, without blank cells.
    Raises CpmError where no line has the names of columns.
    """
    lines = first_lines(source)
    said = given.layout.text
    quote = said.quote if given.says("text", "quote") else '"'
    delimiters = [said.delimiter] if given.says("text", "delimiter") else DELIMITERS
    before = given.layout.lines_before_header if given.says("lines_before_header") else None
    header = find_header(lines, contract.names, delimiters, quote, before)
    if header is None:
        raise _no_header(path)
    if not given.says("text", "quote") and all(re.fullmatch(r"'.*'", cell) for cell in header.cells):
        quote = "'"
        header = Header(header.score, header.line, header.delimiter, [cell[1:-1] for cell in header.cells])
    start, ends, total, again = _walk(source, lines[header.line].encode())
    escape = "\\" if b'\\"' in start and b'""' not in start else quote
    if given.says("text", "escape") and said.escape:
        escape = said.escape
    columns = ", ".join(f"'c{number}': 'varchar'" for number in range(len(header.cells)))
    try:
        connection.execute(
            f"create table given as select * from read_csv({literal(source)}, auto_detect = false, header = true,"
            f" skip = {header.line}, columns = {{{columns}}}, delim = {literal(header.delimiter)},"
            f" quote = {literal(quote)}, escape = {literal(escape)}, nullstr = '', strict_mode = true,"
            " store_rejects = true)"
        )
    except duckdb.Error as error:
        if b"\r\n" in start and len(re.findall(rb"(?<!\r)\n", start)) > 0:
            raise CpmError(
                f"{path}: cannot be read; some lines end with CRLF and some with LF: end every line in one way"
            ) from error
        raise
    is_header = " and ".join(f"coalesce(c{n}, '') = {literal(cell)}" for n, cell in enumerate(header.cells))
    (headers_again,) = _one(connection, f"select count(*) from given where {is_header}")
    connection.execute(f"delete from given where {is_header}")
    if header.score <= 1 and _is_record(connection, header):
        raise _no_header(path)
    if is_sheet:
        connection.execute(f"delete from given where {_filled(len(header.cells))} = 0")
    broken = connection.execute(
        "select line, any_value(csv_line) from reject_errors group by line order by line desc"
    ).fetchall()
    after: list[LastLine] = []
    for line, csv_line in broken:  # the last lines, one after the other
        if line != total - len(after) or not _is_after_data(
            str(csv_line), header.delimiter, quote, given, len(after)
        ):
            break
        after.insert(0, last_line(str(csv_line), (contract.extract, *contract.names)))
    others = broken[len(after) :]
    if not others and not after:
        for text in _short_rows(connection, len(header.cells), [] if is_sheet else ends, given):
            after.insert(0, last_line(text, (contract.extract, *contract.names)))
    (rows,) = _one(connection, "select count(*) from given")
    return Opened(
        kind="CSV",
        suffix=".csv",
        header=header.cells,
        types=["varchar"] * len(header.cells),
        rows=int(rows),
        is_whole=True,
        delimiter=header.delimiter,
        quote=quote,
        escape=escape,
        lines_before_header=header.line,
        lines_after_data=after,
        broken=len(others),
        broken_line=int(others[-1][0]) if others else 0,
        headers_again=headers_again,
        header_again=again,
    )


def _no_header(path: Path) -> CpmError:
    return CpmError(
        f"{path}: no line of the first {HEADER_WITHIN} looks like the names of columns; write a line of names"
        " before the data, or say in a layout what parts the values (--layout)"
    )


def _walk(source: Path, header: bytes) -> tuple[bytes, list[str], int, int]:
    """The beginning of a text, its last lines but for blank ones, how many it has, where its header stands again.

    The last line is first.
    """
    with source.open("rb") as file:
        start = file.read(BLOCK)
        file.seek(0)
        total, places, ends = 0, [], deque[bytes](maxlen=MOST_LINES)
        for total, line in enumerate(file, start=1):
            bare = line.rstrip(b"\r\n")
            if bare == header:
                places.append(total)
            if bare:
                ends.append(bare)
    return start, [line.decode(errors="replace") for line in reversed(ends)], total, next(iter(places[1:]), 0)


def _filled(columns: int) -> str:
    """SQL of how many values of a row are filled."""
    return " + ".join(f"cast(trim(coalesce(c{number}, '')) <> '' as integer)" for number in range(columns))


def _short_rows(
    connection: duckdb.DuckDBPyConnection, columns: int, ends: Sequence[str], given: Given
) -> list[str]:
    """Take out of `given` the last rows that have one or two values, as no other row has; returns their texts.

    They have a cell a column and yet may be lines after the data, as sheets have them, or a CSV that was a sheet.
    `ends` are the last lines of the file before those that were found to be none of the data; without any, a text
    is the cells of a row that are not blank. The last is first.
    """
    most = 2 if columns >= WIDE else 1 if columns > MOST_AFTER_DATA else 0
    cells = ", ".join(f"c{number}" for number in range(columns))
    last_rows = connection.execute(
        f"select rowid, {_filled(columns)}, {cells} from given order by rowid desc limit {MOST_LINES}"
    ).fetchall()
    found: list[str] = []
    first = None
    for (row, filled, *values), line in zip(last_rows, [*ends, *[None] * MOST_LINES], strict=False):
        text = " ".join(value for value in values if value) if line is None else line
        if filled > most or not _fits(text, given, len(found)):
            break
        first = row
        found.append(text)
    (short,) = _one(connection, f"select count(*) from given where {_filled(columns)} <= {most}")
    if short != len(found) or first is None:
        return []
    connection.execute(f"delete from given where rowid >= {first}")
    return found


def _fits(text: str, given: Given, number: int) -> bool:
    """Whether a text, so many before the last line, is a line after the data as far as a layout says."""
    if not given.says("lines_after_data"):
        return True
    patterns = given.layout.lines_after_data[::-1]
    return number < len(patterns) and is_like(text.strip(), patterns[number])


def _is_record(connection: duckdb.DuckDBPyConnection, header: Header) -> bool:
    """Whether what was taken for names of columns are values: one of them stands below itself."""
    stands = " or ".join(
        f"c{number} = {literal(cell)}" for number, cell in enumerate(header.cells) if cell.strip()
    )
    (found,) = _one(connection, f"select count(*) from given where {stands}")
    return bool(found)


def _is_after_data(line: str, delimiter: str, quote: str, given: Given, number: int) -> bool:
    """Whether a record with too few values, so many before the last one, is a line after the data."""
    few = sum(bool(cell.strip()) for cell in split(line, delimiter, quote)) <= MOST_AFTER_DATA
    return _fits(line, given, number) if given.says("lines_after_data") else few


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    found = connection.execute(query).fetchone()
    assert found is not None
    return found
