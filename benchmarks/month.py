"""What a month takes from files to what is published, stage by stage, beside a floor by hand and Polars.

    .venv/bin/python benchmarks/month.py [SCALE ...] [--csv] [--accepted] [--rounds 2] [--scratch DIR]

A share of the national month of July 2022 is simulated: 0.001 is 2.7 million events, 0.01 is 27 and 0.1 is 270. It
lands, is judged by Great Expectations, built with every test that data can break, and published; each is a process
of its own, whose seconds by the clock and of the processor, memory and bytes are taken. `--csv` lands the Service
Requests as CSV too, beside a bare COPY. In every simulated file of events some rows are at fault and kept aside,
for which landing writes it anew; `--accepted` sends only what landed, so that no row is at fault. Extracts other
than events are the sample's at every scale. Each round does all in turn, and the best counts. Prints Markdown
tables, with the national month extrapolated from the two largest scales; run on an idle machine.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path

import duckdb
from events import BIN, EVENTS, FIRST_MONTH, HERE, SAMPLE_SCALE, Place
from measuring import Run, best, run

from cpm_warehouse.receive.names import CONTROL_FILE

NATIONAL_SCALE = 1.0
STAGES = ("land", "validate", "build", "publish")
IN_ALL = "from files to what is published"


class Month(Place):
    """A share of the national month in a scratch directory: its lake, warehouse and publications."""

    def land(self) -> None:
        """Make the extracts: the sample's, but for events."""
        self.extracts = self.scratch / f"month-{self.name}"
        if self.extracts.exists():
            return
        sample, events = self.simulate(SAMPLE_SCALE, FIRST_MONTH), self.simulate(self.scale, FIRST_MONTH)
        shutil.copytree(sample, self.extracts, ignore=shutil.ignore_patterns(*EVENTS))
        for folder in (folder for extract in EVENTS for folder in events.glob(f"*/{extract}")):
            shutil.copytree(folder, self.extracts / folder.relative_to(events), copy_function=os.link)

    def send_accepted(self) -> None:
        """Let the files of events be those of the lake: of their rows, none is kept aside."""
        for landed in (folder for extract in EVENTS for folder in self.lake.glob(f"{extract}/*/*/*")):
            provider, period, version = (part.partition("=")[2] for part in landed.parts[-3:])
            sent = self.extracts / provider / landed.parts[-4] / period / f"v{version}"
            if not sent.exists():  # the lake's own partition without rows
                continue
            control = json.loads((sent / CONTROL_FILE).read_text())
            for file in sent.iterdir():
                file.unlink()
            for file in landed.glob("*.parquet"):
                os.link(file, sent / file.name)
            known = {name: control[name] for name in ("received_at", "synthetic")}
            (sent / CONTROL_FILE).write_text(json.dumps(known))

    def cpm(self, command: str, *arguments: object) -> Run:
        """Run a command of cpm."""
        return run([str(BIN / "cpm"), command, *map(str, arguments)], self.environment, self.log(command))

    def through(self) -> dict[str, Run]:
        """Take the month from files to what is published; returns what each stage took."""
        published = self.scratch / f"published-{self.name}"
        for place in (self.lake, published):
            shutil.rmtree(place, ignore_errors=True)
        self.warehouse.unlink(missing_ok=True)
        lake = ("--lake", self.lake)
        found = {"land": self.cpm("land", *lake, "--extracts", self.extracts, "--accept-quarantine")}
        found["validate"] = self.cpm("validate", *lake)
        found["build"] = self.dbt("build", "--selector", "data")[0]
        found["publish"] = self.cpm("publish", "--warehouse", self.warehouse, "--published", published)
        return found

    def otherwise(self) -> dict[str, Run]:
        """Do by hand and by Polars what stages do to events; returns what each took."""
        found = {}
        for name, script, arguments in (
            ("floor: land", "month_floor.py", (self.extracts,)),
            ("floor: cubes", "events_floor.py", (self.lake,)),
            ("polars", "month_polars.py", (self.extracts, self.lake)),
        ):
            out = self.scratch / f"{name.replace(': ', '-')}-{self.name}"
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            command = [sys.executable, str(HERE / script), *map(str, arguments), str(out)]
            found[name] = run(command, self.environment, self.log(name.replace(": ", "-")))
        return found


