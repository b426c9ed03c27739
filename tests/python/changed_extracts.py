"""Extracts changed in a way whose effect on every figure is known, and the builds over them to compare.

A file is read into rows, changed and written again with a control file that fits. Rows that are no record of their
contract (a value too few, a date that is none) are left as they came: they must be kept aside as before.
"""

import csv
import gzip
import hashlib
import hmac
import io
import json
import random
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from compiled import CompiledModels
from cpm_warehouse.contracts import Contract, load_contracts
from cpm_warehouse.receive.landing import land

SALT = "metamorphic"
TYPES = {
    "varchar": pl.String(),
    "bigint": pl.Int64(),
    "ubigint": pl.UInt64(),
    "boolean": pl.Boolean(),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us"),
    "varchar[]": pl.List(pl.String()),
}
EUI64 = re.compile(r"\b[0-9A-F]{2}(?:-[0-9A-F]{2}){7}\b")
INCIDENT = re.compile(r"\bINC\d{12}\b")
FOUR_WEEKS = timedelta(days=28)
# What happens to something that has a name; the rest says what the system or a month was.
EVENTS = {
    "alerts",
    "comms_hub_firmware",
    "device_inventory",
    "firmware_requests",
    "incident_list",
    "remedy_incident_audit",
    "remedy_incidents",
    "service_requests",
    "smki_requests",
    "update_firmware_requests",
}

Row = tuple[Any, ...]


@dataclass(frozen=True)
class SentFile:
    """One file of a submission: values are text where it is CSV, and typed where it is Parquet."""

    provider: str
    extract: str
    period: str
    version: int
    name: str
    received_at: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def folder(self) -> Path:
        return Path(self.provider, self.extract, self.period, f"v{self.version}")

    @property
    def is_parquet(self) -> bool:
        return self.name.endswith(".parquet")

    def mapped(self, change: Callable[[str, Any], Any]) -> "SentFile":
        """The file with each value of each record changed, given its column."""
        return replace(self, rows=tuple(self._changed(row, change) for row in self.rows))

    def _changed(self, row: Row, change: Callable[[str, Any], Any]) -> Row:
        if len(row) != len(self.columns):
            return row
        return tuple(change(column, value) for column, value in zip(self.columns, row, strict=True))


Extracts = list[SentFile]


def read_extracts(folder: Path) -> Extracts:
    files = []
    for control in sorted(folder.glob("*/*/*/*/control.json")):
        provider, extract, period, version = control.parent.relative_to(folder).parts
        received_at = json.loads(control.read_text())["received_at"]
        for path in sorted(control.parent.iterdir()):
            if path != control:
                columns, rows = _read(path)
                files.append(
                    SentFile(provider, extract, period, int(version[1:]), path.name, received_at, columns, rows)
                )
    return files


def _read(path: Path) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    if path.suffix == ".parquet":
        frame = pl.read_parquet(path)
        return tuple(frame.columns), tuple(frame.iter_rows())
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    return tuple(header), tuple(tuple(value or None for value in row) for row in rows)


def write_extracts(files: Extracts, folder: Path) -> None:
    contracts = load_contracts()
    submissions = defaultdict(list)
    for file in files:
        path = folder / file.folder / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(file, path, contracts[file.extract])
        submissions[path.parent].append((file, hashlib.sha256(path.read_bytes()).hexdigest()))
    for place, sent in submissions.items():
        control = {
            "received_at": sent[0][0].received_at,
            "synthetic": True,
            "files": [{"name": file.name, "rows": len(file.rows), "sha256": sha256} for file, sha256 in sent],
        }
        (place / "control.json").write_text(json.dumps(control))


def _write(file: SentFile, path: Path, contract: Contract) -> None:
    if file.is_parquet:
        schema = {name: TYPES[contract.column(name).type] for name in file.columns}
        rows = pl.DataFrame(file.rows, schema=schema, orient="row")
        # A contract may refuse instants of which a file does not say the zone.
        rows.with_columns(pl.col(pl.Datetime).dt.replace_time_zone("UTC")).write_parquet(path)
        return
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(file.columns)
    writer.writerows(["" if value is None else value for value in row] for row in file.rows)
    content = out.getvalue().encode()
    # The same rows are the same bytes: without the time that gzip would note.
    path.write_bytes(gzip.compress(content, mtime=0) if path.suffix == ".gz" else content)


# --- the changes -------------------------------------------------------------------------------------------------


def shuffled(files: Extracts) -> Extracts:
    """Rows of each file in another order; changes of one field of an Incident in one second keep theirs."""
    return [_shuffled(file) for file in files]


