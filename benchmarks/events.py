"""How long the models of Service Requests and Alerts take and how much memory, by the number of events.

    .venv/bin/python benchmarks/events.py [--scratch DIR] [--keep] [SCALE ...]

For each share of the national month of July 2022 (a tenth is 270 million events): simulates it, puts the Parquet
into a lake with its register entries, builds the marts of both areas and the measure results with their data
tests, and makes the cubes once more by each other engine: hand-written DuckDB (the floor: `events_floor.sql`),
Polars, pandas. Cubes must be equal. Percentiles of the sketch are held against exact ones (`events_sketch.sql`).
With the largest share, adds one day's submission and builds again. What the sample's build takes is taken off.
No machine is as fast at all times: all are run in turn, in several rounds, and each is taken at its best.

Writes `benchmarks/results/events.json` and prints its tables (`events_report.py` draws them). Run from the top of
the project, on an idle machine.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from string import Template
from typing import Any

import duckdb
from events_report import CUBES, RESULTS, tables
from measuring import Run, best, each_at_its_best, run, seconds_by_node

from cpm_warehouse.contracts import load_contracts
from cpm_warehouse.duck import connect
from cpm_warehouse.receive.journal import entry_bytes, read_journal, with_checksum
from cpm_warehouse.receive.lakes import lake_files
from cpm_warehouse.receive.repeats import list_repeats
from cpm_warehouse.receive.verifying import REGISTER_ENTRY, Seen, remember
from cpm_warehouse.simulate import PARQUET_OPTIONS, SAMPLE_SCALE

HERE = Path(__file__).parent
BIN = Path(sys.executable).parent
FIRST_MONTH = "2021-07"
NEXT_MONTH = "2021-08"
DAYS_OF_A_MONTH = 31
LEAST_EVENTS_OF_A_VARIANT = 1000
MARTS = (
    "+path:models/marts/service_request",
    "+path:models/marts/alert",
    "+fct_measure_results",
)
ENGINES = ("floor", "polars", "pandas")
EVENTS = ("service_requests", "alerts")
# Few events take little beyond the start of dbt, which moves by as much: built several times in each round.
SMALL_SCALE = 0.01
SMALL_BUILDS = 4
# So does what a day costs.
DAY_BUILDS = 2
# A day of fewer events is simulated as CSV in part, which can only be landed.
LARGE_SCALE = 0.1
# The times of an event, in the order in which they may date it.
TIMES = {
    "service_requests": ("ReceivedAt", "ExecuteAt", "SentToWanAt", "BackFromWanAt", "RespondedAt"),
    "alerts": ("RaisedAt", "GatewayAt", "SentAt"),
}
# Cells with a hash for their names are compared by these.
NAMED = {"cube_service_request_latencies": "int_service_request_latency_buckets"}

Measured = tuple[Run, dict[str, float]]  # what a process took, and the seconds of its parts by name


class Place:
    """A scratch directory, with the lake and the warehouse of one number of events."""

    def __init__(self, scratch: Path, scale: float) -> None:
        self.scratch = scratch
        self.scale = scale
        self.name = f"{scale:g}"
        self.lake = scratch / f"lake-{self.name}"
        self.warehouse = scratch / f"dbt-{self.name}.duckdb"
        self.environment = {**os.environ, "CPM_WAREHOUSE": str(self.warehouse)}

    def log(self, name: str) -> Path:
        """Return the file for the output of a command."""
        return self.scratch / f"{self.name}-{name}.log"

    def simulate(self, scale: float, month: str) -> Path:
        """Simulate a month of traffic, unless a run before kept it."""
        extracts = self.scratch / f"extracts-{scale:g}-{month}"
        if not extracts.exists():
            aside = extracts.with_name(f"{extracts.name}.new")
            command = [str(BIN / "cpm"), "simulate", "--out", str(aside), "--truth", str(self.scratch / "truth")]
            command += ["--area", "traffic", "--scale", str(scale), "--first-month", month, "--months", "1"]
            run(command, self.environment, self.log("simulate"))
            aside.rename(extracts)
        return extracts

    def simulate_day(self) -> Path:
        """Simulate a thirty-first of the next month's events, and move them onto its first day by whole days."""
        month = self.simulate(round(self.scale / DAYS_OF_A_MONTH, 7), NEXT_MONTH)
        day = self.scratch / f"day-{self.name}"
        shutil.copytree(month, day)
        for extract, times in TIMES.items():
            dated_by = f"coalesce({', '.join(times)})"
            days = f"(date_trunc('day', {dated_by}) - date_trunc('month', {dated_by}))"
            moved = ", ".join(f'{time} - {days} as "{time}"' for time in times)
            for file in day.glob(f"*/{extract}/*/*/*.parquet"):
                source = month / file.relative_to(day)
                events = f"select * replace ({moved}) from '{source}' order by {dated_by}"
                duckdb.execute(f"copy ({events}) to '{file}' ({PARQUET_OPTIONS})")
        return day

    def land(self) -> None:
        """Put a month into the lake: the sample lands; more events are linked in the place of the sample's."""
        shutil.rmtree(self.lake, ignore_errors=True)
        extracts = self.simulate(self.scale, FIRST_MONTH)
        sample = landed = self.simulate(SAMPLE_SCALE, FIRST_MONTH)
        if extracts != sample:  # all else is the sample's, so that builds differ by their events alone
            landed = self.scratch / f"others-{self.name}"
            shutil.copytree(sample, landed, ignore=shutil.ignore_patterns(*EVENTS), dirs_exist_ok=True)
        command = [str(BIN / "cpm"), "land", "--extracts", str(landed), "--lake", str(self.lake)]
        run([*command, "--accept-quarantine"], self.environment, self.log("land"))
        if landed != sample:
            self.link(extracts)

    def link(self, extracts: Path) -> int:
        """Link simulated events into the lake, each submission with its register entry; returns their number.

        The journal has them as landing would have written them down, so that a build takes the lake for sound.
        """
        journal = read_journal(self.lake)
        contracts = load_contracts()
        events = 0
        for control in sorted(extracts.glob("*/*/*/*/control.json")):
            provider, extract, period, directory = control.parts[-5:-1]
            if extract not in EVENTS:
                continue
            stated = json.loads(control.read_text())
            number = int(directory.removeprefix("v"))
            target = self.lake / extract / f"provider={provider}" / f"period={period}" / f"version={number}"
            target.mkdir(parents=True)
            for file in stated["files"]:
                os.link(control.parent / file["name"], target / file["name"])
            rows = sum(file["rows"] for file in stated["files"])
            with connect() as connection:
                list_repeats(connection, target, contracts[extract])
            entry = {
                "submission_key": f"{extract}/{provider}/{period}/v{number}",
                **{"extract": extract, "provider": provider, "period": period, "version": number},
                "received_at": stated["received_at"].replace("T", " ").replace("Z", ""),
                "landed_at": datetime.now(UTC).isoformat(),
                **{"is_synthetic": True, "verdict": "accepted"},
                **{"received_rows": rows, "accepted_rows": rows, "quarantined_rows": 0, "warnings": []},
                "files": [
                    {**file, "accepted_rows": file["rows"], "quarantined_rows": 0} for file in stated["files"]
                ],
            }
            entry = with_checksum(entry | {"control_sha256": None, "lake_files": lake_files(target)})
            journal.append("landed", entry=entry)
            (target / REGISTER_ENTRY).write_bytes(entry_bytes(entry))
            events += rows
        journal.end()
        time.sleep(1)  # what changed this very moment is not taken as seen
        remember(self.lake, Seen.read(self.lake))
        return events

    def dbt(self, command: str, *arguments: str) -> Measured:
        """Run dbt; returns what it took, and the seconds of each model, seed and test by name."""
        target = self.scratch / f"target-{self.name}"
        ran = run(
            [
                *(str(BIN / "dbt"), command, *arguments, "--quiet"),
                *("--vars", json.dumps({"lake_root": str(self.lake)})),
                *("--target-path", str(target), "--log-path", str(self.scratch / "logs")),
            ],
            self.environment,
            self.log(f"dbt-{command}"),
        )
        return ran, {} if command == "parse" else seconds_by_node(target)

    def prepare(self) -> None:
        """Put a month into the lake, and let dbt parse the project."""
        self.land()
        self.dbt("parse")

    def build(self) -> Measured:
        """Build the marts of both areas and the results with their data tests, on top of what is built."""
        return self.dbt(
            "build",
            *("--select", *MARTS, "--exclude", "resource_type:unit_test"),
            # Tests that read what is not built here would fail for that alone.
            *("--indirect-selection", "cautious"),
        )

    def build_anew(self) -> Measured:
        """Build from an empty warehouse."""
        self.warehouse.unlink(missing_ok=True)
        return self.build()

    def by(self, engine: str) -> Measured:
        """Make the cubes by another engine; returns what it took, and the seconds of each cube."""
        out = self.scratch / f"{engine}-{self.name}"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        command = [sys.executable, str(HERE / f"events_{engine}.py"), str(self.lake), str(out)]
        ran = run(command, self.environment, self.log(engine))
        return ran, json.loads((out / "seconds.json").read_text())

    def compare(self, engine: str) -> dict[str, int]:
        """Exit where a cube of another engine is not that of dbt, cell by cell; returns the cells of each."""
        cells = {}
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            for cube, (model, _) in CUBES.items():
                named = f"intermediate.{NAMED[model]}" if model in NAMED else f"cubes.{model}"
                query = f"select count(*) from {named}"
                (cells[cube],) = connection.execute(query).fetchone() or (0,)
                if cube.endswith("repeated"):  # a list of rows; what the others subtract shows in their cells
                    continue
                other = f"'{self.scratch}/{engine}-{self.name}/{cube}.parquet'"
                described = connection.execute(f"describe from {other}").fetchall()
                columns = ", ".join(name for name, *_ in described if name != "provider")
                ours = f"select split_part(submission_key, '/', 2) as provider, {columns} from {named}"
                theirs = f"select provider, {columns} from {other}"
                differing = connection.execute(
                    f"select count(*) from (({ours} except all {theirs}) union all ({theirs} except all {ours}))"
                ).fetchone()
                if differing != (0,):
                    sys.exit(f"error: {cube}: {differing} cells of {engine} and dbt differ at scale {self.name}")
        return cells

    def sketch_errors(self) -> list[dict[str, Any]]:
        """Hold percentiles of the sketch against exact ones; a row for each kind of time and percentile."""
        sql = Template((HERE / "events_sketch.sql").read_text())
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            found = connection.execute(sql.substitute(lake=self.lake, least=LEAST_EVENTS_OF_A_VARIANT))
            columns = [name for name, *_ in found.description or ()]
            return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]

    def counted(self) -> dict[str, int]:
        """Count the events of the lake, by extract."""
        return {
            extract: duckdb.sql(
                f"select sum(num_rows) from parquet_file_metadata('{self.lake}/{extract}/*/*/*/*.parquet')"
            ).fetchall()[0][0]
            for extract in EVENTS
        }

    def size(self) -> int:
        """Bytes of the events' Parquet."""
        return sum(path.stat().st_size for extract in EVENTS for path in (self.lake / extract).rglob("*.parquet"))

    def remove(self) -> None:
        """Remove what can be made again from the extracts."""
        for path in self.scratch.glob(f"*-{self.name}*"):
            if path.is_dir() and not path.name.startswith("extracts-"):
                shutil.rmtree(path)
            elif path.is_file() and path.suffix != ".log":
                path.unlink()


