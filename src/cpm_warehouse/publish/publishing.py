"""Publishes the public marts of a build in one DuckDB file, signed by what was built; keeps results for ever."""

import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.contracts import CONTRACTS, load_contracts
from cpm_warehouse.duck import connect, insert_rows, literal, quoted
from cpm_warehouse.errors import CpmError
from cpm_warehouse.files import sync
from cpm_warehouse.locks import hold, hold_lake, wait_seconds
from cpm_warehouse.private import FILE, FOLDER, private
from cpm_warehouse.pseudonyms import keep_check
from cpm_warehouse.publish.history import EXTRACT, hold_history, keep_results, require_chain
from cpm_warehouse.publish.kept import Entry, Kept, as_text, describe_marts, put_in_place
from cpm_warehouse.publish.signing import Record, digest
from cpm_warehouse.publish.standing import require_standing
from cpm_warehouse.publish.warehouses import require_as_built, unreadable
from cpm_warehouse.publish.withholding import Withheld, copy_without, identifier_patterns
from cpm_warehouse.receive.verifying import landed_since, require_sound

# A publication is made under this name, hidden from readers.
ASIDE = ".cpm-"
LOCK = ".lock"
NAME = "cpm.duckdb"
# A figure of a month can be questioned for a year and its month.
KEEP_DAYS = 400
# They leave out what came later: what they give was published then.
PAST = ("as_known_at", "as_landed_at")


@dataclass(frozen=True)
class Publication:
    """What was published, and where."""

    path: Path
    publication_id: str
    name: str
    marts: int
    is_new: bool
    withheld: tuple[Withheld, ...]
    later: tuple[str, ...]  # submissions that landed since the build began, and are not in it
    replaced: str  # what was wrong with the file that readers saw before; empty where nothing was
    made_up_lists: tuple[str, ...]  # lists with made-up names by which real extracts were read


def publish(
    *,
    warehouse: Path,
    published: Path,
    variables: Sequence[str] = (),
    keep_days: int = KEEP_DAYS,
    project: Path = Path(),
) -> Publication:
    """Publish the public marts of a warehouse, whichever commands of dbt built it.

    Lake and contracts are those below `project`, wherever it lay when it was built: a copy publishes by itself.
    `variables` names those that may differ from the project's. Raises CpmError, and leaves what was published
    before, unless every node of the project was built and passed as the last command found it (`standing.py`),
    nothing else wrote to the warehouse, it is no rebuild of the past (`as_known_at`) and no older than what is
    published, and the lake and its history are what they were.
    """
    umask = os.umask(0)
    os.umask(umask)
    final = published / NAME
    with ExitStack() as stack:
        _make_folder(published)
        stack.enter_context(private())  # until it is known whether anything in it is real
        stack.enter_context(hold(published / LOCK, "another publication"))
        stack.callback(_sweep, published)
        _sweep(published)
        aside = published / f"{ASIDE}{os.getpid()}.duckdb"
        try:
            connection = stack.enter_context(_attached(aside, warehouse))
            record = _read_build(connection, warehouse)
            require_as_built(connection, "warehouse", warehouse)
            _check_variables(record, variables)
            require_standing(connection, record, project)
            lake = project / record["lake_root"]
            stack.enter_context(hold_lake(lake, shared=True))
            later = landed_since(require_sound(lake), record["lake_head"])
            stack.enter_context(hold_history(lake))
            for earlier in Kept(published).manifests(final):
                if earlier["lake_root"] == record["lake_root"]:
                    _require_later(warehouse, record, earlier)
                    require_chain(lake, earlier["history"]["number"], earlier["history"]["sha256"])
            contracts = load_contracts(project / CONTRACTS)
            withheld = _copy_marts(connection, identifier_patterns(connection, contracts, lake))
            link, is_new = keep_results(connection, lake, record["code_version"])
            marts = describe_marts(connection)
            signed = _manifest(record, marts, withheld) | {
                "code_lists": _describe_code_lists(connection),
                "publication_id": link.publication_id,
                "history": {"number": link.number, "sha256": link.sha256},
            }
            name = f"{link.publication_id}.{digest(_content_of(signed))[:8]}"
            signed = {"name": name, "published_at": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}", **signed}
            _write_manifest(connection, signed)
            connection.execute("detach warehouse")
        except duckdb.Error as error:
            raise unreadable(warehouse, error) from error
        connection.close()
        if record["salt_check"]:
            keep_check(lake / EXTRACT, record["salt_check"])
        _open_as_it_may(published, aside, umask, is_real=bool(record["real_submission"]))
        kept = Kept(published)
        replaced = kept.damage_of(final) if final.exists() else ""
        kept.keep(aside, signed, keep_days)
        put_in_place(aside, signed, final)
    return Publication(
        path=final,
        publication_id=link.publication_id,
        name=name,
        marts=len(marts),
        is_new=is_new,
        withheld=tuple(withheld),
        later=later,
        replaced=replaced,
        made_up_lists=made_up_lists(signed),
    )


