"""What the summary of a month says in sentences: the main points, and what stands beside each measure.

A sentence takes its numbers and names from rows of `rpt_measure_summary` and calculates none. It is plain text; a
page that shows it escapes it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cpm_warehouse.report.pack.formats import in_words, percent

Row = Mapping[str, Any]

MOST_POINTS = 6
VERDICTS = {"target_met": "target met", "minimum_met": "minimum met", "below_minimum": "below minimum"}
STANDS = {
    "target_met": "met its target",
    "minimum_met": "missed its target and met its minimum",
    "below_minimum": "is below its minimum",
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
TOLD = ("below_minimum", "target_no_longer_met", "target_missed", "close_to_a_level", "fell")


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
    before = f"{_shown(row['previous_result_pct'], row)}%"
    if not row["change_points"]:
        return f"The same as the month before, {before}."
    return f"{'Up' if row['change_points'] > 0 else 'Down'} {_points(row)} from {before} the month before."


def cause(row: Row) -> str:
    """Which provider and Region moved the result, or missed most where there is no change; empty if none did."""
    parts = [_part(row, kind, pick) for kind in ("provider", "Region") if (pick := _pick(row, kind.lower()))]
    if not parts or (not row["missed_count"] and row["change_points"] is None):
        return ""
    head = "What moved it" if row["change_points"] else "What missed most"
    return f"{head}: {'; '.join(parts)}; {row['missed_count']:,} missed in all."


def margin(row: Row) -> str:
    """How few events would give another verdict; empty without a verdict."""
    said = []
    if row["events_to_better_verdict"] is not None:
        more = row["events_to_better_verdict"]
        said.append(f"{more:,} more that met it would have made it {VERDICTS[row['better_status']]}")
    if row["events_to_worse_verdict"] is not None:
        fewer = row["events_to_worse_verdict"]
        said.append(f"{fewer:,} fewer would have made it {VERDICTS[row['worse_status']]}")
    return f"{_first_up('; '.join(said))}." if said else ""


def readings(row: Row) -> str:
    """How far the readings lie apart and what other verdicts they give; empty where there is one only."""
    if row["reading_count"] <= 1:
        return ""
    low, high = (_shown(row[f"{end}_reading_pct"], row) for end in ("lowest", "highest"))
    if low == high:
        return f"All {row['reading_count']} readings give {low}%."
    ends = f"from {low}% ({row['lowest_reading_name']}) to {high}% ({row['highest_reading_name']})"
    other = ""
    if row["other_verdict_count"]:
        verdicts = " or ".join(VERDICTS[one] for one in row["other_statuses"].split(","))
        gives = "gives" if row["other_verdict_count"] == 1 else "give"
        other = f"; {row['other_verdict_count']} of them {gives} another verdict: {verdicts}"
    return f"{row['reading_count']} readings {ends}{other}."


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
        return f"Published before as {_before(row)}."
    return f"Published before as {_before(row)}; the percentage is the same, what it rests on is not."


def name(row: Row) -> str:
    """The measure's number as the Code has it, like CPM 5A."""
    return str(row["measure_id"]).replace("_", " ")


def result(row: Row) -> str:
    """The result in percent, never rounded across a level."""
    return f"{_shown(row['result_pct'], row)}%"


def _overview(rows: Sequence[Row]) -> str:
    """The verdicts of the month, and those that hang on a few events or on the reading."""
    with_level = [row for row in rows if row["status"] in VERDICTS]
    if not with_level:
        return "No measure has a result and a level to hold it to."
    groups = {status: [row for row in with_level if row["status"] == status] for status in reversed(VERDICTS)}
    below, minimum, target = groups.values()
    measures = "measure" if len(with_level) == 1 else "measures"
    said = [
        f"{len(below)} below the minimum{_bracketed(below)}",
        f"{len(minimum)} on the minimum and not on the target{_bracketed(minimum)}",
        f"{len(target)} on the target",
    ]
    close = [row for row in with_level if row["is_verdict_close"]]
    by_reading = [row for row in with_level if row["other_verdict_count"]]
    hangs = [
        *(f"{name(row)}'s '{VERDICTS[row['status']]}' hangs on {_events(row)}" for row in close),
        *([f"another reading gives another verdict for {_listed(map(name, by_reading))}"] if by_reading else []),
    ]
    held = f"Of {len(with_level)} {measures} with a level {_listed(said)}"
    return f"{held}; {'; '.join(hangs)}." if hangs else f"{held}."