def _shuffled(file: SentFile) -> SentFile:
    order = list(range(len(file.rows)))
    random.Random(file.name).shuffle(order)
    if file.extract == "remedy_incident_audit":
        # The places that the rows of one second got are filled in the order in which those rows came.
        places = defaultdict(list)
        for place, number in enumerate(order):
            places[_second(file, file.rows[number])].append(place)
        for taken in places.values():
            for place, number in zip(taken, sorted(order[place] for place in taken), strict=True):
                order[place] = number
    return replace(file, rows=tuple(file.rows[number] for number in order))


def _second(file: SentFile, row: Row) -> Row:
    record = dict(zip(file.columns, row, strict=False))
    return record["Incident Number"], str(record["Changed At"])[:19], record["Field"]


def split(files: Extracts) -> Extracts:
    """Each file of more than one row as two: every other row, but an Incident's audit rows together."""
    return [part for file in files for part in _split(file)]


def _split(file: SentFile) -> Iterator[SentFile]:
    first, second = [], []
    for number, row in enumerate(file.rows):
        is_second = _ends_oddly(row[0]) if file.extract == "remedy_incident_audit" else number % 2
        (second if is_second else first).append(row)
    stem, dot, ending = file.name.partition(".")
    if not first or not second or first == second:
        yield file
        return
    # The first rows get the name that sorts last, so that an order by file is not the order of before.
    yield replace(file, name=f"{stem}_part_2{dot}{ending}", rows=tuple(first))
    yield replace(file, name=f"{stem}_part_1{dot}{ending}", rows=tuple(second))


def _ends_oddly(incident_number: str | None) -> bool:
    return (incident_number or "")[-1:] in set("13579")


def in_other_format(files: Extracts) -> Extracts:
    """Parquet as CSV, and CSV as Parquet where each record is one of its contract."""
    contracts = load_contracts()
    return [_in_other_format(file, contracts[file.extract]) for file in files]


def _in_other_format(file: SentFile, contract: Contract) -> SentFile:
    stem = file.name.partition(".")[0]
    if file.is_parquet:
        return replace(file.mapped(lambda column, value: _text(value)), name=f"{stem}.csv")
    try:
        typed = file.mapped(lambda column, value: _typed(value, contract.column(column).type))
    except ValueError:
        return file
    if any(len(row) != len(file.columns) for row in file.rows):
        return file
    return replace(typed, name=f"{stem}.parquet")


def _text(value: Any) -> Any:
    match value:
        case datetime():
            return f"{value.isoformat()}Z"
        case bool():
            return str(value).lower()
        case list():
            return ";".join(value)
        case _:
            return value


def _typed(text: str | None, type_name: str) -> Any:
    if text is None:
        return None
    match type_name:
        case "timestamp":
            return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
        case "date":
            return date.fromisoformat(text)
        case "bigint" | "ubigint":
            return int(text)
        case "boolean":
            if text.lower() not in {"true", "false"}:
                raise ValueError(text)
            return text.lower() == "true"
        case "varchar[]":
            return text.split(";")
        case _:
            return text


def rewritten(files: Extracts) -> Extracts:
    """All three at once: rows shuffled, files split, and in the other format."""
    return in_other_format(split(shuffled(files)))


def renamed(files: Extracts, *, parties: bool = True) -> Extracts:
    """Every device, User, SEC Party, Incident and reference under a name of its own that sorts elsewhere."""
    return [
        file.mapped(lambda column, value, extract=file.extract: new_name(extract, column, value, parties=parties))
        for file in files
    ]


def new_name(extract: str, column: str, value: Any, *, parties: bool) -> Any:
    if isinstance(value, list):
        return [new_name(extract, column, one, parties=parties) for one in value]
    if not isinstance(value, str):
        return value
    if column == "PartyId":
        return _scrambled(value, 1, 3) if parties else value
    if column in {"Provider Reference", "Exception Reference", "requestId"}:
        return _scrambled(value, -1 if column == "Exception Reference" else 0, 3) + "x"
    value = EUI64.sub(lambda found: _new_eui64(found[0]), value)
    return INCIDENT.sub(lambda found: _scrambled(found[0], 3, 12), value)


def _scrambled(name: str, start: int, digits: int) -> str:
    """The name with its number multiplied by one that has no factor in common with its numbers of digits."""
    number = name[-digits:]
    if not number.isdigit():
        return name
    return f"{name[:-digits]}{int(number) * 387_420_489 % 10**digits:0{digits}d}"


def _new_eui64(name: str) -> str:
    number = int(name.replace("-", ""), 16) * 0x9E3779B97F4A7C15 % 2**64
    return number.to_bytes(8).hex("-").upper()


def corrected_by_itself(files: Extracts) -> Extracts:
    """After each submission that counts another version with the same content."""
    latest: dict[Path, int] = defaultdict(int)
    for file in files:
        latest[file.folder.parent] = max(latest[file.folder.parent], file.version)
    return files + [
        replace(file, version=file.version + 1) for file in files if latest[file.folder.parent] == file.version
    ]


