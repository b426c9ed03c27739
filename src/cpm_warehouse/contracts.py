"""Reads the contracts in `extracts/contracts`: what each provider extract must look like."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import yaml
from annotated_types import Gt, MinLen

from cpm_warehouse.declared import READING, read_yaml, schema_of, validated
from cpm_warehouse.errors import CpmError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

CONTRACTS = Path("extracts/contracts")
SCHEMA = CONTRACTS / "schema.json"
SEEDS = Path("seeds")
# Only the warehouse itself writes the two decimals: no provider sends a percentage.
Type = Literal[
    "varchar",
    "bigint",
    "ubigint",
    "boolean",
    "date",
    "timestamp",
    "varchar[]",
    "decimal(5,2)",
    "decimal(9,6)",
]
Form = Literal["eui64", "sha256", "firmware_version"]
PATTERNS: dict[Form, str] = {
    "eui64": "([0-9A-F]{2}-){7}[0-9A-F]{2}",
    "sha256": "[0-9A-F]{64}",
    "firmware_version": "[0-9A-F]{8}",
}
ALWAYS = (date(1, 1, 1), date(9999, 12, 31))

# A column of this name, in any case, would hide behind what DuckDB adds to the rows of a lake file, or hide it.
RESERVED = {"provider", "period", "version", "filename", "file_row_number"}

# Columns of every own list besides those of its seed.
PROJECT_ROWS = "project_rows"
SAID_OF_A_ROW = {"provenance", "source"}

Word = Annotated[str, MinLen(1)]
# Codes, each with the first day on which it holds and the day after its last.
Dates = tuple[tuple[str, date, date], ...]
Names = Annotated[tuple[Word, ...], MinLen(1)]


@dataclass(frozen=True)
class SeedColumn:
    """A column of a seed."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    seed: Word
    """The column, as `<seed>.<column>`."""


@dataclass(frozen=True)
class SeedColumns:
    """Columns of seeds, which list the values that are known."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    seed: Names
    """The columns, each as `<seed>.<column>`; `valid_from` and `valid_to` of a seed date its values."""


@dataclass(frozen=True)
class Column:
    """A column of an extract, under the provider's own name."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    name: Word
    """The provider's own name of the column."""
    type: Type
    """The type that it has in the lake."""
    nullable: bool
    """Whether it may be empty."""
    description: str
    """What it means, for whoever sends it."""
    optional: bool = False
    """Whether a file may leave the column out; every row is then empty there."""
    unit: str = ""
    """What a number counts."""
    allowed: tuple[str | int, ...] | SeedColumns = ()
    """Values that are known, or the seed columns that list them; of a list, they hold for each item."""
    unlisted: Literal["warn", "quarantine"] = "warn"
    """What becomes of a row with a value that is not known: it is kept and counted, or quarantined."""
    pattern: Form | None = None
    """The form of a value; of a list, that of each item."""
    identifies: Literal["device", "party", "event"] | None = None
    """What it tells from all others: an event, such as an Incident; or a device or a party, for which published
    texts are searched, devices by form and parties by name."""
    planned: bool = False
    """Whether an instant or date is of what is to come, and so may lie after the file was received."""
    minimum: int | None = None
    """Least value."""
    maximum: int | None = None
    """Greatest value."""
    minimum_items: int | None = None
    """Least number of items of a list."""
    maximum_items: int | None = None
    """Greatest number of items of a list."""

    def __post_init__(self) -> None:
        """Raise ValueError where two keys do not go together."""
        if self.optional and not self.nullable:
            raise ValueError("may be left out of a file, so its values may be empty; write nullable: true")
        if self.name.lower() in RESERVED:
            raise ValueError("has a name that the lake uses itself; give it another name")
        if self.identifies == "device" and not self.pattern:
            raise ValueError("identifies a device, but has no pattern that finds devices in texts; write one")
        if self.planned and self.type not in {"date", "timestamp"}:
            raise ValueError("is planned, but is no date or timestamp; take planned away")
        for reference in self.allowed.seed if isinstance(self.allowed, SeedColumns) else ():
            seed_dates(reference)

    @property
    def known(self) -> tuple[str, ...]:
        """The values that are known to the project, as text."""
        if isinstance(self.allowed, SeedColumns):
            return tuple(dict.fromkeys(value for value, *_ in self.dates_of_known))
        return tuple(str(value) for value in self.allowed)

    @property
    def dates_of_known(self) -> Dates:
        """Of values that stand in the project's seeds, the first day of each and the day after its last."""
        if isinstance(self.allowed, SeedColumns):
            return tuple(row for reference in self.allowed.seed for row in seed_dates(reference))
        return ()


