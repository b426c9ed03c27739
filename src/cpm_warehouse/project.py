"""The project that a command works in, and the places that its options name.

A project has the contracts, seeds and models: a checkout, or a folder that `cpm init` wrote. `cpm` is started
anywhere and works in the project's folder, as dbt does: what the command line names is looked for from where `cpm`
was started, and the places of defaults and of the environment from the project.
"""

import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from cpm_warehouse.errors import CpmError

PROJECT = "CPM_PROJECT"
FILE = "dbt_project.yml"
VERSION = re.compile(r"^version:\s*['\"]?([^'\"\s]+)", re.M)
OURS = re.compile(r"^name:\s*(['\"]?)cpm_warehouse\1\s*(#.*)?$", re.M)
# A wheel carries the project inside the package; a checkout has it around `src`.
CARRIED = Path(__file__).parent / "project"
AROUND = Path(__file__).parents[2]
# By a name with one of these, DuckDB or dbt would read another lake, or none: patterns, quotes, place holders.
UNFIT = re.compile(r"[*?\[\]'\"\\$%{}=]")


@dataclass(frozen=True)
class Workplace:
    """Where a command was started, and the project that it works in; `is_own` where one can build there."""

    start: Path
    folder: Path
    is_own: bool

    def require_own(self) -> str:
        """Return what to know before building here; empty where nothing is.

        Raises CpmError where there is no folder to build in, only what cpm was installed with.
        """
        if not self.is_own:
            raise CpmError(
                f"{self.start}: no project here or above; write one with `cpm init <folder>` and run this there,"
                f" or name one: {PROJECT}=<folder>"
            )
        found, here = VERSION.search(_text(self.folder)), metadata.version("cpm-warehouse")
        if found is None or found[1] == here:
            return ""
        return (
            f"{self.folder}: a project of version {found[1]}, and this cpm is {here}; install that version, or"
            " take over what `cpm init` writes now"
        )

    def placed(self, path: Path, *, is_typed: bool) -> Path:
        """Return a path as the project knows it: below its folder by its name there, elsewhere as it was given."""
        if is_typed or not self.is_own:
            path = path if self.start == self.folder else _absolute(self.start / path)
        return path.relative_to(self.folder) if path.is_relative_to(self.folder) else path


def workplace_of(given: Path | None) -> Workplace:
    """Return the project to work in: the one given, else the first from here upwards, else what cpm came with.

    Raises CpmError where what was given is none.
    """
    start = Path.cwd()
    if given:
        folder = _absolute(given)
        if not is_project(folder):
            raise CpmError(
                f"{given}: no project (a folder whose {FILE} has 'name: cpm_warehouse'); name another with"
                f" --project or {PROJECT}, or write one: cpm init {given}"
            )
        return Workplace(start, folder, is_own=True)
    if found := next((folder for folder in (start, *start.parents) if is_project(folder)), None):
        return Workplace(start, found, is_own=True)
    return Workplace(start, carried(), is_own=not CARRIED.is_dir())


def is_project(folder: Path) -> bool:
    """Whether a folder is a project of this kind, and not another one of dbt."""
    return bool(OURS.search(_text(folder)))


def carried() -> Path:
    """Return the project that cpm was installed with."""
    return CARRIED if CARRIED.is_dir() else AROUND


def write_project(folder: Path) -> Iterator[str]:
    """Write the project that cpm was installed with into a new folder; yields lines that say what to do there.

    Raises CpmError where anything lies there.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise CpmError(f"{folder}: is there, and not empty; name a new folder, so that nothing is overwritten")
    for name in _contents():
        source, target = carried() / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copyfile(source, target)
    (folder / "profiles.yml").symlink_to("profiles/profiles.yml")
    yield f"{folder}: a project; in this folder,"
    yield "  cpm simulate --out extracts/sample --truth extracts/truth    writes extracts to try it with"
    yield "  cpm land --extracts <folder>    takes extracts into the lake; extracts/README.md has their layout"
    yield "  cpm build && cpm publish    published/cpm.duckdb; docs/README.md says what is in it"


def _contents() -> list[str]:
    """Names of all that a project has, as it is put into a wheel."""
    if CARRIED.is_dir():
        return sorted(path.name for path in CARRIED.iterdir())
    content = tomllib.loads((AROUND / "pyproject.toml").read_text(encoding="utf-8"))
    return list(content["tool"]["hatch"]["build"]["targets"]["wheel"]["hooks"]["custom"]["project"])


class Place(click.ParamType[Path]):
    """A path on the command line, in the environment or by default."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path as the project knows it."""
        path = Path(value)
        workplace = ctx.find_object(Workplace) if ctx else None
        if ctx is None or param is None or param.name is None or workplace is None:
            return path
        return workplace.placed(path, is_typed=ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE)


class Lake(Place):
    """The folder of a lake, under a name that every reader takes as it is."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return the path as the project knows it; raises CpmError where its name is unfit."""
        return fit(super().convert(value, param, ctx))


def fit(lake: Path) -> Path:
    """Return a lake's folder. Raises CpmError where its name means something else to DuckDB or dbt."""
    wrong = UNFIT.search(str(lake)) or next((one for one in str(lake) if not one.isprintable()), None)
    if wrong or not lake.name:
        character = wrong[0] if wrong else ""
        raise CpmError(
            f"{lake}: no name for a lake, because of {character!r}: DuckDB and dbt read it as pattern or quote;"
            " name another folder with --lake or CPM_LAKE (make: LAKE=lake/<name>)"
        )
    return lake


def lake_of(extracts: Path) -> Path:
    """Return the lake that extracts land in where none is named: below `lake`, named as their folder.

    Raises CpmError where they lie at the root, which has no name.
    """
    if not (name := _absolute(extracts).name):
        raise CpmError(
            f"{extracts}: gives the lake no name; name it with --lake or CPM_LAKE (make: LAKE=lake/<name>)"
        )
    return Path("lake", name)


def _text(folder: Path) -> str:
    try:
        return (folder / FILE).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _absolute(path: Path) -> Path:
    """Return a path from the root, by the names that it was given with: a link stands for itself."""
    return Path(os.path.normpath(Path.cwd() / path))
