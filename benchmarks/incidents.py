"""How long the Incident models take and how much memory, by the number of Incidents.

    .venv/bin/python benchmarks/incidents.py [--scratch DIR] [COUNT ...]

For each count: simulates that many Incidents and lands them (timed), thins the audit log in the lake to ten
rows an Incident, builds `+fct_incidents` without tests in a warehouse of its own, then runs its data tests, and
compares with the least that any engine must do: read the same Parquet files and group them by Incident. Every
count is built several times, and the best of each model counts. What builds of a handful of Incidents take is
the fixed cost: it is taken off the time per row. All is built on one core too: a second one helps only where there
are rows enough to share, and makes the time per row fall with their number. Prints one line of a
Markdown table per count; run from the top of the project.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import duckdb
from measuring import Run, each_at_its_best, run, seconds_by_node

MONTHS = 4
AUDIT_ROWS_PER_INCIDENT = 10
BASE = 400
# Over all builds of a count: the fewer its rows, the more builds it takes to tell them from noise.
ROWS_BUILT = 4_000_000
BUILDS = range(2, 8)
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
    build_seconds: float
    build_bytes: int
    model_seconds: float
    one_core_seconds: float
    test_seconds: float
    floor_seconds: float

    def line(self, base: "Measured") -> str:
        """Show it as a line of the table, less what builds take however small they are."""
        rows = self.audit_rows + self.export_rows
        net = (self.model_seconds - base.model_seconds) * 1e6 / rows
        net_one_core = (self.one_core_seconds - base.one_core_seconds) * 1e6 / rows
        return (
            f"| {self.incidents:,} | {self.audit_rows:,} | {self.landing.seconds:.1f} | {self.build_seconds:.1f}"
            f" | {self.build_bytes / 1e9:.2f} | {self.model_seconds:.1f} | {net:.2f}"
            f" | {self.one_core_seconds:.1f} | {net_one_core:.2f}"
            f" | {self.test_seconds:.1f} | {self.floor_seconds:.2f}"
            f" | {self.model_seconds / self.floor_seconds:.0f} |"
        )


def measure(count: int, scratch: Path) -> Measured:
    """Measure one count."""
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

    def dbt(command: str, *arguments: str) -> tuple[Run, dict[str, float]]:
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
        return ran, {} if command == "parse" else seconds_by_node(target)

    selection = ("--select", "+fct_incidents", "--exclude", "resource_type:unit_test")
    dbt("parse")

    def build() -> tuple[list[Run], float]:
        """Build several times; returns what each took, and the sum of the best of each model."""
        ran, models = [], []
        for _ in range(min(max(ROWS_BUILT // (AUDIT_ROWS_PER_INCIDENT * count), BUILDS[0]), BUILDS[-1])):
            (scratch / "cpm.duckdb").unlink(missing_ok=True)
            one, seconds = dbt("build", *selection, "resource_type:test")
            ran.append(one)
            models.append(seconds)
        return ran, sum(each_at_its_best(models).values())

    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    _, one_core_seconds = build()
    os.sched_setaffinity(0, cores)
    builds, model_seconds = build()
    # Tests that read what is not built here would fail for that alone.
    _, tests = dbt("test", *selection, "--indirect-selection", "cautious")
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
    return Measured(
        incidents=incidents,
        audit_rows=audit_rows,
        export_rows=export_rows,
        landing=landing,
        build_seconds=median(one.seconds for one in builds),
        build_bytes=max(one.peak_bytes for one in builds),
        model_seconds=model_seconds,
        one_core_seconds=one_core_seconds,
        test_seconds=sum(tests.values()),
        floor_seconds=floor,
    )


def measure_aside(count: int, scratch: Path | None) -> Measured:
    """Measure one count in a directory of its own, and remove it."""
    place = Path(tempfile.mkdtemp(prefix="cpm-incidents-", dir=scratch))
    try:
        return measure(count, place)
    finally:
        shutil.rmtree(place)


def main() -> None:
    """Measure the counts of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("counts", nargs="*", type=int, default=[10_000, 100_000, 1_000_000], metavar="COUNT")
    parser.add_argument("--scratch", type=Path, help="where files go meanwhile; default: the system's own place")
    arguments = parser.parse_args()
    base = measure_aside(BASE, arguments.scratch)
    print(
        "| Incidents | audit rows | land s | build s | build GB | models s | net µs a row"
        " | models s, one core | net µs a row, one core | tests s | floor s | models / floor |"
    )
    print("|" + " ---: |" * 12)
    print(base.line(base), flush=True)
    for count in arguments.counts:
        print(measure_aside(count, arguments.scratch).line(base), flush=True)


if __name__ == "__main__":
    main()
