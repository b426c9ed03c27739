"""Finds the publication that a reader asks for: a file that was copied is enough, with no lake and no build.

What is wrong with it is said with what was asked and what is there instead.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import duckdb

from cpm_warehouse.errors import CpmError, DamageError
from cpm_warehouse.files import sha256
from cpm_warehouse.publish.kept import FOLDER, Kept, Manifest, describe_marts, read_beside, read_manifest

NAME = "cpm.duckdb"
# What DuckDB says of a table or column that is not there.
LACKING = (duckdb.CatalogException, duckdb.BinderException)
NAME_IT = "name a copy of one with --published or CPM_PUBLISHED"


@dataclass(frozen=True)
class Found:
    """A publication to read, and what it says of itself."""

    path: Path
    manifest: Manifest
    is_synthetic: bool  # whether any of its figures stands on synthetic data

    @property
    def name(self) -> str:
        """The name under which it was published."""
        return str(self.manifest["name"])

    def __str__(self) -> str:
        """Say in a line which publication it is; of a synthetic one, that it is."""
        said = f"publication {self.name} of {self.manifest['published_at']} UTC"
        return f"{said}; SYNTHETIC data: no figure is the DCC's" if self.is_synthetic else said

    def require(self, marts: Collection[str]) -> None:
        """Raise CpmError, with what to do, where it was made before one of these marts was."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            there = connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'marts'"
            ).fetchall()
        if lacking := [mart for mart in marts if (mart,) not in there]:
            raise CpmError(
                f"{self.path}: publication {self.name} of {self.manifest['published_at']} UTC has no"
                f" {' and no '.join(lacking)}, with which this version begins: {self._made_by()}"
            )

    def _made_by(self) -> str:
        return (
            f"made by version {self.manifest['versions'].get('cpm-warehouse', '(not said)')} at commit"
            f" {self.manifest['code_version']}; read it with that version, or publish again"
        )

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Say what was asked and what is there, where this version asks for what the publication has not."""
        try:
            yield
        except (*LACKING, CpmError) as error:
            lacking = error if isinstance(error, LACKING) else error.__cause__
            if not isinstance(lacking, LACKING):
                raise
            raise CpmError(
                f"{self.path}: asked as version {metadata.version('cpm-warehouse')} does:"
                f" {str(lacking).splitlines()[0]}; there is {self.name}, {self._made_by()}"
            ) from error


def find_publication(place: Path, asked: str | None = None, *, thorough: bool = False) -> Found:
    """Return the publication at a place, a file or the folder of `cpm publish`, or the one kept beside it.

    `asked` is the name of one or its beginning. Raises CpmError where there is none or it is of another version of
    the project or of DuckDB, and DamageError where it is not as it was published: by the checksum of its bytes in
    the manifest beside it, or, of a file that was copied alone, if that is asked for (`thorough`), by those of its
    marts, which takes seconds.
    """
    file = place / NAME if place.is_dir() else place
    if not file.exists():
        raise CpmError(
            f"{file}: nothing is published here; asked is a publication, the file that `cpm publish` writes; run"
            f" `make build` first, or {NAME_IT}"
        )
    found = _read(file)
    if asked and not found.name.startswith(asked):
        kept = Kept(file.parent)
        if not kept.folder.is_dir():
            raise CpmError(
                f"{file}: asked is publication '{asked}', there is {found.name}, and no folder {FOLDER} beside it"
                f" with others; {NAME_IT}"
            )
        found = _read(kept.find(asked).path)
    _require_whole(found, thorough=thorough)
    return found


def _read(path: Path) -> Found:
    manifest = read_manifest(path)
    if manifest is None:
        raise CpmError(
            f"{path}: asked is a publication of this project; there is a database that does not say what it is:"
            f" something else wrote it, or a version before 0.3.0; {NAME_IT}, or publish again"
        )
    with duckdb.connect(str(path), read_only=True) as connection:
        some = connection.execute("select bool_or(is_synthetic) from marts.fct_measure_results").fetchone()
    return Found(path, manifest, is_synthetic=manifest["is_synthetic"] == "true" or bool(some and some[0]))


def _require_whole(found: Found, *, thorough: bool) -> None:
    """Raise DamageError where the file is not as it was published."""
    for path in (found.path.with_suffix(".json"), found.path.parent / FOLDER / f"{found.name}.json"):
        manifest = read_beside(path) if path.exists() else {}
        if manifest.get("name") == found.name:
            if sha256(found.path) != manifest["file_sha256"]:
                raise _altered(found, f"the bytes are not those that {path.name} says")
            return
    if not thorough:
        return
    with duckdb.connect(str(found.path), read_only=True) as connection:
        said = dict(connection.execute("select mart, (row_count, checksum) from publication.marts").fetchall())
        there = {mart: (one["rows"], one["checksum"]) for mart, one in describe_marts(connection).items()}
    differing = sorted(mart for mart in said.keys() | there.keys() if said.get(mart) != there.get(mart))
    if differing:
        raise _altered(found, f"the rows of {differing[0]} are others")


def _altered(found: Found, what: str) -> DamageError:
    return DamageError(
        f"{found.path}: asked is {found.name} as it was published; there, {what}: it was altered or cut; copy it"
        " anew, or publish again"
    )
