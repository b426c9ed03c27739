"""The cubes of Service Requests and Alerts in Polars, streaming. Each becomes a Parquet file; its seconds, JSON.

Run by `events.py` in a process of its own.
"""

import json
import math
import sys
import time
from collections.abc import Callable
from pathlib import Path

import polars as pl

SEEDS = Path("seeds/reference")
col = pl.col


def scan(lake: str, extract: str, folder: str = "") -> pl.LazyFrame:
    """Rows of an extract, with the provider, period and version of their submission."""
    return pl.scan_parquet(
        f"{lake}/{extract}/provider=*/*/*/{folder}*.parquet", hive_partitioning=True, try_parse_hive_dates=False
    ).with_columns(col("version").cast(pl.String))


def milliseconds(first: str, last: str) -> pl.Expr:
    """Whole milliseconds between two instants, each cut to its millisecond."""
    return col(last).dt.epoch("ms") - col(first).dt.epoch("ms")


def month(instant: pl.Expr) -> pl.Expr:
    """First day of the month of an instant."""
    return instant.dt.truncate("1mo").cast(pl.Date)


def bucket(time_taken: pl.Expr) -> pl.Expr:
    """Bucket of the sketch: each is 2% wider than the one before."""
    return (time_taken.clip(1).cast(pl.Float64).log() / math.log(1.02)).ceil().cast(pl.Int16)


def counted(condition: pl.Expr, weight: str = "weight") -> pl.Expr:
    """Sum of the weights of the rows for which a condition holds."""
    return col(weight).filter(condition).sum()


def targets() -> pl.LazyFrame:
    """Target times of each Service Reference Variant and mode: the row of the highest priority."""
    strings = {"service_reference_variant": pl.String}
    variants = pl.scan_csv(SEEDS / "service_request/service_reference_variants.csv", schema_overrides=strings)
    times = pl.scan_csv(SEEDS / "service_request/service_request_target_times.csv", schema_overrides=strings)
    return (
        variants.select(col("service_reference_variant").alias("ServiceReferenceVariant"))
        .join(times, how="cross")
        .filter(
            col("service_reference_variant").is_in(["any"])
            | (col("service_reference_variant") == col("ServiceReferenceVariant"))
        )
        .group_by("ServiceReferenceVariant", col("mode").alias("Mode"))
        .agg(
            (col("target_seconds").sort_by("priority").last() * 1000).alias("target"),
            (col("round_trip_target_seconds").sort_by("priority").last() * 1000).alias("round_trip_target"),
        )
    )


def repeated(lake: str, extract: str, identity: list[str]) -> pl.LazyFrame:
    """Rows that repeat one before, among those that landing listed."""
    place = ["source_file", "source_row"]
    listed = scan(lake, extract, "_repeats/").sort(place)
    return listed.filter(pl.int_range(pl.len()).over(["provider", "period", *identity]) > 0).drop(place)


def weighed(rows: pl.LazyFrame, repeats: pl.LazyFrame) -> pl.LazyFrame:
    """Each row with weight 1, and once more with -1 where it repeats another."""
    return pl.concat(
        [rows.with_columns(weight=pl.lit(1)), repeats.with_columns(weight=pl.lit(-1))], how="diagonal_relaxed"
    )


