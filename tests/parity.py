"""Compares what `dbt build --target spark` left with what DuckDB built from the same lake, row by row.

    make spark                                             builds both, and compares
    .venv/bin/python tests/parity.py [SCHEMA.TABLE ...]    compares what lies there, or these tables alone

Every mart, and every other table that DuckDB has. How rows are compared is said in compared_rows.py: all is equal
but doubles, which are to 9 digits. Keys that hash differ by engine and are named; no mart may have one. Exit code
1 where a row differs, or a mart is missing.
"""

import os
import sys
from collections import Counter
from pathlib import Path

import duckdb
from compared_rows import DIFFER, EQUAL, EQUAL_BUT, Compared, compared, parquet

from cpm_warehouse.duck import quoted

ROOT = Path(__file__).parents[1]
DUCKDB = ROOT / os.environ.get("CPM_WAREHOUSE", "target/spark/cpm.duckdb")
SPARK = ROOT / os.environ.get("CPM_SPARK_WAREHOUSE", "warehouse/spark")
MARTS = "marts"
MISSING = "missing"


def main() -> int:
    """Compare each table; print what is not equal, and counts; return the exit code."""
    counts: Counter[tuple[str, str]] = Counter()
    with duckdb.connect(str(DUCKDB), read_only=True) as duck:
        duck.execute("set TimeZone = 'UTC'")
        for schema, name in [tuple(one.split(".")) for one in sys.argv[1:]] or tables(duck):
            found = of_both(duck, schema, name)
            counts["marts" if schema == MARTS else "other tables", found.verdict] += 1
            if found.verdict != EQUAL:
                print(f"{f'{schema}.{name}':60} {found.verdict}: {found.said[:160]}")
    for (kind, verdict), count in sorted(counts.items()):
        print(f"{count:5} {kind}: {verdict}")
    wrong = {DIFFER, MISSING}
    bad = [one for one in counts if one[1] in wrong or one == ("marts", EQUAL_BUT)]
    return 1 if bad or not counts["marts", EQUAL] else 0


def tables(duck: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Schema and name of each table that DuckDB built, but for its own records."""
    listed = duck.execute(
        "select schema_name, table_name from duckdb_tables()"
        " where database_name = current_database() and schema_name <> 'main' order by all"
    )
    return [(schema, name) for schema, name in listed.fetchall()]


def of_both(duck: duckdb.DuckDBPyConnection, schema: str, name: str) -> Compared:
    """Compare a table of DuckDB with Spark's of the same name; without rows Spark may have written no file."""
    ours, folder = f"{quoted(schema)}.{quoted(name)}", SPARK / f"{schema}.db" / name
    if not folder.is_dir():
        return Compared(MISSING, "Spark has no such table")
    if not any(folder.rglob("*.parquet")):
        (rows,) = duck.execute(f"select count(*) from {ours}").fetchone() or (0,)
        return Compared(DIFFER, f"{rows} rows, none of them on Spark") if rows else Compared(EQUAL)
    return compared(duck, ours, parquet(folder))


if __name__ == "__main__":
    sys.exit(main())
