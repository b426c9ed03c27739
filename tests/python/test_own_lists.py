"""Own code lists: known to landing, dated, corrected, never mixed unseen; the guide as written, built."""

import contextlib
import csv
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import jinja2
import pytest
from click.testing import CliRunner

from conftest import ROOT
from cpm_warehouse.cli import main
from cpm_warehouse.contracts import Contract, load_contracts
from cpm_warehouse.duck import connect
from cpm_warehouse.errors import DamageError
from cpm_warehouse.receive.codes import KnownCodes
from cpm_warehouse.receive.journal import read_journal
from cpm_warehouse.receive.landing import Outcome, land
from dbt_project import SECRET, WITHOUT_TESTS, DbtProject
from faulty_files import INCIDENTS, incident
from test_guides import ASKED, as_shown, cells

GUIDE = ROOT / "docs/guides/give_your_own_code_lists.md"
BLOCK = re.compile(r"^```\n(.*?)^```$", re.M | re.S)
ORGANISATIONS = "organisation,party_kind,provider_id,is_dcc_responsible,project_rows\n"
GROUPS = "assigned_group,organisation,project_rows\n"
REASONS = "status_reason,pauses_clock,held_by,project_rows\n"


def manifest() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "target/manifest.json").read_text())
    return found


def code_lists() -> dict[str, dict[str, Any]]:
    """What the macro `code_lists` returns."""
    returned: list[dict[str, dict[str, Any]]] = []
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    environment.globals["return"] = lambda value: returned.append(value) or ""
    environment.from_string((ROOT / "macros/lists/code_lists.sql").read_text()).module.code_lists()
    return returned[0]


def own(contracts: dict[str, Contract]) -> dict[str, Contract]:
    return {one.own_list_of: one for one in contracts.values() if one.own_list_of}


# Contracts, macro and models say the same


def test_the_macro_has_the_lists_of_the_contracts(contracts):
    read_by: dict[str, set[str]] = {}
    for contract in contracts.values():
        for column in contract.columns:
            for reference in getattr(column.allowed, "seed", ()):
                if not contract.own_list_of:
                    read_by.setdefault(reference.partition(".")[0], set()).add(contract.extract)
    # The values of its fields are codes of the lists that call their codes so; its fields are a list themselves.
    held = {row["tracked_as"] for row in rows_of_seed("incident_audit_fields")}
    for name, contract in own(contracts).items():
        if contract.key[0] in {*held, "audit_field"}:
            read_by.setdefault(name, set()).add("remedy_incident_audit")
    expected = {
        name: {"code": contract.key[0], "attributes": contract.meaning, "extracts": read_by[name]}
        for name, contract in own(contracts).items()
    }
    found = {name: {**one, "extracts": set(one["extracts"])} for name, one in code_lists().items()}
    assert found == expected
    assert all(name == contract.extract for name, contract in own(contracts).items())


def rows_of_seed(name: str) -> list[dict[str, str]]:
    (path,) = (ROOT / "seeds").rglob(f"{name}.csv")
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_list_is_read_through_its_door(contracts):
    """A model that read the seed would not see own lists."""
    nodes = manifest()["nodes"].values()
    readers = {
        name: {
            node["name"]
            for node in nodes
            if node["resource_type"] in {"model", "analysis"} or node["original_file_path"].endswith(".sql")
            if f"seed.cpm_warehouse.{name}" in node["depends_on"].get("nodes", ())
            and not node["original_file_path"].endswith("_seeds.yml")
        }
        for name in own(contracts)
    }
    assert readers == {name: {f"int_{name}"} for name in own(contracts)}


def test_an_own_list_names_columns_of_its_seed_and_says_what_becomes_of_the_project(tmp_path, contracts):
    text = (ROOT / "extracts/contracts/incident_statuses.yml").read_text()
    for old, new, says in (
        ("{name: clock_state,", "{name: clock,", "has no column 'clock'"),
        (
            "own_list_of: incident_statuses",
            "own_list_of: nothing",
            "no seed, or more than one, is called 'nothing'",
        ),
        ("key: [status]", "key: [status, clock_state]", "its key is the code alone"),
    ):
        assert text.count(old) == 1
        path = tmp_path / "incident_statuses.yml"
        path.write_text(text.replace(old, new))
        with pytest.raises(Exception, match=re.escape(says)):
            load_contracts(tmp_path)


