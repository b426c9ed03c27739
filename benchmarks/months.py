"""What a month more takes on few months and on many, and what small changes take.

    .venv/bin/python benchmarks/months.py [MONTHS ...] [--scale 0.0005] [--rounds 2] [--scratch DIR]

Months of every extract are simulated. So many of them as are named, by default 1, 12 and 36, land and are built;
then the month after them does, which is the same for all. With the most months, what else a user waits for: a
build that finds nothing new, a thirty-first of a month more, a corrected file, a rule of an event and one of
Incidents changed, publishing, a question to what is published, and what dbt takes to start. Each is a command in a
process of its own, in a copy of the project, at its best of the rounds. Prints Markdown tables; run on an idle
machine.
"""

import argparse
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import duckdb
from events import BIN, DAYS_OF_A_MONTH, EVENTS, FIRST_MONTH, NEXT_MONTH
from measuring import Run, best, run

ROOT = Path(__file__).parents[1]
STAGES = ("land", "build")
CORRECTED = Path(f"dsp/service_requests/{FIRST_MONTH}")
# The file, and what in it is replaced by what. By the first, cubes scan every event of their kind anew.
RULES = {
    "a rule of Service Requests": (
        "macros/events/service_requests_timed.sql",
        "when responded_at < clock_started_at then 0",
        "when responded_at <= clock_started_at then 0",
    ),
    "a target of Incidents": (
        "seeds/reference/incident/incident_target_times.csv",
        "1,initial_response,elapsed,10,minutes",
        "1,initial_response,elapsed,11,minutes",
    ),
}


class Months:
    """A number of months and the one after them, in a scratch directory."""

    def __init__(self, scratch: Path, count: int) -> None:
        self.scratch, self.count = scratch, count
        self.project = scratch / "project"
        self.extracts, self.lake = scratch / f"extracts-{count}", scratch / f"lake-{count}"
        self.environment = {
            **os.environ,
            "CPM_EXTRACTS": str(self.extracts),
            "CPM_LAKE": str(self.lake),
            "CPM_WAREHOUSE": str(scratch / f"warehouse-{count}.duckdb"),
            "CPM_PUBLISHED": str(scratch / f"published-{count}"),
        }

    def cpm(self, command: str, *arguments: str) -> Run:
        """Run a command of cpm over these months."""
        log = self.scratch / f"{self.count}-{command}.log"
        return run([str(BIN / "cpm"), "--project", str(self.project), command, *arguments], self.environment, log)

    def take(self, everything: Path, periods: Sequence[str]) -> None:
        """Link submissions of some months."""
        for folder in (folder for period in periods for folder in everything.glob(f"*/*/{period}")):
            shutil.copytree(folder, self.extracts / folder.relative_to(everything), copy_function=os.link)

    def correct(self) -> None:
        """Send the newest Service Requests once more, as their second version."""
        first, second = (self.extracts / CORRECTED / version for version in ("v1", "v2"))
        shutil.copytree(first, second, copy_function=os.link)
        control = json.loads((first / "control.json").read_text())
        (second / "control.json").unlink()
        (second / "control.json").write_text(json.dumps(control | {"received_at": f"{NEXT_MONTH}-28T09:00:00Z"}))

    def through(self) -> dict[str, Run]:
        """Land what is new, and build."""
        return {
            "land": self.cpm("land", "--accept-quarantine"),
            "build": self.cpm("build", "--", "--selector", "data"),
        }


def before(month: str, count: int) -> list[str]:
    """Return a month and those before it, the oldest first."""
    year, number = map(int, month.split("-"))
    last = year * 12 + number - 1
    return [f"{one // 12}-{one % 12 + 1:02}" for one in range(last - count, last + 1)]


def simulate(scratch: Path, out: Path, scale: float, months: Sequence[str], *areas: str) -> None:
    """Simulate months of every extract, or of some areas."""
    command = [str(BIN / "cpm"), "simulate", "--out", str(out), "--truth", str(scratch / "truth")]
    command += ["--scale", str(scale), "--first-month", months[0], "--months", str(len(months))]
    run([*command, *(part for area in areas for part in ("--area", area))], os.environ, scratch / "simulate.log")