def as_csv(month: Month) -> tuple[Run, Run]:
    """Land the Service Requests of a month as one CSV; returns what that took, and a bare COPY to Parquet."""
    place = month.scratch / f"csv-{month.name}"
    shutil.rmtree(place, ignore_errors=True)
    file = place / f"extracts/dsp/service_requests/{FIRST_MONTH}/v1/requests.csv"
    file.parent.mkdir(parents=True)
    parts = f"'{month.extracts}/dsp/service_requests/*/*/*.parquet'"
    options = "format csv, header, timestampformat '%Y-%m-%dT%H:%M:%S.%gZ'"
    with duckdb.connect() as connection:
        connection.execute(f"copy (from read_parquet({parts}, hive_partitioning = false)) to '{file}' ({options})")
    command = [str(BIN / "cpm"), "land", "--extracts", str(place / "extracts"), "--lake", str(place / "lake")]
    landed = run([*command, "--accept-quarantine"], month.environment, month.log("land-csv"))
    copied = f"import duckdb; duckdb.sql(\"copy (from read_csv('{file}')) to '{place}/bare.parquet'\")"
    return landed, run([sys.executable, "-c", copied], month.environment, month.log("copy-csv"))


def together(runs: Mapping[str, Run]) -> Run:
    """Return what all stages of ours took, one after the other."""
    seconds, cpu_seconds, peaks, read, written = zip(*(astuple(runs[name]) for name in STAGES), strict=True)
    return Run(sum(seconds), sum(cpu_seconds), max(peaks), sum(read), sum(written))


def table(title: str, runs: Mapping[str, Run], events: int) -> list[str]:
    """Show what each stage took."""
    lines = [f"| {title} | s | CPU s | peak GB | read GB | written GB | µs an event |", "|---|" + " ---: |" * 6]
    for name, one in runs.items():
        lines.append(
            f"| {name} | {one.seconds:.1f} | {one.cpu_seconds:.1f} | {one.peak_bytes / 1e9:.2f}"
            f" | {one.read_bytes / 1e9:.2f} | {one.written_bytes / 1e9:.2f} | {one.seconds * 1e6 / events:.2f} |"
        )
    return lines


def measure(scales: Sequence[float], scratch: Path, *, rounds: int, csv: bool, accepted: bool) -> None:
    """Measure each share in turn, in rounds, and print what was best."""
    months = [Month(scratch, scale) for scale in scales]
    several: dict[tuple[Month, str], list[Run]] = {}
    for month in months:
        month.land()
    months[0].through()  # dbt parses the project
    for month in months if accepted else ():
        month.through()
        month.send_accepted()
    for _ in range(rounds):
        for month in months:
            found = {**month.through(), **month.otherwise()}
            if csv:
                found["land as CSV"], found["bare COPY of CSV"] = as_csv(month)
            for name, one in found.items():
                several.setdefault((month, name), []).append(one)
    stages: list[tuple[int, dict[str, Run]]] = []
    for month in months:
        events = sum(month.counted().values())
        taken = {name: best(runs) for (of, name), runs in several.items() if of is month}
        taken[IN_ALL] = together(taken)
        stages.append((events, taken))
        print("\n".join(table(f"{events:,} events", taken, events)), flush=True)
        print()
    if len(stages) > 1:
        (fewer, before), (more, after) = stages[-2:]
        national = more / months[-1].scale * NATIONAL_SCALE
        print("| extrapolated, not measured: the national month | s |\n|---| ---: |")
        for name in (*STAGES, IN_ALL):
            slope = (after[name].seconds - before[name].seconds) / (more - fewer)
            print(f"| {name} | {after[name].seconds + slope * (national - more):,.0f} |")


def main() -> None:
    """Measure the shares of the command line, aside, and remove what was made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scales", type=float, nargs="*", default=[0.001, 0.01])
    parser.add_argument("--csv", action="store_true")
    parser.add_argument("--accepted", action="store_true")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--scratch", type=Path, help="where files go meanwhile; default: the system's own place")
    arguments = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="cpm-month-", dir=arguments.scratch))
    try:
        measure(
            sorted(arguments.scales),
            scratch,
            rounds=arguments.rounds,
            csv=arguments.csv,
            accepted=arguments.accepted,
        )
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
