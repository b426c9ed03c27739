"""Publications kept under their own names, each with its manifest, and the one that readers see."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.errors import CpmError, DamageError
from cpm_warehouse.files import sha256, sync, write_whole
from cpm_warehouse.publish.signing import digest

FOLDER = "kept"
# However old, the one that readers see and the one before it stay.
LEAST = 2
KINDS = {".duckdb", ".json"}
ANEW = "`cpm publish` puts a whole one in its place"
REMOVE = "restore it from a backup, or remove that publication with its manifest"
# A manifest's own checksum, in it.
OWN = "manifest_sha256"

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A publication that is kept."""

    name: str
    path: Path
    manifest: Manifest

    @property
    def size(self) -> int:
        """Bytes of its file."""
        return self.path.stat().st_size


class Kept:
    """The publications beside the one that readers see."""

    def __init__(self, published: Path) -> None:
        self.published = published
        self.folder = published / FOLDER

    def entries(self) -> list[Entry]:
        """Return what is kept, oldest first. Raises CpmError where a manifest cannot be read."""
        found = []
        for path in self.folder.glob("*.duckdb"):
            beside = path.with_suffix(".json")
            found.append(Entry(path.stem, path, read_beside(beside)))
        return sorted(found, key=lambda entry: (entry.manifest["published_at"], entry.name))

    def manifests(self, final: Path) -> Iterator[Manifest]:
        """Yield what each publication says of itself, the one that readers see among them."""
        yield from (entry.manifest for entry in self.entries())
        if manifest := seen_manifest(final):
            yield manifest

    def damage_of(self, final: Path) -> str:
        """Say what is wrong with the file that readers see; nothing where it is as it was published."""
        try:
            name = (read_manifest(final) or {}).get("name", "")
        except DamageError as error:
            return str(error)
        beside = self.folder / f"{name}.json"
        if not name or not beside.exists() or sha256(final) == read_beside(beside)["file_sha256"]:
            return ""
        return f"{final}: has other bytes than were published; {ANEW}"

    def damages(self, final: Path) -> list[str]:
        """Read everything that is kept and say, in a line each, what is not as it was published."""
        said = [self.damage_of(final)] if final.exists() else []
        for path in sorted({one.with_suffix(".json") for one in self.folder.glob("0*.*") if one.suffix in KINDS}):
            file = path.with_suffix(".duckdb")
            try:
                is_whole = sha256(file) == read_beside(path)["file_sha256"]
            except DamageError as error:
                said.append(str(error))
            except FileNotFoundError:
                said.append(f"{file}: is missing; {REMOVE}")
            else:
                said.append("" if is_whole else f"{file}: has other bytes than were published; {REMOVE}")
        return [line for line in said if line]

    def keep(self, made: Path, manifest: Manifest, days: int) -> None:
        """Keep a publication under its name, and let go of those that are older than so many days."""
        self.folder.mkdir(exist_ok=True)
        self.folder.chmod(self.published.stat().st_mode & 0o777)
        path = self.folder / f"{manifest['name']}.duckdb"
        for entry in self.entries():
            if "taken_back_at" in entry.manifest and _basis_of(entry.manifest) == _basis_of(manifest):
                raise CpmError(
                    f"{entry.name} was taken back (`cpm publish --rollback`); the next publication has to differ"
                    " from it: correct an extract, a rule or a seed row first"
                )
        beside = path.with_name(f"{path.name}.new")
        beside.unlink(missing_ok=True)
        _link(made, beside)
        beside.replace(path)
        _write_beside(path, manifest)
        oldest = f"{datetime.now(UTC) - timedelta(days=days):%Y-%m-%d %H:%M:%S}"
        for entry in self.entries()[:-LEAST]:
            if entry.manifest["published_at"] < oldest and entry.name != manifest["name"]:
                entry.path.unlink()
                entry.path.with_suffix(".json").unlink()

    def find(self, asked: str) -> Entry:
        """Return the one publication whose name is or begins with what is asked for."""
        found = [entry for entry in self.entries() if entry.name.startswith(asked)]
        if len(found) != 1:
            some = "; ".join(entry.name for entry in (found or self.entries()))
            what = "more than one publication is" if found else "no publication is"
            raise CpmError(f"{self.folder}: {what} called '{asked}': {some or 'none is kept'}")
        return found[0]

    def take_back_to(self, asked: str, final: Path) -> Entry:
        """Let readers see an earlier publication again; the one that they see is noted as taken back."""
        entry = self.find(asked)
        if sha256(entry.path) != entry.manifest["file_sha256"]:
            raise DamageError(f"{entry.path}: has other bytes than were published; take another or publish anew")
        seen = seen_manifest(final)
        for other in self.entries():
            if other.name == seen.get("name") and other.name != entry.name:
                note = other.manifest | {"taken_back_at": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"}
                write_whole(other.path.with_suffix(".json"), _dumped(note))
        aside = self.published / f".cpm-{os.getpid()}.duckdb"
        _link(entry.path, aside)
        put_in_place(aside, entry.manifest, final)
        note = {name: value for name, value in entry.manifest.items() if name != "taken_back_at"}
        write_whole(entry.path.with_suffix(".json"), _dumped(note))
        return entry


def _basis_of(manifest: Mapping[str, Any]) -> str:
    """Checksum of a publication's results and of what they rest on.

    The name will not do: built again, a publication finds itself in the history, and its restatements differ.
    """
    names = ("publication_id", "code_version", "definitions_sha256", "submissions_sha256", "variables", "versions")
    return digest({name: manifest[name] for name in names})


def put_in_place(made: Path, manifest: Mapping[str, Any], final: Path) -> None:
    """Put a new file in the old one's place; readers of the old one keep it until they close it."""
    mode = made.stat().st_mode & 0o777
    content = {name: value for name, value in manifest.items() if name != "taken_back_at"}
    content |= {"file_sha256": sha256(made), "file_size": made.stat().st_size}
    made.replace(final)
    sync(final.parent)
    write_whole(final.with_suffix(".json"), _dumped(content))
    final.with_suffix(".json").chmod(mode)


def read_manifest(path: Path) -> Manifest | None:
    """Return what a published file says of itself; None for one of before that.

    It is read from the file: what lies beside it may be of the publication before, for a moment.
    """
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            found: Manifest = dict(connection.execute("from publication.about").fetchall())
            for name in ("submissions", "definitions", "variables", "versions"):
                found[name] = dict(connection.execute(f"from publication.{name}").fetchall())
            found["code_lists"] = _code_lists(connection)
    except duckdb.CatalogException:
        return None
    except duckdb.Error as error:
        said = str(error).splitlines()[0]
        if "version number" in said:
            raise CpmError(
                f"{path}: asked with DuckDB {duckdb.__version__}, written by another ({said}); read it with the"
                " version of cpm that published it, or publish again"
            ) from error
        raise DamageError(f"{path}: cannot be read ({said}); {ANEW}") from error
    try:
        for name in ("history", "withheld"):
            found[name] = json.loads(found[name])
    except (KeyError, ValueError, TypeError) as error:
        raise DamageError(f"{path}: its own description cannot be used ({error}); {ANEW}") from error
    return found


def _code_lists(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """By which lists of codes files were read; none in a publication of before that was said."""
    try:
        found = connection.execute("from publication.code_lists")
    except duckdb.CatalogException:
        return {}
    _, *columns = [column[0] for column in found.description or ()]
    return {name: dict(zip(columns, row, strict=True)) for name, *row in found.fetchall()}


def describe_marts(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Return the rows of each mart, and a checksum that does not depend on their order."""
    names = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'marts' and database_name = current_database()"
        " order by table_name"
    ).fetchall()
    found = {}
    for (name,) in names:
        row = connection.execute(
            "select count(*), sum(cast(md5_number_upper(cast(mart as varchar)) as hugeint))"
            f" from marts.{name} as mart"
        ).fetchone()
        assert row is not None
        found[name] = {"rows": row[0], "checksum": f"{row[1] or 0:026x}"}
    return found


def seen_manifest(final: Path) -> Manifest:
    """Return what the publication that readers see says of itself; nothing where there is none.

    A damaged file must not stand in the way of what replaces it: its manifest speaks for it.
    """
    if not final.exists():
        return {}
    try:
        return read_manifest(final) or {}
    except DamageError:
        beside = final.with_suffix(".json")
        return read_beside(beside) if beside.exists() else {}


def as_text(value: Any) -> str | None:
    """Return a value as the tables of a publication have it: a text as it is, anything else as JSON."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _link(made: Path, path: Path) -> None:
    """Give a file a second name, which takes no space; copy it where the place cannot do that."""
    try:
        path.hardlink_to(made)
    except OSError:
        shutil.copy2(made, path)


def _write_beside(path: Path, manifest: Mapping[str, Any]) -> None:
    beside = path.with_suffix(".json")
    content = {**manifest, "file_sha256": sha256(path), "file_size": path.stat().st_size}
    write_whole(beside, _dumped(content))
    beside.chmod(path.stat().st_mode & 0o777)


def read_beside(path: Path) -> Manifest:
    """Return the manifest that lies beside a publication. Raises DamageError where it was edited or cut."""
    try:
        found: Manifest = json.loads(path.read_text(encoding="utf-8"))
        own = found.pop(OWN, None)
    except (OSError, ValueError, AttributeError) as error:
        raise DamageError(f"{path}: the manifest of a publication cannot be read; {REMOVE}") from error
    if own is not None and own != digest(found):
        raise DamageError(f"{path}: the manifest of a publication was edited; {REMOVE}")
    return found


def _dumped(content: Mapping[str, Any]) -> bytes:
    plain = json.loads(json.dumps(content))
    return (json.dumps(plain | {OWN: digest(plain)}, indent=1) + "\n").encode()
