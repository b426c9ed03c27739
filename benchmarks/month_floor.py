"""The floor of a landing: checksum, copy of bytes, one scan with every check, and rows whose keys occur twice.

Run by `month.py` in a process of its own, over the Parquet of Service Requests and Alerts among extracts.
Conditions are those of the contracts; nothing is judged, quarantined or registered.
"""

import hashlib
import json
import os
import shutil
import sys
import time
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import load_contracts
from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.receive.checks import checks_of

EVENTS = ("service_requests", "alerts")


def main(extracts: str, out: str) -> None:
    """Go through every file; writes the seconds of each part, as JSON."""
    seconds = dict.fromkeys(("checksum", "copy", "checks", "repeats"), 0.0)
    contracts = load_contracts()
    config = {"memory_limit": os.environ.get("CPM_MEMORY_LIMIT", "2GB"), "temp_directory": out}
    with duckdb.connect(config=config) as connection:
        for number, path in enumerate(sorted(Path(extracts).rglob("*.parquet"))):
            extract, period = path.parts[-4], path.parts[-3]
            if extract not in EVENTS:
                continue
            contract = contracts[extract]
            started = time.perf_counter()

            def lap(part: str, started_at: float) -> float:
                now = time.perf_counter()
                seconds[part] += now - started_at
                return now

            with path.open("rb") as file:
                hashlib.file_digest(file, "sha256").hexdigest()
            started = lap("checksum", started)
            shutil.copyfile(path, Path(out) / f"{number}.parquet")
            started = lap("copy", started)
            names = {name for name, *_ in connection.execute(f"describe from {literal(path)}").fetchall()}
            counts = [f"count({quoted(name)})" for name in names]
            counts += [
                f"count(*) filter (where {check.condition})"
                for check in checks_of(contract, period)
                if set(check.columns) <= names
            ]
            connection.execute(f"select {', '.join(counts)} from {literal(path)}").fetchall()
            started = lap("checks", started)
            key = f"hash({', '.join(map(quoted, contract.key))})"
            connection.execute(
                f"create or replace table repeated as select * from {literal(path)} where {key} in"
                f" (select {key} from {literal(path)} group by all having count(*) > 1)"
            )
            lap("repeats", started)
    Path(out, "seconds.json").write_text(json.dumps(seconds), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
