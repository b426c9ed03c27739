"""The worked analyses run over the publication, and their answers are what the marts say."""

import os
import re
from functools import cache
from html import unescape

import polars as pl
import pytest

from conftest import ROOT
from cpm_warehouse.report.published import Published
from cpm_warehouse.report.site.notebooks import load, run_notebooks, shown

NOTEBOOKS = ("firmware_success_with_open_updates", "is_the_alert_proxy_fit", "which_sla_makes_the_papers")
PUBLISHED = Published(ROOT / "published/cpm.duckdb")


@cache
def run(notebook):
    """Run a notebook as `python` does; returns its app, what its cells show and what they define."""
    app = load(ROOT / f"notebooks/{notebook}.py")
    return app, *app.run()


def answer(notebook):
    return run(notebook)[2]["answer"]


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_a_page_shows_all_of_a_notebook_and_fetches_nothing(notebook):
    app, outputs, defined = run(notebook)
    page = shown(notebook, app, outputs)
    assert len(page.parts) == sum(output is not None for output in outputs) > 5
    assert {part.kind for part in page.parts} == {"text", "table", "chart"}
    assert all(part.rows for part in page.parts if part.kind == "table")
    html = "".join(part.html or "" for part in page.parts)
    # Custom elements and scripts would have to be loaded.
    assert re.findall(r"<marimo-|<script|(?:src|href)=", html) == []
    assert re.findall(r"https?://(?!www\.w3\.org/)", html) == []
    said = re.sub(r"<[^>]+>", "", unescape(html))
    assert "Synthetic sample data: no figure here is the DCC's." in said
    last = defined["answer"].strip().splitlines()[-1].strip().lstrip("- ").replace("*", "")
    assert last in said


def test_notebooks_are_run_over_the_publication_that_is_asked_and_there_may_be_none(tmp_path, monkeypatch):
    monkeypatch.setenv("CPM_PUBLISHED", "another")
    monkeypatch.delenv("CPM_PUBLICATION", raising=False)
    (tmp_path / "explorer.py").write_text("raise AssertionError")
    (tmp_path / "one.py").write_text(
        "import os\n\nclass App:\n    class _config:\n        app_title = 'One'\n"
        "    def run(self):\n        assert os.environ['CPM_PUBLISHED'].endswith('that.duckdb')\n"
        "        assert not os.environ['CPM_PUBLICATION']\n        return (None,), {}\n\napp = App()\n"
    )
    (found,) = run_notebooks(tmp_path, tmp_path / "that.duckdb")
    assert (found.file, found.title, found.parts) == ("one.html", "One", ())
    assert os.environ["CPM_PUBLISHED"] == "another" and "CPM_PUBLICATION" not in os.environ
    assert run_notebooks(tmp_path / "none", tmp_path) == []
    with monkeypatch.context() as patch:
        patch.setattr("importlib.util.find_spec", lambda name: None)
        assert run_notebooks(tmp_path, tmp_path) == []
    with pytest.raises(TypeError, match="shows a dict"):
        shown("x", load(tmp_path / "one.py"), [{}])


def test_the_sla_that_makes_the_papers_is_the_longest_that_always_does():
    scenarios = PUBLISHED.query("from marts.rpt_pmr_sla_scenarios where calendar = 'england_and_wales'").filter(
        pl.col("reporting_month").is_between(pl.date(2021, 4, 1), pl.date(2022, 3, 1))
    )
    always = (
        scenarios.group_by("sla_working_days")
        .agg((pl.col("main_meeting_verdict") == "in_time").all().alias("always"))
        .filter("always")
    )
    assert f"every month is **{always['sla_working_days'].max()} Working Days**" in answer(
        "which_sla_makes_the_papers"
    )


def test_the_proxy_is_judged_by_its_verdicts():
    def verdict(side):
        share = 100 * pl.col(f"{side}_within_count") / pl.col(f"{side}_total_count")
        return pl.when(share >= 99).then(2).when(share >= 96).then(1).otherwise(0)

    compared = PUBLISHED.query("from marts.rpt_alert_proxy_accuracy where device_type = 'all'").filter(
        pl.col("proxy_total_count") >= 30, pl.col("measured_total_count") >= 30
    )
    differing = compared.filter(verdict("proxy") != verdict("measured"))
    said = answer("is_the_alert_proxy_fit")
    assert f"differs from the measured one in {len(differing)} of {len(compared)} comparisons" in said
    assert ("not fit for purpose" in said) == (len(differing) > 0)


CURVES = ["Communications Hubs: updates activated", "SMETS1 devices: updates activated"]


@pytest.mark.parametrize("curve", CURVES)
def test_open_updates_are_censored_as_kaplan_and_meier_do(curve):
    days = PUBLISHED.query("from marts.rpt_firmware_survival where region = 'all' and device_type = 'all'").filter(
        pl.col("curve_name") == curve, pl.col("is_drawn")
    )
    days = days.filter(pl.col("updated_month") == pl.col("updated_month").max()).sort("day_number")
    waiting = 1.0
    for at_risk, activated in days.select("waiting_count", "activated_count").iter_rows():
        waiting *= 1 - activated / at_risk
    plainly = 100 * days["activated_count"].sum() / days["waiting_count"][0]
    said = answer("firmware_success_with_open_updates")
    (line,) = [line for line in said.splitlines() if curve in line]
    assert f"{plainly:.1f}% counted plainly and {100 * (1 - waiting):.1f}% with open ones censored" in line


def test_each_curve_is_named_by_what_it_shows_and_stands_once_with_its_measures():
    said = answer("firmware_success_with_open_updates")
    assert [said.count(f"**{curve}**") for curve in CURVES] == [1, 1]
    assert "**CPM" not in said
    results = PUBLISHED.query("""
        from marts.fct_measure_results
        where is_default and scope_type = 'national' and aggregation = 'pooled' and basis = 'measured'
            and measure_id in ('CPM_6A', 'CPM_6B', 'CPM_6C') and result_pct is not null
            and reporting_month = (select max(updated_month) from marts.rpt_firmware_survival)
    """)
    assert len(results) == 3
    for measure, pct in results.select("measure_id", "result_pct").iter_rows():
        assert f"{measure.replace('_', ' ')} says {pct:.1f}%" in said
