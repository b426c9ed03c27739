"""A file is read by its layout: what each key of it does to values, and where a row at fault is found again."""

import datetime as dt
import gzip
from dataclasses import dataclass
from pathlib import Path

import duckdb
import openpyxl
import pytest

from cpm_warehouse.duck import connect
from cpm_warehouse.errors import RefusalError
from cpm_warehouse.layouts.layout import layout_of
from cpm_warehouse.receive.reading import FileReader, locate
from cpm_warehouse.receive.rules import Rules

LONDON = {"formats": ["%d/%m/%Y %H:%M"], "zone": "Europe/London"}
PMR = "Reporting Month,PMR Version,Delivered On"
SMKI = "requestId,requestKind,receivedAt,answeredAt\n"


@dataclass
class Read:
    """What was made of a file: its typed rows, and line, rules, text and reason of those that were left out."""

    rows: list[tuple]
    faults: list[tuple]


@pytest.fixture
def read(tmp_path, contracts):
    """Returns a function that reads a file of SMKI requests, or of another extract, by what a layout says."""

    def by(content, says, *, extract="smki_requests", name="a.csv", period="2021-10") -> Read:
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        scratch = tmp_path / "scratch"
        scratch.mkdir(exist_ok=True)
        target = tmp_path / "staged.parquet"
        layout = layout_of({"name": "theirs", **says})
        with connect() as connection:
            reader = FileReader(
                connection, path, contracts[extract], scratch, Rules(), layout=layout, period=period
            )
            staged = reader.stage(target)
            rows = connection.execute(f"from read_parquet('{target}')").fetchall()
            faults = [(one.line, one.rule_ids, one.text, one.reason) for one in locate(connection, staged, {})]
        assert len(rows) + len(faults) == staged.received
        return Read(rows, faults)

    return by


