"""Counts the rows that `cpm trace --rows` shows again, by hand, to hold them against the result."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from cpm_warehouse.report.trace.answers import Answer, Key

MINUTE = timedelta(minutes=1)


def differences(key: Key, result: dict, answers: list[Answer]) -> list[str]:
    """What the rows come to and the result does not say; nothing where they agree."""
    found = {answer.name: answer.records for answer in answers}
    rows = found["rows"]
    counts = ("met_count", "total_count", "excluded_count")
    if key.measure_id == "CPM_6":
        counted = _minutes(result, rows)
    elif any(row["basis"] == "proxy" and key.measure_id == "CPM_3" for row in rows):
        counted, counts = _scaled(key, rows, found["alert_scaling"]), counts[:2]
    else:
        counted = tuple(sum(row[name] for row in rows) for name in counts)
    # In words as in numbers; the minutes of CPM 6 have no numbers of their own.
    words = [row for row in rows if row["met_count"] is not None]
    assert all((row["counted_as"] == "met") == (row["met_count"] > 0) for row in words)
    assert all((row["counted_as"] in ("met", "missed")) == (row["total_count"] > 0) for row in words)
    # A row sent twice is no event; a request to activate that is followed by another is one that is left out.
    not_left_out = ("met", "missed", *(() if key.measure_id == "CPM_6C" else ("repeated",)))
    assert all(row["excluded_count"] == 0 for row in words if row["counted_as"] in not_left_out)
    said = [
        f"{name}: {result[name]} published, {value} recounted"
        for name, value in zip(counts, counted, strict=False)
        if result[name] != value
    ]
    if result["result_pct"] is not None and key.aggregation == "pooled":
        pct = Fraction(int(counted[0]) * 100, int(counted[1]))
        if abs(pct - Fraction(result["result_pct"])) > Fraction(1, 1_000_000):
            said.append(f"{result['result_pct']}% published, {float(pct)}% recounted")
    if result["result_pct"] is not None and key.aggregation == "mean_of_providers" and len(counts) == 3:
        said += _mean(result["result_pct"], rows) if key.measure_id != "CPM_6" else []
    return said


def _minutes(result: dict, rows: list[dict]) -> tuple[int, int, int]:
    """Of the month's minutes, those without downtime, those counted, and those that do not count."""
    start = result["reporting_month"]
    end = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
    of = defaultdict(set)
    for row in rows:
        at = row["happened_at"].replace(second=0, microsecond=0)
        if at < row["happened_at"]:
            at += MINUTE
        ends = row["happened_at"] + timedelta(milliseconds=int(row["took_milliseconds"]))
        while at + MINUTE <= ends:
            if start <= at.date() < end:
                of[row["counted_as"]].add(at)
            at += MINUTE
    out = of["agreed_maintenance"] | of["allowed_exception"]
    total = (end - start).days * 1440 - len(out)
    return total - len(of["downtime"] - out), total, len(out)


def _scaled(key: Key, rows: list[dict], scaling: list[dict]) -> tuple[int, int]:
    """Measured rows as they are; of a Region by proxy its requests, scaled to its Alerts and shared out."""
    met = sum(row["met_count"] for row in rows if row["basis"] == "measured")
    total = sum(row["total_count"] for row in rows if row["basis"] == "measured")
    for region in {row["region"] for row in rows if row["basis"] == "proxy"}:
        here = [row for row in rows if row["region"] == region]
        met_requests, requests = (sum(row[name] for row in here) for name in ("met_count", "total_count"))
        shares = [one for one in scaling if one["region"] == region and one["alert_count"] is not None]
        if not shares:
            if key.scope_type != "provider" or here[0]["provider"] == key.scope:
                met, total = met + met_requests, total + requests
            continue
        # Allowed Exceptions take a share of the Alerts out, as of the requests.
        before = requests + sum(row["counted_as"] == "allowed_exception" for row in here)
        assert {(one["met_request_count"], one["total_request_count"]) for one in shares} == {
            (met_requests, requests)
        }
        alerts = shares[0]["alert_count"]
        assert shares[0]["met_alert_count"] == (2 * alerts * met_requests + before) // (2 * before)
        assert shares[0]["total_alert_count"] == (2 * alerts * requests + before) // (2 * before)
        if key.scope_type == "provider":
            shares = [one for one in shares if one["provider"] == key.scope]
            met += sum(one["met_count"] for one in shares)
            total += sum(one["total_count"] for one in shares)
        else:
            met, total = met + shares[0]["met_alert_count"], total + shares[0]["total_alert_count"]
    return met, total


def _mean(published: Decimal, rows: list[dict]) -> list[str]:
    """The mean of the providers' own shares; one without events has none."""
    of = defaultdict(lambda: [0, 0])
    for row in rows:
        of[row["provider"]][0] += row["met_count"]
        of[row["provider"]][1] += row["total_count"]
    shares = [Fraction(int(met), int(total)) for met, total in of.values() if total]
    mean = 100 * sum(shares) / len(shares)
    if abs(mean - Fraction(published)) > Fraction(1, 1_000_000):
        return [f"{published}% published, a mean of {float(mean)}% recounted"]
    return []
