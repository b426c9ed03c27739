"""Traces results picked at random to the rows of the lake, counts these again, and holds them against the result.

    .venv/bin/python tests/trials/traced_results.py [--results 200] [--seed 1]

Over what `make build` left: publication, warehouse and lake. Each measure has the same share of the picks, as far
as it has results, so that no measure with many readings takes them all. Exit code 1 if any differs.
"""

import argparse
import random
import sys
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests/python"))

from cpm_warehouse.publish.finding import find_publication  # noqa: E402
from cpm_warehouse.report.trace.answers import Key  # noqa: E402
from cpm_warehouse.report.trace.published import trace_result  # noqa: E402
from cpm_warehouse.report.trace.rows import rows_behind  # noqa: E402
from recounted import differences  # noqa: E402

RESULTS = """
    select measure_id, variant_id, reporting_month, scope_type, scope, aggregation
    from marts.fct_measure_results
    where basis != 'not_reportable' and total_count > 0
    order by all
"""


def picked(published: Path, count: int, seed: int) -> list[Key]:
    """Keys of results, in turn of each measure."""
    with duckdb.connect(str(published), read_only=True) as connection:
        keys = [Key(*row) for row in connection.execute(RESULTS).fetchall()]
    random.Random(seed).shuffle(keys)
    turns = {
        measure: [key for key in keys if key.measure_id == measure] for measure in {k.measure_id for k in keys}
    }
    order = [
        turns[measure][turn]
        for turn in range(len(keys))
        for measure in sorted(turns)
        if turn < len(turns[measure])
    ]
    return order[:count]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    found = find_publication(ROOT / "published/cpm.duckdb")
    started, rows, wrong = time.monotonic(), 0, []
    for key in picked(found.path, asked.results, asked.seed):
        answers = rows_behind(found, ROOT / "warehouse/cpm.duckdb", key)
        rows += len(answers[0].rows)
        said = differences(key, trace_result(found.path, key)[0].records[0], answers)
        if said:
            wrong.append(key)
            print(f"{key}: {'; '.join(said)}", flush=True)
    took = time.monotonic() - started
    print(f"seed {asked.seed}: {asked.results} results traced to {rows:,} rows in {took:.0f} s")
    print(f"{len(wrong)} of them differ from what their rows come to")
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
