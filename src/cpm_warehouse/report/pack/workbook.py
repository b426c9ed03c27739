"""The pack as a workbook: it opens on the glance, one sheet a table in reading order, values typed, no formulas.

Each sheet has its caption, its note, the way back to the contents, and below them two header rows: the column in
words with its unit, and the column's name in the mart.
"""

import io
import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]

from cpm_warehouse.report.formats import heading, is_number, written
from cpm_warehouse.report.pack.pages import Said
from cpm_warehouse.report.pack.tables import Table, pack_tables

# Texts stay texts, whatever they look like.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
CONTENTS, COLUMNS = "Contents", "Columns"
CAPTION_ROW, NOTE_ROW, WORDS_ROW, NAMES_ROW, FIRST_ROW = range(5)
NARROWEST, WIDEST, LOOKED_AT = 11, 60, 200
LINE_HEIGHT = 15
NOTE_WIDTH = 140  # letters of a note in a line as it is printed
CELL_LIMIT = 32767
WIDEST_PRINTED, SMALLEST_SCALE = 260, 55  # letters that fit a page across, and percent of where they do not
# A column is as wide as the longest part of its words that cannot be broken, or a third of them.
HEADER_LINES = 3


def sheet_names() -> dict[str, str]:
    """Return the sheet of each table that has one."""
    return {name: asked["sheet"] for name, asked in pack_tables().items() if "sheet" in asked}


def write_workbook(tables: Mapping[str, Table], month: date, said: Said, sheets: Mapping[str, str]) -> bytes:
    """Return the workbook; it bears the classification on each sheet, and the date of the publication."""
    memory = io.BytesIO()
    book = xlsxwriter.Workbook(memory, OPTIONS)
    publication = next(iter(tables["publication"]), None)
    title = f"Performance Measurement Report, {month:%B %Y}"
    book.set_properties(
        {
            "title": title,
            "comments": said.classification,
            "created": publication["published_at"] if publication else datetime(month.year, month.month, 1),
        }
    )
    styles = _Styles(book)
    about = f"{title} - {said.classification}"
    # The glance is the first sheet, which a workbook opens on; the list of sheets stands beside it.
    for place, (name, sheet) in enumerate(sheets.items()):
        _write_table(book.add_worksheet(sheet), styles, tables[name], about)
        if place == 0:
            whom = f"{about}. Contact: {said.contact or 'none was given'}."
            _write_contents(book.add_worksheet(CONTENTS), styles, tables, whom, sheets)
    _write_meanings(book.add_worksheet(COLUMNS), styles, tables, about, sheets)
    book.close()
    return memory.getvalue()


class _Styles:
    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.caption = book.add_format({"bold": True, "font_size": 12})
        self.note = book.add_format({"text_wrap": True, "valign": "top", "font_color": "#4d5a65"})
        self.words = book.add_format({"bold": True, "text_wrap": True, "valign": "bottom", "bg_color": "#e8ebee"})
        self.name = book.add_format({"font_size": 8, "font_color": "#4d5a65", "bottom": 1, "bg_color": "#e8ebee"})
        self.text = book.add_format({"valign": "top", "num_format": "@", "indent": 1})
        self.long = book.add_format({"valign": "top", "num_format": "@", "indent": 1, "text_wrap": True})
        self.flag = book.add_format({"valign": "top", "align": "center"})
        self.link = book.add_format({"font_color": "#0b4f8a", "underline": 1, "valign": "top"})
        self.whole = book.add_format({"num_format": "#,##0", "valign": "top"})
        self.percent = book.add_format({"num_format": "0.00####", "valign": "top"})
        self.date = book.add_format({"num_format": "dd mmm yyyy", "valign": "top"})
        self.month = book.add_format({"num_format": "mmm yyyy", "valign": "top"})
        self.instant = book.add_format({"num_format": "dd mmm yyyy hh:mm:ss", "valign": "top"})


def _write_table(sheet: Any, styles: _Styles, table: Table, footer: str) -> None:
    names = [column.name for column in table.columns]
    words = [heading(name) for name in names]
    widths = []
    for index, word in enumerate(words):
        lengths = [len(_text(names[index], row[index])) for row in table.rows[:LOOKED_AT]]
        longest_part = max(map(len, word.split()), default=0)
        wanted = max(
            [longest_part + 2, math.ceil(len(word) / HEADER_LINES) + 2, *[length + 1 for length in lengths]]
        )
        widths.append(min(max(wanted, NARROWEST), WIDEST))
        sheet.set_column(index, index, widths[-1])
    _write_head(sheet, styles, table.caption, table.note, footer)
    if sum(widths) > WIDEST_PRINTED:
        sheet.set_print_scale(SMALLEST_SCALE)
        sheet.repeat_columns(0)
    else:
        sheet.fit_to_pages(1, 0)
    lines = max(
        (math.ceil(len(word) * 1.2 / width) + 1 for word, width in zip(words, widths, strict=True)), default=1
    )
    sheet.set_row(WORDS_ROW, LINE_HEIGHT * min(lines, HEADER_LINES + 1))
    for index, (word, name) in enumerate(zip(words, names, strict=True)):
        sheet.write_string(WORDS_ROW, index, word, styles.words)
        sheet.write_string(NAMES_ROW, index, name, styles.name)
    for number, row in enumerate(table.rows, start=FIRST_ROW):
        texts = [_text(name, value) for name, value in zip(names, row, strict=True)]
        if (lines := max(math.ceil(len(text) / WIDEST) for text in texts)) > 1:
            sheet.set_row(number, LINE_HEIGHT * lines)
        for index, value in enumerate(row):
            _write_cell(sheet, styles, number, index, names[index], value)
    if table.rows:
        sheet.autofilter(NAMES_ROW, 0, NAMES_ROW + len(table.rows), len(names) - 1)
    else:
        sheet.write_string(FIRST_ROW, 0, "Nothing to show for this month.", styles.text)


