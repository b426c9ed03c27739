"""Files with one fault each, named for it, and what receiving must make of them.

Each lies in a submission of its own. `quarantined` has file, line, rule and a part of the text of every row that
must be kept aside; `rule_id` is the rule that refuses the whole. The rest must be accepted: `accepted` counts it.
"""

import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from dataclasses import dataclass, field
from typing import Any

import duckdb

SMKI = "requestId,requestKind,receivedAt,answeredAt\n"
PMR = "Reporting Month,PMR Version,Delivered On\n"
OUTAGES = "Outage From,Outage To,Planned,Notified In Time\n"
UPDATES = "RequestId,PartyId,ImageHash,FirmwareVersion,DeviceIds,SentAt,Outcome\n"
INCIDENTS = (
    "Incident Number,Incident Category,Status,Status Reason,Assigned Group,Assigned Support Organization,"
    "Reported Date,Submit Date,Responded Date,Last Resolved Date,Re Opened Date,Closed Date,Last Modified Date,"
    "Region,Service Provider,Raised By\n"
)
REQUESTS = (
    "OriginatorId,TargetId,OriginatorCounter,ServiceReferenceVariant,Mode,UserRole,PartyId,DeviceType,Region,S1sp,"
    "ReceivedAt,ExecuteAt,SentToWanAt,BackFromWanAt,RespondedAt,ResponseCode\n"
)
ALERTS = "AlertKind,AlertCode,DeviceId,DeviceType,Region,PartyId,RaisedAt,GatewayAt,SentAt,ThrottledCount\n"
LIST = "organisation,party_kind,provider_id,is_dcc_responsible,project_rows\n"
EXCEPTIONS = "Exception Reference,Measure,Event Reference,Window From,Window To,Reason,Approved On\n"
EUI = "90-B3-D5-1F-30-01-00-0"


@dataclass(frozen=True)
class Faulty:
    """A submission with a fault, and what is expected of it."""

    fault: str
    files: dict[str, bytes]
    accepted: int = 0
    quarantined: tuple[tuple[str, int, str, str], ...] = ()
    rule_id: str = ""
    warned: tuple[str, ...] = ()
    extract: str = "smki_requests"
    provider: str = "smki"
    version: str = "v1"
    control: Any = None
    before: dict[str, dict[str, bytes]] = field(default_factory=dict)

    @property
    def verdict(self) -> str:
        if self.rule_id:
            return "refused"
        return "accepted_with_quarantine" if self.quarantined else "accepted"


def smki(number: int, *, kind: str = "deviceCertificate", received: str = "", answered: str = "") -> str:
    received = received or f"2021-08-{number + 1:02d}T10:00:00Z"
    return f"SR{number},{kind},{received},{answered}\n"


GOOD = "".join(smki(number) for number in range(4))


def request(number: int, **changed: str) -> str:
    row = {
        "OriginatorId": EUI + "0",
        "TargetId": EUI + "1",
        "OriginatorCounter": str(number),
        "ServiceReferenceVariant": "4.8.1",
        "Mode": "OnDemand",
        "UserRole": "IS",
        "PartyId": "S001",
        "DeviceType": "ESME",
        "Region": "North",
        "S1sp": "",
        "ReceivedAt": "2021-08-10T10:00:00.000Z",
        "ExecuteAt": "",
        "SentToWanAt": "2021-08-10T10:00:01.000Z",
        "BackFromWanAt": "2021-08-10T10:00:02.000Z",
        "RespondedAt": "2021-08-10T10:00:03.000Z",
        "ResponseCode": "I0",
    }
    return ",".join((row | changed).values()) + "\n"


def alert(raised: int, gateway: int, sent: int) -> str:
    """An Alert with the seconds of its three instants."""
    instants = ",".join(f"2021-08-10T10:00:{second:02d}.000Z" for second in (raised, gateway, sent))
    return f"Device,8F0A,{EUI}1,ESME,North,S001,{instants},\n"


def window(number: int, started: str, ended: str) -> str:
    return f"EX{number},CPM_5,,2021-08-{started}Z,2021-08-{ended}Z,maintenance,2021-08-20\n"