# What landing knows


class Lands:
    """Extracts and a lake, with a function for what landing says of a submission."""

    def __init__(self, place: Path) -> None:
        self.extracts, self.lake = place / "extracts", place / "lake"

    def send(self, submission: str, content: str) -> None:
        folder = self.extracts / submission
        folder.mkdir(parents=True)
        (folder / f"{folder.parts[-3]}.csv").write_text(content)

    def land(self, **options: Any) -> dict[str, Outcome]:
        return {one.submission.key: one for one in land(self.extracts, self.lake, load_contracts(), **options)}

    def codes(self, *options: str) -> Any:
        return CliRunner().invoke(main, ["codes", "--lake", str(self.lake), *options])


@pytest.fixture
def lands(tmp_path: Path) -> Lands:
    return Lands(tmp_path)


def held_by(*organisations: str) -> str:
    """An export of August with an Incident for each organisation."""
    return INCIDENTS + "".join(
        incident(number, Assigned_Support_Organization=name) for number, name in enumerate(organisations)
    )


def warned(outcome: Outcome) -> dict[str, int]:
    assert outcome.status == "landed", outcome.reason
    return {one.rule_id: one.rows for one in outcome.warnings}


EXPORT = "dcc/remedy_incidents/2021-08/v1"
EXPORTED = "remedy_incidents/dcc/2021-08/v1"


@pytest.mark.parametrize("dry_run", [True, False])
def test_extracts_are_judged_by_the_own_lists_of_the_same_run(lands, dry_run):
    """By its name the Central Products List would come before the list of manufacturers."""
    products = (
        "Manufacturer,Model,FirmwareVersion,ImageHash\nAcme,A,00000001,\nArden,B,00000001,\nNobody,C,00000001,\n"
    )
    lands.send("dsp/central_products_list/2021-08/v1", products)
    lands.send("own/manufacturers/2021-08/v1", "manufacturer,manufacturer_name,project_rows\nAcme,ACME,kept\n")
    outcomes = lands.land(dry_run=dry_run)
    assert list(outcomes) == ["manufacturers/own/2021-08/v1", "central_products_list/dsp/2021-08/v1"]
    assert warned(outcomes["central_products_list/dsp/2021-08/v1"]) == {"unknown_code": 1}


def test_a_list_that_replaces_leaves_nothing_of_the_project(lands):
    lands.send("own/incident_organisations/2021-08/v1", ORGANISATIONS + "Metering Desk,user,,false,replaced\n")
    lands.land()
    lands.send(EXPORT, held_by("Metering Desk", "DSP Service Desk", "Nobody"))
    # The project's row held until the list did, so that it is known for other dates.
    assert warned(lands.land()[EXPORTED]) == {"unknown_code": 1, "code_outside_its_dates": 1}


@pytest.mark.parametrize(
    ("month", "expected"),
    [("2021-07", {}), ("2021-08", {}), ("2021-09", {"code_outside_its_dates": 1})],
)
def test_a_list_holds_from_its_month_on(lands, month, expected):
    lands.send(f"own/incident_organisations/{month}/v1", ORGANISATIONS + "Metering Desk,user,,false,kept\n")
    lands.send(EXPORT, held_by("Metering Desk"))
    assert warned(lands.land()[EXPORTED]) == expected


