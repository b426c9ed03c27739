"""The cubes of Service Requests and Alerts in pandas. Each becomes a Parquet file; its seconds, JSON.

Run by `events.py` in a process of its own. An extract is read once, only the columns that are used, and stays in
memory.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

SEEDS = Path("seeds/reference")
EPOCH = pd.Timestamp(0)
MILLISECOND = pd.Timedelta(milliseconds=1)


def read(lake: str, extract: str, columns: Sequence[str]) -> pd.DataFrame:
    """Rows of an extract, with the provider and period of their submission."""
    frames = []
    for path in sorted(Path(lake, extract).glob("provider=*/*/*/*.parquet")):
        provider, period = (part.split("=")[1] for part in path.parts[-4:-2])
        if provider == "none":
            continue
        frame = pd.read_parquet(path, columns=list(columns), partitioning=None)
        frames.append(frame.assign(provider=provider, period=period))
    rows = pd.concat(frames, ignore_index=True)
    # Grouping by categories is what makes pandas bearable here.
    words = [name for name in rows.columns if rows[name].dtype == "str" and not name.endswith("Id")]
    return rows.astype(dict.fromkeys([*words, *({"PartyId"} & set(columns))], "category"))


def milliseconds(rows: pd.DataFrame, first: str, last: str) -> pd.Series:
    """Whole milliseconds between two instants, each cut to its millisecond; missing where either is."""
    return (rows[last] - EPOCH) // MILLISECOND - (rows[first] - EPOCH) // MILLISECOND


def month(instants: pd.Series) -> pd.Series:
    """First day of the month of an instant."""
    return instants.astype("datetime64[us]").dt.to_period("M").dt.to_timestamp()


def bucket(times: pd.Series) -> pd.Series:
    """Bucket of the sketch: each is 2% wider than the one before."""
    return np.ceil(np.log(times.clip(lower=1)) / np.log(1.02))


def grouped(keys: dict[str, pd.Series], sums: dict[str, pd.Series]) -> pd.DataFrame:
    """Sum the columns `sums` by the columns `keys`; a missing key is a key."""
    frame = pd.DataFrame({**keys, **sums})
    return frame.groupby(list(keys), dropna=False, observed=True, sort=False)[list(sums)].sum().reset_index()


def main(lake: str, out: str) -> None:
    """Make every cube in turn."""
    seconds: dict[str, float] = {}
    clock = time.perf_counter()

    def done(name: str, cube: pd.DataFrame | None = None) -> None:
        nonlocal clock
        seconds[name] = time.perf_counter() - clock
        if cube is not None:
            cube.to_parquet(f"{out}/{name}.parquet", index=False)
        clock = time.perf_counter()

    identity = ["OriginatorId", "TargetId", "OriginatorCounter", "ReceivedAt"]
    requests = read(
        lake,
        "service_requests",
        [
            *identity,
            *("ServiceReferenceVariant", "Mode", "PartyId", "DeviceType", "Region", "ResponseCode"),
            *("ExecuteAt", "SentToWanAt", "BackFromWanAt", "RespondedAt"),
        ],
    )
    done("read_requests")
    counts = ~requests.duplicated(["provider", "period", *identity])
    requests = requests.drop(columns=["OriginatorId", "TargetId", "OriginatorCounter"])
    done("service_requests_repeated")

    from_receipt = milliseconds(requests, "ReceivedAt", "RespondedAt")
    from_execution = milliseconds(requests, "ExecuteAt", "RespondedAt")
    from_execution = from_execution.mask(requests["RespondedAt"] < requests["ExecuteAt"], 0)
    response = from_receipt.where(~requests["Mode"].isin(["FutureDated", "DccScheduled"]), from_execution)
    response = response.mask(requests["RespondedAt"] < requests["ReceivedAt"])
    wan = milliseconds(requests, "SentToWanAt", "BackFromWanAt")
    wan = wan.where(requests["BackFromWanAt"] >= requests["SentToWanAt"])
    strings = {"service_reference_variant": str}
    variants = pd.read_csv(
        SEEDS / "service_request/service_reference_variants.csv",
        usecols=["service_reference_variant"],
        dtype=strings,
    )
    times = pd.read_csv(SEEDS / "service_request/service_request_target_times.csv", dtype=strings)
    matched = variants.merge(times, how="cross", suffixes=("", "_of_row"))
    matched = matched[
        matched["service_reference_variant_of_row"].isin(["any"])
        | (matched["service_reference_variant_of_row"] == matched["service_reference_variant"])
    ]
    targets = matched.sort_values("priority").drop_duplicates(["service_reference_variant", "mode"], keep="last")
    targeted = (
        requests[["ServiceReferenceVariant", "Mode"]]
        .astype(object)
        .merge(
            targets,
            how="left",
            left_on=["ServiceReferenceVariant", "Mode"],
            right_on=["service_reference_variant", "mode"],
        )
    )
    keys = {
        "provider": requests["provider"],
        "service_reference_variant": requests["ServiceReferenceVariant"],
        "mode": requests["Mode"],
        "region": requests["Region"],
        "device_type": requests["DeviceType"],
    }
    daily = grouped(
        {
            **keys,
            "request_date": requests["ReceivedAt"].dt.normalize(),
            "response_code": requests["ResponseCode"],
            "has_target": targeted["target_seconds"].notna(),
        },
        {
            "request_count": counts,
            "duplicate_count": ~counts,
            "responded_count": counts & requests["RespondedAt"].notna(),
            "within_target_count": counts & (response <= targeted["target_seconds"] * 1000),
            "within_round_trip_target_count": counts & (wan <= targeted["round_trip_target_seconds"] * 1000),
            "wan_sent_count": counts & requests["SentToWanAt"].notna(),
            "wan_return_count": counts & wan.notna(),
            "alert_proxy_within_standard_count": counts & (wan <= 120_000),
            "alert_proxy_within_wan_share_count": counts & (wan * 30 <= 60_000 * 2 * 25),
            "wan_milliseconds": wan.where(counts, 0),
        },
    )
    done("service_requests_daily", daily)
    del targeted

    by_party = {**keys, "party_id": requests["PartyId"], "request_month": month(requests["ReceivedAt"])}
    monthly = grouped(
        {**by_party, "response_code": requests["ResponseCode"]},
        {
            "request_count": counts,
            "end_to_end_count": counts & response.notna(),
            "end_to_end_milliseconds": response.where(counts, 0),
            "wan_count": counts & wan.notna(),
            "wan_milliseconds": wan.where(counts, 0),
        },
    )
    done("service_requests_by_party", monthly)

    sketches = []
    for kind, taken in (("end_to_end", response), ("wan", wan)):
        known = taken.notna()
        sketch = grouped(
            {**{name: key[known] for name, key in by_party.items()}, "latency_bucket": bucket(taken[known])},
            {"request_count": counts[known]},
        )
        sketches.append(sketch.assign(latency_kind=kind))
    done("service_request_latencies", pd.concat(sketches))
    del requests, by_party, keys, response, wan, from_receipt, from_execution

    instants = ["RaisedAt", "GatewayAt", "SentAt"]
    alerts = read(
        lake,
        "alerts",
        ["AlertKind", "AlertCode", "DeviceId", "DeviceType", "Region", "PartyId", "ThrottledCount", *instants],
    )
    done("read_alerts")
    counts = ~alerts.duplicated(["provider", "period", "AlertKind", "AlertCode", "DeviceId", *instants])
    counts |= alerts["DeviceId"].isna()
    done("alerts_repeated")

    is_timed = alerts["RaisedAt"] <= alerts["SentAt"]
    taken = milliseconds(alerts, "RaisedAt", "SentAt")
    dated_at = (
        alerts["RaisedAt"]
        .where(alerts["SentAt"].isna() | is_timed)
        .fillna(alerts["GatewayAt"])
        .fillna(alerts["SentAt"])
        .fillna(pd.to_datetime(alerts["period"].astype(str) + "-01"))
    )
    throttled = alerts["ThrottledCount"].fillna(1)
    delivered = counts & alerts["SentAt"].notna()
    timed = counts & is_timed
    within = timed & (taken <= 60_000)
    place = {"provider": alerts["provider"], "region": alerts["Region"], "device_type": alerts["DeviceType"]}
    code = {"alert_kind": alerts["AlertKind"], "alert_code": alerts["AlertCode"]}
    daily = grouped(
        {**place, **code, "party_id": alerts["PartyId"], "alert_date": dated_at.dt.normalize()},
        {
            "message_count": counts,
            "duplicate_count": ~counts,
            "gateway_message_count": counts & alerts["GatewayAt"].notna(),
            "delivered_message_count": delivered,
            "timed_message_count": timed,
            "within_message_count": within,
            "throttled_alert_count": throttled.where(counts, 0),
            "delivered_throttled_alert_count": throttled.where(delivered, 0),
            "timed_throttled_alert_count": throttled.where(timed, 0),
            "within_throttled_alert_count": throttled.where(within, 0),
        },
    )
    done("alerts_daily", daily)

    excluded = pd.read_csv(SEEDS / "alert/alert_exclusions.csv")
    is_excluded = pd.Series(False, index=alerts.index)
    for kind, code_excluded in excluded[["alert_kind", "alert_code"]].itertuples(index=False):
        is_excluded |= (alerts["AlertKind"] == kind) & (alerts["AlertCode"] == code_excluded)
    kept = is_timed & ~is_excluded
    latencies = grouped(
        {
            **{name: key[kept] for name, key in place.items()},
            "alert_month": month(alerts["RaisedAt"][kept]),
            "latency_bucket": bucket(taken[kept] * 2),
        },
        {"message_count": counts[kept]},
    )
    done("alert_latencies", latencies)
    Path(out, "seconds.json").write_text(json.dumps(seconds), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
