"""Great Expectations and the SQL of each check find the same rows; what it depends on is there."""

import json
import re
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from cpm_warehouse.contracts import PATTERNS
from cpm_warehouse.errors import CpmError, DamageError
from cpm_warehouse.receive.checks import checks_of, rule_ids
from cpm_warehouse.receive.counted import COUNTED, Counted
from cpm_warehouse.receive.empty import write_empty
from cpm_warehouse.receive.figures import Marks
from cpm_warehouse.receive.judging import judge, require_judged, unjudged
from cpm_warehouse.receive.landing import land
from cpm_warehouse.receive.quarantine import check_counts
from cpm_warehouse.receive.reading import Staged
from cpm_warehouse.receive.rules import Rules, instant_bounds
from cpm_warehouse.receive.sources import Source
from cpm_warehouse.receive.validating import Validator
from cpm_warehouse.receive.verifying import JUDGED, check_lake, require_sound
from native_expectations import find_natively

BOUNDS = instant_bounds(datetime(2021, 9, 5, 10, tzinfo=UTC))
# What breaks a check of its rule, tried on columns of each type. Every contract gets rows of all of them.
ODD = {
    # A code of 2023 and later, and one that the project lists, in an own list that adds to it.
    # And what no text or identifier should look like.
    "varchar": [
        *("null", "''", "'odd'", "'a' || chr(0)", "'4G North'", "'P1'", "'kept'", "'-'", "' P1'", "'=\"P1\"'"),
        *("'N/A'", "'P1' || chr(160)", "'1.2E+15'", "'Client Hold'", "'P' || chr(8203) || '1'"),
    ],
    "bigint": ["null", "-1", "9"],
    "ubigint": ["null", "0", "18446744073709551615"],
    "boolean": ["null", "true"],
    "date": [
        *("null", "date '2021-07-31'", "date '2021-08-01'", "date '2021-09-01'"),
        *("date '1970-01-01'", "date '2021-09-06'", "date 'infinity'"),
    ],
    "timestamp": [
        "null",
        "timestamp '-infinity'",
        "timestamp '1970-01-01 00:00:00'",
        "timestamp '2021-09-05 12:00:00.000001'",
        "timestamp '2099-12-31 00:00:00'",
        "timestamp '2021-07-31 22:59:59.999'",
        "timestamp '2021-07-31 23:00:00'",
        "timestamp '2021-08-31 23:59:59.999'",
        "timestamp '2021-09-01 00:00:00'",
    ],
    "varchar[]": ["null", "cast([] as varchar[])", "['odd']", "['90-B3-D5-1F-30-01-00-00', '']"],
}


@pytest.fixture(scope="module")
def validator():
    return Validator()


def odd_rows(contract, path: Path) -> None:
    """Rows of which the n-th has, in each column, the next of the odd values of its type."""
    columns = ", ".join(
        f"list_extract([{', '.join(ODD[column.type])}],"
        f" cast(1 + (n // {place + 1} + {place}) % {len(ODD[column.type])} as integer))::{column.type}"
        f' as "{column.name}"'
        for place, column in enumerate(contract.columns)
    )
    duckdb.sql(f"copy (select {columns} from range(600) as numbers (n)) to '{path}' (format parquet)")


def counted_in(path: Path, contract, checks, row_bounds=None) -> Counted:
    """Count in the rows of a file what landing counts, as if each was noted."""
    with duckdb.connect() as connection:
        rows = connection.sql(f"select count(*) from read_parquet('{path}')").fetchone()
        source = Source(path, "", contract.names, [], rows[0])
        with closing(Marks(connection, [Staged(source, path, rows=rows[0])], contract, checks)) as marks:
            marks.read(0)
            everything = list(range(len(checks)))
            marks.pick(everything)
            found: Counter[int] = Counter()
            marks.find_faulty(0, everything, found)
            check_counts(checks, {number: marks.broken(number) for number in everything}, found)
            noted = [marks.broken(number) for number in everything]
            return marks.counted(marks.repeats(), noted=noted, row_bounds=row_bounds, volume_noted=False)


def test_great_expectations_finds_in_the_rows_what_landing_counts(validator, contracts, tmp_path):
    """Each check has two forms, a condition in SQL and an expectation; here the expectation reads the rows."""
    broken: Counter[str] = Counter()
    for contract in contracts.values():
        if contract.extract == "published_measure_results":
            continue
        path = tmp_path / f"{contract.extract}.parquet"
        odd_rows(contract, path)
        checks = checks_of(contract, "2021-08", bounds=BOUNDS)
        counted = counted_in(path, contract, checks, row_bounds=(601, 700))
        natively = find_natively(contract.extract, path, checks, counted, tmp_path)
        by_figures = validator.validate(contract.extract, counted)
        assert by_figures.counts == natively.counts == {n: one.broken for n, one in enumerate(counted.checks)}
        assert by_figures.keys_repeat is natively.keys_repeat is (counted.distinct < 600)
        assert by_figures.volume_is_odd is natively.volume_is_odd is True
        for number, count in by_figures.counts.items():
            broken[checks[number].rule_id] += count
    assert [rule_id for rule_id, count in broken.items() if not count] == []
    assert len(broken) >= 16


