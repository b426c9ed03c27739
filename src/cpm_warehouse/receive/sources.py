"""Opens a received file of any kind so that DuckDB reads it, and finds the text of its rows again."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import RefusalError
from cpm_warehouse.layouts.layout import Layout
from cpm_warehouse.receive.dialects import COMMAS, Dialect, TextFile
from cpm_warehouse.receive.preparing import copy_as_utf8, needs_copy
from cpm_warehouse.receive.scanning import Progress, scan
from cpm_warehouse.receive.workbooks import ROW, WORKBOOKS, Sheet

# What is read by the contract alone, and what by a layout besides.
BY_CONTRACT = (".csv", ".csv.gz", ".parquet")
TEXTS = tuple(f"{suffix}{packed}" for suffix in (".csv", ".tsv", ".txt") for packed in ("", ".gz"))
BY_LAYOUT = (*TEXTS, ".parquet", *WORKBOOKS)


@dataclass(frozen=True)
class Source:
    """A received file as DuckDB reads it: SQL of a relation, and the columns of that with their types.

    `header` has the names of the columns as the file has them, `received` is the number of its rows. `text` is the
    file where it is one of text; of others `row` is SQL of the number by which a row is found in the file, and
    `relation` numbers its rows from 0 as file_row_number.
    """

    path: Path
    relation: str
    header: Sequence[str]
    columns: Sequence[tuple[str, str]]
    received: int
    text: TextFile | None = None
    row: str = ""
    may_overrun: bool = False

    @property
    def place(self) -> str:
        """What a place in the file is called."""
        return "line" if self.text else "row"

    def texts(
        self, connection: duckdb.DuckDBPyConnection, rows: Collection[int]
    ) -> Iterator[tuple[int, int, str]]:
        """Yield rows of a file that is not of text, counted from 0: each with its number in the file, as JSON."""
        if not rows:
            return
        named = zip(self.header, self.columns, strict=True)
        parts = (f"{literal(name)}, {quoted(column)}" for name, (column, _) in named)
        # No parameter, for which DuckDB imports pandas: that takes longer than to land a small file.
        wanted = f"string_split({literal(','.join(map(str, rows)))}, ',')::bigint[]"
        found = connection.execute(
            f"select file_row_number, {self.row}, json_object({', '.join(parts)}) from {self.relation}"
            f" where file_row_number in (select unnest({wanted})) order by file_row_number"
        )
        yield from found.fetchall()


def stem(path: Path) -> str:
    """The name of a file without its ending: what its file in the lake is called."""
    endings = (ending for ending in sorted(BY_LAYOUT, key=len, reverse=True) if path.name.endswith(ending))
    return path.name.removesuffix(next(endings, ""))


def open_source(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    copy: Path,
    scratch: Path,
    layout: Layout | None,
    progress: Progress | None = None,
) -> Source:
    """Open a file, or its copy. Raises RefusalError where it is of no kind that is read, or cannot be read."""
    endings = BY_LAYOUT if layout else BY_CONTRACT
    ending = next((one for one in sorted(endings, key=len, reverse=True) if path.name.endswith(one)), None)
    if ending is None:
        by_layout = ", or write a layout by which it is read" if path.name.endswith(BY_LAYOUT) else ""
        raise RefusalError(
            "file_kind_unknown",
            f"{path}: not a file that is read here; send one of {', '.join(endings)}{by_layout}",
        )
    # DuckDB takes a name with * or [ for a pattern, so that it reads the file under a name of our own.
    place = scratch / f"{len(list(scratch.iterdir()))}{ending}"
    if ending in WORKBOOKS:
        assert layout
        return _open_sheet(connection, path, place.with_suffix(".parquet"), layout)
    if ending in TEXTS and layout and needs_copy(layout):
        as_utf8 = place.with_suffix(".utf8")
        copy_as_utf8(path, layout, as_utf8)
        file = TextFile(path, as_utf8, Dialect.of(layout), layout.lines_before_header + 1)
        return _open_text(file, progress, by_place=True)
    place.symlink_to(copy.resolve())
    if ending in TEXTS:
        dialect = Dialect.of(layout) if layout else COMMAS
        return _open_text(TextFile(path, place, dialect), progress, by_place=layout is not None)
    return _open_parquet(connection, path, place)


def _open_text(file: TextFile, progress: Progress | None, *, by_place: bool) -> Source:
    """Columns are called by their place where a layout tells which is which: two may have the same name."""
    found = scan(file, progress)
    if len(set(found.header)) < len(found.header) and not by_place:
        raise RefusalError(
            "columns_differ", f"{file.path}:1: the header names a column twice; send each column once"
        )
    names = [f"c{place}" for place in range(len(found.header))] if by_place else found.header
    return Source(
        file.path,
        file.dialect.read_csv(file.source, names, compressed=file.source.suffix == ".gz"),
        found.header,
        [(name, "varchar") for name in names],
        found.records,
        text=file,
        may_overrun=found.may_overrun,
    )


def _open_parquet(connection: duckdb.DuckDBPyConnection, path: Path, place: Path) -> Source:
    try:
        described = connection.execute(f"describe select * from read_parquet({literal(place)})")
        types = {name: kind.lower() for name, kind, *_ in described.fetchall()}
        # DuckDB reads a decimal of more than 38 digits as a floating-point number, and wrongly.
        wide = connection.execute(
            "select name, concat('decimal(', precision, ',', scale, ')')"
            f" from parquet_schema({literal(place)}) where precision > 38"
        )
        types |= dict(wide.fetchall())
        counted = connection.execute(f"select count(*) from read_parquet({literal(place)})").fetchone()
    except duckdb.Error as error:
        raise RefusalError(
            "file_not_readable", f"{path}: cannot be read ({str(error).splitlines()[0]}); ask for the file again"
        ) from error
    assert counted is not None
    return Source(
        path,
        f"read_parquet({literal(place)}, file_row_number = true)",
        list(types),
        list(types.items()),
        counted[0],
        row="file_row_number + 1",
    )


def _open_sheet(connection: duckdb.DuckDBPyConnection, path: Path, place: Path, layout: Layout) -> Source:
    sheet = Sheet(path, layout)
    names = sheet.write(connection, place)
    return Source(
        path,
        f"read_parquet({literal(place)}, file_row_number = true)",
        sheet.header,
        [(name, "varchar") for name in names],
        len(sheet.rows),
        row=quoted(ROW),
    )
