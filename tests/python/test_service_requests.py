"""Service Requests recounted from the landed files: marts, annex, CPM 1 and 2, the OPR measures."""

import csv
import hmac
import math
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from conftest import ROOT
from cpm_warehouse.pseudonyms import salt
from dbt_project import WITHOUT_TESTS, DbtProject
from test_alerts import REGIONS, current_rows, excepted_dates

LAKE = ROOT / "lake/sample"
SECOND, HOUR, DAY = 1000, 3_600_000, 86_400_000
# Target Response Time and target of the round trip, in milliseconds, by hand.
TIME_CRITICAL = {"2.2", "4.1.1", *(f"7.{number}" for number in range(1, 17))}
SMALL, ENOUGH = 10, 100


def seed(path: str) -> list[dict[str, str]]:
    with (ROOT / "seeds" / path).open() as lines:
        return list(csv.DictReader(lines))


VARIANTS = {
    row["service_reference_variant"]: row["is_non_device"] == "true"
    for row in seed("reference/service_request/service_reference_variants.csv")
}
CLASSES = {
    row["response_code"]: row["outcome_class"] for row in seed("reference/service_request/duis_response_codes.csv")
}
PROCESSES: dict[str, list[str]] = defaultdict(list)
for row in seed("reference/service_request/business_process_service_reference_variants.csv"):
    PROCESSES[row["service_reference_variant"]].append(row["business_process"])


def targets(variant: str | None, mode: str | None) -> tuple[int | None, int | None]:
    if variant not in VARIANTS or mode is None:
        return None, None
    if mode != "OnDemand":
        return DAY, 22 * HOUR
    if variant in TIME_CRITICAL:
        return 30 * SECOND, 25 * SECOND
    if variant == "11.1":
        return 5 * DAY, None
    return DAY, 2 * HOUR


def milliseconds(first, last) -> int | None:
    if first is None or last is None:
        return None
    apart = last - first
    return (apart.days * DAY * 1000 + apart.seconds * 1_000_000 + apart.microseconds) // 1000


def counted_requests(lake: Path) -> list[dict[str, Any]]:
    """Each Service Request of a lake once, with what the measures ask of it."""
    rows = (
        current_rows(lake, "service_requests")
        .unique(["period", "OriginatorId", "TargetId", "OriginatorCounter", "ReceivedAt"])
        .iter_rows(named=True)
    )
    found = []
    for row in rows:
        target, round_trip = targets(row["ServiceReferenceVariant"], row["Mode"])
        start = row["ReceivedAt"] if row["Mode"] == "OnDemand" else row["ExecuteAt"]
        end_to_end = milliseconds(start, row["RespondedAt"])
        wan = milliseconds(row["SentToWanAt"], row["BackFromWanAt"])
        code = row["ResponseCode"]
        found.append(
            row
            | {
                "day": row["ReceivedAt"].date(),
                "month": row["ReceivedAt"].date().replace(day=1),
                "variant": row["ServiceReferenceVariant"] or "Unknown",
                "mode": row["Mode"] or "Unknown",
                "device_type": row["DeviceType"] or "Unknown",
                "generation": {"SMETS1": "SMETS1", "Unknown": "Unknown"}.get(row["region"], "SMETS2"),
                "outcome": "no_response" if code is None else CLASSES.get(code, "unknown_code"),
                "has_target": target is not None,
                "within": target is not None and end_to_end is not None and end_to_end <= target,
                "within_round_trip": round_trip is not None and wan is not None and wan <= round_trip,
                "end_to_end": None if end_to_end is None else max(end_to_end, 0),
                "wan": wan,
            }
        )
    return found


@pytest.fixture(scope="module")
def requests():
    return counted_requests(LAKE)


@pytest.fixture(scope="module")
def built():
    with duckdb.connect(ROOT / "published/cpm.duckdb", read_only=True) as connection:
        yield connection