GERMAN = {
    "formats": ["%d. %B %Y %H:%M"],
    "zone": "UTC",
    "words": {"Mai": "May", "Mär": "March", "Dezember": "December"},
}
ABBREVIATED = {"formats": ["%d/%m/%Y %H:%M %z"], "words": {"BST": "+01:00", "GMT": "+00:00"}}
INSTANTS = [
    # As the layout has it, and what the file has for receivedAt
    (LONDON, "01/08/2021 10:00", "2021-08-01 09:00:00"),
    (LONDON, "1/8/2021 9:05", "2021-08-01 08:05:00"),
    (LONDON, "01/12/2021 10:00", "2021-12-01 10:00:00"),
    (LONDON, "01/08/1950 10:00", "1950-08-01 09:00:00"),
    (LONDON, "31/02/2021 10:00", "not in the form %d/%m/%Y %H:%M that the layout has"),
    (LONDON, "08/31/2021 10:00", "not in the form %d/%m/%Y %H:%M"),
    (LONDON, "01/08/21 10:00", "not in the form %d/%m/%Y %H:%M"),
    (LONDON, "01/08/2021 24:00", "not in the form"),
    (LONDON, "01/08/2021", "not in the form"),
    (LONDON, "01/08/2021 10:00Z", "not in the form"),
    (LONDON, "2021-08-01T10:00:00Z", "not in the form"),
    (LONDON, "epoch", "not in the form"),
    (LONDON, "infinity", "not in the form"),
    (LONDON, "01/08/1899 10:00", "not in the form"),
    ({"formats": ["%d-%b-%y %I:%M %p"], "zone": "UTC"}, "01-AUG-21 09:05 PM", "2021-08-01 21:05:00"),
    ({"formats": ["%d %B %Y %H:%M:%S"], "zone": "Europe/Berlin"}, "1 August 2021 12:00:01", "2021-08-01 10:00:01"),
    ({"formats": ["%Y%m%d%H%M%S%f"], "zone": "UTC"}, "20210801100000123456", "2021-08-01 10:00:00.123456"),
    (
        {"formats": ["%d.%m.%Y %H:%M:%S.%f"], "zone": "UTC"},
        "01.08.2021 10:00:00.1234567",
        "2021-08-01 10:00:00.123456",
    ),
    ({"formats": ["%d/%m/%Y %H:%M%z"]}, "01/08/2021 10:00+01:00", "2021-08-01 09:00:00"),
    ({"formats": ["%d/%m/%Y %H:%M%z"]}, "01/08/2021 10:00Z", "2021-08-01 10:00:00"),
    ({"formats": ["%d/%m/%Y %H:%M%z"]}, "01/08/2021 10:00+25:00", "not in the form"),
    ({"formats": ["%d/%m/%Y %H:%M%z"]}, "01/08/2021 10:00", "not in the form"),
    ({"zone": "Europe/London"}, "2021-08-01 10:00:00", "2021-08-01 09:00:00"),
    ({"zone": "Europe/London"}, "2021-08-01T10:00", "2021-08-01 09:00:00"),
    ({"zone": "Europe/London"}, "2021-08-01T10:00:00,5", "2021-08-01 09:00:00.500000"),
    ({"zone": "Europe/London"}, "2021-08-01T10:00:00Z", "2021-08-01 10:00:00"),
    ({"zone": "Europe/London"}, "2021-08-01T10:00:00-05:00", "2021-08-01 15:00:00"),
    ({"zone": "Europe/London"}, "2021-08-01", "not in the form iso"),
    ({}, "2021-08-01T10:00:00+02:00", "2021-08-01 08:00:00"),
    ({}, "2021-08-01 10:00:00", "no offset"),
    ({"formats": ["epoch_seconds", "iso"]}, "1627812000.5", "2021-08-01 10:00:00.500000"),
    ({"formats": ["epoch_milliseconds"]}, "1627812000123", "2021-08-01 10:00:00.123000"),
    ({"formats": ["excel_serial"], "zone": "UTC"}, "44409.4166666667", "2021-08-01 10:00:00"),
    ({"formats": ["%d/%m/%Y %H:%M", "iso"], "zone": "UTC"}, "2021-08-01 10:00:00", "2021-08-01 10:00:00"),
    ({"formats": ["%d/%m/%Y %H:%M", "%d/%m/%y %H:%M"], "zone": "UTC"}, "01/08/21 10:00", "2021-08-01 10:00:00"),
    # Words stand for others, whole and in any case
    (GERMAN, "1. mai 2021 10:00", "2021-05-01 10:00:00"),
    (GERMAN, "1. Maien 2021 10:00", "not in the form"),
    (GERMAN, "1. Dezember 2021 10:00", "2021-12-01 10:00:00"),
    (GERMAN, "1. Mär 2021 10:00", "2021-03-01 10:00:00"),
    (GERMAN, "1. Juni 2021 10:00", "not in the form"),
    (ABBREVIATED, "31/10/2021 01:30 BST", "2021-10-31 00:30:00"),
    (ABBREVIATED, "31/10/2021 01:30 gmt", "2021-10-31 01:30:00"),
    (ABBREVIATED, "31/10/2021 01:30 EST", "not in the form %d/%m/%Y %H:%M %z"),
    (ABBREVIATED, "31/10/2021 01:30", "not in the form"),
    # Clocks went back at 02:00 BST on 31 October 2021, and forward at 01:00 GMT on 28 March
    (LONDON, "31/10/2021 00:59", "2021-10-30 23:59:00"),
    (LONDON, "31/10/2021 01:00", "came twice in Europe/London as clocks went back"),
    (LONDON, "31/10/2021 01:59", "came twice"),
    (LONDON, "31/10/2021 02:00", "2021-10-31 02:00:00"),
    (LONDON | {"repeated_hour": "earlier"}, "31/10/2021 01:30", "2021-10-31 00:30:00"),
    (LONDON | {"repeated_hour": "later"}, "31/10/2021 01:30", "2021-10-31 01:30:00"),
    (LONDON, "28/03/2021 00:59", "2021-03-28 00:59:00"),
    (LONDON, "28/03/2021 01:00", "never was in Europe/London as clocks went forward"),
    (LONDON, "28/03/2021 01:59", "never was"),
    (LONDON, "28/03/2021 02:00", "2021-03-28 01:00:00"),
    (LONDON | {"missing_hour": "earlier"}, "28/03/2021 01:30", "2021-03-28 00:30:00"),
    (LONDON | {"missing_hour": "later"}, "28/03/2021 01:30", "2021-03-28 01:30:00"),
    (LONDON, "31/10/1999 01:30", "came twice"),  # years from the month of the submission
]