def copy_project(project: Path) -> None:
    """Copy what git knows of."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        if not name.startswith(("extracts/sample/", "tests/python/")):
            (project / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, project / name, follow_symlinks=False)


def measured(months: Months, everything: Path, a_day: Path, *, is_last: bool) -> dict[str, dict[str, Run]]:
    """Land and build some months, and then what comes on top; returns what each took, by stage."""
    for made in (months.extracts, months.lake):
        shutil.rmtree(made, ignore_errors=True)
    Path(months.environment["CPM_WAREHOUSE"]).unlink(missing_ok=True)
    periods = before(FIRST_MONTH, months.count)
    months.take(everything, periods[:-1])
    found = {"all of them": months.through(), "nothing new": months.through()}
    months.take(everything, periods[-1:])
    found["a month more"] = months.through()
    if not is_last:
        return found
    months.take(a_day, [NEXT_MONTH])
    found["a thirty-first of a month more"] = months.through()
    months.correct()
    found["a corrected file"] = months.through()
    found["publishing"] = {"publish": months.cpm("publish")}
    found["a question"] = {"ask": months.cpm("ask", str(ROOT / "analyses/restatements.sql"))}
    found["dbt's start, with one seed"] = {"build": months.cpm("build", "--", "--select", "service_request_modes")}
    for name, (path, old, new) in RULES.items():
        place = months.project / path
        text = place.read_text()
        place.write_text(text.replace(old, new))
        found[name] = {"build": months.cpm("build", "--", "--selector", "data")}
        place.write_text(text)
    return found


def measure(counts: Sequence[int], scale: float, rounds: int, scratch: Path) -> None:
    """Measure every number of months in turn, in rounds, and print what was best."""
    copy_project(scratch / "project")
    everything, a_day = scratch / "everything", scratch / "a-day"
    simulate(scratch, everything, scale, before(FIRST_MONTH, counts[-1]))
    simulate(scratch, a_day, scale / DAYS_OF_A_MONTH, [NEXT_MONTH], "traffic")
    several: dict[tuple[int, str, str], list[Run]] = {}
    for _ in range(rounds):
        for count in counts:
            for what, stages in measured(
                Months(scratch, count), everything, a_day, is_last=count == counts[-1]
            ).items():
                for stage, ran in stages.items():
                    several.setdefault((count, what, stage), []).append(ran)
    files = [str(path) for extract in EVENTS for path in everything.glob(f"*/{extract}/{FIRST_MONTH}/*/*.parquet")]
    ((events,),) = duckdb.execute("select sum(num_rows) from parquet_file_metadata($1)", [files]).fetchall()
    print(f"{events:,} events in the month that comes last\n")
    print("| months before | what | stage | s | CPU s | peak GB | read GB |\n|---:|---|---|" + " ---: |" * 4)
    at_best = {of: best(runs) for of, runs in several.items()}
    for (count, what, stage), one in at_best.items():
        print(
            f"| {count} | {what} | {stage} | {one.seconds:.1f} | {one.cpu_seconds:.1f}"
            f" | {one.peak_bytes / 1e9:.2f} | {one.read_bytes / 1e9:.2f} |"
        )
    print("\n| months before | a month more, beyond what nothing new takes: s | CPU s |\n|---:|" + " ---: |" * 2)
    for count in counts:
        more = [at_best[count, "a month more", stage] for stage in STAGES]
        nothing = [at_best[count, "nothing new", stage] for stage in STAGES]
        seconds = sum(one.seconds for one in more) - sum(one.seconds for one in nothing)
        cpu_seconds = sum(one.cpu_seconds for one in more) - sum(one.cpu_seconds for one in nothing)
        print(f"| {count} | {seconds:.1f} | {cpu_seconds:.1f} |")


def main() -> None:
    """Measure what the command line names, aside, and remove what was made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("months", type=int, nargs="*", default=[1, 12, 36])
    parser.add_argument("--scale", type=float, default=0.0005)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--scratch", type=Path, help="where files go meanwhile; default: the system's own place")
    arguments = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="cpm-months-", dir=arguments.scratch))
    try:
        measure(sorted(arguments.months), arguments.scale, arguments.rounds, scratch)
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
