"""Files as tools write them land by a layout as the same rows that the canonical file has.

A canonical file of the sample is rewritten, with what the tool would do to it, and both are landed.
"""

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest
import yaml

from conftest import ROOT
from cpm_warehouse.layouts.loading import load_layouts
from cpm_warehouse.receive.landing import Outcome, land

SAMPLE = ROOT / "extracts/sample"
LONDON = ZoneInfo("Europe/London")


def canonical(submission: str) -> list[dict[str, str]]:
    """Rows of a submission of the sample in CSV."""
    (path,) = (SAMPLE / submission).glob("*.csv")
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


class Lake:
    """Lands what is sent, by layouts that are given as YAML, and shows what landed."""

    def __init__(self, folder: Path, contracts) -> None:
        self.folder = folder
        self.contracts = contracts

    def send(self, submission: str, name: str, content: bytes | str) -> None:
        path = self.folder / "extracts" / submission / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def say(self, extract: str, layout: str | dict) -> None:
        provider, extract = extract.split("/")
        said = yaml.safe_load(layout) if isinstance(layout, str) else layout
        path = self.folder / "layouts" / provider / f"{extract}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump({"provider": provider, "extract": extract, "layouts": [said]}))

    def land(self, **more) -> list[Outcome]:
        (self.folder / "layouts").mkdir(exist_ok=True)
        layouts = load_layouts(self.folder / "layouts", self.contracts)
        return list(land(self.folder / "extracts", self.folder / "lake", self.contracts, layouts, **more))

    def place(self, submission: str) -> Path:
        provider, extract, period, version = submission.split("/")
        return self.folder / "lake" / extract / f"provider={provider}/period={period}/version={version[1:]}"

    def rows(self, submission: str) -> list[tuple]:
        found = duckdb.sql(f"from read_parquet('{self.place(submission)}/*.parquet', hive_partitioning = false)")
        return found.order("all").fetchall()

    def quarantined(self, submission: str) -> list[tuple]:
        columns = "line, rule_ids, text, reason"
        path = f"{self.place(submission)}/_quarantine/*.parquet"
        return duckdb.sql(
            f"select {columns} from read_parquet('{path}', hive_partitioning = false) order by line"
        ).fetchall()

    def entry(self, submission: str) -> dict:
        return json.loads((self.place(submission) / "_submission.json").read_text())


@pytest.fixture
def lake(tmp_path, contracts):
    return Lake(tmp_path, contracts)


INCIDENTS = "dcc/remedy_incidents/2021-08/v1"


def local(text: str, form: str, zone: ZoneInfo = LONDON) -> str:
    return datetime.fromisoformat(text).astimezone(zone).strftime(form) if text else ""


def test_semicolons(lake):
    rows = canonical(INCIDENTS)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(["INC#", *list(rows[0])[1:]])
    for row in rows:
        writer.writerow([local(v, "%d/%m/%Y %H:%M:%S") if k.endswith("Date") else v for k, v in row.items()])
    lake.say(
        "dcc/remedy_incidents",
        """
      name: x
      text: {delimiter: ";"}
      instants: {formats: ["%d/%m/%Y %H:%M:%S"], zone: Europe/London}
      columns: [{name: Incident Number, in_file: ["INC#"]}]
    """,
    )
    lake.send(INCIDENTS, "a.csv", out.getvalue())
    (o,) = lake.land()
    print(o)
    assert lake.rows(INCIDENTS) == 3
