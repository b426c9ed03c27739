"""Reads received files by their contract and writes them as typed Parquet, with DuckDB."""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import Column, Contract
from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import RefusalError, no_room
from cpm_warehouse.receive.rules import Rules
from cpm_warehouse.receive.scanning import Progress, broken, records, scan

# How Parquet is written: Service Requests take a third less time than by DuckDB's defaults, and 4% less space.
PARQUET = "format parquet, parquet_version v2, compression zstd, compression_level 1"
SUFFIXES = (".csv", ".csv.gz", ".parquet")
# What DuckDB would also take for a number, a date or an instant is not taken here: '5.6' for 6, '1_000',
# 'infinity', 24:00:00, an instant without an offset (which would be one in the session's zone).
FORMS = {
    "bigint": r"-?\d{1,19}",
    "ubigint": r"\d{1,20}",
    "boolean": r"(?i)true|false",
    "date": r"(19|20)\d\d-\d\d-\d\d",
    "timestamp": (
        r"(19|20)\d\d-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-](0\d|1[0-4]):?[0-5]\d)"
    ),
}
EXAMPLES = {
    "bigint": "a whole number like 1200",
    "ubigint": "a whole number from 0 to 18446744073709551615",
    "boolean": "true or false",
    "date": "a date like 2021-08-31",
    "timestamp": "an instant with its offset, like 2021-08-31T09:12:00Z",
}
WHOLE_NUMBERS = {
    "tinyint",
    "smallint",
    "integer",
    "bigint",
    "utinyint",
    "usmallint",
    "uinteger",
    "ubigint",
    "hugeint",
}
# Types of Parquet columns that are taken for the contract's, besides itself and text in the form of a CSV.
TAKEN_AS = {
    "bigint": WHOLE_NUMBERS,
    "ubigint": WHOLE_NUMBERS,
    "timestamp": {"timestamp_s", "timestamp_ms", "timestamp_ns", "timestamp with time zone"},
}


def write_empty_parquet(connection: duckdb.DuckDBPyConnection, contract: Contract, path: Path) -> None:
    """Write a Parquet file that has the contract's columns and no rows."""
    columns = ", ".join(f"cast(null as {column.type}) as {quoted(column.name)}" for column in contract.columns)
    connection.execute(f"copy (select {columns} where false) to {literal(path)} (format parquet)")


@dataclass(frozen=True)
class Fault:
    """A row that is kept aside: where it starts, its text, the rules that it breaks and why."""

    line: int
    text: str
    rule_ids: tuple[str, ...]
    reason: str


@dataclass
class Staged:
    """A file whose readable rows were written, typed and in their order, to `target`.

    `unreadable` has the reason of each row that could not be read as it should; rows are counted from 0 among
    those that DuckDB read as records. `broken` counts the records that it could not split into the columns.
    """

    path: Path
    source: Path
    names: tuple[str, ...]
    target: Path
    received: int
    rows: int
    unreadable: dict[int, str] = field(default_factory=dict)
    broken: int = 0


