"""Walks the records of a CSV file byte by byte: where each starts, and how many there are.

DuckDB reads the values. This counts the records by another way, so that one that DuckDB lost would be noticed,
and finds the line and the text of those that are quarantined.
"""

import csv
import gzip
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from cpm_warehouse.errors import RefusalError
from cpm_warehouse.receive.dialects import COMMAS, Dialect, TextFile

BLOCK = 1 << 22
# DuckDB takes no longer record either.
LONGEST_RECORD = 2_000_000
OTHER_KINDS = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"PAR1": "Parquet"}

# Looked for twice as fast as by `in`.
BLANK_LINE = re.compile(rb"\n\r?\n")

Progress = Callable[[int], None]


@dataclass
class Scan:
    """What a walk found: the header, the number of records that are not blank, how lines end.

    `may_overrun` says that a record may have one value more than the header, the last of them empty.
    """

    header: list[str] = field(default_factory=list)
    records: int = 0
    line_ends: set[bytes] = field(default_factory=set)
    may_overrun: bool = False


def sniff(path: Path, named: Path) -> None:
    """Check that a CSV can be UTF-8. Raises RefusalError where it is UTF-16 or UTF-32."""
    with opened(path) as file:
        start = read_block(file, named, 4096)
    first_line = start.split(b"\n")[0]
    if kind := next((kind for magic, kind in OTHER_KINDS.items() if start.startswith(magic)), None):
        raise RefusalError(
            "file_not_readable", f"{named}: is {kind}, not text; name it for what it is, or send text"
        )
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in first_line:
        raise RefusalError(
            "encoding_not_utf8",
            f"{named}: is UTF-16 or UTF-32, not UTF-8; send UTF-8, or name the encoding in a layout",
        )


def scan(file: TextFile, progress: Progress | None = None) -> Scan:
    """Count the records of a CSV. Raises RefusalError where it cannot be known where they begin."""
    sniff(file.source, file.path)
    found = Scan()
    blocks = _blocks(file, progress)
    line = 1
    parted = 0
    quote, delimiter = file.dialect.quote.encode(), file.dialect.delimiter.encode()
    for block in blocks:
        if not found.header:
            head, line, rest = _first_record(block, file, found)
            if head is None:
                continue
            block = rest
        if not quote or quote not in block:
            ends = block.count(b"\n")
            found.records += _lines(block, ends, found.line_ends)
            parted += block.count(delimiter)
            line += ends
            continue
        # Counted here, as the others are: a delimiter too few, which would hide one too many, breaks its record.
        found.may_overrun = parted != found.records * (len(found.header) - 1)
        # A record that a block cuts can only be a quoted one: blocks end with a line.
        for _, record in _records(_with_more(block, blocks), file, line):
            found.records += 1
            found.line_ends.add(_end(record))
            found.may_overrun = found.may_overrun or overruns(record, len(found.header), file.dialect)
        break
    else:
        found.may_overrun = parted != found.records * (len(found.header) - 1)
    found.line_ends.discard(b"")
    if len(found.line_ends) > 1:
        raise RefusalError(
            "line_ends_differ",
            f"{file.path}: some lines end with {' and some with '.join(sorted(map(repr, found.line_ends)))};"
            " end every line in one way",
        )
    return found


def records(file: TextFile) -> Iterator[tuple[int, bytes]]:
    """Yield the line and the bytes of each record that is not blank, header left out."""
    found = Scan()
    blocks = _blocks(file)
    for block in blocks:
        head, line, rest = _first_record(block, file, found)
        if head is not None:
            yield from _records(_with_more(rest, blocks), file, line)


def records_at(file: TextFile, rows: Iterable[int]) -> Iterator[tuple[int, int, bytes]]:
    """Yield number, line and bytes of some records, counted from 0 as `records` yields them.

    Blocks without any of them, and without a quotation, are only counted.
    """
    wanted = iter(sorted(rows))
    following = next(wanted, None)
    found = Scan()
    blocks = _blocks(file)
    quote = file.dialect.quote.encode()
    row, line = 0, file.first_line
    for block in blocks:
        if following is None:
            return
        if not found.header:
            _, line, block = _first_record(block, file, found)
        is_walked, ends = bool(quote) and quote in block, block.count(b"\n")
        if is_walked or following < row + (count := _lines(block, ends, found.line_ends)):
            # A record that a block cuts can only be a quoted one.
            walked = _records(_with_more(block, blocks), file, line) if is_walked else _plain(block, line)
            for started, record in walked:
                if row == following:
                    yield row, started, record
                    following = next(wanted, None)
                row += 1
        else:
            row += count
        line += ends


def broken(record: bytes, columns: int, dialect: Dialect = COMMAS) -> str | None:
    """Say what is wrong with the structure of a record; None where nothing is."""
    if len(record) > LONGEST_RECORD:
        return "the record is longer than 2,000,000 bytes"
    text = record.removesuffix(b"\n").removesuffix(b"\r")
    try:
        text.decode()
    except UnicodeDecodeError:
        return f"the record has bytes that are not {dialect.encoding}"
    if dialect.has_quote(text) and not dialect.whole.fullmatch(text):
        return "the record has text after the end of a quotation"
    values = dialect.values_in(text)
    if overruns(record, columns, dialect):
        return (
            f"the record has {values} values, not {columns}, with nothing in the last: a value may hold"
            f" {dialect.called} without quotation marks, and those after it stand a column too far"
        )
    if values != columns:
        return f"the record has {values} values, not {columns}"
    return None


