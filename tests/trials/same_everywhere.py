"""Builds the same lake on two machines, as far as one machine can be two, and compares every mart byte for byte.

    .venv/bin/python tests/trials/same_everywhere.py [EXTRACTS]

Once with one thread, TZ=UTC and LANG=C; once with two threads, TZ=Pacific/Auckland and LANG=tr_TR.UTF-8; both
without Python's UTF-8 mode. Each lands the extracts for itself, builds every model, and writes each mart as CSV
and as Parquet, ordered by all columns. Without EXTRACTS it simulates two small months. Exit code 1 if any differs.

The Turkish locale has another i and I. Where the machine lacks it (`locale -a`), it is made in a folder of its own
(`localedef`, Debian's package `locales`); where that is missing too, the program says so and goes on.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
MACHINES = {
    "first": {"threads": 1, "TZ": "UTC", "LANG": "C"},
    "second": {"threads": 2, "TZ": "Pacific/Auckland", "LANG": "tr_TR.UTF-8"},
}
# Its lines say when something was published or landed, which is another moment in each run.
MOMENTS = {"landed_at", "published_at", "known_at"}


def turkish(folder: Path) -> dict[str, str]:
    """What the environment needs for the Turkish locale to be there."""
    listed = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.lower()
    if "tr_tr.utf8" in listed:
        return {}
    made = subprocess.run(
        ["localedef", "-i", "tr_TR", "-f", "UTF-8", folder / "tr_TR.UTF-8"], capture_output=True, check=False
    )
    if made.returncode > 1:  # 1: made, with warnings
        print("no Turkish locale here, and none can be made: LANG alone says tr_TR")
        return {}
    return {"LOCPATH": str(folder)}


def run(environment: dict[str, str], *command: object) -> None:
    done = subprocess.run(
        [str(one) for one in command], cwd=ROOT, env=environment, capture_output=True, check=False
    )
    if done.returncode:
        sys.exit(f"{command}: {done.stdout.decode()[-3000:]}{done.stderr.decode()[-3000:]}")


def built(place: Path, extracts: Path, machine: dict[str, object], locales: dict[str, str]) -> Path:
    """Land and build, in an environment that has of the machine only what it is told."""
    place.mkdir()
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))
    }
    environment |= locales | {"TZ": str(machine["TZ"]), "LANG": str(machine["LANG"]), "PYTHONUTF8": "0"}
    environment |= {"PYTHONCOERCECLOCALE": "0", "CPM_WAREHOUSE": str(place / "cpm.duckdb")}
    profile = (ROOT / "profiles/profiles.yml").read_text()
    marked = "TimeZone: UTC\n"
    assert profile.count(marked) == 1
    (place / "profiles.yml").write_text(
        profile.replace(marked, f"{marked}        threads: {machine['threads']}\n")
    )
    lake = place / "lake"
    run(environment, BIN / "cpm", "land", "--extracts", extracts, "--lake", lake, "--accept-quarantine")
    dbt = (BIN / "dbt", "--quiet")
    places = ("--profiles-dir", place, "--target-path", place / "target", "--log-path", place / "logs")
    for command in ("seed", "run"):
        run(environment, *dbt, command, *places, "--vars", json.dumps({"lake_root": str(lake)}))
    return place / "cpm.duckdb"


def exported(warehouse: Path, out: Path) -> dict[str, str]:
    """Checksum of each mart's rows, as CSV and as Parquet."""
    out.mkdir()
    sums = {}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set threads = 1")
        marts = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'marts' order by table_name"
        ).fetchall()
        for (mart,) in marts:
            names = [name for name, *_ in connection.execute(f"describe marts.{mart}").fetchall()]
            left = [name for name in names if name in MOMENTS]
            columns = f"* exclude ({', '.join(left)})" if left else "*"
            for kind in ("csv", "parquet"):
                path = out / f"{mart}.{kind}"
                connection.execute(
                    f"copy (select {columns} from marts.{mart} order by all) to '{path}' (format {kind})"
                )
                sums[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return sums


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        extracts = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else folder / "extracts"
        if len(sys.argv) == 1:
            size = ("--scale", "5e-7", "--incidents-per-month", "20", "--months", "2")
            run(dict(os.environ), BIN / "cpm", "simulate", "--out", extracts, "--truth", folder / "truth", *size)
        (folder / "locales").mkdir()
        locales = turkish(folder / "locales")
        sums = {
            name: exported(built(folder / name, extracts, machine, locales), folder / f"{name}-marts")
            for name, machine in MACHINES.items()
        }
        first, second = sums.values()
        differ = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
        for name in differ:
            print(f"{name} differs")
        print(f"{len(first)} files of {len(first) // 2} marts compared; {len(differ)} differ")
        return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
