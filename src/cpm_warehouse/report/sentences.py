"""What the summary of a month says in sentences: the main points, and what stands beside each measure.

A sentence takes its numbers and names from rows of `rpt_measure_summary` and calculates none. It is plain text; a
page that shows it escapes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cpm_warehouse.report.formats import in_words, percent

Row = Mapping[str, Any]

MOST_POINTS = 6
VERDICTS = {"target_met": "target met", "minimum_met": "minimum met", "below_minimum": "below minimum"}
STANDS = {
    "target_met": "met its target of {target}",
    "minimum_met": "missed its target of {target} and met its minimum of {minimum}",
    "below_minimum": "is below its minimum of {minimum}",
    "no_level": "has no level to be held to",
    "no_events": "had no events",
    "not_reportable": "is not reportable",
}
NO_CHANGE = {
    "no_figure": "the month has no figure",
    "no_figure_before": "the month before has no figure",
    "month_before_not_reported": "the month before is not reported",
    "basis_changed": "the basis changed from {previous} to {basis}",
}
# Reasons of `attention_rank` that are worth a main point of their own.
TOLD = ("below_minimum", "target_no_longer_met", "target_missed", "fell")
KINDS = ("provider", "region")


def main_points(rows: Sequence[Row]) -> list[str]:
    """Up to six sentences on a month, the most urgent first, from the rows of all its measures."""
    ranked = sorted(rows, key=lambda row: row["attention_rank"])
    if not any(row["result_pct"] is not None for row in ranked):
        return []
    restated = _restated(ranked)
    told = [row for row in ranked if row["attention_reason"] in TOLD]
    room = MOST_POINTS - 1 - bool(restated)
    return [_overview(ranked), *map(_about, told[:room]), *([restated] if restated else [])]


def verdict(row: Row) -> str:
    """The result and what it is held to."""
    if row["result_pct"] is None:
        return f"{in_words(row['status'])}."
    held = ""
    if row["target_pct"] is not None:
        levels = f"target {_level(row['target_pct'])}, minimum {_level(row['minimum_pct'])}"
        held = f" Levels: {levels} ({row['level_standing']})."
    return f"{in_words(row['status'])}: {result(row)}, {_of(row)}.{held}"


def change(row: Row) -> str:
    """The change on the month before, or why none is given."""
    if row["change_points"] is None:
        return f"No change on the month before is given: {_no_change(row)}."
    before = f"{shown(row['previous_result_pct'], row)}%"
    if not row["change_points"]:
        return f"The same as the month before, {before}."
    return f"{'Up' if row['change_points'] > 0 else 'Down'} {_points(row)} from {before} the month before."


def cause(row: Row) -> str:
    """Which provider and Region moved the result, or missed most where there is no change; empty if none did."""
    kinds = [kind for kind in KINDS if row[f"{kind}_count"] > 1 and _pick(row, kind)]
    if not kinds:
        return ""
    head = "What moved it" if row["change_points"] else "What missed most"
    return f"{head}: {'; '.join(_part(row, kind) for kind in kinds)}. {row['missed_count']:,} missed in all."


def margin(row: Row) -> str:
    """How few events would give another verdict; empty without a verdict."""
    said = [
        f"{events:,} {more_or_fewer} met would make it {VERDICTS[row[f'{end}_status']]}"
        for end, more_or_fewer in (("better", "more"), ("worse", "fewer"))
        if (events := row[f"events_to_{end}_verdict"]) is not None
    ]
    return f"{', '.join(said)}." if said else ""


def readings(row: Row) -> str:
    """How far the readings lie apart and what other verdicts they give; empty where there is one only."""
    if row["reading_count"] <= 1:
        return ""
    low, high = (shown(row[f"{end}_reading_pct"], row) for end in ("lowest", "highest"))
    if low == high:
        return f"All {row['reading_count']} readings give {low}%."
    ends = f"from {low}% ({row['lowest_reading_name']}) to {high}% ({row['highest_reading_name']})"
    other = ""
    if row["other_verdict_count"]:
        gives = "gives" if row["other_verdict_count"] == 1 else "give"
        other = (
            f"; {row['other_verdict_count']} of them {gives} another verdict: {verdicts(row['other_statuses'])}"
        )
    return f"{row['reading_count']} readings {ends}{other}."


def verdicts(statuses: str) -> str:
    """Several verdicts in words."""
    return " or ".join(VERDICTS[one] for one in statuses.split(","))


def interval(row: Row) -> str:
    """The interval of a result of few events; empty where there are enough."""
    if not row["is_small_number"] or row["result_lower_pct"] is None:
        return ""
    low, high = (f"{row[f'result_{end}_pct']:.1f}" for end in ("lower", "upper"))
    return f"Few events ({row['total_count']:,}): the 95% interval is {low}% to {high}%."


def blind_spots(row: Row) -> str:
    """What the figure cannot show."""
    said = [row["limitation"]] if row["limitation"] else []
    if row["coverage_pct"] is not None and percent(row["coverage_pct"]) != "100.00":
        said.append(f"it sees {percent(row['coverage_pct'])}% of what is known to exist")
    if row["unknown_region_pct"] and row["region_count"] > 1:
        said.append(f"the Region of {percent(row['unknown_region_pct'])}% of the events is not known")
    return f"{_first_up('; '.join(said))}." if said else ""


def restated(row: Row) -> str:
    """What was published before, where it differs now."""
    if not row["is_restated"]:
        return ""
    if row["restated_points"]:
        return f"Published before and different now: {now_and_before(row)}."
    if row["restated_from_pct"] is None or row["result_pct"] is None:
        return f"Published before as {in_words(row['restated_from_status']).lower()}."
    return "Published before with the same percentage; what it rests on is not the same."


def name(row: Row) -> str:
    """The measure's number as the Code has it, like CPM 5A."""
    return str(row["measure_id"]).replace("_", " ")


