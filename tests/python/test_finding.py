"""A reader has the file of a publication and nothing else; what is wrong with it is said, with what was asked."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner

from conftest import ROOT
from cpm_warehouse.cli import main
from cpm_warehouse.errors import CpmError, DamageError
from cpm_warehouse.publish.exporting import ABOUT, export_marts
from cpm_warehouse.publish.finding import find_publication
from cpm_warehouse.publish.kept import Kept, read_beside
from cpm_warehouse.report.pack.making import marking
from cpm_warehouse.report.published import Published
from cpm_warehouse.report.questions import BEGINNING

PUBLISHED = ROOT / "published/cpm.duckdb"


@pytest.fixture
def copy(tmp_path):
    """The file alone, as somebody sends it."""
    return Path(shutil.copy(PUBLISHED, tmp_path / "sent.duckdb"))


@pytest.fixture
def kept(tmp_path):
    """A folder of publications: the sample's, and an earlier one that differs in one figure."""
    folder = tmp_path / "published"
    shutil.copytree(PUBLISHED.parent, folder, ignore=shutil.ignore_patterns("docs", "pmr", "kept"))
    manifest = read_beside(folder / "cpm.json")
    earlier = Path(shutil.copy(PUBLISHED, tmp_path / "earlier.duckdb"))
    with duckdb.connect(earlier) as connection:
        connection.execute("update marts.dim_measures set measure_name = 'as it was' where measure_id = 'CPM_5'")
        connection.execute("update publication.about set value = '000001-before.1' where name = 'name'")
    Kept(folder).keep(
        earlier, {**manifest, "name": "000001-before.1", "published_at": "2021-10-24 00:00:00"}, 400_000
    )
    return folder


def run(*arguments, **environment):
    return CliRunner().invoke(main, [str(one) for one in arguments], env=environment)


def test_a_copied_file_is_enough(copy):
    found = find_publication(copy, thorough=True)
    assert found.path == copy and found.is_synthetic
    assert "SYNTHETIC data" in str(found)
    assert find_publication(PUBLISHED.parent).name == found.name


def test_an_earlier_publication_is_read_as_it_was(kept):
    found = find_publication(kept, "000001")
    assert Published(found.path).query("select measure_name from marts.dim_measures where measure_id = 'CPM_5'")[
        "measure_name"
    ].to_list() == ["as it was"]
    # That which readers see needs no copy in `kept`.
    assert find_publication(kept, find_publication(kept).name[:10]).path == kept / "cpm.duckdb"
    with pytest.raises(CpmError, match=r"no publication is called '000009': 000001-before.1"):
        find_publication(kept, "000009")


def test_without_a_folder_of_others_it_is_said_which_one_is_there(copy):
    with pytest.raises(CpmError, match=r"asked is publication '000001', there is 000002-.*, and no folder kept"):
        find_publication(copy, "000001")


def test_nothing_there_says_what_is_asked(tmp_path):
    with pytest.raises(CpmError, match=r"nothing is published here; asked is a publication.*CPM_PUBLISHED"):
        find_publication(tmp_path / "cpm.duckdb")


def test_an_altered_copy_is_told_by_the_checksums_of_its_marts(copy):
    with duckdb.connect(copy) as connection:
        connection.execute(
            "update marts.fct_measure_results set met_count = met_count + 1 where measure_id = 'CPM_5'"
        )
    with pytest.raises(DamageError, match=r"the rows of fct_measure_results are others: it was altered or cut"):
        find_publication(copy, thorough=True)


@pytest.mark.parametrize("beside", ["cpm.json", "kept"])
def test_another_byte_is_told_by_the_manifest_beside(kept, beside):
    if beside == "cpm.json":
        path, asked = kept / "cpm.duckdb", None
    else:
        path, asked = kept / "kept/000001-before.1.duckdb", "000001"
    with path.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(DamageError, match=r"the bytes are not those that .*json says"):
        find_publication(kept, asked)


def test_a_cut_file_is_said(copy):
    os.truncate(copy, 100_000)
    done = run("ask", "--published", copy)
    assert done.exit_code == 5 and "cannot be read" in done.stderr


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("drop schema publication cascade", "a database that does not say what it is"),
        (
            "drop table marts.rpt_measure_figures",
            "asked as version .*rpt_measure_figures.*there is 000002-.*, made by version",
        ),
        (
            "alter table marts.rpt_measure_figures drop level_standing",
            "asked as version .*level_standing.*there is 000002-.*publish again",
        ),
    ],
)
def test_another_version_says_what_is_asked_and_what_is_there(copy, change, says, monkeypatch):
    with duckdb.connect(copy) as connection:
        connection.execute(change)
    # As if it had been published so.
    monkeypatch.setattr("cpm_warehouse.publish.finding._require_whole", lambda found, **_: None)
    query = copy.with_name("asked.sql")
    query.write_text("select level_standing from marts.rpt_measure_figures")
    for command in (("ask", query), ("pack", "--month", "2021-09", "--out", copy.with_name("pmr"))):
        done = run(*command, "--published", copy)
        assert done.exit_code == 1
        assert re.search(says, done.stderr.splitlines()[-1]), done.stderr


