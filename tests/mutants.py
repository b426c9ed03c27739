"""Applies each change of `tests/mutants.toml` to a copy of the project and shows which test notices it.

    .venv/bin/python tests/mutants.py [NAME ...]

The copy is built whole once. For each change, a copy of that warehouse is built again from what the change reaches
on (`state:modified+`, with cubes scanned anew), tests included but for the checksums of seeds, which any change
fails. A change goes unnoticed when that and the Python tests over the marts pass all the same; the program then
exits with 1. It uses the environment of this project.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
WAREHOUSE = "warehouse/cpm.duckdb"
HISTORY = ("provider=warehouse", "_head.json")
PYTHON_TESTS = (
    "test_alerts.py",
    "test_book.py",
    "test_calendar.py",
    "test_cubes.py::test_a_cube_is_scanned_again_for_what_a_code_list_says_and_for_nothing_else",
    "test_engines.py::test_macros_give_the_same_on_each_engine[duckdb]",
    "test_firmware_truth.py",
    "test_interface_and_smki.py",
    "test_landing.py::test_the_instants_that_can_be_follow_from_the_receipt",
    "test_landing.py::test_the_last_month_that_can_be_is_that_of_receipt",
    "test_own_lists.py",
    "test_planted_truth.py",
    "test_service_requests.py",
    "test_worked_examples.py",
)


def copy_project(place: Path) -> None:
    """Copy what git knows of; share the environment and the lake."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)
    (place / ".venv").symlink_to(ROOT / ".venv")
    # Without the results published before: that a closed month moved says too little about what holds a rule.
    shutil.copytree(ROOT / "lake", place / "lake", ignore=shutil.ignore_patterns(*HISTORY))


def mutate(place: Path, mutant: dict[str, Any]) -> None:
    """Apply one change; raises ValueError where the text to change is not there exactly once."""
    path = place / mutant["file"]
    text = path.read_text()
    if text.count(mutant["find"]) != 1:
        raise ValueError(f"{mutant['name']}: {mutant['file']} has the text {text.count(mutant['find'])} times")
    path.write_text(text.replace(mutant["find"], mutant["replace"]))


def build(place: Path, *arguments: str) -> list[dict[str, Any]]:
    """Build in the copy; returns the result of each node."""
    (place / "target/run_results.json").unlink(missing_ok=True)
    said = run(place, "dbt", "--quiet", "build", *arguments)
    try:
        results: list[dict[str, Any]] = json.loads((place / "target/run_results.json").read_text())["results"]
    except FileNotFoundError:
        sys.exit(f"error: dbt did not build:\n{said}")
    return results


def first_failure(results: list[dict[str, Any]]) -> str:
    """Name the first test or model that failed; empty where none did."""
    failed = (result["unique_id"] for result in results if result["status"] in {"fail", "error"})
    return next((str(name).split(".", 2)[2] for name in failed), "")


def build_base(place: Path) -> None:
    """Build the copy before any change, and put aside the warehouse and what dbt knows of it."""
    if failure := first_failure(build(place)):
        sys.exit(f"error: {failure} fails before any change")
    shutil.copy2(place / WAREHOUSE, place / "base.duckdb")
    shutil.copytree(place / "target", place / "base")
    if failure := first_python_failure(place):
        sys.exit(f"error: {failure} before any change")


def noticed_by(place: Path) -> str:
    """Name the first test that fails; empty where none does."""
    shutil.copy2(place / "base.duckdb", place / WAREHOUSE)
    changed = ("--select", "state:modified+", "--state", "base", "--exclude", "test_name:as_reviewed")
    results = build(place, "--fail-fast", "--full-refresh", *changed)
    if failure := first_failure(results):
        return failure
    if not results:
        sys.exit("error: the change reaches nothing that dbt builds")
    return first_python_failure(place)


def first_python_failure(place: Path) -> str:
    """Publish, and name the first Python test that fails over the marts; empty where none does."""
    said = run(place, "cpm", "publish")
    if "that all nodes share" in said:  # what the change does not reach does not stand either
        if failure := first_failure(build(place)):
            return failure
        said = run(place, "cpm", "publish")
    if "marts published as" not in said:
        sys.exit(f"error: a build that passed is not published:\n{said}")
    tests = [f"tests/python/{name}" for name in PYTHON_TESTS]
    lines = run(place, "pytest", "-x", *tests).splitlines()
    shutil.rmtree(place / "published", ignore_errors=True)
    for name in HISTORY:
        for kept in (place / "lake").glob(f"*/*/{name}"):
            shutil.rmtree(kept) if kept.is_dir() else kept.unlink()
    return next((line.split(" - ")[0] for line in lines if line.startswith(("FAILED", "ERROR"))), "")


def run(place: Path, command: str, *arguments: str) -> str:
    """Run a command of the environment in the copy; returns what it printed."""
    found = subprocess.run(
        [place / ".venv/bin" / command, *arguments],
        cwd=place,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
    )
    return found.stdout


def main() -> int:
    """Run the named mutants, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    names = parser.parse_args().names
    mutants = tomllib.loads((ROOT / "tests/mutants.toml").read_text())["mutants"]
    unnoticed = 0
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        copy_project(place)
        build_base(place)
        for mutant in [mutant for mutant in mutants if not names or mutant["name"] in names]:
            mutate(place, mutant)
            test = noticed_by(place)
            shutil.copy2(ROOT / mutant["file"], place / mutant["file"])
            unnoticed += not test
            print(f"{mutant['name']}: {test or 'NOT NOTICED'}", flush=True)
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
