"""Damages lake, register, history, warehouse and what is published, at random; prints a table.

After each, `cpm publish`, `cpm status` and `cpm verify` are run in their turn. The first, or another where
it is of what is kept only, must end with one line that names the place, and readers must see what they saw before.
"""

import os
import random
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import duckdb
from setting import BIN, Setting, arguments

HISTORY = "lake/published_measure_results"


@dataclass(frozen=True)
class Kind:
    """What is damaged, and how."""

    area: str
    what: str
    files: str


def kinds() -> list[Kind]:
    """Forty, dealt over five areas."""
    lake = "lake/[!p_]*/provider=[!n]*/period=*/version=*/*.parquet"
    register = "lake/[!_]*/provider=[!nw]*/period=*/version=*/_submission.json"
    results = f"{HISTORY}/provider=warehouse/*/*/results.parquet"
    links = f"{HISTORY}/provider=warehouse/*/*/_link.json"
    warehouse = "warehouseB/cpm.duckdb"
    return [
        *(Kind("lake", what, lake) for what in ("flip", "cut", "empty", "remove", "swap", "add", "link", "flip")),
        *(Kind("register", what, register) for what in ("flip", "cut", "empty", "remove", "swap", "drop")),
        *(Kind("register", what, "lake/_journal.jsonl") for what in ("flip", "cut", "remove", "line")),
        *(Kind("history", what, results) for what in ("flip", "cut", "remove", "swap", "drop")),
        *(Kind("history", what, links) for what in ("flip", "remove", "empty")),
        *(Kind("history", what, f"{HISTORY}/_head.json") for what in ("flip", "remove")),
        *(Kind("warehouse", what, warehouse) for what in ("mart", "mart", "cube", "result", "record", "columns")),
        *(Kind("warehouse", what, warehouse) for what in ("cut", "header")),
        *(Kind("published", what, "published/cpm.duckdb") for what in ("flip", "cut")),
        *(Kind("published", what, "published/kept/*.json") for what in ("flip", "remove")),
    ]


