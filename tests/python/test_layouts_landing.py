"""Files as tools write them land by a layout as the rows of the canonical file; a wrong layout is noticed."""

import csv
import io
import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import yaml
from click.testing import CliRunner

from conftest import ROOT
from cpm_warehouse.cli import main
from cpm_warehouse.layouts.layout import layout_of
from cpm_warehouse.layouts.loading import Layouts, load_layouts
from cpm_warehouse.receive.landing import land
from tool_files import FILES, MONTH, SAMPLE

GUIDE = ROOT / "docs/guides/layouts"


class Place:
    """A directory of extracts, one of layouts, and the lake that is made of them."""

    def __init__(self, folder: Path, contracts) -> None:
        self.extracts, self.layouts, self.lake = folder / "extracts", folder / "layouts", folder / "lake"
        self.contracts = contracts
        self.layouts.mkdir(parents=True)

    def send(self, submission: str, content: str, name: str = "a.csv") -> None:
        path = self.extracts / submission / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)

    def say(self, extract: str, **says) -> None:
        """Write the one layout of an extract."""
        provider, name = extract.split("/")
        path = self.layouts / provider / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            yaml.safe_dump({"provider": provider, "extract": name, "layouts": [{"name": "theirs", **says}]})
        )

    def land(self, **more):
        layouts = load_layouts(self.layouts, self.contracts)
        return list(land(self.extracts, self.lake, self.contracts, layouts, **more))

    def at(self, submission: str) -> Path:
        provider, extract, period, version = submission.split("/")
        return self.lake / extract / f"provider={provider}/period={period}/version={version[1:]}"

    def rows(self, submission: str) -> list[tuple]:
        files = sorted(map(str, self.at(submission).glob("*.parquet")))
        return duckdb.sql(f"from read_parquet({files}, hive_partitioning = false)").fetchall()

    def quarantined(self, submission: str) -> list[tuple]:
        path = self.at(submission) / "_quarantine/*.parquet"
        return duckdb.sql(f"select line, rule_ids, text from read_parquet('{path}') order by line").fetchall()

    def entry(self, submission: str) -> dict:
        return json.loads((self.at(submission) / "_submission.json").read_text())


@pytest.fixture
def place(tmp_path, contracts):
    return Place(tmp_path, contracts)


@pytest.fixture(scope="module")
def landed(tmp_path_factory):
    """The canonical files and those of the tools, each in a lake of its own."""
    from cpm_warehouse.contracts import load_contracts

    places = {name: Place(tmp_path_factory.mktemp(name), load_contracts()) for name in ("sample", "tools")}
    for extract, make in FILES.items():
        shutil.copytree(SAMPLE / extract / MONTH, places["sample"].extracts / extract / MONTH)
        folder = places["tools"].extracts / extract / MONTH
        folder.mkdir(parents=True)
        make(folder)
    places["sample"].outcomes = places["sample"].land()
    shutil.copytree(GUIDE, places["tools"].layouts, dirs_exist_ok=True)
    places["tools"].outcomes = places["tools"].land()
    return places


@pytest.mark.parametrize("extract", FILES)
def test_a_file_as_a_tool_writes_it_lands_as_the_canonical_one(landed, extract):
    submission = f"{extract}/{MONTH}"
    rows = {name: place.rows(submission) for name, place in landed.items()}
    assert rows["tools"] == rows["sample"]
    assert rows["sample"]


def test_neither_is_anything_quarantined_nor_warned_of_otherwise(landed):
    """Without a control file, what the tools wrote was received now, long after the month."""
    said = {
        name: [
            (
                one.submission.key,
                one.status,
                one.quarantined,
                sorted(warned.message.split("; the first")[0] for warned in one.warnings),
            )
            for one in place.outcomes
        ]
        for name, place in landed.items()
    }
    assert said["tools"] == said["sample"]
    assert {status for _, status, *_ in said["tools"]} == {"landed"}


