"""Puts the project itself into a wheel, for `cpm init` to write; an editable install has it around `src`."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Project(BuildHookInterface):
    """The files and folders that `pyproject.toml` lists, below `cpm_warehouse/project`."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add them to what is built."""
        if version == "standard":
            build_data["force_include"] |= {
                name: f"cpm_warehouse/project/{name}" for name in self.config["project"]
            }
