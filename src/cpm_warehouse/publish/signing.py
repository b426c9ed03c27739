"""Says what a build rests on: the project as it is, its variables, the versions of its engines, and the lake."""

import hashlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml

from cpm_warehouse.files import sha256
from cpm_warehouse.receive.journal import read_journal

# What makes a figure, from the receipt of files on. A change of any of it is said with the commit.
SIGNED = (
    *("dbt_project.yml", "profiles", "models", "seeds", "macros", "tests", "src", "extracts/contracts"),
    *("requirements", "pyproject.toml", "Makefile", ":(exclude)tests/python"),
)
# What dbt builds from. A change of any of it makes what is published stale.
DEFINITIONS = {
    "models": {".sql", ".yml", ".md", ".csv"},
    "macros": {".sql", ".yml"},
    "seeds": {".csv", ".yml"},
    "tests": {".sql", ".yml"},
}
PACKAGES = ("cpm-warehouse", "dbt-core", "dbt-adapters", "dbt-duckdb", "duckdb")
# Set by every build for itself: the lake is known by what it holds, not by its place.
NOT_A_CHOICE = {"lake_root"}
OF_A_REPOSITORY = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
)
REGISTER = ("*/*/*/*/_submission.json", "_refused/*.json")

Record = dict[str, Any]


def record_of(project: Path, lake: Path, given: Mapping[str, Any]) -> Record:
    """Everything that figures built now rest on; `given` are the variables that the command sets itself."""
    definitions = definitions_of(project)
    variables = variables_of(project)
    contents = contents_of(lake)
    return {
        "recorded_at": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}",
        **version_of(project),
        "definitions": definitions,
        "definitions_sha256": digest(definitions),
        "variables": {**variables, **given},
        "other_variables": sorted(
            name for name, value in given.items() if name not in NOT_A_CHOICE and value != variables.get(name)
        ),
        "versions": versions(),
        # By its name in the project, which may be moved.
        "lake_root": str(lake.relative_to(project) if lake.is_relative_to(project) else lake),
        "lake_head": read_journal(lake).head,
        "submissions": contents,
        "submissions_sha256": digest(contents),
        "real_submission": real_submission(lake),
    }


def rests_on(record: Mapping[str, Any], settings: object) -> dict[str, Any]:
    """What all nodes of a publication have to rest on, whichever command built them; by what it is called.

    What tells one node from another, its own code, is in `nodes.py`. `settings` are all else that dbt takes for
    every node.
    """
    lake = {name: record[name] for name in ("lake_root", "lake_head", "submissions_sha256")}
    variables = {name: value for name, value in record["variables"].items() if name not in NOT_A_CHOICE}
    return {
        "lake": digest(lake),
        "variables": variables,
        "versions": record["versions"],
        "salt": record["salt_check"],
        "settings": digest([settings, programs()]),
    }


def programs() -> dict[str, str]:
    """Checksum of each file of this program."""
    folder = Path(__file__).parents[1]
    return {str(path.relative_to(folder)): sha256(path) for path in sorted(folder.rglob("*.py"))}


def is_same_lake(lake_root: str, lake: Path, project: Path = Path()) -> bool:
    """Whether the lake that a build or a publication names, seen from the project, is this one."""
    return (project / lake_root).resolve() == (project / lake).resolve()


def digest(content: object) -> str:
    """Checksum of what can be written as JSON."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def definitions_of(project: Path) -> dict[str, str]:
    """Checksum of every file that dbt builds from, by its name below the project."""
    return {str(path.relative_to(project)): sha256(path) for path in sorted(_definition_files(project))}


def changed_since(project: Path, instant: datetime) -> list[str]:
    """Files that dbt builds from and that were written after an instant."""
    since = instant.timestamp()
    return [
        str(path.relative_to(project))
        for path in sorted(_definition_files(project))
        if path.stat().st_mtime > since
    ]


def variables_of(project: Path) -> dict[str, Any]:
    """The project's variables, as its file gives them."""
    content = yaml.load((project / "dbt_project.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)
    return dict(content["vars"])


def versions() -> dict[str, str]:
    """Versions of what turns SQL into figures."""
    return {package: metadata.version(package) for package in PACKAGES}


def contents_of(lake: Path) -> dict[str, str]:
    """Checksum of each entry of the register, and so of the files behind it, by its name below the lake."""
    return {
        str(path.relative_to(lake)): sha256(path)
        for pattern in REGISTER
        for path in sorted(lake.glob(pattern))
        if path.stat().st_size
    }


def real_submission(lake: Path) -> str | None:
    """Key of the first submission with rows that are not synthetic; None where there is none."""
    for path in sorted(lake.glob(REGISTER[0])):
        entry = json.loads(path.read_bytes())
        if entry["accepted_rows"] and not entry["is_synthetic"]:
            return str(entry["submission_key"])
    return None


def version_of(project: Path) -> Record:
    """Commit of the project, and each file by which it differs from that, with its checksum.

    `code_version` has both in one: the commit, with `+changes.` and a digest of those files. All is None outside a
    repository. Asked of the project's own place, whatever directory a command is started in.
    """
    try:
        commit = _git(project, "rev-parse", "HEAD").strip()
        status = _git(project, "status", "--porcelain", "--no-renames", "-uall", "-z", "--", *SIGNED)
    except (OSError, subprocess.CalledProcessError):
        return {"code_version": None, "commit": None, "changed_files": {}}
    top = Path(_git(project, "rev-parse", "--show-toplevel").removesuffix("\n"))
    names = sorted(entry[3:] for entry in status.split("\0") if entry and "__pycache__" not in entry)
    changed = {name: sha256(top / name) if (top / name).is_file() else "deleted" for name in names}
    version = commit + (f"+changes.{digest(changed)[:8]}" if changed else "")
    return {"code_version": version, "commit": commit, "changed_files": changed}


def _definition_files(project: Path) -> Iterator[Path]:
    yield project / "dbt_project.yml"
    yield from (path for path in (project / "profiles").glob("*.yml"))
    for folder, suffixes in DEFINITIONS.items():
        for path in (project / folder).rglob("*"):
            if path.suffix in suffixes and path.is_file():
                yield path


def _git(project: Path, *arguments: str) -> str:
    # Only looked at: another git at work there is not disturbed.
    command = ["git", "--no-optional-locks", "-C", str(project), *arguments]
    # A hook of git has the place of its own repository in the environment.
    environment = {name: value for name, value in os.environ.items() if name not in OF_A_REPOSITORY}
    said = subprocess.run(command, capture_output=True, env=environment, check=True).stdout
    return said.decode("utf-8", "surrogateescape")
