"""Says which extracts are late now: due by contract, by what is published, and not in the lake.

The mart `rpt_submission_lateness` says it as of the clock of its build. That does not move while nothing comes, so
who asks every morning takes the due dates from there, what came from the lake, and the time of the machine.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb

from cpm_warehouse.duck import connect, literal
from cpm_warehouse.errors import CpmError
from cpm_warehouse.publish.signing import REGISTER

MISSING = """
    with variables as (
        select
            max(value) filter (where variable = 'working_day_calendar') as calendar,
            max(value) filter (where variable = 'working_day_timezone') as zone
        from published.publication.variables
    ),
    dates as (from published.marts.dim_calendar_dates semi join variables using (calendar))
    select
        lateness.provider, lateness.extract, lateness.reporting_month, lateness.due_date, lateness.is_pmr_input,
        today.working_day_number_on_or_after - due.working_day_number as late_working_days
    from published.marts.rpt_submission_lateness as lateness
    inner join dates as due on lateness.due_date = due.calendar_date
    cross join variables
    left join dates as today
        on cast($at at time zone 'UTC' at time zone variables.zone as date) = today.calendar_date
    where lateness.received_at is null and lateness.overdue_from_at <= $at and lateness.reporting_month >= $since
    order by lateness.due_date, lateness.provider, lateness.extract
"""


@dataclass(frozen=True)
class Late:
    """An extract of a month that is overdue; Working Days are null beyond the calendar's end."""

    provider: str
    extract: str
    reporting_month: date
    due_date: date
    is_pmr_input: bool
    late_working_days: int | None

    def __str__(self) -> str:
        """Say it in a line."""
        days = self.late_working_days
        since = "" if days is None else f", {days} Working Day{'' if days == 1 else 's'} ago"
        waits = "; the PMR needs it" if self.is_pmr_input else ""
        what = f"{self.provider} {self.extract} {self.reporting_month:%Y-%m}"
        return f"{what}: due {self.due_date:%Y-%m-%d}{since}{waits}"


def late_extracts(
    published: Path, lake: Path, at: datetime, since: date = date.min
) -> tuple[Sequence[Late], date | None]:
    """Return what is overdue at an instant in UTC and not in the lake, and the last month that is known of.

    Months before `since` are left out. Raises CpmError where nothing is published, or by a version of the project
    that did not say what is due.
    """
    if not published.exists():
        raise CpmError(f"{published}: nothing is published, which would say what is due; run `make build`")
    with connect() as connection:
        try:
            connection.execute(f"attach {literal(published)} as published (read_only)")
            rows = connection.execute(MISSING, {"at": at.replace(tzinfo=None), "since": since}).fetchall()
            last = connection.execute(
                "select max(reporting_month) from published.marts.rpt_submission_lateness"
            ).fetchone()
        except duckdb.CatalogException as error:
            raise CpmError(
                f"{published}: published by an earlier version of the project, which did not say what is due; run"
                " `make build`"
            ) from error
    entries = (json.loads(path.read_bytes()) for path in lake.glob(REGISTER[0]))
    came = {(entry["provider"], entry["extract"], entry["period"]) for entry in entries}
    late = (Late(*row) for row in rows)
    missing = [one for one in late if (one.provider, one.extract, f"{one.reporting_month:%Y-%m}") not in came]
    return missing, last[0] if last else None
