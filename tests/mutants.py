"""Applies each change of `tests/mutants.toml` to a copy of the project and shows which test notices it.

    .venv/bin/python tests/mutants.py [NAME ...]

A change goes unnoticed when `dbt build` and the Python tests over its marts pass all the same; the program then
exits with 1. It works on a copy in a temporary directory, with the environment of this one.
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
PYTHON_TESTS = ("test_alerts.py", "test_calendar.py", "test_planted_truth.py", "test_worked_examples.py")


def copy_project(place: Path) -> None:
    """Copy what git knows of; share the environment and the lake."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    for name in filter(None, listed.stdout.split("\0")):
        target = place / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target, follow_symlinks=False)
    (place / ".venv").symlink_to(ROOT / ".venv")
    # Without the results published before: that a closed month moved says too little about what holds a rule.
    shutil.copytree(ROOT / "lake", place / "lake", ignore=shutil.ignore_patterns("provider=warehouse"))


def mutate(place: Path, mutant: dict[str, Any]) -> None:
    """Apply one change; raises ValueError where the text to change is not there exactly once."""
    path = place / mutant["file"]
    text = path.read_text()
    if text.count(mutant["find"]) != 1:
        raise ValueError(f"{mutant['name']}: {mutant['file']} has the text {text.count(mutant['find'])} times")
    path.write_text(text.replace(mutant["find"], mutant["replace"]))


def noticed_by(place: Path) -> str:
    """Name the first test that fails; empty where none does."""
    run(place, "dbt", "--quiet", "build", "--fail-fast")
    results = json.loads((place / "target/run_results.json").read_text())["results"]
    for result in results:
        if result["status"] in {"fail", "error"}:
            return str(result["unique_id"]).split(".")[2]
    run(place, "cpm", "publish")
    tests = [f"tests/python/{name}" for name in PYTHON_TESTS]
    lines = run(place, "pytest", "-x", *tests).splitlines()
    return next((line.split(" - ")[0] for line in lines if line.startswith(("FAILED", "ERROR"))), "")


def run(place: Path, command: str, *arguments: str) -> str:
    """Run a command of the environment in the copy; returns what it printed."""
    found = subprocess.run(
        [place / ".venv/bin" / command, *arguments], cwd=place, capture_output=True, check=False, text=True
    )
    return found.stdout


def main() -> int:
    """Run the named mutants, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*")
    names = parser.parse_args().names
    mutants = tomllib.loads((ROOT / "tests/mutants.toml").read_text())["mutants"]
    unnoticed = 0
    for mutant in [mutant for mutant in mutants if not names or mutant["name"] in names]:
        with tempfile.TemporaryDirectory() as place:
            copy_project(Path(place))
            mutate(Path(place), mutant)
            test = noticed_by(Path(place))
        unnoticed += not test
        print(f"{mutant['name']}: {test or 'NOT NOTICED'}", flush=True)
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
