"""Landing is killed at random moments: the register and the lake agree, and a rerun completes."""

import json
import multiprocessing
import os
import random
import shutil
import time
from pathlib import Path

import duckdb

from conftest import ROOT
from cpm_warehouse.contracts import load_contracts
from cpm_warehouse.receive.journal import JOURNAL, read_journal
from cpm_warehouse.receive.landing import land
from cpm_warehouse.receive.verifying import check_lake

KILLS = 20


def land_all(extracts: Path, lake: Path) -> None:
    os.chdir(ROOT)
    list(land(extracts, lake, load_contracts()))


def agree(lake: Path) -> int:
    """Check that every submission in the lake is whole; returns how many there are."""
    entries = list(lake.glob("*/*/*/*/_submission.json"))
    places = {path.parent for path in lake.glob("*/provider=*/period=2*/version=*/*")}
    assert places == {path.parent for path in entries}
    for path in entries:
        entry = json.loads(path.read_text())
        for name, count in (("*.parquet", "accepted_rows"), ("_quarantine/*.parquet", "quarantined_rows")):
            files = list(path.parent.glob(name))
            rows = sum(duckdb.sql(f"select count(*) from read_parquet('{file}')").fetchone()[0] for file in files)
            assert rows == entry[count]
    return len(entries)


def unwritten(lake: Path) -> set[str]:
    """Empty files that were renamed into place before they stood in the journal."""
    known = read_journal(lake).others
    schemas = [*lake.glob("*/provider=none/**/schema.parquet"), *lake.glob("_refused/none.json")]
    return {path.relative_to(lake).as_posix() for path in schemas} - set(known)


def test_killed_at_random_moments_register_and_lake_agree(tmp_path):
    # A server that has imported what is slow to import, so that kills fall into landing and not before it.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["great_expectations", "cpm_warehouse.receive.landing"])
    extracts, lake = tmp_path / "extracts", tmp_path / "lake"
    for extract in ("pmr_deliveries",):
        shutil.copytree(ROOT / "extracts/sample/dcc" / extract, extracts / "dcc" / extract)
    faulty = extracts / "dcc/pmr_deliveries/2022-01/v1/a.csv"
    faulty.parent.mkdir(parents=True)
    faulty.write_text(
        "Reporting Month,PMR Version,Delivered On\n2022-01-01,1,2022-03-01\n2022-01-01,x,2022-03-01\n"
    )
    expected = len({path.parent for path in extracts.rglob("v*/*")})

    def start() -> multiprocessing.Process:
        process = context.Process(target=land_all, args=(extracts, lake))
        process.start()
        return process

    started = time.monotonic()
    start().join()
    whole = time.monotonic() - started
    started = time.monotonic()
    shutil.rmtree(lake)
    start().join()
    whole = min(whole, time.monotonic() - started)
    assert agree(lake) == expected
    moments = random.Random(20)
    partial = 0
    for _ in range(KILLS):
        if (lake / JOURNAL).exists() and agree(lake) == expected:
            shutil.rmtree(lake)
        process = start()
        time.sleep(moments.uniform(0, whole))
        if process.is_alive():
            process.kill()
        process.join()
        partial += 0 < agree(lake) < expected
        # What a kill leaves is a landing that did not end, and no other damage.
        assert {damage.name for damage in check_lake(lake, thorough=True)} <= {".", JOURNAL} | unwritten(lake)
    assert partial >= 3, "too few kills fell into the middle of landing"
    process = start()
    process.join()
    assert process.exitcode == 0
    assert agree(lake) == expected
    assert list((lake / "_aside").iterdir()) == []
    assert check_lake(lake, thorough=True) == []