def by_layout(cases):
    """The texts of each layout with what is wanted of them: a file is read for each layout, not for each text."""
    found: dict[str, tuple[dict, list[tuple[str, object]]]] = {}
    for says, text, wanted in cases:
        found.setdefault(str(says), (says, []))[1].append((text, wanted))
    return [pytest.param(*case, id=says) for says, case in found.items()]


@pytest.mark.parametrize(("instants", "texts"), by_layout(INSTANTS))
def test_instants(read, instants, texts):
    """As many rows without an instant follow, so that the file is not refused; nothing is made of nothing."""
    rows = [f'SR{number},x,"{text}",' for number, (text, _) in enumerate(texts)]
    found = read("\n".join([SMKI.strip(), *rows, *(["SR,x,,"] * len(rows))]), {"instants": instants})
    received = {row[0]: str(row[2]) for row in found.rows}
    faults = {line: one for line, *one in found.faults}
    rules = {"came twice": "instant_comes_twice", "never was": "instant_never_was"}
    for number, (text, wanted) in enumerate(texts):
        if wanted.startswith(("19", "20")):
            assert received[f"SR{number}"] == wanted, text
            continue
        assert f"SR{number}" not in received, text
        broken, record, reason = faults[number + 2]
        assert record == rows[number]
        assert reason.startswith(f"'receivedAt' is '{text}', ")
        assert wanted in reason
        assert broken == (next((rule for part, rule in rules.items() if part in wanted), "value_not_readable"),)
    assert received["SR"] == "None"


DATES = [
    ({"formats": ["%d.%m.%Y"]}, "01.10.2021", dt.date(2021, 10, 1)),
    ({"formats": ["%d.%m.%Y"]}, "31.02.2021", None),
    ({"formats": ["%d.%m.%Y"]}, "2021-10-01", None),
    ({"formats": ["%d/%m/%y", "iso"]}, "01/10/21", dt.date(2021, 10, 1)),
    ({"formats": ["excel_serial"]}, "44470", dt.date(2021, 10, 1)),
    ({"formats": ["%d. %B %Y"], "words": {"Oktober": "October"}}, "1. Oktober 2021", dt.date(2021, 10, 1)),
    ({}, "2021-10-01", dt.date(2021, 10, 1)),
    ({}, "2021-10-01 00:00:00.000", dt.date(2021, 10, 1)),
    ({}, "2021-10-01 10:00:00", None),
    ({}, "1899-10-01", None),
]


@pytest.mark.parametrize(("dates", "texts"), by_layout(DATES))
def test_dates(read, dates, texts):
    rows = [f"2021-08-01,{number},{text}" for number, (text, _) in enumerate(texts)]
    says = {"columns": [{"name": "Delivered On", "dates": dates}]}
    found = read("\n".join([PMR, *rows, *([",99,"] * len(rows))]), says, extract="pmr_deliveries")
    delivered = dict(row[1:] for row in found.rows)
    assert delivered == {number: wanted for number, (_, wanted) in enumerate(texts) if wanted} | {99: None}