def incident(number: int, **changed: str) -> str:
    row = dict.fromkeys(INCIDENTS.strip().split(","), "") | {
        "Incident Number": f"INC{number}",
        "Status": "Resolved",
        "Submit Date": "2021-08-10T10:00:00+0100",
        "Last Modified Date": "2021-08-12T10:00:00+0100",
    }
    return ",".join((row | {name.replace("_", " "): value for name, value in changed.items()}).values()) + "\n"


def parquet(select: str) -> bytes:
    """Bytes of a Parquet file that holds what a query returns."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "made.parquet"
        duckdb.connect().execute(f"set TimeZone = 'UTC'; copy ({select}) to '{path}' (format parquet)")
        return path.read_bytes()


def smki_parquet(rows: int = 4, *, received: str = "timestamp '2021-08-02 10:00:00'", more: str = "") -> bytes:
    return parquet(
        f'select \'SR\' || i as "requestId", \'deviceCertificate\' as "requestKind", {received} as "receivedAt",'
        f' cast(null as timestamp) as "answeredAt"{more} from range({rows}) as numbers (i)'
    )


def zipped(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr(name, content)
    return made.getvalue()


def tarred(name: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as file:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        file.addfile(info, io.BytesIO(content))
    return made.getvalue()


def one(fault: str, text: str | bytes, accepted: int, *quarantined: tuple[int, str, str], **more: Any) -> Faulty:
    """A submission of one file, a.csv."""
    content = text.encode() if isinstance(text, str) else text
    name = more.pop("name", "a.csv")
    return Faulty(fault, {name: content}, accepted, tuple((name, *row) for row in quarantined), **more)


def refused(fault: str, text: str | bytes, rule_id: str, **more: Any) -> Faulty:
    return one(fault, text, 0, rule_id=rule_id, **more)


def bad_row(fault: str, row: str, rule_id: str = "value_not_readable", **more: Any) -> Faulty:
    """Four good rows, the faulty one, and a good one after it."""
    return one(fault, SMKI + GOOD + row + smki(9), 5, (6, rule_id, row.strip("\r\n")), **more)


def pmr(fault: str, row: str, rule_id: str = "value_not_readable") -> Faulty:
    good = "2021-08-01,1,2021-10-05\n2021-08-01,2,2021-10-12\n"
    return one(fault, PMR + good + row, 2, (4, rule_id, row.strip()), extract="pmr_deliveries", provider="dcc")


def requests(fault: str, row: str, rule_id: str) -> Faulty:
    good = request(1) + request(2)
    return one(
        fault, REQUESTS + good + row, 2, (4, rule_id, row.strip()), extract="service_requests", provider="dsp"
    )


def controlled(fault: str, rule_id: str, change: dict[str, Any], **top: Any) -> Faulty:
    content = (SMKI + GOOD).encode()
    file = {"name": "a.csv", "rows": 4, "sha256": hashlib.sha256(content).hexdigest()} | change
    control = {"received_at": "2021-09-06T09:00:00Z", "synthetic": True, "files": [file]} | top
    return Faulty(fault, {"a.csv": content}, rule_id=rule_id, control=control)


BIG = SMKI.encode() + "".join(smki(n % 28) for n in range(9999)).encode()
UPDATE = "R{n},S001,{hash},00010001,{devices},2021-08-0{n}T10:00:00Z,I0\n"


def update(number: int, devices: str) -> str:
    return UPDATE.format(n=number, hash="A" * 64, devices=devices)


FAULTY = [
    # The file as a whole
    refused("gzip_truncated", gzip.compress(BIG)[:-200], "file_not_readable", name="a.csv.gz"),
    refused("gzip_empty", b"", "columns_differ", name="a.csv.gz"),
    refused("gzip_with_trailing_garbage", gzip.compress(BIG) + b"garbage", "file_not_readable", name="a.csv.gz"),
    refused("gzip_is_plain_text", SMKI + GOOD, "file_not_readable", name="a.csv.gz"),
    refused("gzip_is_a_zip", zipped("a.csv", (SMKI + GOOD).encode()), "file_not_readable", name="a.csv.gz"),
    refused("gzip_is_a_tar", tarred("a.csv", (SMKI + GOOD).encode()), "encoding_not_utf8", name="a.csv.gz"),
    one(
        "gzip_of_two_members",
        gzip.compress((SMKI + GOOD).encode()) + gzip.compress(smki(9).encode()),
        5,
        name="a.csv.gz",
    ),
    refused("csv_is_gzip", gzip.compress((SMKI + GOOD).encode()), "file_not_readable"),
    refused("csv_is_parquet", smki_parquet(), "file_not_readable"),
    refused("file_empty", b"", "columns_differ"),
    refused("file_of_blank_lines", b"\n\n\n", "columns_differ"),
    refused("header_only", SMKI, "no_rows"),
    refused("excel_file", zipped("xl/workbook.xml", b"<x/>"), "file_kind_unknown", name="a.xlsx"),
    refused("no_suffix", SMKI + GOOD, "file_kind_unknown", name="a"),
    refused("suffix_in_capitals", SMKI + GOOD, "file_kind_unknown", name="a.CSV"),
    refused("utf16_with_bom", (SMKI + GOOD).encode("utf-16"), "encoding_not_utf8"),
    refused("utf16_without_bom", (SMKI + GOOD).encode("utf-16-le"), "encoding_not_utf8"),
    refused("utf32", (SMKI + GOOD).encode("utf-32"), "encoding_not_utf8"),
    one("utf8_bom", b"\xef\xbb\xbf" + (SMKI + GOOD).encode(), 4),
    one("utf8_bom_and_crlf", b"\xef\xbb\xbf" + (SMKI + GOOD).replace("\n", "\r\n").encode(), 4),
    one(
        "windows_1252",
        (SMKI + GOOD).encode() + "SR5,café,2021-08-06T10:00:00Z,\n".encode("cp1252") + smki(9).encode(),
        5,
        (6, "row_not_readable", "SR5,caf\\xe9,2021-08-06T10:00:00Z,"),
    ),
    refused("lone_cr", (SMKI + GOOD).replace("\n", "\r"), "line_ends_differ"),
    refused("line_ends_mixed", SMKI + GOOD.replace("\n", "\r\n"), "line_ends_differ"),
    one("no_line_end_at_the_end", (SMKI + GOOD).rstrip("\n"), 4),
    one("blank_lines_between", SMKI + GOOD.replace("\n", "\n\n"), 4),
    # The header
    refused("wrong_delimiter_semicolon", (SMKI + GOOD).replace(",", ";"), "columns_differ"),
    refused("wrong_delimiter_tab", (SMKI + GOOD).replace(",", "\t"), "columns_differ"),
    refused("column_missing", "requestId,requestKind,receivedAt\nSR1,x,2021-08-02T10:00:00Z\n", "columns_differ"),
    refused("column_extra", (SMKI + GOOD).replace("\n", ",\n").replace("At,\n", "At,more\n"), "columns_differ"),
    refused("column_renamed", (SMKI + GOOD).replace("requestKind", "kind"), "columns_differ"),
    refused("column_twice", (SMKI + GOOD).replace("requestKind", "requestId"), "columns_differ"),
    refused("header_in_other_case", (SMKI + GOOD).replace("requestId", "RequestID"), "columns_differ"),
    refused("header_with_spaces", (SMKI + GOOD).replace("requestKind", " requestKind"), "columns_differ"),
    refused("header_missing", GOOD, "columns_differ"),
    refused("title_line_before_the_header", "SMKI requests of August\n" + SMKI + GOOD, "columns_differ"),
    one(
        "columns_reordered",
        "requestKind,answeredAt,requestId,receivedAt\ndeviceCertificate,,SR1,2021-08-02T10:00:00Z\n",
        1,
    ),
    one("header_quoted", '"requestId","requestKind","receivedAt","answeredAt"\n' + GOOD, 4),
    # Records
    bad_row("value_of_no_list", smki(5, kind="deviceCertificates"), "value_not_allowed"),
    bad_row("values_too_few", "SR5,deviceCertificate\n", "row_not_readable"),
    bad_row("values_too_many", "SR5,deviceCertificate,2021-08-06T10:00:00Z,,more\n", "row_not_readable"),
    bad_row("value_empty_too_many", "SR5,deviceCertificate,2021-08-06T10:00:00Z,,\n", "row_not_readable"),
    bad_row("values_empty_two_too_many", 'SR5,deviceCertificate,2021-08-06T10:00:00Z,,"",\n', "row_not_readable"),
    one(
        "value_too_many_beside_one_too_few",
        SMKI + GOOD + "SR5,deviceCertificate,2021-08-06T10:00:00Z,,\nSR6,deviceCertificate\n" + smki(9),
        5,
        (6, "row_not_readable", "SR5,"),
        (7, "row_not_readable", "SR6,"),
    ),
    one(
        "value_empty_too_many_among_quoted_and_unreadable",
        SMKI
        + '"SR0",deviceCertificate,2021-08-06T10:00:00Z,x\n'
        + "SR5,deviceCertificate,2021-08-06T10:00:00Z,,\n"
        + GOOD
        + smki(9, received="2021-07-10T10:00:00Z"),
        4,
        (2, "value_not_readable", "SR0"),
        (3, "row_not_readable", "SR5,"),
        (8, "row_of_another_month", "SR9"),
    ),
    refused("comma_at_the_end_of_every_line", (SMKI + GOOD).replace("\n", ",\n"), "columns_differ"),
    refused("comma_at_the_end_of_every_record", SMKI + GOOD.replace("\n", ",\n"), "mostly_faulty"),
    bad_row("line_of_spaces", "   \n", "row_not_readable"),
    bad_row("text_after_quotation", '"SR5"x,deviceCertificate,2021-08-06T10:00:00Z,\n', "row_not_readable"),
    bad_row("header_repeated", SMKI, "value_not_readable"),
    bad_row("total_line_at_the_end", "Total,,,4\n", "value_not_readable"),
    bad_row("record_over_2_mb", "SR5," + "x" * 2_100_000 + ",2021-08-06T10:00:00Z,\n", "row_not_readable"),
    bad_row("nul_in_value", "SR\0005,deviceCertificate,2021-08-06T10:00:00Z,\n", "value_has_nul"),
    refused(
        "quotes_unbalanced",
        SMKI + GOOD + '"SR5,deviceCertificate,2021-08-06T10:00:00Z,\n' + smki(9),
        "quotes_unbalanced",
    ),
    refused("quotes_closed_in_another_row", SMKI + '"SR5,a,b,\n"SR6",c,d,\n' + GOOD, "quotes_unbalanced"),
    one(
        "newline_embedded",
        SMKI + '"SR\n5",deviceCertificate,2021-08-06T10:00:00Z,\n' + GOOD + "SR7,deviceCertificate,x,\n",
        4,
        (2, "identifier_has_unseen", "SR\n5"),
        (8, "value_not_readable", "SR7,deviceCertificate,x,"),
    ),
    one(
        "crlf_embedded",
        (SMKI + '"SR\n5",deviceCertificate,2021-08-06T10:00:00Z,\n' + GOOD + "SR7,deviceCertificate\n").replace(
            "\n", "\r\n"
        ),
        4,
        (2, "identifier_has_unseen", "SR\r\n5"),
        (8, "row_not_readable", "SR7,deviceCertificate"),
    ),
    # Values
    pmr("date_as_dd_mm_yyyy", "2021-08-01,3,13/10/2021\n"),
    pmr("date_as_excel_serial", "2021-08-01,3,44482\n"),
    pmr("date_that_is_none", "2021-08-01,3,2021-02-30\n"),
    pmr("date_infinite", "2021-08-01,3,infinity\n"),
    pmr("date_in_year_9999", "2021-08-01,3,9999-12-31\n"),
    pmr("number_with_thousands_separator", '2021-08-01,"1,200",2021-10-05\n'),
    pmr("number_with_decimals", "2021-08-01,3.6,2021-10-05\n"),
    pmr("number_in_scientific_form", "2021-08-01,1e5,2021-10-05\n"),
    pmr("number_with_underscore", "2021-08-01,1_0,2021-10-05\n"),
    one(
        "number_with_spaces",
        PMR
        + "2021-08-01, 1 ,2021-10-05\n2021-08-01,2,2021-10-1\n2021-08-01, ,2021-10-12\n2021-08-01,3,2021-10-12\n",
        2,
        (3, "value_not_readable", "2021-10-1"),
        (4, "value_missing", "2021-08-01, ,"),
        extract="pmr_deliveries",
        provider="dcc",
    ),
    pmr("number_says_null", "2021-08-01,NULL,2021-10-05\n"),
    pmr("number_negative", "2021-08-01,-1,2021-10-05\n", "value_out_of_range"),
    pmr("number_over_64_bits", "2021-08-01,9223372036854775808,2021-10-05\n"),
    pmr("value_required_and_empty", ",3,2021-10-05\n", "value_missing"),
    pmr("row_of_empty_values", ",,\n", "value_missing"),
    pmr("delivered_before_the_month", "2021-08-01,3,2021-07-05\n", "delivered_before_month"),
    pmr("row_of_another_month_by_date", "2021-09-01,3,2021-10-05\n", "row_of_another_month"),
    bad_row("instant_without_offset", smki(5, received="2021-08-06T10:00:00")),
    bad_row("instant_as_date", smki(5, received="2021-08-06")),
    bad_row("instant_with_the_name_of_a_zone", smki(5, received="2021-08-06 10:00:00 Europe/London")),
    bad_row("instant_at_24_00", smki(5, received="2021-08-06T24:00:00Z")),
    bad_row("instant_in_a_leap_second", smki(5, received="2021-08-06T23:59:60Z")),
    bad_row("instant_with_offset_of_25_hours", smki(5, received="2021-08-06T10:00:00+25:00")),
    bad_row("instant_in_year_1", smki(5, received="0001-01-01T00:00:00Z")),
    one("instant_with_decimal_comma", SMKI + GOOD + smki(5, received='"2021-08-06T10:00:00,5Z"'), 5),
    bad_row("instant_in_words", smki(5, received="6 August 2021 10:00 UTC")),
    bad_row("instant_as_unix_seconds", smki(5, received="1628244000")),
    bad_row("answered_before_received", smki(5, answered="2021-08-05T10:00:00Z"), "responded_before_received"),
    bad_row("row_of_the_month_after", smki(5, received="2021-09-01T00:00:00Z"), "row_of_another_month"),
    bad_row("row_of_the_month_before", smki(5, received="2021-07-31T22:59:59Z"), "row_of_another_month"),
    one("first_hour_of_the_month_in_london", SMKI + smki(1, received="2021-08-01T00:30:00+01:00"), 1),
    refused("file_of_another_month", SMKI + GOOD.replace("2021-08", "2021-09"), "no_row_of_the_month"),
    refused(
        "local_time_across_the_change_in_march",
        SMKI + smki(1, received="2021-03-28T01:30:00") + smki(2, received="2021-03-28T02:30:00"),
        "mostly_faulty",
    ),
    refused(
        "local_time_across_the_change_in_october",
        SMKI + smki(1, received="2021-10-31T01:30:00") + smki(2, received="2021-10-31T01:30:00"),
        "mostly_faulty",
    ),
    requests("counter_of_2_to_the_64", request(3, OriginatorCounter="18446744073709551616"), "value_not_readable"),
    requests("counter_negative", request(3, OriginatorCounter="-1"), "value_not_readable"),
    one(
        "counter_of_2_to_the_64_less_1",
        REQUESTS + request(18446744073709551615) + request(18446744073709551614),
        2,
        extract="service_requests",
        provider="dsp",
    ),
    requests("eui64_too_short", request(3, TargetId="90-B3-D5-1F-30-01-00"), "value_malformed"),
    one(
        "eui64_in_small_letters",
        REQUESTS + request(1) + request(2, TargetId="90-b3-d5-1f-30-01-00-00"),
        2,
        warned=("text_tidied",),
        extract="service_requests",
        provider="dsp",
    ),
    requests(
        "responded_before_received",
        request(3, RespondedAt="2021-08-10T09:59:59.999Z"),
        "responded_before_received",
    ),
    requests(  # Example A6.
        "back_from_wan_before_sent", request(3, BackFromWanAt="2021-08-10T10:00:00.999Z"), "back_before_sent"
    ),
    requests("back_from_wan_and_never_sent", request(3, SentToWanAt=""), "back_without_send"),
    requests(
        "sent_to_wan_before_received", request(3, SentToWanAt="2021-08-10T09:59:59.999Z"), "sent_before_received"
    ),
    one(
        "legs_in_one_instant",
        REQUESTS
        + request(1, **dict.fromkeys(("SentToWanAt", "BackFromWanAt", "RespondedAt"), "2021-08-10T10:00:00.000Z")),
        1,
        extract="service_requests",
        provider="dsp",
    ),
    one(
        "codes_unknown",
        REQUESTS + request(1, ResponseCode="E999", Region="East") + request(2),
        2,
        warned=("unknown_code", "unknown_code"),
        extract="service_requests",
        provider="dsp",
    ),
    one(
        "resolved_before_logged",
        INCIDENTS + incident(1) + incident(2) + incident(3, Last_Resolved_Date="2021-08-10T09:59:59+0100"),
        2,
        (4, "resolved_before_logged", "INC3"),
        extract="remedy_incidents",
        provider="dcc",
    ),
    one(
        "responded_before_logged",
        INCIDENTS + incident(1) + incident(2, Responded_Date="2021-08-10T09:59:59+0100"),
        2,
        warned=("responded_before_logged",),
        extract="remedy_incidents",
        provider="dcc",
    ),
    one(
        "reported_after_logged",
        INCIDENTS
        + incident(1, Reported_Date="2021-08-10T10:00:00+0100")
        + incident(2, Reported_Date="2021-08-10T10:00:01+0100"),
        2,
        warned=("reported_after_logged",),
        extract="remedy_incidents",
        provider="dcc",
    ),
    one(
        "alert_sent_before_it_reached_the_gateway",
        ALERTS + alert(1, 2, 3) + alert(4, 5, 5) + alert(6, 8, 7),
        2,
        (4, "sent_before_gateway", "10:00:07"),
        extract="alerts",
        provider="dsp",
    ),
    one(
        "alert_of_a_hub_whose_clock_is_ahead",
        ALERTS + alert(1, 1, 3) + alert(5, 4, 6),
        2,
        warned=("hub_clock_ahead",),
        extract="alerts",
        provider="dsp",
    ),
    one(
        "exception_ends_before_it_starts",
        EXCEPTIONS
        + window(1, "02T10:00:00", "02T11:00:00")
        + window(2, "03T10:00:00", "03T10:00:00")
        + window(3, "04T10:00:00", "04T09:59:59"),
        2,
        (4, "ended_before_started", "EX3"),
        extract="measure_exceptions",
        provider="dcc",
    ),
    one(
        "outage_ends_before_it_starts",
        OUTAGES + "2021-08-02T10:00:00Z,,false,\n2021-08-03T10:00:00Z,2021-08-03T09:00:00Z,false,\n",
        1,
        (3, "ended_before_started", "2021-08-03T10:00:00Z"),
        extract="self_service_interface_outages",
        provider="dcc",
    ),
    one(
        "boolean_as_yes",
        OUTAGES + "2021-08-02T10:00:00Z,,false,\n2021-08-03T10:00:00Z,,yes,\n",
        1,
        (3, "value_not_readable", "yes"),
        extract="self_service_interface_outages",
        provider="dcc",
    ),
    one(
        "device_of_a_list_malformed",
        UPDATES + update(1, EUI + "0") + update(2, f"{EUI}0;{EUI}1") + update(3, f"{EUI}0;;{EUI}1"),
        2,
        (4, "value_malformed", "R3,"),
        extract="update_firmware_requests",
        provider="dsp",
    ),
    one(
        "devices_over_50000",
        UPDATES + update(1, EUI + "0") + update(2, ";".join([EUI + "1"] * 50_001)),
        1,
        (3, "value_out_of_range", "R2,"),
        extract="update_firmware_requests",
        provider="dsp",
    ),
    # Keys
    one(
        "key_twice_with_other_content",
        SMKI + GOOD + smki(5) + smki(5, kind="repositoryDocument"),
        4,
        (6, "key_conflict", "SR5,deviceCertificate"),
        (7, "key_conflict", "SR5,repositoryDocument"),
    ),
    one("row_twice", SMKI + GOOD + smki(1), 5, warned=("row_repeated",)),
    Faulty(
        "key_across_files_with_other_content",
        {
            "a.csv": (SMKI + GOOD).encode(),
            "b.csv": (SMKI + smki(1, kind="repositoryDocument") + smki(8) + smki(9)).encode(),
        },
        5,
        (
            ("a.csv", 3, "key_conflict", "SR1,deviceCertificate"),
            ("b.csv", 2, "key_conflict", "SR1,repositoryDocument"),
        ),
    ),
    Faulty(
        "row_across_files",
        {"a.csv": (SMKI + GOOD).encode(), "b.csv": (SMKI + smki(1) + smki(8)).encode()},
        6,
        warned=("row_repeated",),
    ),
    # Looks like something else
    one("value_looks_like_sql", SMKI + GOOD + '"\'; drop table quarantine; --"' + smki(5)[3:], 5),
    one("value_looks_like_a_formula", SMKI + GOOD + "=cmd|' /C calc'!A0" + smki(5)[3:], 5),
    one("name_looks_like_sql", SMKI + GOOD, 4, name="a'); drop table x; --.csv"),
    Faulty(
        "name_looks_like_a_pattern",
        {"*.csv": (SMKI + GOOD).encode(), "[ab].csv": (SMKI + smki(8)).encode()},
        5,
    ),
    Faulty("names_with_dots", {"a.1.csv": (SMKI + GOOD).encode(), "a.2.csv": (SMKI + smki(8)).encode()}, 5),
    Faulty(
        "names_clash",
        {"a.csv": (SMKI + GOOD).encode(), "a.csv.gz": gzip.compress((SMKI + smki(8)).encode())},
        rule_id="file_names_clash",
    ),
    Faulty(
        "same_file_twice_in_a_submission",
        {"a.csv": (SMKI + GOOD).encode(), "b.csv": (SMKI + GOOD).encode()},
        rule_id="file_sent_twice",
    ),
    # Control files
    controlled("control_total_off_by_one", "row_count_differs", {"rows": 5}),
    controlled("control_total_as_text", "control_not_readable", {"rows": "4"}),
    controlled("control_checksum_differs", "checksum_differs", {"sha256": "0" * 64}),
    controlled("control_names_another_file", "control_files_differ", {"name": "b.csv"}),
    controlled("control_names_a_path", "control_files_differ", {"name": "../../a.csv"}),
    controlled("control_without_checksum", "control_not_readable", {"sha256": None}),
    controlled("control_received_without_offset", "control_not_readable", {}, received_at="2021-09-06T09:00:00"),
    controlled("control_received_in_the_future", "received_in_the_future", {}, received_at="2999-01-01T00:00:00Z"),
    controlled("control_received_is_no_instant", "control_not_readable", {}, received_at="yesterday"),
    controlled(
        "control_received_before_its_month", "received_before_month", {}, received_at="1999-01-01T00:00:00Z"
    ),
    controlled("control_synthetic_as_text", "control_not_readable", {}, synthetic="false"),
    Faulty("file_name_too_long", {"a" * 251 + ".csv": (SMKI + GOOD).encode()}, rule_id="file_name_not_usable"),
    Faulty("file_name_of_two_lines", {"a\nb.csv": (SMKI + GOOD).encode()}, rule_id="file_name_not_usable"),
    Faulty("file_name_not_utf8", {"a\udcff.csv": (SMKI + GOOD).encode()}, rule_id="file_name_not_usable"),
    Faulty("control_empty", {"a.csv": (SMKI + GOOD).encode()}, rule_id="control_not_readable", control=b""),
    Faulty("control_is_a_list", {"a.csv": (SMKI + GOOD).encode()}, rule_id="control_not_readable", control=[]),
    Faulty("control_alone", {}, rule_id="no_files", control={}),
    # Parquet
    refused("parquet_footer_cut", smki_parquet(1000)[:-20], "file_not_readable", name="a.parquet"),
    refused(
        "parquet_damaged_inside",
        smki_parquet()[:4] + b"\xff" * 60 + smki_parquet()[64:],
        "file_not_readable",
        name="a.parquet",
    ),
    refused("parquet_is_csv", SMKI + GOOD, "file_not_readable", name="a.parquet"),
    refused("parquet_empty", smki_parquet(0), "no_rows", name="a.parquet"),
    refused("parquet_instant_as_number", smki_parquet(received="1628244000"), "types_differ", name="a.parquet"),
    refused(
        "parquet_instant_as_date", smki_parquet(received="date '2021-08-02'"), "types_differ", name="a.parquet"
    ),
    refused("parquet_column_nested", smki_parquet(more=", {'x': 1} as more"), "columns_differ", name="a.parquet"),
    one(
        "parquet_instant_with_zone",
        smki_parquet(received="timestamptz '2021-08-02 10:00:00+01'"),
        4,
        name="a.parquet",
    ),
    one(
        "parquet_instant_in_nanoseconds",
        smki_parquet(received="timestamp_ns '2021-08-02 10:00:00'"),
        4,
        name="a.parquet",
        warned=("instant_taken_as_utc",),
    ),
    one(
        "parquet_of_texts",
        smki_parquet(3, received="['2021-08-02T10:00:00Z', '02/08/2021', '2021-08-02T10:00:00+01:00'][i + 1]"),
        2,
        (2, "value_not_readable", "02/08/2021"),
        name="a.parquet",
    ),
    one(
        "parquet_row_of_another_month",
        smki_parquet(3, received="timestamp '2021-08-30 10:00:00' + to_days(cast(i as integer))"),
        2,
        (3, "row_of_another_month", '"SR2"'),
        name="a.parquet",
        warned=("instant_taken_as_utc",),
    ),
    # Versions
    Faulty(
        "version_3_before_version_2",
        {"a.csv": (SMKI + GOOD).encode()},
        4,
        version="v3",
        warned=("version_gap",),
        before={"v1": {"a.csv": (SMKI + GOOD + smki(8)).encode()}},
    ),
    Faulty(
        "version_2_after_version_3",
        {"a.csv": (SMKI + GOOD).encode()},
        4,
        version="v2",
        warned=("version_out_of_order",),
        before={"v1": {"a.csv": (SMKI + smki(8)).encode()}, "v3": {"a.csv": (SMKI + GOOD + smki(8)).encode()}},
    ),
    Faulty(
        "same_file_as_version_1",
        {"other.csv": (SMKI + GOOD).encode()},
        4,
        version="v2",
        warned=("same_content",),
        before={"v1": {"a.csv": (SMKI + GOOD).encode()}},
    ),
    Faulty(
        "version_1_again_with_other_content",
        {"a.csv": (SMKI + GOOD).encode()},
        rule_id="version_changed",
        before={"v1": {"a.csv": (SMKI + GOOD + smki(8)).encode()}},
    ),
    refused(
        "a_twentieth_of_many_rows_faulty",
        SMKI
        + "".join(smki(1).replace("SR1", f"SR{n}") for n in range(1800))
        + "".join(f"X{n},x,x,\n" for n in range(100)),
        "too_many_faulty_rows",
    ),
    Faulty(
        "control_and_rows_agree_with_quarantine",
        {"a.csv": (SMKI + GOOD + "X,x,x,\n").encode()},
        4,
        (("a.csv", 6, "value_not_readable", "X,x,x,"),),
        control={
            "received_at": "2021-09-06T09:00:00Z",
            "files": [
                {
                    "name": "a.csv",
                    "rows": 5,
                    "sha256": hashlib.sha256((SMKI + GOOD + "X,x,x,\n").encode()).hexdigest(),
                }
            ],
        },
    ),
    Faulty(
        "own_list_says_both",
        {"a.csv": (LIST + "A,user,,false,kept\nB,user,,false,replaced\n").encode()},
        rule_id="list_says_both",
        extract="incident_organisations",
        provider="own",
    ),
    Faulty(
        "own_list_says_something_else_of_a_code",
        {"a.csv": (LIST + "A,user,,false,kept\nDSP Service Desk,provider,dsp,false,kept\n").encode()},
        2,
        warned=("own_code_differs",),
        extract="incident_organisations",
        provider="own",
    ),
    Faulty(
        "own_list_with_a_choice_left_open",
        {"a.csv": (LIST + "A,user,,false,kept\nB,dcc|provider|user,,true,kept\nC,dcc,dcc,true,kept\n").encode()},
        2,
        (("a.csv", 3, "value_not_allowed", "dcc|provider|user"),),
        extract="incident_organisations",
        provider="own",
    ),
]


def written(control: Any) -> bytes:
    return control if isinstance(control, bytes) else json.dumps(control).encode()
