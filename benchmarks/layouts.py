"""What a layout costs: `cpm land` of a month of Service Requests through one, and of the same rows without.

    .venv/bin/python benchmarks/layouts.py [--scratch DIR] [--scale 0.01] [--rounds 3]

Simulates a month at a scale of the national one (0.01 is ten million Service Requests) and writes it as two CSV:
as the contract has it, and with semicolons, other names of columns and instants in British local time. Both are
landed in turn, in rounds, each into a lake of its own and in a process of its own; the best of each counts, as
the machine's speed moves within minutes. Checks that both lakes hold the same rows. Prints a Markdown table; run
on an idle machine.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import yaml
from landing import BIN, MEMORY_LIMIT

FORMAT = "%d/%m/%Y %H:%M:%S.%f"
LOCAL = "strftime(timezone('Europe/London', timezone('UTC', \"{0}\")), '%d/%m/%Y %H:%M:%S.%g')"
SUBMISSION = "dsp/service_requests/2021-07/v1"
LANDED = """
import json, resource, sys, time
from pathlib import Path
from cpm_warehouse.contracts import load_contracts
from cpm_warehouse.layouts.loading import load_layouts
from cpm_warehouse.receive.landing import land
contracts = load_contracts()
started, worked = time.perf_counter(), time.process_time()
(outcome,) = land(Path(sys.argv[1]), Path(sys.argv[2]), contracts, load_layouts(Path(sys.argv[3]), contracts))
found = [time.perf_counter() - started, time.process_time() - worked]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps([outcome.status, outcome.rows, outcome.quarantined, *found, peak]))
"""


def renamed(name: str) -> str:
    """What the second form calls a column."""
    return f"{name} as exported"


def write_files(requests: Path, scratch: Path) -> None:
    """Write the month's Service Requests in both forms, and the layout of the second."""
    parts = sorted(str(path) for path in requests.glob("dsp/service_requests/*/*/*.parquet"))
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute("set TimeZone = 'UTC'")
        columns = connection.execute(f"describe from read_parquet({parts})").fetchall()
        local = [
            (LOCAL if kind == "TIMESTAMP" else '"{0}"').format(name) + f' as "{renamed(name)}"'
            for name, kind, *_ in columns
        ]
        for form, select, options in (
            ("contract", "*", "timestampformat '%Y-%m-%dT%H:%M:%S.%gZ'"),
            ("layout", ", ".join(local), "delimiter ';'"),
        ):
            folder = scratch / form / SUBMISSION
            folder.mkdir(parents=True)
            target = folder / "requests.csv"
            rows = f"select {select} from read_parquet({parts})"
            connection.execute(f"copy ({rows}) to '{target}' (format csv, {options})")
    said = {
        "name": "local_time",
        "text": {"delimiter": ";"},
        "instants": {"formats": [FORMAT], "zone": "Europe/London"},
        "columns": [{"name": name, "in_file": [renamed(name)]} for name, *_ in columns],
    }
    place = scratch / "layouts/dsp/service_requests.yml"
    place.parent.mkdir(parents=True)
    place.write_text(yaml.safe_dump({"provider": "dsp", "extract": "service_requests", "layouts": [said]}))
    (scratch / "no_layouts").mkdir()


def land(form: str, scratch: Path) -> list[float]:
    """Land one form into a new lake; returns rows, quarantined rows, seconds, processor seconds and peak bytes."""
    lake = scratch / f"lake_{form}"
    shutil.rmtree(lake, ignore_errors=True)
    layouts = scratch / ("layouts" if form == "layout" else "no_layouts")
    ran = subprocess.run(
        [sys.executable, "-c", LANDED, scratch / form, lake, layouts], check=True, capture_output=True, text=True
    )
    # Great Expectations may write to the same output.
    (found,) = re.findall(r"^\[.*\]$", ran.stdout, flags=re.M)
    status, *measured = json.loads(found)
    if status != "landed":
        sys.exit(f"error: {form} was {status}")
    return measured


def check_same(scratch: Path) -> None:
    """End where the lakes do not hold the same rows."""
    sums = [
        duckdb.execute(
            "select count(*), bit_xor(hash(requests)) from"
            f" read_parquet('{scratch}/lake_{form}/service_requests/provider=dsp/*/*/*.parquet',"
            " hive_partitioning = false) as requests"
        ).fetchone()
        for form in ("contract", "layout")
    ]
    if sums[0] != sums[1]:
        sys.exit(f"error: the lakes differ: {sums}")


def measure(scale: float, rounds: int, scratch: Path) -> None:
    """Measure both forms in turn and print a line for each."""
    requests = scratch / "simulated"
    command = [BIN / "cpm", "simulate", "--out", requests, "--truth", scratch / "truth", "--area", "traffic"]
    subprocess.run([*command, "--scale", str(scale), "--months", "1"], check=True, stdout=subprocess.DEVNULL)
    write_files(requests, scratch)
    shutil.rmtree(requests)
    runs: dict[str, list[list[float]]] = {"contract": [], "layout": []}
    for _ in range(rounds):
        for form, found in runs.items():
            found.append(land(form, scratch))
    check_same(scratch)
    print("| form | file GB | rows | quarantined | land s | CPU s | peak GB | land / without | CPU / without |")
    print("|---|" + " ---: |" * 8)
    best = {form: [min(column) for column in zip(*found, strict=True)] for form, found in runs.items()}
    for form, (rows, quarantined, seconds, worked, peak) in best.items():
        size = (scratch / form / SUBMISSION / "requests.csv").stat().st_size
        print(
            f"| {form} | {size / 1e9:.2f} | {rows:,} | {quarantined:,} | {seconds:.1f} | {worked:.1f}"
            f" | {peak / 1e9:.2f} | {seconds / best['contract'][2]:.2f} | {worked / best['contract'][3]:.2f} |",
            flush=True,
        )


def main() -> None:
    """Measure at the scale of the command line, aside, and remove what was made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scratch", type=Path, help="where files go meanwhile; default: the system's own place")
    parser.add_argument("--scale", type=float, default=0.01)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="cpm-layouts-", dir=arguments.scratch))
    try:
        measure(arguments.scale, arguments.rounds, scratch)
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
