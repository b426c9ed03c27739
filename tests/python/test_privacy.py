"""Nothing that names a device, a User or a SEC Party can be found in the published copy."""

import hashlib
import re

import duckdb
import polars as pl
import pytest

from conftest import ROOT
from cpm_warehouse.contracts import load_contracts

LAKE = ROOT / "lake/sample"
PUBLISHED = ROOT / "published/cpm.duckdb"
EUI64 = re.compile(r"(?<![0-9a-f])[0-9a-f]{2}([-:]?[0-9a-f]{2}){7}(?![0-9a-f])", re.IGNORECASE)
IDENTIFIERS = {
    name
    for contract in load_contracts().values()
    for what in ("device", "party")
    for name in contract.identifying(what)
} | {"OriginatorCounter"}  # with the devices of a request it names the request


def published_texts() -> dict[str, set[str]]:
    """Every value of every column that holds text, lists and structures among them, by its table and column."""
    with duckdb.connect(PUBLISHED, read_only=True) as published:
        columns = published.execute(
            """
            select schema_name, table_name, column_name from duckdb_columns()
            where not internal and regexp_matches(data_type, 'VARCHAR|BLOB|JSON|UUID|HUGEINT|UBIGINT')
            """
        ).fetchall()
        return {
            f"{table}.{column}": {
                value
                for (value,) in published.execute(
                    f'select distinct "{column}"::varchar from "{schema}"."{table}" where "{column}" is not null'
                ).fetchall()
            }
            for schema, table, column in columns
        }


@pytest.fixture(scope="module")
def texts() -> dict[str, set[str]]:
    found = published_texts()
    assert len(found) > 100
    assert "rpt_business_process_performance.party_pseudonym" in found
    return found


@pytest.fixture(scope="module")
def names() -> set[str]:
    """Whatever the landed extracts name a device, a User or a SEC Party by."""
    found: set[str] = set()
    for path in LAKE.glob("*/*/*/*/*.parquet"):
        rows = pl.scan_parquet(path, hive_partitioning=False)
        columns = [name for name in rows.collect_schema().names() if name in IDENTIFIERS]
        for column in columns:
            values = rows.select(column).collect()[column]
            values = values.explode() if values.dtype == pl.List else values
            found.update(str(v) for v in values.drop_nulls().unique().to_list())
    assert len(found) > 20_000
    return found


def test_no_eui64_is_published(texts):
    """A digest has more digits than an EUI-64, and is looked for by the next test."""
    found = {column: [v for v in values if EUI64.search(v)] for column, values in texts.items()}
    assert {column: values[:3] for column, values in found.items() if values} == {}


def test_no_name_and_no_digest_of_a_name_is_published(texts, names):
    def spellings(name: str) -> set[str]:
        plain = {name, name.lower(), name.replace("-", ""), name.replace("-", "").lower()}
        return plain | {
            hashlib.new(kind, p.encode()).hexdigest() for p in plain for kind in ("md5", "sha1", "sha256")
        }

    # A digest may have been cut short, so it is known by its first ten digits.
    tokens = {
        token.lower(): column
        for column, values in texts.items()
        for v in values
        for token in re.split(r"[^\w]", v)
    }
    starts = {token[:10]: column for token, column in tokens.items()}
    for name in names:
        for spelling in spellings(name):
            if len(spelling) >= 32:
                assert spelling[:10] not in starts, (starts[spelling[:10]], name)
            else:
                assert spelling.lower() not in tokens, (tokens[spelling.lower()], name)


def test_the_salt_is_not_written_into_the_models_and_so_not_into_the_documentation() -> None:
    models = ROOT / "target/compiled/cpm_warehouse/models"
    for name in ("intermediate/service_request/int_parties_pseudonymised", "marts/firmware/fct_firmware_updates"):
        compiled = (models / f"{name}.sql").read_text()
        assert "cpm_session.main.pseudonym_pads" in compiled
        assert "synthetic" not in compiled
