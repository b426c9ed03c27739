"""Runs the SQL scripts of each area in a DuckDB of its own and writes the extracts and the truth that they leave.

A script set `<area>*.sql` runs in the order of file names with the variables seed, scale, incidents_per_month,
first_month, months and seeds (the directory of reference lists). It leaves

- for each extract a relation `out_<extract>` with the columns of its contract (timestamps in UTC). Either it
  holds every submission, told apart by `_provider`, `_period`, `_version`, `_received_at`, ordered by `_order`
  where it has that column; or it is a view that streams one file, for the variables `provider`, `period`,
  `first_unit` and `end_unit`, and the table `streamed` lists the files: `_extract`, `_provider`, `_period`,
  `_version`, `_received_at`, `_part`, `_first_unit`, `_end_unit`, `_format` (null for the contract's);
- optionally `submissions_without_rows` (`_extract`, `_provider`, `_period`, `_version`, `_received_at`);
- relations `truth_<name>`, written to `<truth>/<name>.csv` ordered by all their columns.

The same arguments give the same bytes on any machine: randomness is a hash of seed and number, and each file is
written by one thread, so that the number of cores decides only how many files are written side by side.
"""

import json
import logging
import os
import shutil
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import CONTRACTS, Contract, load_contracts
from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import CpmError
from cpm_warehouse.simulate.writing import File, Variables, Written, set_variables, variables_as_sql, write_file

AREAS = ("traffic", "incidents")
SEEDS = Path("seeds/reference")
# A national month with 5,000 Service Requests, some 8,400 Alerts and 1,200 devices.
SAMPLE_SCALE = 5e-6
SAMPLE_INCIDENTS_PER_MONTH = 120
# Of each of the eight kinds of firmware fault, out of the devices that an S1SP or a CSP follows.
SAMPLE_FIRMWARE_FAULT_SHARE = 0.03

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Summary:
    """What was written."""

    submissions: int
    files: int
    rows_by_extract: Mapping[str, int]
    size_bytes: int
    seconds: float

    @property
    def rows(self) -> int:
        """Rows of all extracts."""
        return sum(self.rows_by_extract.values())


def simulate(
    out: Path,
    truth: Path,
    *,
    seed: int = 1,
    scale: float = SAMPLE_SCALE,
    incidents_per_month: int = SAMPLE_INCIDENTS_PER_MONTH,
    first_month: date = date(2021, 7, 1),
    months: int = 4,
    areas: Collection[str] = AREAS,
    alert_uplink_share: float | None = None,
    firmware_fault_share: float = SAMPLE_FIRMWARE_FAULT_SHARE,
    contracts: Path = CONTRACTS,
    seeds: Path = SEEDS,
) -> Summary:
    """Write synthetic extracts below `out`, in place of earlier ones, and the truth behind them below `truth`.

    `scale` is a share of national traffic in July 2022: 1.0 is a month of 1.0 bn Service Requests, 1.69 bn Alerts
    and 54 m devices (about 1,200 devices at least). `first_month` is the first day of the first of `months`.
    With `alert_uplink_share` each Alert takes that share of the WAN round trip of an on-demand Service Request of
    its region and device type; without it, a time of its own.
    `firmware_fault_share` of the devices that an S1SP or a CSP follows have each of eight kinds of firmware fault.

    Raises CpmError where an argument makes no sense, and where `out` holds anything that `simulate` did not write.
    """
    started = time.perf_counter()
    if unknown := set(areas) - set(AREAS):
        raise CpmError(f"no area is called {sorted(unknown)}; known: {', '.join(AREAS)}")
    if first_month.day != 1 or months < 1 or scale <= 0 or incidents_per_month < 1:
        raise CpmError(
            "a simulation needs the first day of a month, at least one month and one Incident a month, and"
            f" a scale above 0; got {first_month}, {months}, {incidents_per_month} and {scale}"
        )
    variables: Variables = {
        "seed": seed,
        "scale": scale,
        "incidents_per_month": incidents_per_month,
        "first_month": first_month,
        "months": months,
        "seeds": str(seeds),
        "firmware_fault_share": firmware_fault_share,
    }
    if alert_uplink_share is not None:  # without it, `getvariable` returns null
        if not 0 < alert_uplink_share <= 1:
            raise CpmError(f"alert_uplink_share is {alert_uplink_share}; take a number above 0 and up to 1")
        variables = {**variables, "alert_uplink_share": alert_uplink_share}
    if not 0 < firmware_fault_share <= 0.125:
        raise CpmError(
            f"firmware_fault_share is {firmware_fault_share}, and each of eight kinds of fault takes this share;"
            " take a number above 0 and up to 0.125"
        )
    known = load_contracts(contracts)
    _clear(out)
    truth.mkdir(parents=True, exist_ok=True)
    written: list[Written] = []
    for area in sorted(set(areas)):
        # One thread a query keeps the order of rows, hence the bytes; files are written side by side instead.
        with duckdb.connect(config={"threads": 1}) as connection:
            set_variables(connection, variables)
            _run_scripts(connection, area)
            written += _write_extracts(connection, known, out)
            _write_truth(connection, truth)
    submissions = _write_controls(written, out)
    rows: Counter[str] = Counter()
    for entry in written:
        rows[entry.file.contract.extract] += entry.rows
    return Summary(
        submissions=submissions,
        files=len(written),
        rows_by_extract=dict(rows),
        size_bytes=sum(entry.size_bytes for entry in written),
        seconds=time.perf_counter() - started,
    )


