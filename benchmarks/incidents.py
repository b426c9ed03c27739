"""How long the Incident models take and how much memory, by the number of Incidents.

    .venv/bin/python benchmarks/incidents.py [--scratch DIR] [COUNT ...]

For each count: simulates that many Incidents and lands them (timed), thins the audit log in the lake to ten
rows an Incident, builds `+fct_incidents` without tests in a warehouse of its own, then runs its data tests, and
compares with the least that any engine must do: read the same Parquet files and group them by Incident. The fixed
cost, what the models take however few the Incidents, is the median of several builds of a handful of them: it is
taken off the time per row. Seconds are those of the clock and, beside them, of the processors, which other work on
the machine moves less. Prints one line of a Markdown table per count; run from the top of the project.
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
from statistics import median

import duckdb

MONTHS = 4
AUDIT_ROWS_PER_INCIDENT = 10
BASE = 400
BASE_RUNS = 5
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
    """A command that ran: seconds by the clock and of the processors, the most memory that it held in bytes."""

    seconds: float
    cpu_seconds: float
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
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def thin(lake: Path, audit_rows: int) -> None:
    """Leave about so many audit rows of the submissions that count, by dropping the log of some Incidents.

    A month that was sent twice keeps its later version only. The register is left as it is: nothing here reads its
    counts.
    """
    files = sorted((lake / "remedy_incident_audit").glob("provider=dcc/*/*/*.parquet"))
    latest = {path.parts[-3]: path for path in files}
    with duckdb.connect(config={"threads": 2}) as connection:
        listed = [str(path) for path in latest.values()]
        (rows,) = connection.execute("select count(*) from read_parquet(?)", [listed]).fetchone() or (0,)
        kept = round(1000 * min(1.0, audit_rows / rows))
        for path in set(files) - set(latest.values()):
            path.unlink()
        for path in latest.values():
            thinned = path.with_suffix(".thinned")
            connection.execute(
                f"""copy (from read_parquet('{path}') where hash("Incident Number") % 1000 < {kept})"""
                f" to '{thinned}' (format parquet, compression zstd)"
            )
            thinned.replace(path)


@dataclass(frozen=True)
class Measured:
    """What one count took: rows that the models read, seconds, bytes."""

    incidents: int
    audit_rows: int
    export_rows: int
    landing: Run
    build: Run
    model_seconds: float
    test_seconds: float
    floor_seconds: float

    def line(self, fixed: "Fixed") -> str:
        """Show it as a line of the table, less what builds take however small they are."""
        rows = self.audit_rows + self.export_rows
        net = (self.model_seconds - fixed.model_seconds) * 1e6 / rows
        net_cpu = (self.build.cpu_seconds - fixed.cpu_seconds) * 1e6 / rows
        return (
            f"| {self.incidents:,} | {self.audit_rows:,} | {self.landing.seconds:.1f} | {self.build.seconds:.1f}"
            f" | {self.build.cpu_seconds:.1f} | {self.build.peak_bytes / 1e9:.2f} | {self.model_seconds:.1f}"
            f" | {net:.2f} | {net_cpu:.2f}"
            f" | {self.test_seconds:.1f} | {self.floor_seconds:.2f}"
            f" | {self.model_seconds / self.floor_seconds:.0f} |"
        )


@dataclass(frozen=True)
class Fixed:
    """What a build takes however few its rows: the models by the clock, the whole process of the processors."""

    model_seconds: float
    cpu_seconds: float


def measure(count: int, scratch: Path, runs: int = 1) -> tuple[Measured, Fixed]:
    """Measure one count; builds so many times, and gives the last and the median of all."""
    extracts, lake, target = scratch / "extracts", scratch / "lake", scratch / "target"
    environment = {**os.environ, "CPM_WAREHOUSE": str(scratch / "cpm.duckdb")}
    # In a process of its own: a child's peak memory is never less than what its parent held when it started.
    run(
        [
            str(BIN / "cpm"),
            "simulate",
            *("--out", str(extracts), "--truth", str(scratch / "truth"), "--area", "incidents"),
            *("--incidents-per-month", str(max(count // MONTHS, 1)), "--months", str(MONTHS)),
        ],
        environment,
        scratch / "simulate.log",
    )
    landing = run(
        [str(BIN / "cpm"), "land", "--extracts", str(extracts), "--lake", str(lake), "--accept-quarantine"],
        environment,
        scratch / "land.log",
    )
    shutil.rmtree(extracts)
    thin(lake, AUDIT_ROWS_PER_INCIDENT * count)

    def dbt(command: str, *arguments: str) -> tuple[Run, float]:
        ran = run(
            [
                str(BIN / "dbt"),
                command,
                *arguments,
                *("--vars", json.dumps({"lake_root": str(lake)})),
                *("--target-path", str(target), "--log-path", str(scratch / "logs")),
            ],
            environment,
            scratch / f"{command}.log",
        )
        if command == "parse":
            return ran, 0
        results = json.loads((target / "run_results.json").read_text())["results"]
        return ran, sum(result["execution_time"] for result in results)

    selection = ("--select", "+fct_incidents", "--exclude", "resource_type:unit_test")
    dbt("parse")
    builds = []
    for _ in range(runs):
        (scratch / "cpm.duckdb").unlink(missing_ok=True)
        builds.append(dbt("build", *selection, "resource_type:test"))
    build, model_seconds = builds[-1]
    fixed = Fixed(
        median(model_seconds for _, model_seconds in builds), median(ran.cpu_seconds for ran, _ in builds)
    )
    # Tests that read what is not built here would fail for that alone.
    _, test_seconds = dbt("test", *selection, "--indirect-selection", "cautious")
    with duckdb.connect(config={"threads": 2}) as connection:
        audit_rows, export_rows = (
            (
                connection.execute(
                    f"select count(*) from read_parquet('{lake}/{name}/*/*/*/*.parquet')"
                ).fetchone()
                or (0,)
            )[0]
            for name in ("remedy_incident_audit", "remedy_incidents")
        )
        started = time.perf_counter()
        incidents = (connection.execute(FLOOR.format(lake=lake)).fetchone() or (0,))[0]
        floor = time.perf_counter() - started
    measured = Measured(incidents, audit_rows, export_rows, landing, build, model_seconds, test_seconds, floor)
    return measured, fixed


def measure_aside(count: int, scratch: Path | None, runs: int = 1) -> tuple[Measured, Fixed]:
    """Measure one count in a directory of its own, and remove it."""
    place = Path(tempfile.mkdtemp(prefix="cpm-incidents-", dir=scratch))
    try:
        return measure(count, place, runs)
    finally:
        shutil.rmtree(place)


def main() -> None:
    """Measure the counts of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", nargs="*", type=int, default=[10_000, 100_000, 1_000_000], metavar="COUNT")
    parser.add_argument("--scratch", type=Path, help="where files go meanwhile; default: the system's own place")
    arguments = parser.parse_args()
    base, fixed = measure_aside(BASE, arguments.scratch, BASE_RUNS)
    print(
        "| Incidents | audit rows | land s | build s | build CPU s | build GB | models s | net µs a row"
        " | net CPU µs a row | tests s | floor s | models / floor |"
    )
    print("|" + " ---: |" * 12)
    print(base.line(fixed), flush=True)
    for count in arguments.counts:
        measured, _ = measure_aside(count, arguments.scratch)
        print(measured.line(fixed), flush=True)


if __name__ == "__main__":
    main()
