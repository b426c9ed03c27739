"""Files as people receive them, each with one thing that tools get wrong: nothing is taken wrongly unseen.

Each case is a version of one month, and all are landed in one go. A case says what becomes of it: `accepted`
counts the rows that land, `quarantined` has line or row and rule of each that does not, `warned` the rules that
are warned of, and `rule_id` refuses it. The kinds are of public reports; the files are made here.
"""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from cpm_warehouse.cli import main
from cpm_warehouse.contracts import load_contracts
from cpm_warehouse.receive.landing import Outcome, land
from cpm_warehouse.receive.rules import Rules
from faulty_files import INCIDENTS, REQUESTS, SMKI, UPDATES, incident, parquet, request, smki

AUDIT = "Incident Number,Changed At,Field,Old Value,New Value\n"
LIST = "Provider Reference,DCC Incident Number,Category,Resolved At\n"
EUI = "90-B3-D5-1F-30-01-00-0"
# Warnings that cases cause as versions of one month, and not by what is in them.
OF_VERSIONS = {"version_gap", "version_out_of_order", "same_content"}
NBSP, ZERO_WIDTH, SOFT_HYPHEN = "\u00a0", "\u200b", "\u00ad"


@dataclass(frozen=True)
class Case:
    """A file, and what becomes of it."""

    name: str
    content: str | bytes
    accepted: int = 0
    quarantined: Sequence[tuple[int, str]] = ()
    warned: Sequence[str] = ()
    rule_id: str = ""
    said: str = ""
    extract: str = "smki_requests"
    provider: str = "smki"
    ending: str = "csv"
    control: object = None
    beside: dict[str, bytes] = field(default_factory=dict)


def requests_of(*rows: str, **more: object) -> Case:
    """SMKI requests: three good rows, in lines 2 to 4, and those given."""
    good = "".join(smki(number) for number in range(3))
    return Case(content=SMKI + good + "".join(rows), **more)  # type: ignore[arg-type]


def incidents_of(*rows: str, **more: object) -> Case:
    """Incidents: two good rows, in lines 2 and 3, and those given."""
    good = incident(1, Last_Modified_Date="2021-08-20T10:00:00+01:00") + incident(2)
    return Case(content=INCIDENTS + good + "".join(rows), extract="remedy_incidents", provider="dcc", **more)  # type: ignore[arg-type]


def audit_of(*rows: str, **more: object) -> Case:
    good = "".join(f"INC{n},2021-08-10T10:00:00+01:00,Assigned Group,Service Desk,Network\n" for n in range(3))
    return Case(content=AUDIT + good + "".join(rows), extract="remedy_incident_audit", provider="dcc", **more)  # type: ignore[arg-type]


def listed(*rows: str, **more: object) -> Case:
    """A provider's own list of Incidents: three good rows, in lines 2 to 4, and those given."""
    good = "".join(f"P{n},INC{n},3,2021-08-1{n}T10:00:00+01:00\n" for n in range(3))
    return Case(content=LIST + good + "".join(rows), extract="incident_list", provider="dsp", **more)  # type: ignore[arg-type]


def update(number: int, devices: str = EUI + "0", digest: str = "AB" * 32) -> str:
    return f"R{number},S001,{digest},00010001,{devices},2021-08-0{number}T10:00:00Z,I0\n"


def updates_of(*rows: str, **more: object) -> Case:
    content = UPDATES + update(1) + update(2) + "".join(rows)
    return Case(content=content, extract="update_firmware_requests", provider="dsp", **more)  # type: ignore[arg-type]


def smki_parquet(last: str, **more: object) -> Case:
    """SMKI requests in Parquet: three good rows, and a fourth with columns of its own."""
    columns = {"requestId": "'SR' || i", "requestKind": "'deviceCertificate'"}
    columns |= {"receivedAt": "timestamptz '2021-08-02 10:00:00Z'", "answeredAt": "null::timestamptz"}
    own = dict(part.split(" := ") for part in last.split("; "))
    select = ", ".join(
        f'case when i = 3 then {own.get(name, usual)} else {usual} end as "{name}"'
        for name, usual in columns.items()
    )
    content = parquet(f"select {select} from range(4) as numbers (i)")
    return Case(content=content, ending="parquet", **more)  # type: ignore[arg-type]


