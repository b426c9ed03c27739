"""How fast, how large and how right is the matching of firmware updates to activations?

    .venv/bin/python benchmarks/firmware.py 200000 20000000  # devices; four campaigns
    .venv/bin/python benchmarks/firmware.py --truth 1000000  # a population with 5% of each of eight faults

A campaign sends one image to a quarter of the devices in one month; nine in ten activate it, one in twenty after a
failure. The files stand in the lake as an S1SP's, and the models are built by dbt as ever.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from measuring import run, seconds_by_node

BIN = Path(sys.executable).parent
FEW = 400  # devices whose matching takes what a query takes without rows
SMALL = 2_000_000  # up to so many, the best of three builds: what takes a second is at the mercy of the machine
CAMPAIGN = """
    copy (
        with devices as (
            select
                printf('%016X', 5764607523034234880 + range) as digits,
                hash(range, {number}) as bits,
                timestamp '2021-07-01' + interval {number} month
                    + to_seconds((hash(range) % 1209600)::bigint) as sent_at
            from range({first}, {end})
        ),

        named as (
            select
                rtrim(regexp_replace(digits, '(..)', '\\1-', 'g'), '-') as device_id,
                bits,
                sent_at
            from devices
        ),

        events as (
            select device_id, '11.1' as variant, sent_at as requested_at, 0 as outcome from named
            union all
            select device_id, '11.3', sent_at + to_seconds(86400 + (bits % 500000)::bigint), 0 from named
            where bits % 10 > 0
            union all
            select device_id, '11.3', sent_at + to_seconds(43200), 2 from named
            where bits % 20 = 1
        )

        select
            device_id,
            'ESME' as device_type,
            variant as service_reference_variant,
            upper(sha256('image {number}')) as image_hash,
            requested_at,
            outcome::bigint as outcome_code
        from events
    ) to '{path}' (format parquet, compression zstd)
"""
DIFFERING = """
    with planted as (
        select
            cast(concat('0x', replace(device_id, '-', '')) as ubigint) as device,
            image, event_kind, cast(happened_at as timestamp) as happened_at, expected_status as status,
            count(*) as rows
        from read_csv('{truth}', all_varchar = true) group by all
    ),

    found as (
        select
            device_number as device, image_name as image, event_kind, happened_at,
            case when match_status in ('open', 'expired') then 'waiting' else match_status end as status,
            count(*) as rows
        from intermediate.int_firmware_events group by all
    )

    select
        sum(least(planted.rows, found.rows)) as right_rows,
        (select sum(rows) from planted) as planted_rows,
        (select sum(rows) from found) as found_rows
    from planted
    inner join found using (device, image, event_kind, happened_at, status)
