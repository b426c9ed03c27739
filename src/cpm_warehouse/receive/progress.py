"""Shows how far landing is, and what it did."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self

import click

from cpm_warehouse.receive.landing import Outcome
from cpm_warehouse.receive.rules import Rules


class Progress:
    """A bar on the terminal over the bytes of all files, with the time left; nothing where the output is none."""

    def __init__(self, extracts: Path) -> None:
        size = sum(_size(path) for path in extracts.rglob("*"))
        self._said = ""
        self._done = self._rows = 0
        self._size = size
        self._lock = Lock()
        self._bar: Any = click.progressbar(
            length=max(size, 1),
            label="landing",
            item_show_func=lambda item: item if item is None else self._said,
            file=click.get_text_stream("stderr"),
            hidden=not sys.stderr.isatty(),
        )

    def __enter__(self) -> Self:
        """Show the bar."""
        self._bar.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave the bar as it stands."""
        self._bar.__exit__(kind, error, trace)

    def watch(self, doing: str, size: int, rows: int) -> None:
        """Note what is being done, and how many more bytes and rows are done with; several may call it."""
        with self._lock:
            self._done += size
            self._rows += rows
            sizes = f"{self._done / 1e6:,.0f} of {self._size / 1e6:,.0f} MB"
            self._said = f"{self._rows:,} rows, {sizes}: {doing}"
            self._bar.update(size, doing)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0  # whoever reads the file says what is wrong with it


def summary(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Lines of a table: what became of new submissions, by extract and provider, then the warnings by rule.

    Of each rule the first warning is shown whole, and of each submission the first row in quarantine.
    """
    yield from _look_otherwise(outcomes)
    new = [outcome for outcome in outcomes if outcome.status not in {"known", "damaged"}]
    if not new:
        return
    yield f"{'extract':32} {'provider':18} {'landed':>6} {'refused':>7} {'accepted rows':>13} {'quarantined':>11}"
    groups = sorted({(outcome.submission.extract, outcome.submission.provider) for outcome in new})
    for extract, provider in groups:
        here = [one for one in new if (one.submission.extract, one.submission.provider) == (extract, provider)]
        statuses = Counter(one.status for one in here)
        yield (
            f"{extract:32} {provider:18} {statuses['landed'] + statuses['repaired']:6} {statuses['refused']:7}"
            f" {sum(one.rows for one in here):13,} {sum(one.quarantined for one in here):11,}"
        )
    rows: Counter[str] = Counter()
    submissions: Counter[str] = Counter()
    for outcome in new:
        for warned in outcome.warnings:
            rows[warned.rule_id] += warned.rows
        submissions.update({warned.rule_id for warned in outcome.warnings})
    examples = {
        warned.rule_id: f"{outcome.submission.key}: {warned.message}"
        for outcome in reversed(new)
        for warned in reversed(outcome.warnings)
    }
    rules = Rules()
    for rule_id in sorted(rows):
        yield f"warning {rule_id}: {rows[rule_id]:,} rows of {submissions[rule_id]} submissions"
        yield f"  such as {examples[rule_id]}; {rules[rule_id].remedy}"
    for outcome in new:
        if outcome.first_quarantined:
            place, rule_id, reason = outcome.first_quarantined
            said = f"{outcome.submission.key} {place} ({rule_id}): {reason}; {rules[rule_id].remedy}"
            yield f"quarantined {outcome.quarantined:,} rows, the first: {said}"
        if outcome.left_out:
            left_out = ", ".join(outcome.left_out)
            yield f"{outcome.submission.directory}: left out, as other tools leave them beside data: {left_out}"


def _look_otherwise(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Say which submissions stay as they landed although their layout has changed: a version never changes."""
    found = Counter(
        f"{one.submission.provider}/{one.submission.extract}" for one in outcomes if one.looks_otherwise_now
    )
    for name, count in sorted(found.items()):
        yield (
            f"{name}: the layout has changed since {count} submissions landed; they stay as they landed: send a"
            " file as the next version to have it read anew"
        )
