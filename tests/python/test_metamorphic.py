"""Changes of the extracts whose effect on every figure is known: what must stay stays, row by row.

CI takes two small months, and makes what changes no figure at once: rows, files, format, names, threads; a
month far away and a correction.
Others by name: `small_7` has as much by seed 7 of the simulator, `seed_7` as much as the sample, and `sample` is
the committed one. Where sets are large, each change is made by itself:

    CPM_METAMORPHIC='sample seed_2 seed_3' pytest --numprocesses 0 tests/python/test_metamorphic.py

Changes of the project that the two small months show, tried by hand: Incidents deduplicated by `source_row` or at
random and `file_row_number > 0` in the staging of Incidents (order and files), seconds cut off instants of a CSV
(format), Incidents below one number (names), superseded versions read for CPM 7 (correction), what is known taken
from the first month (a far month), requests of one instant counted once (doubling), Incidents logged on a 28th
left out (four weeks).
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from changed_extracts import (
    Bench,
    Comparison,
    Extracts,
    SentFile,
    corrected_by_itself,
    doubled,
    file_or_row,
    four_weeks_later,
    in_other_format,
    new_names,
    read_extracts,
    renamed,
    rewritten,
    shuffled,
    split,
)
from compiled import CompiledModels
from conftest import ROOT
from cpm_warehouse.simulate import simulate

SETS = os.environ.get("CPM_METAMORPHIC", "small_1").split()
IS_SMALL = all(name.startswith("small_") for name in SETS)
TOGETHER = pytest.mark.skipif(not IS_SMALL, reason="a large set has each change by itself")
APART = pytest.mark.skipif(IS_SMALL, reason="a small set has them all at once")
SMALL = {"scale": 5e-7, "incidents_per_month": 20, "months": 2}


@dataclass
class Base:
    """The unchanged extracts, their lake and their build."""

    bench: Bench
    seed: int
    size: dict[str, float]
    files: Extracts
    lake: Path
    warehouse: Path

    def simulated(self, month: date, seed: int) -> Extracts:
        """Extracts of one month, as large as the base's months are."""
        return simulated(self.bench.folder / f"{month}_{seed}", self.size | {"months": 1}, seed, first_month=month)

    def built(
        self,
        files: Extracts,
        *,
        onto: Path | None = None,
        threads: int | None = None,
        others: dict[str, str] | None = None,
    ) -> Path:
        self.bench.land(files, onto=onto)
        return self.bench.build(threads=threads, others=others)


def simulated(folder: Path, size: dict[str, float], seed: int, **options: date) -> Extracts:
    simulate(folder / "extracts", folder / "truth", seed=seed, **size, **options)
    return read_extracts(folder / "extracts")


@pytest.fixture(scope="module", params=SETS)
def base(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, compiled: CompiledModels
) -> Base:
    os.chdir(ROOT)
    bench = Bench(tmp_path_factory.mktemp("metamorphic"), compiled)
    kind, _, number = request.param.partition("_")
    seed, size = int(number or 1), SMALL if kind == "small" else {}
    if kind == "sample":
        files = read_extracts(ROOT / "extracts/sample")
    else:
        files = simulated(bench.folder / request.param, size, seed)
    bench.land(files)
    return Base(bench, seed, size, files, bench.keep_lake("base"), bench.build(threads=1))


@TOGETHER
def test_order_files_format_names_and_threads_are_no_evidence(base: Base) -> None:
    after = base.built(renamed(rewritten(base.files)), threads=4)
    comparison = Comparison(base.warehouse, after, new_names(base.files))
    assert comparison.differing(expected=under_new_names, left_out=file_or_row) == ""


@APART
@pytest.mark.parametrize("change", [shuffled, split, in_other_format])
def test_order_files_and_format_of_rows_are_no_evidence(
    base: Base, change: Callable[[Extracts], Extracts]
) -> None:
    after = base.built(change(base.files))
    assert Comparison(base.warehouse, after).differing(left_out=file_or_row) == ""


NAMED = {"incident_id", "device_key", "party_pseudonym", "provider_reference"}


