"""Every update and activation planted in the sample is told as planted, row by row; and the share activated by day
is the one that a product counted by hand gives."""

from datetime import date

import duckdb
import pytest

from conftest import ROOT

WAREHOUSE = ROOT / "warehouse/cpm.duckdb"

# Open and expired differ by the instant that stands for now, which the simulation does not know.
FOUND = """
    select
        cast(device_number as varchar) as device,
        image_name as image,
        event_kind,
        happened_at,
        case when match_status in ('open', 'expired') then 'waiting' else match_status end as status
    from intermediate.int_firmware_events
"""
PLANTED = """
    select
        cast(cast(concat('0x', replace(device_id, '-', '')) as ubigint) as varchar) as device,
        image,
        event_kind,
        cast(happened_at as timestamp) as happened_at,
        expected_status as status
    from read_csv('{truth}', all_varchar = true)
"""


@pytest.fixture(scope="module")
def warehouse():
    with duckdb.connect(WAREHOUSE, read_only=True) as connection:
        yield connection


def test_every_update_and_activation_is_told_as_planted(warehouse):
    """Precision and recall are both 1: neither a row too many nor one too few of any status."""
    planted = PLANTED.format(truth=ROOT / "extracts/truth/firmware.csv")
    differing = f"(({planted}) except all ({FOUND})) union all (({FOUND}) except all ({planted}))"
    assert warehouse.execute(f"select * from ({differing}) order by all limit 10").fetchall() == []


def test_every_kind_of_row_is_planted(warehouse):
    truth = str(ROOT / "extracts/truth/firmware.csv")
    kinds = {kind for (kind,) in warehouse.execute("select distinct planted from read_csv(?)", [truth]).fetchall()}
    assert kinds == {
        "none",
        "resent",
        "superseded",
        "overtaken",
        "activation_before_update",
        "duplicate",
        "unknown_image",
        "unknown_device",
        "notification_only",
    }
    found = warehouse.execute("select distinct match_status from intermediate.int_firmware_events").fetchall()
    assert {status for (status,) in found} >= {
        "activated",
        "activation_failed",
        "update_failed",
        "open",
        "expired",
        "superseded",
        "resent",
        "duplicate",
        "activation_without_update",
        "activation_before_update",
    }
    unknown = warehouse.execute(
        "select count(*) filter (is_unknown_image), count(*) filter (is_unknown_device),"
        " count(*) filter (activation_evidence = 'inventory' and device_type = 'CHF')"
        " from intermediate.int_firmware_events"
    ).fetchone()
    assert min(unknown) > 0


def test_the_share_activated_by_day_is_the_product_counted_by_hand(warehouse):
    """Kaplan-Meier over the rows of one month, day by day in Python: an open update waits, and never fails."""
    month = date(2021, 8, 1)
    rows = warehouse.execute(
        """
        select
            coalesce(seconds_to_activate, date_diff('second', updated_at, inventory_shown_at)) as waited,
            match_status,
            date_diff('second', updated_at, least(followed_up_until, known_until_at)) as followed
        from marts.fct_firmware_updates
        where event_kind = 'update' and device_type = 'CHF' and generation in ('SMETS1', 'SMETS2')
            and match_status not in ('duplicate', 'resent', 'superseded')
            and date_trunc('month', updated_at) = ?
        """,
        [month],
    ).fetchall()
    published = warehouse.execute(
        """
        select day_number, activated_pct from marts.rpt_firmware_survival
        where measure_id = 'CPM_6A' and updated_month = ? and region = 'all' and device_type = 'all'
            and activated_count > 0
        order by day_number
        """,
        [month],
    ).fetchall()
    superseded = warehouse.execute(
        "select count(*) from marts.fct_firmware_updates where match_status = 'superseded' and device_type = 'CHF'"
        " and date_trunc('month', updated_at) = ?",
        [month],
    ).fetchone()[0]
    days = [
        (-(-(waited if status == "activated" else followed) // 86400), status == "activated")
        for waited, status, followed in rows
    ]
    days += [(1, False)] * superseded  # planted four hours before the image that replaces them
    surviving, expected = 1.0, []
    for day in sorted({day for day, activated in days if activated}):
        waiting = sum(1 for other, _ in days if other >= day)
        surviving *= 1 - sum(1 for other, activated in days if activated and other == day) / waiting
        expected.append((day, round(100 * (1 - surviving), 6)))
    assert [(day, pytest.approx(float(pct), abs=2e-6)) for day, pct in published] == expected
    assert len(expected) > 5
