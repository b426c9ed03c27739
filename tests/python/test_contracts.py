"""Contracts say only what is understood, and their pages say all of it."""

import json
import re

import duckdb
import pytest
import yaml

from conftest import ROOT
from cpm_warehouse import contracts as reading
from cpm_warehouse.contracts import (
    CONTRACTS,
    SCHEMA,
    Column,
    Contract,
    SeedColumns,
    contract_schema,
    load_contract,
)
from cpm_warehouse.errors import CpmError
from cpm_warehouse.receive.checks import checks_of
from cpm_warehouse.receive.pages import write_contract_pages


def changed(tmp_path, change):
    raw = yaml.safe_load((CONTRACTS / "pmr_deliveries.yml").read_text())
    change(raw)
    path = tmp_path / "pmr_deliveries.yml"
    path.write_text(yaml.safe_dump(raw))
    return path


TYPES = "'varchar', 'bigint', 'ubigint', 'boolean', 'date', 'timestamp', 'varchar[]', 'decimal(5,2)'"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda raw: raw.update(colour="red"), "colour: means nothing; take it out"),
        (lambda raw: raw.pop("providers"), "providers: is missing; write it"),
        (lambda raw: raw.update(providers=[]), "providers: is []; "),
        (lambda raw: raw.update(columns={}), "columns: is {}; input should be a valid array"),
        (lambda raw: raw.update(extract="other"), "extract: is 'other' in a file called pmr_deliveries"),
        (
            lambda raw: raw.update(format="xlsx"),
            "format: is \"xlsx\"; input should be 'csv', 'csv.gz' or 'parquet'",
        ),
        (lambda raw: raw.update(may_be_empty="no"), 'may_be_empty: is "no"; input should be a valid boolean'),
        (lambda raw: raw.update(key=["Nothing"]), "columns that do not exist: ['Nothing']"),
        (lambda raw: raw.update(period={"PMR Version": "within"}), "period names 'PMR Version', which is no date"),
        (
            lambda raw: raw.update(period={"Delivered On": "around"}),
            'period Delivered On: is "around"; input should',
        ),
        (lambda raw: raw.update(volume={"least_share": 0.5}), "volume most_share: is missing"),
        (lambda raw: raw.update(volume={"least_share": 0, "most_share": 2}), "volume least_share: is 0; "),
        (lambda raw: raw.update(due_working_days={"seed": "regions.days"}), "has no column 'days'"),
        (lambda raw: raw["columns"][0].update(colour="red"), "columns 'Reporting Month' colour: means nothing"),
        (lambda raw: raw["columns"][0].pop("nullable"), "columns 'Reporting Month' nullable: is missing"),
        (lambda raw: raw["columns"][0].pop("name"), "columns 0 name: is missing"),
        (lambda raw: raw["columns"][0].update(type="money"), f'type: is "money"; input should be {TYPES}'),
        (
            lambda raw: raw["columns"][0].update(nullable="no"),
            'nullable: is "no"; input should be a valid boolean',
        ),
        (lambda raw: raw["columns"][0].update(minimum="1"), 'minimum: is "1"; input should be a valid integer'),
        (
            lambda raw: raw["columns"][0].update(optional=True),
            "may be left out of a file, so its values may be empty",
        ),
        (
            lambda raw: raw["columns"][0].update(name="Filename"),
            "columns 'Filename': has a name that the lake uses",
        ),
        (lambda raw: raw["columns"][0].update(pattern="isbn"), "pattern: is \"isbn\"; input should be 'eui64'"),
        (lambda raw: raw["columns"][0].update(unlisted="ignore"), 'unlisted: is "ignore"; input should be'),
        (lambda raw: raw["columns"][0].update(identifies="house"), 'identifies: is "house"; input should be'),
        (lambda raw: raw["columns"][0].update(identifies="device"), "has no pattern"),
        (lambda raw: raw["columns"][0].update(allowed="SENT"), "columns 'Reporting Month' allowed: is \"SENT\"; "),
        (lambda raw: raw["columns"][0].update(allowed=[True, "b"]), "allowed 0: is true; input should be"),
        (lambda raw: raw["orders"][0].update(later="Nothing"), "columns that do not exist"),
        (lambda raw: raw["orders"][0].update(least=1), "orders 0 least: means nothing"),
        (
            lambda raw: raw.update(needs=[{"rule": "back_without_send", "column": "x", "needs": "PMR Version"}]),
            "columns that do not exist",
        ),
        (lambda raw: raw["columns"][0].update(allowed={"seed": ["nothing.x"]}), "no seed"),
        (lambda raw: raw["columns"][0].update(allowed={"seed": ["regions.x"]}), "no column 'x'"),
        (
            lambda raw: raw["columns"].append({**raw["columns"][0], "name": "reporting month"}),
            "differ only in capitals",
        ),
        (lambda raw: raw.update(format="xlsx", colour="red", key=[]), " (and 2 more); "),
    ],
)
def test_what_a_contract_cannot_say(tmp_path, change, says):
    path = changed(tmp_path, change)
    with pytest.raises(CpmError, match=re.escape(says)) as raised:
        load_contract(path)
    assert str(raised.value).startswith(f"{path}: ")
    assert str(raised.value).endswith("; extracts/contracts/schema.json says what a contract has")


@pytest.mark.parametrize("text", ["a: [", "", "- extract", "just words", "2021-08-01: a", "a: &a {b: *a}"])
def test_what_is_no_contract_at_all(tmp_path, text):
    path = tmp_path / "pmr_deliveries.yml"
    path.write_text(text)
    with pytest.raises(CpmError, match=re.escape(f"{path}: ")):
        load_contract(path)


def test_the_schema_of_contracts_is_current():
    """Editors complete and check a contract by it; `cpm contract-schema` writes it."""
    assert (ROOT / SCHEMA).read_text() == contract_schema()


def test_the_schema_describes_every_key():
    schema = json.loads(contract_schema())
    parts = {"Contract": schema, **schema["$defs"]}
    unsaid = [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, value in part["properties"].items()
        if "description" not in value
    ]
    assert unsaid == []
    assert [part["additionalProperties"] for part in parts.values()] == [False] * len(parts)


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
    assert {"North", *outside} <= set(region.known)  # known all the same
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


def test_a_code_of_two_ranges_holds_in_each(tmp_path, monkeypatch):
    """Until 10 January and from 1 March: February is outside, a month with one day in a range is not."""
    (tmp_path / "codes_of_two_ranges.csv").write_text(
        "code,valid_from,valid_to\na,2020-01-01,2021-01-11\na,2021-03-01,\nb,,\n"
    )
    monkeypatch.setattr(reading, "SEEDS", tmp_path)
    listed = SeedColumns(("codes_of_two_ranges.code",))
    column = Column("Code", "varchar", nullable=True, description="a code", allowed=listed)
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
        or bool(re.search("party(?!_kind)", column.name.lower())) != (column.identifies == "party")
    ]
    assert unsaid == []
