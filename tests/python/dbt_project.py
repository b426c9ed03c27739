"""The project in a folder of its own, with another lake and warehouse.

Everything lies where `dbt_project.yml` and `profiles.yml` look for it. Variables and environment are then as they
were, and dbt takes over what it parsed for `make build`: it reads only the files that a test changed.
"""

import json
import os
import shutil
import sys
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import duckdb

from conftest import ROOT
from cpm_warehouse.contracts import load_contracts
from cpm_warehouse.duck import literal
from cpm_warehouse.receive.judging import judge
from cpm_warehouse.receive.landing import land
from cpm_warehouse.receive.verifying import require_sound
from started_dbt import run_dbt

BIN = Path(sys.executable).parent
FOLDERS = ("models", "macros", "seeds", "tests", "analyses", "docs")
FILES = ("dbt_project.yml", "profiles.yml", "profiles", "selectors.yml")
PARSED = "target/partial_parse.msgpack"
# Neither a manifest nor a log, which take an eighth of a run and which no test of figures reads.
UNWRITTEN = ("--no-write-json", "--log-level-file", "none")
# Models alone: what the tests of a build say is asked elsewhere.
WITHOUT_TESTS = ("--exclude-resource-type", "test", "unit_test")
# What comes without a control file counts as real, and asks for the secret.
SECRET = {"CPM_PSEUDONYM_SALT": "tests " * 6}


def take_seeds(connection: duckdb.DuckDBPyConnection) -> None:
    """Copy the seeds of the project's build into a warehouse, and nothing of its extracts."""
    connection.execute(f"attach {literal(ROOT / 'warehouse/cpm.duckdb')} as project (read_only)")
    connection.execute("create schema reference")
    for (seed,) in connection.execute(
        "select table_name from duckdb_tables() where database_name = 'project' and schema_name = 'reference'"
    ).fetchall():
        connection.execute(f"create table reference.{seed} as from project.reference.{seed}")
    connection.execute("detach project")


class DbtProject:
    """Folders named as `copied` may be changed, the others are the project's; `like` shares its lake.

    Of another, `of`, it is a copy, with what dbt parsed of it.
    """

    def __init__(
        self, place: Path, *copied: str, like: "DbtProject | None" = None, of: "DbtProject | None" = None
    ) -> None:
        self.place = place
        self.lake, self.warehouse = place / "lake/sample", place / "warehouse/cpm.duckdb"
        if of:
            shutil.copytree(of.place, place, symlinks=True, dirs_exist_ok=True)
            return
        place.mkdir(exist_ok=True)
        for name in FOLDERS + FILES:
            if name in copied:
                shutil.copytree(ROOT / name, place / name)
            else:
                (place / name).symlink_to(ROOT / name)
        for name in ("lake", "warehouse"):
            if like:
                (place / name).symlink_to(like.place / name)
            else:
                (place / name).mkdir()
        parsed = (like.place if like else ROOT) / PARSED
        if parsed.exists():
            (place / "target").mkdir()
            shutil.copy(parsed, place / PARSED)

    def keep_only(self, *wanted: str) -> None:
        """Leave of the models and seeds, both copied, what some models read: dbt has less to parse at each run."""
        manifest = json.loads((ROOT / "target/manifest.json").read_text())
        nodes = manifest["nodes"] | manifest["sources"]
        needed = {f"model.cpm_warehouse.{name}" for name in wanted}
        while more := {parent for name in needed for parent in manifest["parent_map"][name]} - needed:
            needed |= more
        files = {nodes[name]["original_file_path"] for name in needed}
        files |= {str(nodes[name].get("patch_path")).removeprefix("cpm_warehouse://") for name in needed}
        files |= {group["original_file_path"] for group in manifest["groups"].values()}
        for path in [path for folder in ("models", "seeds") for path in (self.place / folder).rglob("*.*")]:
            if path.suffix != ".md" and str(path.relative_to(self.place)) not in files:
                path.unlink()
        (self.place / PARSED).unlink(missing_ok=True)
        (self.place / "analyses").unlink()
        (self.place / "tests").unlink()
        (self.place / "tests").mkdir()
        (self.place / "tests/generic").symlink_to(ROOT / "tests/generic")

    def take_sample(self) -> None:
        """Have the lake of the sample, and a copy of its warehouse."""
        self.lake.symlink_to(ROOT / "lake/sample")
        shutil.copy(ROOT / "warehouse/cpm.duckdb", self.warehouse)

    def land(self, extracts: Path) -> None:
        """Land what is new and have it judged, in this process: its imports are dear."""
        outcomes = land(extracts, self.lake, load_contracts())
        assert {outcome.status for outcome in outcomes} <= {"landed", "known"}
        judge(self.lake, require_sound(self.lake))

    def run(
        self, *arguments: str, environment: dict[str, str] | None = None, **variables: Any
    ) -> CompletedProcess[str]:
        """Run dbt; other variables than the project's let it parse everything anew."""
        own = json.dumps({name: str(value) for name, value in variables.items()})
        written = (
            () if {"freshness", "compile"} & set(arguments) else UNWRITTEN
        )  # what these find is in files alone
        given = ("--vars", own) if variables else ()
        return run_dbt((*written, *arguments, *given), self.place, os.environ | (environment or {}))

    def dbt(self, *arguments: str, environment: dict[str, str] | None = None, **variables: Any) -> None:
        """Run dbt quietly; it must pass."""
        done = self.run("--quiet", *arguments, environment=environment, **variables)
        assert done.returncode == 0, done.stdout[-5000:] + done.stderr

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()
