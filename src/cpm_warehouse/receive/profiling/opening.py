"""Opens a file of which nothing need be known, and lays its values as text into a table of DuckDB."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import Contract
from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import CpmError, no_room
from cpm_warehouse.receive.profiling.given import Given
from cpm_warehouse.receive.profiling.opened import MOST_ROWS, Opened
from cpm_warehouse.receive.profiling.records import read_records
from cpm_warehouse.receive.profiling.sheets import open_workbook
from cpm_warehouse.receive.profiling.texts import write_text

# What is no data, by its first bytes, and what to do about it.
OTHER_KINDS = {
    b"\xd0\xcf\x11\xe0": "an old or protected workbook; save it as .xlsx, without a password",
    b"%PDF": "PDF; ask for the data that it was made of",
    b"\x28\xb5\x2f\xfd": "compressed by zstd; unpack it",
    b"BZh": "compressed by bzip2; unpack it",
    b"7z\xbc\xaf": "compressed by 7-Zip; unpack it",
}


def open_file(
    connection: duckdb.DuckDBPyConnection, path: Path, contract: Contract, given: Given, scratch: Path
) -> Opened:
    """Read a file into table `given`; its header is found by the names of the contract's columns.

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
            return _open_parquet(connection, path, scratch / "file.parquet")
        if start.startswith(b"PK\x03\x04"):
            return open_workbook(connection, path, contract, given, scratch)
        return _open_text(connection, path, contract, given, scratch, is_compressed=start.startswith(b"\x1f\x8b"))
    except duckdb.Error as error:
        if no_room(error):
            raise
        raise CpmError(f"{path}: cannot be read ({str(error).splitlines()[0]}); ask for the file again") from error


def _open_parquet(connection: duckdb.DuckDBPyConnection, path: Path, place: Path) -> Opened:
    # DuckDB takes a name with * or [ for a pattern, so that it reads the file under a name of our own.
    place.symlink_to(path.resolve())
    source = literal(place)
    described = connection.execute(f"describe select * from read_parquet({source})").fetchall()
    header = [name for name, *_ in described]
    types = [kind.lower() for _, kind, *_ in described]
    values = ", ".join(
        f"{_as_text(quoted(name), kind)} as c{number}"
        for number, (name, kind) in enumerate(zip(header, types, strict=True))
    )
    connection.execute(f"create table given as select {values} from read_parquet({source}) limit {MOST_ROWS}")
    found = connection.execute(f"select created_by, num_rows from parquet_file_metadata({source})").fetchone()
    assert found is not None
    tool, rows = found
    return Opened(
        "Parquet",
        ".parquet",
        header,
        types,
        int(rows),
        int(rows) <= MOST_ROWS,
        written_by=tool or "",
        is_utc=_is_utc_by_spark(connection, source),
    )


def _is_utc_by_spark(connection: duckdb.DuckDBPyConnection, source: str) -> bool:
    """Whether all instants without a zone are Spark's own, of type INT96: those it writes in UTC.

    Other instants of Spark that have no zone are clock times, and Hive writes INT96 in the zone of its machine.
    """
    found = connection.execute(
        "select count(*) filter (type = 'INT96') > 0 and count(*) filter (type = 'INT64' and"
        " contains(logical_type, 'isAdjustedToUTC=0')) = 0 and exists (select 1"
        f" from parquet_kv_metadata({source}) where key = 'org.apache.spark.version'::blob)"
        f" from parquet_schema({source})"
    ).fetchone()
    assert found is not None
    return bool(found[0])


def _as_text(name: str, kind: str) -> str:
    return f"array_to_string({name}, ';')" if kind.endswith("[]") else f"cast({name} as varchar)"


def _open_text(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    contract: Contract,
    given: Given,
    scratch: Path,
    *,
    is_compressed: bool,
) -> Opened:
    target = scratch / "text.csv"
    encoding = given.layout.text.encoding if given.says("text", "encoding") else None
    encodings, is_whole = write_text(path, encoding, target, is_compressed=is_compressed)
    text = read_records(connection, path, target, contract, given)
    return dataclasses.replace(
        text,
        kind="CSV, compressed by gzip" if is_compressed else "CSV",
        suffix=".csv.gz" if is_compressed else ".csv",
        is_whole=is_whole,
        encodings=[
            (name, _with_names(letters, name, encodings[0][0], text.header)) for name, letters in encodings
        ],
        lines_after_data=text.lines_after_data if is_whole else (),
    )


def _with_names(letters: str, encoding: str, taken: str, header: Sequence[str]) -> str:
    """Letters of an encoding, and the names of columns that have some, by it: they tell which is meant."""
    names = [name.encode(taken, "replace").decode(encoding, "replace") for name in header if not name.isascii()]
    return f"{letters} ({', '.join(names)})" if letters and names else letters