def updates_parquet(devices: str, **more: object) -> Case:
    columns = "'R' || i as \"RequestId\", 'S001' as \"PartyId\", repeat('AB', 32) as \"ImageHash\""
    columns += ", '00010001' as \"FirmwareVersion\", 'I0' as \"Outcome\""
    columns += ", timestamptz '2021-08-02 10:00:00Z' as \"SentAt\""
    lists = f"case when i = 2 then {devices} else ['{EUI}0'] end as \"DeviceIds\""
    content = parquet(f"select {columns}, {lists} from range(3) as numbers (i)")
    return Case(content=content, ending="parquet", extract="update_firmware_requests", provider="dsp", **more)  # type: ignore[arg-type]


def service_requests(*rows: str, **more: object) -> Case:
    content = REQUESTS + request(1) + request(2) + "".join(rows)
    return Case(content=content, extract="service_requests", provider="dsp", **more)  # type: ignore[arg-type]


def excel(number: str, modified: int) -> str:
    return incident(0, Incident_Number=number, Last_Modified_Date=f"2021-08-{modified}T10:00:00+01:00")


def controlled(name: str, control: object, **more: object) -> Case:
    return requests_of(name=name, control=control, **more)


RECEIVED = "2021-09-05T09:12:00Z"
IDENTIFIERS = [
    incidents_of(
        excel("1.00001E+14", 12),
        excel("1.00001E+14", 13),
        excel("100001234567890", 12),
        name="csv_id_by_excel_scientific",
        accepted=3,
        quarantined=[(4, "identifier_as_number"), (5, "identifier_as_number")],
    ),
    requests_of(
        *(smki(5).replace("SR5", number) for number in ("1e+15", "1,23E+11", "1.0E15", "1001.0", "12E45")),
        name="numbers_of_pandas_of_a_comma_of_java_and_of_fractions",
        accepted=4,
        quarantined=[(line, "identifier_as_number") for line in (5, 7, 8)] + [(6, "row_not_readable")],
    ),
    incidents_of(
        excel("INC3   ", 12),
        excel("INC3", 13),
        name="csv_id_padded",
        accepted=4,
        warned=["text_tidied"],
        said="line 4: 'Incident Number' is 'INC3   '",
    ),
    requests_of(
        smki(5).replace("SR5", f"{NBSP}SR5\t"),
        smki(6).replace("SR6", '"=""SR6"""'),
        smki(7).replace("SR7", "'SR7"),
        name="no_break_space_and_guards_of_excel",
        accepted=6,
        warned=["text_tidied"],
        said="3 rows",
    ),
    smki_parquet(
        "requestId := ' SR3 '", name="parquet_id_padded", accepted=4, warned=["text_tidied"], said="row 4:"
    ),
    requests_of(
        smki(5).replace("SR5", " SR1"),
        name="the_same_row_but_for_a_blank",
        accepted=2,
        quarantined=[(3, "key_conflict"), (5, "key_conflict")],
        warned=["text_tidied"],
    ),
    incidents_of(
        excel(" ", 12),
        name="csv_required_is_blank",
        accepted=2,
        quarantined=[(4, "value_missing")],
        warned=["text_tidied"],
    ),
    listed(
        "P5,NULL,3,2021-08-11T10:00:00+01:00\n",
        "P6,\\N,3,2021-08-12T10:00:00+01:00\n",
        "P7,(null),3,2021-08-13T10:00:00+01:00\n",
        "P8,#N/A,3,2021-08-13T10:00:00+01:00\n",
        name="csv_text_null",
        accepted=7,
        warned=["word_for_nothing"],
        said="4 rows",
    ),
    requests_of(
        *(smki(5).replace("SR5", word) for word in ("-", "Unknown", "n/a", "...", "#REF!", "None", "?")),
        smki(6).replace("SR6", "NA1"),
        smki(7),
        smki(8),
        smki(9),
        smki(10),
        name="required_words_for_nothing",
        accepted=8,
        quarantined=[(line, "identifier_says_nothing") for line in range(5, 12)],
    ),
    audit_of(
        "INC5,2021-08-11T10:00:00+01:00,Status,NULL,unknown\n",
        name="word_for_nothing_in_another_text",
        accepted=4,
        warned=["word_for_nothing"],
        said="line 5: 'Old Value' is 'NULL'",
    ),
    smki_parquet(
        "requestId := ''",
        name="parquet_required_text_is_empty",
        accepted=3,
        quarantined=[(4, "value_missing")],
    ),
    requests_of(
        smki(5).replace("SR5", f"S{ZERO_WIDTH}R5"),
        smki(6).replace("SR6", f"SR{SOFT_HYPHEN}6"),
        smki(7).replace("SR7", f"SR{NBSP}7"),
        smki(8).replace("SR8", "SR\x078"),
        smki(9).replace("SR9", "SR\u00e99"),
        smki(10),
        name="signs_that_are_not_shown",
        accepted=5,
        quarantined=[(line, "identifier_has_unseen") for line in range(5, 9)],
    ),
    requests_of(
        smki(5).replace("SR5", "sr1"),
        name="identifiers_in_two_cases",
        accepted=4,
        warned=["identifiers_in_two_cases"],
        said="'SR1' and 'sr1'",
    ),
    updates_of(
        update(3, digest="ab" * 32),
        update(4, devices=f" {EUI.lower()}a ;{EUI}1"),
        update(5, devices=f"{EUI}1;{EUI}"),
        name="hash_in_small_letters",
        accepted=4,
        quarantined=[(6, "value_malformed")],
        warned=["text_tidied"],
        said="line 4: 'ImageHash' is 'ababab",
    ),
]
INSTANTS = [
    incidents_of(
        incident(3, Re_Opened_Date="1970-01-01T00:00:00Z"),
        name="instant_sentinel_1970_reopened",
        accepted=2,
        quarantined=[(4, "instant_impossible")],
        warned=["reopened_before_logged"],
    ),
    requests_of(
        smki(5, answered="2099-12-31T23:59:59Z"),
        name="instant_sentinel_2099_answered",
        accepted=3,
        quarantined=[(5, "instant_impossible")],
    ),
    smki_parquet(
        "answeredAt := timestamptz '9999-12-31 00:00:00Z'",
        name="parquet_answered_9999",
        accepted=3,
        quarantined=[(4, "instant_impossible")],
    ),
    smki_parquet(
        "answeredAt := timestamptz 'infinity'",
        name="parquet_answered_infinity",
        accepted=3,
        quarantined=[(4, "instant_impossible")],
    ),
    smki_parquet(
        "receivedAt := timestamptz '-infinity'",
        name="parquet_received_before_all_time",
        accepted=3,
        quarantined=[(4, "row_of_another_month")],
    ),
    incidents_of(
        incident(3, Responded_Date="1900-01-01T00:00:00Z", Closed_Date="2007-12-31T23:59:59Z"),
        incident(4, Reported_Date="2008-01-01T00:00:00Z"),
        incident(5, Reported_Date="2007-12-31T23:59:59Z"),
        name="instants_of_1900_and_around_the_earliest_day",
        accepted=3,
        quarantined=[(4, "instant_impossible"), (6, "instant_impossible")],
        warned=["responded_before_logged"],
    ),
    requests_of(
        smki(5, answered="2021-09-05T11:12:00Z"),
        smki(6, answered="2021-09-05T11:12:01Z"),
        name="answered_after_the_file_was_received",
        control={"received_at": RECEIVED},
        accepted=4,
        quarantined=[(6, "instant_after_receipt")],
    ),
    service_requests(
        request(3, ExecuteAt="2022-08-10T10:00:00Z"),
        request(4, ExecuteAt="2031-09-06T09:12:00Z"),
        request(5, ExecuteAt="2031-09-06T09:12:01Z"),
        name="planned_for_years_to_come",
        control={"received_at": RECEIVED},
        accepted=4,
        quarantined=[(6, "instant_impossible")],
    ),
    service_requests(
        request(3, ExecuteAt="2021-08-10T09:59:59.999Z"),
        name="executed_before_received",
        accepted=3,
        warned=["executed_before_received"],
    ),
    incidents_of(
        incident(3, Closed_Date="2021-08-10T08:59:59Z"),
        incident(4, Last_Resolved_Date="2021-08-11T10:00:00Z", Closed_Date="2021-08-11T09:59:59Z"),
        incident(5, Closed_Date="2021-08-13T10:00:00Z"),
        incident(6, Re_Opened_Date="2021-08-10T08:59:59Z"),
        name="what_precedes_what_it_follows",
        accepted=5,
        quarantined=[(4, "closed_before_logged")],
        warned=["closed_before_resolved", "changed_after_last_change", "reopened_before_logged"],
    ),
    Case(
        "date_of_a_report_to_come",
        "Reporting Month,PMR Version,Delivered On\n2021-08-01,1,2021-09-05\n2021-08-01,2,2021-09-06\n",
        1,
        [(3, "instant_after_receipt")],
        extract="pmr_deliveries",
        provider="dcc",
        control={"received_at": "2021-09-05T21:59:59Z"},
    ),
]
UNSEEN = [
    audit_of(
        "INC3,2021-08-10T10:00:00+01:00,Status Reason,Client Hold, awaiting part,\n",
        name="csv_comma_in_text_and_empty_last",
        accepted=3,
        quarantined=[(5, "row_not_readable")],
    ),
    updates_parquet(
        f"['{EUI}0', null]", name="parquet_null_in_a_list", accepted=2, quarantined=[(3, "value_malformed")]
    ),
    updates_parquet(
        f"['{EUI}0', '']", name="parquet_empty_text_in_a_list", accepted=2, quarantined=[(3, "value_malformed")]
    ),
    updates_parquet(
        "[]::varchar[]", name="parquet_empty_list", accepted=2, quarantined=[(3, "value_out_of_range")]
    ),
    updates_parquet("null::varchar[]", name="parquet_no_list", accepted=2, quarantined=[(3, "value_missing")]),
    Case(
        "parquet_naive_local_instants",
        parquet(
            "select 'INC' || i as \"Incident Number\", timestamp '2021-08-10 10:00:00' as \"Changed At\","
            ' \'Status\' as "Field", null::varchar as "Old Value", \'Closed\' as "New Value"'
            " from range(3) as numbers (i)"
        ),
        rule_id="instant_without_zone",
        said="Changed At",
        extract="remedy_incident_audit",
        provider="dcc",
        ending="parquet",
    ),
    Case(
        "parquet_counter_decimal_20_0",
        parquet(
            f"select '{EUI}0' as \"OriginatorId\", '{EUI}1' as \"TargetId\","
            ' 18446744073709551615::decimal(20, 0) - i as "OriginatorCounter",'
            " timestamptz '2021-08-02 10:00:00Z' as \"ReceivedAt\", "
            + ", ".join(
                f'null::varchar as "{name}"'
                for name in REQUESTS.strip().split(",")
                if name not in {"OriginatorId", "TargetId", "OriginatorCounter", "ReceivedAt"}
            )
            + " from range(3) as numbers (i)"
        ),
        3,
        extract="service_requests",
        provider="dsp",
        ending="parquet",
    ),
    Case(
        "instant_offset_of_hours_only",
        SMKI + "SR0,deviceCertificate,2021-08-01 10:00:00+01,\nSR1,deviceCertificate,2021-08-02 10:00:00+01,\n",
        2,
    ),
]
CONTROLS = [
    *(
        controlled(
            f"synthetic_is_{json.dumps(value)}",
            {"received_at": RECEIVED, "synthetic": value},
            rule_id="control_not_readable",
            said="'synthetic' is",
        )
        for value in ("false", "no", "true", 0, 1, None)
    ),
    controlled(
        "control_received_before_its_month",
        {"received_at": "1970-01-01T00:00:00Z"},
        rule_id="received_before_month",
        said="before 2021-08 began",
    ),
    controlled(
        "control_without_receipt", {"synthetic": False}, rule_id="control_not_readable", said="received_at"
    ),
    controlled("control_of_one_key", {"received_at": RECEIVED}, accepted=3),
    controlled(
        "control_of_names_alone",
        {"received_at": RECEIVED, "files": [{"name": "control_of_names_alone.csv"}]},
        accepted=3,
    ),
    controlled(
        "control_with_a_file_too_many",
        {"received_at": RECEIVED, "files": [{"name": "other.csv"}]},
        rule_id="control_files_differ",
    ),
    controlled(
        "control_of_rows_alone",
        {"received_at": RECEIVED, "files": [{"name": "control_of_rows_alone.csv", "rows": 4}]},
        rule_id="row_count_differs",
    ),
    controlled(
        "control_with_a_key_of_no_meaning",
        {"received_at": RECEIVED, "Synthetic": True},
        accepted=3,
        warned=["control_key_unknown"],
        said="['Synthetic']",
    ),
]
MARKERS = ("_SUCCESS", ".part-0.parquet.crc", "a.csv.crc", "Thumbs.db", "desktop.ini", "~$a.xlsx", "._a.csv")
SURROUNDINGS = [
    requests_of(name="markers_of_other_tools", accepted=3, beside=dict.fromkeys(MARKERS, b"")),
    requests_of(name="a_folder_of_a_mac", accepted=3, beside={"__MACOSX/._a.csv": b"", ".DS_Store": b""}),
    requests_of(name="a_partition", rule_id="not_a_file", said="day=1", beside={"day=1/part-0.parquet": b"PAR1"}),
    requests_of(
        name="a_checksum_beside_it", rule_id="file_kind_unknown", said="a.sha256", beside={"a.sha256": b""}
    ),
    requests_of(name="a_name_that_is_not_utf8", rule_id="file_name_not_usable", beside={"b\udcff.csv": b""}),
    requests_of(
        name="names_that_look_alike",
        rule_id="file_names_clash",
        beside={
            "caf\u00e9.csv": SMKI.encode() + smki(8).encode(),
            "cafe\u0301.csv": SMKI.encode() + smki(9).encode(),
        },
    ),
]
CASES = [*IDENTIFIERS, *INSTANTS, *UNSEEN, *CONTROLS, *SURROUNDINGS]


