"""What `simulate` plants among the Incidents, and that the extracts tell the same story as the truth."""

import csv
import gzip
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from cpm_warehouse.simulate import simulate

Row = dict[str, str]

PAUSING_REASONS = {
    "Client Hold",
    "Client Additional Information Requested",
    "Client Action Required",
    "Local Site Action Required",
}
USERS = {
    "Energy Supplier Service Desk",
    "Network Party Service Desk",
    "Other User Service Desk",
    "Registration Data Provider",
}
REGIONS = {"North", "Central", "South", "SMETS1"}


class Simulated(NamedTuple):
    extracts: Path
    truth: Path

    def rows(self, extract: str, *, provider: str = "*", period: str = "*", latest: bool = True) -> list[Row]:
        """Rows of an extract: of the last version of each submission, or of every version."""
        found: list[Row] = []
        for month in sorted(self.extracts.glob(f"{provider}/{extract}/{period}")):
            for version in sorted(month.iterdir())[-1 if latest else 0 :]:
                for path in sorted(version.glob("*.csv*")):
                    found += read(path)
        return found

    def true(self, name: str) -> list[Row]:
        return read(self.truth / f"{name}.csv")


def read(path: Path) -> list[Row]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", newline="") as file:
        return list(csv.DictReader(file))


def instant(text: str) -> datetime:
    """A timestamp as the extracts (with offset) and the truth (UTC) write it."""
    parsed = datetime.fromisoformat(text)
    return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def seconds(start: datetime, end: datetime) -> int:
    return round((end - start).total_seconds())


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    out = tmp_path_factory.mktemp("incidents")
    simulate(out / "extracts", out / "truth", incidents_per_month=80, areas=("incidents",))
    return Simulated(out / "extracts", out / "truth")


@pytest.fixture(scope="module")
def incidents(simulated: Simulated) -> dict[str, Row]:
    return {row["incident_number"]: row for row in simulated.true("incidents")}


@pytest.fixture(scope="module")
def history(simulated: Simulated) -> dict[str, list[Row]]:
    """Audit rows of each Incident, without repeats, in order."""
    found: defaultdict[str, dict[tuple[str, ...], Row]] = defaultdict(dict)
    for row in simulated.rows("remedy_incident_audit"):
        found[row["Incident Number"]][tuple(row.values())] = row
    return {
        number: sorted(rows.values(), key=lambda row: instant(row["Changed At"])) for number, rows in found.items()
    }


def test_every_fault_is_planted(simulated: Simulated) -> None:
    faults = {row["fault"]: int(row["count"]) for row in simulated.true("planted_faults")}
    assert {name: count for name, count in faults.items() if count == 0} == {}
    courses = {"before", "twice", "with_resolution", "after", "on_reopening"}
    assert {f"incident_recategorised_{course}" for course in courses} <= set(faults)
    assert len(faults) > 50


def test_the_same_arguments_give_the_same_bytes(simulated: Simulated, tmp_path: Path) -> None:
    simulate(tmp_path / "extracts", tmp_path / "truth", incidents_per_month=80, areas=("incidents",))
    for name, before in (("extracts", simulated.extracts), ("truth", simulated.truth)):
        again = {path.relative_to(tmp_path / name): path for path in (tmp_path / name).rglob("*.csv*")}
        assert {path: file.read_bytes() for path, file in again.items()} == {
            path.relative_to(before): path.read_bytes() for path in before.rglob("*.csv*")
        }


def test_the_truth_has_both_sides_of_every_line(incidents: dict[str, Row]) -> None:
    exclusions = Counter(row["exclusion_reason"] for row in incidents.values())
    assert set(exclusions) == {"", "cancelled", "not_dcc_responsible", "unknown_code"}
    assert {row["responsible_party"] for row in incidents.values()} == {"dcc", "provider", "user", "unknown"}
    judged = [row for row in incidents.values() if row["is_met"]]
    for category in "12345":
        distances = {
            int(row["counted_seconds"]) - int(row["target_seconds"])
            for row in judged
            if row["incident_category"] == category
        }
        assert {-1, 0, 1} <= distances
    for row in judged:
        met = int(row["counted_seconds"]) <= int(row["target_seconds"])
        assert row["is_met"] == str(met).lower()


def test_people_log_by_day_and_by_week(incidents: dict[str, Row]) -> None:
    """In an hour of London's day more than three times as many as in one of the night; fewer at weekends."""
    hours = [instant(row["logged_at"]).astimezone(ZoneInfo("Europe/London")) for row in incidents.values()]
    by_day = sum(8 <= at.hour < 18 for at in hours) / 10
    by_night = sum(at.hour < 7 or at.hour >= 22 for at in hours) / 9
    assert by_day > 3 * by_night > 0
    assert 0 < sum(at.weekday() >= 5 for at in hours) / 2 < 0.7 * sum(at.weekday() < 5 for at in hours) / 5


