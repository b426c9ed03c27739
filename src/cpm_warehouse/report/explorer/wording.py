"""Figures and verdicts in words, and the card that shows them."""

import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

STATUS = {
    "target_met": "on or above its target",
    "minimum_met": "under its target, on or above its minimum",
    "below_minimum": "below its minimum",
    "no_events": "no events in the month",
    "no_level": "no level is known, so no verdict",
    "not_reportable": "not reportable",
}
MARKS = {"target_met": "●", "minimum_met": "◐", "below_minimum": "○"}
SCOPES = {"region": "Region", "provider": "Provider"}
AGGREGATIONS = {"pooled": "National, all events pooled", "mean_of_providers": "National, mean of providers"}

NO_CHANGE = {
    "no_figure": "nothing to compare: the month has no figure",
    "no_figure_before": "nothing to compare: last month has no figure",
    "month_before_not_reported": "nothing to compare: last month is not reported",
    "basis_changed": "not comparable: {previous} last month, {basis} now",
}

CARD = """
<section class="cpm-card" aria-label="Result">
  <p class="cpm-figure"><output id="result">{figure}</output> <span>{mark} {status}</span></p>
  <p>{counts}</p>
  <dl>{facts}</dl>
  <p class="cpm-note">{definition}</p>
</section>
"""


def percent(value: object, none: str = "no figure") -> str:
    """Percent to two places; `none` where there is no value."""
    return none if value is None else f"{value:.2f}%"


def number(value: object) -> str:
    """A number to two places; nothing where there is no value."""
    return "" if value is None else f"{value:,.2f}"


def heading(values: Iterable[object]) -> str:
    """HTML of what was selected: its values come from providers, and whatever they hold is text."""
    return f"<strong>{escape(', '.join(str(value) for value in values))}</strong>"


def sql_block(text: str) -> str:
    """Markdown of SQL to copy, in a fence that is longer than any in a value."""
    fence = "`" * max(4, *(len(run) + 1 for run in re.findall("`+", text)), 0)
    return f"{fence}sql\n{text}\n{fence}"


def scope_label(scope_type: str, scope: str, aggregation: str) -> str:
    """How a scope is named in a list."""
    return f"{SCOPES[scope_type]} {scope}" if scope_type in SCOPES else AGGREGATIONS[aggregation]


def card(result: Mapping[str, Any]) -> str:
    """HTML of a result; every text in it is escaped."""
    facts = {
        "Target": " ".join(
            filter(None, (percent(result["target_pct"], "none known"), _bracketed(result["level_standing"])))
        ),
        "Minimum": percent(result["minimum_pct"], "none known"),
        "On last month": _change(result),
        "Basis": _words(result["basis"]),
        "Coverage": percent(result["coverage_pct"], "none"),
        "Provenance": result["provenance"],
        "Limitation": result["limitation"] or "none recorded",
    }
    return CARD.format(
        figure=escape(percent(result["result_pct"])),
        mark=MARKS.get(result["status"], "-"),
        status=escape(STATUS[result["status"]]),
        counts=escape(_counts(result)),
        facts="".join(f"<div><dt>{name}</dt><dd>{escape(str(text))}</dd></div>" for name, text in facts.items()),
        definition=escape(f"{result['measure_definition']}. Reading: {result['variant_definition']}."),
    )


def _bracketed(text: str | None) -> str:
    return f"({text})" if text else ""


def _change(result: Mapping[str, Any]) -> str:
    """The change on the month before; where there is none, why."""
    if result["change_points"] is not None:
        return f"{result['change_points']:+.2f} points"
    return NO_CHANGE[result["no_change_reason"]].format(
        basis=_words(result["basis"]), previous=_words(result["previous_basis"] or "")
    )


def _words(code: str) -> str:
    return code.replace("_", " ")


def _counts(result: Mapping[str, Any]) -> str:
    if result["total_count"] is None:
        return "Nothing is counted."
    return (
        f"{result['met_count']:,} of {result['total_count']:,} {result['unit']} met the measure;"
        f" {result['excluded_count']:,} more left out."
    )