def _write_head(sheet: Any, styles: _Styles, caption: str, note: str, footer: str) -> None:
    sheet.write_string(CAPTION_ROW, 0, caption, styles.caption)
    sheet.write_url(NOTE_ROW, 0, f"internal:'{CONTENTS}'!A1", styles.link, "Contents")
    if note:
        sheet.merge_range(NOTE_ROW, 1, NOTE_ROW, 12, note, styles.note)
    sheet.set_row(NOTE_ROW, LINE_HEIGHT * max(math.ceil(len(note) / NOTE_WIDTH) + (len(note) > NOTE_WIDTH), 1))
    sheet.freeze_panes(FIRST_ROW, 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.repeat_rows(WORDS_ROW, NAMES_ROW)
    sheet.set_header(f"&L{footer.replace('&', '&&')}")
    sheet.set_footer("&L&A&RPage &P of &N")


def _text(name: str, value: Any) -> str:
    """What is seen of a value, as far as a column's width asks."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return "dd mmm yyyy hh:mm:ss"
    if isinstance(value, date):
        return "dd mmm yyyy"
    return f"{value:,}" if is_number(value) else written(name, value)


def _write_cell(sheet: Any, styles: _Styles, row: int, column: int, name: str, value: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value, styles.flag)
    elif isinstance(value, datetime):
        sheet.write_datetime(row, column, value, styles.instant)
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, styles.month if name.endswith("_month") else styles.date)
    elif is_number(value):
        sheet.write_number(
            row, column, value, styles.percent if isinstance(value, Decimal | float) else styles.whole
        )
    else:
        text = written(name, value)[:CELL_LIMIT]
        sheet.write_string(row, column, text, styles.long if len(text) > WIDEST else styles.text)


def _write_contents(
    sheet: Any, styles: _Styles, tables: Mapping[str, Table], about: str, sheets: Mapping[str, str]
) -> None:
    _write_list_head(sheet, styles, "Contents", about, (("Sheet", 26), ("What it shows", 105), ("Marts", 45)))
    for number, (name, shown) in enumerate(sheets.items(), start=FIRST_ROW):
        sheet.write_url(number, 0, f"internal:'{shown}'!A1", styles.link, shown)
        sheet.write_string(number, 1, tables[name].caption, styles.text)
        sheet.write_string(number, 2, ", ".join(tables[name].marts), styles.text)
    last = FIRST_ROW + len(sheets)
    sheet.write_url(last, 0, f"internal:'{COLUMNS}'!A1", styles.link, COLUMNS)
    sheet.write_string(last, 1, "What each column of each sheet means", styles.text)


def _write_meanings(
    sheet: Any, styles: _Styles, tables: Mapping[str, Table], about: str, sheets: Mapping[str, str]
) -> None:
    heads = (("Sheet", 24), ("Column", 36), ("Name in the mart", 30), ("Meaning", 100))
    _write_list_head(sheet, styles, "What each column means", about, heads)
    meanings = [
        (shown, heading(column.name), column.name, column.meaning)
        for name, shown in sheets.items()
        for column in tables[name].columns
    ]
    for number, texts in enumerate(meanings, start=FIRST_ROW):
        sheet.set_row(number, LINE_HEIGHT * math.ceil(len(texts[-1]) / heads[-1][1] + 0.1))
        for column, text in enumerate(texts):
            sheet.write_string(number, column, text, styles.long)


def _write_list_head(
    sheet: Any, styles: _Styles, caption: str, about: str, heads: tuple[tuple[str, int], ...]
) -> None:
    sheet.write_string(CAPTION_ROW, 0, caption, styles.caption)
    sheet.write_string(NOTE_ROW, 0, about, styles.text)
    for column, (word, width) in enumerate(heads):
        sheet.set_column(column, column, width)
        sheet.write_string(NAMES_ROW, column, word, styles.words)
    sheet.freeze_panes(FIRST_ROW, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(NAMES_ROW)
    sheet.set_footer("&L&A&RPage &P of &N")
