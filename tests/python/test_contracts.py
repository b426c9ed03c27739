"""Contracts say only what is understood, and their pages say all of it."""

import re
from datetime import date

import duckdb
import pytest
import yaml

from conftest import ROOT
from cpm_warehouse.contracts import CONTRACTS, Column, Contract, load_contract
from cpm_warehouse.errors import CpmError
from cpm_warehouse.receive.checks import checks_of
from cpm_warehouse.receive.pages import write_contract_pages


def changed(tmp_path, change):
    raw = yaml.safe_load((CONTRACTS / "pmr_deliveries.yml").read_text())
    change(raw)
    path = tmp_path / "pmr_deliveries.yml"
    path.write_text(yaml.safe_dump(raw))
    return path


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda raw: raw.update(colour="red"), "not a contract"),
        (lambda raw: raw.pop("providers"), "not a contract"),
        (lambda raw: raw.update(extract="other"), "describes 'other'"),
        (lambda raw: raw.update(format="xlsx"), "format 'xlsx'"),
        (lambda raw: raw.update(key=["Nothing"]), "columns that do not exist"),
        (lambda raw: raw.update(period={"PMR Version": "within"}), "period has"),
        (lambda raw: raw.update(period={"Delivered On": "around"}), "period has"),
        (lambda raw: raw["columns"][0].update(colour="red"), "keys that mean nothing"),
        (lambda raw: raw["columns"][0].update(type="money"), "type 'money'"),
        (lambda raw: raw["columns"][0].update(nullable="no"), "nullable 'no'"),
        (lambda raw: raw["columns"][0].update(optional=True), "may be left out and may not be empty"),
        (lambda raw: raw["columns"][0].update(name="filename"), "keeps for itself"),
        (lambda raw: raw["columns"][0].update(pattern="isbn"), "pattern 'isbn'"),
        (lambda raw: raw["columns"][0].update(unlisted="ignore"), "unlisted 'ignore'"),
        (lambda raw: raw["columns"][0].update(identifies="house"), "identifies 'house'"),
        (lambda raw: raw["columns"][0].update(identifies="device"), "has no pattern"),
        (lambda raw: raw["orders"][0].update(later="Nothing"), "columns that do not exist"),
        (lambda raw: raw["orders"][0].update(least=1), "not a contract"),
        (
            lambda raw: raw.update(needs=[{"rule": "back_without_send", "column": "x", "needs": "PMR Version"}]),
            "columns that do not exist",
        ),
        (lambda raw: raw["columns"][0].update(allowed={"seed": ["nothing.x"]}), "no seed"),
        (lambda raw: raw["columns"][0].update(allowed={"seed": ["regions.x"]}), "no column 'x'"),
        (lambda raw: raw["columns"].append({**raw["columns"][0], "name": "reporting month"}), "same name"),
    ],
)
def test_what_a_contract_cannot_say(tmp_path, change, says):
    with pytest.raises(CpmError, match=re.escape(says)):
        load_contract(changed(tmp_path, change))


def test_a_page_for_each_contract_names_every_column(tmp_path, contracts):
    assert write_contract_pages(contracts, tmp_path) == len(contracts)
    for contract in contracts.values():
        page = (tmp_path / f"{contract.extract}.md").read_text()
        assert [name for name in contract.names if f"| {name} |" not in page] == []
    page = (tmp_path / "comms_hub_firmware.md").read_text()
    assert "- Due from csp_central_south: 25 Working Days" in page
    assert "- Due from csp_north: 14 Working Days" in page
    page = (tmp_path / "service_requests.md").read_text()
    assert "| SignedPreCommandReceivedAt | timestamp |  | yes, or left out |" in page
    assert "| RespondedAt | timestamp |  | yes |" in page


def test_the_contracts_describe_every_source(contracts):
    sources = yaml.safe_load((ROOT / "models/staging/lake/_lake__sources.yml").read_text())
    names = {table["name"] for source in sources["sources"] for table in source["tables"]}
    assert set(contracts) <= names


@pytest.mark.parametrize("extract", ["pmr_deliveries"])
def test_a_column_added_made_nullable_or_widened_is_one_edit(tmp_path, extract):
    def change(raw):
        raw["columns"][1]["nullable"] = True
        raw["columns"][1]["type"] = "ubigint"
        raw["columns"].append({"name": "Note", "type": "varchar", "nullable": True, "description": "a note"})

    contract = load_contract(changed(tmp_path, change))
    assert contract.names == ["Reporting Month", "PMR Version", "Delivered On", "Note"]
    assert (contract.columns[1].nullable, contract.columns[1].type) == (True, "ubigint")


@pytest.mark.parametrize(
    ("period", "outside"),
    [
        ("2022-12", ["4G North", "4G Central", "4G South"]),
        ("2023-01", []),
    ],
)
def test_a_list_from_a_seed_holds_for_its_dates(contracts, period, outside):
    region = contracts["alerts"].column("Region")
    assert {"North", *outside} <= set(region.allowed)  # known all the same
    checks = [
        check
        for check in checks_of(contracts["alerts"], period)
        if check.rule_id == "code_outside_its_dates" and list(check.columns) == ["Region"]
    ]
    assert len(checks) == bool(outside)
    with duckdb.connect() as connection:
        rows = connection.sql(
            """select unnest(['North', '4G North', '4G Central', '4G South', 'Mars']) as "Region" """
        )
        found = [rows.filter(check.condition).fetchall() for check in checks]
    assert found == [[(value,) for value in outside]] * bool(outside)


def test_a_code_of_two_ranges_holds_in_each(tmp_path):
    """Until 10 January and from 1 March: February is outside, a month with one day in a range is not."""
    column = Column(
        *("Code", "varchar", True, "a code"),
        allowed=("a", "b"),
        allowed_dates=(
            ("a", date(2020, 1, 1), date(2021, 1, 11)),
            ("a", date(2021, 3, 1), date(9999, 12, 31)),
            ("b", date(1, 1, 1), date(9999, 12, 31)),
        ),
    )
    contract = Contract("x", "an extract", ("dcc",), (column,), ("Code",), "csv")
    outside = {
        period: [
            check.condition for check in checks_of(contract, period) if check.rule_id == "code_outside_its_dates"
        ]
        for period in ("2019-12", "2020-01", "2021-01", "2021-02", "2021-03")
    }
    only_a = ["\"Code\" in ('a')"]
    assert outside == {"2019-12": only_a, "2020-01": [], "2021-01": [], "2021-02": only_a, "2021-03": []}


def test_every_column_with_the_form_of_a_device_says_that_it_identifies_one(contracts):
    """By this its values are looked for in what is published."""
    unsaid = [
        f"{contract.extract}.{column.name}"
        for contract in contracts.values()
        for column in contract.columns
        if (column.pattern == "eui64") != (column.identifies == "device")
        or ("party" in column.name.lower()) != (column.identifies == "party")
    ]
    assert unsaid == []
