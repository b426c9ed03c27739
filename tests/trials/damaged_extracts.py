"""Damages good files of each kind at random, lands each, and builds what landed; prints a table.

Of a file that landed, each record must be in the lake as it is or kept aside; a refusal must name it. The lake of
each file that landed is then built by itself, by DuckDB: what reads the damaged extract or the register, with all
tests and constraints that could stop a build. In the end dbt builds one lake with all of the files, as versions of
one month, the refused ones among them.

    python tests/trials/damaged_extracts.py --damages 200 --seed 1
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, seed, settings
from setting import BIN, DATA, ENVIRONMENT, ROOT, arguments

sys.path.insert(0, str(ROOT / "tests/python"))
from compiled import COMPILED_LAKE, CompiledModel, CompiledModels, make, opened
from cpm_warehouse.receive.landing import Outcome, land
from damaged_files import PLACE, WRITERS, Damaged, check, contracts_once, damaged, layouts
from dbt_project import DbtProject

EXTRACT = PLACE.split("/")[1]
SALT = ENVIRONMENT["CPM_PSEUDONYM_SALT"]


def main() -> None:
    asked = arguments(__doc__ or "", damages=200)
    place = asked.place or Path(tempfile.mkdtemp(prefix="cpm-damaged-"))
    os.chdir(ROOT)
    print(f"seed {asked.seed}, in {place}")
    trial = Trial(place / "each")
    reached = trial.reached
    print(f"built of each lake: {len(reached.models)} models; {len(reached.conditions)} tests and constraints")
    print("| kind | damaged | refused | landed whole | some kept aside | lakes built | seconds | refused by |")
    print("|---|---|---|---|---|---|---|---|")
    files = [file for ending in WRITERS for file in trial.damage(ending, asked.damages, asked.seed)]
    sys.exit(build_all(files, place / "all"))


class Trial:
    """A place where one file after another is landed in a lake of its own, and built."""

    def __init__(self, place: Path) -> None:
        self.place = place
        good = WRITERS["csv"]()
        self.land(Damaged("csv", good, good))
        project = DbtProject(place / "project")
        compiled = project.run("compile", *DATA)
        assert compiled.returncode == 0, compiled.stdout + compiled.stderr
        manifest = project.place / "target/manifest.json"
        models = CompiledModels(manifest)
        self.warehouse = models.build(self.lake, place / "cpm.duckdb", salt=SALT)
        self.reached = Reached(models.models, json.loads(manifest.read_text())["nodes"], self.lake)
        self.built: set[str] = set()

    @property
    def lake(self) -> Path:
        return self.place / "lake"

    def damage(self, ending: str, damages: int, start: int) -> list[Damaged]:
        """Damage files of a kind; returns them. Raises where one is not taken as it should be or stops a build."""
        files: list[Damaged] = []
        found: Counter[str] = Counter()
        before, started = len(self.built), time.monotonic()

        @seed(start)
        @settings(max_examples=damages, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(damaged(ending))
        def try_out(file: Damaged) -> None:
            outcome = self.land(file)
            check(file, outcome, self.lake)
            if outcome.status == "landed":
                self.build()
            found[outcome.rule_id or ("aside" if outcome.quarantined else "whole")] += 1
            files.append(file)

        try_out()
        whole, aside = found.pop("whole", 0), found.pop("aside", 0)
        counts = (ending, len(files), found.total(), whole, aside, len(self.built) - before)
        refusals = ", ".join(f"{rule} {count}" for rule, count in found.most_common())
        row = " | ".join(map(str, (*counts, round(time.monotonic() - started), refusals)))
        print(f"| {row} |", flush=True)
        return files

    def land(self, file: Damaged) -> Outcome:
        """Land a file in an empty lake."""
        for name in ("extracts", "lake"):
            shutil.rmtree(self.place / name, ignore_errors=True)
        put(file, self.place / "extracts", 1)
        (outcome,) = land(self.place / "extracts", self.lake, contracts_once(), layouts(self.place))
        return outcome

    def build(self) -> None:
        """Build the lake, unless another with the same rows was built."""
        if (rows := landed_rows(self.lake)) in self.built:
            return
        with opened(self.warehouse, salt=SALT) as connection:
            assert self.reached.stopped_by(connection) == []
        self.built.add(rows)


class Reached:
    """The models that a damaged file can reach, and what must be true of them for a build to pass.

    What reads other extracts and not the damaged one has no rows, whatever is in the file: it stays as the build
    of a good file left it.
    """

    def __init__(self, models: list[CompiledModel], nodes: dict[str, Any], lake: Path) -> None:
        self.nodes, self.lake = nodes, lake
        others = contracts_once().keys() - {EXTRACT}
        read_by = {name: self.sources(name) for name, node in nodes.items() if node["resource_type"] == "model"}
        names = {name for name, read in read_by.items() if EXTRACT in read or (read and not read & others)}
        called = {nodes[name]["alias"] for name in names}
        self.models = [model for model in models if model.name in called]
        self.conditions: dict[str, str] = {}
        for name in names:
            self.conditions |= dict(_constraints(self.nodes[name]))
        for node in self.nodes.values():
            if _may_stop(node) and names & set(node["depends_on"]["nodes"]):
                rows = node["compiled_code"].replace(COMPILED_LAKE, f"'{lake}/")
                counted = f"select {node['config']['fail_calc']} as failures from ({rows})"
                self.conditions[node["name"]] = f"select failures {node['config']['error_if']} from ({counted})"

    @cache  # noqa: B019
    def sources(self, name: str) -> frozenset[str]:
        """Names of the sources that a node reads, through whatever stands between."""
        if name.startswith("source."):
            return frozenset({name.split(".")[-1]})
        parents = self.nodes[name]["depends_on"].get("nodes", ()) if name in self.nodes else ()
        return frozenset().union(*map(self.sources, parents))

    def stopped_by(self, connection: duckdb.DuckDBPyConnection) -> list[str]:
        """Build over the lake that is there; returns what would have stopped that."""
        try:
            make(connection, self.models, self.lake)
            return [
                name for name, sql in self.conditions.items() if connection.execute(sql).fetchone() != (False,)
            ]
        except duckdb.Error as error:
            return [str(error).splitlines()[0]]


def _may_stop(node: dict[str, Any]) -> bool:
    is_run = node["resource_type"] == "test" and "compiled_code" in node
    return is_run and node["config"]["severity"].lower() == "error"


def _constraints(node: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and SQL of what a contract wants of every row: the SQL is true where it is broken."""
    relation = f"{node['schema']}.{node['alias']}"
    for column in node["columns"].values():
        if any(one["type"] == "not_null" for one in column["constraints"]):
            name = column["name"]
            yield f"{relation}.{name} not null", f"select count(*) > count({name}) from {relation}"
    for one in node["constraints"]:
        if one["type"] == "primary_key":
            keys = ", ".join(one["columns"])
            yield f"{relation} primary key", f"select count(*) > count(distinct row({keys})) from {relation}"


