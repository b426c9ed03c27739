"""Submissions that are read beside each other: what is said and written is as of one after the other."""

import json
import shutil
import time
from threading import Event

import pytest

from conftest import GOOD, HEADER, ROOT
from cpm_warehouse.errors import CpmError
from cpm_warehouse.receive import ahead
from cpm_warehouse.receive.journal import JOURNAL
from cpm_warehouse.receive.landing import land
from cpm_warehouse.receive.progress import Progress

WHEN = {"landed_at", "received_at", "entry_sha256"}
EXTRACTS = ("dcc/pmr_deliveries", "dsp/alerts")


def said_and_written(extracts, lake, contracts):
    """Outcomes of a landing, and the journal, without the moments at which it was."""
    outcomes = [(one.submission.key, one.status, one.rows, one.reason) for one in land(extracts, lake, contracts)]
    events = [json.loads(line) for line in (lake / JOURNAL).read_text().splitlines()]
    entries = [event["entry"] for event in events if event["event"] == "landed"]
    return outcomes, [{name: one for name, one in entry.items() if name not in WHEN} for entry in entries]


def test_many_at_a_time_say_and_write_what_one_after_the_other_does(tmp_path, send, contracts, monkeypatch):
    """Among them one that is refused, and one that has the content of another."""
    for extract in EXTRACTS:
        place = f"{extract}/2021-07"
        shutil.copytree(ROOT / "extracts/sample" / place, tmp_path / "extracts" / place)
    send(HEADER + "2021-08-01,x,2021-10-06\n", submission="dcc/pmr_deliveries/2021-06/v1")
    send(GOOD, submission="dcc/pmr_deliveries/2021-08/v1")
    extracts = send(GOOD, submission="dcc/pmr_deliveries/2021-08/v2")
    found = []
    for jobs in ("1", "4"):
        monkeypatch.setenv(ahead.JOBS, jobs)
        found.append(said_and_written(extracts, tmp_path / f"lake{jobs}", contracts))
    assert found[0] == found[1]
    assert {status for _, status, _, _ in found[0][0]} == {"landed", "refused"}
    assert "has the content of pmr_deliveries/dcc/2021-08/v1" in json.dumps(found[0][1])


def test_no_more_are_read_than_the_setting_lets(send, tmp_path, contracts, monkeypatch):
    for month in range(1, 7):
        extracts = send(
            GOOD.replace("2021-08", f"2021-0{month}"), submission=f"dcc/pmr_deliveries/2021-0{month}/v1"
        )
    begun = []
    plain = ahead.Reader.read
    monkeypatch.setattr(ahead.Reader, "read", lambda *all, **named: begun.append(1) or plain(*all, **named))
    monkeypatch.setenv(ahead.JOBS, "2")
    for turn, _ in enumerate(land(extracts, tmp_path / "lake", contracts), start=1):
        assert len(begun) <= turn + 1
    assert turn == len(begun) == 6


def test_what_cannot_be_judged_stops_at_its_turn_and_leaves_nothing_aside(send, tmp_path, contracts, monkeypatch):
    send(GOOD.replace("2021-08", "2021-07"), submission="dcc/pmr_deliveries/2021-07/v1")
    extracts = send(GOOD)
    lake = tmp_path / "lake"
    plain = ahead.Reader._stage
    reason = "No space left on device"

    def stage(self, read, contract):
        if read.submission.period == "2021-08":
            raise OSError(28, reason)
        plain(self, read, contract)

    monkeypatch.setattr(ahead.Reader, "_stage", stage)
    monkeypatch.setenv(ahead.JOBS, "4")
    landing = land(extracts, lake, contracts)
    assert next(landing).status == "landed"
    with pytest.raises(CpmError, match=f"no room or no leave to write .*{reason}"):
        next(landing)
    assert not list((lake / "_aside").glob("landing-*"))


def test_whoever_stops_a_landing_does_not_wait_for_what_is_being_read(send, tmp_path, contracts, monkeypatch):
    for month in range(1, 4):
        extracts = send(
            GOOD.replace("2021-08", f"2021-0{month}"), submission=f"dcc/pmr_deliveries/2021-0{month}/v1"
        )
    plain = ahead.Reader._stage
    is_begun = Event()

    def stage(self, read, contract):
        if read.submission.period == "2021-01":
            plain(self, read, contract)
            return
        is_begun.set()
        read.connection.execute("select max(hash(a, b)) from range(1000000) as a, range(1000000) as b")

    monkeypatch.setattr(ahead.Reader, "_stage", stage)
    monkeypatch.setenv(ahead.JOBS, "2")
    landing = land(extracts, tmp_path / "lake", contracts)
    assert next(landing).status == "landed"
    assert is_begun.wait(60)
    started = time.monotonic()
    landing.close()
    assert time.monotonic() - started < 30


@pytest.mark.parametrize("jobs", ["0", "-1", "two"])
def test_a_setting_that_is_no_number_is_refused(jobs, send, tmp_path, contracts, monkeypatch):
    monkeypatch.setenv(ahead.JOBS, jobs)
    with pytest.raises(CpmError, match=f"{ahead.JOBS} is '{jobs}', not a number from 1; correct it, or unset it"):
        list(land(send(), tmp_path / "lake", contracts))


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_terminal_sees_rows_bytes_and_time_left_and_nothing_else_does(is_terminal, send, capsys, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: is_terminal)
    extracts = send(GOOD)
    with Progress(extracts) as progress:
        progress.watch("read a.csv", len(GOOD) // 2, 1_234)
    said = capsys.readouterr().err
    assert ("1,234 rows, 0 of 0 MB: read a.csv" in said) == is_terminal
    assert bool(said.strip()) == is_terminal
