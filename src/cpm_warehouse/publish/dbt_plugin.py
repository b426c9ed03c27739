"""What dbt does in its own process for a build to be believed; `profiles.yml` names this module.

It holds the lake, so that no landing changes it under a build; keeps what it writes from other users; keeps the
secret of pseudonyms in memory, out of the warehouse and dbt's log; and says what the build rests on.
"""

import json
import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError
from duckdb import DuckDBPyConnection

from cpm_warehouse.errors import CpmError, system_said
from cpm_warehouse.locks import hold_lake
from cpm_warehouse.private import UMASK, make_private
from cpm_warehouse.project import fit
from cpm_warehouse.pseudonyms import attach_pads, require_salt
from cpm_warehouse.publish.building import require_free
from cpm_warehouse.publish.history import EXTRACT, end_of
from cpm_warehouse.publish.nodes import Nodes
from cpm_warehouse.publish.signing import Record, changed_since, definitions_of, record_of, rests_on
from cpm_warehouse.publish.warehouses import checksum_query_of, listing_query
from cpm_warehouse.receive.judging import require_judged
from cpm_warehouse.receive.repeats import require_listed
from cpm_warehouse.receive.verifying import require_sound
from cpm_warehouse.surroundings import require_system

PROFILES = "profiles/"
# Settings of the connection that no figure depends on.
OF_THE_MACHINE = {"memory_limit", "checkpoint_threshold"}


class Plugin(BasePlugin):
    """Made once a process, when dbt connects for the first time, and kept for as long as it runs."""

    held = ExitStack()
    settings: ClassVar[dict[str, Any]] = {}  # of the connection: they change what SQL means

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Close the logs and all that will be written, and hold the lake together with other builds."""
        os.umask(UMASK)
        flags: Any = import_module("dbt.flags").get_flags()
        go_to(Path(flags.PROJECT_DIR))
        warehouse = Path(self.creds.path if self.creds else ".")
        found = dict((self.creds and self.creds.settings) or {})
        Plugin.settings.update({name: value for name, value in found.items() if name not in OF_THE_MACHINE})
        places = (Path(flags.LOG_PATH or "logs"), Path(flags.TARGET_PATH or "target"))
        for place in (*places, *warehouse.parent.glob(f"{warehouse.name}*")):
            if place.exists():
                make_private(place)
        try:
            require_system()
            require_free(warehouse)  # before DuckDB says it with a trace
        except (CpmError, OSError) as error:
            raise DbtRuntimeError(system_said(error) if isinstance(error, OSError) else str(error)) from error
        try:
            lake = fit(Path(plugin_config["lake"]))
        except CpmError as error:
            raise DbtRuntimeError(str(error)) from error
        if lake.is_dir():
            try:
                self.held.enter_context(hold_lake(lake, shared=True))
            except CpmError as error:
                raise DbtRuntimeError(str(error)) from error

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Make the pads of the salt, and the functions that the hooks call."""
        attach_pads(conn)
        conn.create_function("cpm_begin_build", begin_build, ["varchar"] * 4, "varchar", side_effects=True)
        conn.create_function("cpm_end_build", end_build, ["varchar"] * 2, "varchar", side_effects=True)
        conn.create_function("cpm_nodes", nodes_now, ["varchar"] * 2, "varchar", side_effects=True)
        conn.create_function("cpm_listing_query", listing_query, ["varchar"], "varchar")
        conn.create_function("cpm_checksum_query", checksum_query_of, ["varchar"], "varchar")


def go_to(project: Path) -> None:
    """Work in the project's folder: the lake and the warehouse are named from there, wherever dbt was started.

    dbt itself looks from where it was started for what it has by a path that is not whole, so that such a
    `--project-dir` is refused.
    """
    if project.resolve() == Path.cwd():
        return
    if not project.is_absolute():
        raise DbtRuntimeError(f"--project-dir {project}: name the whole path, {project.resolve()}")
    os.chdir(project)


def in_one_line(work: Callable[..., Any]) -> Callable[..., str]:
    """Return what a function returns as JSON, and a CpmError as its text: dbt would print a trace."""

    @wraps(work)
    def told(*arguments: str) -> str:
        try:
            return json.dumps(work(*arguments))
        except (CpmError, OSError) as error:
            return json.dumps({"error": str(error)})

    return told


def _begin_build(project: str, lake: str, given: str, began: str) -> Record:
    """Say what the build rests on, if the lake is what landed in it, and hold it: the profile may mean another."""
    place = Path(project)
    Plugin.held.enter_context(hold_lake(Path(lake), shared=True))
    journal = require_sound(Path(lake))
    require_listed(Path(lake), journal)
    require_judged(Path(lake), journal)
    if changed := changed_since(place, datetime.fromisoformat(began)):
        raise CpmError(f"{changed[0]} changed while dbt read the project; run this again")
    record = record_of(place, Path(lake), json.loads(given))
    real = record["real_submission"]
    record["salt_check"] = require_salt(Path(lake) / EXTRACT, real) if real else None
    record["history"] = end_of(Path(lake))
    # What stands in the project's own file, or in the profile, may reach every node.
    files = {
        name: sha for name, sha in record["definitions"].items() if len(Path(name).parts) == 1 or PROFILES in name
    }
    rest = Nodes(_manifest(place), record["definitions"]).code_of_the_rest()
    return {**record, "rests_on": rests_on(record, [files, Plugin.settings, rest])}


def _nodes_now(project: str, definitions: str) -> list[dict[str, Any]]:
    return list(Nodes(_manifest(Path(project)), json.loads(definitions)).rows())


def _manifest(project: Path) -> Any:
    """Return what dbt knows of the project, with its seeds in the folder where it lies now.

    dbt remembers where they were when it parsed them, and would load those of the place that it was copied from.
    """
    factory: Any = import_module("dbt.adapters.factory")
    manifest = factory.get_adapter_by_type("duckdb").get_macro_resolver()
    for node in manifest.nodes.values():
        if node.resource_type == "seed":
            node.root_path = str(project)
    return manifest


def _end_build(project: str, definitions: str) -> Record:
    """Say which files of the project changed during the build."""
    before, now = json.loads(definitions), definitions_of(Path(project))
    changed = {name for name in before.keys() | now.keys() if before.get(name) != now.get(name)}
    return {"changed_meanwhile": sorted(changed)}


begin_build = in_one_line(_begin_build)
end_build = in_one_line(_end_build)
nodes_now = in_one_line(_nodes_now)
