"""Runs a command and says what it took."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    """A command that ran: wall and processor seconds, the most memory that it held, what it read and wrote.

    Bytes are those of the calls for reading and writing, whether a disk or the cache of the system served them.
    """

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    read_bytes: int
    written_bytes: int


def run(command: Sequence[str], environment: Mapping[str, str], log: Path) -> Run:
    """Run a command to its end; its output goes to a file. Exits where it fails, with the end of that output."""
    started = time.perf_counter()
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)
        # What it read is known until it is waited for; what it used, from then on.
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        seconds = time.perf_counter() - started
        counters = dict(line.split(b": ") for line in Path(f"/proc/{process.pid}/io").read_bytes().splitlines())
        # wait4 gives the usage of this one child, where getrusage gives the most of all that ever ran.
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        tail = "\n".join(log.read_text(encoding="utf-8").splitlines()[-30:])
        sys.exit(f"error: {' '.join(command)} ended with {process.returncode}:\n{tail}")
    return Run(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_bytes=usage.ru_maxrss * 1024,
        read_bytes=int(counters[b"rchar"]),
        written_bytes=int(counters[b"wchar"]),
    )


def seconds_by_node(target: Path) -> dict[str, float]:
    """Return the seconds of each node of dbt's last run; models by their name, others by their whole id."""
    results = json.loads((target / "run_results.json").read_text())["results"]
    return {one["unique_id"].removeprefix("model.cpm_warehouse."): one["execution_time"] for one in results}


def best(runs: Iterable[Run]) -> Run:
    """Return of several runs of one command the least of the times and the most of the bytes."""
    seconds, cpu_seconds, *several_bytes = zip(*map(astuple, runs), strict=True)
    return Run(min(seconds), min(cpu_seconds), *map(max, several_bytes))


def each_at_its_best(several: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """Return the least of the seconds of each part that several runs consist of, by name."""
    parts = list(several)
    return {name: min(part[name] for part in parts) for name in parts[0]}
