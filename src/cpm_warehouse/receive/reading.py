"""Reads received files by their contract and writes them as typed Parquet, with DuckDB."""

from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import Column, Contract
from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import RefusalError, no_room
from cpm_warehouse.layouts.columns import match_columns
from cpm_warehouse.layouts.layout import Layout
from cpm_warehouse.receive.interpreting import Interpreted, Interpreter
from cpm_warehouse.receive.rules import Rules
from cpm_warehouse.receive.scanning import Progress, broken, overruns, records, records_at
from cpm_warehouse.receive.sources import Source, open_source
from cpm_warehouse.receive.workbooks import WORKBOOKS

# How Parquet is written: Service Requests take a third less time than by DuckDB's defaults, and 4% less space.
PARQUET = "format parquet, parquet_version v2, compression zstd, compression_level 1, dictionary_size_limit 1000"
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


# Rules and reason of each row at fault, counted from 0.
RowFaults = dict[int, tuple[tuple[str, ...], str]]


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

    `unreadable` has the rules and the reason of each row that could not be read as it should; rows are counted
    from 0 among those that DuckDB read as records. `broken` counts the records without one value a column.
    `taken_as_utc` names columns whose instants have no zone.
    """

    source: Source
    target: Path
    rows: int = 0
    unreadable: RowFaults = field(default_factory=dict)
    broken: int = 0
    taken_as_utc: tuple[str, ...] = ()
    layout: Layout | None = None
    lacks: tuple[Column, ...] = ()

    @property
    def relation(self) -> str:
        """SQL of its staged rows, with every column of the contract and file_row_number."""
        rows = f"read_parquet({literal(self.target)}, file_row_number = true, hive_partitioning = false)"
        lacking = "".join(f", cast(null as {column.type}) as {quoted(column.name)}" for column in self.lacks)
        return f"(select *{lacking} from {rows})" if lacking else rows

    @property
    def is_as_received(self) -> bool:
        """Whether `target` leads to the file itself, of which no row was written anew."""
        return self.target.is_symlink()

    @property
    def path(self) -> Path:
        """The file as it was received."""
        return self.source.path

    @property
    def received(self) -> int:
        """How many rows it has."""
        return self.source.received


class FileReader:
    """One received file, read by its contract, and by a layout where there is one for it.

    Where there is a `copy` of it, that is read: nobody changes it meanwhile.

    Raises RefusalError, naming file, reason and remedy, where the file cannot be read, where its columns are not
    the contract's (in any order, optional ones or not) or the layout's, or where it cannot be known which rows it
    has.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        path: Path,
        contract: Contract,
        scratch: Path,
        rules: Rules,
        *,
        layout: Layout | None = None,
        period: str = "",
        copy: Path | None = None,
    ) -> None:
        self.connection = connection
        self.path = path
        self.copy = copy or path
        self.contract = contract
        self.scratch = scratch
        self.rules = rules
        self.layout = layout
        self.period = period

    def stage(self, target: Path, progress: Progress | None = None) -> Staged:
        """Write the rows that can be read, typed, as Parquet.

        Values are first read all or nothing, which takes one pass; where one cannot be read, a second pass tells
        which rows have such values. Parquet that already is as the contract has it is linked: whoever checks its
        rows reads it to its end.
        """
        source = open_source(self.connection, self.path, self.copy, self.scratch, self.layout, progress)
        taken = self._taken(source)
        self._forget_rejects()
        staged = Staged(source, target, layout=self.layout, taken_as_utc=self._check_zones(source, taken))
        if self._is_as_contract(source):
            target.symlink_to(self.copy.resolve())
            staged.lacks = tuple(one for one in self.contract.columns if taken.types[one.name] is None)
            staged.rows = source.received
            return staged
        try:
            self._convert(taken, target)
        except duckdb.Error as error:
            if no_room(error):
                raise
            self._forget_rejects()
            try:
                self._copy_what_is_readable(taken, staged)
            except duckdb.Error as error:
                if no_room(error):
                    raise
                raise not_readable(self.path, error) from error
        staged.rows = self._count(target)
        if source.text and (source.may_overrun or staged.rows + len(staged.unreadable) < source.received):
            self._leave_out_overruns(staged)
        staged.broken = source.received - staged.rows - len(staged.unreadable)
        if staged.broken < 0 or (staged.broken and not source.text):
            raise _not_countable(staged)
        self.rules.check_share(
            str(self.path), staged.broken, source.received, lambda: first_fault(self.connection, staged, {})
        )
        return staged

    def _taken(self, source: Source) -> Interpreted:
        """Find the contract's columns in the file, and check that they can be read as its types."""
        if self.layout is None:
            found = Interpreted(source.relation, dict(source.columns))
            self._check_names(source)
        else:
            matched = match_columns(self.layout, self.contract, source.header)
            if problem := matched.problem():
                raise RefusalError(
                    "columns_differ",
                    f"{self.path}: columns differ from layout '{self.layout.name}' of {self.contract.extract}:"
                    f" {problem}; it has {list(source.header)}: correct in_file and ignore of the layout",
                )
            is_workbook = self.path.suffix in WORKBOOKS
            interpreter = Interpreter(self.layout, self.contract, self.period, is_workbook=is_workbook)
            found = interpreter.interpret(source.relation, source.columns, matched)
        return replace(found, types=self._check_types(found))

    def _check_names(self, source: Source) -> None:
        names = list(source.header)
        missing = [
            column.name for column in self.contract.columns if column.name not in names and not column.optional
        ]
        extra = [name for name in names if name not in self.contract.names]
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
                f" extracts/contracts/{self.contract.extract}.yml, or write a layout that names them",
            )

    def _check_types(self, taken: Interpreted) -> dict[str, str | None]:
        """Check the types; returns them, without that of a column that is empty whatever its type."""
        types = {column.name: taken.types.get(column.name) for column in self.contract.columns}
        for column in self.contract.columns:
            found = types[column.name]
            if found is None or column.name in taken.values or _is_taken(column.type, found):
                continue
            if self._has_values(taken, column.name):
                raise RefusalError(
                    "types_differ",
                    f"{self.path}: column '{column.name}' has type {found}, not {column.type}; write it as"
                    f" {WRITTEN_AS.get(column.type, column.type)}"
                    + (f", or as a text: {EXAMPLES[column.type]}" if column.type in EXAMPLES else ""),
                )
            types[column.name] = None
        return types

    def _check_zones(self, source: Source, taken: Interpreted) -> tuple[str, ...]:
        """Return the columns whose instants have no zone and are taken as UTC with a warning."""
        if source.text or self.contract.instants_without_zone == "utc":
            return ()
        names = [
            column.name
            for column in self.contract.columns
            if column.type == "timestamp"
            and column.name not in taken.values
            and taken.types[column.name] in WITHOUT_ZONE
            and self._has_values(taken, column.name)
        ]
        if names and self.contract.instants_without_zone == "refuse":
            raise RefusalError(
                "instant_without_zone",
                f"{self.path}: the instants of {names} have no zone (isAdjustedToUTC is false): they may be of"
                " London or of UTC; write them with their zone, or as texts with an offset, or say in"
                f" extracts/layouts which zone {self.contract.extract} has",
            )
        return tuple(names)

    def _has_values(self, taken: Interpreted, name: str) -> bool:
        found = self.connection.execute(f"select count({quoted(name)}) from {taken.relation}").fetchone()
        return bool(found and found[0])

    def _is_as_contract(self, source: Source) -> bool:
        """Whether a file is Parquet with the columns and types of the contract, in any order."""
        found = dict(source.columns)
        return (
            not source.text
            and not self.layout
            and all(found.get(column.name, column.type) == column.type for column in self.contract.columns)
        )

    def _convert(self, taken: Interpreted, target: Path) -> None:
        select = ", ".join(f"{_value(column, taken)} as {quoted(column.name)}" for column in self.contract.columns)
        self._write(f"select {select} from {taken.relation}", target)

    def _copy_what_is_readable(self, taken: Interpreted, staged: Staged) -> None:
        """Leave out rows with values that are not of their type, and note rules and reason of each."""
        columns, rules, reasons = [], [], []
        for column in self.contract.columns:
            tried = _value(column, taken, attempt=True)
            columns.append(f"{tried} as {quoted(column.name)}")
            if fault := _fault(column, taken, tried):
                is_wrong, rule, said = fault
                rules.append(f"case when {is_wrong} then {rule} end")
                reasons.append(f"case when {is_wrong} then {said} end")
        aside = staged.target.with_suffix(".tried")
        rule = f"concat_ws(',', {', '.join(rules or ['null'])}) as file_row_rules"
        reason = f"nullif(concat_ws('; ', {', '.join(reasons or ['null'])}), '') as file_row_reason"
        self._write(f"select {', '.join(columns)}, {rule}, {reason} from {taken.relation}", aside)
        read = f"read_parquet({literal(aside)}, file_row_number = true)"
        counted = self.connection.execute(
            "select count(file_row_reason), min(file_row_number) filter (where file_row_reason is not null),"
            f" arg_min(file_row_rules, file_row_number) filter (where file_row_reason is not null),"
            f" arg_min(file_row_reason, file_row_number), count(*) from {read}"
        ).fetchone()
        assert counted is not None
        faulty, row, broken_rules, said, rows = counted
        if faulty:
            first = replace(staged, unreadable={row: _fault_of(broken_rules, said)}, broken=staged.received - rows)
            self.rules.check_share(
                str(self.path), faulty, staged.received, lambda: first_fault(self.connection, first, {})
            )
        where = "where file_row_reason is"
        unreadable = self.connection.execute(
            f"select file_row_number, file_row_rules, file_row_reason from {read} {where} not null"
        ).fetchall()
        readable = f"select * exclude (file_row_rules, file_row_reason) from read_parquet({literal(aside)})"
        self._write(f"{readable} {where} null", staged.target)
        aside.unlink()
        staged.unreadable = {row: _fault_of(broken_rules, said) for row, broken_rules, said in unreadable}

    def _leave_out_overruns(self, staged: Staged) -> None:
        """Leave out the rows of records with a value too many that DuckDB read nevertheless."""
        file, columns = staged.source.text, len(staged.source.header)
        assert file
        unreadable = sorted(staged.unreadable)
        rows, read = [], 0
        for _, record in records(file):
            if overruns(record, columns, file.dialect):
                if read not in staged.unreadable:
                    rows.append(read - bisect_right(unreadable, read))
                staged.unreadable.pop(read, None)
            elif broken(record, columns, file.dialect):
                continue
            read += 1
        if rows:
            keep_the_rest(self.connection, staged, self.contract, rows)
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