@dataclass(frozen=True)
class Landed:
    """What became of all cases, which lie in one lake as versions of a month."""

    lake: Path
    outcomes: dict[str, Outcome]

    def of(self, case: Case) -> Outcome:
        return self.outcomes[place(case)]


def place(case: Case) -> str:
    version = 1 + [one for one in CASES if one.extract == case.extract].index(case)
    return f"{case.provider}/{case.extract}/2021-08/v{version}"


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    folder = tmp_path_factory.mktemp("cases")
    for case in CASES:
        there = folder / "extracts" / place(case)
        there.mkdir(parents=True)
        content = case.content if isinstance(case.content, bytes) else case.content.encode()
        for name, written in {f"{case.name}.{case.ending}": content, **case.beside}.items():
            (there / name).parent.mkdir(exist_ok=True)
            (there / name).write_bytes(written)
        if case.control is not None:
            (there / "control.json").write_text(json.dumps(case.control))
    outcomes = land(folder / "extracts", folder / "lake", load_contracts())
    by_place = {str(one.submission.directory.relative_to(folder / "extracts")): one for one in outcomes}
    return Landed(folder / "lake", by_place)


def test_every_case_has_a_name_of_its_own():
    assert len({case.name for case in CASES}) == len(CASES) >= 24


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_is_taken_as_it_should_be(landed, case):
    outcome = landed.of(case)
    if case.rule_id:
        assert (outcome.status, outcome.rule_id) == ("refused", case.rule_id), outcome.reason
        assert case.said in outcome.reason
        assert case.name in outcome.reason or place(case) in outcome.reason
        return
    assert outcome.status == "landed", outcome.reason
    folder = outcome.submission.destination(landed.lake)
    aside = []
    if list(folder.glob("_quarantine/*")):
        aside = duckdb.sql(
            "select line, rule_ids, reason, text"
            f" from read_parquet('{folder}/_quarantine/*.parquet', hive_partitioning = false) order by line"
        ).fetchall()
    rules = {line: rule_ids.split(",") for line, rule_ids, *_ in aside}
    assert sorted(rules) == sorted(line for line, _ in case.quarantined), aside
    for line, rule_id in case.quarantined:
        assert rule_id in rules[line]
    assert all(reason and text for *_, reason, text in aside)
    assert (outcome.rows, outcome.quarantined) == (case.accepted, len(case.quarantined))
    warned = {one.rule_id for one in outcome.warnings} - OF_VERSIONS
    assert warned == set(case.warned), outcome.warnings
    assert case.said in " ".join(one.message for one in outcome.warnings)


