"""A small place to try damage and kills in: extracts of one month, a correction, and the project's commands."""

import argparse
import contextlib
import csv
import hashlib
import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpm_warehouse.cli import main

sys.path.append(str(Path(__file__).parents[1] / "python"))
from tool_files import FILES, MONTH

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "CPM_PSEUDONYM_SALT": "trials " * 6}
# What takes long to import, imported once.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["great_expectations", "cpm_warehouse.cli"])
BIN = Path(sys.executable).parent
SAMPLE = ROOT / "extracts/sample"
TAKEN = (
    "dcc/remedy_incidents/2021-09/v1",
    "dcc/remedy_incident_audit/2021-09/v1",
    "dcc/pmr_deliveries/*/v1",
    "smki/smki_requests/2021-09/v1",
)
DATA = ("--selector", "data")
CORRECTED = "dcc/remedy_incidents/2021-09"


@dataclass(frozen=True)
class Setting:
    """A place of its own; every command runs in the project, as `make build` runs it."""

    place: Path

    @property
    def extracts(self) -> Path:
        return self.place / "extracts"

    @property
    def lake(self) -> Path:
        return self.place / "lake"

    @property
    def published(self) -> Path:
        return self.place / "published"

    @property
    def final(self) -> Path:
        return self.published / "cpm.duckdb"

    def warehouse(self, state: str = "") -> Path:
        return self.place / f"warehouse{state}/cpm.duckdb"

    def target(self, state: str = "") -> Path:
        return self.place / f"target{state}"

    def land(self, *more: str) -> list[str]:
        places = ("--extracts", str(self.extracts), "--lake", str(self.lake))
        return [str(BIN / "cpm"), "land", *places, "--accept-quarantine", *more]

    def build(self, state: str = "", *more: str) -> list[str]:
        self.warehouse(state).parent.mkdir(exist_ok=True)
        mine = ("--warehouse", str(self.warehouse(state)), "--", *([] if "--select" in more else DATA))
        where = ("--target-path", str(self.target(state)), "--log-path", str(self.place / "logs"))
        return [str(BIN / "cpm"), "build", "--lake", str(self.lake), *mine, *where, *more]

    def publish(self, state: str = "") -> list[str]:
        places = ("--warehouse", str(self.warehouse(state)), "--published", str(self.published))
        return [str(BIN / "cpm"), "publish", *places]

    def verify(self) -> list[str]:
        return [str(BIN / "cpm"), "verify", "--lake", str(self.lake), "--published", str(self.published)]

    def start(self, command: list[str]) -> "Running":
        """Start a command in a process group of its own; all but builds from a server that has the imports."""
        out = self.place / f"said-{time.monotonic_ns()}"
        if command[1] == "build":
            with out.open("w") as file:
                return Running(
                    subprocess.Popen(
                        command, cwd=ROOT, env=ENVIRONMENT, stdout=file, stderr=file, start_new_session=True
                    ),
                    out,
                )
        process = CONTEXT.Process(target=_command, args=(command[1:], out))
        process.start()
        return Running(process, out)

    def run(self, command: list[str]) -> tuple[int, str]:
        """Run a command to its end; returns its exit code and what it said."""
        running = self.start(command)
        code = running.wait(None)
        assert code is not None
        return code, running.said()

    def must(self, command: list[str]) -> None:
        code, said = self.run(command)
        if code:
            sys.exit(f"{' '.join(command)}\n{said[-5000:]}")

    def take_extracts(self) -> None:
        """Copy a month of the sample."""
        for pattern in TAKEN:
            for found in sorted(SAMPLE.glob(pattern)):
                shutil.copytree(found, self.extracts / found.relative_to(SAMPLE))

    def take_tool_files(self) -> None:
        """Write the six files of the guide as their tools do, beside the layouts by which they are read."""
        for extract, write in FILES.items():
            folder = self.extracts / extract / MONTH
            folder.mkdir(parents=True)
            write(folder)
        shutil.copytree(ROOT / "docs/guides/layouts", self.extracts / "_layouts")

    def correct(self, version: int = 2, left_out: int = 40) -> None:
        """Send a correction: the same Incidents but for the first ones."""
        first, folder = (self.extracts / CORRECTED / f"v{number}" for number in (1, version))
        folder.mkdir()
        (sent,) = first.glob("*.csv")
        with sent.open(newline="") as source, (folder / sent.name).open("w", newline="") as target:
            header, *rows = csv.reader(source)
            csv.writer(target).writerows([header, *rows[left_out:]])
        content = (folder / sent.name).read_bytes()
        file = {"name": sent.name, "rows": len(rows) - left_out, "sha256": hashlib.sha256(content).hexdigest()}
        control = {"received_at": f"2021-10-{5 + version:02d}T10:00:00Z", "synthetic": True, "files": [file]}
        (folder / "control.json").write_text(json.dumps(control))

    def prepare(self) -> None:
        """Land, build and publish a month; then its correction: two warehouses, A and B, and two publications."""
        self.take_extracts()
        for state in "AB":
            if state == "B":
                shutil.copytree(self.warehouse("A").parent, self.warehouse("B").parent)
                shutil.copytree(self.target("A"), self.target("B"))
                self.correct()
            self.must(self.land())
            self.must(self.build(state))
            self.must(self.publish(state))


@dataclass
class Running:
    """A command at work."""

    process: Any
    out: Path

    def wait(self, seconds: float | None) -> int | None:
        """Wait for its end, for so long at most; returns its exit code, None where it is at work still."""
        if isinstance(self.process, subprocess.Popen):
            try:
                return self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                return None
        self.process.join(seconds)
        return self.process.exitcode

    def kill(self) -> None:
        """End it with all that it started; it may just have ended, or be about to open its own group."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.kill()
        self.wait(None)

    def said(self) -> str:
        """What it printed."""
        said = self.out.read_text(errors="replace") if self.out.exists() else ""
        self.out.unlink(missing_ok=True)
        return said


def _command(arguments: list[str], out: Path) -> None:
    os.setsid()
    os.chdir(ROOT)
    file = os.open(out, os.O_WRONLY | os.O_CREAT, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    main(arguments, prog_name="cpm")


def arguments(description: str, **counts: int) -> argparse.Namespace:
    """Seed, place and counts of a campaign."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--place", type=Path, help="an empty folder for the trials; by default a temporary one")
    for name, count in counts.items():
        parser.add_argument(f"--{name}", type=int, default=count)
    parser.add_argument("--select", default="", help="models that the killed builds are of; by default all")
    return parser.parse_args()
