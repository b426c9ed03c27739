"""Every figure of the consultation's table of costs and of the OPSG paper's section on the PMR's SLA is in a mart.

What is expected is typed here from the papers (docs/papers.md); totals of packages are worked out by hand.
"""

import re
from datetime import date, datetime
from decimal import Decimal

import duckdb
import pytest

from conftest import ROOT
from cpm_warehouse.report.charts import Charts, next_month
from cpm_warehouse.report.pack.tables import read_tables

E_AND_W = "england_and_wales"
PUBLISHED = ROOT / "published/cpm.duckdb"


def ask(sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(PUBLISHED), read_only=True) as published:
        return published.execute(sql).fetchall()


# Consultation, DCC costs: Impact Assessment, its days, implementation, S1SPs' share, months, operations centre.
NOT_APPLICABLE, EMPTY = "N/A", None
TABLE = {
    "cr1418": [(8702, 8702), 30, (300_000, 450_000), NOT_APPLICABLE, 3, (100_000, 100_000)],
    "cr1438": [(202_579, 202_579), 60, (1_660_000, 1_660_000), (600_000, 1_000_000), 12, (100_000, 100_000)],
    "cr1420": [*[NOT_APPLICABLE] * 5, (100_000, 100_000)],
    "cr1430": [(227_500, 227_500), 40, (1_160_000, 1_160_000), (328_000, 328_000), 12, NOT_APPLICABLE],
    "cr1423": [(199_059, 199_059), 50, (1_450_000, 1_750_000), NOT_APPLICABLE, 12, (180_000, 180_000)],
    "cr1440": [(70_000, 70_000), 50, (1_450_000, 1_850_000), (1_300_000, 1_500_000), 12, (100_000, 100_000)],
    "total": [
        (839_796, 839_796),
        EMPTY,
        (6_020_000, 6_870_000),
        (2_228_000, 2_828_000),
        EMPTY,
        (480_000, 480_000),
    ],
}
COLUMNS = [
    "impact_assessment",
    "impact_assessment_days",
    "implementation",
    "s1sp_share",
    "lead_time",
    "operations_centre",
]
CELLS = [
    pytest.param(row, column, figure, id=f"{row}-{column}")
    for row, figures in TABLE.items()
    for column, figure in zip(COLUMNS, figures, strict=True)
]


@pytest.mark.parametrize(("row", "column", "figure"), CELLS)
def test_a_cell_of_the_consultations_table_is_in_the_mart(row: str, column: str, figure: object) -> None:
    ((state, low, high, days, months),) = ask(
        "select cell_state, low_gbp, high_gbp, impact_assessment_days_max, lead_time_months"
        f" from marts.rpt_solution_cost_cells where table_row = '{row}' and cost_kind = '{column}'"
    )
    found = [value for value in ((low, high) if low is not None else None, days, months) if value is not None]
    expected = [] if figure in {NOT_APPLICABLE, EMPTY} else [figure]
    assert found == expected
    shared = (row, column) == ("cr1438", "operations_centre")
    named = {NOT_APPLICABLE: "not_applicable", EMPTY: "not_given"}.get(figure, "shared" if shared else "given")  # type: ignore[call-overload]
    assert state == named


def test_what_is_printed_has_the_figures_of_its_cell() -> None:
    cells = ask(
        "select printed, low_gbp, high_gbp, impact_assessment_days_max, lead_time_months"
        " from marts.rpt_solution_cost_cells where printed is not null and printed != 'N/A'"
    )
    assert len(cells) == 31
    for printed, low, high, days, months in cells:
        numbers = [int(number.replace(",", "")) for number in re.findall(r"(?<!S)\d[\d,]*", str(printed)[:30])]
        known = [value for value in dict.fromkeys((low, high, days, months)) if value is not None]
        assert numbers == known, printed


def test_what_the_operations_centres_options_lack_is_not_given_and_not_inapplicable() -> None:
    rows = ask(
        "select table_row, cost_kind from marts.rpt_solution_cost_cells"
        " where cell_state = 'not_given' and table_row != 'total'"
    )
    assert len(rows) == 16
    assert {row for row, _ in rows} == {
        "toc_alerts",
        "toc_incidents",
        "toc_comms_hub_firmware",
        "toc_smets1_firmware",
    }