def test_the_register_says_which_layout(landed):
    entry = landed["tools"].entry(f"dcc/remedy_incidents/{MONTH}")
    (file,) = entry["files"]
    layout = layout_of(file["layout_says"])
    expected = load_layouts(GUIDE, landed["tools"].contracts).of_file(
        "dcc", "remedy_incidents", "2021-08", "a.csv"
    )
    assert layout == expected
    assert (file["layout"], file["layout_sha256"]) == ("remedy_console", layout.checksum)
    assert file["layout_says"]["valid_from"] == "2021-07"
    without = landed["sample"].entry(f"dcc/remedy_incidents/{MONTH}")
    assert all("layout" not in file for file in without["files"])


def test_models_read_which_layout(landed):
    """As the source of the register reads it, beside entries of files without one."""
    (source,) = yaml.safe_load((ROOT / "models/staging/lake/_lake__sources.yml").read_text())["sources"]
    (register,) = [table for table in source["tables"] if table["name"] == "submissions"]
    read = register["config"]["meta"]["external_location"]
    found = {}
    for name, place in landed.items():
        here = read.replace('{{ var("lake_root", "lake/sample") }}', str(place.lake))
        found[name] = duckdb.sql(f"select distinct extract, unnest(files).layout from {here}").fetchall()
    layouts = {extract: layout for extract, layout in found["tools"] if layout}
    assert layouts.keys() == {extract.split("/")[1] for extract in FILES}
    assert layouts["smki_requests"] == "pandas_parquet"
    assert {layout for _, layout in found["sample"]} == {None}


SMKI = "smki/smki_requests"
AUGUST = f"{SMKI}/{MONTH}"
LONDON = {"formats": ["%d/%m/%Y %H:%M"], "zone": "Europe/London"}


def requests(*received: str, kind: str = "deviceCertificate", answered: str = "") -> str:
    rows = [f"SR{number},{kind},{at},{answered}" for number, at in enumerate(received)]
    return "\n".join(["requestId,requestKind,receivedAt,answeredAt", *rows, ""])


def hourly(form: str = "%d/%m/%Y %H:%M", *, first: datetime = datetime(2021, 8, 1), days: int = 31) -> list[str]:
    return [f"{first + timedelta(hours=hour):{form}}" for hour in range(24 * days)]


def test_a_version_never_changes_whatever_its_layout_says_since(place):
    place.send(AUGUST, requests(*hourly()))
    place.say(SMKI, instants=LONDON)
    place.land()
    rows, entry = place.rows(AUGUST), place.entry(AUGUST)
    place.say(SMKI, instants=LONDON | {"zone": "UTC"})
    (again,) = place.land()
    assert (again.status, again.looks_otherwise_now) == ("known", True)
    assert place.rows(AUGUST) == rows

    # Damaged, it is landed anew by the layout that it landed with.
    (place.at(AUGUST) / "a.parquet").unlink()
    (repaired,) = place.land(repair=True)
    assert repaired.status == "repaired"
    assert place.rows(AUGUST) == rows
    assert place.entry(AUGUST)["files"] == entry["files"]

    place.say(SMKI, instants=LONDON)
    (again,) = place.land()
    assert (again.status, again.looks_otherwise_now) == ("known", False)


def test_a_dry_run_judges_by_the_layout_and_leaves_nothing(place):
    place.send(AUGUST, requests(*hourly()[:20], "31/08/2021 25:00"))
    place.say(SMKI, instants=LONDON)
    (dry,) = place.land(dry_run=True)
    assert not place.lake.exists()
    (wet,) = place.land()
    assert (dry.status, dry.rows, dry.quarantined) == (wet.status, wet.rows, wet.quarantined) == ("landed", 20, 1)
    assert place.quarantined(AUGUST) == [(22, "value_not_readable", "SR20,deviceCertificate,31/08/2021 25:00,")]