"""


def simulate(scratch: Path, environment: dict[str, str], *options: str) -> None:
    """Write extracts, without the large ones that firmware does not read."""
    extracts = scratch / "extracts"
    command = [str(BIN / "cpm"), "simulate", "--out", str(extracts), "--truth", str(scratch / "truth"), *options]
    run([*command, "--area", "traffic"], environment, scratch / "log")
    for directory in [*extracts.glob("*/service_requests"), *extracts.glob("*/alerts")]:
        shutil.rmtree(directory)


def land(scratch: Path, environment: dict[str, str]) -> None:
    """Land the extracts; what others than firmware plant of faults does not matter."""
    places = ("--extracts", str(scratch / "extracts"), "--lake", str(scratch / "lake"))
    run([str(BIN / "cpm"), "land", "--accept-quarantine", *places], environment, scratch / "log")


def send(devices: int, scratch: Path) -> None:
    """Write four campaigns to so many devices in all, each in place of a month's file of an S1SP."""
    submissions = sorted((scratch / "extracts/s1sp_moc/firmware_requests").glob("*/v1"))
    with duckdb.connect(
        config={"threads": 2, "memory_limit": "4GB", "temp_directory": str(scratch / "temp")}
    ) as connection:
        connection.execute("set preserve_insertion_order = false")
        for number, submission in enumerate(submissions):
            (replaced,) = submission.glob("*.csv")
            replaced.unlink()
            path = submission / "campaign.parquet"
            bounds = {"first": number * devices // 4, "end": (number + 1) * devices // 4}
            connection.execute(CAMPAIGN.format(number=number, path=path, **bounds))
            (rows,) = connection.execute(f"select count(*) from '{path}'").fetchone()
            with path.open("rb") as campaign:
                sha256 = hashlib.file_digest(campaign, "sha256").hexdigest()
            control = json.loads((submission / "control.json").read_text())
            control["files"] = [{"name": path.name, "rows": rows, "sha256": sha256}]
            (submission / "control.json").write_text(json.dumps(control))


def build(scratch: Path, environment: dict[str, str], model: str) -> tuple[dict[str, float], int]:
    """Build a model and what it reads; returns the seconds of each model and the peak memory."""
    arguments = [
        "--vars",
        json.dumps({"lake_root": str(scratch / "lake")}),
        "--target-path",
        str(scratch / "target"),
    ]
    run([str(BIN / "dbt"), "seed", *arguments], environment, scratch / "log")
    ran = run([str(BIN / "dbt"), "run", "--select", f"+{model}", *arguments], environment, scratch / "log")
    return seconds_by_node(scratch / "target"), ran.peak_bytes


def measure(devices: int, scratch: Path, environment: dict[str, str]) -> tuple[int, int, float, int]:
    """Match four campaigns to so many devices in all; returns rows, activated, seconds and peak bytes."""
    simulate(scratch, environment)
    send(devices, scratch)
    land(scratch, environment)
    with duckdb.connect() as connection:
        folder = scratch / "lake/firmware_requests/provider=s1sp_moc"
        rows = connection.execute(f"select count(*) from '{folder}/*/*/*.parquet'").fetchone()[0]
    builds = [build(scratch, environment, "int_firmware_events") for _ in range(3 if devices <= SMALL else 1)]
    matching = min(
        sum(taken for model, taken in seconds.items() if model.startswith("int_firmware")) for seconds, _ in builds
    )
    peak = max(peak for _, peak in builds)
    with duckdb.connect(environment["CPM_WAREHOUSE"], read_only=True) as warehouse:
        (activated,) = warehouse.execute(
            "select count(*) from intermediate.int_firmware_events"
            " where event_kind = 'update' and match_status = 'activated'"
        ).fetchone()
    return rows, activated, matching, peak


def prove(devices: int, scratch: Path, environment: dict[str, str]) -> str:
    """Compare every row of a population with what was planted; returns precision and recall."""
    scale = devices / 54e6
    simulate(scratch, environment, "--scale", str(scale), "--months", "2", "--firmware-fault-share", "0.05")
    land(scratch, environment)
    build(scratch, environment, "int_firmware_events")
    with duckdb.connect(environment["CPM_WAREHOUSE"], read_only=True) as warehouse:
        right, planted, found = warehouse.execute(
            DIFFERING.format(truth=scratch / "truth/firmware.csv")
        ).fetchone()
    shares = f"precision {right / found:.6f}, recall {right / planted:.6f}"
    return f"{devices:,} devices: {planted:,} rows planted, {shares}"


@contextmanager
def workplace(scratch: Path | None) -> Iterator[tuple[Path, dict[str, str]]]:
    """A directory of its own, removed at the end, and the environment of a warehouse in it."""
    place = Path(tempfile.mkdtemp(prefix="cpm-firmware-", dir=scratch))
    try:
        yield place, {"CPM_MEMORY_LIMIT": "6GB", **os.environ, "CPM_WAREHOUSE": str(place / "cpm.duckdb")}
    finally:
        shutil.rmtree(place)


def tabulate(populations: list[int], scratch: Path | None) -> None:
    """Print a line for each population; what a table of hardly a row takes is no time of a row."""
    heads = ("devices", "rows", "activated", "matching s", "net µs a row", "peak GB")
    print(f"| {' | '.join(heads)} |\n|" + " ---: |" * len(heads))
    with workplace(scratch) as place:
        fixed = measure(FEW, *place)[2]
    for devices in populations:
        with workplace(scratch) as place:
            rows, activated, seconds, peak = measure(devices, *place)
        net = (seconds - fixed) * 1e6 / rows
        print(
            f"| {devices:,} | {rows:,} | {activated:,} | {seconds:.2f} | {net:.2f} | {peak / 1e9:.2f} |",
            flush=True,
        )


def main() -> None:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("devices", nargs="*", type=int, default=[200_000, 2_000_000, 20_000_000])
    parser.add_argument("--truth", action="store_true", help="compare with the planted truth")
    parser.add_argument("--scratch", type=Path, help="where files go meanwhile; default: the system's own place")
    arguments = parser.parse_args()
    if not arguments.truth:
        tabulate(arguments.devices, arguments.scratch)
        return
    for devices in arguments.devices:
        with workplace(arguments.scratch) as place:
            print(prove(devices, *place), flush=True)


if __name__ == "__main__":
    main()