def test_every_rule_of_a_case_has_words_and_a_remedy():
    rules = Rules()
    named = {rule for case in CASES for rule in (*case.warned, *(rule for _, rule in case.quarantined))}
    for rule_id in named | {case.rule_id for case in CASES if case.rule_id}:
        assert rules[rule_id].description and rules[rule_id].remedy


def put(extracts: Path, place: str, content: str, **control: object) -> None:
    folder = extracts / place
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.csv").write_text(content)
    if control:
        (folder / "control.json").write_text(json.dumps(control))


def rows_of(outcome: Outcome, lake: Path) -> list[tuple[int, str]]:
    files = outcome.submission.destination(lake) / "_quarantine/*.parquet"
    return duckdb.sql(f"select line, rule_ids from read_parquet('{files}', hive_partitioning = false)").fetchall()


EDGE = smki(5, received="2021-08-31T23:30:00Z")


@pytest.mark.parametrize("first", ["2021-08", "2021-09"])
def test_a_row_at_the_edge_of_two_months_counts_in_the_month_that_came_first(tmp_path, contracts, first):
    """row_at_month_edge_sent_in_two_months: the last hour of August in UTC is September in London."""
    extracts, lake = tmp_path / "extracts", tmp_path / "lake"
    months = {
        "2021-08": SMKI + smki(1) + EDGE + smki(6, received="2021-08-31T22:59:59Z"),
        "2021-09": SMKI
        + EDGE
        + smki(7, received="2021-08-31T23:59:59Z")
        + smki(8, received="2021-09-10T10:00:00Z"),
    }
    second = next(month for month in months if month != first)
    put(extracts, f"smki/smki_requests/{first}/v1", months[first])
    assert [one.rows for one in land(extracts, lake, contracts)] == [3]
    put(extracts, f"smki/smki_requests/{second}/v1", months[second])
    outcome = next(one for one in land(extracts, lake, contracts) if one.status == "landed")
    assert (outcome.submission.period, outcome.rows, outcome.quarantined) == (second, 2, 1)
    assert rows_of(outcome, lake) == [(3 if second == "2021-08" else 2, "row_in_two_months")]