def _about(row: Row) -> str:
    """One measure in a sentence: verdict, change, cause, and what the verdict hangs on."""
    said = [
        f"{name(row)} ({row['measure_name']}) {STANDS[row['status']]}{_held_to(row)}:"
        f" {result(row)}, {_of(row)}, {_moved(row)}"
    ]
    kind = "provider" if row["provider_count"] > 1 else "region"
    if (pick := _pick(row, kind)) and row["missed_count"]:
        missed = f"{row[f'{pick}_{kind}_missed_count']:,} of {_its(row, kind, pick)}"
        said.append(f"{_scope(row, kind, pick)} missed {missed}, of {row['missed_count']:,} missed in all")
    if row["is_small_number"]:
        said.append(
            f"few events: the 95% interval is {row['result_lower_pct']:.1f}% to {row['result_upper_pct']:.1f}%"
        )
    if row["other_verdict_count"]:
        said.append(
            f"{row['other_verdict_count']} of {row['reading_count']} readings"
            f" ({_shown(row['lowest_reading_pct'], row)}% to {_shown(row['highest_reading_pct'], row)}%)"
            f" {'gives' if row['other_verdict_count'] == 1 else 'give'} another verdict"
        )
    return f"{'; '.join(said)}."


def _restated(rows: Iterable[Row]) -> str:
    moved = [row for row in rows if row["is_restated"] and row["restated_points"]]
    if not moved:
        return ""
    told = [f"{name(row)}, {result(row)}, was published as {_before(row)}" for row in moved]
    return f"Published before and different now: {'; '.join(told)}."


def _before(row: Row) -> str:
    verdict_then = row["restated_from_status"]
    if row["restated_from_pct"] is None:
        return in_words(verdict_then).lower()
    same = verdict_then == row["status"] or verdict_then not in VERDICTS
    return f"{_shown(row['restated_from_pct'], row)}%" + ("" if same else f", {VERDICTS[verdict_then]}")


def _level(value: Any) -> str:
    return f"{float(value):g}%"


def _events(row: Row) -> str:
    events = row["events_to_change_verdict"]
    return f"{events:,} of {row['total_count']:,} {row['unit']}"


def _held_to(row: Row) -> str:
    if row["status"] == "below_minimum":
        return f" of {_level(row['minimum_pct'])}"
    if row["status"] == "minimum_met":
        return f" (target {_level(row['target_pct'])}, minimum {_level(row['minimum_pct'])})"
    return f" of {_level(row['target_pct'])}" if row["status"] == "target_met" else ""


def _moved(row: Row) -> str:
    if row["change_points"] is None:
        return f"no change is given as {_no_change(row)}"
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


def _part(row: Row, kind: str, pick: str) -> str:
    column = kind.lower()
    moved = f" {row[f'mover_{column}_points']:+.2f} points," if pick == "mover" else ""
    missed = row[f"{pick}_{column}_missed_count"]
    return f"{_scope(row, column, pick)}{moved} {missed:,} of {_its(row, column, pick)} missed"


def _scope(row: Row, kind: str, pick: str) -> str:
    found = row[f"{pick}_{kind}_name"]
    if found == "Unknown":
        return "an unknown Region" if kind == "region" else "an unknown provider"
    return f"Region {found}" if kind == "region" else str(found)


def _its(row: Row, kind: str, pick: str) -> str:
    return f"its {row[f'{pick}_{kind}_total_count']:,}"


def _of(row: Row) -> str:
    return f"{row['met_count']:,} of {row['total_count']:,} {row['unit']}"


def _shown(value: Any, row: Row) -> str:
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
