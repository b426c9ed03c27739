"""A control file of wrong types is refused in one line, and stops its own submission only."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from conftest import GOOD
from cpm_warehouse.cli import main
from cpm_warehouse.errors import RefusalError
from cpm_warehouse.receive.control import read_control
from cpm_warehouse.receive.landing import land
from cpm_warehouse.receive.names import LONGEST_NAME

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FILE = {"name": "pmr.csv", "rows": 2, "sha256": hashlib.sha256(GOOD.encode()).hexdigest()}
CONTROL = {"received_at": "2021-10-13T09:00:00Z", "synthetic": True, "files": [FILE]}


def read(tmp_path, control, period="2021-08"):
    path = tmp_path / "control.json"
    path.write_bytes(control if isinstance(control, bytes) else json.dumps(control).encode())
    return read_control(path, period, NOW)


@pytest.mark.parametrize(
    "change",
    [
        *({"synthetic": value} for value in ("false", "true", "", None, 0, 1, [], {})),
        *({"received_at": value} for value in (None, 1, True, [], {}, "", "2021", "yesterday")),
        *({"received_at": value} for value in ("2021-10-06", "2021-10-06T09:00:00", "2021-10-06T25:00:00Z")),
        *({"received_at": f"0001-01-01T00:00:00{offset}"} for offset in ("+14:00", "+00:01")),
        *({"received_at": f"9999-12-31T23:59:59{offset}"} for offset in ("-14:00", "-00:01")),
        *({"received_at": f"2021-10-06T09:00:00{offset}"} for offset in ("+14:01", "-23:59", "+15:00")),
        *({"files": value} for value in (None, {}, "pmr.csv", 1, ["pmr.csv"], [None], [[]])),
        *({"files": [FILE | {"name": value}]} for value in (None, 1, True, [], {})),
        *({"files": [FILE | {"sha256": value}]} for value in (None, 1, [])),
        *({"files": [FILE | {"rows": value}]} for value in (None, True, "2", 2.0, [2])),
        {"files": [{"rows": 2, "sha256": FILE["sha256"]}]},
        {"files": [FILE, FILE]},
    ],
    ids=str,
)
def test_a_value_of_another_type_is_refused_in_one_line(tmp_path, change):
    with pytest.raises(RefusalError) as refused:
        read(tmp_path, CONTROL | change)
    assert refused.value.rule_id == "control_not_readable"
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"{", b"null", b"[]", b"1", b'"a"', b"\xff\xfe{}", b"{}", b"[" * 100_000),
        b'{"received_at": ' + b"1" * 5_000 + b"}",
        b'{"synthetic": true, "synthetic": false, "received_at": "2021-10-06T09:00:00Z", "files": []}',
        json.dumps(CONTROL).encode().replace(b'"rows": 2', b'"rows": 2, "rows": 3'),
    ],
    ids=lambda content: repr(content[:20]),
)
def test_what_is_no_control_file_is_refused_in_one_line(tmp_path, content):
    with pytest.raises(RefusalError) as refused:
        read(tmp_path, content)
    assert refused.value.rule_id == "control_not_readable"
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 2_500


@pytest.mark.parametrize(
    ("received_at", "rule_id"),
    [
        ("2021-07-31T22:59:59Z", "received_before_month"),
        ("2021-07-31T23:00:00Z", ""),  # midnight in London
        ("2021-08-01T00:00:00+14:00", "received_before_month"),
        ("2021-10-06T09:00:00+14:00", ""),
        ("2021-10-06T09:00:00-14:00", ""),
        ("0001-01-01T00:00:00Z", "received_before_month"),
        ("1999-12-31T23:59:59Z", "received_before_month"),
        ("2026-01-02T00:00:00Z", ""),
        ("2026-01-02T00:00:01Z", "received_in_the_future"),
        ("9999-12-31T23:59:59Z", "received_in_the_future"),
        ("9999-12-31T23:59:59+14:00", "received_in_the_future"),
    ],
)
def test_received_neither_before_the_month_nor_in_the_future(tmp_path, received_at, rule_id):
    if not rule_id:
        read(tmp_path, CONTROL | {"received_at": received_at})
        return
    with pytest.raises(RefusalError) as refused:
        read(tmp_path, CONTROL | {"received_at": received_at})
    assert refused.value.rule_id == rule_id


def test_a_control_file_is_read(tmp_path):
    control = read(tmp_path, b"\xef\xbb\xbf" + json.dumps(CONTROL | {"sender": "dcc"}).encode())
    assert (control.is_synthetic, control.rows) == (True, {"pmr.csv": 2})
    assert list(control.unknown_keys) == ["sender"]
    assert read(tmp_path, {name: CONTROL[name] for name in ("received_at", "files")}).is_synthetic is False


def test_nothing_is_needed_but_the_time_of_receipt(tmp_path):
    control = read(tmp_path, {"received_at": CONTROL["received_at"]})
    assert (control.is_synthetic, control.names, control.rows, control.checksums) == (False, None, {}, {})
    control = read(tmp_path, CONTROL | {"files": [{"name": "a.csv"}, FILE | {"rows": 0}]})
    assert (control.names, control.rows) == (["a.csv", "pmr.csv"], {"pmr.csv": 0})
    assert list(control.checksums) == ["pmr.csv"]
    for lacking in ({}, {"synthetic": True, "files": [FILE]}):
        with pytest.raises(RefusalError, match=r"lacks received_at: .* may have synthetic .*cpm control"):
            read(tmp_path, lacking)


def test_bad_ones_are_refused_and_the_others_land(send, tmp_path, contracts, monkeypatch):
    """With a folder that cannot be listed and a file that cannot be read, whoever runs the test."""
    bad = {"synthetic": "false"}, {"received_at": "0001-01-01T00:00:00+14:00"}, {"files": [{"name": "\ud800"}]}
    for number, change in enumerate(bad, start=1):
        send(submission=f"dcc/pmr_deliveries/2021-08/v{number}", control=CONTROL | change)
    send(submission="dcc/pmr_deliveries/2021-08/v5", name="unreadable.csv")
    send(submission="dcc/pmr_deliveries/2021-08/v6")
    extracts = send(submission="dcc/pmr_deliveries/2021-08/v4")
    (extracts / "csp_north/incident_list").mkdir(parents=True)

    def forbid(path, what):
        plain = getattr(type(path), what)

        def tried(self, *arguments, **options):
            if self.name in {"incident_list", "unreadable.csv"}:
                raise PermissionError(13, "Permission denied", str(self))
            return plain(self, *arguments, **options)

        monkeypatch.setattr(type(path), what, tried)

    forbid(extracts, "iterdir")
    forbid(extracts, "open")
    found = {one.submission.key: one for one in land(extracts, tmp_path / "lake", contracts)}
    refused = {key: one.rule_id for key, one in found.items() if one.status == "refused"}
    assert refused == {
        "incident_list/csp_north//v0": "file_not_readable",
        "pmr_deliveries/dcc/2021-08/v1": "control_not_readable",
        "pmr_deliveries/dcc/2021-08/v2": "control_not_readable",
        "pmr_deliveries/dcc/2021-08/v3": "control_files_differ",
        "pmr_deliveries/dcc/2021-08/v5": "file_not_readable",
    }
    assert [one.status for one in found.values() if one.status != "refused"] == ["landed", "landed"]
    for one in found.values():
        assert b"\n" not in one.reason.encode()


@pytest.mark.parametrize(
    "change",
    [{"synthetic": False}, {"received_at": "2021-10-07T09:00:00Z"}, None],
    ids=["synthetic", "received_at", "gone"],
)
def test_a_control_file_that_changes_what_has_landed_is_noticed(send, tmp_path, change):
    extracts = send(control=CONTROL)
    command = ["land", "--extracts", str(extracts), "--lake", str(tmp_path / "lake")]
    assert CliRunner().invoke(main, command).exit_code == 0
    path = extracts / "dcc/pmr_deliveries/2021-08/v1/control.json"
    path.write_text(json.dumps(CONTROL | {"note": "said otherwise, and means the same"}))
    assert CliRunner().invoke(main, command).exit_code == 0
    path.unlink()
    if change:
        send(control=CONTROL | change)
    result = CliRunner().invoke(main, command)
    assert result.exit_code == 4
    assert result.output.count("refused pmr_deliveries/dcc/2021-08/v1 (control_changed)") == 1
    send(control=CONTROL)
    assert CliRunner().invoke(main, command).exit_code == 0


def test_a_control_file_that_comes_after_landing_is_noticed(send, tmp_path, contracts):
    lake = tmp_path / "lake"
    assert [one.status for one in land(send(), lake, contracts)] == ["landed"]
    assert [one.rule_id for one in land(send(control=CONTROL), lake, contracts)] == ["control_changed"]


def test_names_may_be_as_long_as_landing_can_keep(send, tmp_path, contracts):
    name = "a" * (LONGEST_NAME - 4) + ".csv"
    assert [one.status for one in land(send(name=name), tmp_path / "lake", contracts)] == ["landed"]
