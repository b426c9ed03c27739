"""Contracts say only what is understood, and their pages say all of it."""

import re

import pytest
import yaml

from conftest import ROOT
from cpm_warehouse.contracts import CONTRACTS, load_contract
from cpm_warehouse.errors import CpmError
from cpm_warehouse.pages import write_contract_pages


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
