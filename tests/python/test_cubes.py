"""The cubes scan what is new, and nothing else; a correction supersedes by the register."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl
import pytest

from conftest import ROOT, note_checksums
from dbt_project import SECRET, WITHOUT_TESTS, DbtProject

REQUEST_CUBES = (
    "cube_service_request_repeats",
    "cube_service_requests_by_day",
    "cube_service_requests_by_party_month",
    "cube_service_request_latencies",
)
ALERT_CUBES = (
    "cube_alert_repeats",
    "cube_alerts_by_day",
    "cube_alert_latencies",
)


def hashable(value: object) -> object:
    """Return a value of a cell; the sketch's list of buckets, which has no order, as a set."""
    return frozenset(tuple(bucket.items()) for bucket in value) if isinstance(value, list) else value


class Warehouse(DbtProject):
    """A copy of the project with a lake and a warehouse of its own, for one of the DSP's extracts."""

    def __init__(self, of: DbtProject, place: Path, extract: str, cubes: tuple[str, ...]) -> None:
        super().__init__(place, of=of)
        self.extract = extract
        self.cubes = cubes

    def land_submissions(self, *submissions: str) -> None:
        for submission in submissions:
            folder = f"dsp/{self.extract}/{submission}"
            shutil.copytree(ROOT / "extracts/sample" / folder, self.place / "extracts" / folder)
            self.land(self.place / "extracts")

    def build(self, *arguments: str) -> dict[str, dict[str, set[tuple]]]:
        """Build the cubes; returns the cells of each by submission."""
        selected = (*(f"+{cube}" for cube in self.cubes), "int_submissions_current")
        self.dbt("build", *WITHOUT_TESTS, "--select", *selected, *arguments)
        return self.cells()

    def cells(self) -> dict[str, dict[str, set[tuple]]]:
        """The cells of each cube by submission."""
        cells: dict[str, dict[str, set[tuple]]] = {}
        for cube in self.cubes:
            cells[cube] = {}
            rows = self.ask(f"select submission_key, columns(* exclude (submission_key)) from cubes.{cube}")
            for key, *cell in rows:
                cells[cube].setdefault(key, set()).add(tuple(map(hashable, cell)))
        return cells

    def key(self, submission: str) -> str:
        return f"{self.extract}/dsp/{submission}"

    def note_as_seen(self, files: list[Path]) -> None:
        """Let the quick look at the lake pass over files: no build begins over a lake that is not what landed."""
        marks = {}
        for file in files:
            status = file.stat()
            marks[str(file.relative_to(self.lake))] = [
                status.st_size, status.st_mtime_ns, status.st_ctime_ns,
            ]  # fmt: skip
        (self.lake / "_seen.json").write_text(json.dumps(marks))

    @contextmanager
    def unreadable(self, period: str) -> Iterator[None]:
        """A submission's pages cannot be read meanwhile, only what says how many rows there are."""
        folder = self.lake / self.extract / f"provider=dsp/period={period}/version=1"
        whole = {file: file.read_bytes() for file in folder.glob("*.parquet")}
        for file, pages in whole.items():
            middle = len(pages) // 2
            file.write_bytes(pages[:4] + bytes(middle - 4) + pages[middle:])
        self.note_as_seen(list(whole))
        try:
            yield
        finally:
            for file, pages in whole.items():
                file.write_bytes(pages)
            (self.lake / "_seen.json").unlink()