@dataclass(frozen=True)
class Order:
    """Two instants or dates of which the later never precedes the earlier."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    rule: Word
    """The rule of the seed validation_rules that is broken where it does."""
    earlier: Word
    """Column of the earlier one."""
    later: Word
    """Column of the later one."""


@dataclass(frozen=True)
class Need:
    """A column that is filled only where another is."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    rule: Word
    """The rule of the seed validation_rules that is broken where the other is empty."""
    column: Word
    """The column."""
    needs: Word
    """The other."""


@dataclass(frozen=True)
class Same:
    """A column that says the same in every row of a submission."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    rule: Word
    """The rule of the seed validation_rules that is broken where rows differ."""
    column: Word
    """The column."""


@dataclass(frozen=True)
class Volume:
    """Rows to expect, as shares of those of the month before."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    least_share: Annotated[float, Gt(0)]
    """Least share."""
    most_share: Annotated[float, Gt(0)]
    """Greatest share."""


@dataclass(frozen=True)
class Contract:
    """What one extract must look like."""

    __pydantic_config__: ClassVar[dict[str, Any]] = READING

    extract: Word
    """Name of the extract, as the file is called."""
    description: str
    """What it holds, and 'One row per ...'."""
    providers: Names
    """Who sends it."""
    columns: Annotated[tuple[Column, ...], MinLen(1)]
    """Its columns, in the order of the file that the simulator writes; every order is read."""
    key: Names
    """Columns that identify a row."""
    format: Literal["csv", "csv.gz", "parquet"]
    """The form that the simulator writes; every form is read."""
    key_is_unique: bool = True
    """False where rows may share their key."""
    lists_repeats: bool = False
    """Whether landing lists rows that share their key, for the models that look for repeats."""
    timestamp_style: Literal["utc", "local_offset"] = "utc"
    """How the simulator writes instants; every offset is read."""
    instants_without_zone: Literal["refuse", "warn", "utc"] = "refuse"
    """What becomes of a Parquet file whose instants have no zone: it is refused, or they are taken as UTC, with a
    warning or as agreed with its providers."""
    may_be_empty: bool = False
    """Whether a month may have no rows."""
    period: dict[str, Literal["within", "not_after", "not_before"]] = field(default_factory=dict)
    """How instants or dates of a column lie to the month of the submission, in UTC or in London."""
    orders: tuple[Order, ...] = ()
    """Pairs of instants or dates that have an order."""
    needs: tuple[Need, ...] = ()
    """Columns that are filled only where another is."""
    same_in_all_rows: tuple[Same, ...] = ()
    """Columns that say the same in every row."""
    own_list_of: Word | None = None
    """The seed of which this is an own list of codes, given by whoever runs the warehouse; its key is the code."""
    volume: Volume | None = None
    """Rows to expect, as shares of those of the month before."""
    due_working_days: SeedColumn | None = None
    """The seed column with the Working Days after the month by which it is due."""

    def __post_init__(self) -> None:
        """Raise ValueError where columns that it names do not go together."""
        lowered = [name.lower() for name in self.names]
        if len(set(lowered)) < len(lowered):
            raise ValueError("the names of two columns differ only in capitals; give one another name")
        named = {*self.key, *self.period}
        named |= {name for order in self.orders for name in (order.earlier, order.later)}
        named |= {name for need in self.needs for name in (need.column, need.needs)}
        named |= {same.column for same in self.same_in_all_rows}
        if unknown := sorted(named - set(self.names)):
            raise ValueError(
                f"key, period, orders, needs or same_in_all_rows name columns that do not exist: {unknown};"
                " name columns of the contract"
            )
        for name in self.period:
            if self.column(name).type not in {"date", "timestamp"}:
                raise ValueError(f"period names '{name}', which is no date or timestamp; name a column that is")
        if self.due_working_days:
            seed_rows(self.due_working_days.seed)
        if self.own_list_of:
            for name in (*self.key, *self.meaning):
                seed_rows(f"{self.own_list_of}.{name}")
            if len(self.key) != 1 or PROJECT_ROWS not in self.names:
                raise ValueError(
                    f"is an own list, so that its key is the code alone and it has the column '{PROJECT_ROWS}',"
                    " which says what becomes of the project's rows; write both"
                )

    @property
    def names(self) -> list[str]:
        """Column names in the order of the contract."""
        return [column.name for column in self.columns]

    @property
    def types(self) -> dict[str, str]:
        """Type of each column, in the order of the contract."""
        return {column.name: str(column.type) for column in self.columns}

    @property
    def meaning(self) -> list[str]:
        """Of an own list, the columns that say what a code means."""
        return [name for name in self.names if name not in {*self.key, PROJECT_ROWS, *SAID_OF_A_ROW}]

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)

    def identifying(self, what: str) -> list[str]:
        """Names of the columns that identify a device, a party or an event."""
        return [column.name for column in self.columns if column.identifies == what]


