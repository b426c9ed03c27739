"""Lands the sample in three steps, and builds on Spark and on DuckDB after each: only what is new is read.

    make java .venv/.spark
    .venv/bin/python tests/trials/on_spark.py

First all but October and what corrects a submission; then the corrections, by which results of a month are
restated; then October. A cube on Spark has a partition for each submission: only those of what is new may be
written anew. Takes some minutes; exit code 1 where another partition was written, or a row of a table differs.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
LATE = "2021-10"
WHAT = ("--select", "+fct_measure_results", "+rpt_restatements", "--exclude-resource-type", "test", "unit_test")


def main() -> int:
    """Take the three steps; return the exit code."""
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        wrong = 0
        for step, is_in in {
            "all but October and corrections": lambda one: one.parent.name != LATE and one.name == "v1",
            "corrections": lambda one: one.parent.name != LATE,
            "October": lambda one: True,
        }.items():
            added = send(place / "extracts", is_in)
            before = partitions(place / "spark")
            build(place)
            after = partitions(place / "spark")
            written = {name for name, at in after.items() if before.get(name) != at}
            scanned = {name.partition("=")[2].replace("%2F", "/") for name in written}
            others = scanned - added
            print(f"{step}: {len(added)} submissions added, {len(written)} partitions of {len(after)} written")
            wrong += bool(others) + compare(place)
            for name in sorted(others):
                print(f"  written, and not new: {name}")
    return 1 if wrong else 0


def send(extracts: Path, is_in) -> set[str]:
    """Add to the extracts those submissions of the sample that a step has; return the keys of the new ones."""
    added = set()
    for folder in sorted((ROOT / "extracts/sample").glob("*/*/*/v*")):
        target = extracts / folder.relative_to(ROOT / "extracts/sample")
        if is_in(folder) and not target.exists():
            shutil.copytree(folder, target)
            provider, extract, period, version = folder.parts[-4:]
            added.add(f"{extract}/{provider}/{period}/{version}")
    return added


def build(place: Path) -> None:
    """Land what was added, and let each engine go on from what it had built."""
    lake, packages = place / "lake", ROOT / ".venv/spark"
    run("land", "--extracts", place / "extracts", "--lake", lake, "--accept-quarantine")
    run(
        "spark",
        "--lake",
        lake,
        "--tables",
        place / "spark",
        "--",
        *WHAT,
        environment={"CPM_SPARK_PACKAGES": packages},
    )
    target = ("--target-path", place / "target")
    run("dbt", "--lake", lake, "--warehouse", place / "cpm.duckdb", "--", "build", *WHAT, *target)


def run(*arguments: object, environment: dict[str, object] | None = None) -> None:
    """Run cpm; its output is shown where it fails."""
    command = [str(BIN / "cpm"), *map(str, arguments)]
    added = {name: str(value) for name, value in (environment or {}).items()}
    done = subprocess.run(command, env=os.environ | added, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"error: {' '.join(command)}\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def partitions(tables: Path) -> dict[str, float]:
    """When each partition of a cube was last written, by cube and partition."""
    return {
        str(folder.relative_to(tables)): max(file.stat().st_mtime for file in folder.iterdir())
        for folder in tables.glob("cubes.db/*/submission_key=*")
    }


def compare(place: Path) -> int:
    """Compare every table that DuckDB built with Spark's; return the exit code of the comparison."""
    environment = {"CPM_WAREHOUSE": str(place / "cpm.duckdb"), "CPM_SPARK_WAREHOUSE": str(place / "spark")}
    return subprocess.run(
        [sys.executable, str(ROOT / "tests/parity.py")], env=os.environ | environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
