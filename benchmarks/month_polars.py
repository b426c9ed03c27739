"""A month in Polars, streaming: checksum, copy, checks, rows whose keys occur twice, and the cubes.

Run by `month.py` in a process of its own; the cubes are those of `events_polars.py`. Checks are those that need no
more than a column or two: what is missing, malformed, unknown, out of order or of another month.
"""

import hashlib
import json
import shutil
import sys
import time
from datetime import datetime
from pathlib import Path

import events_polars
import polars as pl

from cpm_warehouse.contracts import PATTERNS, Contract, load_contracts

EVENTS = ("service_requests", "alerts")


def checks(contract: Contract, names: list[str], period: str) -> list[pl.Expr]:
    """Counts of the rows that break each check."""
    found = []
    year, month = (int(part) for part in period.split("-"))
    first, after = datetime(year, month, 1), datetime(year + month // 12, month % 12 + 1, 1)
    for column in contract.columns:
        if column.name not in names:
            continue
        value = pl.col(column.name)
        if not column.nullable:
            found.append(value.is_null().sum())
        if column.pattern:
            found.append((~value.str.contains(f"^(?:{PATTERNS[column.pattern]})$")).sum())
        if column.known:
            found.append((~value.is_in(list(column.known))).sum())
        if column.name in contract.period:
            found.append(((value < first) | (value >= after)).sum())
    pairs = [(one.later, one.earlier, pl.col(one.later) < pl.col(one.earlier)) for one in contract.orders]
    pairs += [
        (one.column, one.needs, pl.col(one.column).is_not_null() & pl.col(one.needs).is_null())
        for one in contract.needs
    ]
    found += [broken.sum() for first, second, broken in pairs if first in names and second in names]
    return [one.alias(str(number)) for number, one in enumerate(found)]


def main(extracts: str, lake: str, out: str) -> None:
    """Receive every file, and make the cubes over the lake that was landed."""
    contracts = load_contracts()
    started = time.perf_counter()
    for number, path in enumerate(sorted(Path(extracts).rglob("*.parquet"))):
        extract, period = path.parts[-4], path.parts[-3]
        if extract not in EVENTS:
            continue
        with path.open("rb") as file:
            hashlib.file_digest(file, "sha256").hexdigest()
        shutil.copyfile(path, Path(out) / f"{number}.parquet")
        rows = pl.scan_parquet(path)
        names = rows.collect_schema().names()
        contract = contracts[extract]
        rows.select(checks(contract, names, period)).collect(engine="streaming")
        keys = rows.select(pl.struct(contract.key).hash().alias("key"))
        twice = keys.group_by("key").len().filter(pl.col("len") > 1).select("key")
        rows.with_columns(pl.struct(contract.key).hash().alias("key")).join(twice, on="key", how="semi").collect(
            engine="streaming"
        )
    received = time.perf_counter() - started
    events_polars.main(lake, out)
    seconds = json.loads(Path(out, "seconds.json").read_text(encoding="utf-8"))
    Path(out, "seconds.json").write_text(json.dumps({"receive": received, **seconds}), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