def test_a_list_is_whole_and_its_latest_version_counts(lands):
    """July's list has the code, its correction, which came first, has not; August's, another list, has it."""
    lands.send("own/incident_organisations/2021-07/v2", ORGANISATIONS + "Another Desk,user,,false,kept\n")
    lands.land()
    lands.send("own/incident_organisations/2021-07/v1", ORGANISATIONS + "Metering Desk,user,,false,kept\n")
    lands.send("dcc/remedy_incidents/2021-08/v1", held_by("Metering Desk", "Another Desk"))
    assert warned(lands.land()[EXPORTED]) == {"unknown_code": 1}
    lands.send("own/incident_organisations/2021-08/v1", ORGANISATIONS + "Metering Desk,user,,false,kept\n")
    lands.send("dcc/remedy_incidents/2021-08/v2", held_by("Metering Desk", "Another Desk", "DSP Service Desk"))
    # Another Desk is known, of July.
    found = warned(lands.land()["remedy_incidents/dcc/2021-08/v2"])
    assert found == {"code_outside_its_dates": 1}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("DSP Service Desk,provider,dsp,true,kept", {}),
        ("DSP Service Desk,provider,dsp,false,kept", {"own_code_differs": 1}),
        ("DSP Service Desk,provider,,true,kept", {"own_code_differs": 1}),
        ("DSP Service Desk,provider,dsp,false,replaced", {}),
        ("Metering Desk,user,,false,kept", {}),
    ],
)
def test_a_code_that_means_something_else_than_the_projects_is_said(lands, row, expected):
    lands.send("own/incident_organisations/2021-08/v1", f"{ORGANISATIONS}{row}\n")
    (outcome,) = lands.land().values()
    assert warned(outcome) == expected


@pytest.mark.parametrize(
    ("content", "rule_id", "says"),
    [
        (
            "organisation,project_rows\nA,kept\n",
            "columns_differ",
            "missing ['party_kind', 'provider_id', 'is_dcc_",
        ),
        (
            ORGANISATIONS + "A,user,,false,kept\nB,user,,false,replaced\n",
            "list_says_both",
            "'kept' in 1 row, 'repl",
        ),
        (ORGANISATIONS + "A,dcc|provider|user,,false,kept\n", "mostly_faulty", "dcc|provider|user"),
        (ORGANISATIONS + "A,user,,false,kept|replaced\n", "mostly_faulty", "kept|replaced"),
        (ORGANISATIONS + "A,user,,false,kept\nA,dcc,dcc,true,kept\n", "mostly_faulty", "key_conflict"),
        (ORGANISATIONS, "no_rows", "is never empty"),
    ],
)
def test_a_list_that_cannot_be_relied_on_is_refused_with_help(lands, content, rule_id, says):
    lands.send("own/incident_organisations/2021-08/v1", content)
    (outcome,) = lands.land().values()
    assert (outcome.status, outcome.rule_id) == ("refused", rule_id)
    if rule_id != "mostly_faulty":
        assert says in outcome.reason
    assert str(lands.extracts) in outcome.reason


def test_a_damaged_list_stops_landing_until_it_is_repaired_and_is_judged_by_then(lands):
    lands.send("own/incident_organisations/2021-08/v1", ORGANISATIONS + "Metering Desk,user,,false,kept\n")
    lands.land()
    place = "incident_organisations/provider=own/period=2021-08/version=1/incident_organisations.parquet"
    (lands.lake / place).write_bytes(b"PAR1 and no more")
    lands.send(EXPORT, held_by("Metering Desk"))
    with pytest.raises(DamageError, match=r"an own list that cannot be read .*cpm land --repair"):
        lands.land()
    assert lands.codes().exit_code == DamageError.code
    assert warned(lands.land(repair=True)[EXPORTED]) == {}


def test_only_whoever_runs_the_warehouse_gives_lists(lands):
    lands.send("dcc/incident_organisations/2021-08/v1", ORGANISATIONS + "A,user,,false,kept\n")
    (outcome,) = lands.land().values()
    assert outcome.rule_id == "directory_misnamed"
    assert "'dcc' does not send incident_organisations; it comes from own" in outcome.reason


# cpm codes


