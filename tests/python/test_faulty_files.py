"""Every faulty file meets its verdict; nothing is lost, and nothing is accepted wrongly."""

import json

import duckdb
import pytest

from cpm_warehouse.receive.landing import land
from faulty_files import FAULTY, written


def put(extracts, faulty, version, files):
    folder = extracts / faulty.provider / faulty.extract / "2021-08" / version
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


def test_the_corpus_has_its_size_and_every_fault_its_name():
    assert len(FAULTY) >= 60
    assert len({faulty.fault for faulty in FAULTY}) == len(FAULTY)


@pytest.mark.parametrize("faulty", FAULTY, ids=lambda faulty: faulty.fault)
def test_faulty_file(faulty, tmp_path, contracts):
    extracts, lake = tmp_path / "extracts", tmp_path / "lake"
    for version, files in faulty.before.items():
        put(extracts, faulty, version, files)
        assert [outcome.status for outcome in land(extracts, lake, contracts)][-1] == "landed"
    if faulty.version in faulty.before:
        for path in (extracts / faulty.provider / faulty.extract / "2021-08" / faulty.version).iterdir():
            path.unlink()
        path.parent.rmdir()
    folder = put(extracts, faulty, faulty.version, faulty.files)
    if faulty.control is not None:
        (folder / "control.json").write_bytes(written(faulty.control))
    before = sorted(path for path in lake.glob("*/*/*/*/*") if "none" not in str(path))
    key = f"{faulty.extract}/{faulty.provider}/2021-08/{faulty.version}"
    (outcome,) = [one for one in land(extracts, lake, contracts) if one.submission.key == key]

    place = lake / f"{faulty.extract}/provider={faulty.provider}/period=2021-08/version={faulty.version[1:]}"
    if faulty.verdict == "refused":
        assert (outcome.status, outcome.rule_id) == ("refused", faulty.rule_id), outcome.reason
        assert "\n" not in outcome.reason
        assert sorted(path for path in lake.glob("*/*/*/*/*") if "none" not in str(path)) == before
        (refusal,) = [json.loads(path.read_text()) for path in lake.glob("_refused/*.json") if path.stat().st_size]
        assert (refusal["submission_key"], refusal["rule_id"]) == (key, faulty.rule_id)
        return

    assert outcome.status == "landed", outcome.reason
    entry = json.loads((place / "_submission.json").read_text())
    assert entry["verdict"] == faulty.verdict, outcome
    assert sorted(warned.rule_id for warned in outcome.warnings) == sorted(faulty.warned)
    accepted = duckdb.sql(f"select count(*) from read_parquet('{place}/*.parquet', hive_partitioning = false)")
    assert accepted.fetchone() == (faulty.accepted,)
    quarantined = []
    if list(place.glob("_quarantine/*")):
        quarantined = duckdb.sql(
            "select file, line, rule_id, text, reason"
            f" from read_parquet('{place}/_quarantine/*.parquet', hive_partitioning = false) order by file, line"
        ).fetchall()
    assert [row[:3] for row in quarantined] == [row[:3] for row in faulty.quarantined]
    for (*_, text, reason), (*_, part) in zip(quarantined, faulty.quarantined, strict=True):
        assert part in text
        assert reason
    for file in entry["files"]:
        assert file["rows"] == file["accepted_rows"] + file["quarantined_rows"]
    assert (entry["accepted_rows"], entry["quarantined_rows"]) == (faulty.accepted, len(faulty.quarantined))
