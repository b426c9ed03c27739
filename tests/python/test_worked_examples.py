"""The worked examples I1 to I21, from rows as Remedy exports them to the verdict, in one build.

I17 is Resolved, Cancelled and Closed; I18 Cancelled, taken up again, Resolved; I19 was responded to before it was
logged; I20 got its category in the very second of its resolution; I21 was cancelled and closed in one second.

`worked_examples/extracts` holds them as the DCC sends them and `worked_examples/expected.csv` what they must
come to, both written by hand. Where a unit test of a model mocks what goes in, this shows that the models fit
each other.
"""

import csv
from pathlib import Path

import duckdb
import pytest

from compiled import CompiledModels
from cpm_warehouse.contracts import load_contracts
from cpm_warehouse.receive.landing import land

Row = dict[str, str]

ROOT = Path(__file__).parents[2]
EXAMPLES = Path(__file__).parent / "worked_examples"

FOUND = """
    with outcomes as (
        select
            incident_id,
            variants.attribution,
            measure_id || ' ' || strftime(reporting_month, '%Y-%m') as outcome
        from intermediate.int_incident_outcomes_judged
        inner join reference.measure_incident_variants as variants using (measure_id, variant_id)
        where variant_id in ('resolved_month', 'due_month', 'split', 'split_due_month')
    )

    select
        incident_id as incident,
        incident_category_at_logging as category_at_logging,
        incident_category as category,
        elapsed_seconds,
        counted_seconds,
        target_seconds,
        is_met,
        exclusion_reason,
        is_elapsed_only,
        due_at,
        working_days_due_at,
        is_met_by_working_days,
        (
            select string_agg(outcome) from outcomes
            where outcomes.incident_id = incidents.incident_id and attribution = 'resolved_month'
        ) as by_resolved_month,
        (
            select string_agg(outcome) from outcomes
            where outcomes.incident_id = incidents.incident_id and attribution = 'due_month'
        ) as by_due_month
    from marts.fct_incidents as incidents
"""


def expected() -> dict[str, Row]:
    with (EXAMPLES / "expected.csv").open(newline="") as file:
        return {row["incident"]: row for row in csv.DictReader(file)}


# No control file says when the examples were received.
AS_OF = {"clock.told_at as as_of_at": "timestamp '2021-11-01 00:00:00' as as_of_at"}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, compiled: CompiledModels) -> dict[str, Row]:
    """Each Incident as the warehouse has it, every value as text and null as ''."""
    place = tmp_path_factory.mktemp("worked_examples")
    assert {one.status for one in land(EXAMPLES / "extracts", place / "lake", load_contracts())} == {"landed"}
    wanted = ("fct_incidents", "int_incident_outcomes_judged")
    warehouse = compiled.build(place / "lake", place / "cpm.duckdb", *wanted, others=AS_OF)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        cursor = connection.execute(f"select coalesce(cast(columns(*) as varchar), '') from ({FOUND})")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
    assert len({row["incident"] for row in rows}) == len(rows)
    return {row["incident"]: row for row in rows}


@pytest.mark.parametrize("incident", expected())
def test_worked_example(incident: str, found: dict[str, Row]) -> None:
    assert found[incident] == expected()[incident]


def test_there_is_an_expectation_for_each(found: dict[str, Row]) -> None:
    assert set(found) == set(expected())
