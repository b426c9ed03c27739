"""The simulated traffic: the same bytes each time, true to its contracts, with the faults it says it has."""

import csv
import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cpm_warehouse.contracts import Column, Contract, load_contracts
from cpm_warehouse.errors import CpmError
from cpm_warehouse.receive.landing import land
from cpm_warehouse.simulate import Summary, simulate
from cpm_warehouse.simulate.writing import File, write_file

EVERY = "/*/v*/*.parquet"


@pytest.fixture(scope="module")
def simulation(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    root = tmp_path_factory.mktemp("simulation")
    return root, simulate(root / "out", root / "truth", areas=["traffic"])


@pytest.fixture(scope="module")
def lake(
    simulation: tuple[Path, Summary], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The extracts as landed: a view for each, with provider, period and version as columns."""
    root, _ = simulation
    folder = tmp_path_factory.mktemp("lake")
    contracts = load_contracts()
    assert {outcome.status for outcome in land(root / "out", folder, contracts)} == {"landed"}
    with duckdb.connect() as connection:
        for extract in contracts:
            connection.execute(
                f"create view {extract} as select * from read_parquet("
                f"'{folder}/{extract}/*/*/*/*.parquet', hive_partitioning = true,"
                " hive_types_autocast = false, union_by_name = true)"
            )
        connection.execute(
            "create view quarantined_rows as select * from"
            f" read_parquet('{folder}/*/*/*/*/_quarantine/*.parquet', hive_partitioning = false)"
        )
        for truth in (root / "truth").glob("*.csv"):
            connection.execute(f"create view truth_{truth.stem} as from read_csv('{truth}')")
        yield connection


def digests(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def row(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[Any, ...]:
    found = connection.execute(sql).fetchone()
    assert found is not None
    return found


def controls(root: Path) -> list[tuple[Path, dict[str, Any]]]:
    return [(path, json.loads(path.read_text())) for path in sorted(root.rglob("control.json"))]


def test_same_seed_gives_same_bytes_whatever_the_number_of_cores(
    simulation: tuple[Path, Summary], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, _ = simulation
    cores = os.cpu_count() or 1
    monkeypatch.setattr(os, "cpu_count", lambda: 1 if cores > 1 else 2)
    simulate(tmp_path / "out", tmp_path / "truth", areas=["traffic"])
    assert digests(tmp_path) == digests(root)


def test_another_seed_gives_other_events_in_place_of_the_earlier_ones(
    simulation: tuple[Path, Summary], tmp_path: Path
) -> None:
    root, _ = simulation
    earlier = tmp_path / "out/dsp/alerts/2021-06/v1"
    earlier.mkdir(parents=True)
    (earlier / "control.json").write_text('{"synthetic": true}')
    simulate(tmp_path / "out", tmp_path / "truth", areas=["traffic"], seed=2, months=1)
    name = "out/dsp/service_requests/2021-07/v1/dsp_service_requests_202107.parquet"
    assert digests(tmp_path)[name] != digests(root)[name]
    assert not earlier.exists()


def test_control_files_tell_the_rows_and_sums_of_every_file(
    simulation: tuple[Path, Summary],
) -> None:
    root, summary = simulation
    rows = 0
    for path, control in controls(root / "out"):
        assert control["synthetic"] is True
        datetime.strptime(control["received_at"], "%Y-%m-%dT%H:%M:%SZ")
        assert {file["name"] for file in control["files"]} == {
            file.name for file in path.parent.iterdir() if file.name != "control.json"
        }
        for file in control["files"]:
            received = path.parent / file["name"]
            assert file["sha256"] == hashlib.sha256(received.read_bytes()).hexdigest()
            if received.suffix == ".parquet":
                counted = row(duckdb.connect(), f"select count(*) from '{received}'")[0]
            else:
                opened = gzip.open if received.suffix == ".gz" else open
                with opened(received, "rt", newline="") as lines:
                    counted = sum(1 for _ in csv.reader(lines)) - 1
            assert file["rows"] == counted
            rows += counted
    assert rows == summary.rows
    assert len(controls(root / "out")) == summary.submissions


def test_parquet_files_have_the_types_of_their_contracts(simulation: tuple[Path, Summary]) -> None:
    root, _ = simulation
    contracts = load_contracts()
    for path in (root / "out").rglob("*.parquet"):
        wanted = contracts[path.parts[-4]].columns
        found = duckdb.execute(f"describe from '{path}'").fetchall()
        assert [(name, kind.lower()) for name, kind, *_ in found] == [
            (column.name, column.type) for column in wanted if not column.optional
        ]


def test_the_sample_holds_both_formats_a_submission_in_parts_and_one_without_rows(
    simulation: tuple[Path, Summary],
) -> None:
    root, summary = simulation
    files = [path.name for path in (root / "out").rglob("*") if path.is_file()]
    assert any(name.startswith("dsp_service_requests") and ".csv.gz" in name for name in files)
    assert any(name.endswith("_p002.parquet") for name in files)
    empty = root / "out/dcc/self_service_interface_outages/2021-09/v1"
    assert (empty / "dcc_self_service_interface_outages_202109.csv").read_text() == (
        "Outage From,Outage To,Planned,Notified In Time\n"
    )
    assert summary.size_bytes < 3_500_000


def test_volumes_keep_to_the_national_proportions(lake: duckdb.DuckDBPyConnection) -> None:
    requests, alerts, dcc_share = row(
        lake,
        "select (select count(*) from service_requests where period = '2021-10'), count(*),"
        " avg(if(AlertKind = 'DCC', 1, 0)) from alerts where period = '2021-10'",
    )
    assert 4900 < requests < 5300
    assert alerts / requests == pytest.approx(1.686, rel=0.25)
    assert dcc_share == pytest.approx(86 / 1686, rel=0.3)
    devices, homes, meters, smets1_meters = row(
        lake,
        "select count(*), count(*) filter (DeviceType = 'CHF'), count(*) filter (DeviceType in ('ESME', 'GSME')),"
        " count(*) filter (DeviceType in ('ESME', 'GSME') and Generation = 'SMETS1')"
        " from device_inventory where period = '2021-10'",
    )
    assert devices > 1000
    assert devices / homes == pytest.approx(4.2, rel=0.05)
    assert meters / homes == pytest.approx(1.63, rel=0.03)
    assert smets1_meters / meters == pytest.approx(0.387, abs=0.02)


def test_alerts_vary_by_month_and_storm_on_some_days(lake: duckdb.DuckDBPyConnection) -> None:
    """A storm: about twice the Alerts of a usual day, or more, many of them of one code and a few devices."""
    months = lake.execute("select count(*) from alerts where provider = 'dsp' group by period").fetchall()
    assert max(months)[0] > 1.15 * min(months)[0]
    days = lake.execute(
        """
        with days as (
            select provider, period, RaisedAt::date as day, count(*) as alerts
            from alerts where strftime(RaisedAt, '%Y-%m') = period
            group by all
        ),
        usual as (select provider, period, median(alerts) as alerts from days group by all)
        select days.period, days.day
        from days inner join usual using (provider, period)
        where days.provider = 'dsp' and days.alerts > 1.9 * usual.alerts
        order by days.alerts / usual.alerts
        """
    ).fetchall()
    assert len({period for period, _ in days}) >= 3
    of_one_code, devices, alerts = row(
        lake,
        "select max(n), arg_max(devices, n), sum(n) from ("
        " select AlertCode, count(*) as n, count(distinct DeviceId) as devices from alerts"
        f" where provider = 'dsp' and RaisedAt::date = '{days[-1][1]}' group by AlertCode)",
    )
    assert of_one_code > 0.4 * alerts
    assert devices < 40


def test_one_alert_of_the_dsp_a_month_was_raised_in_the_last_second_before(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    found = lake.execute(
        "select period, RaisedAt::varchar from alerts where strftime(RaisedAt, '%Y-%m') < period order by period"
    ).fetchall()
    assert found == [
        ("2021-08", "2021-07-31 23:59:59"),
        ("2021-09", "2021-08-31 23:59:59"),
        ("2021-10", "2021-09-30 23:59:59"),
    ]


def test_no_request_id_is_used_twice_but_the_one_that_was_planted(lake: duckdb.DuckDBPyConnection) -> None:
    reused = lake.execute(
        "select count(*), list(period order by period), count(distinct DeviceIds) from update_firmware_requests"
        " group by RequestId having count(*) > 1"
    ).fetchall()
    assert reused == [(2, ["2021-07", "2021-08"], 2)]


def test_updates_fail_at_every_kind_of_provider(lake: duckdb.DuckDBPyConnection) -> None:
    codes, providers = row(
        lake,
        "select count(distinct outcome_code), count(distinct provider) from firmware_requests"
        " where service_reference_variant = '11.1' and outcome_code > 0",
    )
    assert codes >= 2 and providers == 3
    hubs = "select *, coalesce(IMAGE_HASH, FIRMWARE_VERSION) as image from comms_hub_firmware"
    # SENT, SENT, FAILED: nothing between the two sendings says that the first one was a success.
    (twice,) = row(
        lake,
        f"select count(*) from (select list(STEP order by STEP_AT) as steps from ({hubs}) group by HUB_ID, image)"
        " where steps[1:3] = ['SENT', 'SENT', 'FAILED']",
    )
    # Sent again in the month after the one whose inventory showed the version.
    (again,) = row(
        lake,
        "select count(*) from ("
        f" select HUB_ID, image, max(STEP_AT) as sent_again_at from ({hubs}) where STEP = 'SENT'"
        " group by all having count(distinct period) > 1) as hubs inner join device_inventory as inventory"
        " on hubs.HUB_ID = inventory.DeviceId and inventory.FirmwareVersion = hubs.image"
        " and inventory.period < strftime(hubs.sent_again_at, '%Y-%m')",
    )
    assert twice >= 1 and again >= 1


def test_the_4g_network_is_of_2023(lake: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    has_4g = "select count(*) filter (Region like '4G%') > 0 from"
    assert row(lake, f"{has_4g} device_inventory") == (False,)
    simulate(
        tmp_path / "out", tmp_path / "truth", areas=["traffic"], first_month=date(2023, 1, 1), months=1, scale=2e-5
    )
    assert row(duckdb.connect(), f"{has_4g} '{tmp_path}/out/dsp/device_inventory/*/*/*.parquet'") == (True,)


def test_a_few_rows_are_quarantined_as_planted(lake: duckdb.DuckDBPyConnection) -> None:
    planted = "select extract, provider, period, version, rule_id, row_count from truth_quarantined_rows"
    found = "select extract, provider, period, version, rule_id, count(*) from quarantined_rows group by all"
    differing = f"(({planted}) except all ({found})) union all (({found}) except all ({planted}))"
    assert lake.execute(differing).fetchall() == []
    assert row(lake, "select sum(row_count) from truth_quarantined_rows") == (6,)


def test_few_variants_and_parties_make_most_traffic(lake: duckdb.DuckDBPyConnection) -> None:
    def share_of_five_largest(column: str) -> float:
        share: float = row(
            lake,
            f"select sum(n) filter (place <= 5) / sum(n) from (select count(*) as n,"
            f" row_number() over (order by n desc) as place from service_requests group by {column})",
        )[0]
        return share

    assert share_of_five_largest("ServiceReferenceVariant") > 0.5
    assert share_of_five_largest("PartyId") > 0.5


def test_each_provider_sends_the_alerts_of_its_own_regions(lake: duckdb.DuckDBPyConnection) -> None:
    found = lake.execute(
        "select provider, list(distinct Region order by Region), count(distinct period) from alerts"
        " where Region <> 'East' group by provider order by provider"
    ).fetchall()
    assert found == [
        ("csp_north", ["North"], 2),
        ("dsp", ["Central", "South"], 4),
        ("s1sp_foc", ["SMETS1"], 2),
        ("s1sp_ioc", ["SMETS1"], 2),
        ("s1sp_moc", ["SMETS1"], 2),
    ]  # fmt: skip


def test_request_legs_follow_each_other_and_only_devices_have_a_wan_leg(
    lake: duckdb.DuckDBPyConnection,
) -> None:
    assert row(
        lake,
        "select count(*) filter (SentToWanAt < coalesce(ExecuteAt, ReceivedAt)),"
        " count(*) filter (BackFromWanAt < SentToWanAt or BackFromWanAt > RespondedAt),"
        " count(*) filter (Region is null and SentToWanAt is not null),"
        " count(*) filter (ResponseCode in ('E20', 'E21', 'E30') and BackFromWanAt is not null),"
        " count(*) filter (ResponseCode is null) - count(*) filter (RespondedAt is null),"
        " count(*) filter ((Mode = 'OnDemand') <> (ExecuteAt is null))"
        " from service_requests where ServiceReferenceVariant <> '11.3'",
    ) == (0, 0, 0, 0, 0, 0)


def test_faults_and_rarities_are_there(lake: duckdb.DuckDBPyConnection) -> None:
    found = row(
        lake,
        "select count(*) filter (ResponseCode in ('E20', 'E21', 'E30')),"
        " count(*) filter (ResponseCode = 'I99'), count(*) filter (ResponseCode like 'W%'),"
        " count(*) filter (OriginatorCounter = 18446744073709551615),"
        " count(*) filter (ResponseCode = 'E999'), count(*) filter (Region = 'East'),"
        " count(*) filter (ServiceReferenceVariant = '99.1'), count(*) filter (UserRole is null),"
        " count(*) filter (ReceivedAt between '2021-10-31 00:00' and '2021-10-31 02:00')"
        " from service_requests",
    )
    assert all(found), found
    found = row(
        lake,
        "select count(*) filter (AlertCode = 'AD1'), count(*) filter (AlertCode like '8F3_'),"
        " count(*) filter (SentAt is null), count(*) filter (ThrottledCount > 1),"
        " count(*) filter (AlertCode in ('8FFF', 'N32')), count(*) filter (RaisedAt is null)"
        " from alerts",
    )
    assert all(found), found


def test_truth_counts_what_the_files_hold(lake: duckdb.DuckDBPyConnection) -> None:
    unlisted = {
        "service_requests": "ServiceReferenceVariant = '99.1' or ResponseCode = 'E999' or Region = 'East'",
        "alerts": "AlertCode in ('8FFF', 'N32') or Region = 'East'",
    }
    for extract, condition in unlisted.items():
        assert row(
            lake,
            f"""
            with found as (
                select
                    provider,
                    period,
                    version::bigint as version,
                    count(*) as row_count,
                    count(*) filter ({condition}) as unlisted
                from (select * from {extract} where period <> 'none')
                group by all
            )
            select count(*), count(*) filter (
                truth.row_count = found.row_count
                and truth.unlisted_code_row_count = found.unlisted
            )
            from found full join truth_{extract} as truth using (provider, period, version)
            """,
        ) == row(lake, f"select count(*), count(*) from truth_{extract}")
        planted, copies = row(
            lake,
            f"select (select sum(duplicate_row_count) from truth_{extract}), count(*) - (select"
            f" count(*) from (select distinct * from {extract})) from {extract}",
        )
        assert planted == copies > 0


def test_the_correction_completes_the_version_that_was_cut(lake: duckdb.DuckDBPyConnection) -> None:
    days = "count(distinct ReceivedAt::date)"
    where = "from service_requests where period = '2021-08' and version ="
    assert row(lake, f"select {days} {where} '1'")[0] < row(lake, f"select {days} {where} '2'")[0]
    columns = "* exclude (provider, period, version)"
    assert lake.execute(f"select {columns} {where} '1' except select {columns} {where} '2'").fetchall() == []


def test_devices_and_images_are_those_of_the_inventory(lake: duckdb.DuckDBPyConnection) -> None:
    # A few devices that the inventory does not know were planted; their traffic goes on.
    for column in (
        "TargetId from service_requests where DeviceType is not null",
        "DeviceId from alerts",
        "unnest(DeviceIds) from update_firmware_requests",
        "HUB_ID from comms_hub_firmware",
        "device_id from firmware_requests",
        "CommsHubId from device_inventory",
    ):
        unknown, every = row(
            lake,
            f"with named(device) as (select distinct {column})"
            " select count(*) filter (device not in (select DeviceId from device_inventory)), count(*) from named",
        )
        assert unknown / every < 0.1, column
    matched, updates = row(
        lake,
        "select count(*) filter (later.device_id is not null), count(*)"
        " from firmware_requests as earlier left join firmware_requests as later"
        " on earlier.device_id = later.device_id and earlier.image_hash = later.image_hash"
        " and later.service_reference_variant = '11.3' and later.requested_at > earlier.requested_at"
        " where earlier.service_reference_variant = '11.1'",
    )
    assert 0.6 < matched / updates < 0.98
    assert row(lake, "select count(*) filter (ImageHash is null) > 0 from central_products_list") == (True,)


def test_what_simulate_did_not_write_is_never_removed(tmp_path: Path) -> None:
    real = tmp_path / "out/dsp/alerts/2021-07/v1"
    real.mkdir(parents=True)
    (real / "alerts.csv").write_text("AlertKind\n")
    for control in (None, '{"received_at": "2021-08-05T09:12:00Z", "synthetic": false}', "?"):
        if control:
            (real / "control.json").write_text(control)
        with pytest.raises(CpmError, match="did not write"):
            simulate(tmp_path / "out", tmp_path / "truth", areas=["traffic"])
        assert (real / "alerts.csv").exists()


def test_arguments_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    for arguments in (
        {"areas": ["trafic"]},
        {"first_month": date(2021, 7, 2)},
        {"months": 0},
        {"scale": 0.0},
    ):
        with pytest.raises(CpmError):
            simulate(tmp_path / "out", tmp_path / "truth", **arguments)  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_local_times_carry_their_offset_through_the_clock_change(tmp_path: Path) -> None:
    contract = Contract(
        extract="changes",
        description="",
        providers=("dcc",),
        columns=(Column("Changed At", "timestamp", True, ""), Column("Groups", "varchar[]", True, "")),
        key=(),
        format="csv",
        timestamp_style="local_offset",
        may_be_empty=False,
    )
    file = File(contract, "dcc", "2021-10", 1, datetime(2021, 11, 4), "csv")
    (tmp_path / file.directory).mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            "create table out_changes as select unnest([timestamp '2021-10-31 00:59:59.5',"
            " '2021-10-31 01:00', null]) as \"Changed At\", ['a', 'b'] as \"Groups\""
        )
        written = write_file(connection, "", file, tmp_path)
    assert (tmp_path / file.directory / file.name).read_text().splitlines() == [
        "Changed At,Groups",
        "2021-10-31T01:59:59.500+0100,a;b",
        "2021-10-31T01:00:00.000+0000,a;b",
        ",a;b",
    ]
    assert written.rows == 3
