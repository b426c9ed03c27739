"""Copies a text file as UTF-8, from its header to its last record, where DuckDB could not read it as it is."""

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cpm_warehouse.errors import RefusalError
from cpm_warehouse.layouts.layout import Layout, is_like
from cpm_warehouse.receive.scanning import BLOCK, opened, read_block

UTF_8 = {"utf-8", "utf-8-sig", "ascii"}
# As much of a file's end as is looked at for lines after its data.
END = 1 << 20


def needs_copy(layout: Layout) -> bool:
    """Whether files of a layout are copied before they are read."""
    return layout.text.codec not in UTF_8 or bool(layout.lines_before_header or layout.lines_after_data)


def copy_as_utf8(path: Path, layout: Layout, target: Path) -> None:
    """Write the records of a text file, header first, as UTF-8; what is no character stays no UTF-8.

    Raises RefusalError where the lines before or after them are not those of the layout.
    """
    left = layout.lines_before_header
    with opened(path) as source, target.open("wb") as copy:
        for text in _decoded(source, path, layout.text.codec):
            while left and text:
                _, line_end, text = text.partition("\n")
                left -= bool(line_end)
            copy.write(text.encode("utf-8", "surrogateescape"))
    if left:
        raise RefusalError(
            "layout_does_not_fit",
            f"{path}: has fewer lines than the {layout.lines_before_header} before the header that layout"
            f" '{layout.name}' has; correct lines_before_header",
        )
    if layout.lines_after_data:
        _cut_last_lines(path, layout, target)


def check_last_lines(path: Path, layout: Layout, lines: list[str]) -> None:
    """Check that the last lines of a file, or rows of a sheet, are those that the layout has after the data.

    Raises RefusalError where they are not: one of them may be a record.
    """
    for line, pattern in zip(lines, layout.lines_after_data, strict=False):
        if not is_like(line, pattern):
            raise RefusalError(
                "layout_does_not_fit",
                f"{path}: ends with '{line[:100]}', where layout '{layout.name}' has '{pattern}' after the data;"
                " correct lines_after_data, or ask for the file again if it was cut",
            )
    if len(lines) < len(layout.lines_after_data):
        raise RefusalError(
            "layout_does_not_fit",
            f"{path}: has fewer lines than the {len(layout.lines_after_data)} after the data that layout"
            f" '{layout.name}' has; correct lines_after_data, or ask for the file again if it was cut",
        )


def _decoded(source: BinaryIO, path: Path, codec: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(codec)(errors=UNREADABLE)
    while block := read_block(source, path, BLOCK):
        yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


def _cut_last_lines(path: Path, layout: Layout, target: Path) -> None:
    size = target.stat().st_size
    with target.open("r+b") as copy:
        copy.seek(max(0, size - END))
        lines = copy.read().split(b"\n")
        found: list[str] = []
        while lines and len(found) < len(layout.lines_after_data):
            last = lines.pop()
            size -= len(last) + bool(lines)
            if shown := last.decode("utf-8", "replace").strip():
                found.insert(0, shown)
        check_last_lines(path, layout, found)
        copy.truncate(size + bool(lines))


def _unreadable(error: UnicodeError) -> tuple[str, int]:
    """Keep bytes that are no character so that they are none in UTF-8 either: their record is quarantined."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    found = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + (one | 0x80)) for one in found), error.end


UNREADABLE = "cpm-unreadable"
codecs.register_error(UNREADABLE, _unreadable)
