"""Says whether what is published is what would be published now, by what it rests on and no file's time."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cpm_warehouse.publish.history import read_chain, require_chain
from cpm_warehouse.publish.kept import Kept, as_text, read_manifest
from cpm_warehouse.publish.signing import (
    NOT_A_CHOICE,
    contents_of,
    definitions_of,
    is_same_lake,
    variables_of,
    versions,
)

MOST = 3  # names in a line


def differences(project: Path, lake: Path, published: Path) -> list[str]:
    """Return, in a line each, how what is published differs from the project and the lake as they are.

    A damaged publication differs: another takes its place. Raises CpmError where the history or the project cannot
    be read.
    """
    if not published.exists():
        return ["nothing is published"]
    if damage := Kept(published.parent).damage_of(published):
        return [damage]
    manifest = read_manifest(published)
    if manifest is None:
        return ["published by an earlier version of the project, which did not say what it rests on"]
    if not is_same_lake(manifest["lake_root"], lake, project):
        return [f"published from {manifest['lake_root']}"]
    return list(_differences(project, lake, manifest))


def _differences(project: Path, lake: Path, manifest: Mapping[str, Any]) -> Iterator[str]:
    chain = read_chain(lake)
    require_chain(lake, manifest["history"]["number"], manifest["history"]["sha256"])
    if len(chain) > manifest["history"]["number"]:
        yield f"{manifest['name']} is published, and {chain[-1].publication_id} came after it"
    yield from _compared("landed since", "gone from the lake", manifest["submissions"], contents_of(lake))
    yield from _compared("new in the project", "gone from it", manifest["definitions"], definitions_of(project))
    mine = {name: as_text(value) for name, value in variables_of(project).items() if name not in NOT_A_CHOICE}
    theirs = {name: value for name, value in manifest["variables"].items() if name not in NOT_A_CHOICE}
    for name in sorted(mine.keys() | theirs.keys()):
        if mine.get(name) != theirs.get(name):
            yield f"variable {name}: published with {theirs.get(name)}, the project has {mine.get(name)}"
    for name, version in versions().items():
        if manifest["versions"].get(name) != version:
            yield f"{name}: published with {manifest['versions'].get(name)}, here is {version}"


def _compared(new: str, gone: str, before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for words, names in (
        (new, now.keys() - before.keys()),
        (gone, before.keys() - now.keys()),
        ("changed", {name for name in now.keys() & before.keys() if now[name] != before[name]}),
    ):
        if names:
            shown = ", ".join(name.removesuffix("/_submission.json") for name in sorted(names)[:MOST])
            yield f"{words}: {shown}" + (f" and {len(names) - MOST} more" if len(names) > MOST else "")
