"""What a layout says: how to make of a provider's file what the contract of its extract asks for.

Where nothing is said, a file is as the contract has it.
"""

import codecs
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal
from zoneinfo import ZoneInfo

from annotated_types import Ge, MinLen

from cpm_warehouse.declared import READING
from cpm_warehouse.layouts.formats import check_formats, check_words, has_offset

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")
BOTH_HOURS = Literal["quarantine", "earlier", "later"]

Word = Annotated[str, MinLen(1)]
Words = Annotated[tuple[Word, ...], MinLen(1)]


@dataclass(frozen=True)
class Text:
    """How the characters of a text file become records and values."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    delimiter: str = ","
    r"""What parts values: one character of ASCII; "\t" is the tabulator."""
    quote: str = '"'
    """What a quoted value begins and ends with: one character of ASCII, or "" where no value is quoted."""
    escape: str | None = None
    r"""What stands before a quotation character inside a quoted value: that character again, unless it is "\\"."""
    encoding: Word = "utf-8"
    """Encoding of the characters, by the name that Python has for it: utf-8, utf-16, cp1252, latin-1, ..."""

    def __post_init__(self) -> None:
        """Raise ValueError where records could not be told apart."""
        for name, value in (("delimiter", self.delimiter), ("quote", self.quote or '"')):
            if len(value) != 1 or not value.isascii() or value in "\r\n\0\\" or value.isalnum():
                raise ValueError(
                    f"{name}: is {json.dumps(value)}; write one character of ASCII, no letter or digit"
                )
        if self.delimiter == self.quote:
            raise ValueError("delimiter and quote are the same character; write two")
        if self.escape not in {None, self.quote, "\\"}:
            raise ValueError(f'escape: is {json.dumps(self.escape)}; write the quotation character, or "\\\\"')
        if not self.quote and self.escape:
            raise ValueError("escape: means nothing where no value is quoted; take it out")
        try:
            if not codecs.lookup(self.encoding)._is_text_encoding:
                raise LookupError
        except LookupError:
            raise ValueError(
                f"encoding: is '{self.encoding}', which Python does not know as one of text; write utf-8, utf-16,"
                " cp1252 or latin-1, say"
            ) from None

    @property
    def codec(self) -> str:
        """The encoding under one name, whatever it was called."""
        return codecs.lookup(self.encoding).name


@dataclass(frozen=True)
class Instants:
    """How instants are written."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    formats: Words = ("iso",)
    """As DuckDB's strptime has them, such as "%d/%m/%Y %H:%M:%S"; or iso, excel_serial, epoch_seconds,
    epoch_milliseconds. Of several, a text is read by the one that it has the form of."""
    zone: Word | None = None
    """Zone of instants without an offset, such as Europe/London or UTC; without one, they cannot be read. A column
    that says none has that of the layout."""
    words: dict[Word, str] = field(default_factory=dict)
    """Words in a text that stand for others, in any case, before a format reads it: {Okt: Oct, BST: "+01:00"}. A
    column that says none has those of the layout."""
    repeated_hour: BOTH_HOURS = "quarantine"
    """A local time that comes twice, as clocks go back: quarantined, or the earlier or later of both instants."""
    missing_hour: BOTH_HOURS = "quarantine"
    """A local time that never was, as clocks went forward over it: quarantined, or read by the later offset
    (earlier) or by the one before it (later)."""

    def __post_init__(self) -> None:
        """Raise ValueError where an instant could not be read, or in two ways."""
        check_formats(self.formats, with_time=True)
        check_words(self.words)
        if self.zone:
            try:
                ZoneInfo(self.zone)
            except (KeyError, OSError, ValueError):
                raise ValueError(f"zone: is '{self.zone}', which is none; write one like Europe/London") from None