def test_a_publication_older_than_the_mart_that_readers_begin_with_is_said_in_a_line(copy, monkeypatch):
    with duckdb.connect(copy) as connection:
        connection.execute("drop table marts.rpt_measure_summary")
    monkeypatch.setattr("cpm_warehouse.publish.finding._require_whole", lambda found, **_: None)
    monkeypatch.setattr("os.execve", lambda *_: pytest.fail("the explorer is not to start"))
    out = copy.with_name("out")
    for command in (
        ("pack", "--month", "2021-09", "--out", out),
        ("site", "--out", out),
        ("explore", "--headless"),
    ):
        done = run(*command, "--published", copy)
        said = done.stderr.splitlines()
        assert done.exit_code == 1 and len(said) == 1 and not out.exists(), done.stderr
        assert re.search(
            r"publication 000002-.* of .* UTC has no rpt_measure_summary, with which this version begins: made by"
            r" version .* at commit .*; read it with that version, or publish again",
            said[0],
        )
    monkeypatch.setenv("CPM_PUBLISHED", str(copy))
    with pytest.raises(CpmError, match="has no rpt_measure_summary"):
        Published.chosen(ROOT, BEGINNING)
    assert Published.chosen(ROOT).ask("months").height == 4


def test_a_file_of_a_later_duckdb_is_of_another_version_and_not_damaged(copy, monkeypatch):
    said = (
        "IO Error: Trying to read a database file with version number 99, but we can only read between 64 and 68."
    )

    def refuse(*_, **__):
        raise duckdb.IOException(said)

    monkeypatch.setattr("cpm_warehouse.publish.kept.duckdb.connect", refuse)
    with pytest.raises(CpmError, match=r"written by another .*version number 99") as raised:
        find_publication(copy)
    assert not isinstance(raised.value, DamageError)


def test_a_query_is_answered_in_each_form_and_says_that_data_are_synthetic(copy):
    query = copy.with_name("asked.sql")
    query.write_text("select measure_id, is_synthetic from marts.fct_measure_results limit 1")
    for form in ("table", "markdown", "csv", "json"):
        done = run("ask", query, "--format", form, CPM_PUBLISHED=str(copy))
        assert done.exit_code == 0 and "CPM_" in done.stdout
        assert "SYNTHETIC" in done.stderr and "SYNTHETIC" not in done.stdout
    assert run("ask", copy.with_name("none.sql"), "--published", copy).exit_code == 1


def test_a_month_without_figures_ends_with_a_code_of_its_own_and_writes_nothing(copy, tmp_path):
    out = tmp_path / "pmr"
    done = run("pack", "--month", "2021-11", "--published", copy, "--out", out)
    assert done.exit_code == 3 and not out.exists()
    assert "asked is 2021-11, which has no figures; months with figures are 2021-07, 2021-08" in done.stderr
    assert "--allow-empty" in done.stderr


@pytest.mark.parametrize(
    ("given", "synthetic", "marked"),
    [
        (None, True, "Classification: Green - synthetic sample"),
        (None, False, "Classification: Amber"),
        ("Red", True, "Red - synthetic data"),
        ("Red, Synthetic", True, "Red, Synthetic"),
        ("Red", False, "Red"),
    ],
)
def test_every_page_says_that_data_are_synthetic_whatever_its_classification(given, synthetic, marked):
    assert marking(given, is_synthetic=synthetic) == marked


def test_marts_are_written_as_parquet_with_all_rows_and_say_what_they_are(copy, tmp_path):
    folder = tmp_path / "marts"
    found = find_publication(copy)
    wanted = ["dim_measures", "fct_measure_results", "fct_incidents"]
    assert export_marts(found, folder, wanted) == 3
    about = json.loads((folder / ABOUT).read_text())
    assert (about["publication"], about["is_synthetic"]) == (found.name, True)
    assert sorted(about["marts"]) == sorted(path.stem for path in folder.glob("*.parquet")) == sorted(wanted)
    with duckdb.connect(copy, read_only=True) as connection:
        for mart, rows in about["marts"].items():
            file = f"'{folder / mart}.parquet'"
            assert connection.execute(f"select count(*) from {file}").fetchone() == (rows,)
            (differing,) = connection.execute(
                f"select count(*) from (from marts.{mart} except all from {file})"
            ).fetchone()
            assert differing == 0, mart
        said = dict(
            connection.execute(
                f"select decode(key), decode(value) from parquet_kv_metadata('{folder}/dim_measures.parquet')"
            ).fetchall()
        )
    assert (said["publication"], said["is_synthetic"]) == (found.name, "true")
    # Made anew as it was asked for, and nothing of somebody else's is removed.
    assert export_marts(found, folder, ["dim_measures"]) == 1
    assert [path.name for path in folder.glob("*.parquet")] == ["dim_measures.parquet"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/rows.csv").touch()
    with pytest.raises(CpmError, match=r"has files of something else"):
        export_marts(found, tmp_path / "mine")
    with pytest.raises(CpmError, match=r"asked is none, there are"):
        export_marts(found, tmp_path / "other", ["none"])
    assert not (tmp_path / "other").exists()


def test_a_folder_with_the_file_and_a_clone_need_no_lake_and_no_build(copy, tmp_path):
    """The explorer's command reaches marimo with the file by its whole path; the notebooks take the same name."""
    program = "import os, sys\nos.execve = lambda *command: print(command[1][2:5], command[2]['CPM_PUBLISHED'])\n"
    program += "from cpm_warehouse.__main__ import run\nsys.argv = ['cpm', 'explore']\nrun()\n"
    environment = {**os.environ, "CPM_PUBLISHED": str(copy), "CPM_PUBLICATION": "000002"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout == f"['marimo', 'run', 'notebooks/explorer.py'] {copy}\n"
    assert "SYNTHETIC" in done.stderr


def test_a_notebook_reads_the_file_that_is_named(kept, monkeypatch):
    monkeypatch.setenv("CPM_PUBLISHED", str(kept))
    monkeypatch.setenv("CPM_PUBLICATION", "000001")
    published = Published.chosen(ROOT)
    assert published.path == kept / "kept/000001-before.1.duckdb"
    assert "no figure here is the DCC's" in published.said()
