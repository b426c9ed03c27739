"""The rules by which submissions are judged.

They are the seeds `validation_rules`, `instant_bounds` and `reporting_month_bounds`.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from cpm_warehouse.errors import CpmError, RefusalError

RULES = Path("seeds/reference/submission/validation_rules.csv")
Bounds = TypeVar("Bounds")
LONDON = ZoneInfo("Europe/London")
MONTHS = Path("seeds/reference/reporting_month_bounds.csv")
INSTANTS = Path("seeds/reference/submission/instant_bounds.csv")
# What cannot be read cannot be kept with a warning.
CONSEQUENCES = {
    "row": {"quarantine", "warn", "refuse"},
    "file": {"refuse"},
    "submission": {"refuse", "warn"},
}


@dataclass(frozen=True)
class Rule:
    """A rule and what follows from breaking it; with thresholds, from breaking it in more than a share of rows."""

    rule_id: str
    level: str
    consequence: str
    threshold_share: float | None
    threshold_rows: int
    description: str
    remedy: str


class Rules:
    """Every rule, by its name."""

    def __init__(self, path: Path = RULES) -> None:
        try:
            with path.open(encoding="utf-8", newline="") as file:
                self._rules = {row["rule_id"]: _rule(row, path) for row in csv.DictReader(file)}
        except (OSError, KeyError, ValueError) as error:
            raise CpmError(f"{path}: cannot be read as the rules of receiving ({error})") from error

    def __getitem__(self, rule_id: str) -> Rule:
        """Return the rule of that name; raises CpmError where the seed has none."""
        if rule_id not in self._rules:
            raise CpmError(
                f"{RULES}: has no rule '{rule_id}', which a check or a contract names; add it, or name another"
            )
        return self._rules[rule_id]

    def check_share(self, name: str, faulty: int, received: int, example: Callable[[], str]) -> None:
        """Raise RefusalError, with an example, where too many of a file's rows would be quarantined."""
        for rule_id in ("mostly_faulty", "too_many_faulty_rows"):
            rule = self[rule_id]
            assert rule.threshold_share is not None
            if faulty > rule.threshold_share * received and faulty >= rule.threshold_rows:
                raise RefusalError(
                    rule_id,
                    f"{name}: {faulty} of its {received} rows would be quarantined, more than"
                    f" {rule.threshold_share:.0%}; the first: {example()}; {rule.remedy}",
                )


def _rule(row: dict[str, str], path: Path) -> Rule:
    if row["consequence"] not in CONSEQUENCES[row["level"]]:
        raise CpmError(
            f"{path}: rule '{row['rule_id']}' has level '{row['level']}', which does not go with consequence"
            f" '{row['consequence']}'; write one of {sorted(CONSEQUENCES[row['level']])}"
        )
    return Rule(
        rule_id=row["rule_id"],
        level=row["level"],
        consequence=row["consequence"],
        threshold_share=float(row["threshold_share"]) if row["threshold_share"] else None,
        threshold_rows=int(row["threshold_rows"] or 0),
        description=row["rule_description"],
        remedy=row["remedy"],
    )


@dataclass(frozen=True)
class InstantBounds:
    """Bounds (UTC) of the instants that a file can have which was received at some instant."""

    earliest: datetime
    latest: datetime
    latest_planned: datetime


def instant_bounds(received_at: datetime, path: Path = INSTANTS) -> InstantBounds | None:
    """Bounds of the instants of a file that was received then; None where none is in force."""

    def bounds(row: dict[str, str]) -> InstantBounds:
        received = received_at.astimezone(UTC).replace(tzinfo=None)
        return InstantBounds(
            earliest=datetime.fromisoformat(row["earliest_date"]),
            latest=received + timedelta(minutes=int(row["minutes_after_receipt"])),
            latest_planned=received + timedelta(days=int(row["planned_days_after_receipt"])),
        )

    return _in_force(path, received_at, bounds)


def plausible_months(received_at: datetime, path: Path = MONTHS) -> tuple[str, str] | None:
    """First and last month (YYYY-MM) that something received then can be for; None where no bound is in force.

    The model int_submission_months has the same rule for the months that are reported.
    """

    def months(row: dict[str, str]) -> tuple[str, str]:
        received = received_at.astimezone(LONDON)
        last = received.year * 12 + received.month - 1 + int(row["months_after_receipt"])
        return row["first_month"][:7], f"{last // 12:04d}-{last % 12 + 1:02d}"

    return _in_force(path, received_at, months)


def _in_force(path: Path, received_at: datetime, read: Callable[[dict[str, str]], Bounds]) -> Bounds | None:
    """Read the row of a seed that is in force on the day of a receipt, in London."""
    day = received_at.astimezone(LONDON).date()
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                ends = date.fromisoformat(row["valid_to"] or "9999-12-31")
                if date.fromisoformat(row["valid_from"]) <= day < ends:
                    return read(row)
    except (OSError, KeyError, ValueError) as error:
        raise CpmError(f"{path}: cannot be read as the bounds of what is received ({error})") from error
    return None
