"""Plants devices and SEC Parties all over the sample, calls it real, and looks for them in all that comes of it.

    .venv/bin/python tests/trials/planted_identifiers.py [FOLDER]

The extracts are marked real and salted; every party has a name that no file of the project has. Identifiers are
put into codes, texts, times and numbers, into names of files and into submissions that are refused. A copy of
the project lands, builds, publishes, makes docs, Data Docs and a report, with a umask of 0. Then every place that
others are given is searched for each identifier in each spelling, every file for the salt, and every file is
asked who may read it. What is found is printed, and the exit code is 1. FOLDER (emptied first) keeps it all.
"""

import base64
import gzip
import hashlib
import json
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests/python")]

from changed_extracts import Extracts, SentFile, read_extracts, write_extracts  # noqa: E402
from cpm_warehouse.contracts import load_contracts  # noqa: E402
from cpm_warehouse.pseudonyms import SALT, key_pads  # noqa: E402

SECRET = "a secret of the trial, longer than 32 characters"
DEVICE = "90-B3-D5-1F-3F-0A-0B-0C"
PARTY = "ZQPLANTED"
# A party that asks for nothing but firmware.
FIRMWARE_PARTY = "ZQFIRMWARE"
SPELLINGS = (
    *(DEVICE, f"timeout {DEVICE}", DEVICE.replace("-", ""), f"x {DEVICE.lower()}.", DEVICE.replace("-", ":")),
    *(PARTY, f"refused ({PARTY.lower()})", FIRMWARE_PARTY),
)
FEW = 40  # rows: of fewer, one that is kept aside is too large a share
EUI64 = re.compile(rb"(?<![0-9A-Fa-f])[0-9A-Fa-f]{2}(?:[-:_ .]?[0-9A-Fa-f]{2}){7}(?![0-9A-Fa-f])")
NUMBER = re.compile(rb"(?<![0-9])[0-9]{17,20}(?![0-9])")
# What is handed on, and what a run leaves behind besides lake and warehouse, which hold the rows themselves.
HANDED_ON = ("published", "target", "logs", "data_docs", "said")
WRITTEN = (*HANDED_ON, "lake", "warehouse")


def planted(files: Extracts) -> Extracts:
    contracts = load_contracts()
    out = []
    for number, file in enumerate(files):
        kinds = {column.name: column for column in contracts[file.extract].columns}
        named = file.mapped(
            lambda column, value: f"ZQ{value}" if column == "PartyId" and value else value,
        )
        rows = [list(row) for row in named.rows]
        whole = [index for index, row in enumerate(rows) if len(row) == len(file.columns)]
        if "PartyId" in file.columns and len(whole) > FEW:
            at = file.columns.index("PartyId")
            for index in whole[-12:]:
                rows[index][at] = FIRMWARE_PARTY if file.extract == "update_firmware_requests" else PARTY
        place = 0
        for at, name in enumerate(file.columns):
            column = kinds.get(name)
            if column is None or name == "PartyId" or (file.is_parquet and column.type != "varchar"):
                continue
            free = column.type == "varchar" and not column.pattern and column.nullable and not column.unlisted
            if not whole or (len(whole) < FEW and not free):
                continue
            for spelling in SPELLINGS if free and len(whole) > 10 * FEW else SPELLINGS[:1]:
                chosen = whole[place * 3 % len(whole)]
                rows[chosen][at] = spelling
                place += 1
        name = file.name
        if number % 5 == 0:
            stem, dot, ending = name.partition(".")
            name = f"{stem}_{(DEVICE, PARTY, DEVICE.replace('-', '').lower())[number // 5 % 3]}{dot}{ending}"
        out.append(replace(named, name=name, rows=tuple(map(tuple, rows))))
    return out


def refused(files: Extracts) -> Extracts:
    """Two submissions of which nothing can land: without a header, and without a row of its month."""
    first = next(file for file in files if file.extract == "firmware_requests")
    headless = replace(first, version=8, name="headless.csv", columns=(DEVICE, *first.columns[1:]))
    strange = replace(
        first, version=9, name=f"{DEVICE}.csv",
        rows=tuple((DEVICE.lower(), PARTY, *row[2:]) for row in first.rows),
    )  # fmt: skip
    return [headless, strange]


def mark_real(folder: Path) -> None:
    for path in folder.glob("*/*/*/*/control.json"):
        content = json.loads(path.read_text())
        path.write_text(json.dumps(content | {"synthetic": False}))


