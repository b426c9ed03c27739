"""Damages good files of each kind at random, lands each, and builds the lake that has them all; prints a table.

Of a file that landed, each record must be in the lake as it is or kept aside; a refusal must name it.

    python tests/trials/damaged_extracts.py --damages 200 --seed 1
"""

import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings
from setting import BIN, ENVIRONMENT, ROOT, arguments

sys.path.insert(0, str(ROOT / "tests/python"))
from cpm_warehouse.contracts import load_contracts
from cpm_warehouse.receive.landing import land
from damaged_files import PLACE, WRITERS, Damaged, check, damaged, land_one, layouts


def main() -> None:
    asked = arguments(__doc__ or "", damages=200)
    place = asked.place or Path(tempfile.mkdtemp(prefix="cpm-damaged-"))
    os.chdir(ROOT)
    print(f"seed {asked.seed}, in {place}")
    print("| kind | damaged | refused | landed whole | some kept aside | rules |\n|---|---|---|---|---|---|")
    build([file for ending in WRITERS for file in try_kind(ending, asked.damages, asked.seed)], place)


def try_kind(ending: str, damages: int, start: int) -> list[Damaged]:
    """Land damaged files of a kind, each alone; returns them. Raises where one is not taken as it should be."""
    files: list[Damaged] = []
    found: Counter[str] = Counter()

    @seed(start)
    @settings(max_examples=damages, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(damaged(ending))
    def try_out(file: Damaged) -> None:
        with tempfile.TemporaryDirectory() as folder:
            outcome = land_one(file, Path(folder))
            check(file, outcome, Path(folder) / "lake")
        found[outcome.rule_id or ("aside" if outcome.quarantined else "whole")] += 1
        files.append(file)

    try_out()
    whole, aside = found.pop("whole", 0), found.pop("aside", 0)
    refusals = ", ".join(f"{rule} {count}" for rule, count in found.most_common())
    print(f"| {ending} | {len(files)} | {found.total()} | {whole} | {aside} | {refusals} |", flush=True)
    return files


def build(files: list[Damaged], place: Path) -> None:
    """Land all of them in one lake, as versions of a month, and build it."""
    for number, file in enumerate(files, start=1):
        folder = place / "extracts" / PLACE / f"v{number}"
        folder.mkdir(parents=True)
        (folder / f"damaged.{file.ending}").write_bytes(file.content)
    landed = land(place / "extracts", place / "lake", load_contracts(), layouts(place))
    outcomes = Counter(one.status for one in landed)
    print(f"one lake: {dict(outcomes)}", flush=True)
    command = [BIN / "cpm", "build", "--lake", place / "lake", "--warehouse", place / "cpm.duckdb"]
    target = ("--target-path", place / "target", "--log-path", place / "logs")
    done = subprocess.run(
        [*command, "--", "--selector", "data", *target], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True
    )
    print(*done.stdout.splitlines()[-3:], sep="\n")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
