"""Reads received files by their contract and writes them as typed Parquet, with DuckDB."""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import Column, Contract
from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import RefusalError, no_room
from cpm_warehouse.receive.rules import Rules
from cpm_warehouse.receive.scanning import Progress, broken, overruns, records, scan

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
        r"(19|20)\d\d-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?"
        r"(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)"
    ),
}
# What else ISO 8601 lets an instant be: without seconds, with a decimal comma, in small letters.
OTHER_INSTANT = (
    r"(?i)(19|20)\d\d-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d([.,]\d{1,9})?)?"
    r"(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)"
)
WITHOUT_OFFSET = r"(?i)\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?"
EXAMPLES = {
    "bigint": "a whole number like 1200",
    "ubigint": "a whole number from 0 to 18446744073709551615",
    "boolean": "true or false",
    "date": "a date like 2021-08-31",
    "timestamp": "an instant with its offset, like 2021-08-31T09:12:00Z",
}
# Types of Parquet to write, where one has another: Spark has no unsigned type, pandas no date.
WRITTEN_AS = {
    "varchar": "text (string)",
    "varchar[]": "a list of texts",
    "bigint": "a whole number (int64, or decimal without digits after the point)",
    "ubigint": "a whole number (uint64, or decimal(20,0))",
    "boolean": "a truth value (bool)",
    "date": "a date (date32)",
    "timestamp": "an instant with a zone (isAdjustedToUTC is true)",
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
# Of a whole number in a floating-point type, from here on the next whole number may be the same value.
EXACT_BELOW = {"double": 2**53, "float": 2**24}
# DuckDB has none that is wider.
WIDEST_DECIMAL = 38
WITHOUT_ZONE = {"timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"}
# Types of Parquet columns that are taken for the contract's, besides itself and text in the form of a CSV.
TAKEN_AS = {
    "bigint": WHOLE_NUMBERS | set(EXACT_BELOW),
    "ubigint": WHOLE_NUMBERS | set(EXACT_BELOW),
    "timestamp": WITHOUT_ZONE | {"timestamp with time zone"},
    "date": WITHOUT_ZONE,
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
    those that DuckDB read as records. `broken` counts the records without one value a column. `taken_as_utc` names
    columns whose instants have no zone.
    """

    path: Path
    source: Path
    names: tuple[str, ...]
    target: Path
    received: int
    rows: int
    unreadable: dict[int, str] = field(default_factory=dict)
    broken: int = 0
    taken_as_utc: tuple[str, ...] = ()


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
        overrun = False
        if self.is_parquet:
            found_types, received = self._parquet_columns()
        else:
            found = scan(self.path, progress)
            found_types, received = dict.fromkeys(found.header, "varchar"), found.records
            overrun = found.may_overrun
            if len(found_types) < len(found.header):
                raise RefusalError(
                    "columns_differ", f"{self.path}:1: the header names a column twice; send each column once"
                )
        types = self._check_columns(found_types)
        self._forget_rejects()
        staged = Staged(self.path, self.source, tuple(types), target, received, rows=0)
        staged.taken_as_utc = self._check_zones(types)
        try:
            self._copy(types, target)
        except duckdb.Error as error:
            if no_room(error):
                raise
            self._forget_rejects()
            try:
                self._copy_what_is_readable(types, staged)
            except duckdb.Error as error:
                if no_room(error):
                    raise
                raise RefusalError(
                    "file_not_readable",
                    f"{self.path}: cannot be read ({_first_line(error)}); ask for the file again",
                ) from error
        staged.rows = self._count(target)
        if not self.is_parquet and (overrun or staged.rows + len(staged.unreadable) < received):
            self._leave_out_overruns(staged)
        staged.broken = received - staged.rows - len(staged.unreadable)
        if staged.broken < 0 or (staged.broken and self.is_parquet):
            raise _not_countable(staged)
        self.rules.check_share(
            str(self.path), staged.broken, received, lambda: first_fault(self.connection, staged, {})
        )
        return staged

    def _parquet_columns(self) -> tuple[dict[str, str], int]:
        try:
            described = self.connection.execute(f"describe select * from read_parquet({literal(self.source)})")
            types = {name: kind.lower() for name, kind, *_ in described.fetchall()}
            # DuckDB reads a decimal of more than 38 digits as a floating-point number, and wrongly.
            wide = self.connection.execute(
                "select name, concat('decimal(', precision, ',', scale, ')')"
                f" from parquet_schema({literal(self.source)}) where precision > 38"
            )
            return types | dict(wide.fetchall()), self._count(self.source)
        except duckdb.Error as error:
            raise RefusalError(
                "file_not_readable", f"{self.path}: cannot be read ({_first_line(error)}); ask for the file again"
            ) from error

    def _check_columns(self, types: dict[str, str]) -> dict[str, str | None]:
        """Check names and types; returns the types, without that of a column that is empty whatever its type."""
        missing = [
            column.name for column in self.contract.columns if column.name not in types and not column.optional
        ]
        extra = [name for name in types if name not in self.contract.names]
        if extra == [""] and not missing:
            raise RefusalError(
                "columns_differ",
                f"{self.path}:1: the header ends with a comma, as if there were a column without a name; take the"
                " comma off the end of every line",
            )
        if missing or extra:
            raise RefusalError(
                "columns_differ",
                f"{self.path}:1: columns differ from the contract of {self.contract.extract}:"
                f" missing {missing}, not expected {extra}; send the columns of"
                f" extracts/contracts/{self.contract.extract}.yml",
            )
        taken: dict[str, str | None] = dict(types)
        for column in self.contract.columns:
            found = types.get(column.name)
            if found is None or _is_taken(column.type, found):
                continue
            if self._has_values(column.name):
                raise RefusalError(
                    "types_differ",
                    f"{self.path}: column '{column.name}' has type {found}, not {column.type}; write it as"
                    f" {WRITTEN_AS.get(column.type, column.type)}"
                    + (f", or as a text: {EXAMPLES[column.type]}" if column.type in EXAMPLES else ""),
                )
            taken[column.name] = None
        return taken

    def _check_zones(self, types: dict[str, str | None]) -> tuple[str, ...]:
        """Return the columns whose instants have no zone and are taken as UTC with a warning."""
        if not self.is_parquet or self.contract.instants_without_zone == "utc":
            return ()
        names = [
            column.name
            for column in self.contract.columns
            if column.type == "timestamp"
            and types.get(column.name) in WITHOUT_ZONE
            and self._has_values(column.name)
        ]
        if names and self.contract.instants_without_zone == "refuse":
            raise RefusalError(
                "instant_without_zone",
                f"{self.path}: the instants of {names} have no zone (isAdjustedToUTC is false): they may be of"
                " London or of UTC; write them with their zone, or as texts with an offset, or say in"
                f" extracts/layouts which zone {self.contract.extract} has",
            )
        return tuple(names)

    def _has_values(self, name: str) -> bool:
        found = self.connection.execute(
            f"select count({quoted(name)}) from read_parquet({literal(self.source)})"
        ).fetchone()
        return bool(found and found[0])

    def _source(self, types: Mapping[str, str | None]) -> str:
        if self.is_parquet:
            return f"read_parquet({literal(self.source)})"
        columns = ", ".join(f"{literal(name)}: 'varchar'" for name in types)
        compression = "gzip" if self.path.suffix == ".gz" else "none"
        return (
            f"read_csv({literal(self.source)}, auto_detect = false, header = true, columns = {{{columns}}},"
            " delim = ',', quote = '\"', escape = '\"', nullstr = '', strict_mode = true,"
            f" compression = '{compression}', store_rejects = true)"
        )

    def _copy(self, types: Mapping[str, str | None], target: Path) -> None:
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

    def _copy_what_is_readable(self, types: Mapping[str, str | None], staged: Staged) -> None:
        """Leave out rows with values that are not of their type, and note the reason of each."""
        columns, reasons = [], []
        for column in self.contract.columns:
            found, name = types.get(column.name), quoted(column.name)
            tried = _typed(column, found, attempt=True)
            columns.append(f"{tried} as {name}")
            if found not in {None, column.type}:
                wrong = literal(f"'{column.name}' is '")
                text = f"left(cast({name} as varchar), 100)"
                given = f"nullif(trim({name}), '')" if found == "varchar" else name
                reasons.append(
                    f"case when {given} is not null and ({tried}) is null"
                    f" then {wrong} || {text} || {_wanted(column, found)} end"
                )
        aside = staged.target.with_suffix(".tried")
        reason = f"nullif(concat_ws('; ', {', '.join(reasons or ['null'])}), '')"
        self._write(f"select {', '.join(columns)}, {reason} as file_row_reason from {self._source(types)}", aside)
        read = f"read_parquet({literal(aside)}, file_row_number = true)"
        counted = self.connection.execute(
            "select count(file_row_reason), min(file_row_number) filter (where file_row_reason is not null),"
            f" arg_min(file_row_reason, file_row_number), count(*) from {read}"
        ).fetchone()
        assert counted is not None
        faulty, row, reason, rows = counted
        first = replace(staged, unreadable={row: reason}, broken=staged.received - rows)
        self.rules.check_share(
            str(self.path), faulty, staged.received, lambda: first_fault(self.connection, first, {})
        )
        unreadable = self.connection.execute(
            f"select file_row_number, file_row_reason from {read} where file_row_reason is not null"
        ).fetchall()
        self._write(
            f"select * exclude (file_row_reason) from read_parquet({literal(aside)})"
            " where file_row_reason is null",
            staged.target,
        )
        aside.unlink()
        staged.unreadable = dict(unreadable)

    def _leave_out_overruns(self, staged: Staged) -> None:
        """Leave out the rows of records with a value too many that DuckDB read nevertheless."""
        columns = len(staged.names)
        unreadable = sorted(staged.unreadable)
        rows, read = [], 0
        for _, record in records(self.path):
            if overruns(record, columns):
                if read not in staged.unreadable:
                    rows.append(read - bisect_right(unreadable, read))
                staged.unreadable.pop(read, None)
            elif broken(record, columns):
                continue
            read += 1
        if rows:
            keep_the_rest(self.connection, staged.target, rows)
            staged.rows -= len(rows)

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
    columns = len(staged.names)
    for line, record in records(staged.path):
        if staged.broken and (reason := broken(record, columns)):
            found += 1
            read += overruns(record, columns)
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


def first_fault(
    connection: duckdb.DuckDBPyConnection, staged: Staged, faults: dict[int, tuple[tuple[str, ...], str]]
) -> str:
    """Say where the first fault of a file is and what it is, in words."""
    fault = next(locate(connection, staged, faults))
    return f"{'row' if staged.path.suffix == '.parquet' else 'line'} {fault.line}: {fault.reason}"


def keep_the_rest(connection: duckdb.DuckDBPyConnection, path: Path, rows: Collection[int]) -> None:
    """Write a staged file, or what it links to, anew without the rows given.

    They are filtered by a string of bits: a filter keeps the order of the rows, which a join would lose.
    """
    aside = path.with_suffix(".rest")
    kept = bytearray(b"1") * count_rows(connection, path)
    for row in rows:
        kept[row] = ord("0")
    where = "where get_bit(cast($1 as bit), cast(file_row_number as integer)) = 1" if rows else ""
    source = f"read_parquet({literal(path)}, file_row_number = true, hive_partitioning = false)"
    connection.execute(
        f"copy (select * exclude (file_row_number) from {source} {where}) to {literal(aside)} ({PARQUET})",
        [kept.decode()] if rows else None,
    )
    aside.replace(path)


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
    otherwise = "null" if attempt else f"error('not as it should be: ' || {name})"
    if found == column.type:
        return name
    if found != "varchar":
        typed = f"{cast}({name} as {column.type})"
        exact = _exact(column, found)
        return f"case when {exact} then {typed} when {name} is not null then {otherwise} end" if exact else typed
    if column.type == "varchar[]":
        return f"string_split({name}, ';')"
    form = FORMS.get(column.type)
    if form is None:
        return f"{cast}({name} as {column.type})"
    # A blank at an end of what is no text says nothing.
    name = f"trim({name})" if attempt else name
    typed = _instant(name, cast) if column.type == "timestamp" else f"{cast}({name} as {column.type})"
    other = ""
    if column.type == "timestamp":
        plain = f"replace(replace(upper({name}), ',', '.'), ' ', 'T')"
        with_seconds = f"regexp_replace({plain}, 'T(..:..)([Z+-])', 'T\\1:00\\2')"
        other = f" when regexp_full_match({name}, {literal(OTHER_INSTANT)}) then {_instant(with_seconds, cast)}"
    return (
        f"case when regexp_full_match({name}, {literal(form)}) then {typed}{other}"
        f" when {name} is not null then {otherwise} end"
    )


def _instant(text: str, cast: str) -> str:
    """SQL of the instant that a text says, in UTC; a cast of text to timestamp would drop an offset."""
    zoned = f"{cast}({cast}({text} as timestamptz) as timestamp)"
    return f"case when ends_with({text}, 'Z') then {cast}({text} as timestamp) else {zoned} end"


def _is_taken(wanted: str, found: str) -> bool:
    """Whether a column of a Parquet file can be read as the contract's type, all of it or value by value."""
    is_decimal = found.startswith("decimal(") and int(found[8:].split(",")[0]) <= WIDEST_DECIMAL
    return found in {"varchar", wanted} | TAKEN_AS.get(wanted, set()) or (
        is_decimal and wanted in {"bigint", "ubigint"}
    )


def _exact(column: Column, found: str) -> str:
    """SQL that is true of a value that its type in a Parquet file says exactly; empty where that is always so."""
    name = quoted(column.name)
    if column.type == "date":
        return f"{name} = date_trunc('day', {name})"
    if found.startswith("decimal("):
        return f"{name} = trunc({name})"
    if found in EXACT_BELOW:
        return f"{name} = trunc({name}) and abs({name}) < {EXACT_BELOW[found]}"
    return ""


def _wanted(column: Column, found: str | None) -> str:
    """SQL of what a value should have been, or what it lacks."""
    usual = literal(f"', not {EXAMPLES.get(column.type, column.type)}")
    if column.type != "timestamp" or found != "varchar":
        return usual
    lacking = literal(
        "', which has no offset from UTC; write it like 2021-08-31T09:12:00Z or 2021-08-31T10:12:00+01:00,"
        " or say in extracts/layouts which zone it has"
    )
    text = f"trim({quoted(column.name)})"
    return f"case when regexp_full_match({text}, {literal(WITHOUT_OFFSET)}) then {lacking} else {usual} end"


def _text(record: bytes) -> str:
    return record.removesuffix(b"\n").removesuffix(b"\r").decode("utf-8", errors="backslashreplace")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