# By hand, in pounds. Impact Assessments: 8,702 + 202,579 + 227,500 + 199,059 + 70,000 = 707,840.
# Implementation, low: 300,000 + 1,660,000 + 1,160,000 + 1,450,000 + 1,450,000 = 6,020,000;
# high: 450,000 + 1,660,000 + 1,160,000 + 1,750,000 + 1,850,000 = 6,870,000.
PACKAGES = {
    "all_change_requests": (707_840 + 6_020_000, 707_840 + 6_870_000),
    "full_proposed_solution": (707_840 + 6_020_000 + 100_000, 707_840 + 6_870_000 + 100_000),
    "all_operations_centre": (100_000 + 100_000 + 180_000 + 100_000, 480_000),
    # CR1438 less the S1SPs' 600,000 to 1,000,000 is 660,000 to 1,060,000.
    "without_smets1_alerts": (6_827_840 - 1_000_000, 7_677_840 - 600_000),
    # Less CR1430: 1,160,000 and its Impact Assessment of 227,500.
    "at_25_working_days": (6_827_840 - 1_387_500, 7_677_840 - 1_387_500),
    # 100,000 + 100,000 + 180,000, and CR1440 with its Impact Assessment of 70,000.
    "operations_centre_and_cr1440": (380_000 + 1_520_000, 380_000 + 1_920_000),
}


@pytest.mark.parametrize(("package", "total"), PACKAGES.items(), ids=PACKAGES)
def test_a_package_costs_what_its_items_add_up_to(package: str, total: tuple[int, int]) -> None:
    costs = ask(
        "select low_gbp, high_gbp from marts.rpt_solution_package_costs"
        f" where package_id = '{package}' and cost_kind = 'total'"
    )
    wide = ask(f"select low_gbp, high_gbp from marts.rpt_solution_packages where package_id = '{package}'")
    assert costs == wide == [total]


def test_totals_are_printed_of_two_packages_and_one_of_them_does_not_add_up() -> None:
    printed = ask(
        "select package_id, cost_kind, printed_low_gbp, printed_high_gbp, difference_low_gbp, difference_high_gbp"
        " from marts.rpt_solution_package_costs where printed_low_gbp is not null order by all"
    )
    assert printed == [
        ("all_change_requests", "impact_assessment", 839_796, 839_796, 131_956, 131_956),
        ("all_change_requests", "implementation", 6_020_000, 6_870_000, 0, 0),
        ("all_change_requests", "s1sp_share", 2_228_000, 2_828_000, 0, 0),
        ("all_operations_centre", "operations_centre", 480_000, 480_000, 0, 0),
    ]


def test_beside_every_total_stands_what_it_leaves_out_and_what_comes_on_top() -> None:
    assert ask("select distinct left_out from marts.rpt_solution_packages") == [
        (
            "Application Support; Systems Integration Testing (SIT); User Integration Testing (UIT);"
            " contractual changes",
        )
    ]
    ((with_it, without),) = ask(
        "select count(*) filter (plus like '%costs to secure S1SP data%'),"
        " count(*) filter (plus not like '%costs to secure S1SP data%' or plus is null)"
        " from marts.rpt_solution_packages"
    )
    assert (with_it, without) == (60, 120)  # a third of the 5 x 2 x 2 x 3 x 3 mixes has the option


def test_every_mix_of_the_options_is_there_once() -> None:
    ((mixes, keys, cheapest, dearest),) = ask(
        "select count(*), count(distinct package_key), min(low_gbp), max(high_gbp)"
        " from marts.rpt_solution_packages"
    )
    assert (mixes, keys, cheapest, dearest) == (180, 180, 0, 7_677_840)


@pytest.mark.parametrize(
    ("option", "on", "kind", "required"),
    [
        ("cr1423", "SECMP0007", "builds_on", True),
        ("cr1440", "SECMP0007", "builds_on", True),
        ("cr1423", "SECMP0024", "overlaps", False),
    ],
)
def test_dependencies_are_rows(option: str, on: str, kind: str, required: bool) -> None:
    found = ask(
        "select dependency_kind, is_required from marts.rpt_solution_dependencies"
        f" where option_id = '{option}' and depends_on = '{on}'"
    )
    assert found == [(kind, required)]