class FileReader:
    """One received file, read by its contract.

    Raises RefusalError, naming file, reason and remedy, where the file cannot be read, where its columns are not
    the contract's (in any order, optional ones or not), or where it cannot be known which rows it has.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        path: Path,
        contract: Contract,
        scratch: Path,
        rules: Rules,
    ) -> None:
        self.connection = connection
        self.path = path
        self.contract = contract
        self.rules = rules
        if not path.name.endswith(SUFFIXES):
            raise RefusalError(
                "file_kind_unknown", f"{path}: not a file that is read here; send one of {', '.join(SUFFIXES)}"
            )
        self.is_parquet = path.suffix == ".parquet"
        # DuckDB takes a name with * or [ for a pattern, so that it reads the file under a name of our own.
        suffix = next(suffix for suffix in SUFFIXES if path.name.endswith(suffix))
        self.source = scratch / f"{len(list(scratch.iterdir()))}{suffix}"
        self.source.symlink_to(path.resolve())

    def stage(self, target: Path, progress: Progress | None = None) -> Staged:
        """Write the rows that can be read, typed, as Parquet.

        Values are first read all or nothing, which takes one pass; where one cannot be read, a second pass tells
        which rows have such values. Parquet that already is as the contract has it is read to its end, and linked:
        it is written once, when it is known which rows stay.
        """
        if self.is_parquet:
            types, received = self._parquet_columns()
        else:
            found = scan(self.path, progress)
            types, received = dict.fromkeys(found.header, "varchar"), found.records
            if len(types) < len(found.header):
                raise RefusalError(
                    "columns_differ", f"{self.path}:1: the header names a column twice; send each column once"
                )
        self._check_columns(types)
        self._forget_rejects()
        staged = Staged(self.path, self.source, tuple(types), target, received, rows=0)
        try:
            self._copy(types, target)
        except duckdb.Error as error:
            if no_room(error):
                raise
            self._forget_rejects()
            try:
                staged.unreadable = self._copy_what_is_readable(types, target, received)
            except duckdb.Error as error:
                if no_room(error):
                    raise
                raise RefusalError(
                    "file_not_readable",
                    f"{self.path}: cannot be read ({_first_line(error)}); ask for the file again",
                ) from error
        staged.rows = self._count(target)
        staged.broken = received - staged.rows - len(staged.unreadable)
        if staged.broken < 0 or (staged.broken and self.is_parquet):
            raise _not_countable(staged)
        self.rules.check_share(str(self.path), staged.broken, received, "records do not have one value a column")
        return staged

    def _parquet_columns(self) -> tuple[dict[str, str], int]:
        try:
            described = self.connection.execute(f"describe select * from read_parquet({literal(self.source)})")
            types = {name: kind.lower() for name, kind, *_ in described.fetchall()}
            return types, self._count(self.source)
        except duckdb.Error as error:
            raise RefusalError(
                "file_not_readable", f"{self.path}: cannot be read ({_first_line(error)}); ask for the file again"
            ) from error

    def _check_columns(self, types: dict[str, str]) -> None:
        missing = [
            column.name for column in self.contract.columns if column.name not in types and not column.optional
        ]
        extra = [name for name in types if name not in self.contract.names]
        if missing or extra:
            raise RefusalError(
                "columns_differ",
                f"{self.path}:1: columns differ from the contract of {self.contract.extract}:"
                f" missing {missing}, not expected {extra}; send the columns of"
                f" extracts/contracts/{self.contract.extract}.yml",
            )
        for column in self.contract.columns:
            found = types.get(column.name, column.type)
            if found not in {"varchar", column.type} | TAKEN_AS.get(column.type, set()):
                raise RefusalError(
                    "types_differ",
                    f"{self.path}: column '{column.name}' has type {found}, not {column.type}; write it as that",
                )

    def _source(self, types: dict[str, str]) -> str:
        if self.is_parquet:
            return f"read_parquet({literal(self.source)})"
        columns = ", ".join(f"{literal(name)}: 'varchar'" for name in types)
        compression = "gzip" if self.path.suffix == ".gz" else "none"
        return (
            f"read_csv({literal(self.source)}, auto_detect = false, header = true, columns = {{{columns}}},"
            " delim = ',', quote = '\"', escape = '\"', nullstr = '', strict_mode = true,"
            f" compression = '{compression}', store_rejects = true)"
        )

    def _copy(self, types: dict[str, str], target: Path) -> None:
        if self.is_parquet and list(types.items()) == [
            (column.name, column.type) for column in self.contract.columns
        ]:
            values = ", ".join(quoted(name) for name in types)
            self.connection.execute(f"select bit_xor(hash({values})) from {self._source(types)}")
            target.symlink_to(self.source.resolve())
            return
        select = ", ".join(
            f"{_typed(column, types.get(column.name))} as {quoted(column.name)}"
            for column in self.contract.columns
        )
        self._write(f"select {select} from {self._source(types)}", target)

    def _copy_what_is_readable(self, types: dict[str, str], target: Path, received: int) -> dict[int, str]:
        """Leave out rows with values that are not of their type; returns their reasons by row."""
        columns, reasons = [], []
        for column in self.contract.columns:
            found, name = types.get(column.name), quoted(column.name)
            tried = _typed(column, found, attempt=True)
            columns.append(f"{tried} as {name}")
            if found not in {None, column.type}:
                wrong = literal(f"'{column.name}' is '")
                wanted = literal(f"', not {EXAMPLES.get(column.type, column.type)}")
                text = f"left(cast({name} as varchar), 100)"
                reasons.append(
                    f"case when {name} is not null and ({tried}) is null then {wrong} || {text} || {wanted} end"
                )
        aside = target.with_suffix(".tried")
        reason = f"nullif(concat_ws('; ', {', '.join(reasons or ['null'])}), '')"
        self._write(f"select {', '.join(columns)}, {reason} as file_row_reason from {self._source(types)}", aside)
        read = f"read_parquet({literal(aside)}, file_row_number = true)"
        counted = self.connection.execute(
            f"select count(file_row_reason), arg_min(file_row_reason, file_row_number) from {read}"
        ).fetchone()
        assert counted is not None
        self.rules.check_share(str(self.path), counted[0], received, counted[1])
        unreadable = self.connection.execute(
            f"select file_row_number, file_row_reason from {read} where file_row_reason is not null"
        ).fetchall()
        self._write(
            f"select * exclude (file_row_reason) from read_parquet({literal(aside)})"
            " where file_row_reason is null",
            target,
        )
        aside.unlink()
        return dict(unreadable)

    def _write(self, select: str, target: Path) -> None:
        self.connection.execute(f"copy ({select}) to {literal(target)} ({PARQUET})")

    def _forget_rejects(self) -> None:
        """Drop what DuckDB noted of an earlier file.

        It is made to note rejects since it drops the record after a broken one where it only skips them.
        """
        self.connection.execute("drop table if exists reject_errors")
        self.connection.execute("drop table if exists reject_scans")

    def _count(self, path: Path) -> int:
        return count_rows(self.connection, path)


def count_rows(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Count the rows of a Parquet file."""
    found = connection.execute(f"select count(*) from read_parquet({literal(path)})").fetchone()
    assert found is not None
    return int(found[0])