def measured_best(several: Sequence[Measured]) -> Measured:
    """Return the best of several runs, as a whole and part by part."""
    runs, parts = zip(*several, strict=True)
    return best(runs), each_at_its_best(parts)


def measure_in_turn(
    base: Place, places: Sequence[Place], engines: Mapping[Place, Sequence[str]], rounds: int
) -> dict[tuple[Place, str], Measured]:
    """Build each number of events and make its cubes by its other engines, in rounds; returns the best of each."""
    several: dict[tuple[Place, str], list[Measured]] = {}
    little = [place for place in (base, *places) if place.scale <= SMALL_SCALE]
    for _ in range(rounds):
        for place in (*little * (SMALL_BUILDS - 1), base, *places):
            several.setdefault((place, "dbt"), []).append(place.build_anew())
        for place in (base, *places):
            for engine in engines[place]:
                several.setdefault((place, engine), []).append(place.by(engine))
    return {of: measured_best(runs) for of, runs in several.items()}


def describe(place: Place, by_engine: Mapping[str, Measured]) -> dict[str, Any]:
    """Say what one number of events took by dbt and by the other engines, whose cubes must be equal."""
    build, nodes = by_engine["dbt"]
    counted = place.counted()
    described: dict[str, Any] = {
        "scale": place.scale,
        "events": sum(counted.values()),
        "events_by_extract": counted,
        "parquet_bytes": place.size(),
        "warehouse_bytes": place.warehouse.stat().st_size,
        "build": asdict(build),
        "nodes": {name: seconds for name, seconds in nodes.items() if not name.startswith(("seed.", "test."))},
        "test_seconds": sum(seconds for name, seconds in nodes.items() if name.startswith("test.")),
        "engines": {},
    }
    for engine in ENGINES:
        if engine in by_engine:
            ran, seconds = by_engine[engine]
            described["cells"] = place.compare(engine)
            described["engines"][engine] = {"run": asdict(ran), "seconds": seconds}
    if "pandas" in by_engine:  # sorting every time needs memory, as pandas does
        described["sketch"] = place.sketch_errors()
    return described