def under_new_names(mart: str, column: str, type_name: str) -> str:
    if column == "agreement_key":
        return (
            "concat(provider, '/', coalesce(renamed(provider_reference), ''), '/',"
            " coalesce(renamed(incident_id), ''))"
        )
    return f'renamed("{column}")' if column in NAMED else f'"{column}"'


@APART
def test_names_are_no_evidence(base: Base) -> None:
    after = base.built(renamed(base.files))
    comparison = Comparison(base.warehouse, after, new_names(base.files))
    assert comparison.differing(expected=under_new_names, left_out=file_or_row) == ""


@APART
def test_four_threads_find_what_one_does(base: Base) -> None:
    base.bench.take_lake(base.lake)
    after = base.bench.build(threads=4)
    assert Comparison(base.warehouse, after).differing() == ""


PAST = date(2019, 8, 1)
# Where a row has no month, the day that says when it was.
DAYS = {
    "fct_alert_proxy_daily": "request_date",
    "fct_alerts_daily": "alert_date",
    "fct_firmware_updates": "coalesce(updated_at, activated_at)",
    "fct_incident_clock_segments": "started_at",
    "fct_incidents": "logged_at",
    "fct_service_requests_daily": "request_date",
    "rpt_incident_agreement": "coalesce(dcc_resolved_at, provider_resolved_at)",
    "rpt_operational_performance_regime": "regulatory_year_start",
}
MONTHS = ("reporting_month", "request_month", "updated_month", "activated_month", "inventory_month")


def far_away(base: Base) -> Extracts:
    """A month two years before, under names of its own.

    Left out of it is what would rightly tell later months something: who does not send in their first (they would
    be due), the products list (it names images for good), and Incidents that stay open. The months of a regulatory
    year are counted with those between.
    """
    first = min(file.period for file in base.files)
    senders = {(file.provider, file.extract) for file in base.files if file.period == first}
    return [
        without_open_incidents(file)
        for file in renamed(base.simulated(PAST, base.seed + 100))
        if (file.provider, file.extract) in senders and file.extract != "central_products_list"
    ]


def since(base: Base) -> Callable[[str, list[str]], str]:
    """Returns the condition of rows of the base's own months."""
    first = min(file.period for file in base.files)

    def condition(mart: str, columns: list[str]) -> str:
        if month := next((column for column in MONTHS if column in columns), None):
            # The first month has one before it now.
            after_first = ">" if mart in WITH_CHANGES else ">="
            return f"coalesce({month} {after_first} date '{first}-01', true)"
        return f"coalesce({DAYS[mart]} >= date '2020-12-31', true)" if mart in DAYS else "true"

    return condition


def counts_months(mart: str, column: str) -> bool:
    return column in {"month_count", "line_number"}


def without_open_incidents(file: SentFile) -> SentFile:
    if file.extract != "remedy_incidents":
        return file
    status = file.columns.index("Status")
    return replace(
        file, rows=tuple(row for row in file.rows if row[status] in {"Resolved", "Closed", "Cancelled"})
    )


# One row for each version of a submission, or a count of them.
VERSIONED = {"fct_submissions", "fct_submission_files", "fct_quarantined_rows", "rpt_quarantine"}


def next_version(mart: str, column: str, type_name: str) -> str:
    is_key = column in {"submission_key", "submission_keys"}
    return f"replace(replace({column}, '/v2', '/v3'), '/v1', '/v2')" if is_key else f'"{column}"'


def of_a_version(mart: str, column: str) -> bool:
    return mart in VERSIONED or file_or_row(mart, column)


@TOGETHER
def test_neither_a_month_far_away_nor_a_correction_that_equals_the_original_touches_another(base: Base) -> None:
    after = base.built(corrected_by_itself(base.files) + far_away(base), onto=base.lake)
    differing = Comparison(base.warehouse, after).differing(
        expected=next_version,
        rows=since(base),
        left_out=lambda mart, column: of_a_version(mart, column) or counts_months(mart, column),
    )
    assert differing == ""