def test_codes_are_listed_with_where_they_were_seen_and_the_row_to_add(lands):
    lands.send(EXPORT, held_by("Metering Desk", "Metering Desk", "DSP Service Desk"))
    lands.send("dcc/remedy_incidents/2021-09/v1", held_by("Metering Desk").replace("2021-08-1", "2021-09-1"))
    lands.land()
    told = lands.codes()
    assert told.exit_code == 3
    title, line, empty, file, header, row = told.stdout.splitlines()
    assert title.split() == ["list", "code", "rows", "first", "last", "seen", "in"]
    assert " ".join(line.split()) == (
        "incident_organisations Metering Desk 3 2021-08 2021-09 remedy_incidents/dcc/2021-08/v1"
        " remedy_incidents.csv and 1 more"
    )
    place = lands.extracts / "own/incident_organisations/2021-08/v1/incident_organisations.csv"
    assert (empty, file) == ("", f"{place} (a new own list):")
    assert (header + "\n", row) == (ORGANISATIONS, "Metering Desk,dcc|provider|user,,true|false,kept|replaced")

    # Pasted as it is, it is refused; with one of the values it makes the code known.
    place.parent.mkdir(parents=True)
    place.write_text(f"{header}\n{row}\n")
    assert [one.status for one in lands.land().values()] == ["refused", "known", "known"]
    place.write_text(
        f"{header}\n{row.replace('dcc|provider|', '').replace('true|', '').replace('|replaced', '')}\n"
    )
    lands.land()
    told = lands.codes()
    assert (told.exit_code, told.stdout) == (0, f"{lands.lake}: every code is in a list\n")


def test_a_code_that_the_own_list_in_force_lacks_goes_into_its_next_version(lands):
    lands.send("own/incident_organisations/2021-07/v1", ORGANISATIONS + "Metering Desk,user,,false,replaced\n")
    lands.send(EXPORT, held_by("DSP Service Desk"))
    lands.land()
    (lands.extracts / "own/incident_organisations/2021-07/v2").mkdir()  # begun, and not landed
    told = lands.codes()
    assert f"{lands.extracts}/own/incident_organisations/2021-07/v3/incident_organisations.csv" in told.stdout
    elsewhere = lands.codes("--extracts", "elsewhere").stdout
    assert "\nelsewhere/own/incident_organisations/2021-07/v2/incident_organisations.csv" in elsewhere
    assert "(with the rows of incident_organisations/own/2021-07/v1):" in told.stdout
    assert told.stdout.splitlines()[-1] == "DSP Service Desk,dcc|provider|user,,true|false,replaced"


def test_versions_that_do_not_count_are_not_asked(lands):
    lands.send(EXPORT, held_by("Metering Desk"))
    lands.send("dcc/remedy_incidents/2021-08/v2", held_by("DSP Service Desk"))
    lands.land()
    assert lands.codes().exit_code == 0


def test_what_identifies_is_counted_and_never_shown(lands):
    device, party = "90-B3-D5-1F-30-01-00-2A", "S042"
    lands.send(EXPORT, held_by(device, party, f"desk of {party}"))
    requests = "RequestId,PartyId,ImageHash,FirmwareVersion,DeviceIds,SentAt,Outcome\n"
    lands.send(
        "dsp/update_firmware_requests/2021-08/v1", f"{requests}1,{party},,,{device},2021-08-10T10:00:00Z,\n"
    )
    lands.land()
    told = lands.codes()
    assert told.exit_code == 3
    assert told.stdout.count("withheld") == 3
    assert device not in told.output and party not in told.output


def test_a_list_of_the_code_stays_in_the_project(lands):
    lands.send(EXPORT, INCIDENTS + incident(1, Region="East"))
    lands.land()
    told = lands.codes().stdout
    assert "seeds/reference/regions.csv (of the Smart Energy Code" in told
    assert told.endswith("\nEast,,,,,\n")


def test_codes_of_no_lake(tmp_path):
    told = CliRunner().invoke(main, ["codes", "--lake", str(tmp_path / "none")])
    assert told.exit_code == 1
    assert told.stderr == f"error: {tmp_path / 'none'}: no such lake; name it with --lake\n"
    told = CliRunner().invoke(main, ["codes", "--lake", str(tmp_path)])
    assert told.stderr == f"error: {tmp_path}: no submissions here; land extracts first with `cpm land`\n"


# The guide, and what is built of it