def flip(path: Path, chance: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    path.write_bytes(content)


def other_than(path: Path, files: list[Path], chance: random.Random) -> Path:
    return chance.choice([one for one in files if one.read_bytes() != path.read_bytes()])


def damage(setting: Setting, kind: Kind, chance: random.Random) -> str:
    """Do one damage; returns a pattern of what must be named."""
    files = sorted(setting.place.glob(kind.files))
    path = chance.choice(files)
    named = path.name if kind.area in {"warehouse", "published"} else str(path.relative_to(setting.lake))
    if kind.area == "history":
        named = "published_measure_results"
    if path.stat().st_nlink > 1:  # a publication and the same one that is kept are one file
        shutil.copy(path, path.with_name("one"))
        path.with_name("one").replace(path)
    match kind.what:
        case "flip":
            flip(path, chance)
        case "cut":
            os.truncate(path, chance.randrange(1, path.stat().st_size))
        case "empty":
            path.write_bytes(b"")
        case "remove":
            path.unlink()
        case "swap":
            other = other_than(path, files, chance)
            content, others = path.read_bytes(), other.read_bytes()
            path.write_bytes(others)
            other.write_bytes(content)
            named = f"{named}|{other.relative_to(setting.lake)}" if kind.area != "history" else named
        case "add":
            shutil.copy(path, path.with_name("more.parquet"))
            named = "more.parquet"
        case "link":
            path.rename(path.with_suffix(".moved"))
            path.symlink_to(path.with_suffix(".moved").name)
        case "drop":
            shutil.rmtree(path.parent)
            named = named if kind.area == "history" else str(path.parent.relative_to(setting.lake))
        case "line":
            lines = path.read_bytes().splitlines(keepends=True)
            del lines[chance.randrange(len(lines) - 1)]
            path.write_bytes(b"".join(lines))
        case "header":
            content = bytearray(path.read_bytes())
            content[chance.randrange(0, 64)] ^= 255
            path.write_bytes(content)
        case _:
            named = alter(path, kind.what, chance)
    return named


def alter(warehouse: Path, what: str, chance: random.Random) -> str:
    """Write to a warehouse as a notebook might; returns the table."""
    with duckdb.connect(str(warehouse)) as connection:

        def tables(condition: str) -> list[str]:
            query = (
                "select schema_name || '.' || table_name from duckdb_tables()"
                f" where estimated_size > 1 and {condition} order by 1"
            )
            return [name for (name,) in connection.execute(query).fetchall()]

        if what == "mart":
            table = chance.choice(tables("schema_name = 'marts'"))
            connection.execute(f"delete from {table} where rowid = (select max(rowid) from {table})")
        elif what == "cube":
            table = chance.choice(tables("schema_name in ('cubes', 'intermediate')"))
            connection.execute(f"insert into {table} from (from {table} limit 1)")
        elif what == "result":
            table = "main.build_results"
            connection.execute(
                f"update {table} set status = 'pass' where unique_id = (select max(unique_id) from {table})"
            )
            connection.execute(f"delete from {table} where unique_id = (select min(unique_id) from {table})")
        elif what == "record":
            table = "main.build_commands"
            connection.execute(
                f"""update {table} set record = json_merge_patch(record, '{{"commit": "another"}}')"""
            )
        else:
            table = "marts.fct_measure_results"
            connection.execute(f"alter table {table} rename column met_count to spare")
            connection.execute(f"alter table {table} rename column total_count to met_count")
            connection.execute(f"alter table {table} rename column spare to total_count")
    return table


def one_line(said: str) -> str:
    """What a command said in one line; empty where it said more, or a trace."""
    lines = [line for line in said.splitlines() if line.startswith(("error:", "replaced:"))]
    return lines[0] if len(lines) == 1 and "Traceback" not in said else ""


def trial(setting: Setting, kind: Kind, chance: random.Random) -> tuple[str, str, bool]:
    """Return which command told, what it said, and whether nothing was published before."""
    before = setting.final.read_bytes()
    named = damage(setting, kind, chance)
    damaged = setting.final.read_bytes() if setting.final.exists() else b""
    lake = ("--lake", str(setting.lake))
    commands = {
        "publish": setting.publish("B"),
        "status": [str(BIN / "cpm"), "status", *lake, "--published", str(setting.published)],
        "verify": setting.verify(),
    }
    told, line = "nobody", ""
    for name, command in commands.items():
        code, said = setting.run(command)
        line = one_line(said)
        if (code or line.startswith("replaced:")) and line and re.search(named, said):
            told = name
            break
        line = said[-300:].replace("\n", " ")
    # What readers see is replaced by a whole one, and that is said.
    is_unpublished = not setting.final.exists() or setting.final.read_bytes() in (before, damaged)
    unpublished = is_unpublished or line.startswith("replaced:")
    return told, line, unpublished


def main() -> None:
    asked = arguments(__doc__ or "")
    whole = Setting(asked.place or Path(tempfile.mkdtemp(prefix="cpm-damages-")))
    if not whole.target("B").exists():
        whole.prepare()
    print(f"seed {asked.seed}, in {whole.place}")
    print("| | area | damage | told by | before publishing | line |\n|---|---|---|---|---|---|", flush=True)
    failures = []
    # What was published names the place of its lake: the damage is done there, and the copy takes its place.
    kept = whole.place.with_name(f"{whole.place.name}-whole")
    for number, kind in enumerate(kinds()):
        chance = random.Random(asked.seed * 1000 + number)
        shutil.copytree(whole.place, kept)
        told, line, unpublished = trial(whole, kind, chance)
        before = "yes" if unpublished else "NO"
        print(f"| {number} | {kind.area} | {kind.what} | {told} | {before} | {line[:300]} |", flush=True)
        if told == "nobody" or not unpublished:
            failures.append(number)
        shutil.rmtree(whole.place)
        kept.rename(whole.place)
    print(f"{len(kinds()) - len(failures)} of {len(kinds())} noticed and named; not: {failures or 'none'}")
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
