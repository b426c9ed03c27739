"""Writes a damaged history of publications anew from the publications that are kept."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from cpm_warehouse.duck import connect, literal
from cpm_warehouse.errors import DamageError
from cpm_warehouse.files import sha256, sync_all
from cpm_warehouse.locks import hold_lake
from cpm_warehouse.private import private
from cpm_warehouse.publish.history import (
    ASIDE,
    EXTRACT,
    FILE,
    FOLDERS,
    HISTORY,
    LINK,
    Link,
    hold_history,
    place_of,
    read_link,
    write_head,
    write_results,
)
from cpm_warehouse.publish.kept import Entry, Kept
from cpm_warehouse.publish.signing import is_same_lake
from cpm_warehouse.receive.verifying import REMOVED


def restore(lake: Path, published: Path) -> int:
    """Write the history of a lake anew; returns how many publications it has.

    Raises DamageError, and leaves the history as it is, where no publication is kept whole or its rows do not come
    to the chain that it was published with.
    """
    with private(), hold_lake(lake, shared=True), hold_history(lake):
        source = _source(lake, published)
        history, made = lake / EXTRACT, lake / EXTRACT / ASIDE
        last = _write_chain(source, history, made)
        if (last.number, last.sha256) != (
            source.manifest["history"]["number"],
            source.manifest["history"]["sha256"],
        ):
            raise DamageError(
                f"{history}: the results in {source.path} do not give the checksum with which it was published"
                " (perhaps another version of DuckDB wrote it); restore the history from a backup"
            )
        last = _go_on(history, made, last)
        sync_all(made)
        removed = lake / REMOVED / datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        removed.mkdir(parents=True)
        for old in history.glob("provider=warehouse"):
            old.rename(removed / old.name)
        (made / "provider=warehouse").rename(history / "provider=warehouse")
        write_head(lake, last)
    return last.number


def _source(lake: Path, published: Path) -> Entry:
    """Return the last publication of this lake that is kept whole: it has the results of all before it."""
    entries = [one for one in Kept(published).entries() if is_same_lake(one.manifest["lake_root"], lake)]
    whole = [one for one in entries if sha256(one.path) == one.manifest["file_sha256"]]
    if not whole:
        raise DamageError(
            f"{published}: no publication of {lake} is kept here undamaged; restore the history from a backup, or"
            " name another folder with --published"
        )
    return max(whole, key=lambda one: (one.manifest["history"]["number"], one.manifest["published_at"]))


def _write_chain(source: Entry, history: Path, made: Path) -> Link:
    """Write each publication, from the history where it is whole and else from the rows; returns the last link."""
    link = Link(0, "", "", "", "")
    before = ""
    with connect() as connection:
        connection.execute(f"attach {literal(source.path)} as source (read_only)")
        connection.execute(f"create schema marts; create table {HISTORY} as from source.{HISTORY}")
        rows = connection.execute(
            f"select distinct publication_id, published_at from {HISTORY} order by 1"
        ).fetchall()
        for number, (publication_id, published_at) in enumerate(rows, start=1):
            link = Link(number, publication_id, published_at.isoformat(), "", before)
            folder = made / place_of(link)
            folder.mkdir(parents=True)
            if kept := _whole(history / place_of(link), before):
                shutil.copy(history / place_of(link) / FILE, folder / FILE)
                link = kept
            else:
                write_results(connection, publication_id, folder / FILE)
                link = Link(number, publication_id, link.published_at, sha256(folder / FILE), before)
            (folder / LINK).write_bytes(link.written())
            before = link.sha256
    return link


def _go_on(history: Path, made: Path, last: Link) -> Link:
    """Take what follows the last publication that is kept: one that was killed before readers saw it."""
    for folder in sorted(history.glob(FOLDERS), key=lambda one: one.name):
        link = _whole(folder, last.sha256)
        if link and link.number == last.number + 1:
            shutil.copytree(folder, made / place_of(link))
            last = link
    return last


def _whole(folder: Path, before: str) -> Link | None:
    """Return the link of a publication that lies in the history as it was published, after that one."""
    try:
        link = read_link(folder / LINK)
        return link if link.before == before and link.results_sha256 == sha256(folder / FILE) else None
    except (DamageError, OSError):
        return None
