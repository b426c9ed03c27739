"""Great Expectations and the SQL of each check find the same rows; what it depends on is there."""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import duckdb
import pytest

from cpm_warehouse.contracts import PATTERNS
from cpm_warehouse.errors import CpmError
from cpm_warehouse.receive.checks import checks_of
from cpm_warehouse.receive.landing import land
from cpm_warehouse.receive.quarantine import Repeats, check_counts, check_repeats, find_faulty
from cpm_warehouse.receive.reading import write_empty_parquet
from cpm_warehouse.receive.rules import Rules
from cpm_warehouse.receive.validating import Validator

# What breaks a check of its rule, tried on columns of each type. Every contract gets rows of all of them.
ODD = {
    # A code of 2023 and later, and one that the project lists, in an own list that adds to it.
    "varchar": ["null", "''", "'odd'", "'a' || chr(0)", "'4G North'", "'Client Hold'", "'kept'"],
    "bigint": ["null", "-1", "9"],
    "ubigint": ["null", "0", "18446744073709551615"],
    "boolean": ["null", "true"],
    "date": ["null", "date '2021-07-31'", "date '2021-08-01'", "date '2021-09-01'"],
    "timestamp": [
        "null",
        "timestamp '2021-07-31 22:59:59.999'",
        "timestamp '2021-07-31 23:00:00'",
        "timestamp '2021-08-31 23:59:59.999'",
        "timestamp '2021-09-01 00:00:00'",
    ],
    "varchar[]": ["null", "cast([] as varchar[])", "['odd']", "['90-B3-D5-1F-30-01-00-00', '']"],
}


@pytest.fixture(scope="module")
def validator(tmp_path_factory):
    return Validator(tmp_path_factory.mktemp("validation"))


def odd_rows(contract, path: Path) -> None:
    """Rows of which the n-th has, in each column, the next of the odd values of its type."""
    columns = ", ".join(
        f"list_extract([{', '.join(ODD[column.type])}],"
        f" cast(1 + (n // {place + 1} + {place}) % {len(ODD[column.type])} as integer))::{column.type}"
        f' as "{column.name}"'
        for place, column in enumerate(contract.columns)
    )
    duckdb.sql(f"copy (select {columns} from range(600) as numbers (n)) to '{path}' (format parquet)")


def test_every_check_finds_what_its_expectation_finds(validator, contracts, tmp_path):
    broken: Counter[str] = Counter()
    for contract in contracts.values():
        if contract.extract == "published_measure_results":
            continue
        path = tmp_path / f"{contract.extract}.parquet"
        odd_rows(contract, path)
        checks = checks_of(contract, "2021-08")
        findings = validator.validate(contract.extract, [path], checks, key=contract.key)
        counts: Counter[int] = Counter()
        with duckdb.connect() as connection:
            find_faulty(connection, path, checks, counts)
        check_counts(checks, [count for _, count in findings.counts], counts)
        broken.update({check.rule_id: count for check, count in findings.counts})
    assert [rule_id for rule_id, count in broken.items() if not count] == []
    assert len(broken) >= 16


def test_a_disagreement_stops_landing(contracts):
    checks = checks_of(contracts["pmr_deliveries"], "2021-08")
    with pytest.raises(CpmError, match="disagree"):
        check_counts(checks, [1] * len(checks), Counter())


def test_keys_that_only_sql_found_stop_landing():
    check_repeats(Repeats(0, {Path("a"): []}), False)
    check_repeats(Repeats(0, {}), True)
    for repeats in (Repeats(1, {}), Repeats(0, {Path("a"): [], Path("b"): [7]})):
        check_repeats(repeats, True)
        with pytest.raises(CpmError, match="disagree"):
            check_repeats(repeats, False)


def test_landing_holds_the_keys_of_sql_against_those_of_great_expectations(send, tmp_path, contracts, monkeypatch):
    monkeypatch.setattr(
        Validator,
        "_key_expectation",
        lambda self, key: self._expectation(
            "ExpectColumnToExist", {"column": key[0]}, meta={"rule_id": "key_conflict"}
        ),
    )
    extracts = send(
        "requestId,requestKind,receivedAt,answeredAt\n" + "R1,x,2021-08-01T10:00:00Z,\n" * 2,
        submission="smki/smki_requests/2021-08/v1",
    )
    with pytest.raises(CpmError, match="disagree"):
        list(land(extracts, tmp_path / "lake", contracts))
    assert not list((tmp_path / "lake/smki_requests").glob("provider=smki/*/*"))


@pytest.mark.parametrize("last", [299, 300])
def test_a_key_of_several_columns_repeats_where_all_of_them_do(validator, contracts, tmp_path, last):
    contract = contracts["service_requests"]
    path = tmp_path / "rows.parquet"
    parts = ", ".join(f"(n % {last}) // {10**place} % 10 as {name}" for place, name in enumerate(contract.key))
    duckdb.sql(f"copy (select {parts} from range(300) as numbers (n)) to '{path}' (format parquet)")
    findings = validator.validate(f"keys to {last}", [path], [], key=contract.key)
    assert findings.keys_repeat is (last == 299)


def test_a_check_names_the_columns_that_it_looks_at(contracts):
    for contract in contracts.values():
        for check in checks_of(contract, "2021-08"):
            assert set(check.columns) == {name for name in contract.names if f'"{name}"' in check.condition}


def test_long_lists_are_sql_and_short_ones_native(contracts):
    are_native = {
        check.columns[0]: check.expectation is not None
        for check in checks_of(contracts["service_requests"], "2021-08")
        if check.rule_id == "unknown_code"
    }
    assert not are_native["ResponseCode"] and not are_native["ServiceReferenceVariant"]
    assert are_native["DeviceType"] and are_native["Region"]