NUMBERS = [
    ({}, "12", 12),
    ({}, "-12", -12),
    ({}, "12.0", 12),
    ({}, "12.", 12),
    ({}, "12.5", None),
    ({}, "1,200", None),
    ({"thousands": ","}, "1,200", 1200),
    ({"thousands": ","}, "1,200,300.00", 1200300),
    ({"thousands": ","}, "12,00", None),
    ({"thousands": ","}, "1200", 1200),
    ({"decimal": ","}, "12,0", 12),
    ({"decimal": ","}, "12,5", None),
    ({"decimal": ",", "thousands": "."}, "1.200,00", 1200),
    ({"decimal": ",", "thousands": "."}, "1.200", 1200),
    ({"decimal": ",", "thousands": "."}, "1.2", None),
    ({"decimal": ",", "thousands": " "}, "1\u00a0200", 1200),
    ({"decimal": ",", "thousands": "'"}, "1'200", 1200),
    ({}, "1e3", None),
    ({}, "99999999999999999999", None),
]


@pytest.mark.parametrize(("numbers", "texts"), by_layout(NUMBERS))
def test_whole_numbers(read, numbers, texts):
    rows = [f'2021-08-01,"{text}",' for text, _ in texts]
    found = read("\n".join([PMR, *rows, *([",99,"] * len(rows))]), {"numbers": numbers}, extract="pmr_deliveries")
    assert [row[1] for row in found.rows] == [wanted for _, wanted in texts if wanted is not None] + [99] * len(
        rows
    )
    assert [reason for *_, reason in found.faults] == [
        f"'PMR Version' is '{text}', not a whole number like 1200" for text, wanted in texts if wanted is None
    ]


def texts(*values: str) -> str:
    quoted = ['"{}"'.format(value.replace('"', '""')) for value in values]
    return SMKI + "".join(f"{value},x,,\n" for value in quoted)


@pytest.mark.parametrize(
    ("says", "values", "wanted"),
    [
        ({}, ["a", " a ", "NULL", '="a"', "'a"], ["a", " a ", "NULL", '="a"', "'a"]),
        ({"trim": True}, [" a ", "\ta", "a\u00a0", "a b", "  "], ["a", "a", "a", "a b", None]),
        (
            {"nothing": ["NULL", "n/a", "-"]},
            ["null", "N/A", "-", "--", "nullable", ""],
            [None] * 3 + ["--", "nullable", None],
        ),
        ({"nothing": ["NULL"]}, [" NULL"], [" NULL"]),
        ({"nothing": ["NULL"], "trim": True}, [" NULL"], [None]),
        (
            {"guards": True},
            ['="INC1"', "'INC1", '="', '=""', "INC'1", '="007"'],
            ["INC1", "INC1", '="', None, "INC'1", "007"],
        ),
        ({"guards": True, "trim": True, "nothing": ["n/a"]}, ['=" INC1 "', '="n/a"'], ["INC1", None]),
    ],
)
def test_what_is_taken_off_a_text(read, says, values, wanted):
    assert [row[0] for row in read(texts(*values), says).rows] == wanted


def test_a_column_says_it_for_itself(read):
    says = {"trim": True, "nothing": ["-"], "columns": [{"name": "requestId", "trim": False, "nothing": ["none"]}]}
    found = read(SMKI + " a ,-,,\n-,none,,\nnone, b ,,\n", says)
    assert [row[:2] for row in found.rows] == [(" a ", None), ("-", "none"), (None, "b")]


def test_values_that_stand_for_others(read):
    header = "Outage From,Outage To,Planned,Notified In Time\n"
    says = {
        "columns": [
            {"name": "Planned", "values": {"Yes": True, "No": False}},
            {"name": "Notified In Time", "values": {"Y": "true", "?": None}},
        ]
    }
    content = header + ",,Yes,Y\n,,No,?\n,,true,false\n,,yes,\n"
    found = read(content, says, extract="self_service_interface_outages")
    assert [row[2:] for row in found.rows] == [(True, True), (False, None), (True, False)]
    assert [reason for *_, reason in found.faults] == ["'Planned' is 'yes', not true or false"]