def result(row: Row) -> str:
    """The result in percent, never rounded across a level."""
    return f"{shown(row['result_pct'], row)}%"


def _overview(rows: Sequence[Row]) -> str:
    """The verdicts of the month, and those that hang on a few events or on the reading."""
    held = sorted((row for row in rows if row["status"] in VERDICTS), key=name)
    if not held:
        return "No measure has a result and a level to hold it to."
    below, missed, met = ([row for row in held if row["status"] == status] for status in reversed(VERDICTS))
    verdicts = [
        f"{len(below)} {'is' if len(below) == 1 else 'are'} below the minimum{_bracketed(below)}",
        f"{len(missed)} {'misses' if len(missed) == 1 else 'miss'} the target only{_bracketed(missed)}",
        f"{len(met)} {'meets' if len(met) == 1 else 'meet'} the target",
    ]
    said = f"Of {len(held)} {'measure' if len(held) == 1 else 'measures'} with a level, {_listed(verdicts)}"
    hangs = []
    if close := [f"{name(row)} ({_events(row)})" for row in held if row["is_verdict_close"]]:
        hangs.append(f"on few events for {_listed(close)}")
    if other := [name(row) for row in held if row["other_verdict_count"]]:
        hangs.append(f"on the reading for {_listed(other)}")
    return f"{said}; the verdict hangs {', and '.join(hangs)}." if hangs else f"{said}."


def _about(row: Row) -> str:
    """One measure in a sentence: verdict, change, cause, and what the verdict hangs on."""
    said = [f"{name(row)} ({row['measure_name']}) {_stands(row)}: {result(row)}, {_of(row)}, {moved(row)}"]
    kind = next((kind for kind in KINDS if row[f"{kind}_count"] > 1), None)
    if kind and row["missed_count"]:
        has_fallen = (row["change_points"] or 0) < 0 and (
            row["is_status_changed"] or row["attention_reason"] == "fell"
        )
        pick = "mover" if has_fallen else "most_missed"
        missed = row[f"{pick}_{kind}_missed_count"]
        its = f"{missed:,} of its {row[f'{pick}_{kind}_total_count']:,}"
        said.append(f"{_scope(row, kind, pick)} missed {its} ({row['missed_count']:,} missed in all)")
    if row["is_small_number"]:
        said.append(_first_down(interval(row).removesuffix(".")))
    if row["other_verdict_count"]:
        said.append(
            f"{row['other_verdict_count']} of {row['reading_count']} readings"
            f" ({shown(row['lowest_reading_pct'], row)}% to {shown(row['highest_reading_pct'], row)}%)"
            f" {'gives' if row['other_verdict_count'] == 1 else 'give'} another verdict"
        )
    return f"{'; '.join(said)}."