def test_a_row_at_the_edge_counts_where_the_other_month_was_corrected(tmp_path, contracts):
    extracts, lake = tmp_path / "extracts", tmp_path / "lake"
    put(extracts, "smki/smki_requests/2021-08/v1", SMKI + smki(1) + EDGE)
    put(extracts, "smki/smki_requests/2021-08/v2", SMKI + smki(1))
    put(extracts, "smki/smki_requests/2021-09/v1", SMKI + EDGE + smki(8, received="2021-09-10T10:00:00Z"))
    assert [one.rows for one in land(extracts, lake, contracts)] == [2, 1, 2]


def test_a_repair_asks_the_months_that_were_there_before(tmp_path, contracts):
    extracts, lake = tmp_path / "extracts", tmp_path / "lake"
    put(extracts, "smki/smki_requests/2021-08/v1", SMKI + smki(1) + EDGE)
    put(extracts, "smki/smki_requests/2021-09/v1", SMKI + EDGE + smki(8, received="2021-09-10T10:00:00Z"))
    list(land(extracts, lake, contracts))
    put(extracts, "smki/smki_requests/2021-08/v2", SMKI + smki(1))
    list(land(extracts, lake, contracts))
    for path in lake.glob("smki_requests/provider=smki/*/*/a.parquet"):
        path.write_bytes(b"damaged")
    put(extracts, "smki/smki_requests/2021-10/v1", SMKI + smki(9, received="2021-09-30T23:30:00Z"))
    new = [one for one in land(extracts, lake, contracts) if one.status != "known"]
    assert [(one.status, "smki_requests/smki/2021-09/v1" in one.reason) for one in new] == [("damaged", True)]
    shutil.rmtree(extracts / "smki/smki_requests/2021-10")
    repaired = [one for one in land(extracts, lake, contracts, repair=True) if one.status != "known"]
    assert [(one.status, one.rows, one.quarantined) for one in repaired] == [
        ("repaired", 2, 0),
        ("repaired", 1, 1),
        ("repaired", 1, 0),
    ]