class Built(DbtProject):
    """The guide's extracts and lake: a project of its own in which commands run as written."""

    def __init__(self, place: Path) -> None:
        place.mkdir()
        super().__init__(place / "project")
        (self.place / "extracts").mkdir()
        (self.place / "extracts/contracts").symlink_to(ROOT / "extracts/contracts")
        self.extracts = place / "my_extracts"
        for extract in ("remedy_incidents", "remedy_incident_audit"):
            shutil.copytree(ROOT / "extracts/sample/dcc" / extract, self.extracts / "dcc" / extract)
        for control in self.extracts.rglob("control.json"):
            control.write_text(control.read_text().replace('"synthetic": true', '"synthetic": false'))
        self.cpm("cpm land --extracts ../my_extracts --lake lake/my_extracts")

    def cpm(self, command: str) -> str:
        """Run a command of the guide in this process; a lake of its name would let dbt parse everything anew."""
        arguments = command.replace("lake/my_extracts", "lake/sample").split()[1:]
        with contextlib.chdir(self.place):
            done = CliRunner().invoke(main, arguments)
        assert done.exit_code in {0, 3}, done.output
        return done.stdout.replace("lake/sample", "lake/my_extracts")

    def give(self, name: str, month: str, version: str, content: str) -> None:
        folder = self.extracts / "own" / name / month / version
        folder.mkdir(parents=True)
        (folder / f"{name}.csv").write_text(content)

    def build(self) -> None:
        selected = ("+dim_code_lists", "+fct_incidents", "+int_incident_outcomes")
        self.dbt("build", *WITHOUT_TESTS, "--select", *selected, environment=SECRET)


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the guide's commands say, and a build over its list and more: one corrected, one from September on."""
    with contextlib.chdir(ROOT):
        built = Built(tmp_path_factory.mktemp("guide") / "own")
        said = []
        for block, after in pairwise(BLOCK.findall(GUIDE.read_text())):
            if block.startswith(".venv/bin/cpm"):
                said.append((block, built.cpm(block), after))
            elif block.startswith("mkdir"):
                subprocess.run(["bash", "-euc", block], cwd=built.place, check=True)
        built.give("incident_groups", "2021-07", "v1", f"{GROUPS}DSP Second Line,Nobody,kept\n")
        built.give("incident_groups", "2021-07", "v2", f"{GROUPS}DSP Second Line,Somebody,kept\nA,B,kept\n")
        built.give("incident_status_reasons", "2021-09", "v1", f"{REASONS}Client Hold,false,dcc,replaced\n")
        built.cpm("cpm land --extracts ../my_extracts --lake lake/my_extracts")
        built.build()
        return {"said": said, "built": built}


@pytest.fixture
def ask(guide: dict[str, Any]) -> Callable[[str], list[tuple[Any, ...]]]:
    asked: Callable[[str], list[tuple[Any, ...]]] = guide["built"].ask
    return asked


def test_the_commands_of_the_guide_say_what_it_shows(guide):
    assert len(guide["said"]) == 3
    for command, said, shown in guide["said"]:
        table = said.partition("\n\n")[0].rstrip("\n") + "\n"
        assert table == shown, command
    rows = next(block for block in BLOCK.findall(GUIDE.read_text()) if block.startswith("../my_extracts/own"))
    assert rows in guide["said"][0][1]


@pytest.mark.parametrize(("query", "answer"), ASKED.findall(GUIDE.read_text()))
def test_a_question_of_the_guide_is_answered_as_it_shows(ask, query, answer):
    assert [[as_shown(value) for value in row] for row in ask(query)] == cells(answer)


def test_made_up_names_beside_real_files_are_marked_and_where_no_file_is_real_none_is(ask):
    marked = ask("select list_name, count(distinct code), bool_and(origin = 'project') from marts.dim_code_lists"
                 " where is_synthetic_on_real group by all order by all")  # fmt: skip
    # Of manufacturers there is no real inventory; of the groups one is the own list's.
    assert marked == [("incident_groups", 13, True), ("incident_organisations", 12, True)]
    assert "real extracts are read by names made up for the sample: incident_groups, incident_organisations;" in (
        GUIDE.read_text()
    )


def test_a_code_of_both_is_the_own_lists_alone_and_a_correction_takes_its_place(ask):
    newest = "incident_groups/own/2021-07/v2"
    assert ask("""
        select code, meaning, project_meaning, origin, valid_from, valid_to from marts.dim_code_lists
        where list_name = 'incident_groups' and code in ('A', 'DSP Second Line', 'SMKI Second Line')
        order by code
    """) == [
        ("A", "organisation: B", None, newest, None, None),
        ("DSP Second Line", "organisation: Somebody", "organisation: DSP Service Desk", newest, None, None),
        ("SMKI Second Line", *["organisation: SMKI Service Desk"] * 2, "project", None, None),
    ]