def landed_rows(lake: Path) -> str:
    """Tell a lake by the rows that landed and those kept aside."""
    told = []
    version = f"{EXTRACT}/provider=[!n]*/*/*"
    for pattern in ("*.parquet", "_quarantine/*.parquet"):
        for path in sorted(lake.glob(f"{version}/{pattern}")):
            rows = duckdb.sql(f"from read_parquet('{path}', hive_partitioning = false)").fetchall()
            told.append((pattern, rows))
    return repr(told)


def put(file: Damaged, extracts: Path, version: int) -> None:
    folder = extracts / PLACE / f"v{version}"
    folder.mkdir(parents=True)
    (folder / f"damaged.{file.ending}").write_bytes(file.content)


def build_all(files: list[Damaged], place: Path) -> int:
    """Land all of them in one lake, as versions of a month, and let dbt build it; returns its exit code."""
    for version, file in enumerate(files, start=1):
        put(file, place / "extracts", version)
    landed = land(place / "extracts", place / "lake", contracts_once(), layouts(place))
    outcomes = Counter(one.status for one in landed)
    print(f"one lake: {dict(outcomes)}", flush=True)
    command = [BIN / "cpm", "build", "--lake", place / "lake", "--warehouse", place / "cpm.duckdb"]
    target = ("--target-path", place / "target", "--log-path", place / "logs")
    done = subprocess.run(
        [*command, "--", *DATA, *target], cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True
    )
    print(*done.stdout.splitlines()[-3:], sep="\n")
    return done.returncode


if __name__ == "__main__":
    main()
