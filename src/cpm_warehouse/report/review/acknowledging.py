"""Acknowledges the closed months that a change moves, in a place of its own, so that it can be built and reviewed.

    python -m cpm_warehouse.report.review.acknowledging LIST STATE

`.ci/review` runs it in the place of a change whose build did not pass. Where what failed is the test of closed
months and nothing else, it writes the rows that would be needed into the seed there, and by measure and month into
LIST, for the page; STATE gets what dbt goes on from. Exit code 1 where something else failed.
"""

import csv
import json
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

TEST = "assert_closed_months_do_not_move"
SEED = Path("seeds/decisions/acknowledged_restatements.csv")
REASON = "Not acknowledged yet: written for the review of the change"
PASSED = ("success", "pass", "warn", "skipped")


def moved_months(results: dict[str, Any], warehouse: Path) -> list[dict[str, Any]] | None:
    """Return the closed months that moved, by measure; None where something else than that test failed.

    `results` is what dbt wrote of the build, run_results.json.
    """
    failed = [one for one in results["results"] if one["status"] not in PASSED]
    if [one["unique_id"].split(".")[2] for one in failed] != [TEST]:
        return None
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        found = connection.execute(
            "select measure_id, reporting_month, count(*) as results"
            f" from ({failed[0]['compiled_code']}) group by all order by all"
        ).fetchall()
    return [
        {"measure_id": measure, "reporting_month": f"{month}", "results": count} for measure, month, count in found
    ]


def acknowledge(months: list[dict[str, Any]], seed: Path) -> None:
    """Add a row for each measure and month to the seed."""
    text = seed.read_text(encoding="utf-8")
    with seed.open("a", encoding="utf-8", newline="") as file:
        if not text.endswith("\n"):
            file.write("\n")
        csv.writer(file, lineterminator="\n").writerows(
            [one["measure_id"], one["reporting_month"], one["reporting_month"], date.today(), REASON]
            for one in months
        )


def main() -> None:
    """Acknowledge what moved in the current folder, or end with 1."""
    listed, state = map(Path, sys.argv[1:])
    try:
        results = json.loads(Path("target/run_results.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        sys.exit(1)
    months = moved_months(results, Path("warehouse/cpm.duckdb"))
    if months is None:
        sys.exit(1)
    acknowledge(months, SEED)
    listed.write_text(json.dumps(months, indent=1), encoding="utf-8")
    state.mkdir()
    for name in ("manifest.json", "run_results.json"):
        shutil.copy(Path("target") / name, state)


if __name__ == "__main__":
    main()