def test_category_1_is_rare_and_short(incidents: dict[str, Row]) -> None:
    """Most of those that are there were planted: on their target, or within the hour that London shows twice."""
    lasted = [
        seconds(instant(row["logged_at"]), instant(row["resolved_at"] or "2021-11-01 00:00:00"))
        for row in incidents.values()
        if row["incident_category"] == "1"
    ]
    assert 6 <= len(lasted) <= 0.03 * len(incidents)
    assert max(lasted) <= 36000


def test_an_incident_cancelled_after_its_resolution_is_cancelled(
    incidents: dict[str, Row], history: dict[str, list[Row]]
) -> None:
    courses = {
        number: [row["New Value"] for row in rows if row["Field"] == "Status"] for number, rows in history.items()
    }
    found = [number for number, course in courses.items() if course[-3:] == ["Resolved", "Cancelled", "Closed"]]
    assert len(found) == 2
    assert {incidents[number]["exclusion_reason"] for number in found} == {"cancelled"}


def test_every_measure_has_an_allowed_exception(simulated: Simulated) -> None:
    approved = {row["Measure"] for row in simulated.rows("measure_exceptions") if row["Approved On"]}
    assert approved == {f"CPM_{name}" for name in ("1", "2", "3", "4", "5", "5A", "6", "6A", "6B", "6C", "7", "8")}


def test_the_audit_log_is_a_chain(history: dict[str, list[Row]]) -> None:
    """Each change starts from the value that the change of that field before it left behind."""
    fields = {"Status", "Status Reason", "Assigned Support Organization", "Incident Category"}
    tracked = 0
    for rows in history.values():
        values: dict[str, str] = {}
        for row in rows:
            assert row["Old Value"] != row["New Value"]
            assert row["Old Value"] == values.get(row["Field"], row["Old Value"])
            values[row["Field"]] = row["New Value"]
            tracked += row["Field"] in fields
    total = sum(len(rows) for rows in history.values())
    assert 0.6 < tracked / total < 0.75


def test_a_replay_of_the_audit_log_gives_the_truth(
    incidents: dict[str, Row], history: dict[str, list[Row]], simulated: Simulated
) -> None:
    """Counts the seconds of each resolved Incident in the plainest way, from what was sent."""
    sent = {row["Incident Number"]: row for row in simulated.rows("remedy_incidents")}
    assert set(sent) == set(incidents)
    differing = {}
    for number, row in incidents.items():
        assert (number in history) == (row["has_audit"] == "true")
        if not row["resolved_at"] or number not in history:
            continue
        since = instant(sent[number]["Submit Date"])
        # Where the log lacks the entry, a field that never changed stands as the export has it.
        state = {"Status": "New", "Status Reason": "", "Assigned Support Organization": ""}
        state["Incident Category"] = sent[number]["Incident Category"]
        for change in reversed(history[number]):
            if change["Field"] in state:
                state[change["Field"]] = change["Old Value"]
        counted = answer = 0
        resolved: tuple[datetime, str, str] | None = None
        by_instant: defaultdict[datetime, list[Row]] = defaultdict(list)
        for change in history[number]:
            by_instant[instant(change["Changed At"])].append(change)
        for at, changes in by_instant.items():
            pauses = state["Status"] == "Pending" and state["Status Reason"] in PAUSING_REASONS
            held = state["Assigned Support Organization"] in USERS
            stopped = state["Status"] in {"Resolved", "Closed"}
            counted += 0 if pauses or held or stopped else seconds(since, at)
            was_resolved = stopped
            since = at
            for change in changes:
                state[change["Field"]] = change["New Value"]
            if state["Status"] == "Resolved" and not was_resolved:
                answer = counted
                resolved = (at, state["Incident Category"], state["Assigned Support Organization"])
        assert resolved is not None
        replayed = (instant(row["resolved_at"]), row["incident_category"], row["counted_seconds"])
        if (*resolved[:2], str(answer)) != replayed:
            differing[number] = (resolved, answer, row)
        assert (resolved[2] in USERS) == (row["responsible_party"] == "user")
        elapsed = seconds(instant(row["logged_at"]), resolved[0])
        assert row["elapsed_seconds"] == str(elapsed)
    assert differing == {}


