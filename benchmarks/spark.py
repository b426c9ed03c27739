"""How long the models of Service Requests and Alerts take on Spark beside DuckDB, on one core and on two.

    make java .venv/.spark
    .venv/bin/python benchmarks/spark.py [--scratch DIR] [--rounds N] [SCALE]

A hundredth of the national month of July 2022 is 27 million events, as in `events.py`, from one lake for both.
Each builds the same marts from nothing, without tests, in turn and in rounds; the best counts. Spark is `local[1]`
on one core and `local[2]` on two, with 8 GB. Every table that both built is compared, and a row that differs ends
it. The sample is built as well, and what it takes goes off the rest (`net`): dbt, Java and each query cost
something however few the rows. Writes `benchmarks/results/spark.json` and prints a table. Run from the top of
the project, on an idle machine.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from events import MARTS, Place
from events_report import RESULTS
from measuring import run

from cpm_warehouse.receive.journal import read_journal
from cpm_warehouse.receive.register import write_register
from cpm_warehouse.simulate import SAMPLE_SCALE

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent
PACKAGES = Path(sys.prefix) / "spark"
ENGINES = ("duckdb", "spark")
CORES = {1: "0", 2: "0,1"}
MEMORY = "8g"


def build(place: Place, engine: str, cores: int) -> float:
    """Build from nothing by one engine; returns the seconds."""
    target = place.scratch / f"target-{place.name}-{engine}"
    tables = place.scratch / f"spark-{place.name}"
    environment = {**place.environment, "CPM_MEMORY_LIMIT": MEMORY.replace("g", "GB")}
    arguments = ["build", "--quiet", "--select", *MARTS, "--exclude-resource-type", "test", "unit_test"]
    if engine == "spark":
        shutil.rmtree(tables, ignore_errors=True)
        environment |= {
            "PYTHONPATH": str(PACKAGES),
            "CPM_SPARK_MASTER": f"local[{cores}]",
            "CPM_SPARK_MEMORY": MEMORY,
            "CPM_SPARK_WAREHOUSE": str(tables),
        }
        arguments += ["--target", "spark"]
    else:
        place.warehouse.unlink(missing_ok=True)
    command = ["taskset", "--cpu-list", CORES[cores], str(BIN / "dbt"), *arguments]
    command += ["--vars", json.dumps({"lake_root": str(place.lake)}), "--target-path", str(target)]
    command += ["--log-path", str(place.scratch / "logs")]
    return run(command, environment, place.log(f"{engine}-{cores}")).seconds


def compare(place: Place) -> None:
    """Exit where a table that both built differs."""
    tables = place.scratch / f"spark-{place.name}"
    built = [f"{folder.parent.stem}.{folder.name}" for folder in tables.glob("*.db/*")]
    environment = {
        **os.environ,
        "CPM_WAREHOUSE": str(place.warehouse),
        "CPM_SPARK_WAREHOUSE": str(tables),
        "PYTHONPATH": str(ROOT / "tests"),
    }
    run([sys.executable, str(ROOT / "tests/parity.py"), *sorted(built)], environment, place.log("parity"))


def measured(place: Place, rounds: int) -> dict[str, Any]:
    """Build by each engine on each number of cores, in rounds; returns the least of each."""
    found: dict[str, float] = {}
    for _ in range(rounds):
        for cores in CORES:
            for engine in ENGINES:
                seconds = build(place, engine, cores)
                found[f"{engine} {cores}"] = min(seconds, found.get(f"{engine} {cores}", seconds))
    compare(place)
    return {"scale": place.scale, "events": sum(place.counted().values()), "parquet_bytes": place.size(), **found}


def table(found: list[dict[str, Any]]) -> str:
    """Return what was measured as a table: whole builds, then net of the sample's, which comes first."""
    lines = ["| events | cores | DuckDB s | Spark s | ratio | net DuckDB s | net Spark s | net ratio |"]
    lines.append("|" + " ---: |" * 8)
    for one in found:
        for cores in CORES:
            whole = [one[f"{engine} {cores}"] for engine in ENGINES]
            net = [one[f"{engine} {cores}"] - found[0][f"{engine} {cores}"] for engine in ENGINES]
            columns = [*whole, whole[1] / whole[0], *([*net, net[1] / net[0]] if one is not found[0] else ())]
            said = [f"{number:.1f}" for number in columns] + [""] * (6 - len(columns))
            lines.append(f"| {one['events']:,} | {cores} | {' | '.join(said)} |")
    last, base = found[-1], found[0]
    for engine in ENGINES if last is not base else ():
        one, two = (last[f"{engine} {cores}"] for cores in CORES)
        net_one, net_two = (last[f"{engine} {cores}"] - base[f"{engine} {cores}"] for cores in CORES)
        lines.append(
            f"{engine}: two cores are {one / two:.2f} times as fast as one, net {net_one / net_two:.2f} times"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure the sample and one scale; write and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scale", nargs="?", type=float, default=0.01)
    parser.add_argument("--scratch", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.scratch) as scratch:
        found = []
        for scale in dict.fromkeys((SAMPLE_SCALE, asked.scale)):
            place = Place(Path(scratch), scale)
            place.land()
            write_register(place.lake, read_journal(place.lake))
            found.append(measured(place, asked.rounds))
    RESULTS.with_name("spark.json").write_text(json.dumps(found, indent=1) + "\n")
    print(table(found))


if __name__ == "__main__":
    main()
