"""Keeps the results of every publication in the lake, for ever, in a chain.

A publication is named for its number and the content of its results, and says what it rested on: the instants to
which a rebuild is set, and the commit of the project. Beside its results lies its link: their checksum, and the
checksum of the link before. `_head.json` has the last link. So none can be edited, taken out or begun again
unseen; who writes the whole chain anew is found out by the publications: each says where the chain then ended.
"""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from cpm_warehouse.duck import literal
from cpm_warehouse.errors import CpmError, DamageError
from cpm_warehouse.files import sha256, sync_all, write_whole
from cpm_warehouse.locks import hold
from cpm_warehouse.receive.reading import PARQUET

RESULTS = "marts.fct_measure_results"
HISTORY = "marts.fct_measure_results_published"
EXTRACT = "published_measure_results"
FOLDERS = "provider=warehouse/period=*/version=*"
FILE, LINK, HEAD, LOCK, ASIDE = "results.parquet", "_link.json", "_head.json", "_lock", "_aside"


RESTORE = "`cpm restore-history` writes it anew from the publications that are kept; else restore a backup"


@dataclass(frozen=True)
class Link:
    """One publication in the chain: what it is called, what it held and which one it follows."""

    number: int
    publication_id: str
    published_at: str
    results_sha256: str
    before: str

    @property
    def sha256(self) -> str:
        """Checksum of the link, and so of the whole chain up to it."""
        return hashlib.sha256(json.dumps(asdict(self)).encode()).hexdigest()

    def written(self) -> bytes:
        """Return the link as it lies in the lake."""
        return (json.dumps(asdict(self), indent=2) + "\n").encode()


@contextmanager
def hold_history(lake: Path) -> Iterator[None]:
    """Let one publication at a time write to the history of a lake; what a killed one left aside goes."""
    history = lake / EXTRACT
    history.mkdir(parents=True, exist_ok=True)
    with hold(history / LOCK, "another publication", place=lake):
        shutil.rmtree(history / ASIDE, ignore_errors=True)
        yield


def read_chain(lake: Path) -> list[Link]:
    """Return the links of every publication, first to last.

    A history of before there were links is taken as it is. Raises DamageError, in one line that names the file
    and the way out, where a publication was edited, taken out or added, or where the end was cut off.
    """
    history = lake / EXTRACT
    files = [path for path in sorted(history.glob("*/*/*/*.parquet")) if "provider=none" not in path.parts]
    for path in files:
        if path.name != FILE or not path.parent.match(FOLDERS):
            raise _damaged(path, "was added: no publication wrote it")
    found = {path.parent for path in files}
    links: dict[int, Link] = {}
    places: dict[int, Path] = {}
    written = {path.parent for path in history.glob(f"{FOLDERS}/{LINK}")}
    if not written and not (history / HEAD).exists():
        return _unlinked(found)
    for folder in sorted(found | written):
        if folder not in written:
            raise _damaged(folder / LINK, "is missing, or the results beside it were added by hand")
        link = read_link(folder / LINK)
        if link.number in links:
            raise _damaged(folder, f"is a second publication {link.number}")
        links[link.number], places[link.number] = link, folder
    head_number, head = _read_head(history)
    before = ""
    for number in range(1, max([*links, head_number], default=0) + 1):
        if number not in links:
            raise _damaged(history, f"publication {number:06d} is missing: the history was cut")
        link, results = links[number], places[number] / FILE
        if link.before != before:
            raise _damaged(
                places[number] / LINK, "does not follow the publication before: one of the two was edited"
            )
        if not results.exists():
            raise _damaged(results, "is missing")
        if sha256(results) != link.results_sha256:
            raise _damaged(results, "was edited: it has other bytes than were published")
        before = link.sha256
        if number == head_number and before != head:
            raise _damaged(places[number] / LINK, "differs from what was published: the history was edited")
    # A publication killed between its last two steps is in the chain and not in the head.
    if len(links) - head_number > 1:
        raise _damaged(
            history / HEAD,
            f"says that publication {head_number} is the last, but {len(links)} publications lie here",
        )
    return [links[number] for number in sorted(links)]


def require_chain(lake: Path, number: int, link_sha256: str) -> None:
    """Check that a chain still has the link that a publication rested on. Raises CpmError where it has not."""
    chain = read_chain(lake)
    if number and (number > len(chain) or chain[number - 1].sha256 != link_sha256):
        raise DamageError(
            f"{lake / EXTRACT}: does not have publication {number:06d} as it was published: the history was cut or"
            f" edited; {RESTORE} (a new history begins where published/ is empty too)"
        )