def test_the_latest_row_of_the_export_agrees_with_the_truth(
    incidents: dict[str, Row], simulated: Simulated
) -> None:
    latest: dict[str, Row] = {}
    for row in simulated.rows("remedy_incidents"):
        before = latest.get(row["Incident Number"])
        if before is None or instant(row["Last Modified Date"]) > instant(before["Last Modified Date"]):
            latest[row["Incident Number"]] = row
        elif instant(row["Last Modified Date"]) == instant(before["Last Modified Date"]):
            assert row == before
    for number, truth in incidents.items():
        row = latest[number]
        assert instant(row["Submit Date"]) == instant(truth["logged_at"])
        if truth["exclusion_reason"] == "cancelled":
            assert row["Status"] in {"Cancelled", "Closed"} and not truth["resolved_at"]
        else:
            assert row["Status"] != "Cancelled"
            assert (row["Status"] in {"Resolved", "Closed"}) == bool(truth["resolved_at"])
        assert truth["region"] == (row["Region"] if row["Region"] in REGIONS else "Unknown")
        if truth["responsible_party"] != "dcc":
            assert truth["provider_id"] == (row["Service Provider"] or "unknown")
        if truth["resolved_at"]:
            assert instant(row["Last Resolved Date"]) == instant(truth["resolved_at"])


def test_a_correction_changes_what_the_first_version_said(incidents: dict[str, Row], simulated: Simulated) -> None:
    versions = {
        version: {
            row["Incident Number"]: row
            for row in read(next(simulated.extracts.glob(f"dcc/remedy_incidents/2021-09/{version}/*.csv")))
        }
        for version in ("v1", "v2")
    }
    corrections = simulated.true("incident_corrections")
    changed = {number for number in versions["v1"] if versions["v1"][number] != versions["v2"][number]}
    assert changed == {row["incident_number"] for row in corrections}
    assert {row["corrected"] for row in corrections} == {"category", "resolution"}
    assert {incidents[row["incident_number"]]["has_audit"] for row in corrections} == {"true", "false"}


def test_provider_lists_disagree_as_the_truth_says(incidents: dict[str, Row], simulated: Simulated) -> None:
    agreement = simulated.true("incident_agreement")
    listed = {row["Provider Reference"]: row for row in simulated.rows("incident_list")}
    del listed["DSP-99999999"]  # of another month: landing keeps it aside
    assert {row["provider_reference"] for row in agreement} - {""} == set(listed)
    assert {row["provider"] for row in agreement} <= {path.name for path in simulated.extracts.iterdir()}
    for row in agreement:
        if not row["provider_reference"]:
            assert row["match_status"] == "missing_from_provider"
            continue
        of_provider = listed[row["provider_reference"]]
        assert of_provider["DCC Incident Number"] == row["incident_number"]
        of_dcc = incidents.get(row["incident_number"])
        if of_dcc is None:
            assert row["match_status"] == "missing_from_dcc"
            continue
        later = seconds(instant(of_dcc["resolved_at"]), instant(of_provider["Resolved At"]))
        assert row["provider_later_seconds"] == str(later)
        difference = (
            of_provider["Category"] != of_dcc["incident_category"],
            abs(later) > 60,
        )
        assert (
            row["match_status"]
            == {
                (False, False): "matched",
                (True, False): "category_differs",
                (False, True): "resolution_differs",
                (True, True): "category_and_resolution_differ",
            }[difference]
        )


def test_reports_are_delivered_before_on_and_after_their_due_date(simulated: Simulated) -> None:
    delivered = {
        (row["Reporting Month"], row["PMR Version"]): row["Delivered On"]
        for row in simulated.rows("pmr_deliveries")
    }
    assert delivered == {
        ("2021-07-01", "1"): "2021-09-01",
        ("2021-07-01", "2"): "2021-09-27",
        ("2021-08-01", "1"): "2021-10-05",
        ("2021-09-01", "1"): "2021-11-09",
    }


@pytest.mark.parametrize(("first_month", "months"), [("2021-10-01", 1), ("2022-12-01", 2)])
def test_other_months_can_be_simulated(tmp_path: Path, first_month: str, months: int) -> None:
    simulate(
        tmp_path / "extracts",
        tmp_path / "truth",
        seed=7,
        incidents_per_month=20,
        first_month=datetime.fromisoformat(first_month).date(),
        months=months,
        areas=("incidents",),
    )
    exports = list((tmp_path / "extracts" / "dcc" / "remedy_incidents").iterdir())
    assert sorted(path.name for path in exports)[0] == first_month[:7]
    assert len(exports) == months
    assert len(read(tmp_path / "truth" / "incidents.csv")) > 20 * months