def made_up_lists(manifest: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the lists of a publication with made-up rows by which real extracts were read."""
    lists: Mapping[str, Mapping[str, Any]] = manifest.get("code_lists", {})
    return tuple(name for name, one in lists.items() if one["made_up_for_real_count"])


def take_back_to(published: Path, name: str) -> Entry:
    """Let readers see an earlier publication again. Raises CpmError where none of that name is kept."""
    with hold(published / LOCK, "another publication"):
        _sweep(published)
        return Kept(published).take_back_to(name, published / NAME)


def _make_folder(published: Path) -> None:
    published.mkdir(parents=True, exist_ok=True)
    if not os.access(published, os.W_OK):
        raise CpmError(f"{published}: this user may not write here; nothing is published")


def _sweep(published: Path) -> None:
    for left in published.glob(f"{ASIDE}*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


@contextmanager
def _attached(aside: Path, warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a new file with the warehouse beside it; wait while a build has it, as the environment says."""
    if not warehouse.exists():
        raise CpmError(f"{warehouse}: no warehouse here; run `dbt build` first")
    connection = connect(aside)
    until = time.monotonic() + wait_seconds()
    try:
        while True:
            try:
                connection.execute(f"attach {literal(warehouse)} as warehouse (read_only)")
                break
            except duckdb.IOException as error:
                if "lock" not in str(error):
                    raise
                if time.monotonic() > until:
                    raise CpmError(
                        f"{warehouse}: a build or a notebook has it open; run this again afterwards, or let it"
                        " wait: CPM_WAIT=<seconds>"
                    ) from error
                time.sleep(0.5)
        yield connection
    finally:
        connection.close()


def _read_build(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> Record:
    """Return what the last command of dbt noted when it began, and when it ended."""
    try:
        found = connection.execute(
            "select invocation_id, record from warehouse.main.build_commands order by number"
        ).fetchall()
    except duckdb.CatalogException as error:
        raise CpmError(f"{warehouse}: not built by this version of the project; run `dbt build` first") from error
    if not found:
        raise CpmError(f"{warehouse}: the last build did not begin; run `dbt build` first")
    changed = sorted({name for _, record in found for name in json.loads(record).get("changed_meanwhile", ())})
    seeds = [name for name in changed if name.startswith("seeds/")]
    if seeds:
        raise CpmError(f"{seeds[0]} changed during the build; run `dbt build` again")
    record: Record = json.loads(found[-1][1])
    return record | {"invocations": [invocation for invocation, _ in found]}


def _check_variables(record: Record, variables: Sequence[str]) -> None:
    for name in PAST:
        if record["variables"].get(name):
            raise CpmError(
                f"the last build shows what was known at {record['variables'][name]};"
                " build without as_known_at and as_landed_at to publish"
            )
    others = [name for name in record["other_variables"] if name not in variables]
    if others:
        value = record["variables"][others[0]]
        raise CpmError(
            f"the last build set {others[0]} to '{value}', which is not the project's value, so its"
            f" figures are not the regular ones; run it without {others[0]}, or, to publish them all the same:"
            f" `cpm publish --with-variable {others[0]}`"
        )


def _require_later(warehouse: Path, record: Record, earlier: Mapping[str, Any]) -> None:
    """Raise CpmError where a publication was built later: the warehouse was put back."""
    if record["recorded_at"] < earlier["built_at"]:
        raise CpmError(
            f"{warehouse}: built at {record['recorded_at']}, and {earlier['name']} was published from a build of"
            f" {earlier['built_at']}: an earlier copy lies here; run `dbt build`"
        )


def _copy_marts(connection: duckdb.DuckDBPyConnection, patterns: Mapping[str, str]) -> list[Withheld]:
    """Copy the public marts with their descriptions, all at once: each commit would take a while of its own."""
    withheld: list[Withheld] = []
    connection.begin()
    connection.execute("create schema marts")
    marts = connection.execute(
        "select name, relation, about from warehouse.main.build_nodes where about is not null order by name"
    ).fetchall()
    for name, relation, said in marts:
        about = json.loads(said)
        withheld += copy_without(connection, f"warehouse.{relation}", name, patterns)
        comments = [f"comment on table marts.{name} is {literal(about['description'])}"]
        for column, description in about["columns"].items():
            comments.append(f"comment on column marts.{name}.{quoted(column)} is {literal(description)}")
        connection.execute("; ".join(comments))
    connection.commit()
    return sorted(withheld, key=lambda one: (one.mart, one.column))


def _describe_code_lists(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """By which lists of codes the files were read: codes in force at any time, by where they are from."""
    found = connection.execute(
        "select list_name, count(distinct code), count(distinct code) filter (where origin = 'project'),"
        " count(distinct code) filter (where is_synthetic_on_real),"
        " coalesce(string_agg(distinct origin, ',' order by origin) filter (where origin <> 'project'), '')"
        " from marts.dim_code_lists group by list_name order by list_name"
    ).fetchall()
    columns = ("code_count", "project_code_count", "made_up_for_real_count", "own_lists")
    return {name: dict(zip(columns, counted, strict=True)) for name, *counted in found}


def _manifest(record: Record, marts: dict[str, Any], withheld: list[Withheld]) -> dict[str, Any]:
    """What a publication says of itself; nothing in it is secret."""
    names = (
        *("code_version", "commit", "changed_files", "definitions_sha256", "definitions", "variables"),
        *("other_variables", "versions", "lake_root", "submissions_sha256", "submissions"),
    )
    return {
        "built_at": record["recorded_at"],
        # Without what parts their digits: half of one would look like a device.
        "invocations": [invocation.replace("-", "") for invocation in record["invocations"]],
        "is_synthetic": not record["real_submission"],
        "engine": record.get("engine", "duckdb"),
        **{name: record[name] for name in names},
        "marts": marts,
        "withheld": [one.__dict__ for one in withheld],
    }


def _content_of(signed: dict[str, Any]) -> dict[str, Any]:
    """What tells one publication from another; when it was built and by which commands does not."""
    return {name: value for name, value in signed.items() if name not in {"built_at", "invocations"}}


def _write_manifest(connection: duckdb.DuckDBPyConnection, signed: dict[str, Any]) -> None:
    """Write what a publication says of itself into its file, as tables of a schema of their own."""
    connection.execute("create schema publication")
    connection.execute("create table publication.about (name varchar, value varchar)")
    lists = {
        "marts": ("mart", "row_count", "checksum"),
        "submissions": ("register_entry", "sha256"),
        "code_lists": ("list", "code_count", "project_code_count", "made_up_for_real_count", "own_lists"),
        "definitions": ("file", "sha256"),
        "changed_files": ("file", "sha256"),
        "variables": ("variable", "value"),
        "versions": ("package", "version"),
    }
    for name, columns in lists.items():
        typed = ", ".join(f"{column} {'bigint' if column.endswith('_count') else 'varchar'}" for column in columns)
        connection.execute(f"create table publication.{name} ({typed})")
        rows = [
            [key, *(value.values() if isinstance(value, dict) else [as_text(value)])]
            for key, value in signed[name].items()
        ]
        insert_rows(connection, f"publication.{name}", rows)
    about = [[name, as_text(value)] for name, value in signed.items() if name not in lists]
    insert_rows(connection, "publication.about", about)


def _open_as_it_may(published: Path, aside: Path, umask: int, *, is_real: bool) -> None:
    """Let only the owner read what was made from real extracts; the umask says who reads the sample."""
    if is_real:
        published.chmod(FOLDER)
    aside.chmod(FILE if is_real else 0o666 & ~umask)
    sync(aside)