@dataclass(frozen=True)
class Dates:
    """How dates are written."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    formats: Words = ("iso",)
    """As DuckDB's strptime has them, such as "%d.%m.%Y"; or iso, excel_serial. Of several, a text is read by the
    one that it has the form of."""
    words: dict[Word, str] = field(default_factory=dict)
    """Words in a text that stand for others, as in instants."""

    def __post_init__(self) -> None:
        """Raise ValueError where a date could not be read, or in two ways."""
        check_formats(self.formats, with_time=False)
        check_words(self.words)


@dataclass(frozen=True)
class Numbers:
    """How numbers are written."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    decimal: Literal[".", ","] = "."
    """What stands before the fraction. A whole number may have one of zeros: "12,0"."""
    thousands: Literal["", ".", ",", " ", "'"] = ""
    """What parts thousands; a blank is also one that does not break (U+00A0, U+202F)."""

    def __post_init__(self) -> None:
        """Raise ValueError where a number could be read in two ways."""
        if self.decimal == self.thousands:
            raise ValueError("decimal and thousands are the same character; write two")


@dataclass(frozen=True)
class LayoutColumn:
    """A column of the contract, and how the file has it; what it says itself stands instead of the layout's."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    name: Word
    """The column of the contract."""
    in_file: tuple[str, ...] = ()
    """What the file calls it, by any of these names; without any, as the contract does."""
    constant: str | int | bool | None = None
    """The value of every row, in the contract's form, where the file has no such column."""
    empty: bool = False
    """Whether the file has no such column and every row is empty there."""
    instants: Instants | None = None
    """How its instants are written; without zone or words, those of the layout hold."""
    dates: Dates | None = None
    """How its dates are written."""
    numbers: Numbers | None = None
    """How its numbers are written."""
    separator: str = ";"
    """What parts the items of a list."""
    nothing: Words | None = None
    """Words that stand for nothing, in any case, such as "n/a"."""
    trim: bool | None = None
    """Whether blanks before and after values mean nothing."""
    guards: bool | None = None
    """Whether values are guarded for Excel, as ="INC1" or 'INC1, and the guard is taken off."""
    values: dict[Word, str | int | bool | None] = field(default_factory=dict)
    """Values that stand for others, as {"Yes": true, "Cat 3": "3"}, to the letter; null is nothing."""

    def __post_init__(self) -> None:
        """Raise ValueError where two keys do not go together."""
        if sum((bool(self.in_file), self.constant is not None, self.empty)) > 1:
            raise ValueError(
                "has more than one of in_file, constant and empty; the file has the column or it does not"
            )
        if not self.separator:
            raise ValueError('separator: is ""; write what parts the items of a list')

    @property
    def is_in_file(self) -> bool:
        """Whether the file has the column."""
        return self.constant is None and not self.empty


