"""What two states of the project differ in, by the manifests that dbt wrote of them, and what lies downstream.

A node counts as changed by the parts that dbt's own `state:modified` looks at: its code, configuration, place,
contract, and the macros that it calls. A description changes nothing that anybody computes.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import CpmError

Node = Mapping[str, Any]
MODELS = ("model", "seed")


@dataclass(frozen=True)
class Change:
    """A node that one state lacks or has otherwise; `parts` say in what, `downstream` the nodes that follow."""

    kind: str
    name: str
    difference: str  # added, removed, changed or renamed
    path: str
    parts: tuple[str, ...] = ()
    before: str | None = None
    reads: tuple[str, ...] = ()
    downstream: tuple[str, ...] = ()
    marts: tuple[str, ...] = ()
    steps: tuple[tuple[str, ...], ...] = ()  # downstream by the steps from it, each node where it is reached first


@dataclass(frozen=True)
class State:
    """A state of the project: what dbt wrote of it in target/manifest.json, and its files around that."""

    path: Path
    manifest: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> "State":
        """Read a manifest. Raises CpmError where there is none."""
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise CpmError(f"{path}: no such manifest; dbt writes target/manifest.json at each build") from error
        except ValueError as error:
            raise CpmError(
                f"{path}: no manifest of dbt ({error}); name the target/manifest.json of a build"
            ) from error
        if not isinstance(manifest, dict) or not {"nodes", "child_map", "macros", "unit_tests"} <= manifest.keys():
            raise CpmError(f"{path}: no manifest of dbt; name the target/manifest.json of a build")
        return cls(path, manifest)

    @property
    def nodes(self) -> Mapping[str, Node]:
        """Models, seeds, tests and others, by their id."""
        nodes: Mapping[str, Node] = self.manifest["nodes"]
        return nodes

    @property
    def project(self) -> Path:
        """The folder that the manifest's files are named from."""
        return self.path.resolve().parent.parent

    @property
    def build_seconds(self) -> float | None:
        """Seconds of dbt's last build, by run_results.json beside the manifest; None where that is of none."""
        try:
            results = json.loads(self.path.with_name("run_results.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return round(results["elapsed_time"], 1) if results["args"].get("which") == "build" else None

    def of(self, *kinds: str) -> dict[str, Node]:
        """Return the nodes of these kinds, by their id."""
        return {key: node for key, node in self.nodes.items() if node["resource_type"] in kinds}

    def steps(self, node: str) -> list[list[str]]:
        """Return what reads a node, then what reads that, and so on, each where it is reached first; no tests."""
        found, step = {node}, [node]
        followed = []
        while step := sorted(
            {
                child
                for one in step
                for child in self.manifest["child_map"].get(one, [])
                if child not in found and not child.startswith(("test.", "unit_test."))
            }
        ):
            found.update(step)
            followed.append(step)
        return followed

    def is_mart(self, node: str) -> bool:
        """Whether a node is a public mart."""
        return bool(node in self.nodes and self.nodes[node].get("access") == "public")


def changes(base: State, change: State) -> list[Change]:
    """Return models and seeds that are others, then macros, then tests, each by name."""
    macros = _macros(base, change)
    return [*_models(base, change, {one.name for one in macros}), *macros, *_tests(base, change)]


def _models(base: State, change: State, macros: set[str]) -> Iterator[Change]:
    before, after = base.of(*MODELS), change.of(*MODELS)
    gone = {key: node for key, node in before.items() if key not in after}
    for key, node in sorted(after.items()):
        if key in before:
            if parts := _parts(before[key], node, change, macros):
                yield _change(change, key, "changed", parts)
        elif old := next((old for old, one in gone.items() if _is_renamed(one, node)), None):
            del gone[old]
            yield _change(change, key, "renamed", (), before[old]["name"])
        else:
            yield _change(change, key, "added")
    for key in sorted(gone):
        yield _change(base, key, "removed")


def _change(
    state: State, key: str, difference: str, parts: tuple[str, ...] = (), old: str | None = None
) -> Change:
    node, steps = state.nodes[key], state.steps(key)
    follow = sorted(one for step in steps for one in step)
    return Change(
        kind=node["resource_type"],
        name=node["name"],
        difference=difference,
        path=node["original_file_path"],
        parts=parts,
        before=old,
        reads=tuple(_name(one) for one in sorted(node["depends_on"].get("nodes", []))),
        downstream=tuple(_name(one) for one in follow),
        marts=tuple(_name(one) for one in follow if state.is_mart(one)),
        steps=tuple(tuple(map(_name, step)) for step in steps),
    )


def _name(key: str) -> str:
    return key.split(".")[2]


def _is_renamed(old: Node, new: Node) -> bool:
    return bool(old["resource_type"] == new["resource_type"] and old["checksum"] == new["checksum"])


def _parts(old: Node, new: Node, change: State, macros: set[str]) -> tuple[str, ...]:
    before, after = _compared(old), _compared(new)
    found = [part for part in after if before.get(part) != after[part]]
    if macros & _called(new, change):
        found.append("macros")
    return tuple(found)


def _compared(node: Node) -> dict[str, Any]:
    """What of a node is compared, by the name of the part."""
    columns = [(name, one.get("data_type"), one.get("constraints")) for name, one in node["columns"].items()]
    return {
        "rows" if node["resource_type"] == "seed" else "code": node["checksum"]["checksum"],
        "configuration": node["unrendered_config"],
        "place": (node["schema"], node["alias"]),
        "contract": ((node.get("contract") or {}).get("checksum"), node.get("constraints"), columns),
    }


def _called(node: Node, state: State) -> set[str]:
    """Names of the macros that a node calls, and of those that they call."""
    found: set[str] = set()
    waiting = list(node["depends_on"].get("macros", []))
    while waiting:
        key = waiting.pop()
        macro = state.manifest["macros"].get(key)
        if macro and macro["name"] not in found:
            found.add(macro["name"])
            waiting.extend(macro["depends_on"]["macros"])
    return found


def _macros(base: State, change: State) -> list[Change]:
    before, after = _own_macros(base), _own_macros(change)
    return [
        Change(
            "macro",
            name,
            _difference(name, before, after),
            (after.get(name) or before[name])["original_file_path"],
        )
        for name in sorted(before.keys() | after.keys())
        if name not in before or name not in after or before[name]["macro_sql"] != after[name]["macro_sql"]
    ]


def _own_macros(state: State) -> dict[str, Node]:
    """Return the project's macros; those of dbt come with its version, which the publication says."""
    ours = state.manifest["metadata"]["project_name"]
    return {one["name"]: one for one in state.manifest["macros"].values() if one["package_name"] == ours}


def _difference(key: str, before: Mapping[str, Node], after: Mapping[str, Node]) -> str:
    return "added" if key not in before else "removed" if key not in after else "changed"


def _tests(base: State, change: State) -> Iterator[Change]:
    before, after = ({**one.of("test"), **one.manifest["unit_tests"]} for one in (base, change))
    for key in sorted(before.keys() | after.keys()):
        if key in before and key in after and _test_body(before[key]) == _test_body(after[key]):
            continue
        node = after.get(key) or before[key]
        kind = "unit test" if node["resource_type"] == "unit_test" else "data test"
        yield Change(kind, node["name"], _difference(key, before, after), node["original_file_path"])


def _test_body(node: Node) -> Any:
    return (node["checksum"], node.get("raw_code"), node.get("unrendered_config"))


def note_changes(connection: duckdb.DuckDBPyConnection, found: list[Change]) -> None:
    """Add what changed to the table `differences`."""
    for one in found:
        connection.execute(
            "insert into differences values (?, ?, ?, ?, null, ?, ?, null, false)",
            (one.kind, one.name, one.difference, one.path, one.before, ", ".join(one.parts) or None),
        )


def note_seed_rows(connection: duckdb.DuckDBPyConnection, base: State, change: State) -> list[str]:
    """Add rows of seeds that are gone or came, their standing as key; return seeds that cannot be compared."""
    unread = []
    before, after = base.of("seed"), change.of("seed")
    for key in sorted(before.keys() & after.keys()):
        if before[key]["checksum"] == after[key]["checksum"]:
            continue
        paths = [state.project / state.nodes[key]["original_file_path"] for state in (base, change)]
        if not all(
            path.is_file() and _checksum(path) == state.nodes[key]["checksum"]["checksum"]
            for path, state in zip(paths, (base, change), strict=True)
        ):
            unread.append(str(after[key]["name"]))
            continue
        _seed_rows(connection, str(after[key]["name"]), *paths)
    return unread


def _checksum(seed: Path) -> str:
    """Return the checksum of a seed's file as dbt takes it: of its text, without blanks around it."""
    return hashlib.sha256(seed.read_text(encoding="utf-8").strip().encode()).hexdigest()


def _seed_rows(connection: duckdb.DuckDBPyConnection, name: str, base: Path, change: Path) -> None:
    for table, path in (("seed_before", base), ("seed_after", change)):
        connection.execute(
            f"create or replace temp table {table} as"
            f" from read_csv({literal(path)}, header = true, all_varchar = true)"
        )
    columns = [
        str(column)
        for (column,) in connection.execute(
            "select column_name from (describe seed_after) where column_name in"
            " (select column_name from (describe seed_before))"
        ).fetchall()
    ]
    listed = ", ".join(map(quoted, columns))
    packed = ", ".join(f"{literal(column)}: {quoted(column)}" for column in columns)
    standing = "provenance" if "provenance" in columns else "null"
    for difference, one, other in (("gone", "seed_before", "seed_after"), ("came", "seed_after", "seed_before")):
        row = f"cast(to_json({{{packed}}}) as varchar)"
        connection.execute(
            f"insert into differences select 'seed row', {literal(name)}, {literal(difference)}, {standing}, null,"
            f" {row if difference == 'gone' else 'null'}, {row if difference == 'came' else 'null'}, null, false"
            f" from (select {listed} from {one} except all select {listed} from {other})"
        )