def doubled(files: Extracts) -> Extracts:
    """Every event twice, the second time under new names; SEC Parties stay, so that theirs double."""
    return [_doubled(file) for file in files]


def _doubled(file: SentFile) -> SentFile:
    (again,) = renamed([file], parties=False)
    if file.extract == "measure_exceptions":
        event = file.columns.index("Event Reference")
        again = replace(again, rows=tuple(row for row in again.rows if row[event] is not None))
    elif file.extract not in EVENTS:
        return file
    return replace(file, rows=file.rows + again.rows)


def four_weeks_later(files: Extracts) -> Extracts:
    """All instants and dates 28 days on, offsets as they were; a February becomes the March of the same year."""
    contracts = load_contracts()
    return [_four_weeks_later(file, contracts[file.extract]) for file in files]


def _four_weeks_later(file: SentFile, contract: Contract) -> SentFile:
    timed = {column.name for column in contract.columns if column.type in {"timestamp", "date"}}
    month = date.fromisoformat(f"{file.period}-01") + FOUR_WEEKS
    assert month.day == 1, f"{file.period} has no 28 days"
    return replace(
        file.mapped(lambda column, value: _later(value) if column in timed else value),
        period=f"{month:%Y-%m}",
        received_at=_later(file.received_at),
    )


def _later(value: Any) -> Any:
    if not isinstance(value, str):
        return value and value + FOUR_WEEKS
    day, rest = value[:10], value[10:]
    return f"{date.fromisoformat(day) + FOUR_WEEKS}{rest}"


# --- the builds --------------------------------------------------------------------------------------------------