@APART
def test_a_month_far_away_touches_no_other(base: Base) -> None:
    after = base.built(base.files + far_away(base), onto=base.lake)
    assert Comparison(base.warehouse, after).differing(rows=since(base), left_out=counts_months) == ""


@APART
def test_a_correction_that_equals_the_original_changes_nothing(base: Base) -> None:
    after = base.built(corrected_by_itself(base.files), onto=base.lake)
    differing = Comparison(base.warehouse, after).differing(expected=next_version, left_out=of_a_version)
    assert differing == ""


# Marts of what has a name: twice the rows, and each as before.
ROWS_OF_NAMES = {
    "fct_firmware_updates",
    "fct_incident_clock_segments",
    "fct_incident_outcomes",
    "fct_incidents",
    "rpt_incident_agreement",
}
# Marts of definitions alone, with dates and counts of their own.
OF_DEFINITIONS = {
    "rpt_code_obligations",
    "rpt_pmr_sla_meetings",
    "rpt_solution_dependencies",
    "rpt_solution_packages",
    "rpt_solution_start_dates",
    "rpt_solution_timeline",
}
# What other marts say, in words and as figures of one column.
SAID_AGAIN = {"rpt_consultation_answers", "rpt_consultation_figures"}
# Marts of months, files and definitions: nothing in them happened twice.
NOT_OF_EVENTS = {
    *OF_DEFINITIONS,
    "fct_refusals",
    "fct_pmr_deliveries",
    "rpt_pmr_critical_path",
    "rpt_pmr_due_dates",
    "rpt_pmr_sla_scenarios",
    *VERSIONED,
}
# Counts of other things than events.
NOT_EVENTS = {
    "compared_region_count",
    "month_count",
    "likely_error_region_count",
    "reading_count",
    "other_verdict_count",
    "provider_count",
    "region_count",
}
# Beside the month before: the first month had none.
WITH_CHANGES = {"rpt_measure_changes", "rpt_measure_contributions", "rpt_measure_figures", "rpt_measure_summary"}
# Marts with the minutes of CPM 6, which have no name and do not happen twice.
WITH_MINUTES = {
    "fct_measure_outcomes",
    "fct_measure_results",
    *WITH_CHANGES,
    "rpt_scenario_results",
    "rpt_solution_option_coverage",
}
# What more events make narrower or release, and percentiles between two of them.
OF_SAMPLE_SIZE = {
    "difference_lower_points",
    "difference_upper_points",
    "is_beyond_chance",
    "chance_gap_points",
    "parts_from_seconds",
    "parts_to_seconds",
    "is_small_cell",
    "is_small_number",
    "is_verdict_close",
    "events_to_better_verdict",
    "events_to_worse_verdict",
    "events_to_change_verdict",
    "result_lower_pct",
    "result_upper_pct",
    "attention_reason",
    "attention_rank",
    "better_status",
    "worse_status",
    "contribution_rank",
    "missed_rank",
    "seconds_to_activate_p90",
    "seconds_to_activate_p99",
    "error_avoided_points",
    "error_point_low_gbp",
    "error_point_high_gbp",
}
# Cells of few are pooled; twice as many are not few.
POOLED = {"fct_service_requests_monthly", "rpt_business_process_performance"}


def test_every_event_twice_doubles_counts_and_leaves_rates(base: Base) -> None:
    def counted_twice(mart: str, column: str, type_name: str) -> str:
        is_count = "_count" in column or column.endswith("_milliseconds") or column == "volume"
        is_of_one = mart.startswith("dim_") or mart in NOT_OF_EVENTS | ROWS_OF_NAMES
        if is_of_one or not is_count or column in NOT_EVENTS:
            return f'"{column}"'
        if mart in WITH_MINUTES:
            return f"{column} * case when measure_id = 'CPM_6' then 1 else 2 end"
        return f"{column} * 2"

    after = base.built(doubled(base.files))
    comparison = Comparison(base.warehouse, after, new_names(base.files, parties=False))

    def left_out(mart: str, column: str) -> bool:
        return column in OF_SAMPLE_SIZE or mart in VERSIONED | POOLED | SAID_AGAIN or file_or_row(mart, column)

    def counted_in_whole(mart: str, columns: list[str]) -> str:
        return f"not ({rounded(columns)})"

    for is_of_names, again in ((False, None), (True, under_new_names)):
        differing = comparison.differing(
            expected=counted_twice,
            again=again,
            left_out=left_out,
            rows=counted_in_whole,
            marts=lambda mart, these=is_of_names: (mart in ROWS_OF_NAMES) == these,
        )
        assert differing == ""
    assert comparison.not_doubled("fct_measure_outcomes", rounded, apart={"provider"}) == ""
    for mart in ("fct_measure_results", "rpt_scenario_results"):
        assert comparison.not_doubled(mart, rounded, apart=ROUNDED_RATES, within=REGIONS) == ""