def locate(connection: duckdb.DuckDBPyConnection, staged: Staged, faults: RowFaults) -> Iterator[Fault]:
    """Yield every fault of a file with its line, or row, and text.

    `faults` has the rules and the reason of staged rows, counted from 0. Raises RefusalError where the records of
    the file, walked once more, are not those that DuckDB read.
    """
    file = staged.source.text
    if file is None:
        found_rows = _as_received(staged, faults)
        for row, number, text in staged.source.texts(connection, found_rows):
            yield Fault(number, text, *found_rows[row])
        return
    if not staged.broken:  # DuckDB read each record that was counted
        found_rows = _as_received(staged, faults)
        for row, line, record in records_at(file, found_rows):
            yield Fault(line, _text(record), *found_rows[row])
        return
    read = staged_row = found = 0
    columns = len(staged.source.header)
    for line, record in records(file):
        if staged.broken and (reason := broken(record, columns, file.dialect)):
            found += 1
            read += overruns(record, columns, file.dialect)
            yield Fault(line, _text(record), ("row_not_readable",), reason)
            continue
        if read in staged.unreadable:
            yield Fault(line, _text(record), *staged.unreadable[read])
        else:
            if staged_row in faults:
                yield Fault(line, _text(record), *faults[staged_row])
            staged_row += 1
        read += 1
    if (staged_row, found) != (staged.rows, staged.broken):
        raise _not_countable(staged)


