"""Files of August 2021 as other tools write them, made of the canonical ones of the sample with those tools.

`docs/guides/layouts` has a layout for each. What is no instant and no name of a column differs only where the tool
makes it differ.
"""

import csv
import gzip
import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from conftest import ROOT

SAMPLE = ROOT / "extracts/sample"
MONTH = "2021-08/v1"
LONDON = ZoneInfo("Europe/London")
CATEGORIES = {"1": "Critical", "2": "High", "3": "Medium", "4": "Low", "5": "Planning"}
SOURCES = {"DCC": "Internal", "User": "Direct Input"}
TRUTHS = {"true": "Yes", "false": "No", "": "n/a"}

Row = dict[str, str]


def canonical(extract: str) -> list[Row]:
    """Rows of an extract, `<provider>/<extract>`, as the sample has them in CSV."""
    (path,) = (SAMPLE / extract / MONTH).glob("*.csv*")
    opened = gzip.open if path.suffix == ".gz" else Path.open
    with opened(path, "rt", newline="") as file:
        return list(csv.DictReader(file))


def local(text: str, zone: ZoneInfo = LONDON) -> datetime | None:
    """The local time of an instant, without a zone; None of an empty text."""
    return datetime.fromisoformat(text).astimezone(zone).replace(tzinfo=None) if text else None


def remedy_by_polars(folder: Path) -> None:
    rows = [
        {
            "Submitter": "remedy",
            "Incident ID*+": row["Incident Number"],
            "Priority": CATEGORIES.get(row["Incident Category"], row["Incident Category"]),
            "Status*": row["Status"],
            "Status_Reason": row["Status Reason"],
            "Assigned Group*+": row["Assigned Group"],
            "Assigned Support Organization": row["Assigned Support Organization"],
            "Reported Date+": local(row["Reported Date"]),
            "Submit Date": local(row["Submit Date"]),
            "Responded Date+": local(row["Responded Date"]),
            "Last Resolved Date": local(row["Last Resolved Date"]),
            "Re-Opened Date": local(row["Re Opened Date"]),
            "Closed Date": local(row["Closed Date"]),
            "Last Modified Date": local(row["Last Modified Date"]),
            "REGION": row["Region"] or "(clear)",
            "Service Provider": row["Service Provider"],
            "Reported Source": SOURCES[row["Raised By"]],
            "Notes": 'The user said: "no, thank you",\nand hung up',
        }
        for row in canonical("dcc/remedy_incidents")
    ]
    frame = pl.DataFrame(rows, infer_schema_length=None)
    frame.write_csv(folder / "HPD_Help_Desk.csv", datetime_format="%d/%m/%Y %H:%M:%S", quote_style="non_numeric")


def german_by_duckdb(folder: Path) -> None:
    (path,) = (SAMPLE / "s1sp_foc/firmware_requests" / MONTH).glob("*.csv")
    made = folder / "Abrufe.csv"
    with duckdb.connect() as connection:
        connection.execute(
            "set TimeZone = 'Europe/Berlin';"
            " copy (select device_id as Gerät, coalesce(device_type, '-') as Gerätetyp,"
            " service_reference_variant as Anfrage, image_hash as Prüfsumme,"
            " strftime(cast(requested_at as timestamptz), '%d.%m.%Y %H:%M:%S,%g') as \"Angefordert am\","
            " outcome_code || ',00' as Ergebnis"
            f" from read_csv('{path}', all_varchar = true)) to '{made}' (format csv, delimiter ';')"
        )
    made.write_bytes(made.read_text(encoding="utf-8").replace("\n", "\r\n").encode("cp1252"))


def workbook_by_openpyxl(folder: Path) -> None:
    rows = canonical("dcc/self_service_interface_outages")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Outages"
    sheet.append(["Outages of the Self-Service Interface, August 2021"])
    sheet.append([])
    sheet.append(["Down", "Up again", "Planned?", "Notified in time?"])
    for row in rows:
        truths = [TRUTHS[row[name]] for name in ("Planned", "Notified In Time")]
        sheet.append([local(row["Outage From"]), local(row["Outage To"]), *truths])
    sheet.append([])
    sheet.append([f"Outages: {len(rows)}"])
    book.create_sheet("Contacts")
    book.save(folder / "outages August.xlsx")


def parquet_by_pandas(folder: Path) -> None:
    frame = pd.DataFrame(canonical("smki/smki_requests"))
    frame = frame.rename(columns={"requestKind": "kind"}).astype({"kind": "category"})
    for name in ("receivedAt", "answeredAt"):
        frame[name] = pd.to_datetime(frame[name].map(local))
    frame.index = list(reversed(frame.index))  # as after any filter, so that it is kept as a column
    frame.to_parquet(folder / "requests.parquet")


def parquet_by_spark(folder: Path) -> None:
    """In files and types as Spark has them: a long counter is decimal(20,0), instants are INT96 and of UTC."""
    frame = pl.DataFrame(canonical("dsp/service_requests"))
    columns = {}
    for name in frame.columns:
        snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).removeprefix("_")
        values = [value or None for value in frame[name]]
        if name == "OriginatorCounter":
            columns[snake] = pa.array(values).cast(pa.decimal128(20, 0))
        elif name.endswith("At"):
            instants = [datetime.fromisoformat(value) if value else None for value in values]
            columns[snake] = pa.array(instants, pa.timestamp("ns", "UTC"))
        else:
            columns[snake] = pa.array(values, pa.string())
    table = pa.table(columns).replace_schema_metadata({"org.apache.spark.version": "4.3.0"})
    size = -(-len(table) // 3)
    for number in range(3):
        name = f"part-{number:05d}-3a0f3c5e-9d7b-4a57-8f55-1f0e6f1f0c11-c000.snappy.parquet"
        part = table.slice(number * size, size)
        pq.write_table(part, folder / name, compression="snappy", use_deprecated_int96_timestamps=True)


def utf16_by_powershell(folder: Path) -> None:
    """As Export-Csv of Windows PowerShell writes: no empty value is unquoted, and none is null."""
    out = io.StringIO()
    out.write("#TYPE System.Data.DataRow\r\n")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(["EntryId", "AuditDate", "FieldName", "OldValue", "NewValue"])
    for row in canonical("dcc/remedy_incident_audit"):
        changed = local(row["Changed At"])
        assert changed
        texts = (row["Field"], row["Old Value"], row["New Value"])
        writer.writerow([row["Incident Number"], f"{changed:%d/%m/%Y %H:%M:%S}", *texts])
    (folder / "audit.csv").write_bytes(out.getvalue().encode("utf-16"))


FILES: dict[str, Callable[[Path], None]] = {
    "dcc/remedy_incidents": remedy_by_polars,
    "s1sp_foc/firmware_requests": german_by_duckdb,
    "dcc/self_service_interface_outages": workbook_by_openpyxl,
    "smki/smki_requests": parquet_by_pandas,
    "dsp/service_requests": parquet_by_spark,
    "dcc/remedy_incident_audit": utf16_by_powershell,
}