def test_a_file_that_lies_in_no_version_is_named(tmp_path, contracts):
    """file_beside_version_folder, and files a level or more above."""
    extracts, lake = tmp_path / "extracts", tmp_path / "lake"
    put(extracts, "smki/smki_requests/2021-08/v1", SMKI + smki(1))
    astray = (
        "smki/smki_requests/2021-09/b.dat",
        "smki/smki_requests/2021-08/control.json",
        "smki/smki_requests/a.csv",
    )
    astray += ("smki/a.parquet", "a.xlsx")
    passed_over = ("README.md", "smki/notes.md", ".DS_Store", "smki/Thumbs.db", "_layouts/README.txt")
    for name in (*astray, *passed_over):
        (extracts / name).parent.mkdir(parents=True, exist_ok=True)
        (extracts / name).write_text("x")
    outcomes = list(land(extracts, lake, contracts))
    refused = {one.reason.partition(":")[0] for one in outcomes if one.rule_id == "file_out_of_place"}
    assert refused == {str(extracts / name) for name in astray}
    assert len(outcomes) == len(astray) + 1


def test_names_that_are_not_utf8_stop_nothing(tmp_path):
    """slow_name_not_utf8_then_dbt: in a file or a folder; said in one line, and what the lake holds is JSON."""
    extracts, lake = tmp_path / "extracts", tmp_path / "lake"
    put(extracts, "smki/smki_requests/2021-08/v1", SMKI + smki(1))
    put(extracts, "smki/smki_requests/2021-09/v1", SMKI + smki(8, received="2021-09-10T10:00:00Z"))
    odd = os.fsdecode(b"caf\xe9.csv")
    for place in (
        "smki/smki_requests/2021-08/v1",
        "smki/smki_requests/2021-10/v1\udcff",
        "smki/\udcff/2021-10/v1",
    ):
        (extracts / place).mkdir(parents=True, exist_ok=True)
        (extracts / place / odd).write_text(SMKI)
    done = CliRunner().invoke(main, ["land", "--extracts", str(extracts), "--lake", str(lake)])
    assert done.exit_code == 4
    assert done.output.count("\nrefused ") == 3
    assert "1 submissions landed" in done.output
    found = duckdb.sql(f"select verdict from read_json('{lake}/_refused/*.json', union_by_name = true)").fetchall()
    assert ("refused",) in found
    assert duckdb.sql(f"from read_json('{lake}/smki_requests/*/*/*/_submission.json')").fetchall()


