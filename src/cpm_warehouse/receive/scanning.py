"""Walks the records of a CSV file byte by byte: where each starts, and how many there are.

DuckDB reads the values. This counts the records by another way, so that one that DuckDB lost would be noticed,
and finds the line and the text of those that are quarantined.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from cpm_warehouse.errors import RefusalError

BLOCK = 1 << 22
# DuckDB takes no longer record either.
LONGEST_RECORD = 2_000_000
OTHER_KINDS = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip", b"PAR1": "Parquet"}
# Without possessive quantifiers, which Python 3.11.2 (Debian 12) reads wrongly; nothing is tried twice.
OPENED = rb'"[^"]*(?:""[^"]*)*'
QUOTED_OR_PLAIN = rb"(?:" + OPENED + rb'"|(?!")[^,]*)'
QUOTED = re.compile(rb"(?:(?<=,)|^)" + OPENED + rb'"')
SEPARATOR = re.compile(rb",")
WHOLE = re.compile(QUOTED_OR_PLAIN + rb"(?:," + QUOTED_OR_PLAIN + rb")*")
UNFINISHED = re.compile(rb"(?:" + QUOTED_OR_PLAIN + rb",)*" + OPENED)

Progress = Callable[[int], None]


@dataclass
class Scan:
    """What a walk found: the header, the number of records that are not blank, how lines end."""

    header: list[str] = field(default_factory=list)
    records: int = 0
    line_ends: set[bytes] = field(default_factory=set)


def sniff(path: Path) -> None:
    """Check that a CSV can be UTF-8. Raises RefusalError where it is UTF-16 or UTF-32."""
    with opened(path) as file:
        start = read_block(file, path, 4096)
    first_line = start.split(b"\n")[0]
    if kind := next((kind for magic, kind in OTHER_KINDS.items() if start.startswith(magic)), None):
        raise RefusalError(
            "file_not_readable", f"{path}: is {kind}, not text; name it for what it is, or send text"
        )
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in first_line:
        raise RefusalError("encoding_not_utf8", f"{path}: is UTF-16 or UTF-32, not UTF-8; send UTF-8")


def scan(path: Path, progress: Progress | None = None) -> Scan:
    """Count the records of a CSV. Raises RefusalError where it cannot be known where they begin."""
    sniff(path)
    found = Scan()
    blocks = _blocks(path, progress)
    line = 1
    unread = b""
    for block in blocks:
        if not found.header:
            head, line, rest = _first_record(block, path, found)
            if head is None:
                continue
            block = rest
        if b'"' not in block and b'"' not in unread:
            found.records += _lines(block, found.line_ends)
            line += block.count(b"\n")
            continue
        # A record that a block cuts can only be a quoted one: blocks end with a line.
        for _, record in _records(_with_more(block, blocks), path, line):
            found.records += 1
            found.line_ends.add(_end(record))
        break
    found.line_ends.discard(b"")
    if len(found.line_ends) > 1:
        raise RefusalError(
            "line_ends_differ",
            f"{path}: some lines end with {' and some with '.join(sorted(map(repr, found.line_ends)))};"
            " end every line in one way",
        )
    return found


def records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the line and the bytes of each record that is not blank, header left out."""
    found = Scan()
    blocks = _blocks(path)
    for block in blocks:
        head, line, rest = _first_record(block, path, found)
        if head is not None:
            yield from _records(_with_more(rest, blocks), path, line)


def broken(record: bytes, columns: int) -> str | None:
    """Say what is wrong with the structure of a record; None where nothing is."""
    if len(record) > LONGEST_RECORD:
        return "the record is longer than 2,000,000 bytes"
    text = record.removesuffix(b"\n").removesuffix(b"\r")
    try:
        text.decode()
    except UnicodeDecodeError:
        return "the record has bytes that are not UTF-8"
    if b'"' not in text:
        values = text.count(b",") + 1
    elif WHOLE.fullmatch(text):
        values = 1 + len(SEPARATOR.findall(QUOTED.sub(b"", text)))
    else:
        return "the record has text after the end of a quotation"
    if values == columns + 1 and text.endswith(b","):
        return None  # a comma at the end, which DuckDB takes as well
    if values != columns:
        return f"the record has {values} values, not {columns}"
    return None


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


def _blocks(path: Path, progress: Progress | None = None) -> Iterator[bytes]:
    """Yield the file in blocks of whole lines, without a byte order mark."""
    with opened(path) as file:
        carried = b""
        first = True
        while read := read_block(file, path, BLOCK):
            if progress:
                progress(len(read))
            if first:
                read = read.removeprefix(b"\xef\xbb\xbf")
                first = False
            cut = read.rfind(b"\n") + 1
            if not cut:
                carried += read
                if len(carried) > 16 * BLOCK:
                    raise RefusalError("file_not_readable", f"{path}: a line is longer than 64 MB; send it again")
                continue
            yield carried + read[:cut]
            carried = read[cut:]
        if carried:
            yield carried


def _with_more(block: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    yield block
    yield from blocks


def _first_record(block: bytes, path: Path, found: Scan) -> tuple[list[str] | None, int, bytes]:
    """Read the header from the first block; returns it, the line after it, and the rest of the block."""
    walked = _records(iter([block]), path, 1)
    for line, record in walked:
        if b"\r" in record.removesuffix(b"\n").removesuffix(b"\r"):
            raise RefusalError("line_ends_differ", f"{path}: lines end with CR; end every line with LF or CRLF")
        try:
            found.header = next(csv.reader(io.StringIO(record.decode(), newline=""), strict=True))
        except (UnicodeDecodeError, csv.Error, StopIteration) as error:
            raise RefusalError("file_not_readable", f"{path}:1: the header cannot be read ({error})") from error
        found.line_ends.add(_end(record))
        position = block.index(record) + len(record)
        return found.header, line + record.count(b"\n"), block[position:]
    return None, 1, b""


def _records(blocks: Iterator[bytes], path: Path, line: int) -> Iterator[tuple[int, bytes]]:
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
            if b'"' not in record:
                yield started, record
                continue
            text = record.rstrip(b"\n").removesuffix(b"\r")
            if WHOLE.fullmatch(text):
                open_record = b""
                yield started, record
            elif UNFINISHED.fullmatch(record) and len(record) <= LONGEST_RECORD:
                open_record = record
            elif open_record or UNFINISHED.fullmatch(record):
                raise _unbalanced(path, started)
            else:
                # Broken, but on one line: the record after it starts where it should.
                yield started, record
    if open_record:
        raise _unbalanced(path, started)


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


def _lines(block: bytes, line_ends: set[bytes]) -> int:
    """Count the lines of a block without quotes that are not blank, and note how they end."""
    ends = block.count(b"\n")
    returns = block.count(b"\r") if b"\r" in block else 0
    pairs = block.count(b"\r\n") if returns else 0
    if returns > pairs:
        line_ends.add(b"\r")
    if pairs:
        line_ends.add(b"\r\n")
    if ends > pairs:
        line_ends.add(b"\n")
    if block.startswith((b"\n", b"\r\n")) or b"\n\n" in block or b"\n\r\n" in block:
        return sum(1 for line in block.split(b"\n") if line.strip(b"\r"))
    return ends + (not block.endswith(b"\n") and bool(block))


def _end(record: bytes) -> bytes:
    return b"\r\n" if record.endswith(b"\r\n") else b"\n" if record.endswith(b"\n") else b""
