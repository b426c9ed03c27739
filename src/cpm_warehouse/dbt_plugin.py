"""What dbt does in its own process before it opens the warehouse; `profiles.yml` names this module.

It holds the lake, so that no landing changes it under a build, and keeps what it writes from other users.
"""

import os
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

from cpm_warehouse.errors import CpmError
from cpm_warehouse.locks import hold_lake
from cpm_warehouse.private import UMASK, make_private


class Plugin(BasePlugin):
    """Made once a process, when dbt connects for the first time, and kept for as long as it runs."""

    held = ExitStack()

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Close the logs and all that will be written, and hold the lake together with other builds."""
        os.umask(UMASK)
        flags: Any = import_module("dbt.flags").get_flags()
        for place in (Path(flags.LOG_PATH or "logs"), Path(flags.TARGET_PATH or "target")):
            if place.is_dir():
                make_private(place)
        lake = Path(plugin_config["lake"])
        if lake.is_dir():
            try:
                self.held.enter_context(hold_lake(lake, shared=True))
            except CpmError as error:
                raise DbtRuntimeError(str(error)) from error
