"""The pack as a workbook: one sheet a table, values typed as the marts have them, no formulas."""

import io
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from cpm_warehouse.report.pack.formats import heading, is_number
from cpm_warehouse.report.pack.tables import Table

# Texts stay texts, whatever they look like.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
HEADER_ROW = 1
NARROWEST, WIDEST = 9, 60
SHEET_NAME_LIMIT = 31
CELL_LIMIT = 32767


def sheet_names(tables: Mapping[str, Table]) -> dict[str, str]:
    """Name the sheet of each table, within what a workbook takes."""
    return {name: name[:SHEET_NAME_LIMIT] for name in tables}


def write_workbook(
    tables: Mapping[str, Table],
    month: date,
    classification: str,
    made_at: datetime | None,
    sheets: Mapping[str, str],
) -> bytes:
    """Return the workbook; each sheet has its caption and the classification above the frozen header."""
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, OPTIONS)
    book.set_properties(
        {
            "title": f"Performance Measurement Report, {month:%B %Y}",
            "comments": classification,
            "created": made_at or datetime(month.year, month.month, 1),
        }
    )
    styles = _Styles(book)
    _write_contents(book, styles, tables, classification, sheets)
    for name, table in tables.items():
        _write_table(book.add_worksheet(sheets[name]), styles, table, classification)
    _write_meanings(book, styles, tables, classification, sheets)
    book.close()
    return memory.getvalue()


class _Styles:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.caption = book.add_format({"bold": True, "font_size": 12})
        self.header = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top", "bg_color": "#e8ebee"}
        )
        self.text = book.add_format({"valign": "top", "num_format": "@"})
        self.whole = book.add_format({"num_format": "#,##0", "valign": "top"})
        self.percent = book.add_format({"num_format": "0.00####", "valign": "top"})
        self.date = book.add_format({"num_format": "dd mmm yyyy", "valign": "top"})
        self.month = book.add_format({"num_format": "mmm yyyy", "valign": "top"})
        self.instant = book.add_format({"num_format": "dd mmm yyyy hh:mm:ss", "valign": "top"})


def _write_table(sheet: Any, styles: _Styles, table: Table, classification: str) -> None:
    names = [column.name for column in table.columns]
    _write_head(sheet, styles, f"{table.caption} ({classification})", names)
    for index, column in enumerate(table.columns):
        lengths = [len(str(row[index])) for row in table.rows[:200] if row[index] is not None]
        wanted = max([len(heading(column.name)) // 2, *lengths], default=NARROWEST) + 2
        sheet.set_column(index, index, min(max(wanted, NARROWEST), WIDEST))
    for number, row in enumerate(table.rows, start=HEADER_ROW + 1):
        for index, value in enumerate(row):
            _write_cell(sheet, styles, number, index, names[index], value)
    if table.rows:
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(table.rows), len(names) - 1)


def _write_head(sheet: Any, styles: _Styles, caption: str, names: list[str]) -> None:
    sheet.write_string(0, 0, caption, styles.caption)
    for index, name in enumerate(names):
        sheet.write_string(HEADER_ROW, index, name, styles.header)
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEADER_ROW)
    sheet.set_footer("&L&A&RPage &P of &N")


def _write_cell(sheet: Any, styles: _Styles, row: int, column: int, name: str, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value, styles.instant)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, styles.month if name.endswith("_month") else styles.date)
    elif is_number(value):
        sheet.write_number(
            row, column, value, styles.percent if isinstance(value, Decimal | float) else styles.whole
        )
    else:
        sheet.write_string(row, column, str(value)[:CELL_LIMIT], styles.text)


def _write_contents(
    book: xlsxwriter.Workbook,
    styles: _Styles,
    tables: Mapping[str, Table],
    classification: str,
    sheets: Mapping[str, str],
) -> None:
    sheet = book.add_worksheet("contents")
    _write_head(sheet, styles, classification, ["sheet", "caption", "note", "marts"])
    for column, width in enumerate((26, 70, 70, 50)):
        sheet.set_column(column, column, width)
    for number, (name, table) in enumerate(tables.items(), start=HEADER_ROW + 1):
        for column, text in enumerate((sheets[name], table.caption, table.note, ", ".join(table.marts))):
            sheet.write_string(number, column, text, styles.text)


def _write_meanings(
    book: xlsxwriter.Workbook,
    styles: _Styles,
    tables: Mapping[str, Table],
    classification: str,
    sheets: Mapping[str, str],
) -> None:
    sheet = book.add_worksheet("columns")
    _write_head(sheet, styles, f"What each column means ({classification})", ["sheet", "column", "meaning"])
    for column, width in enumerate((26, 30, 120)):
        sheet.set_column(column, column, width)
    meanings = [
        (sheets[name], column.name, column.meaning) for name, table in tables.items() for column in table.columns
    ]
    for number, texts in enumerate(meanings, start=HEADER_ROW + 1):
        for column, text in enumerate(texts):
            sheet.write_string(number, column, text, styles.text)
