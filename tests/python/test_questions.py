"""Where the questions of the report draw their lines, on months and counts that the sample does not have."""

from datetime import date

import duckdb
import pytest

from conftest import ROOT
from cpm_warehouse.report.published import Published

PUBLISHED = ROOT / "published/cpm.duckdb"
NATIONAL = {"scope_type": "national", "scope": "national"}


@pytest.fixture
def figures(tmp_path):
    """Figures of every month of 2021 and 2022: January without an event, February with one, and so on."""
    path = tmp_path / "cpm.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{PUBLISHED}' as published (read_only); create schema marts")
        connection.execute(
            "create table marts.rpt_measure_figures as"
            " select one.* replace (month::date as reporting_month, month(month) - 1 as total_count)"
            " from (from published.marts.rpt_measure_figures"
            " where is_default and measure_id = 'CPM_1' and scope = 'national' limit 1) as one"
            " cross join range(date '2021-01-01', date '2023-01-01', interval 1 month) as months (month)"
        )
    return Published(path)


def test_a_trend_has_as_many_months_as_asked_for_and_ends_with_the_month(figures):
    asked = {**NATIONAL, "month_count": 12, "reporting_month": date(2022, 3, 1)}
    months = figures.ask("measure_trend", asked)["reporting_month"].to_list()
    assert (len(months), months[0], months[-1]) == (12, date(2021, 4, 1), date(2022, 3, 1))
    assert len(figures.ask("measure_trend", NATIONAL)) == 24


@pytest.mark.parametrize(("month", "is_shown"), [(1, False), (2, True), (3, True)])
def test_a_reading_with_as_many_events_as_asked_for_is_shown(figures, month, is_shown):
    asked = {"scope_type": "national", "fewest_events": 1, "reporting_month": date(2022, month, 1)}
    assert len(figures.ask("measure_readings", asked)) == is_shown
