"""The matching of firmware updates hangs neither on where rows lie, nor on threads, nor on its short cut."""

import random
import re

import duckdb
import pytest

from conftest import ROOT
from cpm_warehouse.duck import insert_rows

MODELS = ROOT / "target/compiled/cpm_warehouse/models/intermediate/firmware"
STEPS = (  # in the order in which they read each other
    "int_firmware_events_united",
    "int_firmware_plain_devices",
    "int_firmware_event_neighbours",
    "int_firmware_events_paired",
    "int_firmware_plain_events_paired",
    "int_firmware_events_matched",
)
EVENTS = 20_000
SUBMISSIONS = {"dsp": ("dsp/1", "dsp/2"), "s1sp": ("s1sp/1",), "csp": ("csp/1",)}
LIMITS = """
    create table firmware_time_limits as
    select *, date '2012-01-01' as valid_from, cast(null as date) as valid_to
    from (values ('follow_up', 90, 'days'), ('same_update', 1, 'hours'))
        as limits (limit_id, limit_value, limit_unit)
"""
KNOWN = """
    create table int_firmware_submissions as
    select * from (values
        ('dsp/1', date '2021-08-01', timestamp '2021-10-01'),
        ('dsp/2', date '2021-09-01', timestamp '2021-10-01'),
        ('s1sp/1', date '2021-08-01', timestamp '2021-11-01'),
        ('csp/1', date '2021-08-01', timestamp '2021-09-01')
    ) as known (submission_key, reporting_month, known_until_at)
"""
COLUMNS = (
    "device_number ubigint, image_name varchar, happened_at timestamp, origin varchar, outcome varchar,"
    " outcome_name varchar, reported_device_type varchar, request_key ubigint, submission_key varchar"
)


def an_event(draw: random.Random, kind: str) -> tuple[object, ...]:
    """An event of few devices, images and instants, so that ties of every kind occur."""
    origin = draw.choice(("s1sp", "csp") if kind == "activations" else ("dsp", "s1sp", "csp"))
    outcome = draw.choice(("failure", "success") if kind == "activations" else ("failure", "success", None, None))
    name = "success" if outcome == "success" else draw.choice(("F01", "F02", "no_answer"))
    return (
        draw.randrange(EVENTS // 2),
        draw.choice(("H1", "H1", "H1", "H2", "H3", None)),
        f"2021-08-{draw.choice((1, 1, 1, 2, 28)):02} 10:{draw.choice((0, 0, 30)):02}:00",
        origin,
        outcome,
        name if outcome else None,
        draw.choice(("ESME", None)),
        draw.choice((7, 8)) if origin == "dsp" else None,
        draw.choice(SUBMISSIONS[origin]),
    )


@pytest.fixture(scope="module")
def matched():
    """A function that matches the same events in another order, with other threads, with its short cut or not."""
    draw = random.Random(4)
    told = {kind: [an_event(draw, kind) for _ in range(EVENTS // 2)] for kind in ("updates", "activations")}
    steps = {name: re.sub(r'"cpm"\."\w+"\."(\w+)"', r"\1", (MODELS / f"{name}.sql").read_text()) for name in STEPS}
    with duckdb.connect() as connection:
        connection.execute(LIMITS)
        connection.execute(KNOWN)
        for kind, rows in told.items():
            connection.execute(f"create table {kind} ({COLUMNS})")
            insert_rows(connection, kind, rows)

        def run(name: str, threads: int, *, shuffled: bool, in_order: bool) -> None:
            connection.execute(f"set threads = {threads}")
            for kind in told:
                order = "order by random()" if shuffled else ""
                connection.execute(f"create or replace table int_firmware_{kind} as select * from {kind} {order}")
            for step, sql in steps.items():
                connection.execute(f"create or replace table {step} as {sql}")
                if step == "int_firmware_plain_devices" and in_order:
                    connection.execute(f"delete from {step}")
            connection.execute(f"create or replace table {name} as from int_firmware_events_matched")

        def differing(one: str, other: str) -> int:
            found = connection.execute(
                f"select count(*) from ((from {one} except all from {other})"
                f" union all (from {other} except all from {one}))"
            ).fetchone()
            return int(found[0])

        run("as_they_lie", 1, shuffled=False, in_order=False)
        yield run, differing, connection


def test_rows_may_lie_in_any_order(matched):
    run, differing, _ = matched
    for threads in (1, 2, 3):
        run("shuffled", threads, shuffled=True, in_order=False)
        assert differing("as_they_lie", "shuffled") == 0


def test_plain_devices_are_matched_as_all_others_are(matched):
    """One in two devices here has two events at most: the short cut must say of it what the order says."""
    run, differing, connection = matched
    run("in_order", 2, shuffled=False, in_order=True)
    assert differing("as_they_lie", "in_order") == 0
    plain = connection.execute(
        "select count(*) from (select device_number from as_they_lie group by all having count(*) <= 2)"
    ).fetchone()
    assert plain[0] > EVENTS / 10
    kinds = connection.execute(
        "select count(distinct match_status), count(distinct duplicate_kind) from as_they_lie"
    )
    assert kinds.fetchone() == (11, 3)
