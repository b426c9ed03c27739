"""Says what each node of the project is: a checksum of its own code, of its macros, and of all that it reads.

A build notes it with the result of each node. So `cpm publish` knows, whatever commands of dbt built the
warehouse, which nodes stand as the project now has them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cpm_warehouse.publish.history import EXTRACT
from cpm_warehouse.publish.signing import digest

# What a node says of itself that could change its rows, or the verdict of a test. Descriptions and tags cannot.
OWN = (
    *("resource_type", "schema", "alias", "language", "raw_code", "config", "contract", "constraints"),
    *("column_name", "test_metadata", "meta", "model", "given", "expect", "overrides"),
)
OF_A_COLUMN = ("data_type", "constraints", "quote")
# They change with the versions of dbt, which a build notes.
DBTS_OWN = {"dbt", "dbt_duckdb", "dbt_spark"}
TESTS = {"test", "unit_test"}

Said = dict[str, Any]


class Nodes:
    """The nodes of a project, from the manifest in dbt's memory and the checksums of its files."""

    def __init__(self, manifest: Any, files: Mapping[str, str]) -> None:
        self.files = files
        self.macros: dict[str, Any] = dict(manifest.macros)
        said = (
            (key, node.to_dict(omit_none=True))
            for kind in (manifest.nodes, manifest.unit_tests, manifest.sources)
            for key, node in kind.items()
        )
        self.nodes: dict[str, Said] = {
            key: node for key, node in said if node["resource_type"] not in {"analysis", "operation"}
        }
        self._codes: dict[str, str] = {}
        self._sources: dict[str, frozenset[str]] = {}

    def rows(self) -> Iterator[Said]:
        """Yield a row for each node that a command of dbt builds or runs.

        `parents` are the nodes that it reads and that are built; `relation` is its table or view, null where it is
        a test; `is_wanted` says that a publication asks for it; `about` is what a public mart is published with.
        """
        for key, node in self.nodes.items():
            kind = node["resource_type"]
            if kind == "source" or _is_inlined(node):
                continue
            yield {
                "unique_id": key,
                "name": node["name"],
                "resource_type": kind,
                # Nothing that lands can break a unit test or a test of seeds: the selector `data` leaves them out.
                "is_wanted": kind not in TESTS or (kind == "test" and bool(self._sources_of(key))),
                "is_incremental": node["config"].get("materialized") == "incremental",
                "reads_history": any(self.nodes[one]["name"] == EXTRACT for one in self._sources_of(key)),
                "code": self.code_of(key),
                "parents": sorted(set(self._parents_of(key))),
                "relation": None if kind in TESTS else f"{node['schema']}.{node['alias']}",
                "about": json.dumps(_about(node)) if node.get("access") == "public" else None,
            }

    def code_of(self, key: str) -> str:
        """Return the checksum of a node's code, and of the code of all that it reads."""
        if key not in self._codes:
            node = self.nodes[key]
            own: Said = {name: node[name] for name in OWN if name in node}
            own["columns"] = {
                name: {part: column.get(part) for part in OF_A_COLUMN}
                for name, column in node.get("columns", {}).items()
            }
            if node["resource_type"] == "seed":  # of a large one, dbt looks at its place only
                own["file"] = self.files[node["original_file_path"]]
            own["macros"] = {name: self.macros[name].macro_sql for name in self._reached(_macros(node))}
            own["reads"] = {one: self.code_of(one) for one in self._reads(key)}
            self._codes[key] = digest(own)
        return self._codes[key]

    def code_of_the_rest(self) -> str:
        """Return the checksum of the project's macros that no node names, as dbt calls them for all nodes.

        They are hooks, and what takes the place of a macro of dbt's own.
        """
        named = self._reached(macro for node in self.nodes.values() for macro in _macros(node))
        ours = {name for name, macro in self.macros.items() if macro.package_name not in DBTS_OWN}
        return digest({name: self.macros[name].macro_sql for name in ours - named})

    def _reached(self, names: Iterable[str]) -> set[str]:
        """Return the macros of the project among those that are named, and among all that they call."""
        seen: set[str] = set()
        left = list(names)
        while left:
            name = left.pop()
            if name not in seen and name in self.macros:
                seen.add(name)
                left += self.macros[name].depends_on.macros
        return {name for name in seen if self.macros[name].package_name not in DBTS_OWN}

    def _reads(self, key: str) -> list[str]:
        found: list[str] = self.nodes[key].get("depends_on", {}).get("nodes", [])
        return [one for one in found if one in self.nodes]

    def _parents_of(self, key: str) -> Iterator[str]:
        for parent in self._reads(key):
            if _is_inlined(self.nodes[parent]):
                yield from self._parents_of(parent)
            elif self.nodes[parent]["resource_type"] != "source":
                yield parent

    def _sources_of(self, key: str) -> frozenset[str]:
        """Return the sources that a node reads, by way of others too."""
        if key not in self._sources:
            found = (self._sources_of(one) for one in self._reads(key))
            own = {key} if self.nodes[key]["resource_type"] == "source" else set()
            self._sources[key] = frozenset(own).union(*found)
        return self._sources[key]


def _macros(node: Said) -> list[str]:
    found: list[str] = node.get("depends_on", {}).get("macros", [])
    return found


def _is_inlined(node: Said) -> bool:
    """Whether a node has no relation of its own, but stands in the SQL of those that read it."""
    return bool(node["config"].get("materialized") == "ephemeral")


def _about(node: Said) -> Said:
    return {
        "description": node["description"].strip(),
        "columns": {name: column["description"].strip() for name, column in node["columns"].items()},
    }
