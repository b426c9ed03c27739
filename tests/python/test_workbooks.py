"""A sheet of a workbook comes as texts that lose nothing, each row with its number."""

import datetime as dt
import random

import openpyxl
import pytest

from cpm_warehouse.duck import connect
from cpm_warehouse.errors import RefusalError
from cpm_warehouse.layouts.layout import Layout
from cpm_warehouse.receive.workbooks import ROW, Sheet


def saved(tmp_path, rows, *, title="Export", more=()):
    book = openpyxl.Workbook()
    book.active.title = title
    for row in rows:
        book.active.append(row)
    for name in more:
        book.create_sheet(name)
    path = tmp_path / "a.xlsx"
    book.save(path)
    return path


def read(tmp_path, path, layout=None):
    sheet = Sheet(path, layout or Layout("workbook"))
    target = tmp_path / "sheet.parquet"
    with connect() as connection:
        names = sheet.write(connection, target)
        rows = connection.execute(f"select \"{ROW}\", {', '.join(names)} from '{target}'").fetchall()
    return sheet.header, rows


def test_each_kind_of_cell(tmp_path):
    rows = [
        ["text", "number", "date", "truth"],
        ["INC1", 3, dt.datetime(2021, 8, 1, 10, 5, 7), True],
        [" padded ", 3.5, dt.date(2021, 8, 1), False],
        ['a "quoted", text', 2**53 - 1, dt.datetime(2021, 8, 1, 10, 5, 7, 123000), None],
        ["two\nlines", 1e20, dt.time(10, 5), "true"],
        ["0012", -0.1, "31/08/2021", None],
    ]
    assert read(tmp_path, saved(tmp_path, rows)) == (
        rows[0],
        [
            (2, "INC1", "3", "2021-08-01 10:05:07", "true"),
            (3, " padded ", "3.5", "2021-08-01 00:00:00", "false"),
            (4, 'a "quoted", text', "9007199254740991", "2021-08-01 10:05:07.123000", None),
            (5, "two\nlines", "1e+20", "10:05:00", "true"),
            (6, "0012", "-0.1", "31/08/2021", None),
        ],
    )


def test_an_instant_of_a_workbook_is_exact(tmp_path):
    """Excel keeps days and their fraction as a floating-point number."""
    chance = random.Random(25)
    instants = [dt.datetime(2015, 1, 1) + dt.timedelta(seconds=chance.randrange(400_000_000)) for _ in range(500)]
    _, rows = read(tmp_path, saved(tmp_path, [["at"], *([instant] for instant in instants)]))
    assert [dt.datetime.fromisoformat(text) for _, text in rows] == instants


def test_errors_and_formulas_that_were_not_worked_out_are_kept(tmp_path):
    path = saved(tmp_path, [["a", "b"], ["#N/A", "=1+1"], ["x", "#DIV/0!"], ["#N/A is a text here", None]])
    assert read(tmp_path, path)[1] == [
        (2, "#N/A", "=1+1"),
        (3, "x", "#DIV/0!"),
        (4, "#N/A is a text here", None),
    ]


def test_rows_have_their_numbers_whatever_is_blank(tmp_path):
    rows = [["Report of July"], [], ["a", "b", None], ["1", "2"], [], ["3", None], [], ["Records: 2"], [None, ""]]
    path = saved(tmp_path, rows)
    layout = Layout("workbook", lines_before_header=2, lines_after_data=("Records: *",))
    assert read(tmp_path, path, layout) == (["a", "b"], [(4, "1", "2"), (6, "3", None)])


def test_a_sheet_may_begin_anywhere(tmp_path):
    rows = [[None, None], [None, None, "a", "b"], [None, None, "1", "#N/A"]]
    assert read(tmp_path, saved(tmp_path, rows), Layout("workbook", lines_before_header=1)) == (
        ["a", "b"],
        [(3, "1", "#N/A")],
    )


def test_a_column_without_a_name_is_left_out_only_where_it_is_empty(tmp_path):
    assert read(tmp_path, saved(tmp_path, [["a", None, "b"], ["1", None, "2"]]))[0] == ["a", "b"]
    assert read(tmp_path, saved(tmp_path, [["a", None, "b"], ["1", "x", "2"]]))[0] == ["a", "", "b"]


@pytest.mark.parametrize(
    ("layout", "says"),
    [
        (Layout("workbook"), "has more than one sheet, but ['Export', 'Other']; name one of them as sheet"),
        (Layout("workbook", sheet="Data"), "has no sheet 'Data', but ['Export', 'Other']"),
        (Layout("workbook", sheet="Other"), "its row 1 is empty, and no header; correct layout 'workbook'"),
        (Layout("workbook", sheet="Export", lines_before_header=1), "its row 2 is empty, and no header"),
        (
            Layout("workbook", sheet="Export", lines_after_data=("Records: *",)),
            "ends with '3 4', where layout 'workbook' has 'Records: *' after the data",
        ),
        (
            Layout("workbook", sheet="Export", lines_after_data=("*", "*")),
            "has fewer lines than the 2 after the data",
        ),
    ],
)
def test_a_sheet_that_is_not_as_the_layout_has_it(tmp_path, layout, says):
    path = saved(tmp_path, [["a", "b"], [], ["3", "4"]], more=["Other"])
    with pytest.raises(RefusalError) as raised:
        Sheet(path, layout)
    assert raised.value.rule_id == "layout_does_not_fit"
    assert str(raised.value).startswith(f"{path}: ")
    assert says in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"PK\x03\x04", "cut"])
def test_what_is_no_workbook(tmp_path, content):
    path = saved(tmp_path, [["a"], ["1"]])
    path.write_bytes(path.read_bytes()[:-200] if content == "cut" else content)
    with pytest.raises(RefusalError, match="is no workbook that can be read") as raised:
        Sheet(path, Layout("workbook"))
    assert raised.value.rule_id == "file_not_readable"


def test_a_small_sheet_takes_little_memory(tmp_path):
    """Workbooks are read beside each other under one limit."""
    sheet = Sheet(saved(tmp_path, [["a"], ["1"]]), Layout("workbook"))
    with connect() as connection:
        connection.execute("set memory_limit = '200MB'")
        assert sheet.write(connection, tmp_path / "sheet.parquet") == ["c0"]


def test_a_row_may_be_longer_than_most_are(tmp_path):
    """A cell holds no more than 32,767 characters, and a row many cells."""
    row = ["é" * 32_000] * 70
    header = [f"column {place}" for place in range(70)]
    assert read(tmp_path, saved(tmp_path, [header, row])) == (header, [(2, *row)])