def keep_results(connection: duckdb.DuckDBPyConnection, lake: Path, code_version: str | None) -> tuple[Link, bool]:
    """Add the results to those published before, in the lake and in their table, unless they are the same.

    The connection holds both tables and, attached as `warehouse`, what they were built from. Returns the link of
    the publication and whether it is new. The lake is written first and is what the next publication compares
    with, so that one killed at any moment is completed, not repeated, by the next. Raises CpmError where the
    history is not as it was written, or the clock is behind the last publication. Hold the history meanwhile.
    """
    chain = read_chain(lake)
    _write_links(lake, chain)
    _take_in(connection, lake)
    content = content_of(connection)
    now = datetime.now(UTC).replace(tzinfo=None)
    if chain and now.isoformat() < chain[-1].published_at:
        raise CpmError(
            f"the clock of this machine says {now:%Y-%m-%d %H:%M:%S}, and {chain[-1].publication_id} was published"
            f" at {chain[-1].published_at}: set the clock right"
        )
    if chain and chain[-1].publication_id.partition("-")[2] == content:
        return chain[-1], False
    publication_id = f"{len(chain) + 1:06d}-{content}"
    connection.execute(
        f"insert into {HISTORY} by name"
        " select ? as publication_id, ? as published_at, ? as code_version, known_at, landed_at, as_of_at,"
        f" results.* from {RESULTS} as results cross join warehouse.intermediate.int_reporting_clock",
        [publication_id, now, code_version],
    )
    return append(connection, lake, chain, publication_id, now), True


def append(
    connection: duckdb.DuckDBPyConnection,
    lake: Path,
    chain: list[Link],
    publication_id: str,
    published_at: datetime,
) -> Link:
    """Add a publication that the table holds to the end of the chain, whole or not at all."""
    aside = lake / EXTRACT / ASIDE
    aside.mkdir()
    write_results(connection, publication_id, aside / FILE)
    before = chain[-1].sha256 if chain else ""
    link = Link(len(chain) + 1, publication_id, published_at.isoformat(), sha256(aside / FILE), before)
    (aside / LINK).write_bytes(link.written())
    sync_all(aside)
    folder = lake / EXTRACT / place_of(link)
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside.replace(folder)
    write_head(lake, link)
    return link


def place_of(link: Link) -> str:
    """Return the folder of a publication, below the history."""
    return f"provider=warehouse/period={link.published_at[:7]}/version={link.number}"


def write_results(connection: duckdb.DuckDBPyConnection, publication_id: str, path: Path) -> None:
    """Write the results of a publication, from the table; the same rows give the same bytes."""
    connection.execute(
        f"copy (from {HISTORY} where publication_id = {literal(publication_id)} order by all)"
        f" to {literal(path)} ({PARQUET})"
    )


def content_of(connection: duckdb.DuckDBPyConnection) -> str:
    """Return the fingerprint of the results, which a publication is named for."""
    rows = connection.execute(f"from {RESULTS} order by all").fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()[:12]


def _unlinked(folders: set[Path]) -> list[Link]:
    """Return the chain of a history that has no links yet."""
    chain: list[Link] = []
    for folder in sorted(folders, key=lambda one: int(one.name.partition("=")[2])):
        path = folder / FILE
        found = duckdb.sql(
            f"select any_value(publication_id), max(published_at) from read_parquet({literal(path)})"
        ).fetchone()
        assert found is not None
        before = chain[-1].sha256 if chain else ""
        chain.append(Link(len(chain) + 1, found[0], found[1].isoformat(), sha256(path), before))
    return chain


def _write_links(lake: Path, chain: list[Link]) -> None:
    """Write what a killed publication did not come to, and the links of a history that had none."""
    places = {int(path.name.partition("=")[2]): path for path in (lake / EXTRACT).glob(FOLDERS)}
    for link in chain:
        if not (places[link.number] / LINK).exists():
            write_whole(places[link.number] / LINK, link.written())
    if chain and _read_head(lake / EXTRACT) != (chain[-1].number, chain[-1].sha256):
        write_head(lake, chain[-1])


def write_head(lake: Path, link: Link) -> None:
    """Say where the chain ends."""
    content = {"number": link.number, "sha256": link.sha256}
    write_whole(lake / EXTRACT / HEAD, (json.dumps(content) + "\n").encode())


def end_of(lake: Path) -> str:
    """Return the checksum with which the chain of a lake ends; empty where nothing was published."""
    return _read_head(lake / EXTRACT)[1]


def _read_head(history: Path) -> tuple[int, str]:
    try:
        found = json.loads((history / HEAD).read_text(encoding="utf-8"))
        return int(found["number"]), str(found["sha256"])
    except FileNotFoundError:
        return 0, ""
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _damaged(history / HEAD, "cannot be read") from error


def read_link(path: Path) -> Link:
    """Read a link. Raises DamageError where it is none."""
    try:
        return Link(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise _damaged(path, "cannot be read") from error


def _damaged(path: Path, what: str) -> DamageError:
    return DamageError(f"{path}: {what}; {RESTORE}; nothing is published")


def _take_in(connection: duckdb.DuckDBPyConnection, lake: Path) -> None:
    """Fill the table from the lake, with publications that the build did not see: killed before its swap, say."""
    kept = sorted((lake / EXTRACT).glob(f"{FOLDERS}/{FILE}"))
    connection.execute(f"delete from {HISTORY}")
    if kept:
        files = ", ".join(literal(path) for path in kept)
        connection.execute(
            f"insert into {HISTORY} by name"
            f" from read_parquet([{files}], union_by_name = true, hive_partitioning = false)"
        )