def locate(
    connection: duckdb.DuckDBPyConnection, staged: Staged, faults: dict[int, tuple[tuple[str, ...], str]]
) -> Iterator[Fault]:
    """Yield every fault of a file with its line and text.

    `faults` has the rules and the reason of staged rows, counted from 0. Raises RefusalError where the records of
    the file, walked once more, are not those that DuckDB read.
    """
    if staged.path.suffix == ".parquet":
        yield from _locate_in_parquet(connection, staged, faults)
        return
    read = staged_row = found = 0
    for line, record in records(staged.path):
        if staged.broken and (reason := broken(record, len(staged.names))):
            found += 1
            yield Fault(line, _text(record), ("row_not_readable",), reason)
            continue
        if read in staged.unreadable:
            yield Fault(line, _text(record), ("value_not_readable",), staged.unreadable[read])
        else:
            if staged_row in faults:
                yield Fault(line, _text(record), *faults[staged_row])
            staged_row += 1
        read += 1
    if (staged_row, found) != (staged.rows, staged.broken):
        raise _not_countable(staged)


def _not_countable(staged: Staged) -> RefusalError:
    return RefusalError(
        "rows_not_countable",
        f"{staged.path}: it is not certain which of its {staged.received} records DuckDB could not read"
        f" ({staged.rows} read, {len(staged.unreadable)} with unreadable values); send the file again",
    )


def _locate_in_parquet(
    connection: duckdb.DuckDBPyConnection, staged: Staged, faults: dict[int, tuple[tuple[str, ...], str]]
) -> Iterator[Fault]:
    found: dict[int, tuple[tuple[str, ...], str]]
    found = {row: (("value_not_readable",), reason) for row, reason in staged.unreadable.items()}
    # How many rows were left out before a staged one, which tells its place in the file.
    left_out = [row - before for before, row in enumerate(sorted(staged.unreadable))]
    found |= {row + bisect_right(left_out, row): fault for row, fault in faults.items()}
    source = f"read_parquet({literal(staged.source)}, file_row_number = true)"
    names = ", ".join(f"{quoted(name)} := {quoted(name)}" for name in staged.names)
    texts = connection.execute(
        f"select file_row_number, to_json(struct_pack({names})) from {source}"
        " where file_row_number in (select unnest(?)) order by file_row_number",
        [list(found)],
    )
    for position, text in texts.fetchall():
        yield Fault(position + 1, text, *found[position])


def _typed(column: Column, found: str | None, *, attempt: bool = False) -> str:
    """SQL that gives a column its contract type; with `attempt`, null where that is not possible.

    A column that the file leaves out, of type None, is null.
    """
    if found is None:
        return f"cast(null as {column.type})"
    name, cast = quoted(column.name), "try_cast" if attempt else "cast"
    if found == column.type:
        return name
    if found != "varchar":
        return f"{cast}({name} as {column.type})"
    if column.type == "varchar[]":
        return f"string_split({name}, ';')"
    form = FORMS.get(column.type)
    typed = f"{cast}({name} as {column.type})"
    if column.type == "timestamp":
        # A cast of text to timestamp would drop an offset.
        zoned = f"{cast}({cast}({name} as timestamptz) as timestamp)"
        typed = f"case when ends_with({name}, 'Z') then {typed} else {zoned} end"
    if form is None:
        return typed
    otherwise = "null" if attempt else f"error('not as it should be: ' || {name})"
    return (
        f"case when regexp_full_match({name}, {literal(form)}) then {typed}"
        f" when {name} is not null then {otherwise} end"
    )


def _text(record: bytes) -> str:
    return record.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", errors="backslashreplace")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
