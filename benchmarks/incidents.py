"""How long the Incident models take and how much memory, by the number of Incidents.

    .venv/bin/python benchmarks/incidents.py [--scratch DIR] [COUNT ...]

For each count: simulates that many Incidents (not timed), lands them, builds `+fct_incidents` in a warehouse of
its own, and compares with the least that any engine must do: read the same Parquet files and group them by
Incident. Prints one line of a Markdown table per count; run from the top of the project.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cpm_warehouse.simulation import simulate

MONTHS = 4
BIN = Path(sys.executable).parent
FLOOR = """
    select count(*), sum(changes), max(last_change), sum(seconds)
    from (
        select "Incident Number", count(*) as changes, max("Changed At") as last_change
        from read_parquet('{lake}/remedy_incident_audit/*/*/*/*.parquet')
        group by 1
    ) as audited
    full join (
        select
            "Incident Number",
            max(date_diff('second', "Submit Date", "Last Resolved Date")) as seconds
        from read_parquet('{lake}/remedy_incidents/*/*/*/*.parquet')
        group by 1
    ) as exported using ("Incident Number")
"""


@dataclass(frozen=True)
class Run:
    """A command that ran: wall seconds and the most memory that it held, in bytes."""

    seconds: float
    peak_bytes: int


def run(command: list[str], environment: dict[str, str], log: Path) -> Run:
    """Run a command to its end; its output goes to a file. Exits where it fails, with the end of that output."""
    started = time.perf_counter()
    with log.open("w") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        # wait4 gives the usage of this one child, where getrusage gives the most of all that ever ran.
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        tail = "\n".join(log.read_text().splitlines()[-30:])
        sys.exit(f"error: {' '.join(command)} ended with {process.returncode}:\n{tail}")
    return Run(seconds, usage.ru_maxrss * 1024)


def measure(count: int, scratch: Path) -> str:
    """Measure one count; returns its line of the table."""
    extracts, lake, target = scratch / "extracts", scratch / "lake", scratch / "target"
    simulate(
        extracts,
        scratch / "truth",
        incidents_per_month=max(count // MONTHS, 1),
        months=MONTHS,
        areas=("incidents",),
    )
    environment = {**os.environ, "CPM_WAREHOUSE": str(scratch / "cpm.duckdb")}
    landing = run(
        [str(BIN / "cpm"), "land", "--extracts", str(extracts), "--lake", str(lake)],
        environment,
        scratch / "land.log",
    )
    build = run(
        [
            str(BIN / "dbt"),
            "build",
            # Tests that read what is not built here would fail for that alone.
            *("--select", "+fct_incidents", "--indirect-selection", "cautious"),
            *("--vars", json.dumps({"lake_root": str(lake)})),
            *("--target-path", str(target), "--log-path", str(scratch / "logs")),
        ],
        environment,
        scratch / "build.log",
    )
    results = json.loads((target / "run_results.json").read_text())["results"]
    of_kind = {
        kind: sum(result["execution_time"] for result in results if result["unique_id"].startswith(kind))
        for kind in ("model", "test")
    }
    with duckdb.connect(config={"threads": 2}) as connection:
        rows, incidents = connection.execute(
            f'select count(*), count(distinct "Incident Number")'
            f" from read_parquet('{lake}/remedy_incident*/*/*/*/*.parquet', union_by_name = true)"
        ).fetchone() or (0, 0)
        started = time.perf_counter()
        connection.execute(FLOOR.format(lake=lake)).fetchall()
        floor = time.perf_counter() - started
    return (
        f"| {incidents:,} | {rows:,} | {landing.seconds:.1f} | {landing.peak_bytes / 1e9:.2f}"
        f" | {build.seconds:.1f} | {of_kind['model']:.1f} | {of_kind['test']:.1f} | {build.peak_bytes / 1e9:.2f}"
        f" | {of_kind['model'] * 1e6 / rows:.2f} | {floor:.2f} | {of_kind['model'] / floor:.1f} |"
    )


def main() -> None:
    """Measure the counts of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", nargs="*", type=int, default=[10_000, 100_000, 1_000_000], metavar="COUNT")
    parser.add_argument("--scratch", type=Path, help="where files go meanwhile; default: the system's own place")
    arguments = parser.parse_args()
    print(
        "| Incidents | rows | land s | land GB | build s | models s | tests s | build GB | µs a row | floor s"
        " | models / floor |"
    )
    print("|" + " ---: |" * 11, flush=True)
    for count in arguments.counts:
        scratch = Path(tempfile.mkdtemp(prefix="cpm-incidents-", dir=arguments.scratch))
        try:
            print(measure(count, scratch), flush=True)
        finally:
            shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