def test_a_list_that_replaces_holds_from_its_month_alone(ask):
    september = date(2021, 9, 1)
    rows = ask("select origin, valid_from, valid_to, count(*) from marts.dim_code_lists"
               " where list_name = 'incident_status_reasons' group by all order by all")  # fmt: skip
    projects = len(rows_of_seed("incident_status_reasons"))
    assert rows == [
        ("incident_status_reasons/own/2021-09/v1", september, None, 1),
        ("project", None, september, projects),
    ]
    states = ask("""
        select state_at >= timestamp '2021-09-01', clock_state, count(*)
        from intermediate.int_incident_states_judged as states
        where status = 'Pending' and status_reason = 'Client Hold' and clock_state != 'held_by_user'
        group by all order by all
    """)
    assert [row[:2] for row in states] == [(False, "pending_user"), (True, "running")]
    assert min(row[2] for row in states) > 1


def test_a_result_names_the_lists_in_force_in_the_life_of_its_incidents(ask):
    names = "regexp_extract_all(submission_keys, 'incident_[a-z_]+/own/[^,]+')"
    found = dict(ask(f"select reporting_month, list_sort(list_distinct(flatten(list({names}))))"
                     " from intermediate.int_incident_outcomes where variant_id = 'resolved_month'"
                     " group by all"))  # fmt: skip
    always = ["incident_groups/own/2021-07/v2", "incident_organisations/own/2021-07/v1"]
    assert found[date(2021, 7, 1)] == found[date(2021, 8, 1)] == always
    assert found[date(2021, 10, 1)] == [*always, "incident_status_reasons/own/2021-09/v1"]


def test_a_list_moves_neither_the_clock_nor_the_months(ask):
    assert ask("""
        select
            as_of_at = (select max(received_at) from intermediate.int_submissions_current where provider != 'own'),
            known_at = (select max(received_at) from intermediate.int_submissions_current),
            known_at > as_of_at,
            first_reporting_month,
            last_reporting_month
        from intermediate.int_reporting_clock
    """) == [(True, True, True, date(2021, 7, 1), date(2021, 10, 1))]


def test_landing_knows_what_the_models_list(guide, contracts):
    """Of each list and month: a code that landing takes for known, and one that has a row."""
    built = guide["built"]
    codes = KnownCodes(contracts)
    with connect() as connection:
        codes.take_landed(connection, built.lake, read_journal(built.lake).submissions)
    columns = {
        reference.partition(".")[0]: column
        for contract in contracts.values()
        for column in contract.columns
        for reference in getattr(column.allowed, "seed", ())
        if len(column.allowed.seed) == 1
    }
    compared = 0
    for name in own(contracts).keys() & columns.keys():
        for month in (date(2021, 7, 1), date(2021, 8, 1), date(2021, 9, 1), date(2021, 11, 1)):
            known = {code for code, first, after in codes.of(columns[name]) if first <= month < after}
            listed = built.ask(
                f"select code from marts.dim_code_lists where list_name = '{name}'"
                f" and coalesce(valid_from <= date '{month}', true)"
                f" and coalesce(date '{month}' < valid_to, true)"
            )
            assert sorted(known) == sorted(code for (code,) in listed), (name, month)
            compared += len(known)
    assert compared > 500


def test_unknown_codes_of_a_later_list_are_listed_for_it(guide):
    said = guide["built"].cpm("cpm codes --lake lake/my_extracts")
    assert re.search(r"incident_status_reasons +Awaiting Carrier +\d+ +2021-07 +2021-0[78] ", said)
    assert re.search(r"incident_status_reasons +Supplier Delivery +\d+ +2021-09 +2021-10 ", said)
    assert "../my_extracts/own/incident_status_reasons/2021-07/v1/incident_status_reasons.csv (a new own" in said
    assert "(with the rows of incident_status_reasons/own/2021-09/v1):" in said
