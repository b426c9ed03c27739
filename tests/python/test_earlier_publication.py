"""The earlier publication of the sample: read after the first build, and never beside real extracts."""

import hashlib
import json
import shutil

import duckdb
import pytest
from click.testing import CliRunner

from conftest import ROOT
from cpm_warehouse.cli import main
from cpm_warehouse.errors import CpmError
from cpm_warehouse.publish.earlier import CODE_VERSION, EARLIER
from cpm_warehouse.receive.landing import land

EARLIER_FILES = ROOT / "extracts/sample" / EARLIER
PUBLISHED = ROOT / "published/cpm.duckdb"
KEY = "measure_id, variant_id, reporting_month, scope_type, scope, aggregation"


@pytest.fixture
def sample(tmp_path, send):
    """A small synthetic submission, and beside it the earlier publication of the committed sample."""
    extracts = send()
    synthetic(extracts, True)
    shutil.copytree(EARLIER_FILES, extracts / EARLIER)
    return extracts


def synthetic(extracts, value):
    submission = extracts / "dcc/pmr_deliveries/2021-08/v1"
    digest = hashlib.sha256((submission / "pmr.csv").read_bytes()).hexdigest()
    control = {
        "received_at": "2021-10-20T09:00:00Z",
        "synthetic": value,
        "files": [{"name": "pmr.csv", "rows": 2, "sha256": digest}],
    }
    (submission / "control.json").write_text(json.dumps(control))


def history(lake):
    return sorted(lake.glob("published_measure_results/provider=warehouse/*/*/*.parquet"))


def cpm_land(extracts, lake):
    return CliRunner().invoke(main, ["land", "--extracts", str(extracts), "--lake", str(lake)])


def test_it_is_the_first_of_a_lake_that_has_none(sample, tmp_path):
    lake = tmp_path / "lake"
    said = cpm_land(sample, lake)
    assert said.exit_code == 0, said.output
    (kept,) = history(lake)
    assert kept.parent == lake / "published_measure_results/provider=warehouse/period=2021-10/version=1"
    rows = duckdb.sql(f"select distinct publication_id[:7], code_version, is_synthetic from '{kept}'").fetchall()
    assert rows == [("000001-", CODE_VERSION, True)]
    before = kept.stat().st_mtime_ns
    assert cpm_land(sample, lake).exit_code == 0
    assert [path.stat().st_mtime_ns for path in history(lake)] == [before]


def test_a_dry_run_takes_nothing_in(sample, tmp_path):
    CliRunner().invoke(main, ["land", "--extracts", str(sample), "--lake", str(tmp_path / "lake"), "--dry-run"])
    assert history(tmp_path / "lake") == []


def test_beside_real_extracts_it_is_an_error(sample, tmp_path):
    synthetic(sample, False)
    said = cpm_land(sample, tmp_path / "lake")
    assert said.exit_code == 1
    assert "belongs to a synthetic sample" in said.output
    assert history(tmp_path / "lake") == []


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"synthetic": False}, "belongs to a synthetic sample"),
        ({"synthetic": "true"}, "belongs to a synthetic sample"),
        ({"files": [{"name": "results.parquet", "rows": 1, "sha256": "0"}]}, "differs from its control file"),
        ({"files": []}, "its control file is missing or does not fit"),
        ({"files": [{"name": "../results.parquet", "rows": 1, "sha256": "0"}]}, "differs from its control file"),
    ],
)
def test_what_its_control_file_says_must_fit(sample, tmp_path, contracts, change, why):
    control = sample / EARLIER / "control.json"
    control.write_text(json.dumps(json.loads(control.read_text()) | change))
    with pytest.raises(CpmError, match=why):
        list(land(sample, tmp_path / "lake", contracts))
    assert history(tmp_path / "lake") == []


def test_real_results_are_none_of_a_sample(sample, tmp_path, contracts):
    """A file that fits its control file and says that its results are real."""
    path = sample / EARLIER / "results.parquet"
    duckdb.sql(
        f"copy (select * replace (false as is_synthetic) from '{EARLIER_FILES}/results.parquet') to '{path}'"
    )
    control = sample / EARLIER / "control.json"
    said = json.loads(control.read_text())
    said["files"][0]["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    control.write_text(json.dumps(said))
    with pytest.raises(CpmError, match="not one publication of synthetic results"):
        list(land(sample, tmp_path / "lake", contracts))
    assert history(tmp_path / "lake") == []


def test_nobody_sends_what_was_published(send, tmp_path, contracts):
    extracts = send(submission="warehouse/published_measure_results/2021-10/v1")
    (outcome,) = land(extracts, tmp_path / "lake", contracts)
    assert outcome.status == "refused" and "nobody sends it" in outcome.reason
    assert history(tmp_path / "lake") == []


@pytest.fixture(scope="module")
def published():
    with duckdb.connect(PUBLISHED, read_only=True) as connection:
        yield connection


def test_after_a_build_there_is_a_restatement_to_read(published):
    """September was corrected on 25 October 2021, a day after the earlier publication."""
    first = published.execute(
        "select code_version, published_at::varchar, max(reporting_month)::varchar, bool_and(is_synthetic)"
        " from marts.fct_measure_results_published where publication_id like '000001-%' group by all"
    ).fetchall()
    assert first == [(CODE_VERSION, "2021-10-24 23:59:59", "2021-09-01", True)]
    restated = published.execute(
        "select reporting_month::varchar, as_published_pct, now_pct, submissions, cause"
        " from marts.rpt_restatements where measure_id = 'CPM_5' and as_published_is_default"
        " and scope_type = 'national' and aggregation = 'pooled' and first_publication_id like '000001-%'"
    ).fetchall()
    assert [(month, cause) for month, *_, cause in restated] == [("2021-09-01", "submissions")]
    assert restated[0][1] != restated[0][2]
    assert "remedy_incidents/dcc/2021-09/v2" in restated[0][3]


def test_it_is_what_these_rules_give(published):
    """Where the same submissions stand behind a figure, it is today's. Else: `make sample`, and read the diff."""
    figure = "met_count, total_count, excluded_count, result_pct, status, basis, provenance, is_default"
    differing = f"""
        select {KEY}, {figure} from '{EARLIER_FILES}/results.parquet' as earlier
        where basis != 'not_reportable' and exists (
            from marts.fct_measure_results as results
            where results.submission_keys = earlier.submission_keys
                and ({", ".join(f"results.{name.strip()}" for name in KEY.split(","))})
                = ({", ".join(f"earlier.{name.strip()}" for name in KEY.split(","))})
        )
        except select {KEY}, {figure} from marts.fct_measure_results
    """
    assert published.execute(f"from ({differing}) limit 10").fetchall() == []