def first_fault(connection: duckdb.DuckDBPyConnection, staged: Staged, faults: RowFaults) -> str:
    """Say where the first fault of a file is and what it is, in words."""
    fault = next(locate(connection, staged, faults))
    return f"{staged.source.place} {fault.line}: {fault.reason}"


def place_of_row(connection: duckdb.DuckDBPyConnection, staged: Staged, row: int) -> str:
    """Say where a staged row, counted from 0, stands in the file as it was received."""
    wanted = ("wanted",)
    found = (fault for fault in locate(connection, staged, {row: (wanted, "")}) if fault.rule_ids == wanted)
    return f"{staged.source.place} {next(found).line}"


def keep_the_rest(
    connection: duckdb.DuckDBPyConnection, staged: Staged, contract: Contract, rows: Collection[int]
) -> None:
    """Write a staged file anew without the rows given.

    They are filtered by a string of bits: a filter keeps the order of the rows, which a join would lose.
    """
    aside = staged.target.with_suffix(".rest")
    kept = bytearray(b"1") * count_rows(connection, staged.target)
    for row in rows:
        kept[row] = ord("0")
    columns = ", ".join(map(quoted, contract.names))
    connection.execute(
        f"copy (select {columns} from {staged.relation}"
        f" where get_bit(cast($1 as bit), cast(file_row_number as integer)) = 1) to {literal(aside)} ({PARQUET})",
        [kept.decode()],
    )
    aside.replace(staged.target)