def shown_parties(requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The requests with the party under which each may be shown."""

    def cell(request: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(request[name] for name in ("month", "variant", "region", "device_type", "PartyId"))

    volumes = Counter(map(cell, requests))
    return [r | {"shown": "pooled" if volumes[cell(r)] < SMALL else r["PartyId"] or "Unknown"} for r in requests]


@pytest.fixture(scope="module")
def pooled(requests):
    return shown_parties(requests)


@pytest.fixture(scope="module")
def party_of(requests):
    """The party behind each pseudonym: no table keeps the key, so it is hashed again from what was sent."""
    parties = {r["PartyId"] for r in requests} - {None}
    key = salt().encode()
    digests = {party: hmac.digest(key, f"party/{party}".encode(), "sha256").hex() for party in parties}
    found = {f"P-{digest[:10]}": party for party, digest in digests.items()}
    assert len(found) == len(parties) > 5
    return {**found, "pooled": "pooled", "Unknown": "Unknown"}


def test_the_daily_mart_is_recounted(built, requests):
    rows_sent = current_rows(LAKE, "service_requests").height
    expected: dict[tuple, list[int]] = defaultdict(lambda: [0] * 7)
    for r in requests:
        cell = expected[
            r["day"], r["variant"], r["mode"], r["region"], r["generation"], r["device_type"], r["outcome"]
        ]
        returned = r["wan"] is not None
        for index, more in enumerate(
            (
                1,
                r["RespondedAt"] is not None,
                r["within"],
                r["within_round_trip"],
                r["SentToWanAt"] is not None,
                returned,
                r["wan"] or 0,
            )
        ):
            cell[index] += more
    found = built.execute(
        """
        select request_date, service_reference_variant, mode, region, generation, device_type, outcome,
            request_count, responded_count, within_target_count, within_round_trip_target_count,
            wan_sent_count, wan_return_count, wan_milliseconds
        from marts.fct_service_requests_daily
        """
    ).fetchall()
    assert {row[:7]: list(row[7:]) for row in found} == dict(expected)
    duplicates = built.execute("select sum(duplicate_count) from marts.fct_service_requests_daily").fetchone()
    assert duplicates == (rows_sent - len(requests),)
    assert duplicates[0] > 0


def test_the_monthly_mart_is_recounted(built, pooled, party_of):
    expected: dict[tuple, list[int]] = defaultdict(lambda: [0] * 5)
    for r in pooled:
        cell = expected[
            r["month"], r["variant"], r["mode"], r["region"], r["shown"], r["device_type"], r["outcome"]
        ]
        for index, more in enumerate(
            (1, r["end_to_end"] is not None, r["end_to_end"] or 0, r["wan"] is not None, r["wan"] or 0)
        ):
            cell[index] += more
    found = built.execute(
        """
        select request_month, service_reference_variant, mode, region, party_pseudonym, device_type, outcome,
            request_count, end_to_end_count, end_to_end_milliseconds, wan_count, wan_milliseconds,
            is_small_cell = (party_pseudonym = 'pooled')
        from marts.fct_service_requests_monthly
        """
    ).fetchall()
    assert all(row[-1] for row in found)
    assert {(*row[:4], party_of[row[4]], *row[5:7]): list(row[7:-1]) for row in found} == dict(expected)
    shown = {row[4] for row in found}
    assert "pooled" in shown
    assert len(shown) > 5


def nearest_rank(times: list[int], percentile: int) -> int:
    return sorted(times)[math.ceil(percentile * len(times) / 100) - 1]


def assert_annex_is(built, pooled, party_of, enough: int = ENOUGH) -> int:
    """Hold every figure of the annex to a recount; returns how many percentiles there were."""
    cells: dict[tuple, list[dict]] = defaultdict(list)
    for r in pooled:
        for process in PROCESSES[r["variant"]]:
            cells[r["month"], process, r["variant"], r["region"], r["shown"], r["device_type"]].append(r)
    found = built.execute(
        """
        select reporting_month, business_process, service_reference_variant, region, party_pseudonym, device_type,
            volume, success_count, final_count, success_pct, end_to_end_mean_seconds, wan_mean_seconds,
            [end_to_end_p50_seconds, end_to_end_p95_seconds, end_to_end_p99_seconds],
            [wan_p50_seconds, wan_p95_seconds, wan_p99_seconds]
        from marts.rpt_business_process_performance where volume_source = 'service_requests'
        """
    ).fetchall()
    annex = {(*row[:4], party_of[row[4]], row[5]): row[6:] for row in found}
    assert len(annex) == len(found)
    assert annex.keys() == cells.keys()
    percentiles = 0
    for key, group in cells.items():
        volume, success, final, success_pct, mean, wan_mean, end_to_end, wan = annex[key]
        final_ones = [r for r in group if r["outcome"] != "acknowledged"]
        successes = [r for r in final_ones if r["outcome"] in ("success", "warning")]
        assert (volume, success, final) == (len(group), len(successes), len(final_ones)), key
        share = 100 * len(successes) / len(final_ones) if final_ones else None
        assert (success_pct is None) == (share is None), key
        assert share is None or float(success_pct) == pytest.approx(share, abs=1e-6), key
        for kind, kind_mean, shown in (("end_to_end", mean, end_to_end), ("wan", wan_mean, wan)):
            times = [r[kind] for r in group if r[kind] is not None]
            if not times:
                assert kind_mean is None, key
            else:
                assert kind_mean == pytest.approx(sum(times) / len(times) / 1000, rel=1e-12), key
            if len(times) < enough:
                assert shown == [None] * 3, key
                continue
            exact = [nearest_rank(times, percentile) / 1000 for percentile in (50, 95, 99)]
            assert shown == pytest.approx(exact, rel=0.01), key
            percentiles += 3
    return percentiles


def test_the_annex_is_recounted(built, pooled, party_of):
    assert_annex_is(built, pooled, party_of)


def test_percentiles_are_within_one_percent_of_exact_ones(tmp_path, pooled, party_of):
    """In the sample no party has 100 requests in a cell, so 20 are made enough."""
    project = DbtProject(tmp_path / "project", "seeds")
    project.take_sample()
    limits = project.place / "seeds/reference/service_request/small_cell_limits.csv"
    limits.write_text(limits.read_text().replace("percentiles,100,", "percentiles,20,"))
    selected = (
        "--select",
        "small_cell_limits",
        "int_service_request_percentiles_measured",
        "rpt_business_process_performance",
    )
    project.dbt("build", *WITHOUT_TESTS, *selected)
    with duckdb.connect(project.warehouse, read_only=True) as built:
        assert assert_annex_is(built, pooled, party_of, enough=20) > 100


def test_alerts_are_rows_of_the_annex(built, party_of):
    alerts = current_rows(LAKE, "alerts").unique(
        ["AlertKind", "AlertCode", "DeviceId", "RaisedAt", "GatewayAt", "SentAt"]
    )
    total = alerts.group_by("AlertKind").len()
    found = built.execute(
        """
        select business_process, sum(volume),
            count(end_to_end_mean_seconds) + count(wan_p50_seconds) + count(success_pct)
        from marts.rpt_business_process_performance where volume_source = 'alerts' group by business_process
        """
    ).fetchall()
    names = {"DCC": "dcc_alerts", "Device": "device_alerts"}
    assert set(found) == {(names[kind], count, 0) for kind, count in total.iter_rows()}
    least = built.execute(
        "select min(volume) from marts.rpt_business_process_performance"
        " where party_pseudonym not in ('pooled', 'Unknown')"
    ).fetchone()
    assert least is not None
    assert least[0] >= SMALL
    processes = {
        row[0]
        for row in built.execute(
            "select distinct business_process from marts.rpt_business_process_performance"
        ).fetchall()
    }
    assert len(processes) == 12


READINGS = {
    "standard": lambda r: r["outcome"] != "acknowledged",
    "device_requests": lambda r: r["outcome"] != "acknowledged" and not VARIANTS[r["variant"]],
    "successful_responses": lambda r: r["outcome"] in ("success", "warning"),
}


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(("measure", "mode"), [("CPM_1", "OnDemand"), ("CPM_2", "FutureDated")])
def test_every_reading_of_cpm_1_and_2_is_recounted(built, requests, measure, mode, reading):
    expected: dict[tuple, list[int]] = defaultdict(lambda: [0, 0, 0])
    excepted = excepted_dates(measure)
    assert excepted
    for r in requests:
        if r["mode"] != mode:
            continue
        counts = r["has_target"] and r["day"] not in excepted and READINGS[reading](r)
        for scope in ("national", r["region"]):
            cell = expected[r["month"], scope]
            cell[0] += counts and r["within"]
            cell[1] += counts
            cell[2] += not counts
    found = built.execute(
        """
        select reporting_month, scope, met_count, total_count, excluded_count from marts.fct_measure_results
        where measure_id = ? and variant_id = ? and scope_type in ('national', 'region') and aggregation = 'pooled'
            and total_count + excluded_count > 0
        """,
        [measure, reading],
    ).fetchall()
    assert {row[:2]: list(row[2:]) for row in found} == dict(expected)
    assert {scope for _, scope in expected} >= {"national", "North", "Central", "South", "SMETS1"}
    assert set(expected) >= {(date(2021, number, 1), "national") for number in (7, 8, 9, 10)}


def test_the_operational_performance_regime_is_recounted(built, requests):
    measures = {
        "install_and_commission": "install_and_commission",
        "prepayment": "prepayment",
        "firmware_management": "firmware_management",
        "change_of_supply": "change_of_supplier",
    }
    expected: dict[tuple, list[int]] = defaultdict(lambda: [0] * 4)
    for r in requests:
        if not r["has_target"] or r["outcome"] == "acknowledged":
            continue
        for process in PROCESSES[r["variant"]]:
            if process in measures:
                cell = expected[measures[process], r["generation"], r["region"]]
                for index, more in enumerate(
                    (1, r["within"], r["SentToWanAt"] is not None, r["within_round_trip"])
                ):
                    cell[index] += more
    found = built.execute("from marts.rpt_operational_performance_regime").fetchdf().to_dict("records")
    assert len(found) == 5 * len(REGIONS)
    assert {row["regulatory_year_start"].date() for row in found} == {date(2021, 4, 1)}
    seen = {
        (row["opr_measure"], row["generation"], row["region"]): [
            int(row[name])
            for name in (
                "request_count",
                "within_target_count",
                "round_trip_count",
                "within_round_trip_target_count",
            )
        ]
        for row in found
        if row["status"] == "no_level"
    }
    assert seen == dict(expected)
    assert {row["status"] for row in found if row["opr_measure"] == "service_availability"} == {"not_computed"}
    assert {row["opr_measure"]: float(row["weight_pct"]) for row in found} == {
        "service_availability": 33.34,
        "install_and_commission": 33.33,
        "prepayment": 33.33,
        "firmware_management": 0,
        "change_of_supplier": 0,
    }