# OPSG paper, PMR SLA.
def test_the_options_of_the_paper_and_their_costs() -> None:
    found = ask(
        "select option_number, sla_working_days, is_recommended, cost_gbp from marts.rpt_pmr_sla_meetings"
        f" where calendar = '{E_AND_W}' and period_id = 'nine_years' and option_number is not null order by all"
    )
    assert found == [
        (1, 18, False, Decimal(1_160_000)),
        (2, 25, True, None),
        (3, 10, False, None),
    ]


def test_less_than_18_working_days_costs_15_million_and_18_nothing_at_csp_south_and_central() -> None:
    found = ask(
        "select provider, offered_free_working_days, offered_paid_gbp from marts.rpt_pmr_validators"
        " where offered_paid_gbp is not null"
    )
    assert found == [("csp_central_south", 18, Decimal(15_000_000))]
    assert ask("select distinct cost_gbp from marts.rpt_pmr_sla_meetings where sla_working_days = 14") == [
        (Decimal(15_000_000),)
    ]


def test_thirteen_service_providers_the_dcc_and_secas_validate() -> None:
    found = ask(
        "select validator_kind, count(*), count(*) filter (is_named) from marts.rpt_pmr_validators"
        " group by all order by all"
    )
    assert found == [("dcc", 1, 1), ("secas", 1, 1), ("service_provider", 13, 7)]
    assert ask("select count(*) from marts.rpt_pmr_validators where is_time_known and not is_named") == [(0,)]


def test_the_obligation_is_10_working_days_and_the_derogation_25_until_30_november_2022() -> None:
    found = ask(
        "select derogation_regime_id, what_it_allows, derogated_until from marts.rpt_code_obligations"
        " where obligation_id = 'h13_4_pmr' order by derogated_until nulls last"
    )
    assert found == [
        ("derogation_25_wd", "25 Working Days", date(2022, 11, 30)),
        ("derogation_2022_12", "25 Working Days", None),
    ]
    days = ask(
        "select distinct regime_id, sla_working_days from marts.rpt_pmr_sla_scenarios"
        " where regime_id in ('sec_h13_4_10_wd', 'derogation_25_wd', 'previous_25_wd') order by all"
    )
    assert days == [("derogation_25_wd", 25), ("previous_25_wd", 25), ("sec_h13_4_10_wd", 10)]


def test_the_two_months_that_the_paper_works_by_hand() -> None:
    found = ask(
        "select reporting_month, due_date, reporting_paper_date, reporting_meeting_date,"
        " reporting_meeting_verdict, main_paper_date, main_meeting_date, main_meeting_verdict"
        " from marts.rpt_pmr_sla_scenarios"
        f" where calendar = '{E_AND_W}' and regime_id = 'proposed_18_wd'"
        " and reporting_month in ('2021-08-01', '2021-09-01') order by all"
    )
    august, september = found
    # Received on 24 September; paper day 20 September for the meeting on the 27th; main meeting 5 October, paper
    # day 28 September.
    assert august == (
        date(2021, 8, 1),
        date(2021, 9, 24),
        date(2021, 9, 20),
        date(2021, 9, 27),
        "misses",
        date(2021, 9, 28),
        date(2021, 10, 5),
        "in_time",
    )
    # Ready on 26 October, the day after the reporting meeting and the paper day of the main one.
    assert september[1] == date(2021, 10, 26)
    assert (september[3], september[4]) == (date(2021, 10, 25), "misses")
    assert (september[5], september[7]) == (date(2021, 10, 26), "same_day")


def test_108_months_by_four_lengths_are_those_of_the_scenarios() -> None:
    """Counted again month by month: one row stands for each month and length."""
    counted = ask(
        "select sla_working_days, month_count, reporting_in_time_count, main_in_time_count, reporting_in_time_pct,"
        f" main_in_time_pct from marts.rpt_pmr_sla_meetings where calendar = '{E_AND_W}'"
        " and period_id = 'nine_years' order by all"
    )
    months: dict[int, dict[object, tuple[bool, bool]]] = {}
    for days, month, reporting, main in ask(
        "select sla_working_days, reporting_month, reporting_meeting_verdict, main_meeting_verdict"
        f" from marts.rpt_pmr_sla_scenarios where calendar = '{E_AND_W}'"
        " and year(reporting_month) between 2019 and 2027"
    ):
        months.setdefault(days, {})[month] = (reporting == "in_time", main == "in_time")  # type: ignore[call-overload]
    assert sorted(months) == [10, 14, 18, 25]
    for days, month_count, reporting, main, reporting_pct, main_pct in counted:
        by_month = months[days].values()  # type: ignore[index]
        assert (month_count, len(by_month)) == (108, 108)
        assert (reporting, main) == tuple(map(sum, zip(*by_month, strict=True)))
        assert abs(reporting_pct - Decimal(100 * reporting) / 108) < Decimal("0.000001")  # type: ignore[operator]
        assert abs(main_pct - Decimal(100 * main) / 108) < Decimal("0.000001")  # type: ignore[operator]