def not_readable(path: Path, error: duckdb.Error) -> RefusalError:
    """Say that DuckDB could not read a received file."""
    return RefusalError(
        "file_not_readable", f"{path}: cannot be read ({_first_line(error)}); ask for the file again"
    )


def _not_countable(staged: Staged) -> RefusalError:
    return RefusalError(
        "rows_not_countable",
        f"{staged.path}: it is not certain which of its {staged.received} records DuckDB could not read"
        f" ({staged.rows} read, {len(staged.unreadable)} with unreadable values); send the file again",
    )


def _as_received(staged: Staged, faults: RowFaults) -> RowFaults:
    """Return every fault of a file by the number of its row among those received."""
    # How many rows were left out before a staged one, which tells its place in the file.
    left_out = [row - before for before, row in enumerate(sorted(staged.unreadable))]
    return staged.unreadable | {row + bisect_right(left_out, row): fault for row, fault in faults.items()}


def _fault_of(rules: str, reason: str) -> tuple[tuple[str, ...], str]:
    return tuple(dict.fromkeys(rules.split(","))), reason


def _value(column: Column, taken: Interpreted, *, attempt: bool = False) -> str:
    """SQL that gives a column its contract type; with `attempt`, null where that is not possible."""
    if made := taken.values.get(column.name):
        failed = f"error('not as it should be: ' || {made.text})"
        strict = f"case when {made.value} is null and {made.text} is not null then {failed} else {made.value} end"
        return made.value if attempt else strict
    return _typed(column, taken.types[column.name], attempt=attempt)


def _fault(column: Column, taken: Interpreted, tried: str) -> tuple[str, str, str] | None:
    """SQL that is true of a value that cannot be read, of the rule that it breaks, and of why, in words."""
    found, name = taken.types[column.name], quoted(column.name)
    if found in {None, column.type} and column.name not in taken.values:
        return None
    called = literal(f"'{column.name}' is '")
    said = f"{called} || left(cast({name} as varchar), 100)"
    if made := taken.values.get(column.name):
        return f"{name} is not null and {tried} is null", made.rule, f"{said} || '''' || {made.wrong}"
    given = f"nullif(trim({name}), '')" if found == "varchar" else name
    is_wrong = f"{given} is not null and ({tried}) is null"
    return is_wrong, "'value_not_readable'", f"{said} || {_wanted(column, found)}"


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
