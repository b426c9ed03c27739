"""The floor: runs `events_floor.sql` over a lake. Each cube becomes a table and a Parquet file; its seconds, JSON.

Run by `events.py` in a process of its own, so that its memory and reading are its own.
"""

import json
import os
import re
import sys
import time
from pathlib import Path
from string import Template

import duckdb

SEEDS = {path.stem: str(path) for path in Path("seeds").rglob("*.csv")}


def main(lake: str, out: str) -> None:
    """Run every statement; those of the cubes are timed. A cube is written as it is, or by its query for that."""
    sql = Template((Path(__file__).parent / "events_floor.sql").read_text()).substitute(SEEDS, lake=lake)
    blocks = re.split(r"^-- (setup|(?:cube|written): \w+)$", sql, flags=re.MULTILINE)[1:]
    seconds, written = {}, {}
    # The same settings as the profile of dbt.
    limit = os.environ.get("CPM_MEMORY_LIMIT", "3GB")
    with duckdb.connect(
        f"{out}/cubes.duckdb", config={"memory_limit": limit, "preserve_insertion_order": False}
    ) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for title, statement in zip(blocks[::2], blocks[1::2], strict=True):
            kind, _, cube = title.partition(": ")
            if kind == "written":
                written[cube] = f"({statement.strip().removesuffix(';')})"
                continue
            started = time.perf_counter()
            connection.execute(statement)
            if kind == "cube":
                seconds[cube] = time.perf_counter() - started
        for cube in seconds:
            connection.execute(f"copy {written.get(cube, cube)} to '{out}/{cube}.parquet'")
    Path(out, "seconds.json").write_text(json.dumps(seconds), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