def main(lake: str, out: str) -> None:
    """Make every cube in turn."""
    seconds: dict[str, float] = {}

    def timed(name: str, make: Callable[[], pl.LazyFrame], *, write: bool = True) -> pl.LazyFrame:
        started = time.perf_counter()
        frame = make().collect(engine="streaming")
        seconds[name] = time.perf_counter() - started
        if write:
            frame.write_parquet(f"{out}/{name}.parquet")
        return frame.lazy()

    requests = scan(lake, "service_requests")
    identity = ["OriginatorId", "TargetId", "OriginatorCounter", "ReceivedAt"]
    repeats = timed(
        "service_requests_repeated",
        lambda: repeated(lake, "service_requests", identity),
        write=False,
    )
    response = (
        pl.when(col("RespondedAt") < col("ReceivedAt"))
        .then(None)
        .when(col("Mode").is_in(["FutureDated", "DccScheduled"]).not_() | col("Mode").is_null())
        .then(milliseconds("ReceivedAt", "RespondedAt"))
        .when(col("RespondedAt") < col("ExecuteAt"))
        .then(0)
        .otherwise(milliseconds("ExecuteAt", "RespondedAt"))
    )
    wan = pl.when(col("BackFromWanAt") >= col("SentToWanAt")).then(milliseconds("SentToWanAt", "BackFromWanAt"))
    requests = weighed(requests, repeats).with_columns(response=response, wan=wan)
    names = {
        "service_reference_variant": "ServiceReferenceVariant",
        "mode": "Mode",
        "region": "Region",
        "device_type": "DeviceType",
    }
    keys = ["provider", *(col(written).alias(name) for name, written in names.items())]
    timed(
        "service_requests_daily",
        lambda: (
            requests.join(targets(), on=["ServiceReferenceVariant", "Mode"], how="left")
            .group_by(
                *keys,
                col("ReceivedAt").dt.date().alias("request_date"),
                col("ResponseCode").alias("response_code"),
                col("target").is_not_null().alias("has_target"),
            )
            .agg(
                request_count=col("weight").sum(),
                duplicate_count=(col("weight") < 0).sum(),
                responded_count=counted(col("RespondedAt").is_not_null()),
                within_target_count=counted(col("response") <= col("target")),
                within_round_trip_target_count=counted(col("wan") <= col("round_trip_target")),
                wan_sent_count=counted(col("SentToWanAt").is_not_null()),
                wan_return_count=counted(col("wan").is_not_null()),
                alert_proxy_within_standard_count=counted(col("wan") <= 120_000),
                alert_proxy_within_wan_share_count=counted(col("wan") * 30 <= 60_000 * 2 * 25),
                wan_milliseconds=(col("weight") * col("wan")).sum(),
            )
        ),
    )
    by_party = [*keys, col("PartyId").alias("party_id"), month(col("ReceivedAt")).alias("request_month")]
    timed(
        "service_requests_by_party",
        lambda: requests.group_by(*by_party, col("ResponseCode").alias("response_code")).agg(
            request_count=col("weight").sum(),
            end_to_end_count=counted(col("response").is_not_null()),
            end_to_end_milliseconds=(col("weight") * col("response")).sum(),
            wan_count=counted(col("wan").is_not_null()),
            wan_milliseconds=(col("weight") * col("wan")).sum(),
        ),
    )
    timed(
        "service_request_latencies",
        lambda: pl.concat(
            [
                requests.filter(col(column).is_not_null())
                .group_by(
                    *by_party, pl.lit(kind).alias("latency_kind"), bucket(col(column)).alias("latency_bucket")
                )
                .agg(request_count=col("weight").sum())
                for kind, column in (("end_to_end", "response"), ("wan", "wan"))
            ]
        ),
    )

    alerts = scan(lake, "alerts")
    times = ["RaisedAt", "GatewayAt", "SentAt"]
    repeats = timed(
        "alerts_repeated",
        lambda: repeated(lake, "alerts", ["AlertKind", "AlertCode", "DeviceId", *times]).filter(
            col("DeviceId").is_not_null()
        ),
        write=False,
    )
    is_timed = col("RaisedAt") <= col("SentAt")
    dated_at = pl.coalesce(
        pl.when(col("SentAt").is_null() | is_timed).then(col("RaisedAt")),
        "GatewayAt",
        "SentAt",
        pl.concat_str("period", pl.lit("-01")).str.to_datetime("%Y-%m-%d"),
    )
    alerts = weighed(alerts, repeats).with_columns(
        dated_at=dated_at,
        is_timed=is_timed,
        milliseconds=milliseconds("RaisedAt", "SentAt"),
        throttled=col("weight") * col("ThrottledCount").fill_null(1),
    )
    is_within = col("is_timed") & (col("milliseconds") <= 60_000)
    is_sent = col("SentAt").is_not_null()
    place = ["provider", col("Region").alias("region"), col("DeviceType").alias("device_type")]
    code = [col("AlertKind").alias("alert_kind"), col("AlertCode").alias("alert_code")]
    party = col("PartyId").alias("party_id")
    timed(
        "alerts_daily",
        lambda: alerts.group_by(*place, *code, party, col("dated_at").dt.date().alias("alert_date")).agg(
            message_count=col("weight").sum(),
            duplicate_count=(col("weight") < 0).sum(),
            gateway_message_count=counted(col("GatewayAt").is_not_null()),
            delivered_message_count=counted(is_sent),
            timed_message_count=counted(col("is_timed")),
            within_message_count=counted(is_within),
            throttled_alert_count=col("throttled").sum(),
            delivered_throttled_alert_count=counted(is_sent, "throttled"),
            timed_throttled_alert_count=counted(col("is_timed"), "throttled"),
            within_throttled_alert_count=counted(is_within, "throttled"),
        ),
    )
    excluded = pl.scan_csv(SEEDS / "alert/alert_exclusions.csv").select(
        col("alert_kind").alias("AlertKind"), col("alert_code").alias("AlertCode")
    )
    timed(
        "alert_latencies",
        lambda: (
            alerts.filter(col("is_timed"))
            .join(excluded, on=["AlertKind", "AlertCode"], how="anti")
            .group_by(
                *place,
                month(col("RaisedAt")).alias("alert_month"),
                bucket(col("milliseconds") * 2).alias("latency_bucket"),
            )
            .agg(message_count=col("weight").sum())
        ),
    )
    Path(out, "seconds.json").write_text(json.dumps(seconds), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