def test_a_look_misses_nothing_that_it_stands_for(contracts, tmp_path):
    broken: Counter[str] = Counter()
    for contract in contracts.values():
        if contract.extract == "published_measure_results":
            continue
        path = tmp_path / f"{contract.extract}.parquet"
        odd_rows(contract, path)
        for look in checks_of(contract, "2021-08", bounds=BOUNDS):
            for check in look.finer or ():
                found = duckdb.sql(
                    f"select count(*) filter (where not coalesce({look.condition}, false)), count(*)"
                    f" from '{path}' where {check.condition}"
                ).fetchone()
                assert found[0] == 0, f"{look.rule_id} of {contract.extract} misses {check.rule_id}"
                broken[check.rule_id] += found[1]
    assert len(broken) == 6
    assert min(broken.values()) > 0


def test_rows_that_are_counted_and_not_found_stop_landing(contracts):
    checks = checks_of(contracts["pmr_deliveries"], "2021-08")
    with pytest.raises(CpmError, match="1 rows were counted and 0 found"):
        check_counts(checks, {0: 1}, Counter())


def test_what_is_found_and_not_noted_is_a_fault(validator, contracts, tmp_path):
    contract = contracts["pmr_deliveries"]
    path = tmp_path / "rows.parquet"
    odd_rows(contract, path)
    checks = checks_of(contract, "2021-08")
    counted = replace(counted_in(path, contract, checks, row_bounds=(600, 600)), repeats_noted=True)
    assert list(validator.validate("a", counted).faults(counted)) == []
    one, *others = counted.checks
    assert one.broken
    for changed, said in (
        (replace(counted, checks=[replace(one, noted=one.noted - 1), *others]), "landing noted"),
        (replace(counted, repeats_noted=False), "keys of"),
        (replace(counted, row_bounds=(601, 700)), "rows, of"),
        (replace(counted, volume_noted=True), "rows, of"),
    ):
        (fault,) = validator.validate("a", changed).faults(changed)
        assert said in fault


@pytest.mark.parametrize("last", [299, 300])
def test_a_key_of_several_columns_repeats_where_all_of_them_do(validator, contracts, tmp_path, last):
    contract = contracts["service_requests"]
    path = tmp_path / "rows.parquet"
    parts = ", ".join(f"(n % {last}) // {10**place} % 10 as {name}" for place, name in enumerate(contract.key))
    others = ", ".join(
        f'null::{one.type} as "{one.name}"' for one in contract.columns if one.name not in contract.key
    )
    duckdb.sql(f"copy (select {parts}, {others} from range(300) as numbers (n)) to '{path}' (format parquet)")
    counted = counted_in(path, contract, [])
    assert (counted.rows, counted.distinct, counted.shared) == (300, last, 2 * (300 - last))
    assert validator.validate(f"keys to {last}", counted).keys_repeat is (last == 299)


def test_a_check_names_the_columns_that_it_looks_at(contracts):
    for contract in contracts.values():
        for check in checks_of(contract, "2021-08", bounds=BOUNDS):
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
        for rule_id in rule_ids(checks_of(contract, "2021-08", bounds=BOUNDS)):
            assert rules[rule_id].level == "row"


def test_volume_is_held_against_the_month_before(validator, contracts, tmp_path):
    path = tmp_path / "rows.parquet"
    odd_rows(contracts["pmr_deliveries"], path)
    for bounds, is_odd in (((600, 600), False), ((601, 700), True), ((1, 599), True)):
        counted = counted_in(path, contracts["pmr_deliveries"], [], row_bounds=bounds)
        assert validator.validate(f"volume {bounds}", counted).volume_is_odd is is_odd


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


def test_an_expectation_that_cannot_run_is_an_error(validator, contracts, tmp_path):
    contract = contracts["pmr_deliveries"]
    path = tmp_path / "rows.parquet"
    odd_rows(contract, path)
    counted = counted_in(path, contract, checks_of(contract, "2021-08"))
    unknown = replace(counted.checks[0], expectation="ExpectColumnMinToBeBetween", arguments={"column": "x"})
    with pytest.raises(CpmError, match="could not run"):
        validator.validate("another figure", replace(counted, checks=[unknown]))


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


def test_a_file_without_a_row_that_can_be_read_has_nothing_to_find(validator, contracts, tmp_path):
    contract = contracts["service_requests"]
    path = tmp_path / "empty.parquet"
    with duckdb.connect() as connection:
        write_empty(connection, contract.types, path)
    checks = checks_of(contract, "2021-08")
    counted = counted_in(path, contract, checks)
    findings = validator.validate("empty", counted)
    assert set(findings.counts.values()) == {0}
    assert not findings.keys_repeat


def test_a_build_waits_for_great_expectations_and_takes_nothing_that_it_faults(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    list(land(send(), lake, contracts))
    assert list(unjudged(lake, require_sound(lake))) == ["pmr_deliveries/dcc/2021-08/v1"]
    require_judged(lake, require_sound(lake))  # in a process of its own
    assert not unjudged(lake, require_sound(lake))
    assert check_lake(lake, thorough=True) == []
    judged = json.loads((lake / JUDGED).read_text())
    judged["pmr_deliveries/dcc/2021-08/v1"]["faults"] = ["value_missing in PMR Version: finds 3 rows"]
    (lake / JUDGED).write_text(json.dumps(judged))
    with pytest.raises(CpmError, match="finds 3 rows; this is a fault of the warehouse"):
        require_judged(lake, require_sound(lake))
    (lake / JUDGED).unlink()
    assert judge(lake, require_sound(lake)) == 1
    assert judge(lake, require_sound(lake)) == 0


def test_what_was_counted_is_checked_like_all_that_landed(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    list(land(send(), lake, contracts))
    (path,) = lake.glob(f"*/*/*/*/{COUNTED}")
    path.write_text(path.read_text().replace('"rows": 2', '"rows": 3'))
    with pytest.raises(DamageError, match=r"_counted/counted.json"):
        require_sound(lake)