class Bench:
    """A folder where extracts are landed and built, always at the same paths."""

    def __init__(self, folder: Path, compiled: CompiledModels) -> None:
        self.folder = folder
        self.builds = 0
        self.compiled = compiled

    def land(self, files: Extracts, *, onto: Path | None = None) -> None:
        """Land the files in an empty lake, or what is new of them in a copy of the lake `onto`."""
        for name in ("extracts", "lake"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        if onto:
            self.take_lake(onto)
        write_extracts(files, self.folder / "extracts")
        for outcome in land(self.folder / "extracts", self.folder / "lake", load_contracts()):
            assert outcome.status != "refused", outcome.reason

    def keep_lake(self, name: str) -> Path:
        return shutil.copytree(self.folder / "lake", self.folder / name)

    def take_lake(self, kept: Path) -> None:
        shutil.rmtree(self.folder / "lake", ignore_errors=True)
        shutil.copytree(kept, self.folder / "lake")

    def build(self, *, threads: int | None = None, others: dict[str, str] | None = None) -> Path:
        """Run every model over the lake, with `others` in place of what variables say; returns the warehouse."""
        lake, warehouse = self.folder / "lake", self.folder / "cpm.duckdb"
        self.compiled.build(lake, warehouse, salt=SALT, threads=threads, others=others)
        self.builds += 1
        return warehouse.rename(self.folder / f"build_{self.builds}.duckdb")


# --- the comparison ----------------------------------------------------------------------------------------------

# A column's expression over the unchanged build, given mart, column and type: what the changed build must have.
Expected = Callable[[str, str, str], str]


def as_before(mart: str, column: str, type_name: str) -> str:
    return f'"{column}"'


@dataclass
class Comparison:
    """The marts of a build beside those of the unchanged one, in one connection."""

    before: Path
    after: Path
    names: dict[str, str] = field(default_factory=dict)

    def differing(
        self,
        *,
        expected: Expected = as_before,
        left_out: Callable[[str, str], bool] = lambda mart, column: False,
        marts: Callable[[str], bool] = lambda mart: True,
        rows: Callable[[str, list[str]], str] = lambda mart, columns: "true",
        again: Expected | None = None,
    ) -> str:
        """How many rows of which mart are only expected or only found, and the first three; empty if all is equal.

        `rows` is the condition of the rows compared. Where `again` is given, what is expected is expected a second
        time with its expressions.
        """
        with duckdb.connect() as connection:
            connection.execute(f"attach '{self.before}' as before (read_only)")
            connection.execute(f"attach '{self.after}' as after (read_only)")
            self._name(connection)
            columns: dict[str, dict[str, list[tuple[str, str]]]] = {"before": {}, "after": {}}
            for database, mart, column, type_name in connection.execute(
                "select database_name, table_name, column_name, data_type from duckdb_columns()"
                " where schema_name = 'marts' and database_name in ('before', 'after') order by all"
            ).fetchall():
                if marts(mart) and not left_out(mart, column):
                    columns[database].setdefault(mart, []).append((column, type_name))
            assert columns["before"] == columns["after"]
            assert columns["before"]
            said = []
            for mart, compared in columns["before"].items():
                listed = ", ".join(f'"{column}"' for column, _ in compared)
                condition = rows(mart, [column for column, _ in compared])
                wanted = " union all ".join(
                    f"select {', '.join(one(mart, column, kind) for column, kind in compared)}"
                    f" from before.marts.{mart} where {condition}"
                    for one in (expected, again)
                    if one
                )
                queries = (
                    f"select * from ({wanted}) as wanted({listed})",
                    f"select {listed} from after.marts.{mart} where {condition}",
                )
                for side, minuend, subtrahend in (
                    ("expected", *queries),
                    ("found", *reversed(queries)),
                ):
                    difference = connection.execute(
                        f"select count(*) over () as differing, * from ({minuend} except all ({subtrahend}))"
                        " order by all limit 3"
                    )
                    titles = [column[0] for column in difference.description or ()]
                    for row in difference.fetchall():
                        shown = ", ".join(f"{title}={value}" for title, value in zip(titles, row, strict=True))
                        said.append(f"{mart}: only {side}: {shown}")
            return "\n".join(said)

    def not_doubled(
        self,
        mart: str,
        rows: Callable[[list[str]], str],
        *,
        apart: Collection[str],
        within: int = 1,
    ) -> str:
        """The first three sums of a mart's counts, by all else but `apart`, that are not double `within` so many.

        `rows` is the condition of the rows summed, which must be some.
        """
        with duckdb.connect() as connection:
            connection.execute(f"attach '{self.before}' as before (read_only)")
            connection.execute(f"attach '{self.after}' as after (read_only)")
            columns = [name for name, *_ in connection.execute(f"describe before.marts.{mart}").fetchall()]
            counts = [name for name in columns if "_count" in name]
            keys = ", ".join(name for name in columns if name not in {*counts, *apart})
            condition = rows(columns)
            sides = " union all ".join(
                f"select {keys}, {', '.join(f'{times} * {name} as {name}' for name in counts)}, {times} as side"
                f" from {database}.marts.{mart} where {condition}"
                for database, times in (("before", -2), ("after", 1))
            )
            assert connection.execute(f"select 1 from before.marts.{mart} where {condition}").fetchone()
            off = " or ".join(f"abs(sum({name})) > {within}" for name in counts)
            sums = ", ".join(f"sum({name}) as {name}" for name in counts)
            found = connection.execute(
                f"select {keys}, {sums} from ({sides}) group by {keys}"
                f" having count(distinct side) < 2 or {off} order by all limit 3"
            )
            titles = [column[0] for column in found.description or ()]
            return "\n".join(
                f"{mart}: " + ", ".join(f"{title}={value}" for title, value in zip(titles, row, strict=True))
                for row in found.fetchall()
            )

    def _name(self, connection: duckdb.DuckDBPyConnection) -> None:
        """`renamed(x)`: the new name of a device, SEC Party or Incident, plain or under its pseudonym."""
        pairs = dict(self.names)
        for pseudonym in (_party, _device):
            pairs |= {pseudonym(old): pseudonym(new) for old, new in self.names.items()}
        connection.execute(
            "create table new_names as select unnest($1) as old, unnest($2) as new",
            [list(pairs), list(pairs.values())],
        )
        connection.execute(
            "create macro renamed(x) as coalesce((select any_value(new) from new_names where old = x), x)"
        )


def _party(name: str) -> str:
    return f"P-{_hash(f'party/{name}')[:10]}"


def _device(name: str) -> str:
    return _hash(f"device/{int(name.replace('-', ''), 16) if EUI64.fullmatch(name) else name}")[:32]


def _hash(text: str) -> str:
    """The keyed hash of a text, as `macros/pseudonyms/keyed_hash.sql` has it."""
    return hmac.digest(SALT.encode(), text.encode(), "sha256").hex()


def new_names(files: Extracts, *, parties: bool = True) -> dict[str, str]:
    """Each name in the files with the one that `renamed` gives it."""
    names: dict[str, str] = {}
    for file, again in zip(files, renamed(files, parties=parties), strict=True):
        for row, new_row in zip(file.rows, again.rows, strict=True):
            for value, new_value in zip(row, new_row, strict=True):
                if value != new_value:
                    pair = (value, new_value) if isinstance(value, list) else ([value], [new_value])
                    names.update(zip(*pair, strict=True))
    return names


def file_or_row(mart: str, column: str) -> bool:
    """What says where a row lay or when it was landed: all that may differ where only that does."""
    return column in {"source_file", "source_row", "landed_at"} or mart in FILES


FILES = {"fct_submission_files", "fct_quarantined_rows"}