def measure_day(place: Place, rounds: int) -> dict[str, Any]:
    """Measure what one day's submission costs on top of a lake that is built."""
    extracts = place.simulate_day()
    built = place.warehouse.with_suffix(".built")
    place.warehouse.rename(built)
    without, with_day = [], []
    for _ in range(rounds * DAY_BUILDS):
        shutil.copyfile(built, place.warehouse)
        without.append(place.build())
        events = place.link(extracts)
        with_day.append(place.build())
        for linked in place.lake.glob(f"*/*/period={NEXT_MONTH}"):
            shutil.rmtree(linked)
    nothing, nodes_of_nothing = measured_best(without)
    day, nodes = measured_best(with_day)
    return {
        "events": events,
        "nothing_new": asdict(nothing) | {"node_seconds": sum(nodes_of_nothing.values())},
        "day": asdict(day) | {"node_seconds": sum(nodes.values())},
        "cube_seconds": sum(nodes[model] for model, _ in CUBES.values()),
    }


def write(results: dict[str, Any]) -> None:
    """Write what was measured so far."""
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")


def main() -> None:
    """Measure the numbers of events of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scales", nargs="*", type=float, default=[0.001, 0.01, 0.1], metavar="SCALE")
    parser.add_argument("--scratch", type=Path, help="where files go meanwhile; default: the system's own place")
    parser.add_argument(
        "--keep", action="store_true", help="leave the simulated extracts in the scratch directory"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run; default: 3")
    parser.add_argument("--polars-up-to", type=float, default=0.1, metavar="SCALE")
    parser.add_argument(
        "--pandas-up-to",
        type=float,
        default=0.01,
        metavar="SCALE",
        help="it holds every row in memory; default: 0.01",
    )
    arguments = parser.parse_args()
    if arguments.scratch:
        arguments.scratch.mkdir(parents=True, exist_ok=True)
    scratch = (
        arguments.scratch
        if arguments.keep
        else Path(tempfile.mkdtemp(prefix="cpm-events-", dir=arguments.scratch))
    )
    limits = {"floor": float("inf"), "polars": arguments.polars_up_to, "pandas": arguments.pandas_up_to}
    try:
        base, *places = (Place(scratch, scale) for scale in (SAMPLE_SCALE, *sorted(arguments.scales)))
        engines = {place: [name for name in ENGINES if place.scale <= limits[name]] for place in places}
        engines[base] = ["floor"]
        for place in (base, *places):
            place.prepare()
        taken = measure_in_turn(base, places, engines, arguments.rounds)
        described = [
            describe(place, {engine: measured for (of, engine), measured in taken.items() if of is place})
            for place in (base, *places)
        ]
        results: dict[str, Any] = {
            "machine": {
                "cores": os.cpu_count(),
                "system": platform.platform(),
                "python": platform.python_version(),
            },
            "versions": {name: version(name) for name in ("duckdb", "dbt-core", "dbt-duckdb", "polars", "pandas")},
            "measured_at": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "rounds": arguments.rounds,
            "memory_limit": os.environ.get("CPM_MEMORY_LIMIT", "3GB"),
            "base": described[0],
            "measured": described[1:],
        }
        write(results)  # the day takes long, and what came before it need not be lost
        if places[-1].scale >= LARGE_SCALE:
            results["day"] = measure_day(places[-1], arguments.rounds)
            write(results)
        for place in (base, *places):
            place.remove()
        print(tables(results))
    finally:
        if not arguments.keep:
            shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