def test_an_open_choice_refuses_what_the_layout_is_for_and_nothing_else(place):
    place.send(AUGUST, requests(*hourly()))
    place.send(
        "dcc/pmr_deliveries/2021-08/v1", "Reporting Month,PMR Version,Delivered On\n2021-08-01,1,2021-10-05\n"
    )
    place.say(
        SMKI, instants=LONDON | {"formats": {"choose": [["%d/%m/%Y %H:%M"], ["%m/%d/%Y %H:%M"]], "why": "?"}}
    )
    other, refused = place.land()
    assert other.status == "landed"
    assert (refused.status, refused.rule_id) == ("refused", "layout_not_usable")
    assert refused.reason.endswith(
        "smki_requests.yml: layouts 'theirs' instants formats: is still to be chosen:"
        ' ["%d/%m/%Y %H:%M"] or ["%m/%d/%Y %H:%M"] (?); write one in its place'
    )


def test_day_and_month_swapped_are_noticed(place):
    """A format that has them the wrong way round reads no day after the 12th, and the others into other months."""
    place.send(AUGUST, requests(*hourly()))
    place.say(SMKI, instants=LONDON | {"formats": ["%m/%d/%Y %H:%M"]})
    (refused,) = place.land()
    assert (refused.status, refused.rule_id) == ("refused", "mostly_faulty")
    assert "line 290: 'receivedAt' is '13/08/2021 00:00', not in the form %m/%d/%Y %H:%M" in refused.reason

    place.send(AUGUST, requests(*hourly(days=12)))
    (refused,) = place.land()
    assert (refused.status, refused.rule_id) == ("refused", "mostly_faulty")
    assert "line 2: 'receivedAt' is '2021-01-08 00:00:00', which is not in 2021-08" in refused.reason
    assert refused.reason.endswith("; or correct layout 'theirs', by which it was read")


def incidents(*submitted: str) -> str:
    names = (SAMPLE / "dcc/remedy_incidents" / MONTH / "dcc_remedy_incidents_202108.csv").open().readline()
    out = io.StringIO()
    writer = csv.DictWriter(out, next(csv.reader([names])), restval="")
    writer.writeheader()
    for number, at in enumerate(submitted):
        writer.writerow(
            {"Incident Number": f"INC{number}", "Status": "Assigned", "Submit Date": at, "Last Modified Date": at}
        )
    return out.getvalue()


@pytest.mark.parametrize(
    ("submitted", "asked"),
    [
        (["01/02/2021 10:00", "03/04/2021 10:00"], True),
        (["01/02/2021 10:00", "13/04/2021 10:00"], False),  # no month 13
        (["01/02/2021 10:00", "03/12/2020 10:00"], True),
        (["01/02/2021 10:00", "09/03/2021 10:00"], False),  # 3 September is after the month
        (["02/02/2021 10:00", "03/03/2021 10:00"], False),  # the same either way
    ],
)
def test_day_and_month_that_cannot_be_told_apart_are_asked_about(place, submitted, asked):
    submission = f"dcc/remedy_incidents/{MONTH}"
    place.send(submission, incidents(*submitted))
    place.say("dcc/remedy_incidents", instants=LONDON)
    (outcome,) = place.land()
    assert outcome.status == "landed", outcome.reason
    warned = {one.rule_id: one.message for one in outcome.warnings}
    assert ("day_and_month_alike" in warned) == asked
    if asked:
        assert warned["day_and_month_alike"].startswith("a.csv: no day of Reported Date, Submit Date, ")


def test_a_zone_that_is_far_off_is_noticed(place):
    """Hours of the last day fall into another month; UTC for London does not, and is not noticed."""
    place.send(AUGUST, requests(*hourly()))
    place.say(SMKI, instants=LONDON | {"zone": "America/New_York"})
    (outcome,) = place.land()
    assert outcome.quarantined == 4
    assert {rules for _, rules, _ in place.quarantined(AUGUST)} == {"row_of_another_month"}
    place.send(f"{SMKI}/2021-08/v2", requests(*hourly()))
    place.say(SMKI, instants=LONDON | {"zone": "UTC"})
    assert [one.quarantined for one in place.land() if one.status == "landed"] == [0]