# The proxy's share of a region's Alerts is rounded to a whole Alert: twice 0.6 is 1, not 2. So a region's counts
# double within one Alert, and a result's within one for each of its regions. Its rates follow from its counts, and
# its status from its rate.
ROUNDED_RATES = {"result_pct", "coverage_pct", "status"}
REGIONS = 4


def rounded(columns: list[str]) -> str:
    """The condition of rows with Alerts by proxy."""
    bases = [column for column in ("basis", "previous_basis") if column in columns]
    by_proxy = " or ".join(f"coalesce({column} in ('proxy', 'mixed'), false)" for column in bases)
    return f"measure_id = 'CPM_3' and ({by_proxy})" if bases else "false"


FEBRUARY = date(2025, 2, 1)
BY_THE_CALENDAR = {
    "rpt_submission_lateness",
    "fct_pmr_deliveries",
    "fct_submissions",
    "rpt_code_compliance",
    "rpt_firmware_survival",
    "rpt_incident_ageing",
}
AT_THE_END_OF_A_MONTH = {"inventory_shown_at", "known_until_at"}
# Of all readings, so of what falls due after a month as well.
OF_EVERY_READING = {
    f"{end}_reading_{said}" for end in ("lowest", "highest") for said in ("name", "pct", "status")
} | {"other_statuses", "other_verdict_count"}

# Everywhere in the compiled SQL: the reporting time zone is UTC already.
IN_UTC = {"'Europe/London'": "'UTC'"}


def test_four_weeks_later_all_is_four_weeks_later(base: Base) -> None:
    """From February to March of 2025: no holiday lies in or soon after either, and both are one month's figures.

    Working Days end in UTC here, as London's clocks change on 30 March. March is three days longer: what goes by
    the end of a month is left out, so minutes, ages, what is still open or falls due after it, and inventories.
    """
    february = base.simulated(FEBRUARY, base.seed)
    before = base.built(february, others=IN_UTC)
    after = base.built(four_weeks_later(february), others=IN_UTC)

    def later(mart: str, column: str, type_name: str) -> str:
        if column in {"submission_key", "submission_keys"}:
            return f"replace({column}, '2025-02', '2025-03')"
        if column in MONTHS:
            return f"cast({column} + interval 1 month as date)"
        if type_name in {"DATE", "TIMESTAMP"} and column != "regulatory_year_start":
            return f"cast({column} + interval 28 days as {type_name})"
        return f'"{column}"'

    def apart(mart: str, columns: list[str]) -> str:
        conditions = [
            *["measure_id != 'CPM_6'"] * (mart in WITH_MINUTES),
            *["variant_id not like '%due_month'"] * ("variant_id" in columns),
            *["not is_open"] * (mart == "fct_incidents"),
            *["ended_at != date_trunc('month', ended_at)"] * (mart == "fct_incident_clock_segments"),
        ]
        return " and ".join(conditions) or "true"

    differing = Comparison(before, after).differing(
        expected=later,
        left_out=lambda mart, column: (
            column in AT_THE_END_OF_A_MONTH | OF_EVERY_READING or file_or_row(mart, column)
        ),
        marts=lambda mart: (
            mart not in BY_THE_CALENDAR | OF_DEFINITIONS | SAID_AGAIN and not mart.startswith(("dim_", "rpt_pmr_"))
        ),
        rows=apart,
    )
    assert differing == ""