@pytest.fixture(scope="module")
def cubes_alone(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """The project with the cubes, what they read and one mart above them, parsed once."""
    project = DbtProject(tmp_path_factory.mktemp("cubes"), "models", "macros", "seeds")
    project.keep_only(*REQUEST_CUBES, *ALERT_CUBES, "int_submissions_current", "fct_service_requests_daily")
    project.dbt("parse")
    return project


def test_only_what_is_new_is_scanned(cubes_alone, tmp_path):
    warehouse = Warehouse(cubes_alone, tmp_path, "service_requests", REQUEST_CUBES)
    key = warehouse.key
    warehouse.land_submissions("2021-07/v1", "2021-08/v1")
    first = warehouse.build()
    assert all(found.keys() == {key("2021-07/v1"), key("2021-08/v1")} for found in first.values())

    # A row that no scan could give is still there: nothing was scanned again.
    with duckdb.connect(warehouse.warehouse) as connection:
        connection.execute("update cubes.cube_service_requests_by_day set request_count = request_count + 1000000")
        note_checksums(connection)
    warehouse.land_submissions("2021-08/v2")
    # Nor is a file read that was scanned before: its pages could not be.
    with warehouse.unreadable("2021-07"):
        second = warehouse.build()
    assert all(
        found.keys() == {key("2021-07/v1"), key("2021-08/v1"), key("2021-08/v2")} for found in second.values()
    )
    millions = warehouse.ask(
        "select submission_key, min(request_count) > 900000 from cubes.cube_service_requests_by_day"
        " group by submission_key order by submission_key"
    )
    assert millions == [(key("2021-07/v1"), True), (key("2021-08/v1"), True), (key("2021-08/v2"), False)]
    for cube in REQUEST_CUBES[2:]:
        for submission in first[cube]:
            assert second[cube][submission] == first[cube][submission]

    # The correction counts, the version before it stays in the cube and does not.
    current = warehouse.ask(
        "select submission_key from intermediate.int_submissions_current"
        " where extract = 'service_requests' order by submission_key"
    )
    assert current == [(key("2021-07/v1"),), (key("2021-08/v2"),)]

    # A seed two models above the cube changes: what rests on it is scanned again, and only that.
    times = warehouse.place / "seeds/reference/service_request/service_request_target_times.csv"
    times.write_text(times.read_text().replace("4.1.1,OnDemand,any,1,30,", "4.1.1,OnDemand,any,1,1,"))
    third = warehouse.build()
    assert warehouse.ask("select max(request_count) < 900000 from cubes.cube_service_requests_by_day") == [(True,)]
    for submission in third["cube_service_requests_by_day"]:
        scans = {row[0] for row in third["cube_service_requests_by_day"][submission]}
        assert scans.isdisjoint({row[0] for row in second["cube_service_requests_by_day"][submission]})
    assert third["cube_service_requests_by_party_month"] == second["cube_service_requests_by_party_month"]
    within = (
        "select sum(within_target_count) from cubes.cube_service_requests_by_day"
        " where service_reference_variant = '4.1.1'"
    )
    fewer = warehouse.ask(within)

    # So does the model itself.
    model = warehouse.place / "models/cubes/service_request/cube_service_requests_by_day.sql"
    model.write_text(
        model.read_text().replace(
            "response_milliseconds <= target_milliseconds", "response_milliseconds is not null"
        )
    )
    by_steps = warehouse.build()
    assert warehouse.ask(within)[0][0] > fewer[0][0]

    # From nothing, the same cells.
    assert warehouse.build("--full-refresh") == by_steps


def test_no_file_of_alerts_is_read_again(cubes_alone, tmp_path):
    warehouse = Warehouse(cubes_alone, tmp_path, "alerts", ALERT_CUBES)
    warehouse.land_submissions("2021-07/v1")
    first = warehouse.build()
    warehouse.land_submissions("2021-08/v1")
    with warehouse.unreadable("2021-07"):
        second = warehouse.build()
    july, august = warehouse.key("2021-07/v1"), warehouse.key("2021-08/v1")
    for cube in ALERT_CUBES:
        assert first[cube].keys() == {july}
        assert second[cube].keys() == {july, august}
        assert second[cube][july] == first[cube][july]
        assert second[cube][august] != first[cube][july]


MACRO = "macros/engine/milliseconds_between.sql"
SHARED = "macros/cube/events_counted_once.sql"
RULE = "macros/events/service_requests_timed.sql"
ABOVE = "models/cubes/service_request/cube_service_request_repeats.sql"
CUBE = "models/cubes/service_request/cube_service_requests_by_day.sql"
SEED = "seeds/reference/service_request/service_request_modes.csv"
# Remarks, descriptions and what stands above the cube.
KEEP = [
    (MACRO, "    Whole milliseconds", "    In other words, whole milliseconds"),
    (RULE, "with\n", "-- another remark\nwith\n"),
    (CUBE, "{# The one scan", "{# The only scan"),
    ("models/cubes/service_request/cube_service_requests_by_day.yml", "Requests sent to the WAN.", "Sent."),
    ("models/marts/service_request/fct_service_requests_daily.sql", "with\n", "with\n\n"),
    ("macros/cube/with_submission_keys.sql", "{# A CTE's query", "{# The query of a CTE"),
]
# What makes a figure of the cube.
SCAN_AGAIN = [
    (MACRO, "epoch_ms({{ last_instant }})", "1 + epoch_ms({{ last_instant }})"),
    (SHARED, "-1 as row_weight", "-2 as row_weight"),
    (RULE, "responded_at < clock_started_at then 0", "responded_at < clock_started_at then 1"),
    (ABOVE, ") > 1", ") > 2"),
    (SEED, "FutureDated,future_dated,execution", "FutureDated,future_dated,received"),
]


def test_what_makes_a_figure_scans_again_and_nothing_else_does(cubes_alone, tmp_path):
    """A cube never keeps figures of another rule, and is not scanned for a remark."""
    cube = "cube_service_requests_by_day"
    warehouse = Warehouse(cubes_alone, tmp_path, "service_requests", (cube,))
    warehouse.land_submissions("2021-07/v1")
    warehouse.build()

    def is_scanned_after(*edits: tuple[str, str, str]) -> bool:
        """Edit files and build; what no scan could give is gone where the cube was scanned again."""
        with duckdb.connect(warehouse.warehouse) as connection:
            connection.execute(f"update cubes.{cube} set request_count = 1000000")
            note_checksums(connection)
        for name, old, new in edits:
            path = warehouse.place / name
            text = path.read_text()
            assert old in text, (name, old)
            path.write_text(text.replace(old, new, 1))
        warehouse.build()
        (counted,) = warehouse.ask(f"select min(request_count) < 1000000 from cubes.{cube}")
        return counted[0]

    assert not is_scanned_after(*KEEP)
    assert [edit for edit in SCAN_AGAIN if not is_scanned_after(edit)] == []


def test_a_cube_is_scanned_again_for_what_a_code_list_says_and_for_nothing_else(
    cubes_alone, tmp_path, monkeypatch
):
    """An own list of a code that the project does not have; the same from another source; with another meaning."""
    for name, value in SECRET.items():  # a list without a control file is real
        monkeypatch.setenv(name, value)
    cube = "cube_service_requests_by_party_month"
    warehouse = Warehouse(cubes_alone, tmp_path, "service_requests", (cube,))
    codes = "response_code,outcome_class,project_rows,source\nE999,failure,kept,{}\n"

    def give(extract: str, version: str, content: str) -> None:
        folder = tmp_path / "extracts/own" / extract / "2021-07" / version
        folder.mkdir(parents=True)
        (folder / "list.csv").write_text(content)

    def outcomes() -> list[tuple]:
        return warehouse.ask(f"select distinct outcome from cubes.{cube} where response_code = 'E999'")

    def is_scanned_again() -> bool:
        warehouse.land(tmp_path / "extracts")
        with duckdb.connect(warehouse.warehouse) as connection:
            connection.execute(f"update cubes.{cube} set end_to_end_count = 1000000")
            note_checksums(connection)
        warehouse.build()
        return warehouse.ask(f"select min(end_to_end_count) < 1000000 from cubes.{cube}") == [(True,)]

    give("duis_response_codes", "v1", codes.format("a manual"))
    warehouse.land_submissions("2021-07/v1")
    warehouse.build()
    assert outcomes() == [("failure",)]
    give("duis_response_codes", "v2", codes.format("another manual"))
    give("incident_statuses", "v1", "status,clock_state,project_rows\nOn Its Way,running,kept\n")
    assert not is_scanned_again()
    give("duis_response_codes", "v3", codes.format("a manual").replace("failure", "success"))
    assert is_scanned_again()
    assert outcomes() == [("success",)]


def test_which_copy_of_an_alert_counts_is_not_told_by_the_files(cubes_alone, compiled, tmp_path):
    """Alerts sent twice, with a copy for more Alerts and one in another region: from one file, and from two."""
    rows = pl.read_parquet(ROOT / "extracts/sample/dsp/alerts/2021-07/v1/*.parquet")
    sent_twice = rows.filter(pl.col("DeviceId").is_not_null()).head(200)
    copies = sent_twice.with_columns(PartyId=pl.lit("another"), ThrottledCount=pl.lit(9, pl.Int64))
    of_less = sent_twice.with_columns(PartyId=pl.lit("a third"), Region=pl.lit("North"))
    every = pl.concat([rows, copies, of_less])
    half = every.height // 2
    submissions = {"in_one": [every], "in_two": [every.reverse()[half:], every.reverse()[:half]]}
    cells: dict[str, dict[str, set[tuple]]] = {}
    for name, files in submissions.items():
        warehouse = Warehouse(cubes_alone, tmp_path / name, "alerts", ALERT_CUBES)
        folder = tmp_path / name / "extracts/dsp/alerts/2021-07/v1"
        folder.mkdir(parents=True)
        control = {"received_at": "2021-08-05T09:00:00Z", "synthetic": True, "files": []}
        for number, file in enumerate(files):
            path = folder / f"{number}.parquet"
            file.write_parquet(path)
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            control["files"].append({"name": path.name, "rows": file.height, "sha256": sha256})
        (folder / "control.json").write_text(json.dumps(control))
        warehouse.land(tmp_path / name / "extracts")
        compiled.build(warehouse.lake, warehouse.warehouse, *ALERT_CUBES)
        found = warehouse.cells()
        # Without the key of the scan, which is another one.
        cells[name] = {
            cube: {cell[1:] for cell in found[cube][warehouse.key("2021-07/v1")]} for cube in ALERT_CUBES
        }
    del cells["in_one"]["cube_alert_repeats"], cells["in_two"]["cube_alert_repeats"]
    assert cells["in_one"] == cells["in_two"]
    parties = {cell[5] for cell in cells["in_one"]["cube_alerts_by_day"]}
    assert "another" in parties
