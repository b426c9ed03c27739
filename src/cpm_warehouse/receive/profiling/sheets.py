"""Opens a workbook: the sheet that is likest to the contract, its rows as records."""

import csv
import dataclasses
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import Contract
from cpm_warehouse.errors import CpmError
from cpm_warehouse.receive.profiling.given import Given
from cpm_warehouse.receive.profiling.headers import find_header, first_lines
from cpm_warehouse.receive.profiling.opened import MOST_ROWS, Opened
from cpm_warehouse.receive.profiling.records import read_records


def open_workbook(
    connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, given: Given, scratch: Path
) -> Opened:
    """Read a sheet into table `given`. Raises CpmError where there is none, or not the one that was given."""
    from python_calamine import CalamineError, CalamineWorkbook

    wanted = given.layout.sheet if given.says("sheet") else None
    before = given.layout.lines_before_header if given.says("lines_before_header") else None
    try:
        with zipfile.ZipFile(path) as archive:
            if "xl/workbook.xml" not in archive.namelist():
                raise CpmError(f"{path}: is a ZIP archive and no workbook; unpack it and name a file of it")
        workbook = CalamineWorkbook.from_path(str(path))
        sheets = list(workbook.sheet_names)
        if wanted and wanted not in sheets:
            raise CpmError(f"{path}: has no sheet '{wanted}'; it has {', '.join(sheets)}")
        found: list[tuple[int, str, Path, int]] = []
        for number, sheet in enumerate([wanted] if wanted else sheets):
            target = scratch / f"sheet_{number}.csv"
            written = _write_rows(workbook.get_sheet_by_name(sheet).iter_rows(), target)
            if written:
                header = find_header(first_lines(target), contract.names, [","], '"', before)
                found.append((header.score if header else -1, sheet, target, written))
    except (CalamineError, zipfile.BadZipFile, zlib.error, ValueError) as error:
        raise CpmError(f"{path}: cannot be read as a workbook ({error}); save it again as .xlsx") from error
    if not found:
        raise CpmError(f"{path}: the workbook has no rows; ask for the file again")
    best = max(found, key=lambda one: one[0])
    # Only where another sheet is as good, which of them is asked.
    alike = [sheet for score, sheet, *_ in found if score == best[0]]
    return dataclasses.replace(
        read_records(connection, path, best[2], contract, given.of_rows(), is_sheet=True),
        kind=f"workbook (XLSX), sheet '{best[1]}' of {len(sheets)}",
        suffix=".xlsx",
        is_whole=best[3] <= MOST_ROWS,
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