def test_constants_and_columns_that_the_file_lacks(read):
    says = {
        "columns": [
            {"name": "requestKind", "constant": "deviceCertificate"},
            {"name": "receivedAt", "constant": "2021-10-01T10:00:00+01:00"},
            {"name": "answeredAt", "empty": True},
        ],
        "ignore": ["Notes", ""],
    }
    assert read(",requestId,Notes\n0,SR1,a\n1,SR2,b\n", says).rows == [
        ("SR1", "deviceCertificate", dt.datetime(2021, 10, 1, 9), None),
        ("SR2", "deviceCertificate", dt.datetime(2021, 10, 1, 9), None),
    ]


def test_a_list_with_another_separator(read):
    header = "RequestId;PartyId;ImageHash;FirmwareVersion;DeviceIds;SentAt;Outcome\n"
    says = {"text": {"delimiter": ";"}, "columns": [{"name": "DeviceIds", "separator": "|"}]}
    found = read(header + "R1;;;;a|b;;\n", says, extract="update_firmware_requests")
    assert found.rows[0][4] == ["a", "b"]


def test_a_text_of_the_header_twice(read):
    """Which of two columns is meant has to be said; two that are left out need not differ."""
    says = {"ignore": ["Notes"]}
    assert len(read("requestId,Notes,requestKind,Notes,receivedAt,answeredAt\nSR1,,x,,,\n", says).rows) == 1
    with pytest.raises(RefusalError, match="'requestId' could be any of \\['requestId', 'requestId'\\]"):
        read("requestId,requestKind,receivedAt,answeredAt,requestId\nSR1,,,,\n", {})


def test_columns_that_do_not_fit_are_named_with_the_layout(read):
    with pytest.raises(RefusalError) as raised:
        read("ID,requestKind,receivedAt\nSR1,x,\n", {"columns": [{"name": "requestId", "in_file": ["Number"]}]})
    assert raised.value.rule_id == "columns_differ"
    assert (
        "columns differ from layout 'theirs' of smki_requests: missing ['requestId', 'answeredAt'],"
        " not expected ['ID']; it has ['ID', 'requestKind', 'receivedAt']: correct in_file and ignore of the"
        " layout"
    ) in str(raised.value)


GERMAN = "\r\n".join(
    [
        "Größe",
        "requestId;requestKind;receivedAt;answeredAt",
        *("SR1;Ärger;;", "SR2;x", "SR3;ü;;", "SR4;;;"),
        *("", "Zeilen: 4", "", ""),
    ]
)


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a.csv.gz", "a.tsv.gz"])
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "latin-1", "utf-16", "utf-16-be", "utf-8-sig", "cp850"])
def test_other_encodings_and_lines_about_the_records(read, name, encoding):
    """Line and text of a row at fault are those of the file as it was received."""
    content = GERMAN.encode(encoding)
    says = {
        "text": {"delimiter": ";", "encoding": encoding},
        "lines_before_header": 1,
        "lines_after_data": ["Zeilen: *"],
    }
    found = read(gzip.compress(content) if name.endswith(".gz") else content, says, name=name)
    assert [row[:2] for row in found.rows] == [("SR1", "Ärger"), ("SR3", "ü"), ("SR4", None)]
    assert found.faults == [(4, ("row_not_readable",), "SR2;x", "the record has 2 values, not 4")]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8"])
def test_what_is_no_character_of_the_encoding_is_quarantined(read, encoding):
    broken = {"utf-16": b"\x00\xd8", "cp1252": b"\x81", "utf-8": b"\xe4"}[encoding]
    content = (
        (SMKI + "SR1,x,,\nSR2,").encode(encoding)
        + broken
        + "y,,\nSR3,z,,\n".encode(encoding)[2 * (encoding == "utf-16") :]
    )
    found = read(content, {"text": {"encoding": encoding}, "lines_before_header": 0})
    assert [row[0] for row in found.rows] == ["SR1", "SR3"]
    ((line, rules, text, reason),) = found.faults
    assert (line, rules) == (3, ("row_not_readable",))
    assert text.startswith("SR2,")
    assert reason == f"the record has bytes that are not {encoding.upper()}"


