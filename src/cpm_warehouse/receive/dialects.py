"""How the bytes of a text file become records and values: what parts values, and what quotes them."""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cpm_warehouse.duck import literal
from cpm_warehouse.layouts.layout import Layout


@dataclass(frozen=True)
class Dialect:
    """One character each that parts values, quotes a value, and stands before a quotation character inside one.

    `quote` is empty where no value is quoted; `encoding` is that of the file as it was received.
    """

    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    encoding: str = "UTF-8"

    @classmethod
    def of(cls, layout: Layout) -> "Dialect":
        """The dialect of files of a layout."""
        text = layout.text
        escape = text.quote if text.escape is None else text.escape
        return cls(text.delimiter, text.quote, escape, text.codec.upper())

    @property
    def called(self) -> str:
        """What parts values, in words."""
        names = {",": "a comma", ";": "a semicolon", "\t": "a tabulator", "|": "a bar"}
        return names.get(self.delimiter, f"a '{self.delimiter}'")

    # The patterns have no possessive quantifiers, which Python 3.11.2 (Debian 12) reads wrongly; nothing is tried
    # twice.
    @cached_property
    def whole(self) -> re.Pattern[bytes]:
        """A record in which every quotation that begins a value ends it."""
        return self._pattern("{value}(?:{delimiter}{value})*")

    @cached_property
    def unfinished(self) -> re.Pattern[bytes]:
        """The beginning of a record whose last quotation does not end."""
        return self._pattern("(?:{value}{delimiter})*{opened}")

    @cached_property
    def _quoted(self) -> re.Pattern[bytes]:
        return self._pattern("(?:(?<={delimiter})|^){opened}{quote}")

    @cached_property
    def _empty_ends(self) -> tuple[bytes, ...]:
        quoted = (self.quote.encode() * 2,) if self.quote else ()
        return (self.delimiter.encode(), *quoted)

    @cached_property
    def _empty_from_behind(self) -> re.Pattern[bytes]:
        return self._pattern("(?:(?:{quote}{quote})?{delimiter})+")

    def _pattern(self, form: str) -> re.Pattern[bytes]:
        quote, delimiter = re.escape(self.quote), re.escape(self.delimiter)
        if not quote:  # a quotation that never begins
            return re.compile(
                form.format(value=f"[^{delimiter}]*", opened="(?!)", quote="", delimiter=delimiter).encode()
            )
        opened = f"{quote}[^{quote}]*(?:{quote}{quote}[^{quote}]*)*"
        if self.escape != self.quote:
            opened = rf"{quote}[^{quote}\\]*(?:\\.[^{quote}\\]*)*"
        value = f"(?:{opened}{quote}|(?!{quote})[^{delimiter}]*)"
        found = form.format(value=value, opened=opened, quote=quote, delimiter=delimiter)
        return re.compile(found.encode(), re.DOTALL)

    def has_quote(self, text: bytes) -> bool:
        """Whether a value may be quoted in some bytes."""
        return bool(self.quote) and self.quote.encode() in text

    def values_in(self, record: bytes) -> int:
        """Count the values of a record."""
        unquoted = self._quoted.sub(b"", record) if self.has_quote(record) else record
        return 1 + unquoted.count(self.delimiter.encode())

    def empty_at_end(self, record: bytes) -> int:
        """Count the empty values, but the first of all, that a record ends with, quoted or not."""
        if not record.endswith(self._empty_ends):  # as of most
            return 0
        found = self._empty_from_behind.match(record[::-1])
        return found[0].count(self.delimiter.encode()) if found else 0

    def split(self, record: str) -> list[str]:
        """Take a record apart. Raises csv.Error or StopIteration where it is none."""
        doubled = self.escape == self.quote
        return next(
            csv.reader(
                io.StringIO(record, newline=""),
                delimiter=self.delimiter,
                quotechar=self.quote or None,
                escapechar=None if doubled else self.escape,
                doublequote=doubled,
                quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
                strict=True,
            )
        )

    def read_csv(self, path: Path, names: Sequence[str], *, compressed: bool) -> str:
        """SQL that reads a file whose columns are to have these names, all of them as text."""
        columns = ", ".join(f"{literal(name)}: 'varchar'" for name in names)
        return (
            f"read_csv({literal(path)}, auto_detect = false, header = true, columns = {{{columns}}},"
            f" delim = {literal(self.delimiter)}, quote = {literal(self.quote)}, escape = {literal(self.escape)},"
            f" nullstr = '', strict_mode = true, compression = '{'gzip' if compressed else 'none'}',"
            " store_rejects = true)"
        )


COMMAS = Dialect()


@dataclass(frozen=True)
class TextFile:
    """A text file: as it was received, and what is read of it, which is it or a copy of it in UTF-8.

    `first_line` is the line of the received file with which that begins.
    """

    path: Path
    source: Path
    dialect: Dialect = COMMAS
    first_line: int = 1
