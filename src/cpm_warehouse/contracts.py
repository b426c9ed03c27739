"""Reads the contracts in `extracts/contracts`: what each provider extract must look like."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cpm_warehouse.errors import CpmError

CONTRACTS = Path("extracts/contracts")
SEEDS = Path("seeds")
TYPES = {"varchar", "bigint", "ubigint", "boolean", "date", "timestamp", "varchar[]"}
# Only the warehouse itself writes these: no provider sends a percentage.
TYPES |= {"decimal(5,2)", "decimal(9,6)"}
FORMATS = {"csv", "csv.gz", "parquet"}
TIMESTAMP_STYLES = {"utc", "local_offset"}
PERIOD_RULES = {"within", "not_after", "not_before"}
# What a column may identify: published texts are searched for a device by its form, for a party by its names.
IDENTIFIES = {"device", "party"}
PATTERNS = {
    "eui64": "([0-9A-F]{2}-){7}[0-9A-F]{2}",
    "sha256": "[0-9A-F]{64}",
    "firmware_version": "[0-9A-F]{8}",
}
ALWAYS = (date(1, 1, 1), date(9999, 12, 31))

# A column of this name, in any case, would hide behind what DuckDB adds to the rows of a lake file, or hide it.
RESERVED = {"provider", "period", "version", "filename", "file_row_number"}


@dataclass(frozen=True)
class Column:
    """A column of an extract, under the provider's own name.

    `allowed` lists the values that are known; what stands outside it is kept and counted, or quarantined where
    `unlisted` says so. Of a list (`varchar[]`), pattern and allowed values hold for each item. A file may leave
    an `optional` column out, which then has null in every row.
    `identifies` says of what it is the identity, device or party, which is never published.
    `allowed_dates` has, of values that stand in seeds, the first day of each and the day after its last.
    """

    name: str
    type: str
    nullable: bool
    description: str
    optional: bool = False
    unit: str = ""
    allowed: tuple[str, ...] = ()
    allowed_from: tuple[str, ...] = ()
    allowed_dates: tuple[tuple[str, date, date], ...] = ()
    unlisted: str = "warn"
    pattern: str = ""
    identifies: str = ""
    minimum: int | None = None
    maximum: int | None = None
    minimum_items: int | None = None
    maximum_items: int | None = None


@dataclass(frozen=True)
class Order:
    """Two instants or dates of which the later never precedes the earlier; where it does, `rule` is broken."""

    rule: str
    earlier: str
    later: str


@dataclass(frozen=True)
class Need:
    """A column that is filled only where another is; `rule` is broken where that is empty."""

    rule: str
    column: str
    needs: str


@dataclass(frozen=True)
class Contract:
    """What one extract must look like.

    `period` says how instants or dates lie to the month of the submission; `volume` is the least and the most
    share of the rows of the month before; `due_working_days` names the seed column that has them.
    """

    extract: str
    description: str
    providers: tuple[str, ...]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    format: str
    key_is_unique: bool = True
    timestamp_style: str = "utc"
    may_be_empty: bool = False
    period: tuple[tuple[str, str], ...] = ()
    orders: tuple[Order, ...] = ()
    needs: tuple[Need, ...] = ()
    volume: tuple[float, float] | None = None
    due_working_days: str = ""

    @property
    def names(self) -> list[str]:
        """Column names in the order of the contract."""
        return [column.name for column in self.columns]

    def column(self, name: str) -> Column:
        """Return the column of that name."""
        return next(column for column in self.columns if column.name == name)

    def identifying(self, what: str) -> list[str]:
        """Names of the columns that identify a device or a party."""
        return [column.name for column in self.columns if column.identifies == what]


def load_contract(path: Path) -> Contract:
    """Read one contract.

    Raises CpmError, naming the file and what to change, where a key is missing or unknown or a value cannot be.
    """

    def wrong(what: str) -> CpmError:
        return CpmError(f"{path}: {what}; see {CONTRACTS} for examples")

    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise wrong(f"not YAML ({str(error).splitlines()[0]})") from error
    try:
        columns = tuple(_column(column, wrong) for column in raw["columns"])
        contract = Contract(
            **{
                **raw,
                "description": raw["description"].strip(),
                "columns": columns,
                "providers": tuple(raw["providers"]),
                "key": tuple(raw["key"]),
                "period": tuple(raw.get("period", {}).items()),
                "orders": tuple(Order(**order) for order in raw.get("orders", ())),
                "needs": tuple(Need(**need) for need in raw.get("needs", ())),
                "volume": _volume(raw["volume"]) if "volume" in raw else None,
                "due_working_days": raw.get("due_working_days", {"seed": ""})["seed"],
            }
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise wrong(f"not a contract ({error})") from error
    _check(contract, path, wrong)
    return contract


def _column(raw: dict[str, Any], wrong: Any) -> Column:
    known = {field.name for field in fields(Column)} - {"allowed_from", "allowed_dates"}
    if unknown := set(raw) - known:
        raise wrong(f"column '{raw.get('name')}' has keys that mean nothing: {sorted(unknown)}")
    allowed = raw.get("allowed", [])
    seeds = tuple(allowed["seed"]) if isinstance(allowed, dict) else ()
    rows = [row for seed in seeds for row in _listed(seed)]
    values = [value for value, *_ in rows] if seeds else [str(value) for value in allowed]
    listed = {"allowed": tuple(dict.fromkeys(values)), "allowed_from": seeds, "allowed_dates": tuple(rows)}
    return Column(**{**raw, **listed})


@cache
def _listed(reference: str) -> tuple[tuple[str, date, date], ...]:
    """Values of a seed column, named `<seed>.<column>`, with the first day and the day after the last of each.

    A seed without valid_from and valid_to has them for all days; one may have a value for several ranges of days.
    """
    name, _, column = reference.partition(".")
    found = sorted(SEEDS.rglob(f"{name}.csv"))
    if len(found) != 1:
        raise CpmError(f"{SEEDS}: no seed, or more than one, is called '{name}', which a contract refers to")
    with found[0].open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if not rows or column not in rows[0]:
        raise CpmError(f"{found[0]}: has no column '{column}', which a contract refers to")
    return tuple(
        dict.fromkeys(
            (
                row[column],
                date.fromisoformat(row.get("valid_from") or str(ALWAYS[0])),
                date.fromisoformat(row.get("valid_to") or str(ALWAYS[1])),
            )
            for row in rows
        )
    )


def _volume(raw: dict[str, float]) -> tuple[float, float]:
    return raw["least_share"], raw["most_share"]


def _check(contract: Contract, path: Path, wrong: Any) -> None:
    if contract.extract != path.stem:
        raise wrong(f"is called {path.stem} and describes '{contract.extract}'")
    if contract.format not in FORMATS:
        raise wrong(f"format '{contract.format}' is not one of {sorted(FORMATS)}")
    if contract.timestamp_style not in TIMESTAMP_STYLES:
        raise wrong(f"timestamp_style '{contract.timestamp_style}' is not one of {sorted(TIMESTAMP_STYLES)}")
    lowered = [name.lower() for name in contract.names]
    if len(set(lowered)) < len(lowered):
        raise wrong("two columns have the same name but for case")
    for column in contract.columns:
        if column.type not in TYPES:
            raise wrong(f"column '{column.name}' has type '{column.type}'; use one of {sorted(TYPES)}")
        if not isinstance(column.nullable, bool):
            raise wrong(f"column '{column.name}' has nullable '{column.nullable}'; write true or false")
        if column.optional and not column.nullable:
            raise wrong(f"column '{column.name}' may be left out and may not be empty; write nullable: true")
        if column.name.lower() in RESERVED:
            raise wrong(f"column '{column.name}' has a name that the lake keeps for itself; name it otherwise")
        if column.unlisted not in {"warn", "quarantine"}:
            raise wrong(f"column '{column.name}' has unlisted '{column.unlisted}'; write warn or quarantine")
        if column.pattern and column.pattern not in PATTERNS:
            raise wrong(f"column '{column.name}' has pattern '{column.pattern}'; known: {sorted(PATTERNS)}")
        if column.identifies and column.identifies not in IDENTIFIES:
            raise wrong(
                f"column '{column.name}' identifies '{column.identifies}'; write one of {sorted(IDENTIFIES)}"
            )
        if column.identifies == "device" and not column.pattern:
            raise wrong(f"column '{column.name}' identifies a device and has no pattern; texts are searched by it")
    named = {*contract.key, *(name for name, _ in contract.period)}
    named |= {name for order in contract.orders for name in (order.earlier, order.later)}
    named |= {name for need in contract.needs for name in (need.column, need.needs)}
    if unknown := named - set(contract.names):
        raise wrong(f"key, period, orders or needs name columns that do not exist: {sorted(unknown)}")
    for name, rule in contract.period:
        if rule not in PERIOD_RULES or contract.column(name).type not in {"date", "timestamp"}:
            raise wrong(f"period has '{name}: {rule}'; use a date or timestamp and one of {sorted(PERIOD_RULES)}")


def load_contracts(folder: Path = CONTRACTS) -> Mapping[str, Contract]:
    """Read every contract of a folder; returns them by the name of their extract."""
    contracts = {path.stem: load_contract(path) for path in sorted(folder.glob("*.yml"))}
    if not contracts:
        raise CpmError(f"{folder}: no contracts here; run `cpm` from the top of the project")
    return contracts
