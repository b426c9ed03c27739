"""The figures of the annexes' charts, as they are drawn and as they are said, are those of queries of their own.

Drawing is left out: what would be drawn is taken from the chart's specification.
"""

import json
import re
from datetime import date
from decimal import Decimal
from html import unescape

import altair as alt
import duckdb
import pytest

from conftest import ROOT
from cpm_warehouse.report import charts
from cpm_warehouse.report.pack.pages import FEW, Said, render_html
from cpm_warehouse.report.pack.tables import read_tables
from cpm_warehouse.report.pack.workbook import sheet_names

PUBLISHED = ROOT / "published/cpm.duckdb"
MONTHS = [date(2021, 7, 1), date(2021, 8, 1), date(2021, 9, 1), date(2021, 10, 1)]


def asked(query, *values):
    with duckdb.connect(str(PUBLISHED), read_only=True) as connection:
        return connection.execute(query, list(values)).fetchall()


def labels(part):
    """The texts of a chart's marks, in their order, from the rows of its specification."""
    if isinstance(part, list):
        return [text for one in part for text in labels(one)]
    if not isinstance(part, dict):
        return []
    return [part["text"]] if isinstance(part.get("text"), str) else labels(list(part.values()))


def drawn_from(published, month):
    """By the title of each chart: what is said of it, and its labels."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(charts, "_drawn", lambda text: f"<svg >{json.dumps(labels(json.loads(text)))}</svg>")
        html = render_html(read_tables(published, month), month, Said("Green"), sheet_names())
    found = re.findall(r"<title id=\"c\d+-t\">([^<]*?)\. ((?:Bars|Lines)\b[^<]*)\.</title>([^<]*)</svg>", html)
    return {unescape(title): (unescape(said), json.loads(svg)) for title, said, svg in found}


def test_charts_are_of_their_schema(monkeypatch):
    """A report is made without holding them against it."""
    drawn, held = [], []
    unheld = alt.LayerChart.to_dict

    def to_dict(chart, *, validate):
        held.append(unheld(chart, validate=True))
        return unheld(chart, validate=validate)

    monkeypatch.setattr(alt.LayerChart, "to_dict", to_dict)
    monkeypatch.setattr(charts, "_drawn", lambda text: drawn.append(text) or "<svg ></svg>")
    render_html(read_tables(PUBLISHED, MONTHS[-1]), MONTHS[-1], Said("Green"), sheet_names())
    assert len(held) == len(drawn) > 30
    assert all({"width", "height", "config"} <= json.loads(text).keys() for text in drawn)


@pytest.fixture(scope="module", params=MONTHS, ids=str)
def month(request):
    return request.param


@pytest.fixture(scope="module")
def drawn(month):
    return drawn_from(PUBLISHED, month)


def is_written(text, value):
    """Tell whether a number in a text is this one, to the last digit that the text has."""
    unit = Decimal(1).scaleb(Decimal(text).as_tuple().exponent)
    return abs(Decimal(text) - Decimal(value)) <= unit / 2


def ends(said):
    """What is said of the end of each line: its name, value and place."""
    found = re.findall(
        r"(?:: |; )([^;:]+?) ends at ([\d.e+-]+) % \((?:days|seconds \(log scale\)) ([\d.e+-]+)\)", said
    )
    return {name: (float(value), float(place)) for name, value, place in found}


def test_incidents_open_by_age(tmp_path):
    """The sample has too few to be drawn: each is made to stand for ten."""
    path = tmp_path / "cpm.duckdb"
    path.write_bytes(PUBLISHED.read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute("update marts.rpt_incident_ageing set open_count = open_count * 10")
        rows = connection.execute(
            "select incident_category, age_band, open_count from marts.rpt_incident_ageing"
            " where reporting_month = '2021-10-01' order by incident_category, from_days"
        ).fetchall()
    expected = {}
    for category, band, count in rows:
        title = f"{charts.category_name(category)}: Incidents open at the end of the month, by age"
        expected.setdefault(title, []).append((band.replace("_", " "), f"{count:,}"))
    expected = {
        title: bands
        for title, bands in expected.items()
        if sum(int(count.replace(",", "")) for _, count in bands) >= FEW
    }
    found = {title: one for title, one in drawn_from(path, MONTHS[-1]).items() if "Incidents open" in title}
    assert len(found) > 2
    assert {title: texts for title, (_, texts) in found.items()} == {
        title: [count for _, count in bands] for title, bands in expected.items()
    }
    for title, (said, _) in found.items():
        bands = [f"{band} {count}".lower() for band, count in expected[title]]
        assert said.removeprefix("Bars, Incidents: ").lower().split("; ") == bands


def test_alerts_measured_and_by_proxy(month, drawn):
    regions = asked(
        "select region, proxy_pct, measured_pct from marts.rpt_alert_proxy_accuracy where device_type = 'all'"
        " and reporting_month = $1 and measured_total_count >= $2 and proxy_total_count >= $2",
        month,
        FEW,
    )
    curves = {title: said for title, (said, _) in drawn.items() if "by proxy" in title}
    assert regions and len(curves) == len(regions)
    for region, proxy, measured in regions:
        ((title, said),) = (
            (title, said) for title, said in curves.items() if title.startswith(f"Region {region}:")
        )
        written = re.findall(r"([\d.]+)%", title)
        assert is_written(written[0], proxy) and is_written(written[1], measured)
        for side, column in (("measured", "measured_cumulative_pct"), ("proxy", "proxy_cumulative_pct")):
            ((value, place),) = asked(
                f"select {column}, latency_seconds from marts.rpt_alert_latency_curves where device_type = 'all'"
                f" and reporting_month = $1 and region = $2 and {column} is not null"
                " order by latency_seconds desc limit 1",
                month,
                region,
            )
            assert ends(said)[side] == pytest.approx((float(value), float(place)), rel=1e-5)


def test_firmware_activated_by_day(month, drawn):
    expected = {}
    for curve, region, pct, day in asked(
        "select curve_name, region, arg_max(activated_pct, day_number), max(day_number)"
        " from marts.rpt_firmware_survival where is_drawn and device_type = 'all' and updated_month = $1"
        " and activated_pct is not null group by all having max(waiting_count) >= $2",
        month,
        FEW,
    ):
        name = "all Regions" if region == "all" else region
        expected.setdefault(curve.split(":")[0], {})[name] = (float(pct), float(day))
    found = {
        title.split(":")[0]: (title, said) for title, (said, _) in drawn.items() if "activated so far" in title
    }
    assert found.keys() == expected.keys()
    for curve, regions in expected.items():
        title, said = found[curve]
        at_ends = ends(said)
        assert at_ends.keys() == regions.keys()
        for region, end in regions.items():
            assert at_ends[region] == pytest.approx(end, rel=1e-5)
        ((most,),) = asked(
            "select max(activated_pct) from marts.rpt_firmware_survival where region = 'all'"
            " and device_type = 'all' and updated_month = $1 and split_part(curve_name, ':', 1) = $2",
            month,
            curve,
        )
        assert is_written(re.search(r"([\d.]+)% activated", title)[1], most)


def option(option_id):
    return option_id.upper() if option_id.startswith("cr") else "TOC"


@pytest.mark.parametrize(("approach", "title"), [("single", "All on one date"), ("phased", "Phased, each")])
def test_from_when_each_option_reports(drawn, approach, title):
    expected = {
        f"{option(option_id)}, {measure.replace('_', ' ')}": f"{month:%b %Y}, {basis}"
        for option_id, measure, month, basis in asked(
            "select option_id, measure_id, reported_from_month, basis from marts.rpt_solution_start_dates"
            " where is_default_approval and approach_id = $1 and month_without_reporting_count > 0",
            approach,
        )
    }
    ((said, texts),) = (one for name, one in drawn.items() if name.startswith(title))
    shown = dict(part.split(" from ", 1) for part in said.split(": ", 1)[1].split("; "))
    assert shown == expected and texts == list(shown.values())


def test_on_which_basis_each_option_reports_each_measure(drawn):
    runs = asked("""
        with numbered as (
            select *, reporting_month - to_months(cast(row_number() over (
                partition by approach_id, measure_id, region, option_id, basis order by reporting_month
            ) as integer)) as run
            from marts.rpt_solution_timeline where is_default_approval
        )
        select approach_id, measure_id, region, option_id, basis, min(reporting_month), max(reporting_month)
        from numbered group by approach_id, measure_id, region, option_id, basis, run
        order by approach_id, measure_id, region, option_id, min(reporting_month)
    """)
    expected = {}
    firsts = {}
    for approach, measure, region, option_id, basis, first, last in runs:
        name = f"{measure.replace('_', ' ')}, {'phased' if approach == 'phased' else 'all on one date'}"
        said = f"{basis.replace('_', ' ')} {first:%B %Y} to {last:%B %Y}"
        label = f"{region}, {option(option_id)}"
        expected.setdefault(name, {}).setdefault(label, []).append(said)
        if basis != "not_reportable":
            firsts[name] = min(first, firsts.get(name, first))
    found = {
        title.rsplit(": ", 1)[0]: (title.rsplit(": ", 1)[1], said)
        for title, (said, _) in drawn.items()
        if said.startswith("Bars by month") and re.match(r"CPM [\dA-C]+, ", title)
    }
    assert found.keys() == expected.keys()
    for name, (first, said) in found.items():
        lines = dict(part.split(": ", 1) for part in said.removeprefix("Bars by month: ").split("; "))
        assert {label: line.split(", then ") for label, line in lines.items()} == expected[name]
        assert first == (f"first reported {firsts[name]:%B %Y}" if name in firsts else "never reported")
