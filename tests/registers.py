"""Writes from the last build what others rely on, so that a diff shows its change (`make registers`).

`docs/public_marts.csv`: a row for each column that readers of public marts have or had. One that goes or changes
its type keeps its row, with the release that ended it. `.github/CODEOWNERS`: folders of each group, to its owner.
"""

import csv
import io
import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[1]
MARTS = ROOT / "docs/public_marts.csv"
OWNERS = ROOT / ".github/CODEOWNERS"
# Every engine takes the one; readers of the publication find the other.
PUBLISHED_AS = {"string": "varchar"}

Node = dict[str, Any]


class Row(NamedTuple):
    """A column of a public mart, there from the release `since` until before the release `until`, if any."""

    mart: str
    column: str
    type: str
    since: str
    until: str


def version() -> str:
    """The release that is being made, or was made last."""
    found: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return found


def models() -> list[Node]:
    """The models, as dbt knew them in the last build."""
    nodes = json.loads((ROOT / "target/manifest.json").read_text())["nodes"].values()
    return [node for node in nodes if node["resource_type"] == "model"]


def built() -> set[tuple[str, str, str]]:
    """Mart, column and type of each column of a public mart."""
    return {
        (node["name"], column["name"], PUBLISHED_AS.get(column["data_type"], column["data_type"]))
        for node in models()
        if node["access"] == "public"
        for column in node["columns"].values()
    }


def registered() -> list[Row]:
    """What the register of public marts has."""
    return [Row(**row) for row in csv.DictReader(io.StringIO(MARTS.read_text(encoding="utf-8")))]


def brought_up_to_date(rows: list[Row], columns: set[tuple[str, str, str]], release: str) -> list[Row]:
    """Rows of the releases before this one; what is gone ends with it, what is new begins with it."""
    before = [
        row._replace(until="" if row.until == release else row.until) for row in rows if row.since != release
    ]
    there = {row[:3] for row in before if not row.until}
    ended = [row if row.until or row[:3] in columns else row._replace(until=release) for row in before]
    return sorted([*ended, *(Row(*column, release, "") for column in columns - there)])


def as_csv(rows: list[Row]) -> str:
    """The register as text."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows([Row._fields, *rows])
    return written.getvalue()


def unsaid(rows: list[Row], release: str, changelog: Mapping[str, str]) -> list[str]:
    """Changes of public marts that the release's table in CHANGELOG.md does not name, or does not call breaking.

    A mart of which every column is new, or gone, is named by itself.
    """
    table = [line for line in changelog[release].splitlines() if line.startswith("|")]
    wrong = []
    for row in rows:
        if release not in (row.since, row.until):
            continue
        whole = all(release in (one.since, one.until) for one in rows if one.mart == row.mart)
        name = f"`{row.mart}`" if whole else f"`{row.mart}.{row.column}`"
        said = [line for line in table if name in line]
        if not said:
            wrong.append(f"{name} is not named")
        elif row.until == release and not any(line.rstrip().endswith("| yes |") for line in said):
            wrong.append(f"{name} is gone or has another type, and is not called breaking")
    return sorted(set(wrong))


def releases(text: str) -> dict[str, str]:
    """Sections of CHANGELOG.md by version, newest first."""
    parts = re.split(r"^## (\d+\.\d+\.\d+) (?:\(unreleased\)|- \d{4}-\d{2}-\d{2})\n", text, flags=re.M)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def owners() -> str:
    """Folders of models by the group that they are of, each with its owner's address."""
    groups = yaml.safe_load((ROOT / "models/groups.yml").read_text(encoding="utf-8"))["groups"]
    addresses = {group["name"]: group["owner"]["email"] for group in groups}
    folders = {
        (Path(node["original_file_path"]).parent.as_posix(), addresses[node["group"]])
        for node in models()
        if node["group"]
    }
    return "# From models/groups.yml, by `make registers`.\n" + "".join(
        f"/{folder}/ {address}\n" for folder, address in sorted(folders)
    )


def main() -> None:
    """Write both, and say which columns changed."""
    before = registered()
    after = brought_up_to_date(before, built(), version())
    for row in sorted(set(after) ^ set(before)):
        print(f"{'+' if row in after else '-'} {','.join(row)}")
    MARTS.write_text(as_csv(after), encoding="utf-8")
    OWNERS.write_text(owners(), encoding="utf-8")


if __name__ == "__main__":
    main()
