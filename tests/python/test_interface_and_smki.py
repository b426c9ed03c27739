"""CPM 6, 7 and 8: recounted from the landed files by Polars, minute by minute and request by request."""

import calendar
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl

from conftest import ROOT

LAKE = ROOT / "lake/sample"
MINUTE = timedelta(minutes=1)
TARGET_SECONDS = {"deviceCertificate": 30, "organisationCertificate": 30, "repositoryDocument": 3}


def current_submissions(extract: str) -> dict[str, Path]:
    """Folder of the last version of each month."""
    registers = list(LAKE.glob(f"{extract}/*/*/*/_submission.json"))
    by_version = sorted(registers, key=lambda path: int(json.loads(path.read_text())["version"]))
    return {json.loads(path.read_text())["period"]: path.parent for path in by_version}


def current_rows(extract: str) -> pl.DataFrame:
    files = [file for folder in current_submissions(extract).values() for file in folder.glob("*.parquet")]
    return pl.concat([pl.read_parquet(file, hive_partitioning=False) for file in files])


def results(measure_id: str) -> dict[date, tuple[int, int, int]]:
    """Met, total and excluded of the national results that have events."""
    with duckdb.connect(ROOT / "published/cpm.duckdb", read_only=True) as published:
        rows = published.execute(
            """
            select reporting_month, met_count, total_count, excluded_count from marts.fct_measure_results
            where measure_id = ? and is_default and scope_type = 'national' and aggregation = 'pooled'
            """,
            [measure_id],
        ).fetchall()
    return {month: (met, total, excluded) for month, met, total, excluded in rows}


def naive(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None) if instant.tzinfo else instant


def recounted_minutes(month: date, outages: list[tuple[datetime, datetime, bool]]) -> tuple[int, int, int]:
    """Of each minute of the month, whether the outages leave none of it, and whether agreed ones alone do."""
    first = datetime(month.year, month.month, 1)
    length = calendar.monthrange(month.year, month.month)[1] * 1440
    minutes = [first + number * MINUTE for number in range(length)]
    agreed = {
        at for at in minutes for start, end, is_agreed in outages if is_agreed and start <= at <= end - MINUTE
    }
    down = {at for at in minutes for start, end, _ in outages if start <= at <= end - MINUTE} - agreed
    return length - len(agreed) - len(down), length - len(agreed), len(agreed)


def exception_windows(measure_id: str) -> list[tuple[datetime, datetime]]:
    """Windows of the approved Allowed Exceptions of a measure."""
    rows = current_rows("measure_exceptions").filter(
        pl.col("Measure") == measure_id, pl.col("Approved On").is_not_null(), pl.col("Window From").is_not_null()
    )
    return [(naive(row["Window From"]), naive(row["Window To"])) for row in rows.to_dicts()]


def test_interface_availability_is_recounted_equal() -> None:
    outages = [
        (naive(row["Outage From"]), naive(row["Outage To"]), row["Planned"] and row["Notified In Time"] is True)
        for row in current_rows("self_service_interface_outages").to_dicts()
    ]
    # An Allowed Exception leaves the period, as agreed maintenance does.
    outages += [(start, end, True) for start, end in exception_windows("CPM_6")]
    assert len(outages) > 8
    months = [
        date.fromisoformat(f"{period}-01") for period in current_submissions("self_service_interface_outages")
    ]
    found = results("CPM_6")
    assert found == {month: recounted_minutes(month, outages) for month in months}
    assert len(set(found.values())) == len(months) == 4


def test_smki_requests_are_recounted_equal() -> None:
    requests = current_rows("smki_requests").with_columns(
        month=pl.col("receivedAt").dt.truncate("1mo").dt.date(),
        seconds=(pl.col("answeredAt") - pl.col("receivedAt")).dt.total_milliseconds() / 1000,
        target=pl.col("requestKind").replace_strict(TARGET_SECONDS),
        is_document=pl.col("requestKind") == "repositoryDocument",
    )
    for measure_id, is_document in (("CPM_7", False), ("CPM_8", True)):
        is_excepted = pl.lit(value=False)
        for start, end in exception_windows(measure_id):
            is_excepted |= (pl.col("receivedAt") >= start) & (pl.col("receivedAt") < end)
        is_met = (pl.col("seconds") <= pl.col("target")).fill_null(value=False)
        counts = (
            requests.filter(pl.col("is_document") == is_document)
            .group_by("month")
            .agg(
                met=(is_met & ~is_excepted).sum(),
                total=(~is_excepted).sum(),
                excepted=is_excepted.sum(),
            )
        )
        wanted = {row["month"]: (row["met"], row["total"], row["excepted"]) for row in counts.to_dicts()}
        assert results(measure_id) == wanted
        assert sum(excepted for *_, excepted in wanted.values()) > 0
        assert all(0 < met < total or is_document for met, total, _ in wanted.values())