class Run:
    """A copy of the project, in which each command's output is kept."""

    def __init__(self, place: Path) -> None:
        self.place = place / "project"
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
        for name in filter(None, listed.stdout.split("\0")):
            if not name.startswith("extracts/sample") and (ROOT / name).exists():
                target = self.place / name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, target, follow_symlinks=False)
        (self.place / ".venv").symlink_to(ROOT / ".venv")
        (self.place / "said").mkdir(mode=0o700)

    def __call__(self, *command: object) -> int:
        done = subprocess.run(
            [str(one) for one in command], cwd=self.place, env=os.environ | {SALT: SECRET}, umask=0,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        path = self.place / "said" / f"{len(list((self.place / 'said').iterdir()))}.txt"
        path.write_bytes(done.stdout)
        path.chmod(0o600)
        print(f"{done.returncode}  {' '.join(str(one) for one in command)}", flush=True)
        return done.returncode

    def make(self, *arguments: str) -> int:
        # The environment is this project's.
        return self("make", "-o", ".venv/.build", "-o", ".venv/.report", *arguments)


def contents(path: Path) -> Iterator[bytes]:
    """A file's bytes, and what is packed or coded in them."""
    raw = path.read_bytes()
    yield raw
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            tables = connection.execute(
                "select table_schema || '.' || table_name from information_schema.tables"
            ).fetchall()
            for (table,) in tables:
                for row in connection.execute(f"select cast(one as varchar) from {table} as one").fetchall():
                    yield str(row[0]).encode()
    if path.suffix == ".gz":
        yield gzip.decompress(raw)
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as packed:
            yield from (packed.read(name) for name in packed.namelist())
    if path.suffix == ".pdf":
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", raw, re.DOTALL):
            try:
                yield zlib.decompress(stream)
            except zlib.error:
                continue
    if path.suffix == ".html":
        yield from (base64.b64decode(one) for one in re.findall(rb"base64,([A-Za-z0-9+/=]{40,})", raw))


def identifiers(files: Extracts) -> tuple[set[str], set[str]]:
    """Every device (its sixteen digits) and every party of the extracts."""
    devices = {DEVICE.replace("-", "")}
    parties = {PARTY, FIRMWARE_PARTY}
    for file in files:
        for row in file.rows:
            for name, value in zip(file.columns, row, strict=False):
                if name == "PartyId" and value:
                    parties.add(str(value))
                devices |= {
                    re.sub(rb"[^0-9A-Fa-f]", b"", one).decode().upper()
                    for one in EUI64.findall(str(value).encode())
                }
    return devices, parties


def own_devices(project: Path) -> set[str]:
    """Devices of examples in the project's own files, which docs show."""
    return {
        re.sub(rb"[^0-9A-Fa-f]", b"", one).decode().upper()
        for folder in ("models", "seeds", "tests", "macros", "docs", "extracts/contracts")
        for path in (project / folder).rglob("*")
        if path.is_file() and "trials" not in path.parts
        for one in EUI64.findall(path.read_bytes())
    }


def found_in(path: Path, devices: set[str], numbers: set[str], parties: re.Pattern[bytes]) -> set[str]:
    found = set()
    for content in (str(path).encode(), *contents(path)):
        for one in EUI64.findall(content):
            if (digits := re.sub(rb"[^0-9A-Fa-f]", b"", one).decode().upper()) in devices:
                found.add(f"device {digits}")
        found |= {f"device as number {one.decode()}" for one in NUMBER.findall(content) if one.decode() in numbers}
        found |= {f"party {one.decode()}" for one in parties.findall(content)}
    return found


def secrets() -> dict[str, bytes]:
    inner, outer = key_pads(SECRET.encode())
    key = SECRET.encode()
    plain = {"salt": key, "inner pad": inner, "outer pad": outer}
    return plain | {
        f"{name}, {how}": coded
        for name, value in plain.items()
        for how, coded in (
            ("hexadecimal", value.hex().encode()),
            ("hexadecimal", value.hex().upper().encode()),
            ("base64", base64.b64encode(value).rstrip(b"=")),
            ("SHA-256", hashlib.sha256(value).hexdigest().encode()),
        )
    }


def main() -> int:
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(sys.argv[1] if len(sys.argv) > 1 else scratch).resolve()
        shutil.rmtree(place, ignore_errors=True)
        run = Run(place)
        files: list[SentFile] = planted(read_extracts(ROOT / "extracts/sample"))
        write_extracts([*files, *refused(files)], place / "real")
        mark_real(place / "real")
        lake = ("--extracts", place / "real", "--lake", "lake/real")
        run(".venv/bin/cpm", "land", *lake, "--docs", "data_docs", "--accept-quarantine")
        for version in ("v8", "v9"):  # a refused submission would stop make
            for folder in (place / "real").glob(f"*/*/*/{version}"):
                shutil.rmtree(folder)
        done = [
            run.make("build", f"EXTRACTS={place}/real"),
            run.make("docs", f"EXTRACTS={place}/real"),
            run.make("pmr", "MONTH=2021-09", f"EXTRACTS={place}/real"),
            run(".venv/bin/cpm", "publications"),
            run(".venv/bin/cpm", "verify", "--lake", "lake/real"),
        ]
        devices, parties = identifiers(files)
        own = own_devices(run.place)
        print(
            f"{len(devices):,} devices ({len(devices & own)} also in the project's own examples),"
            f" {len(parties)} parties"
        )
        devices -= own
        numbers = {str(int(one, 16)) for one in devices}
        words = "|".join(sorted(map(re.escape, parties), key=len, reverse=True))
        party = re.compile(rf"(?<![0-9A-Za-z])(?:{words})(?![0-9A-Za-z])".encode(), re.IGNORECASE)
        faults, looked = Counter(), Counter()
        for folder in WRITTEN:
            for path in sorted((run.place / folder).rglob("*")):
                if path.is_symlink() or path.name == ".gitkeep":
                    continue
                name = path.relative_to(run.place)
                if stat.S_IMODE(path.stat().st_mode) & 0o077:
                    faults[f"{name}: others may read it ({stat.S_IMODE(path.stat().st_mode):o})"] += 1
                if path.is_dir():
                    continue
                looked[folder] += 1
                raw = path.read_bytes()
                for what, secret in secrets().items():
                    if secret in raw:
                        faults[f"{name}: holds the {what}"] += 1
                if folder in HANDED_ON:
                    for what in found_in(path, devices, numbers, party):
                        faults[f"{name}: {what}"] += 1
        for fault in faults:
            print(fault)
        print(
            f"files looked at: {dict(looked)}; found: {len(faults)}; commands that failed: {sum(map(bool, done))}"
        )
        return 1 if faults or any(done) else 0


if __name__ == "__main__":
    sys.exit(main())