def test_the_hours_about_the_change_of_clocks_tell_of_a_wrong_zone(place):
    """Local times of London have none between 1 and 2 on 28 March 2021, and those of UTC do."""
    march = f"{SMKI}/2021-03/v1"
    place.send(march, requests(*hourly(first=datetime(2021, 3, 1))))
    place.say(SMKI, instants=LONDON)
    place.land()
    assert place.quarantined(march) == [(651, "instant_never_was", "SR649,deviceCertificate,28/03/2021 01:00,")]


def test_columns_that_stand_for_each_other_are_noticed(place):
    """By months and the order of instants, and by lists of known values; an open list has only warnings."""
    place.send(AUGUST, requests(*hourly(), answered="01/09/2021 10:00"))
    swapped = [
        {"name": "receivedAt", "in_file": ["answeredAt"]},
        {"name": "answeredAt", "in_file": ["receivedAt"]},
    ]
    place.say(SMKI, instants=LONDON, columns=swapped)
    (refused,) = place.land()
    assert refused.rule_id == "no_row_of_the_month"
    kinds = [{"name": "requestKind", "in_file": ["requestId"]}, {"name": "requestId", "in_file": ["requestKind"]}]
    place.say(SMKI, instants=LONDON, columns=kinds)
    (refused,) = place.land()
    assert "line 2: 'requestKind' is 'SR0', which is not in the contract's list" in refused.reason
    submission = f"dcc/remedy_incidents/{MONTH}"
    place.send(submission, incidents("01/08/2021 10:00", "13/08/2021 10:00"))
    place.say(
        "dcc/remedy_incidents",
        instants=LONDON,
        columns=[{"name": "Region", "in_file": ["Status"]}, {"name": "Status", "constant": "Assigned"}],
        ignore=["Region"],
    )
    outcome, _ = place.land()
    (warned,) = [one.message for one in outcome.warnings]
    assert warned.startswith("unknown_code in Region: 2 rows; the first, a.csv line 2: 'Region' is 'Assigned'")


def cpm(*arguments: object):
    return CliRunner().invoke(main, [str(one) for one in arguments], catch_exceptions=False)


def test_layouts_lie_beside_the_submissions_or_are_named(place, tmp_path):
    place.send(AUGUST, requests(*hourly()))
    place.say(SMKI, instants=LONDON)
    command = ("land", "--extracts", place.extracts, "--lake", place.lake, "--dry-run")
    alone = cpm(*command)
    assert alone.exit_code == 4
    named = cpm(*command, "--layouts", place.layouts)
    assert named.exit_code == 0
    assert "1 submissions would be landed (744 rows, 0 quarantined), 0 known, 0 refused" in named.output
    shutil.copytree(place.layouts, place.extracts / "_layouts")
    beside = cpm(*command)
    assert beside.output == named.output
    missing = cpm(*command, "--layouts", tmp_path / "nowhere")
    assert missing.exit_code == 1
    assert "nowhere: no such directory of layouts" in missing.output


def test_the_command_says_that_a_layout_has_changed(place):
    place.send(AUGUST, requests(*hourly()))
    place.say(SMKI, instants=LONDON)
    command = ("land", "--extracts", place.extracts, "--lake", place.lake, "--layouts", place.layouts)
    assert cpm(*command).exit_code == 0
    assert "the layout has changed" not in cpm(*command).output
    place.say(SMKI, instants=LONDON | {"repeated_hour": "later"})
    assert (
        "smki/smki_requests: the layout has changed since 1 submissions landed; they stay as they landed: send a"
        " file as the next version to have it read anew"
    ) in cpm(*command).output


def test_without_a_layout_a_file_is_read_as_before(place, contracts):
    place.send(AUGUST, requests(*hourly("%Y-%m-%dT%H:%M:%SZ")))
    (outcome,) = land(place.extracts, place.lake, contracts, Layouts())
    assert (outcome.status, outcome.rows) == ("landed", 744)
