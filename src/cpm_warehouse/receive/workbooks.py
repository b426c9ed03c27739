"""Reads a sheet of a workbook as texts, each row with its number.

Values are read by calamine. It has an error in a cell, such as #N/A, and a formula that no program has worked
out yet, as empty; both are looked up in the sheet's XML, so that they are judged and not lost.
"""

import csv
import datetime as dt
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import duckdb
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetVisibleEnum

from cpm_warehouse.duck import literal
from cpm_warehouse.errors import RefusalError
from cpm_warehouse.layouts.layout import Layout
from cpm_warehouse.receive.preparing import check_last_lines

WORKBOOKS = (".xlsx", ".xlsm")
ROW = "sheet row"
# From here on, Excel and calamine may have another whole number than was written.
EXACT_BELOW = 2**53
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
ERROR_OR_FORMULA = re.compile(rb""" t=["']e["']|<f[ >/]""")
LONGEST_ROW = 100_000_000
USUAL_ROW = 2_000_000  # what DuckDB takes where nothing is said
BLOCK = 1 << 20
PLACE = re.compile(r"([A-Z]+)(\d+)")

Rows = list[tuple[int, list[str]]]


class Sheet:
    """A sheet of a workbook: its header, and its rows as a Parquet file of texts.

    The Parquet's columns are called by their place, `c0` the first; `ROW` has the number of the sheet's row.
    Raises RefusalError, naming file and remedy, where the workbook cannot be read or its sheet is not as the
    layout has it.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        self.path = path
        self.layout = layout
        sheet = self._open()
        rows = self._rows(sheet)
        if len(rows) == 0 or rows[0][0] != layout.lines_before_header + 1:
            raise self._unfit(f"its row {layout.lines_before_header + 1} is empty, and no header")
        if layout.lines_after_data:
            last = rows[max(1, len(rows) - len(layout.lines_after_data)) :]
            check_last_lines(path, layout, [" ".join(filter(None, row)) for _, row in last])
            rows = rows[: -len(last)]
        (_, header), *self.rows = rows
        # A column without a name and without a value is only a formatted one.
        used = [place for place, name in enumerate(header) if name or any(row[place] for _, row in self.rows)]
        self.header = [header[place] for place in used]
        self.rows = [(number, [row[place] for place in used]) for number, row in self.rows]

    def write(self, connection: duckdb.DuckDBPyConnection, target: Path) -> list[str]:
        """Write the rows; returns the names of the columns."""
        names = [f"c{place}" for place in range(len(self.header))]
        aside = target.with_suffix(".csv")
        with aside.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([number, *row] for number, row in self.rows)
        columns = ", ".join(f"{literal(name)}: 'varchar'" for name in names)
        # DuckDB has room for sixteen of the longest: no row is longer than all are.
        longest = min(max(aside.stat().st_size, USUAL_ROW), LONGEST_ROW)
        connection.execute(
            f"copy (from read_csv({literal(aside)}, auto_detect = false, header = false, nullstr = '',"
            f" columns = {{{literal(ROW)}: 'bigint'{', ' if names else ''}{columns}}}, delim = ',', quote = '\"',"
            f" escape = '\"', max_line_size = {longest})) to {literal(target)} (format parquet)"
        )
        aside.unlink()
        return names

    def _open(self) -> CalamineSheet:
        try:
            workbook = CalamineWorkbook.from_path(self.path)
            shown = [one.name for one in workbook.sheets_metadata if one.visible is SheetVisibleEnum.Visible]
            name = self.layout.sheet or (shown[0] if len(shown) == 1 else None)
            if name is None or name not in workbook.sheet_names:
                wanted = f"no sheet '{name}'" if name else "more than one sheet"
                raise self._unfit(f"has {wanted}, but {workbook.sheet_names}; name one of them as sheet")
            return workbook.get_sheet_by_name(name)
        except CalamineError as error:
            raise RefusalError(
                "file_not_readable",
                f"{self.path}: is no workbook that can be read ({error}); ask for it again, without a password",
            ) from error

    def _rows(self, sheet: CalamineSheet) -> Rows:
        """Rows with their number, blank ones and those before the header left out."""
        left = (sheet.start or (0, 0))[1]
        unread = self._unread(sheet.name)
        rows: Rows = []
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            row = [_text(cell) for cell in cells]
            for column, text in unread.get(number, {}).items():
                row[column - left] = row[column - left] or text
            if number > self.layout.lines_before_header and any(row):
                rows.append((number, row))
        return rows

    def _unread(self, sheet: str) -> dict[int, dict[int, str]]:
        """Texts of cells with an error or a formula without its value, by row (from 1) and column (from 0)."""
        found: dict[int, dict[int, str]] = {}
        try:
            with zipfile.ZipFile(self.path) as archive:
                part = _part_of(archive, sheet)
                if not _mentions(archive, part, ERROR_OR_FORMULA):  # as in most
                    return found
                with archive.open(part) as xml:
                    for _, element in ElementTree.iterparse(xml):
                        if element.tag == f"{MAIN}c" and (text := _unread_text(element)):
                            column, row = _place(element.get("r") or "")
                            found.setdefault(row, {})[column] = text
                        elif element.tag == f"{MAIN}row":
                            element.clear()
        except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, StopIteration, ValueError) as error:
            raise RefusalError(
                "file_not_readable", f"{self.path}: is no workbook that can be read ({error}); ask for it again"
            ) from error
        return found

    def _unfit(self, what: str) -> RefusalError:
        return RefusalError("layout_does_not_fit", f"{self.path}: {what}; correct layout '{self.layout.name}'")


def _text(cell: Any) -> str:
    """A cell as text: a whole number without a fraction, a date as an instant at midnight."""
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT_BELOW:
        return str(int(cell))
    if isinstance(cell, dt.date):  # an instant too is one
        at = cell if isinstance(cell, dt.datetime) else dt.datetime.combine(cell, dt.time())
        return at.isoformat(sep=" ")
    return str(cell)


def _unread_text(cell: ElementTree.Element) -> str | None:
    value, formula = cell.findtext(f"{MAIN}v"), cell.find(f"{MAIN}f")
    if cell.get("t") == "e":
        return value
    is_text = cell.get("t") == "str"  # which may be an empty one
    return f"={formula.text or ''}" if formula is not None and not value and not is_text else None


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    """Name of the part of a workbook that has the cells of a sheet."""
    sheets = ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
    key = next(one.get(RELATION) for one in sheets if one.get("name") == sheet)
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = next(one.get("Target") for one in relations if one.get("Id") == key) or ""
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _mentions(archive: zipfile.ZipFile, part: str, what: re.Pattern[bytes]) -> bool:
    end = b""
    with archive.open(part) as file:
        while block := file.read(BLOCK):
            if what.search(end + block):
                return True
            end = block[-8:]
    return False


def _place(reference: str) -> tuple[int, int]:
    """Column (from 0) and row (from 1) of a cell such as C5."""
    letters, row = PLACE.fullmatch(reference).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1, int(row)