def test_a_file_that_was_cut_within_a_character(read):
    content = (SMKI + "SR1,x,,\nSR2,y,,\nSR3,z,,\n").encode("utf-16")[:-1]
    found = read(content, {"text": {"encoding": "utf-16"}})
    assert [row[0] for row in found.rows] == ["SR1", "SR2"]
    assert [line for line, *_ in found.faults] == [4]


@pytest.mark.parametrize(
    ("says", "rule_id", "message"),
    [
        ({"lines_before_header": 9}, "layout_does_not_fit", "has fewer lines than the 9 before the header"),
        ({"lines_before_header": 1}, "columns_differ", "columns differ from layout 'theirs'"),
        (
            {"lines_after_data": ["Rows: *"]},
            "layout_does_not_fit",
            "ends with 'SR3,z,,', where layout 'theirs' has",
        ),
        ({"lines_after_data": ["*", "Rows: *"]}, "layout_does_not_fit", "ends with 'SR3,z,,'"),
        ({"lines_after_data": ["*"] * 9}, "layout_does_not_fit", "has fewer lines than the 9 after the data"),
        ({"text": {"encoding": "latin-1", "delimiter": ";"}}, "columns_differ", "missing ['requestId', "),
    ],
)
def test_a_layout_that_does_not_fit(read, says, rule_id, message):
    with pytest.raises(RefusalError) as raised:
        read(SMKI + "SR1,x,,\nSR2,y,,\nSR3,z,,\n", says)
    assert raised.value.rule_id == rule_id
    assert message in str(raised.value)


def test_the_wrong_encoding_of_16_bits_is_refused(read):
    with pytest.raises(RefusalError, match="is UTF-16 or UTF-32"):
        read((SMKI + "SR1,x,,\n").encode("utf-16-le"), {"text": {"encoding": "cp1252"}})


def parquet(tmp_path: Path, select: str, name: str = "a.parquet") -> None:
    duckdb.sql(f"set TimeZone = 'UTC'; copy ({select}) to '{tmp_path / name}' (format parquet)")


def test_instants_of_parquet_without_a_zone_are_of_the_layouts(tmp_path, read):
    select = (
        "select 'SR' || i as requestId, 'x' as requestKind, timestamp '2021-08-01 10:00:00' as receivedAt,"
        " timestamptz '2021-08-01 10:00:00+00' as answeredAt, i as __index_level_0__ from range(3) r(i)"
    )
    parquet(tmp_path, select)
    says = {"instants": {"zone": "Europe/London"}, "ignore": ["__index_level_0__"]}
    found = read(None, says, name="a.parquet")
    assert {row[2:] for row in found.rows} == {(dt.datetime(2021, 8, 1, 9), dt.datetime(2021, 8, 1, 10))}


def test_a_row_of_parquet_at_fault_is_found_with_the_names_of_the_file(tmp_path, read):
    select = (
        "select 'SR' || i as ID, 'x' as requestKind,"
        " timestamp '2021-10-30 01:30:00' + to_days(i::int) as receivedAt, null::timestamp as answeredAt"
        " from range(3) r(i)"
    )
    parquet(tmp_path, select)
    says = {"instants": {"zone": "Europe/London"}, "columns": [{"name": "requestId", "in_file": ["id"]}]}
    found = read(None, says, name="a.parquet")
    assert len(found.rows) == 2
    text = '{"ID":"SR1","requestKind":"x","receivedAt":"2021-10-31 01:30:00","answeredAt":null}'
    reason = "'receivedAt' is '2021-10-31 01:30:00', which came twice in Europe/London"
    ((row, rules, shown, said),) = found.faults
    assert (row, rules, shown) == (2, ("instant_comes_twice",), text)
    assert said.startswith(reason)


@pytest.mark.parametrize(
    ("value", "says", "wanted"),
    [
        ("7", {}, "7"),
        ("7.0::double", {}, "7"),
        ("7.5::double", {}, "7.5"),
        ("12345678901234567890::decimal(20,0)", {}, "12345678901234567890"),
        ("true", {}, "true"),
        ("7", {"values": {"7": "seven"}}, "seven"),
    ],
)
def test_numbers_of_parquet_for_texts(tmp_path, read, value, says, wanted):
    parquet(tmp_path, f"select {value} as requestId, 'x' as requestKind, now() as receivedAt, now() as answeredAt")
    assert read(None, {"columns": [{"name": "requestId", **says}]}, name="a.parquet").rows[0][0] == wanted


