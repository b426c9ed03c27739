"""Rows that share their key with another of their submission are listed when they land, or by a command."""

import json
import shutil
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from cpm_warehouse.cli import main
from cpm_warehouse.errors import CpmError
from cpm_warehouse.receive.empty import write_empty
from cpm_warehouse.receive.journal import entry_bytes, read_journal, with_checksum
from cpm_warehouse.receive.landing import land
from cpm_warehouse.receive.quarantine import COLUMNS
from cpm_warehouse.receive.repeats import require_listed
from cpm_warehouse.receive.verifying import check_lake, require_sound

PLACE = "alerts/provider=csp_north/period=2021-08/version=1"
# Alert code, device (none where 0), second, and whether a row is at fault: its kind is none.
FILES = {
    "a": [("8F0A", 1, 1, False), ("8F0A", 1, 2, True), ("8F0A", 1, 1, False), ("8F0A", 2, 1, False)],
    "b": [("8F0A", 9, 9, True), ("8F0B", 1, 1, False), ("8F0A", 0, 1, False), ("8F0A", 0, 1, False)],
    "c": [("8F0A", 2, 1, False), ("8F0C", 3, 1, False), ("8F0C", 3, 1, True)],
}
# In one file and across two; without a device, which models leave out; not one whose copy was at fault.
LISTED = [
    ("a.parquet", 0),
    ("a.parquet", 1),
    ("a.parquet", 2),
    ("b.parquet", 1),
    ("b.parquet", 2),
    ("c.parquet", 0),
]


@pytest.fixture
def lake(send, tmp_path, contracts) -> Path:
    for name, rows in FILES.items():
        path = tmp_path / f"{name}.parquet"
        with duckdb.connect() as connection:
            write_empty(connection, contracts["alerts"].types, path)
            connection.execute(f"create table alerts as from '{path}'")
            for code, device, second, is_faulty in rows:
                connection.execute(
                    'insert into alerts ("AlertKind", "AlertCode", "DeviceId", "RaisedAt") values (?, ?, ?, ?)',
                    [
                        "odd" if is_faulty else "Device",
                        code,
                        f"90-B3-D5-1F-30-01-00-0{device}" if device else None,
                        datetime(2021, 8, 2, 10, 0, second),
                    ],
                )
            connection.execute(f"copy alerts to '{path}'")
        extracts = send(path.read_bytes(), name=path.name, submission="csp_north/alerts/2021-08/v1")
    (outcome,) = land(extracts, tmp_path / "lake", contracts)
    assert (outcome.status, outcome.rows, outcome.quarantined) == ("landed", 8, 3)
    return tmp_path / "lake"


def listed(lake: Path) -> list[tuple[str, int]]:
    """Where each row of the list stands; it says what the lake says there."""
    rows = f"read_parquet('{lake / PLACE}/_repeats/*.parquet', hive_partitioning = false)"
    apart = duckdb.sql(
        f"select * from {rows} except all"
        " select * exclude (filename, file_row_number), parse_filename(filename), file_row_number"
        f" from read_parquet('{lake / PLACE}/*.parquet', filename = true, file_row_number = true,"
        " hive_partitioning = false)"
    ).fetchall()
    assert apart == []
    return duckdb.sql(f"select source_file, source_row from {rows} order by all").fetchall()


def test_rows_that_share_their_key_are_listed_across_files(lake):
    assert listed(lake) == LISTED


def test_a_list_is_part_of_what_landed(lake):
    assert check_lake(lake, thorough=True) == []
    (lake / PLACE / "_repeats/repeats.parquet").write_bytes(b"")
    (damage,) = check_lake(lake)
    assert damage.name == f"{PLACE}/_repeats/repeats.parquet"


def test_what_landed_without_a_list_is_not_built_until_a_command_made_it(lake):
    """As a lake is that landed before there were lists, or was linked."""
    as_landed = json.loads((lake / PLACE / "_submission.json").read_text())
    _forget_list(lake)
    with pytest.raises(CpmError, match=f"run `cpm list-repeats --lake {lake}`"):
        require_listed(lake, require_sound(lake))
    result = CliRunner().invoke(main, ["list-repeats", "--lake", str(lake)])
    assert result.exit_code == 0, result.output
    assert listed(lake) == LISTED
    require_listed(lake, require_sound(lake))
    assert check_lake(lake, thorough=True) == []
    now = json.loads((lake / PLACE / "_submission.json").read_text())
    names = {"lake_files", "entry_sha256"}
    assert {name for name in now if now[name] != as_landed[name]} <= names
    again = CliRunner().invoke(main, ["list-repeats", "--lake", str(lake)])
    assert "repeats of 0 submissions listed" in again.output


def _forget_list(lake: Path) -> None:
    """Make a submission what it was before there were lists, in the journal too."""
    shutil.rmtree(lake / PLACE / "_repeats")
    journal = read_journal(lake)
    entry = next(iter(journal.submissions.values()))
    files = [file for file in entry["lake_files"] if not file["name"].startswith("_repeats")]
    before = with_checksum(entry | {"lake_files": files})
    journal.append("landed", entry=before)
    journal.end()
    (lake / PLACE / "_submission.json").write_bytes(entry_bytes(before))


def test_every_extract_has_its_columns_before_its_first_submission(send, tmp_path, contracts):
    list(land(send(), tmp_path / "lake", contracts))
    for contract in contracts.values():
        folder = tmp_path / "lake" / contract.extract / "provider=none/period=none/version=0"
        wanted = {"schema.parquet": contract.types, "_quarantine/schema.parquet": COLUMNS}
        if contract.lists_repeats:
            wanted["_repeats/schema.parquet"] = contract.types | {"source_file": "varchar", "source_row": "bigint"}
        for name, types in wanted.items():
            found = duckdb.sql(
                f"describe from read_parquet('{folder / name}', hive_partitioning = false)"
            ).fetchall()
            assert {column: kind.lower() for column, kind, *_ in found} == types, folder / name
