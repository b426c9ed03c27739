"""Says whether the nodes of a project stand together as one whole build, whichever commands of dbt built them.

`dbt build`, `dbt build --select`, `dbt retry`, `dbt run` and `dbt test` each note how a node ended, with the code
that it had and the number of the command (`macros/hooks`). A publication asks that every node passed with the code
that the last command found, over one lake, after all that it reads.
"""

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from cpm_warehouse.errors import CpmError
from cpm_warehouse.publish.nodes import TESTS
from cpm_warehouse.publish.signing import Record, variables_of

GOOD = ("success", "pass", "warn")
MOST = 3  # nodes named in a command; where there are more, all are built
# The first of these that holds of a node is said of it.
JUDGED = f"""
    with commands as (
        select
            number, command, json_extract(record, '$.rests_on') as rests_on,
            json_extract(record, '$.history') as history
        from warehouse.main.build_commands
    ),
    results as (select * from warehouse.main.build_results inner join commands using (number)),
    parents as (
        select nodes.unique_id, parents.number, parents.unique_id as parent
        from (select unique_id, unnest(parents) as parent from warehouse.main.build_nodes) as nodes
        inner join results as parents on nodes.parent = parents.unique_id
    ),
    newest as (
        select unique_id, max(number) as number, arg_max(parent, number) as parent from parents group by unique_id
    ),
    last_command as (select * from commands order by number desc limit 1),
    last_history as (
        select arg_max(history, number) as history
        from results inner join warehouse.main.build_nodes as nodes using (unique_id) where nodes.reads_history
    )
    select
        nodes.unique_id, nodes.name, nodes.resource_type, nodes.is_wanted, nodes.parents, results.number,
        results.command, newest.parent,
        case
            when results.unique_id is null then 'left_out'
            when results.rests_on <> last_command.rests_on then 'rests_on_another'
            when results.code <> nodes.code then 'changed'
            when results.status not in {GOOD} then 'failed'
            when results.command like '% --%' then 'in_part'
            when results.number < newest.number then 'before_its_parent'
            when nodes.reads_history and results.history <> last_history.history then 'before_a_publication'
            when results.checksum is distinct from checksums.checksum then 'altered'
        end as fault
    from warehouse.main.build_nodes as nodes
    cross join last_command
    cross join last_history
    left join results using (unique_id)
    left join newest using (unique_id)
    left join warehouse.main.build_checksums as checksums on nodes.relation = checksums.name
    order by results.status = 'skipped', nodes.unique_id
"""
# What failed is said before all else, and what something wrote to before what was built too early.
ORDER = (
    *("failed", "altered", "rests_on_another", "in_part"),
    *("changed", "before_its_parent", "before_a_publication", "left_out"),
)
SAID = {
    "failed": "did not pass",
    "altered": "were written to by something else since they were built",
    "in_part": "were built by `dbt {first.command}`, from a part of the rows",
    "changed": "have changed since they were built, themselves or in what they read",
    "before_its_parent": "were built or run before {first.newer_parent}, which they read",
    "before_a_publication": "were built before a publication that others take into account",
    "left_out": "were not built or run",
}
# What all nodes have to have in common, by its name in `rests_on`.
APART = {
    "lake": "over another lake, or before something landed in it",
    "variables": "with other variables",
    "versions": "by other versions of dbt or DuckDB",
    "salt": "with another CPM_PSEUDONYM_SALT",
    "settings": "with another dbt_project.yml, profile, program or macro that all nodes share",
}


@dataclass(frozen=True)
class Node:
    """A node of the project, and what is wrong with its last result; `fault` is null where it stands."""

    unique_id: str
    name: str
    resource_type: str
    is_wanted: bool
    parents: Sequence[str]
    number: int | None
    command: str | None
    newer_parent: str | None
    fault: str | None

    @property
    def is_test(self) -> bool:
        """Whether it is run, and builds nothing."""
        return self.resource_type in TESTS


def require_standing(connection: duckdb.DuckDBPyConnection, record: Record, project: Path) -> None:
    """Raise CpmError, in one line with the command that mends it, unless every node stands.

    The connection has the warehouse attached as `warehouse`; `record` is what its last command rests on. A test
    that nothing landed can break may be left out, and may not have failed.
    """
    nodes = {row[0]: Node(*row) for row in connection.execute(JUDGED).fetchall()}
    wrong = [node for node in nodes.values() if node.fault and (node.is_wanted or node.fault == "failed")]
    if not wrong:
        return
    fault = min((node.fault or "" for node in wrong), key=ORDER.index)
    those = [node for node in wrong if node.fault == fault]
    first = those[0]
    if fault == "rests_on_another":
        said = f"were built {_apart(connection, record, first)}"
    else:
        said = SAID[fault].format(first=first)
    run = _command(nodes, wrong, record, project)
    if fault == "failed":
        is_of_the_last = all(node.number == max(other.number or 0 for other in nodes.values()) for node in those)
        # dbt retries what the last command left, and no other.
        run = f"mend what failed and run `{'dbt retry' if is_of_the_last else run}`"
    else:
        run = f"run `{run}`"
    raise CpmError(f"nodes that {said}: {len(those)}, first {first.unique_id}; {run}; nothing is published")


def _apart(connection: duckdb.DuckDBPyConnection, record: Record, node: Node) -> str:
    """Say in what the command that built a node differs from the last one."""
    found = connection.execute(
        "select record from warehouse.main.build_commands where number = ?", [node.number]
    ).fetchone()
    assert found is not None
    before, now = json.loads(found[0])["rests_on"], record["rests_on"]
    names = [name for name in APART if before[name] != now[name]]
    if names[0] != "variables":
        return APART[names[0]]
    others = before["variables"].keys() | now["variables"].keys()
    differ = [name for name in sorted(others) if before["variables"].get(name) != now["variables"].get(name)]
    return f"with another {differ[0]} than '{now['variables'].get(differ[0])}'"


def _command(nodes: Mapping[str, Node], wrong: Sequence[Node], record: Record, project: Path) -> str:
    """Return the command of dbt after which all stand, over the lake and with the variables of the last one."""
    words = ["dbt", "build"]
    faults = {node.fault for node in wrong}
    first = _first_of(nodes, wrong)
    if len(first) > MOST:  # one seed that was loaded again may be read by many
        first = list(
            {one.unique_id: one for one in (nodes.get(node.newer_parent or "", node) for node in first)}.values()
        )
    if "rests_on_another" not in faults and len(first) <= MOST:
        words += ["--select", *(f"{node.name}{'' if node.is_test else '+'}" for node in first)]
    elif "rests_on_another" not in faults and all(node.is_test for node in wrong):
        words = ["dbt", "test"]
    if "altered" in faults:
        words += ["--full-refresh"]
    given = {name: record["variables"][name] for name in record["other_variables"]}
    if record["lake_root"] != variables_of(project)["lake_root"]:
        given["lake_root"] = record["lake_root"]
    if given:
        words += ["--vars", shlex.quote(json.dumps(given))]
    return " ".join(words)


def _first_of(nodes: Mapping[str, Node], wrong: Sequence[Node]) -> list[Node]:
    """Return those of the nodes that do not read another one of them: what is built with them mends the rest."""
    found = {node.unique_id for node in wrong}
    reads: dict[str, bool] = {}

    def reads_one(key: str) -> bool:
        if key not in reads:
            reads[key] = any(
                parent in found or reads_one(parent) for parent in nodes[key].parents if parent in nodes
            )
        return reads[key]

    return [node for node in wrong if not reads_one(node.unique_id)]
