"""The project's models run by DuckDB itself, as dbt compiled them: for tests that want figures alone.

Most of what dbt takes to run the models over little data is its own. What it adds (hooks, tests, contracts,
incremental runs) is asked of dbt itself, elsewhere.
"""

import json
import os
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from conftest import ROOT
from cpm_warehouse.duck import literal
from cpm_warehouse.pseudonyms import SALT, attach_pads
from dbt_project import take_seeds
from started_dbt import run_dbt

# As dbt makes them where nothing is there yet.
MADE_AS = {"table": "table", "incremental": "table", "view": "view"}


@dataclass(frozen=True)
class CompiledModel:
    """What a model makes, and the SQL whose rows that is."""

    schema: str
    name: str
    made_as: str
    sql: str


class CompiledProject:
    """The models over one lake, under one set of variables; the seeds are those of the project's own warehouse."""

    def __init__(self, place: Path, lake: Path, **variables: str) -> None:
        self.place, self.variables = place, variables
        self._compile({"lake_root": str(lake)} | variables)
        nodes = json.loads((place / "target/manifest.json").read_text())["nodes"]
        models = {name: node for name, node in nodes.items() if node["resource_type"] == "model"}
        parents = {name: set(node["depends_on"]["nodes"]) & models.keys() for name, node in models.items()}
        self.models = [_model(models[name]) for name in TopologicalSorter(parents).static_order()]

    def _compile(self, variables: dict[str, str]) -> None:
        done = run_dbt(
            [
                *("--quiet", "--log-level-file", "none", "compile", "--select", "resource_type:model"),
                *("--profiles-dir", str(ROOT / "profiles")),
                *("--target-path", str(self.place / "target"), "--log-path", str(self.place / "logs")),
                *("--vars", json.dumps(variables)),
            ],
            ROOT,
            os.environ | {"CPM_WAREHOUSE": str(self.place / "cpm.duckdb")},
        )
        assert done.returncode == 0, done.stdout + done.stderr

    def build(self, warehouse: Path, *, salt: str, threads: int | None = None) -> Path:
        """Run every model into a new warehouse, named as the compiled SQL calls it."""
        assert not warehouse.exists() and warehouse.name == "cpm.duckdb"
        profile = yaml.safe_load((ROOT / "profiles/profiles.yml").read_text())
        settings = profile["cpm_warehouse"]["outputs"]["duckdb"]["settings"] | {"memory_limit": "3GB"}
        with duckdb.connect(str(warehouse)) as connection, pytest.MonkeyPatch.context() as patch:
            for name, value in (settings | ({"threads": threads} if threads else {})).items():
                connection.execute(f"set {name} = {literal(str(value))}")
            patch.setenv(SALT, salt)
            attach_pads(connection)
            take_seeds(connection)
            for model in self.models:
                connection.execute(f"create schema if not exists {model.schema}")
                connection.execute(f"create {model.made_as} {model.schema}.{model.name} as {model.sql}")
        return warehouse


def _model(node: dict[str, Any]) -> CompiledModel:
    made_as = MADE_AS[node["config"]["materialized"]]
    return CompiledModel(node["schema"], node["alias"], made_as, node["compiled_code"])
