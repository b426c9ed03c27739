"""What is known of a file once it was opened."""

from collections.abc import Sequence
from dataclasses import dataclass

# More of a file is not read: what is said of it then holds for its beginning, and says so.
MOST_TEXT = 256_000_000
MOST_ROWS = 1_000_000
BLOCK = 1 << 20


@dataclass(frozen=True)
class LastLine:
    """A line after the data: what it looks like in other months, with * for what differs, and its form.

    The pattern is None where no word of it is one of lists and reports: it may name people, and is not shown.
    """

    pattern: str | None
    form: str


@dataclass(frozen=True)
class Opened:
    """A file as it was read: its values are text in table `given`, columns `c0`, `c1`, ... in the file's order.

    `types` are those of Parquet, and varchar elsewhere. `broken` records, the first in line `broken_line`, have
    not one value a column and are not in the table; nor is the header where it stands again, `headers_again`
    times, first in line `header_again`. `encodings` are those that the text could be in, each with what it makes
    of the letters beyond ASCII. `is_whole` is false where only the beginning was read. `is_utc` says that instants
    without a zone are of UTC, as Spark's always are.
    """

    kind: str
    suffix: str
    header: Sequence[str]
    types: Sequence[str]
    rows: int
    is_whole: bool
    encodings: Sequence[tuple[str, str]] = ()
    delimiter: str = ","
    quote: str = '"'
    escape: str = '"'
    lines_before_header: int = 0
    lines_after_data: Sequence[LastLine] = ()
    broken: int = 0
    broken_line: int = 0
    headers_again: int = 0
    header_again: int = 0
    sheet: str | None = None
    sheets: Sequence[str] = ()
    written_by: str = ""
    is_utc: bool = False