def load_contract(path: Path) -> Contract:
    """Read one contract.

    Raises CpmError, naming the file, the key, what is wrong with it and what to write.
    """

    def wrong(what: str) -> CpmError:
        return CpmError(f"{path}: {what}; {SCHEMA} says what a contract has")

    raw = read_yaml(path, yaml.CSafeLoader, wrong)
    contract = validated(raw, _reader(), wrong, "a contract")
    if contract.extract != path.stem:
        raise wrong(f"extract: is '{contract.extract}' in a file called {path.stem}; give both the same name")
    return contract


@cache
def _reader() -> "TypeAdapter[Contract]":
    """What pydantic makes of the classes above, when it is first asked: most commands read no contract."""
    from pydantic import TypeAdapter

    return TypeAdapter(Contract)


def contract_schema() -> str:
    """What a contract has, as JSON Schema: editors read it."""
    return schema_of(_reader())


def seed_dates(reference: str) -> Dates:
    """Values of a seed column with the first day and the day after the last of each.

    A seed without valid_from and valid_to has them for all days; one may have a value for several ranges of days.
    """
    return tuple(
        dict.fromkeys(
            (
                row[reference.partition(".")[2]],
                date.fromisoformat(row.get("valid_from") or str(ALWAYS[0])),
                date.fromisoformat(row.get("valid_to") or str(ALWAYS[1])),
            )
            for row in seed_rows(reference)
        )
    )


@cache
def seed_rows(reference: str) -> tuple[dict[str, str], ...]:
    """Rows of the seed of a column that is named `<seed>.<column>`."""
    name, _, column = reference.partition(".")
    path = seed_path(name)
    with path.open(newline="", encoding="utf-8") as file:
        rows = tuple(csv.DictReader(file))
    if not rows or column not in rows[0]:
        raise ValueError(f"{path} has no column '{column}'; name one that it has")
    return rows


def seed_path(name: str) -> Path:
    """File of a seed. Raises ValueError where there is none of that name, or more than one."""
    found = sorted(SEEDS.rglob(f"{name}.csv"))
    if len(found) != 1:
        raise ValueError(f"no seed, or more than one, is called '{name}'; name a column as <seed>.<column>")
    return found[0]


def load_contracts(folder: Path = CONTRACTS) -> Mapping[str, Contract]:
    """Read every contract of a folder; returns them by the name of their extract."""
    contracts = {path.stem: load_contract(path) for path in sorted(folder.glob("*.yml"))}
    if not contracts:
        raise CpmError(f"{folder}: no contracts here; run `cpm` from the top of the project")
    return contracts