def test_what_tools_left_is_said_when_it_is_passed_over(tmp_path):
    extracts = tmp_path / "extracts"
    put(extracts, "smki/smki_requests/2021-08/v1", SMKI + smki(1))
    (extracts / "smki/smki_requests/2021-08/v1/_SUCCESS").touch()
    command = ["land", "--extracts", str(extracts), "--lake", str(tmp_path / "lake")]
    assert "left out, as other tools leave them beside data: _SUCCESS" in CliRunner().invoke(main, command).output
    assert "left out" not in CliRunner().invoke(main, command).output


def test_the_first_row_of_each_kind_is_said_with_its_place_and_what_to_do(tmp_path):
    extracts = tmp_path / "extracts"
    rows = smki(1) + smki(2).replace("SR2", " SR2") + smki(3).replace("SR3", "1.23E+15") + smki(4)
    put(extracts, "smki/smki_requests/2021-08/v1", SMKI + rows)
    done = CliRunner().invoke(main, ["land", "--extracts", str(extracts), "--lake", str(tmp_path / "lake")])
    key = "smki_requests/smki/2021-08/v1"
    assert done.exit_code == 3
    assert f"{key}: text_tidied: 1 rows of a.csv; the first, line 3: 'requestId' is ' SR2'; none" in done.output
    said = (
        f"quarantined 1 rows, the first: {key} a.csv:4 (identifier_as_number): 'requestId' is '1.23E+15', a number"
    )
    assert said in done.output
    assert "; write identifiers as text" in done.output


def test_a_control_file_is_begun_and_completed(tmp_path, contracts):
    extracts, lake = tmp_path / "extracts", tmp_path / "lake"
    folder = extracts / "smki/smki_requests/2021-08/v1"
    put(extracts, "smki/smki_requests/2021-08/v1", SMKI + smki(1))
    (folder / "_SUCCESS").touch()
    begun = CliRunner().invoke(main, ["control", str(folder)])
    assert (begun.exit_code, "fill in received_at" in begun.output) == (0, True)
    (refused,) = land(extracts, lake, contracts)
    assert (refused.rule_id, "received_at" in refused.reason) == ("control_not_readable", True)
    again = CliRunner().invoke(main, ["control", str(folder)])
    assert (again.exit_code, "is there already" in again.output) == (1, True)
    (folder / "control.json").unlink()
    asked = ["control", str(folder), "--synthetic", "--received-at"]
    assert CliRunner().invoke(main, [*asked, "yesterday"]).exit_code == 1
    assert CliRunner().invoke(main, [*asked, "2021-09-05T10:12:00+01:00"]).exit_code == 0
    written = json.loads((folder / "control.json").read_text())
    assert (written["synthetic"], [file["name"] for file in written["files"]]) == (True, ["a.csv"])
    assert [one.status for one in land(extracts, lake, contracts)] == ["landed"]
    assert CliRunner().invoke(main, ["control", str(extracts / "nowhere")]).exit_code == 1
