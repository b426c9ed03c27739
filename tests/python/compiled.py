"""The project's models run by DuckDB itself, as dbt compiled them: for tests that want figures alone.

Most of what dbt takes to run the models over little data is its own. What it adds (hooks, tests, contracts,
incremental runs) is asked of dbt itself, elsewhere.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from conftest import ROOT
from cpm_warehouse.duck import literal
from cpm_warehouse.pseudonyms import SALT, SYNTHETIC_SALT, attach_pads
from dbt_project import DbtProject, take_seeds

# As dbt makes them where nothing is there yet.
MADE_AS = {"table": "table", "incremental": "table", "view": "view"}
# How the compiled SQL begins the path of whatever lies in the lake.
COMPILED_LAKE = "'lake/sample/"


@dataclass(frozen=True)
class CompiledModel:
    """What a model makes, the SQL whose rows that is, and the models that it reads."""

    schema: str
    name: str
    made_as: str
    sql: str
    parents: frozenset[str]

    def with_others(self, others: dict[str, str]) -> str:
        """The SQL with other texts in the place of what variables of the project put there."""
        sql = self.sql
        for text, other in others.items():
            sql = sql.replace(text, other)
        return sql


class CompiledModels:
    """The models under one set of variables; the seeds are those of the project's own warehouse."""

    def __init__(self, manifest: Path) -> None:
        nodes = json.loads(manifest.read_text())["nodes"]
        models = {name: node for name, node in nodes.items() if node["resource_type"] == "model"}
        parents = {name: set(node["depends_on"]["nodes"]) & models.keys() for name, node in models.items()}
        self.models = [
            _model(models[name], frozenset(models[parent]["name"] for parent in parents[name]))
            for name in TopologicalSorter(parents).static_order()
        ]

    @classmethod
    def compile(cls, place: Path) -> "CompiledModels":
        """Have dbt compile every model, unless it did in this folder."""
        if not place.exists():
            project = DbtProject(place.with_name(f"{place.name}_begun"))
            _compile(project)
            project.place.rename(place)
        return cls(place / "target/manifest.json")

    def under(self, place: Path, macro: str, **variables: str) -> "CompiledModels":
        """The same under other variables, which a macro reads: dbt parses and compiles only what calls it."""
        project = DbtProject(place, "models", "seeds")
        project.keep_only(*_that_call(macro))
        _compile(project, **variables)
        changed = {model.name: model for model in CompiledModels(place / "target/manifest.json").models}
        assert all(changed.get(model.name, model).parents == model.parents for model in self.models)
        found = copy(self)
        found.models = [changed.get(model.name, model) for model in self.models]
        return found

    def build(
        self,
        lake: Path,
        warehouse: Path,
        *wanted: str,
        salt: str = SYNTHETIC_SALT,
        threads: int | None = None,
        others: dict[str, str] | None = None,
    ) -> Path:
        """Run the wanted models, or all, and what they read, over a lake into a new warehouse.

        `others` are texts that take the place of others in the SQL, as a variable's value does.
        """
        assert not warehouse.exists()
        for text in others or ():
            assert any(text in model.sql for model in self.models), text
        with opened(warehouse, salt=salt, threads=threads) as connection:
            take_seeds(connection)
            make(connection, self._read_by(set(wanted)), lake, others)
        return warehouse

    def _read_by(self, wanted: set[str]) -> Iterator[CompiledModel]:
        """In the order in which they read each other."""
        assert wanted <= {model.name for model in self.models}
        needed = wanted or {model.name for model in self.models}
        for model in reversed(self.models):
            if model.name in needed:
                needed |= model.parents
        return (model for model in self.models if model.name in needed)


@contextmanager
def opened(warehouse: Path, *, salt: str, threads: int | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a warehouse with the settings of the profile, and what pseudonyms need."""
    assert warehouse.name == "cpm.duckdb"  # the compiled SQL calls it so
    profile = yaml.safe_load((ROOT / "profiles/profiles.yml").read_text())
    settings = profile["cpm_warehouse"]["outputs"]["duckdb"]["settings"] | {"memory_limit": "3GB"}
    with duckdb.connect(str(warehouse)) as connection, pytest.MonkeyPatch.context() as patch:
        for name, value in (settings | ({"threads": threads} if threads else {})).items():
            connection.execute(f"set {name} = {literal(str(value))}")
        patch.setenv(SALT, salt)
        attach_pads(connection)
        yield connection


def make(
    connection: duckdb.DuckDBPyConnection,
    models: Iterable[CompiledModel],
    lake: Path,
    others: dict[str, str] | None = None,
) -> None:
    """Run models over a lake, parents first, in the place of what is there."""
    texts = {COMPILED_LAKE: f"'{lake}/"} | (others or {})
    for model in models:
        connection.execute(f"create schema if not exists {model.schema}")
        sql = model.with_others(texts)
        connection.execute(f"create or replace {model.made_as} {model.schema}.{model.name} as {sql}")


def _compile(project: DbtProject, **variables: str) -> None:
    # Tests of a selected model are compiled with it, unless they are left out: twice as long.
    models_alone = ("--select", "resource_type:model", "--indirect-selection", "empty")
    done = project.run("compile", *models_alone, **variables)
    assert done.returncode == 0, done.stdout + done.stderr


def _that_call(macro: str) -> Iterator[str]:
    """Names of the models whose SQL a macro is in, by way of others or not."""
    manifest = json.loads((ROOT / "target/manifest.json").read_text())
    calling = {f"macro.cpm_warehouse.{macro}"}
    while more := {name for name, one in manifest["macros"].items() if _calls(one, calling)} - calling:
        calling |= more
    models = (node for node in manifest["nodes"].values() if node["resource_type"] == "model")
    return (model["name"] for model in models if _calls(model, calling))


def _calls(node: dict[str, Any], macros: set[str]) -> bool:
    return not macros.isdisjoint(node["depends_on"]["macros"])


def _model(node: dict[str, Any], parents: frozenset[str]) -> CompiledModel:
    made_as = MADE_AS[node["config"]["materialized"]]
    return CompiledModel(node["schema"], node["alias"], made_as, node["compiled_code"], parents)