def _restated(rows: Iterable[Row]) -> str:
    moved = [
        f"{name(row)}, {now_and_before(row)}" for row in rows if row["is_restated"] and row["restated_points"]
    ]
    return f"Published before and different now: {'; '.join(moved)}." if moved else ""


def now_and_before(row: Row) -> str:
    """Both figures, with as many places as tell them apart."""
    now, before = row["result_pct"], row["restated_from_pct"]
    places = next((places for places in range(2, 6) if round(now, places) != round(before, places)), 6)
    verdict_then = row["restated_from_status"]
    told = f", {VERDICTS[verdict_then]}" if verdict_then in VERDICTS and verdict_then != row["status"] else ""
    return f"{now:.{places}f}%, was {before:.{places}f}%{told}"


def _level(value: Any) -> str:
    return f"{float(value):g}%"


def _events(row: Row) -> str:
    events = row["events_to_change_verdict"]
    return f"{events:,} of {row['total_count']:,} {row['unit']}"


def _stands(row: Row) -> str:
    target, minimum = (row[level] and _level(row[level]) for level in ("target_pct", "minimum_pct"))
    return STANDS[row["status"]].format(target=target, minimum=minimum)


def moved(row: Row) -> str:
    """The change on the month before in a few words."""
    if row["change_points"] is None:
        return f"no change is given as {_no_change(row)}" if row["result_pct"] is not None else "has no figure"
    if not row["change_points"]:
        return "as the month before"
    return f"{'up' if row['change_points'] > 0 else 'down'} {_points(row)}"


def _points(row: Row) -> str:
    return f"{abs(row['change_points']):.2f} points"


def _no_change(row: Row) -> str:
    return NO_CHANGE[row["no_change_reason"]].format(previous=row["previous_basis"], basis=row["basis"])


def _pick(row: Row, kind: str) -> str | None:
    """The column to read: what moved the result where it did move, else what missed most."""
    pick = "mover" if row["change_points"] else "most_missed"
    return pick if row[f"{pick}_{kind}_name"] else None


def _part(row: Row, kind: str) -> str:
    pick = _pick(row, kind) or ""
    moved = f" {row[f'mover_{kind}_points']:+.2f} points," if pick == "mover" else ""
    missed, total = (row[f"{pick}_{kind}_{what}_count"] for what in ("missed", "total"))
    events = f"{missed:,} of its {total:,} missed" if total else "without events now"
    return f"{_scope(row, kind, pick)}{moved} {events}"


def _scope(row: Row, kind: str, pick: str) -> str:
    return scope_in_words(kind, row[f"{pick}_{kind}_name"])


def scope_in_words(kind: str, scope_name: str) -> str:
    """Name a Region or a provider within a sentence."""
    if scope_name == "Unknown":
        return "an unknown Region" if kind == "region" else "an unknown provider"
    return f"Region {scope_name}" if kind == "region" else scope_name


def _of(row: Row) -> str:
    return f"{row['met_count']:,} of {row['total_count']:,} {row['unit']}"


def shown(value: Any, row: Row) -> str:
    """A percentage beside the levels of a row, never rounded across one of them."""
    return percent(value, tuple(row[level] for level in ("target_pct", "minimum_pct") if row[level] is not None))


def _bracketed(rows: Sequence[Row]) -> str:
    return f" ({_listed(map(name, rows))})" if rows else ""


def _listed(texts: Iterable[str]) -> str:
    *most, last = texts
    return f"{', '.join(most)} and {last}" if most else last


def _first_down(text: str) -> str:
    return text[:1].lower() + text[1:]


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
