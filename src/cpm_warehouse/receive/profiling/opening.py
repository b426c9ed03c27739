"""Opens a file of which nothing is known, and lays its values as text into a table of DuckDB."""

import codecs
import csv
import gzip
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import duckdb

from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import CpmError, no_room
from cpm_warehouse.layouts.columns import same_name

# More of a file is not read: what is said of it then holds for its beginning, and says so.
MOST_TEXT = 256_000_000
MOST_ROWS = 1_000_000
BLOCK = 1 << 20
HEADER_WITHIN = 100
# A last line with more values than this is a record that was cut, and no line after the data.
MOST_AFTER_DATA = 2
DELIMITERS = (",", ";", "\t", "|")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What is no data, by its first bytes, and what to do about it.
OTHER_KINDS = {
    b"\xd0\xcf\x11\xe0": "an old or protected workbook; save it as .xlsx, without a password",
    b"%PDF": "PDF; ask for the data that it was made of",
    b"\x28\xb5\x2f\xfd": "compressed by zstd; unpack it",
    b"BZh": "compressed by bzip2; unpack it",
    b"7z\xbc\xaf": "compressed by 7-Zip; unpack it",
}
DEVICE_LIKE = re.compile(r"([0-9A-Fa-f]{2}[-:]?){8}")


@dataclass(frozen=True)
class Opened:
    """A file as it was read: its values are text in table `given`, columns `c0`, `c1`, ... in the file's order.

    `types` are those of Parquet, and varchar elsewhere. `broken` records, the first in line `broken_line`, have
    not one value a column and are not in the table. `encodings` are those that the text could be in, each with
    the letters that it gives. `is_whole` is false where only the beginning was read.
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
    lines_after_data: Sequence[str] = ()
    broken: int = 0
    broken_line: int = 0
    sheet: str | None = None
    sheets: Sequence[str] = ()
    written_by: str = ""


@dataclass(frozen=True)
class Known:
    """What a layout already says of a file, so that it is not looked for."""

    delimiter: str | None = None
    quote: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    lines_before_header: int | None = None


def open_file(
    connection: duckdb.DuckDBPyConnection, path: Path, names: Sequence[str], known: Known, scratch: Path
) -> Opened:
    """Read a file into table `given`; `names` are those of the contract's columns, by which its header is found.

    Raises CpmError, naming the file and what to do, where it is none that could be received.
    """
    if path.is_dir():
        raise CpmError(f"{path}: is a directory; name one file in it")
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip():
        raise CpmError(f"{path}: is empty; ask for the file again")
    for magic, what in OTHER_KINDS.items():
        if start.startswith(magic):
            raise CpmError(f"{path}: is {what}")
    try:
        if start.startswith(b"PAR1"):
            return _open_parquet(connection, path)
        if start.startswith(b"PK\x03\x04"):
            return _open_workbook(connection, path, names, known, scratch)
        return _open_text(connection, path, start.startswith(b"\x1f\x8b"), names, known, scratch)
    except duckdb.Error as error:
        if no_room(error):
            raise
        raise CpmError(f"{path}: cannot be read ({str(error).splitlines()[0]}); ask for the file again") from error


def _open_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> Opened:
    # DuckDB takes a name with * or [ for a pattern: brackets around such a sign make it one of itself.
    source = literal(re.sub(r"([*?\[])", r"[\1]", str(path)))
    described = connection.execute(f"describe select * from read_parquet({source})").fetchall()
    header = [name for name, *_ in described]
    types = [kind.lower() for _, kind, *_ in described]
    values = ", ".join(
        f"{_as_text(quoted(name), kind)} as c{number}"
        for number, (name, kind) in enumerate(zip(header, types, strict=True))
    )
    connection.execute(f"create table given as select {values} from read_parquet({source}) limit {MOST_ROWS}")
    (tool, rows) = _one(connection, f"select created_by, num_rows from parquet_file_metadata({source})")
    return Opened("Parquet", ".parquet", header, types, int(rows), int(rows) <= MOST_ROWS, written_by=tool or "")


def _as_text(name: str, kind: str) -> str:
    return f"array_to_string({name}, ';')" if kind.endswith("[]") else f"cast({name} as varchar)"


def _open_workbook(
    connection: duckdb.DuckDBPyConnection, path: Path, names: Sequence[str], known: Known, scratch: Path
) -> Opened:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(path) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise CpmError(f"{path}: is a ZIP archive and no workbook; unpack it and name a file of it")
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = list(workbook.sheet_names)
        if known.sheet and known.sheet not in sheets:
            raise CpmError(f"{path}: has no sheet '{known.sheet}'; it has {', '.join(sheets)}")
        found: list[tuple[int, str, Path, int]] = []
        for number, sheet in enumerate([known.sheet] if known.sheet else sheets):
            target = scratch / f"sheet_{number}.csv"
            rows = workbook.get_sheet_by_name(sheet).iter_rows()
            written = _write_rows(rows, target)
            if written:
                header = _find_header(_first_lines(target), names, [","], '"', known.lines_before_header)
                found.append((header.score if header else -1, sheet, target, written))
    except (CalamineError, zipfile.BadZipFile, zlib.error, ValueError) as error:
        raise CpmError(f"{path}: cannot be read as a workbook ({error}); save it again as .xlsx") from error
    if not found:
        raise CpmError(f"{path}: the workbook has no rows; ask for the file again")
    best = max(found, key=lambda one: one[0])
    # Only where another sheet is as good, which of them is asked.
    alike = [sheet for score, sheet, *_ in found if score == best[0]]
    text = _read_records(connection, path, best[2], names, Known(",", '"', None, None, known.lines_before_header))
    return Opened(
        kind=f"workbook (XLSX), sheet '{best[1]}' of {len(sheets)}",
        suffix=".xlsx",
        header=text.header,
        types=text.types,
        rows=text.rows,
        is_whole=best[3] <= MOST_ROWS,
        lines_before_header=text.lines_before_header,
        lines_after_data=text.lines_after_data,
        broken=text.broken,
        broken_line=text.broken_line,
        sheet=best[1],
        sheets=alike if len(alike) > 1 else (),
    )


def _write_rows(rows: Iterator[Sequence[object]], target: Path) -> int:
    """Write rows of a sheet as CSV, as many as are read at most; returns their number, or one more."""
    written = 0
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        for row in rows:
            written += 1
            if written > MOST_ROWS:
                break
            writer.writerow([_cell(value) for value in row])
    return written


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _open_text(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    is_compressed: bool,
    names: Sequence[str],
    known: Known,
    scratch: Path,
) -> Opened:
    def opened() -> BinaryIO:
        return cast(BinaryIO, gzip.open(path, "rb")) if is_compressed else path.open("rb")

    target = scratch / "text.csv"
    try:
        encodings = _encodings(path, opened, known)
        is_whole = _write_text(opened, encodings[0][0], target)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CpmError(f"{path}: is cut or damaged ({error}); ask for it again") from error
    except UnicodeDecodeError as error:
        raise CpmError(f"{path}: is not {encodings[0][0]} throughout ({error}); correct the encoding") from error
    text = _read_records(connection, path, target, names, known)
    return Opened(
        kind="CSV, compressed by gzip" if is_compressed else "CSV",
        suffix=".csv.gz" if is_compressed else ".csv",
        header=text.header,
        types=text.types,
        rows=text.rows,
        is_whole=is_whole,
        encodings=encodings,
        delimiter=text.delimiter,
        quote=text.quote,
        escape=text.escape,
        lines_before_header=text.lines_before_header,
        lines_after_data=text.lines_after_data if is_whole else (),
        broken=text.broken,
        broken_line=text.broken_line,
    )


def _encodings(path: Path, opened: Callable[[], BinaryIO], known: Known) -> list[tuple[str, str]]:
    """Encodings that a text could be in, the likeliest first, each with the letters beyond ASCII that it gives."""
    with opened() as file:
        start = file.read(BLOCK)
        if known.encoding:
            return [(known.encoding, "")]
        for mark, name in BYTE_ORDER_MARKS:
            if start.startswith(mark):
                return [(name, "byte order mark")]
        if b"\0" in start:
            for name, place in (("utf-16-le", 1), ("utf-16-be", 0)):
                if start[place::2].count(0) > len(start) // 3 and start[1 - place :: 2].count(0) == 0:
                    return [(name, "no byte order mark")]
            raise CpmError(f"{path}: is no text and of no kind that is read here; send CSV, XLSX or Parquet")
        if sum(byte < 32 and byte not in b"\t\r\n\f" for byte in start) > len(start) // 50:
            raise CpmError(f"{path}: is no text and of no kind that is read here; send CSV, XLSX or Parquet")
        decoder = codecs.getincrementaldecoder("utf-8")()
        block, read = start, 0
        try:
            while block and read < MOST_TEXT:
                decoder.decode(block)
                read += len(block)
                block = file.read(BLOCK)
            return [("utf-8", "")]
        except UnicodeDecodeError:
            return _of_one_byte(block)


def _of_one_byte(block: bytes) -> list[tuple[str, str]]:
    """Encodings of bytes that are no UTF-8: Windows has cp1252; what a library makes of them, where it differs."""
    from charset_normalizer import from_bytes

    guess = from_bytes(block[:100_000]).best()
    odd = bytes(sorted({byte for byte in block if byte > 127}))
    found: dict[str, str] = {}
    for name in ("cp1252", guess.encoding if guess else "latin-1", "latin-1"):
        try:
            letters = " ".join(odd.decode(name))
        except UnicodeDecodeError:
            continue
        if letters not in found.values() and (name != "latin-1" or not found):
            found[name] = letters
    return list(found.items())


def _write_text(opened: Callable[[], BinaryIO], encoding: str, target: Path) -> bool:
    """Write the beginning of a text as UTF-8, whole lines; returns whether it is all of it."""
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    with opened() as file, target.open("wb") as out:
        decoder = codecs.getincrementaldecoder(codec)()
        written = 0
        while block := file.read(BLOCK):
            text = decoder.decode(block).encode("utf-8", errors="replace")
            written += out.write(text)
            if written > MOST_TEXT:
                # What the last block cut is left out; a line that is longer than a block is not looked for.
                out.truncate(out.seek(written - len(text) + text.rfind(b"\n") + 1))
                return not file.read(1)
        out.write(decoder.decode(b"", final=True).encode("utf-8"))
    return True


@dataclass(frozen=True)
class _Header:
    score: int
    line: int
    delimiter: str
    cells: list[str]


def _first_lines(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [line.rstrip("\r\n") for _, line in zip(range(HEADER_WITHIN), file, strict=False)]


def _find_header(
    lines: Sequence[str], names: Sequence[str], delimiters: Sequence[str], quote: str, line: int | None
) -> _Header | None:
    """Find the line that names most columns of the contract; else the first of as many names as values."""
    wanted = {same_name(name) for name in names}
    found: list[_Header] = []
    for delimiter in delimiters:
        split = [_split(one, delimiter, quote) for one in lines]
        for number, cells in enumerate(split):
            score = len({same_name(cell) for cell in cells} & wanted)
            if line in {None, number} and len(cells) > 1:
                found.append(_Header(score, number, delimiter, cells))
    best = max(found, key=lambda one: (one.score, -one.line), default=None)
    if best is None or best.score > 1 or line is not None:
        return max(found, key=lambda one: (one.score, len(one.cells)), default=None) if line is not None else best
    # By form alone: as many cells as most lines have, each a name of its own.
    usual = {
        delimiter: Counter(len(_split(one, delimiter, quote)) for one in lines if one.strip()).most_common(1)[0]
        for delimiter in delimiters
    }
    delimiter = max(delimiters, key=lambda one: (usual[one][0] > 1, usual[one][1], usual[one][0]))
    width = usual[delimiter][0]
    of_width = [one for one in found if one.delimiter == delimiter and len(one.cells) == width]
    first = min(of_width, key=lambda one: one.line, default=None)
    return first if first and width > 1 and _could_be_names(first.cells) else None


def _could_be_names(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell.strip()]
    return (
        len(set(filled)) == len(filled) >= len(cells) - 1
        and all(any(letter.isalpha() for letter in cell) for cell in filled)
        and not any(DEVICE_LIKE.fullmatch(cell) or re.search(r"\d{3}", cell) for cell in filled)
    )


def _split(line: str, delimiter: str, quote: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, quotechar=quote), [])
    except csv.Error:
        return []


def _read_records(
    connection: duckdb.DuckDBPyConnection, path: Path, source: Path, names: Sequence[str], known: Known
) -> Opened:
    """Lay the records of a CSV in UTF-8 into table `given`."""
    lines = _first_lines(source)
    quote = known.quote or '"'
    delimiters = [known.delimiter] if known.delimiter else DELIMITERS
    header = _find_header(lines, names, delimiters, quote, known.lines_before_header)
    if header is None:
        raise CpmError(
            f"{path}: no line of the first {HEADER_WITHIN} looks like the names of columns; write a line of names"
            " before the data, those of the contract or others"
        )
    if known.quote is None and all(re.fullmatch(r"'.*'", cell) for cell in header.cells):
        quote = "'"
        header = _Header(header.score, header.line, header.delimiter, [cell[1:-1] for cell in header.cells])
    with source.open("rb") as file:
        start = file.read(BLOCK)
        total = start.count(b"\n") + sum(block.count(b"\n") for block in iter(lambda: file.read(BLOCK), b""))
        file.seek(-1, io.SEEK_END)
        total += file.read(1) != b"\n"
    escape = "\\" if b'\\"' in start and b'""' not in start else quote
    columns = ", ".join(f"'c{number}': 'varchar'" for number in range(len(header.cells)))
    connection.execute(
        f"create table given as select * from read_csv({literal(source)}, auto_detect = false, header = true,"
        f" skip = {header.line}, columns = {{{columns}}}, delim = {literal(header.delimiter)},"
        f" quote = {literal(quote)}, escape = {literal(escape)}, nullstr = '', strict_mode = true,"
        " store_rejects = true)"
    )
    (rows,) = _one(connection, "select count(*) from given")
    broken = connection.execute(
        "select line, any_value(csv_line) from reject_errors group by line order by line desc"
    ).fetchall()
    after: list[str] = []
    for line, text in broken:  # the last lines, one after the other
        if line != total - len(after) or _filled(str(text), header.delimiter, quote) > MOST_AFTER_DATA:
            break
        after.append(str(text))
    others = broken[len(after) :]
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
        lines_after_data=[_alike(text) for text in reversed(after)],
        broken=len(others),
        broken_line=int(others[-1][0]) if others else 0,
    )


def _filled(line: str, delimiter: str, quote: str) -> int:
    return sum(bool(cell.strip()) for cell in _split(line, delimiter, quote))


def _alike(line: str) -> str:
    """What a line after the data looks like in other months: its beginning, up to the first number."""
    begins = re.split(r"[\d*?\[]", line.strip())[0].rstrip()
    return f"{begins}*" if begins else line.strip()


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    found = connection.execute(query).fetchone()
    assert found is not None
    return found
