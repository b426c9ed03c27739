"""How long `cpm land` takes over a month of Service Requests, and how much memory.

    .venv/bin/python benchmarks/landing.py [--scratch DIR] [--scale 0.01]

Simulates a month at a scale of the national one (0.01 is ten million Service Requests), writes it as one CSV and
as one Parquet file, and lands each into a lake of its own. In the same run it measures a bare DuckDB `COPY` of the
same file to Parquet, which neither checks nor counts. Prints a Markdown table; run on an idle machine.
"""

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

BIN = Path(sys.executable).parent
MEMORY_LIMIT = "2GB"
TIMED = """
import json, resource, sys, time
from pathlib import Path
from cpm_warehouse.contracts import load_contracts
from cpm_warehouse.receive.judging import judge
from cpm_warehouse.receive.landing import land
from cpm_warehouse.receive.verifying import require_sound
started = time.perf_counter()
(outcome,) = land(Path(sys.argv[1]), Path(sys.argv[2]), load_contracts())
seconds = time.perf_counter() - started
usage = resource.getrusage(resource.RUSAGE_SELF)
started = time.perf_counter()
judge(Path(sys.argv[2]), require_sound(Path(sys.argv[2])))
judged = time.perf_counter() - started
cpu = usage.ru_utime + usage.ru_stime
print(json.dumps([outcome.status, outcome.rows, seconds, cpu, judged, usage.ru_maxrss * 1024]))
"""


def bare_copy(source: Path, target: Path) -> float:
    """Copy a file to Parquet with DuckDB and nothing else; returns seconds."""
    read = "read_csv" if source.suffix == ".csv" else "read_parquet"
    started = time.perf_counter()
    with duckdb.connect(config={"memory_limit": MEMORY_LIMIT}) as connection:
        connection.execute(f"copy (from {read}('{source}')) to '{target}' (format parquet, compression zstd)")
    return time.perf_counter() - started


def write_files(extracts: Path, scratch: Path) -> list[Path]:
    """Write the month's Service Requests as one CSV and one Parquet file, each in a directory of extracts."""
    parts = sorted(str(path) for path in extracts.glob("dsp/service_requests/*/*/*.parquet"))
    files = []
    for suffix, options in (
        ("csv", "format csv, header, timestampformat '%Y-%m-%dT%H:%M:%S.%gZ'"),
        ("parquet", "format parquet, compression zstd"),
    ):
        folder = scratch / suffix / "dsp/service_requests/2021-07/v1"
        folder.mkdir(parents=True)
        files.append(folder / f"requests.{suffix}")
        with duckdb.connect(config={"memory_limit": MEMORY_LIMIT}) as connection:
            connection.execute(f"copy (from read_parquet({parts})) to '{files[-1]}' ({options})")
    return files


def measure(scale: float, scratch: Path) -> None:
    """Measure both forms and print a line for each."""
    extracts = scratch / "extracts"
    command = [BIN / "cpm", "simulate", "--out", extracts, "--truth", scratch / "truth", "--area", "traffic"]
    subprocess.run([*command, "--scale", str(scale), "--months", "1"], check=True, stdout=subprocess.DEVNULL)
    files = write_files(extracts, scratch)
    shutil.rmtree(extracts)
    print("| form | file GB | rows | land s | CPU s | peak GB | judged s | bare COPY s | land / COPY |")
    print("|---|" + " ---: |" * 8)
    for file in files:
        copied = bare_copy(file, scratch / "bare.parquet")
        place = scratch / file.suffix.removeprefix(".")
        ran = subprocess.run(
            [sys.executable, "-c", TIMED, place, scratch / f"lake{file.suffix}"],
            check=True,
            capture_output=True,
            text=True,
        )
        # Great Expectations may write to the same output.
        (found,) = re.findall(r"^\[.*\]$", ran.stdout, flags=re.M)
        status, rows, seconds, cpu_seconds, judged, peak = json.loads(found)
        if status != "landed":
            sys.exit(f"error: {file} was {status}")
        print(
            f"| {file.suffix.removeprefix('.')} | {file.stat().st_size / 1e9:.2f} | {rows:,} | {seconds:.1f}"
            f" | {cpu_seconds:.1f} | {peak / 1e9:.2f} | {judged:.1f} | {copied:.1f}"
            f" | {seconds / copied:.1f} |",
            flush=True,
        )


def main() -> None:
    """Measure at the scale of the command line, aside, and remove what was made."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scratch", type=Path, help="where files go meanwhile; default: the system's own place")
    parser.add_argument("--scale", type=float, default=0.01)
    arguments = parser.parse_args()
    scratch = Path(tempfile.mkdtemp(prefix="cpm-landing-", dir=arguments.scratch))
    try:
        measure(arguments.scale, scratch)
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