@dataclass(frozen=True)
class Layout:
    """How files of an extract look in some months."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    name: Word
    """What it is called; the register of submissions names it."""
    description: str = ""
    """Which tool writes such files, and what else is good to know of them."""
    valid_from: str | None = None
    """First month of submissions that look so, as "2021-07"; without one, from the first on."""
    valid_to: str | None = None
    """The month after the last one; without one, it holds until now."""
    files: Words = ("*",)
    """Names of the files that look so, with * for any letters; others as another layout or the contract has it."""
    text: Text = Text()
    """How a text file is written."""
    sheet: Word | None = None
    """Name of the sheet of a workbook; without one, it has one sheet."""
    lines_before_header: Annotated[int, Ge(0)] = 0
    """Lines of the file, or rows of the sheet, before the one with the names of its columns."""
    lines_after_data: tuple[Word, ...] = ()
    """What the last lines of the file, or last rows of the sheet, look like, with * for any letters, blank ones
    left out; a file whose last lines look otherwise is refused, so that no row is taken for one of them."""
    instants: Instants = Instants()
    """How instants are written where a column does not say it itself."""
    dates: Dates = Dates()
    """How dates are written where a column does not say it itself."""
    numbers: Numbers = Numbers()
    """How numbers are written where a column does not say it itself."""
    nothing: tuple[Word, ...] = ()
    """Words that stand for nothing, in any case, such as "n/a"; an empty value always does."""
    trim: bool = False
    """Whether blanks before and after values mean nothing."""
    guards: bool = False
    """Whether values are guarded for Excel, as ="INC1" or 'INC1, and the guard is taken off."""
    columns: tuple[LayoutColumn, ...] = ()
    """Columns that the file has otherwise than the contract."""
    ignore: tuple[str, ...] = ()
    """Columns of the file that the contract has not and that are left out; "" is one without a name."""

    def __post_init__(self) -> None:
        """Raise ValueError where a month is none, or a column is described twice."""
        for name, month in (("valid_from", self.valid_from), ("valid_to", self.valid_to)):
            if month is not None and not MONTH.fullmatch(month):
                raise ValueError(f"{name}: is '{month}', which is no month; write one like \"2021-07\"")
        if self.valid_from and self.valid_to and self.valid_from >= self.valid_to:
            raise ValueError(
                f"valid_to: is {self.valid_to}, not after valid_from; it is the month after the last one"
            )
        twice = [name for name, count in Counter(column.name for column in self.columns).items() if count > 1]
        if twice:
            raise ValueError(f"columns: has '{twice[0]}' twice; describe a column once")
        for place, instants in self._instants():
            local = [form for form in instants.formats if form != "iso" and not has_offset(form)]
            if local and not (instants.zone or self.instants.zone):
                raise ValueError(
                    f"{place} zone: is missing, and what '{local[0]}' reads has no offset; write one, or UTC"
                )

    def _instants(self) -> Iterator[tuple[str, Instants]]:
        yield "instants", self.instants
        for column in self.columns:
            if column.instants:
                yield f"columns '{column.name}' instants", column.instants

    def holds_for(self, period: str, file_name: str) -> bool:
        """Whether a file of that name looks so in a submission for the month `period` (YYYY-MM)."""
        in_force = (self.valid_from or "") <= period and (self.valid_to is None or period < self.valid_to)
        return in_force and self.is_for(file_name)

    def is_for(self, file_name: str) -> bool:
        """Whether a file of that name looks so, in whatever months."""
        return any(is_like(file_name, pattern) for pattern in self.files)

    def instants_of(self, column: str) -> Instants:
        """How instants of a column are written; zone and words are those of the layout where it says none."""
        found = self.column(column).instants or self.instants
        return replace(found, zone=found.zone or self.instants.zone, words=found.words or self.instants.words)

    def dates_of(self, column: str) -> Dates:
        """How dates of a column are written; words are those of the layout where it says none."""
        found = self.column(column).dates or self.dates
        return replace(found, words=found.words or self.dates.words)

    def column(self, name: str) -> LayoutColumn:
        """How the file has a column of the contract."""
        return next((column for column in self.columns if column.name == name), LayoutColumn(name))

    def as_json(self) -> dict[str, Any]:
        """What it says, as JSON, without what is left out; `layout_of` reads it."""
        found = _reader().dump_python(self, mode="json", exclude_defaults=True)
        assert isinstance(found, dict)
        return found

    @property
    def checksum(self) -> str:
        """SHA-256 of what it says, however it is written down."""
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class LayoutFile:
    """The layouts of one provider's extract."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    provider: Word
    """Who sends the files, as the folder is called."""
    extract: Word
    """Name of the extract, as the file is called."""
    layouts: Annotated[tuple[Layout, ...], MinLen(1)]
    """How the files look; of those that hold in one month, each has files of its own."""

    def __post_init__(self) -> None:
        """Raise ValueError where two layouts are one."""
        names = [layout.name for layout in self.layouts]
        if len(set(names)) < len(names):
            raise ValueError("layouts: two have the same name; give one another name")
        for number, one in enumerate(self.layouts):
            for other in self.layouts[number + 1 :]:
                if _overlap(one, other) and {"*"} & {*one.files, *other.files}:
                    raise ValueError(
                        f"layouts: '{one.name}' and '{other.name}' hold in the same months for the same files;"
                        " write valid_to in the one, or files in both"
                    )


def is_like(text: str, pattern: str) -> bool:
    """Whether a text is as a pattern has it, in which * stands for any letters."""
    return bool(re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), text, re.DOTALL))


def layout_of(said: Mapping[str, Any]) -> Layout:
    """Make a layout of what `Layout.as_json` says, as the register of submissions has it."""
    return _reader().validate_json(json.dumps(said), strict=True)


@cache
def _reader() -> "TypeAdapter[Layout]":
    """What pydantic makes of the classes above, when it is first asked."""
    from pydantic import TypeAdapter

    return TypeAdapter(Layout)


def _overlap(one: Layout, other: Layout) -> bool:
    return (one.valid_from or "") < (other.valid_to or "~") and (other.valid_from or "") < (one.valid_to or "~")