@pytest.mark.parametrize(
    ("form", "good"),
    [("eui64", "90-B3-D5-1F-30-01-00-00"), ("sha256", "0F" * 32), ("firmware_version", "0000A1F9")],
)
def test_no_form_has_room_for_a_nul(form, good):
    # Columns with a form are not searched for NUL.
    assert re.fullmatch(PATTERNS[form], good)
    for place in range(len(good) + 1):
        assert not re.fullmatch(PATTERNS[form], good[:place] + "\0" + good[place:])
        assert not re.fullmatch(PATTERNS[form], good[:place] + "\0" + good[place + 1 :])


def test_every_rule_that_a_check_names_is_in_the_seed(contracts):
    rules = Rules()
    for contract in contracts.values():
        for check in checks_of(contract, "2021-08"):
            assert rules[check.rule_id].level == "row"


def test_volume_is_held_against_the_month_before(validator, contracts, tmp_path):
    path = tmp_path / "rows.parquet"
    duckdb.sql(f"copy (select 1 as x from range(10)) to '{path}' (format parquet)")
    for bounds, is_odd in (((10, 10), False), ((11, 20), True), ((1, 9), True)):
        name = f"volume {bounds}"
        assert validator.validate(name, [path], [], row_bounds=bounds).volume_is_odd is is_odd


def test_a_volume_unlike_the_month_before_is_a_warning(send, tmp_path, contracts):
    header = "requestId,requestKind,receivedAt,answeredAt\n"
    for month, rows in (("2021-07", 10), ("2021-08", 4), ("2021-09", 3)):
        content = header + "".join(
            f"R{n},deviceCertificate,{month}-0{n % 9 + 1}T10:00:00Z,\n" for n in range(rows)
        )
        extracts = send(content, submission=f"smki/smki_requests/{month}/v1")
    warned = [
        [one.rule_id for one in outcome.warnings] for outcome in land(extracts, tmp_path / "lake", contracts)
    ]
    assert warned == [[], ["volume_unlike_month_before"], []]


def test_the_private_name_of_great_expectations_is_there(validator):
    engine = import_module("great_expectations.execution_engine.sqlalchemy_execution_engine")
    assert [str(dialect.value) for dialect in engine._PERSISTED_CONNECTION_DIALECTS].count("duckdb") == 1


def test_an_expectation_that_cannot_run_is_an_error(validator, contracts, tmp_path):
    path = tmp_path / "rows.parquet"
    duckdb.sql(f"copy (select 1 as x) to '{path}' (format parquet)")
    with pytest.raises(CpmError, match="could not run"):
        validator.validate("other columns", [path], checks_of(contracts["pmr_deliveries"], "2021-08"))


def test_data_docs_are_a_static_site(send, tmp_path, contracts):
    docs = tmp_path / "docs"
    list(land(send(), tmp_path / "lake", contracts, docs=docs))
    assert (docs / "index.html").exists()
    assert "pmr_deliveries.dcc.2021-08.v1" in (docs / "index.html").read_text()


def test_data_docs_tell_a_single_row_at_fault(send, tmp_path, contracts):
    docs = tmp_path / "docs"
    rows = [f"R{n},deviceCertificate,2021-08-01T10:00:00Z,\n" for n in range(99)]
    rows.append("R\0,deviceCertificate,2021-08-01T10:00:00Z,\n")
    extracts = send(
        "requestId,requestKind,receivedAt,answeredAt\n" + "".join(rows),
        submission="smki/smki_requests/2021-08/v1",
    )
    (outcome,) = land(extracts, tmp_path / "lake", contracts, docs=docs)
    assert (outcome.status, outcome.rows, outcome.quarantined) == ("landed", 99, 1)
    (page,) = (docs / "validations").rglob("*.html")
    assert "value_has_nul in requestId" in page.read_text()
    assert "fa-times" in page.read_text()  # the mark of an expectation that failed


def test_data_docs_count_what_is_wrong_and_do_not_quote_it(send, tmp_path, contracts):
    """A key that stands twice, a code that no list knows and a value of the wrong form may each name a device."""
    docs, device = tmp_path / "docs", "90-B3-D5-1F-30-01-00-2A"
    rows = [f"P{n},INC{n},1,2021-08-02T10:00:00Z\n" for n in range(97)]
    rows += [f"{device},INC1,1,2021-08-02T10:00:00Z\n"] * 2 + [f"P98,INC98,{device},2021-08-02T10:00:00Z\n"]
    extracts = send(
        "Provider Reference,DCC Incident Number,Category,Resolved At\n" + "".join(rows),
        submission="dsp/incident_list/2021-08/v1",
    )
    (outcome,) = land(extracts, tmp_path / "lake", contracts, docs=docs)
    assert {one.rule_id for one in outcome.warnings} >= {"unknown_code", "row_repeated"}
    assert len(list((docs / "validations").rglob("*.html"))) == 1
    assert [path for path in docs.rglob("*.html") if device in path.read_text()] == []


def test_a_file_without_a_row_that_can_be_read_has_nothing_to_sum(validator, contracts, tmp_path):
    contract = contracts["service_requests"]
    path = tmp_path / "empty.parquet"
    with duckdb.connect() as connection:
        write_empty_parquet(connection, contract, path)
    checks = checks_of(contract, "2021-08")
    findings = validator.validate("empty", [path], checks, key=contract.key)
    assert [count for _, count in findings.counts] == [0] * len(checks)
