"""DuckDB and the walk over the bytes of a file find the same records and values, in every dialect."""

import duckdb
import pytest

from cpm_warehouse.receive.dialects import Dialect, TextFile
from cpm_warehouse.receive.scanning import broken, records, scan

DIALECTS = {
    "semicolons": Dialect(";"),
    "tabulators": Dialect("\t"),
    "bars without quotation": Dialect("|", "", ""),
    "apostrophes": Dialect(",", "'", "'"),
    "backslashes": Dialect(",", '"', "\\"),
    "carets": Dialect("^", "]", "]"),
}


def written(value, dialect):
    """A value as a tool of that dialect writes it; without quotation it has none of its signs."""
    quote = dialect.quote
    if not quote:
        return value.replace(dialect.delimiter, "").replace("\n", " ")
    if not any(sign in value for sign in (quote, dialect.delimiter, "\n")):
        return value
    escaped = value if dialect.escape == quote else value.replace("\\", "\\\\")
    return quote + escaped.replace(quote, dialect.escape + quote) + quote


VALUES = [
    "",
    "plain",
    'a "quoted" word',
    "it's",
    "a;b,c\td|e^f]g",
    "two\nlines",
    "back\\slash",
    "back\\\nslash",
    '"',
    "'",
    "]",
]


@pytest.mark.parametrize("name", DIALECTS)
def test_duckdb_and_the_walk_find_the_same(tmp_path, name):
    dialect = DIALECTS[name]
    rows = [[one, "x", other] for one in VALUES for other in VALUES]
    path = tmp_path / "a.csv"
    lines = [dialect.delimiter.join(written(value, dialect) for value in row) for row in [["A", "B", "C"], *rows]]
    path.write_text("\n".join(lines) + "\n", newline="")
    file = TextFile(path, path, dialect)
    found = scan(file)
    assert (found.header, found.records) == (["A", "B", "C"], len(rows))
    read = duckdb.sql(f"from {dialect.read_csv(path, found.header, compressed=False)}").fetchall()
    assert len(read) == len(rows)
    walked = [record.decode().removesuffix("\n") for _, record in records(file)]
    assert [broken(record.encode(), 3, dialect) for record in walked] == [None] * len(rows)
    unquoted = [[value if dialect.quote else written(value, dialect) for value in row] for row in rows]
    assert read == [tuple(value or None for value in row) for row in unquoted]


@pytest.mark.parametrize("name", DIALECTS)
def test_what_is_broken_is_found_in_every_dialect(name):
    dialect = DIALECTS[name]
    part = dialect.delimiter
    assert broken(f"a{part}b\n".encode(), 3, dialect) == "the record has 2 values, not 3"
    assert broken(f"a{part}b{part}c{part}d\n".encode(), 3, dialect) == "the record has 4 values, not 3"
    assert dialect.called in broken(f"a{part}b{part}c{part}\n".encode(), 3, dialect)
    assert broken(b"a\xffb", 1, Dialect(encoding="CP1252")) == "the record has bytes that are not CP1252"
    if dialect.quote:
        text = f"{dialect.quote}a{dialect.quote}b{part}c{part}d"
        assert broken(text.encode(), 3, dialect) == "the record has text after the end of a quotation"


def test_lines_are_counted_from_that_of_the_received_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('A;B\n1;2\n\n"3\n4";5\n6;7\n')
    file = TextFile(path, path, Dialect(";"), first_line=4)
    assert [line for line, _ in records(file)] == [5, 7, 9]
