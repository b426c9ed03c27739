"""Reads the contracts in `extracts/contracts`: what each provider extract must look like."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from cpm_warehouse.errors import CpmError

CONTRACTS = Path("extracts/contracts")
TYPES = {"varchar", "bigint", "ubigint", "boolean", "date", "timestamp", "varchar[]"}
# Only the warehouse itself writes these: no provider sends a percentage.
TYPES |= {"decimal(5,2)", "decimal(9,6)"}

# A column of this name, in any case, would hide behind what DuckDB adds to the rows of a lake file, or hide it.
RESERVED = {"provider", "period", "version", "filename", "file_row_number"}


@dataclass(frozen=True)
class Column:
    """A column of an extract, under the provider's own name."""

    name: str
    type: str
    nullable: bool
    description: str


@dataclass(frozen=True)
class Contract:
    """What one extract must look like."""

    extract: str
    description: str
    providers: tuple[str, ...]
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    format: str
    timestamp_style: str
    may_be_empty: bool

    @property
    def names(self) -> list[str]:
        """Column names in the order of the contract."""
        return [column.name for column in self.columns]


def load_contract(path: Path) -> Contract:
    """Read one contract.

    Raises CpmError, naming the file, where a key is missing or a type is not one of `TYPES`.
    """
    raw = yaml.safe_load(path.read_text())
    try:
        columns = tuple(Column(**column) for column in raw["columns"])
        contract = Contract(
            extract=raw["extract"],
            description=raw["description"].strip(),
            providers=tuple(raw["providers"]),
            columns=columns,
            key=tuple(raw["key"]),
            format=raw["format"],
            timestamp_style=raw.get("timestamp_style", "utc"),
            may_be_empty=raw.get("may_be_empty", False),
        )
    except (KeyError, TypeError) as error:
        raise CpmError(f"{path}: not a contract ({error}); see {CONTRACTS} for examples") from error
    for column in columns:
        if column.type not in TYPES:
            raise CpmError(f"{path}: column '{column.name}' has type '{column.type}'; use one of {sorted(TYPES)}")
        if column.name.lower() in RESERVED:
            raise CpmError(
                f"{path}: column '{column.name}' has a name that the lake keeps for itself; name it otherwise"
            )
    if unknown := set(contract.key) - set(contract.names):
        raise CpmError(f"{path}: the key names columns that do not exist: {sorted(unknown)}")
    return contract


def load_contracts(folder: Path = CONTRACTS) -> Mapping[str, Contract]:
    """Read every contract of a folder; returns them by the name of their extract."""
    contracts = {path.stem: load_contract(path) for path in sorted(folder.glob("*.yml"))}
    if not contracts:
        raise CpmError(f"{folder}: no contracts here; run `cpm` from the top of the project")
    return contracts