def overruns(record: bytes, columns: int, dialect: Dialect = COMMAS) -> bool:
    """Whether a record has values too many that are empty: DuckDB reads it as if those were not there."""
    if record.count(dialect.delimiter.encode()) < columns:  # as most; those in quotation count here too
        return False
    text = record.removesuffix(b"\n").removesuffix(b"\r")
    empty = dialect.empty_at_end(text)
    return bool(empty) and 0 < dialect.values_in(text) - columns <= empty


def opened(path: Path) -> BinaryIO:
    """Open a text file for its bytes, unpacked. Raises RefusalError where it cannot be."""
    try:
        return cast(BinaryIO, gzip.open(path, "rb")) if path.suffix == ".gz" else path.open("rb")
    except OSError as error:
        raise RefusalError("file_not_readable", f"{path}: cannot be opened ({error}); send it again") from error


def read_block(file: BinaryIO, path: Path, size: int) -> bytes:
    """Read on in a file. Raises RefusalError where it is cut or damaged."""
    try:
        return file.read(size)
    except (OSError, EOFError, zlib.error) as error:
        raise RefusalError("file_not_readable", f"{path}: is cut or damaged ({error}); send it again") from error


def _blocks(file: TextFile, progress: Progress | None = None) -> Iterator[bytes]:
    """Yield the file in blocks of whole lines, without a byte order mark."""
    with opened(file.source) as source:
        carried = b""
        first = True
        while read := read_block(source, file.path, BLOCK):
            if progress:
                progress(len(read))
            if first:
                read = read.removeprefix(b"\xef\xbb\xbf")
                first = False
            cut = read.rfind(b"\n") + 1
            if not cut:
                carried += read
                if len(carried) > 16 * BLOCK:
                    raise RefusalError(
                        "file_not_readable", f"{file.path}: a line is longer than 64 MB; send it again"
                    )
                continue
            yield carried + read[:cut]
            carried = read[cut:]
        if carried:
            yield carried


def _with_more(block: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield block
    yield from blocks


def _first_record(block: bytes, file: TextFile, found: Scan) -> tuple[list[str] | None, int, bytes]:
    """Read the header from the first block; returns it, the line after it, and the rest of the block."""
    walked = _records(iter([block]), file, file.first_line)
    for line, record in walked:
        if b"\r" in record.removesuffix(b"\n").removesuffix(b"\r"):
            raise RefusalError(
                "line_ends_differ", f"{file.path}: lines end with CR; end every line with LF or CRLF"
            )
        try:
            found.header = file.dialect.split(record.decode())
        except (UnicodeDecodeError, csv.Error, StopIteration) as error:
            raise RefusalError(
                "file_not_readable", f"{file.path}:{line}: the header cannot be read ({error})"
            ) from error
        found.line_ends.add(_end(record))
        position = block.index(record) + len(record)
        return found.header, line + record.count(b"\n"), block[position:]
    return None, file.first_line, b""


def _records(blocks: Iterator[bytes], file: TextFile, line: int) -> Iterator[tuple[int, bytes]]:
    quote, whole, unfinished = file.dialect.quote.encode(), file.dialect.whole, file.dialect.unfinished
    open_record = b""
    started = line
    for block in blocks:
        for one in block.splitlines(keepends=True) if b"\r" not in block else _split(block):
            if open_record:
                record = open_record + one
            elif not one.strip(b"\r\n"):
                line += 1
                continue
            else:
                record, started = one, line
            line += 1
            if not quote or quote not in record:
                yield started, record
                continue
            text = record.rstrip(b"\n").removesuffix(b"\r")
            if whole.fullmatch(text):
                open_record = b""
                yield started, record
            elif unfinished.fullmatch(record) and len(record) <= LONGEST_RECORD:
                open_record = record
            elif open_record or unfinished.fullmatch(record):
                raise _unbalanced(file.path, started)
            else:
                # Broken, but on one line: the record after it starts where it should.
                yield started, record
    if open_record:
        raise _unbalanced(file.path, started)


def _unbalanced(path: Path, line: int) -> RefusalError:
    return RefusalError(
        "quotes_unbalanced",
        f"{path}:line {line}: a quotation begins here and does not end where its value does;"
        " double each quote inside a quoted value and send the file again",
    )


def _split(block: bytes) -> list[bytes]:
    """Split at LF alone, where `splitlines` would also split at a CR."""
    return [line + b"\n" for line in block[:-1].split(b"\n")] if block.endswith(b"\n") else _tail(block)


def _tail(block: bytes) -> list[bytes]:
    *lines, last = block.split(b"\n")
    return [*(line + b"\n" for line in lines), last]


def _plain(block: bytes, line: int) -> Iterable[tuple[int, bytes]]:
    """Return what `_records` yields of a block without quotations."""
    return [(place, one) for place, one in enumerate(_split(block), start=line) if one.strip(b"\r\n")]


def _lines(block: bytes, ends: int, line_ends: set[bytes]) -> int:
    """Count the lines of a block without quotes that are not blank, of `ends` LF, and note how they end."""
    returns = block.count(b"\r") if b"\r" in block else 0
    pairs = block.count(b"\r\n") if returns else 0
    if returns > pairs:
        line_ends.add(b"\r")
    if pairs:
        line_ends.add(b"\r\n")
    if ends > pairs:
        line_ends.add(b"\n")
    if block.startswith((b"\n", b"\r\n")) or BLANK_LINE.search(block):
        return sum(1 for line in block.split(b"\n") if line.strip(b"\r"))
    return ends + (not block.endswith(b"\n") and bool(block))


def _end(record: bytes) -> bytes:
    return b"\r\n" if record.endswith(b"\r\n") else b"\n" if record.endswith(b"\n") else b""