@pytest.mark.parametrize("approach", ["single", "phased"])
def test_the_timeline_of_a_chart_is_the_mart_month_by_month(approach: str) -> None:
    """What a chart says in words of each Region and option, unrolled to months, beside the rows."""
    rows = ask(
        "select measure_id, region, option_id, reporting_month, basis from marts.rpt_solution_timeline"
        f" where is_default_approval and approach_id = '{approach}' order by all"
    )
    names = ("measure_id", "region", "option_id", "reporting_month", "basis")
    told = [dict(zip(names, row, strict=True)) for row in rows]
    assert len(told) > 1000
    run = re.compile(r"(measured|proxy|not reportable) (\w+ \d{4}) to (\w+ \d{4})")
    for measure in sorted({row["measure_id"] for row in told}):
        its = [row for row in told if row["measure_id"] == measure]
        drawn = Charts().bases(its, "x")
        (said,) = re.findall(r"<title[^>]*>.*?Bars by month: (.*?)\.</title>", drawn)
        found: list[tuple[date, str]] = []
        for _, text in (one.split(": ", 1) for one in said.split("; ")):
            for basis, first, last in run.findall(text):
                start, end = (datetime.strptime(month, "%B %Y").date() for month in (first, last))
                months = (end.year - start.year) * 12 + end.month - start.month + 1
                ahead = (start.month - 1 + number for number in range(months))
                found += [(date(start.year + one // 12, one % 12 + 1, 1), basis) for one in ahead]
        assert found == [(row["reporting_month"], str(row["basis"]).replace("_", " ")) for row in its]
        assert len(said.split("; ")) == len({(row["region"], row["option_id"]) for row in its})
    assert [next_month(date(2021, month, 1)) for month in (11, 12)] == [date(2021, 12, 1), date(2022, 1, 1)]


def test_scenarios_that_give_another_figure_are_shown_beside_the_published_one() -> None:
    """Each row of the query and no other: a scenario whose figure is the published one says nothing new."""
    month = date(2021, 9, 1)
    shown = [(row["measure_id"], row["scenario_id"]) for row in read_tables(PUBLISHED, month)["change_scenarios"]]
    every = ask(
        "select measure_id, scenario_id, is_published, (met_count, total_count, basis)"
        " from marts.rpt_scenario_results where reporting_month = '2021-09-01' and scope_type = 'national'"
        " and is_default and basis != 'not_reportable'"
    )
    published = {measure: figure for measure, _, is_published, figure in every if is_published}
    others = {(measure, one) for measure, one, _, figure in every if figure != published[measure]}
    assert ("CPM_3", "cr1418") in others and ("CPM_5", "cr1418") not in others
    decided = {(measure, one) for measure, one, is_published, _ in every if is_published}
    assert set(shown) == others | {one for one in decided if one[0] in {measure for measure, _ in others}}
    assert len(shown) == len(set(shown))


def test_the_release_that_is_provisionally_recommended_is_on_2_november_2023() -> None:
    found = ask(
        "select release_date, standing, provenance from marts.dim_sec_releases where standing = 'provisional'"
    )
    assert found == [(date(2023, 11, 2), "provisional", "paper")]
    single = ask("select distinct release_date from marts.rpt_solution_start_dates where approach_id = 'single'")
    assert single == [(date(2023, 11, 2),)]


def test_the_figures_of_an_answer_are_those_of_their_marts() -> None:
    """Each number of an answer is a figure of the month, and each figure's mart is named as evidence."""
    figures = ask("select question_number, reporting_month, figure_text, mart from marts.rpt_consultation_figures")
    answers = ask(
        "select question_number, reporting_month, answer, marts from marts.rpt_consultation_answers order by all"
    )
    assert {number for number, *_ in answers} == set(range(1, 10))
    # Of the Code and the options, not of the month.
    names = re.compile(r"CPM \d\w?|CR14\d\d|SMETS1|S1SPs?'?|\b(18|25) Working Days|; 18 cost")
    for number, month, answer, marts in answers:
        known = {text for n, m, text, _ in figures if (n, m) == (number, month)}
        said = re.findall(r"£[\d,]*\d|\d{4}-\d\d|\d+(?:\.\d+)?", names.sub("", str(answer)))
        assert set(said) - known == set(), (number, month)
        assert {mart for n, _, _, mart in figures if n == number} <= set(str(marts).split(", "))


@pytest.mark.parametrize(
    ("question", "figure", "sql"),
    [
        (1, "proxy_pct", "scenario_id = 'proxy' and measure_id = 'CPM_3' and is_default"),
        (
            2,
            "without_pct",
            "scenario_id = 'cr1418_and_cr1438_without_s1sps' and measure_id = 'CPM_3' and is_default",
        ),
        (
            3,
            "success_rate_pct",
            "scenario_id = 'decided' and measure_id = 'CPM_3' and variant_id = 'success_rate'",
        ),
        (5, "cpm_5a_pct", "scenario_id = 'decided' and measure_id = 'CPM_5A' and is_default"),
        (7, "cr1423_pct", "scenario_id = 'cr1423' and measure_id = 'CPM_6A' and is_default"),
        (8, "proxy_pct", "scenario_id = 'firmware_proxy' and measure_id = 'CPM_6C' and is_default"),
    ],
)
def test_a_figure_of_an_answer_is_the_result_that_it_is_named_for(question: int, figure: str, sql: str) -> None:
    said = ask(
        "select reporting_month, figure_value from marts.rpt_consultation_figures"
        f" where question_number = {question} and figure_id = '{figure}' order by all"
    )
    results = ask(
        "select reporting_month, result_pct from marts.rpt_scenario_results"
        f" where {sql} and scope_type = 'national' and aggregation = 'pooled' and result_pct is not null"
        " order by all"
    )
    assert said == results
    assert len(said) >= 3


def rows_of_page(page: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading of a page, without marks."""
    text = (ROOT / "docs" / page).read_text().partition(f"\n## {heading}\n")[2]
    (table,) = re.findall(r"(?:^\|.*\n)+", text.partition("\n## ")[0], re.M)[:1]
    lines = [line.strip("|\n").split("|") for line in table.splitlines()]
    return [[cell.strip().strip("`") for cell in line] for line in lines[2:]]


def test_the_page_on_service_levels_says_what_the_mart_says() -> None:
    found = ask(
        "select sla_working_days, reporting_in_time_count, reporting_in_time_pct, main_in_time_count,"
        f" main_in_time_pct, main_same_day_count, cost_gbp from marts.rpt_pmr_sla_meetings"
        f" where calendar = '{E_AND_W}' and period_id = 'nine_years' order by all"
    )
    expected = [
        [
            f"{days}",
            f"{reporting} ({reporting_pct:.2f}%)",
            f"{main} ({main_pct:.2f}%)",
            f"{same_day}",
            f"£{cost:,.0f} at least" if cost else "not given",
        ]
        for days, reporting, reporting_pct, main, main_pct, same_day, cost in found
    ]
    shown = rows_of_page("measures/pmr_timeliness.md", "Months and meetings")
    assert [[days, *rest] for days, _, *rest in shown] == expected


def test_the_page_on_options_says_what_the_mart_says() -> None:
    found = ask(
        "select package_id, low_gbp, high_gbp, opr_standing from marts.rpt_solution_packages"
        " where package_id is not null order by all"
    )
    shown = rows_of_page("measures/solution_options.md", "Packages")
    assert sorted((name, low, high, standing) for name, low, high, _, standing in shown) == [
        (name, f"£{low:,}", f"£{high:,}", str(standing).replace("_", " ")) for name, low, high, standing in found
    ]


def test_the_page_on_the_change_discussion_says_what_the_marts_answer() -> None:
    found = ask(
        "select question_number, question, answer, cannot_say from marts.rpt_consultation_answers"
        " where reporting_month = '2021-09-01' order by all"
    )
    shown = rows_of_page("change_discussion.md", "Questions")
    assert shown == [[str(number), *texts] for number, *texts in found]