@pytest.mark.parametrize(
    "value", ["1627812000", "1627812000::double", "1627812000::decimal(20,0)", "'1627812000'"]
)
def test_epochs_of_parquet(tmp_path, read, value):
    parquet(
        tmp_path, f"select 'a' as requestId, 'x' as requestKind, {value} as receivedAt, null::int as answeredAt"
    )
    found = read(None, {"instants": {"formats": ["epoch_seconds"]}}, name="a.parquet")
    assert found.rows == [("a", "x", dt.datetime(2021, 8, 1, 10), None)]


def test_a_workbook_is_read_by_its_rows(tmp_path, read):
    book = openpyxl.Workbook()
    for row in [
        ["Requests of October"],
        [],
        ["Request", "Kind", "Received", "Answered"],
        ["SR1", "x", dt.datetime(2021, 10, 1, 10, 0), "01/10/2021 11:00"],
        ["SR2", "x", dt.datetime(2021, 10, 31, 1, 30), None],
        [],
        ["SR3", "x", "yesterday", None],
        ["SR4", "x", None, None],
        ["SR5", "x", None, None],
        ["Rows:", 5],
    ]:
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    names = {"requestId": "Request", "requestKind": "Kind", "receivedAt": "Received", "answeredAt": "Answered"}
    says = {
        "lines_before_header": 2,
        "lines_after_data": ["Rows: *"],
        "instants": LONDON,
        "columns": [{"name": name, "in_file": [found]} for name, found in names.items()],
    }
    found = read(None, says, name="a.xlsx")
    assert found.rows == [
        ("SR1", "x", dt.datetime(2021, 10, 1, 9), dt.datetime(2021, 10, 1, 10)),
        ("SR4", "x", None, None),
        ("SR5", "x", None, None),
    ]
    assert [(row, rules, text) for row, rules, text, _ in found.faults] == [
        (
            5,
            ("instant_comes_twice",),
            '{"Request":"SR2","Kind":"x","Received":"2021-10-31 01:30:00","Answered":null}',
        ),
        (7, ("value_not_readable",), '{"Request":"SR3","Kind":"x","Received":"yesterday","Answered":null}'),
    ]


@pytest.mark.parametrize("name", ["a.xlsx", "a.txt", "a.tsv"])
def test_what_is_read_by_a_layout_alone_says_so(tmp_path, contracts, name):
    (tmp_path / name).write_bytes(b"")
    with (
        connect() as connection,
        pytest.raises(RefusalError, match="or write a layout by which it is read") as raised,
    ):
        FileReader(connection, tmp_path / name, contracts["smki_requests"], tmp_path, Rules()).stage(
            tmp_path / "b"
        )
    assert raised.value.rule_id == "file_kind_unknown"


@pytest.mark.parametrize("place", [0, 2, 4])
def test_records_are_told_apart_by_columns_that_are_left_out_too(read, place):
    """DuckDB need not make values of them, and yet has to find a value too few or too many."""
    rows = [["requestId", "requestKind", "receivedAt", "answeredAt"], *([f"SR{n}", "x", "", ""] for n in range(6))]
    for row in rows:
        row.insert(place, "Notes" if row is rows[0] else '"a ""note"", with; signs"')
    del rows[2][-1]
    rows[4].append("one more")
    found = read("\n".join(",".join(row) for row in rows), {"ignore": ["Notes"]})
    assert [row[0] for row in found.rows] == ["SR0", "SR2", "SR4", "SR5"]
    assert [(line, reason) for line, *_, reason in found.faults] == [
        (3, "the record has 4 values, not 5"),
        (5, "the record has 6 values, not 5"),
    ]