def _clear(out: Path) -> None:
    """Remove what an earlier simulation wrote; raises CpmError where any other file lies there."""
    if not out.exists():
        return
    for directory in {path.parent for path in out.rglob("*") if path.is_file() or path.is_symlink()}:
        control = directory / "control.json"
        try:
            is_synthetic = json.loads(control.read_text(encoding="utf-8"))["synthetic"] is True
        except (OSError, ValueError, KeyError, TypeError):
            is_synthetic = False
        if not is_synthetic:
            raise CpmError(
                f"{directory}: holds files that `cpm simulate` did not write (no control.json that says"
                " synthetic); name another directory with --out"
            )
    for child in out.iterdir():
        shutil.rmtree(child)


def _run_scripts(connection: duckdb.DuckDBPyConnection, area: str) -> None:
    for script in sorted(Path(__file__).parent.glob(f"{area}*.sql")):
        log.info("running %s", script.name)
        connection.execute(script.read_text(encoding="utf-8"))


def _relations(connection: duckdb.DuckDBPyConnection, prefix: str) -> list[str]:
    found = connection.execute(
        "select table_name from information_schema.tables where starts_with(table_name, $prefix) order by 1",
        {"prefix": prefix},
    )
    return [name for (name,) in found.fetchall()]


def _write_extracts(
    connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract], out: Path
) -> list[Written]:
    """Write every file of an area, as many side by side as there are cores."""
    files = _list_files(connection, contracts)
    for file in files:
        (out / file.directory).mkdir(parents=True, exist_ok=True)
    session = variables_as_sql(connection)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = [pool.submit(write_file, connection, session, file, out) for file in files]
        for future in as_completed(running):
            log.info("%s: %s rows", future.result().file.name, f"{future.result().rows:,}")
    return [future.result() for future in running]


def _list_files(connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]) -> list[File]:
    """List the files of an area: those streamed, those of whole relations, those without rows."""
    files = _streamed_files(connection, contracts)
    streamed = {file.contract.extract for file in files}
    for relation in _relations(connection, "out_"):
        extract = relation.removeprefix("out_")
        if extract in streamed:
            continue
        columns = connection.table(relation).columns
        submissions = connection.execute(
            f"select _provider, _period, _version, max(_received_at) from {quoted(relation)}"
            " group by all order by all"
        )
        files += [
            _whole_file(contracts[extract], "order by _order" if "_order" in columns else "", *row)
            for row in submissions.fetchall()
        ]
    if _relations(connection, "submissions_without_rows"):
        submissions = connection.execute(
            "select _extract, _provider, _period, _version, _received_at"
            " from submissions_without_rows order by all"
        )
        files += [_whole_file(contracts[extract], "", *row) for extract, *row in submissions.fetchall()]
    return files


def _whole_file(
    contract: Contract,
    ordering: str,
    provider: str,
    period: str,
    version: int,
    received_at: datetime,
) -> File:
    return File(
        contract=contract,
        provider=provider,
        period=period,
        version=version,
        received_at=received_at,
        suffix=contract.format,
        condition=(f"_provider = {literal(provider)} and _period = {literal(period)} and _version = {version}"),
        ordering=ordering,
    )


def _streamed_files(connection: duckdb.DuckDBPyConnection, contracts: Mapping[str, Contract]) -> list[File]:
    if not _relations(connection, "streamed"):
        return []
    rows = connection.execute(
        "select _extract, _provider, _period, _version, _received_at, _part, _first_unit, _end_unit, _format,"
        " count(*) over (partition by _extract, _provider, _period, _version) from streamed order by all"
    )
    return [
        File(
            contract=contracts[extract],
            provider=provider,
            period=period,
            version=version,
            received_at=received_at,
            suffix=suffix or contracts[extract].format,
            part=part if parts > 1 else None,
            variables=(
                ("provider", provider),
                ("period", period),
                ("first_unit", first_unit),
                ("end_unit", end_unit),
            ),
        )
        for (
            extract,
            provider,
            period,
            version,
            received_at,
            part,
            first_unit,
            end_unit,
            suffix,
            parts,
        ) in rows.fetchall()
    ]


def _write_truth(connection: duckdb.DuckDBPyConnection, truth: Path) -> None:
    for relation in _relations(connection, "truth_"):
        path = truth / f"{relation.removeprefix('truth_')}.csv"
        connection.execute(
            f"copy (select * from {quoted(relation)} order by all) to {literal(path)} (format csv, header)"
        )


def _write_controls(written: Sequence[Written], out: Path) -> int:
    """Write the control file of each submission; returns how many there are."""
    submissions: defaultdict[Path, list[Written]] = defaultdict(list)
    for entry in written:
        submissions[entry.file.directory].append(entry)
    for directory, entries in submissions.items():
        control = {
            "received_at": entries[0].file.received_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "synthetic": True,
            "files": [
                {"name": entry.file.name, "rows": entry.rows, "sha256": entry.sha256}
                for entry in sorted(entries, key=lambda entry: entry.file.name)
            ],
        }
        (out / directory / "control.json").write_text(json.dumps(control, indent=2) + "\n", encoding="utf-8")
    return len(submissions)
