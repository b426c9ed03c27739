"""The month's report: its figures are the marts', it opens offline, and odd names and months do no harm."""

import re
from datetime import date, datetime
from decimal import Decimal
from itertools import accumulate

import duckdb
import openpyxl
import pypdf
import pytest
from axe_playwright_python.sync_playwright import Axe

from asked import BY_EXPLORER, BY_PACK, BY_TRACE, QUESTIONS
from conftest import ROOT
from cpm_warehouse.errors import CpmError
from cpm_warehouse.report import fragments
from cpm_warehouse.report.charts import HEIGHT, Charts, percent_axis
from cpm_warehouse.report.formats import duration, heading, percent, written
from cpm_warehouse.report.fragments import measure
from cpm_warehouse.report.pack import make_pack
from cpm_warehouse.report.pack.making import SYNTHETIC
from cpm_warehouse.report.pack.pages import CORE, PRINTED, Said, render_html
from cpm_warehouse.report.pack.tables import pack_tables, read_tables
from cpm_warehouse.report.pack.workbook import COLUMNS, CONTENTS, FIRST_ROW, NAMES_ROW, sheet_names, write_workbook
from cpm_warehouse.report.questions import PARAMETER, query_of

PUBLISHED = ROOT / "published/cpm.duckdb"
MONTHS = [date(2021, 7, 1), date(2021, 8, 1), date(2021, 9, 1), date(2021, 10, 1)]
SEPTEMBER = date(2021, 9, 1)
MARKUP = "<script>alert(1)</script> & \"quoted\" 'name' " + "very long " * 40
FORMULA = '=HYPERLINK("http://example.org","click")'
GREEN = Said("Green")
# A result of many events has no interval drawn.
MANY = {"is_small_number": False, "result_lower_pct": None, "result_upper_pct": None, "total_count": 900}


@pytest.fixture(scope="module")
def september(tmp_path_factory):
    return make_pack(PUBLISHED, SEPTEMBER, tmp_path_factory.mktemp("pmr"))


@pytest.fixture(scope="module")
def odd(tmp_path_factory):
    """A page of: a name that is markup, a formula, no level, a Region with one event, made-up lists."""
    folder = tmp_path_factory.mktemp("odd")
    path = folder / "cpm.duckdb"
    path.write_bytes(PUBLISHED.read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "update marts.rpt_measure_summary set measure_name = ? where measure_id = 'CPM_4'", [MARKUP]
        )
        connection.execute("update marts.dim_measures set definition = ? where measure_id = 'CPM_4'", [FORMULA])
        connection.execute(
            "update marts.rpt_measure_summary set target_pct = null, minimum_pct = null, status = 'no_level',"
            " other_verdict_count = 0, other_statuses = null, level_standing = null where measure_id = 'CPM_4'"
        )
        connection.execute(
            "update marts.rpt_measure_contributions set met_count = 1, total_count = 1, result_pct = 100,"
            " is_small_number = true where measure_id = 'CPM_5' and scope = 'North'"
        )
        connection.execute("update marts.fct_submissions set provider = ?", [MARKUP])
        connection.execute(
            "update marts.dim_code_lists set is_synthetic_on_real = true where list_name = 'incident_groups'"
        )
    return page(path, SEPTEMBER, folder)


def page(published, month, folder):
    """The HTML and the workbook alone: printing takes as long as all the rest."""
    tables = read_tables(published, month)
    (folder / "pmr.html").write_text(render_html(tables, month, GREEN, sheet_names()))
    (folder / "pmr.xlsx").write_bytes(write_workbook(tables, month, GREEN, sheet_names()))
    return folder / "pmr.html"


def suffixed(pack, suffix):
    return next(path for path in pack.files if path.suffix == suffix)


def sheets(path):
    """The sheets of tables."""
    return [sheet for sheet in openpyxl.load_workbook(path) if sheet.title not in {CONTENTS, COLUMNS}]


def test_firmware_curves_are_named_by_what_they_show_and_drawn_once(september):
    """Each curve has its own name, and its measures beside it with why they differ; none is named as a measure."""
    html = suffixed(september, ".html").read_text()
    drawn = re.findall(r"<figcaption><b>Figure \d+.</b> ([^<:]*): [\d.]+% activated so far", html)
    assert drawn == ["Communications Hubs", "SMETS1 devices"]
    with duckdb.connect(str(PUBLISHED), read_only=True) as connection:
        told = connection.execute(
            "select measure_difference, curve_name from marts.rpt_firmware_survival group by all"
        ).fetchall()
    assert len(told) == 3
    assert all(why in html and "CPM" not in name for why, name in told)


def test_real_files_read_by_made_up_names_are_said_on_the_first_page(september, odd):
    said = "Real files were read by names that were made up for the synthetic sample: incident_groups."
    assert said in odd.read_text()
    assert "Made-up lists" not in suffixed(september, ".html").read_text()


@pytest.mark.parametrize("month", MONTHS)
def test_every_figure_of_the_workbook_is_in_a_mart(month, tmp_path):
    """Looks each number up, to a workbook's 16 digits, in the column of its name, in every mart that has one."""
    tables = read_tables(PUBLISHED, month)
    path = tmp_path / "pmr.xlsx"
    path.write_bytes(write_workbook(tables, month, GREEN, sheet_names()))
    with duckdb.connect(str(PUBLISHED), read_only=True) as connection:
        known: dict[str, set[float]] = {}

        def values(column):
            if column not in known:
                marts = connection.execute(
                    "select table_name from duckdb_columns() where schema_name = 'marts' and column_name = ?",
                    [column],
                ).fetchall()
                assert marts, f"no mart has a column {column}"
                known[column] = {
                    float(f"{value:.16g}")
                    for (mart,) in marts
                    for (value,) in connection.execute(f"select distinct {column} from marts.{mart}").fetchall()
                    if isinstance(value, int | float) or hasattr(value, "as_tuple")
                }
            return known[column]

        figures, strange = 0, []
        for sheet in sheets(path):
            header = [cell.value for cell in sheet[NAMES_ROW + 1]]
            for row in sheet.iter_rows(min_row=FIRST_ROW + 1):
                for name, cell in zip(header, row, strict=True):
                    if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
                        figures += 1
                        if float(cell.value) not in values(name):
                            strange.append((sheet.title, cell.coordinate, cell.value))
    assert strange == []
    assert figures > 500


def test_rows_of_one_mart_are_rows_of_that_mart():
    """A figure could be another row's: whole rows are compared where a table reads one mart."""
    tables = [
        table for table in read_tables(PUBLISHED, SEPTEMBER).values() if len(table.marts) == 1 and table.rows
    ]
    with duckdb.connect(str(PUBLISHED), read_only=True) as connection:
        for table in tables:
            columns = ", ".join(column.name for column in table.columns)
            rows = set(connection.execute(f"select {columns} from marts.{table.marts[0]}").fetchall())
            assert [row for row in table.rows if row not in rows] == [], table.name
    assert len(tables) >= 12


def test_every_question_is_a_question_that_a_program_asks():
    assert sorted({*BY_PACK, *BY_EXPLORER, *BY_TRACE}) == QUESTIONS
    assert [name for name in QUESTIONS if not re.match(r"-- [A-Z][^?]*(\n-- [^?]*)?\?", query_of(name))] == []


@pytest.mark.parametrize("table", sorted(pack_tables()))
def test_a_table_gives_what_its_query_cannot_do_without(table):
    """A parameter that is forgotten is null: the query gives everything, or nothing."""
    asked = pack_tables()[table]
    sql = query_of(asked.get("question", table))
    missing = set(PARAMETER.findall(sql)) - set(asked) - {"reporting_month"}
    without = re.findall(r"coalesce\((?:[^()]*\$[a-z_]+)+[^()]*\)|\$[a-z_]+ is null", sql)
    assert missing <= set(PARAMETER.findall(" ".join(without)))
    other = set(asked) - set(PARAMETER.findall(sql)) - {"sheet", "question", "caption", "note", "columns"}
    assert other == set()


def test_no_table_misses_its_mart_and_every_column_has_a_meaning():
    tables = read_tables(PUBLISHED, SEPTEMBER)
    assert [name for name, table in tables.items() if not table.columns] == []
    assert [(name, c.name) for name, table in tables.items() for c in table.columns if not c.meaning] == []


def test_workbook_has_frozen_headers_typed_cells_and_no_formula(september):
    found = {sheet.title: sheet for sheet in sheets(suffixed(september, ".xlsx"))}
    for sheet in found.values():
        assert sheet.freeze_panes == f"B{FIRST_ROW + 1}"
        assert "Classification: Green - synthetic sample" in sheet.oddHeader.left.text
        assert [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"] == []
    months = [cell.value for cell in found["Trend"]["B"][FIRST_ROW:]]
    assert all(isinstance(month, datetime) for month in months)


def test_workbook_opens_on_the_glance_and_its_contents_lead_to_every_sheet(september):
    book = openpyxl.load_workbook(suffixed(september, ".xlsx"))
    assert book.sheetnames[:2] == ["Glance", CONTENTS]
    assert book.active.title == "Glance"
    leads = [cell.hyperlink.location for cell in book[CONTENTS]["A"] if cell.hyperlink]
    assert leads == [f"'{name}'!A1" for name in book.sheetnames if name != CONTENTS]
    schema = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")
    for sheet in sheets(suffixed(september, ".xlsx")):
        assert sheet["A2"].hyperlink.location == f"'{CONTENTS}'!A1"
        heads = [cell for cell, name in zip(sheet[NAMES_ROW], sheet[NAMES_ROW + 1], strict=True) if name.value]
        assert [cell.value for cell in heads if not cell.value or schema.search(cell.value)] == []
        # Every line of a header is seen: as many as its words need in the width of their column.
        for cell in heads:
            width = sheet.column_dimensions[cell.column_letter].width
            assert sheet.row_dimensions[NAMES_ROW].height >= 15 * (len(cell.value) // width)
            assert max(map(len, cell.value.split())) <= width


def test_the_same_publication_gives_the_same_page(september):
    tables = read_tables(PUBLISHED, SEPTEMBER)
    again = render_html(tables, SEPTEMBER, Said(SYNTHETIC), sheet_names())
    assert again == suffixed(september, ".html").read_text()


def test_pdf_is_the_core_tagged_and_classified_on_every_page(september):
    """What PDF/UA asks and a reader of ours can see: language, title, tags, and words for each figure."""
    pdf = pypdf.PdfReader(suffixed(september, ".pdf"))
    assert {entry.title for entry in pdf.outline[1] if not isinstance(entry, list)} >= set(CORE.values())
    assert len(pdf.pages) <= 15
    for number, page in enumerate(pdf.pages, start=1):
        text = page.extract_text()
        assert "Classification: Green - synthetic sample" in text, number
        assert f"Page {number} of {len(pdf.pages)}" in text
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    top = pdf.trailer["/Root"]
    assert top["/Lang"] == "en-GB"
    assert top["/MarkInfo"]["/Marked"] and top["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata.title == "Performance Measurement Report, September 2021"
    assert re.search(rb"pdfuaid:part\W+1\b", top["/Metadata"].get_data())
    kinds: dict[str, list] = {}
    waiting = [top["/StructTreeRoot"]]
    while waiting:
        element = waiting.pop().get_object()
        if isinstance(element, list):
            waiting += element
        elif isinstance(element, dict):
            kinds.setdefault(element.get("/S"), []).append(element)
            waiting += [element["/K"]] if "/K" in element else []
    core, _ = suffixed(september, ".html").read_text().split('<section id="annex"')
    assert len(kinds["/Figure"]) == core.count("<figure") - core.count('class="chart empty"')
    assert [figure for figure in kinds["/Figure"] if len(figure.get("/Alt", "")) < 40] == []
    assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/L", "/Caption"} <= set(kinds)
    for header in kinds["/TH"]:
        heads = "/Column" if header["/P"]["/P"]["/S"] == "/THead" else "/Row"
        assert header["/A"]["/Scope"] == heads
    assert {header["/A"]["/Scope"] for header in kinds["/TH"]} == {"/Column", "/Row"}
    assert {item.get_object()["/S"] for items in kinds["/L"] for item in items["/K"]} == {"/LI", "/L"}
    links = [link.get_object() for page in pdf.pages for link in page.get("/Annots", ())]
    assert links and {link["/F"] for link in links} == {PRINTED}


def test_says_that_sample_data_is_synthetic(september):
    assert "Synthetic data." in suffixed(september, ".html").read_text()


@pytest.mark.parametrize("width", [1280, 390])
def test_opens_from_a_file_with_the_network_off(september, browser, width):
    context = browser.new_context(offline=True, viewport={"width": width, "height": 900})
    tab = context.new_page()
    said, asked = [], []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    address = suffixed(september, ".html").as_uri()
    tab.goto(address)
    assert said == []
    assert asked == [address]
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    bare = (
        "[...document.querySelectorAll('table')].filter(t => !t.caption || !t.querySelector('th[scope]')).length"
    )
    assert tab.evaluate(bare) == 0
    unsaid = "[...document.querySelectorAll('figure svg')].filter(s => !s.querySelector('title')).length"
    assert tab.evaluate(unsaid) == 0
    assert tab.evaluate("document.querySelectorAll('figure svg').length") > 20
    context.close()


# Of rows that are made alike, in places made alike, three stay: axe measures the contrast of each of 9,000 cells.
LIKE_ROWS_AWAY = """
const place = (one) => one ? place(one.parentElement) + '<' + one.tagName + '.' + one.className : ''
const seen = {}
for (const row of document.querySelectorAll('tbody tr')) {
  const within = row.outerHTML.replace(/>[^<]+</g, '><').replace(/ (href|id|title)="[^"]*"/g, '')
  const made = place(row.parentElement) + within
  seen[made] = (seen[made] || 0) + 1
  if (seen[made] > 3) row.remove()
}
"""


@pytest.mark.parametrize(("width", "scheme", "is_open"), [(1280, "dark", "true"), (390, "light", "false")])
def test_axe_finds_nothing(september, browser, width, scheme, is_open):
    tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab.goto(suffixed(september, ".html").as_uri())
    tab.evaluate("document.querySelectorAll('details').forEach(one => one.open = " + is_open + ")")
    tab.evaluate(LIKE_ROWS_AWAY)
    found = Axe().run(tab)
    violations = [(one["id"], one["nodes"][0]["html"][:200]) for one in found.response["violations"]]
    tab.close()
    assert violations == []


def test_names_are_never_markup_nor_formulas(odd, browser):
    path = odd
    html = path.read_text()
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    tab = browser.new_page(viewport={"width": 390, "height": 900})
    dialogs = []
    tab.on("dialog", lambda dialog: dialogs.append(dialog.message))
    tab.goto(path.as_uri())
    assert dialogs == []
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    assert MARKUP.split("very")[0].strip() in tab.inner_text("#CPM_4 h3")
    tab.close()
    definition = next(
        cell
        for row in openpyxl.load_workbook(path.with_suffix(".xlsx"))["Definitions"].iter_rows()
        for cell in row
        if cell.value == FORMULA
    )
    assert definition.data_type == "s"


def test_a_measure_without_level_and_a_region_with_one_event(odd):
    html = odd.read_text()
    without = html[html.index('id="CPM_4"') : html.index('id="CPM_5"')]
    assert "No level" in without
    assert "no level is known" in without
    assert "target " not in re.search(r'class="verdict">.*?</p>', without)[0]
    assert "100.00 (1 of 1)" in html[html.index('id="CPM_5"') :]


def test_a_month_without_data_says_so_and_that_the_sample_is_synthetic():
    html = render_html(read_tables(PUBLISHED, date(2019, 1, 1)), date(2019, 1, 1), GREEN, sheet_names())
    assert "No figures for January 2019." in html
    assert "No measure has a result for this month." in html
    assert "Synthetic data." in html
    assert "Main points" not in html


def test_a_month_without_events_is_not_zero(tmp_path):
    path = tmp_path / "cpm.duckdb"
    path.write_bytes(PUBLISHED.read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "update marts.rpt_measure_summary set status = 'no_events', met_count = 0, total_count = 0,"
            " result_pct = null, change_points = null, no_change_reason = 'no_figure', restated_points = null,"
            " attention_reason = 'no_figure' where reporting_month = '2021-09-01'"
        )
    html = render_html(read_tables(path, SEPTEMBER), SEPTEMBER, GREEN, sheet_names(), is_core=True)
    assert "No figures for September 2021." in html
    assert "No events" in html
    assert "Main points" not in html


@pytest.mark.parametrize("month", MONTHS)
def test_every_label_of_a_measures_charts_is_in_a_mart(month):
    """The figures that stand in the charts of a measure are its result and those of its parts, and no others."""
    tables = read_tables(PUBLISHED, month)
    for row in tables["summary"]:
        named = ("summary_trend", "contributions")
        months, parts = (list(tables[name].where(measure_id=row["measure_id"])) for name in named)
        article = measure(row, months, parts, Charts(), None)
        levels = tuple(row[name] for name in ("target_pct", "minimum_pct") if row[name] is not None)
        texts = re.findall(r"<text[^>]*>([\d.]+(?: \([\d,]+ of [\d,]+\))?)</text>", article)
        shown = [text for text in texts if " of " in text]
        assert shown == [
            f"{percent(part['result_pct'], levels)} ({part['met_count']:,} of {part['total_count']:,})"
            for part in parts
            if part["total_count"]
        ]
        assert percent(row["result_pct"], levels) in texts
        said = re.search(r"Line by month: (.*?)\. (?:Against|No level)", article)[1]
        assert re.findall(r"20\d\d ([\d.]+)%", said) == [percent(one["result_pct"], levels) for one in months]


def test_nothing_published_is_one_line(tmp_path):
    with pytest.raises(CpmError, match="nothing is published here"):
        make_pack(tmp_path / "none.duckdb", SEPTEMBER, tmp_path)


def test_an_older_publication_says_what_it_lacks(tmp_path):
    path = tmp_path / "cpm.duckdb"
    path.write_bytes(PUBLISHED.read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table marts.rpt_incident_ageing")
    table = read_tables(path, SEPTEMBER)["incident_ageing"]
    assert "no rpt_incident_ageing" in table.note
    assert len(table) == 0


@pytest.mark.parametrize(
    ("value", "levels", "text"),
    [
        ("99.994", (), "99.99"),
        ("99.996", (), "99.996"),  # not 100
        ("0.004", (), "0.004"),  # not nothing
        ("0", (), "0.00"),
        ("89.996", ("90",), "89.996"),  # below its target
        ("90.004", ("90",), "90.00"),
        ("100", ("100",), "100.00"),
    ],
)
def test_a_percentage_is_seen_on_its_side_of_a_level(value, levels, text):
    assert percent(Decimal(value), tuple(Decimal(level) for level in levels)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (3600, "1 h 0 min"), (93600, "1 d 2 h"),
     (-61, "-1 min 1 s")],
)  # fmt: skip
def test_durations(seconds, text):
    assert duration(Decimal(seconds)) == text


@pytest.mark.parametrize(
    ("seconds", "target", "text"),
    [
        (14_401, 14_400, "4 h 0 min 1 s"),
        (14_400, 14_400, "4 h 0 min"),
        (14_399, 14_400, "3 h 59 min"),
        (259_500, 259_200, "3 d 0 h 5 min 0 s"),
        (262_800, 259_200, "3 d 1 h"),
    ],
)
def test_a_time_beyond_its_target_is_not_written_as_the_target(seconds, target, text):
    row = {"longest_seconds": Decimal(seconds), "target_seconds": target}
    assert fragments.cell(row, "longest_seconds") == text


def labels(chart):
    return re.findall(r"<text[^>]*>([^<]*)</text>", chart)


@pytest.mark.parametrize(
    ("value", "ticks"),
    [(1, ["0", "1"]), (3, ["0", "3"]), (9_000, ["0", "5000", "10000"]), (20_000, ["0k", "10k", "20k"])],
)
def test_an_axis_of_counts_has_whole_numbers(value, ticks):
    chart = Charts().bars([{"name": "A", "count": value}], "t", label="name", value="count", unit="Incidents")
    assert labels(chart)[: len(ticks)] == ticks


def test_an_axis_of_times_is_written_out():
    def axis(times, *, log):
        rows = [{"x": time, "y": 50, "name": "A"} for time in times]
        chart = Charts().lines(rows, "t", x="x", y="y", series="name", x_title="s", y_title="%", log=log)
        return labels(chart)

    assert axis([0, 80], log=False)[:5] == ["0", "20", "40", "60", "80"]
    assert axis([0.05, 2000], log=True)[:5] == ["0.1", "1", "10", "100", "1,000"]


@pytest.mark.parametrize(("before", "below"), [("99", True), ("90", False)])
def test_the_last_figure_of_a_trend_stands_clear_of_its_line(before, below):
    levels = {"target_pct": None, "minimum_pct": None, "no_change_reason": None, "line_number": 1} | MANY
    rows = [
        {"reporting_month": date(2021, 8, 1), "result_pct": Decimal(before), **levels},
        {"reporting_month": SEPTEMBER, "result_pct": Decimal(95), **levels},
    ]
    chart = Charts().trend(rows, "t", (80, 100))
    text = float(re.search(r"<text[^>]*translate\([\d.]+,([\d.]+)\)[^>]*>95.00<", chart)[1])
    point = float(re.findall(r'<path transform="translate\([\d.]+,([\d.]+)\)', chart)[-1])
    assert (text > point) == below
    assert 0 < text < HEIGHT


@pytest.mark.parametrize(
    ("october", "reason", "lines"),
    [
        ("95", None, 1),
        ("95", "basis_changed", 2),
        (None, "no_figure", 2),  # and November has no figure before it
    ],
)
def test_a_line_is_broken_where_months_cannot_be_compared(october, reason, lines):
    after = None if october else "no_figure_before"
    told = (
        (8, "90", "month_before_not_reported"),
        (9, "91", None),
        (10, october, reason),
        (11, "93", after),
        (12, "94", None),
    )
    numbers = accumulate(int(why is not None) for *_, why in told)
    rows = [
        {"reporting_month": date(2021, month, 1), "result_pct": value and Decimal(value), "no_change_reason": why}
        | {"target_pct": None, "minimum_pct": None, "line_number": number}
        | MANY
        for (month, value, why), number in zip(told, numbers, strict=True)
    ]
    trend = Charts().trend(rows, "t", (90, 100))
    drawn = re.findall(r'<path d="M[^"]*L[^"]*" stroke="#1d2a35"', trend)
    assert len(drawn) == lines
    assert ("Not comparable with the month before: " in trend) == (lines > 1)
    assert (">basis changed<" in trend) == (reason == "basis_changed")


def test_few_events_are_a_hollow_mark_with_an_interval():
    few = {"is_small_number": True, "result_lower_pct": Decimal(51), "result_upper_pct": Decimal(100)}
    row = {"reporting_month": SEPTEMBER, "result_pct": Decimal(100), "total_count": 4, "no_change_reason": None}
    row |= {"target_pct": None, "minimum_pct": None, "line_number": 1}
    charts = [Charts().trend([row | more], "t", (50, 100)) for more in (few, MANY)]
    assert ["(of 4 events; interval 51.0 to 100.0)" in chart for chart in charts] == [True, False]
    assert ['fill="white" stroke="#1d2a35"' in chart for chart in charts] == [True, False]


@pytest.mark.parametrize(
    ("values", "begins"),
    [(["99.5", "99"], 99), (["98.99", None], 98), (["95"], 95), (["94.99", "100"], 90), (["0"], 0), ([], 0)],
)
def test_percentages_of_a_measure_share_an_axis_that_holds_them(values, begins):
    assert percent_axis([value and Decimal(value) for value in values]) == (begins, 100)


def test_words():
    assert heading("target_pct") == "Target, %"
    assert heading("current_row_count") == "Current rows"
    assert heading("total_count") == "Total"
    assert heading("seconds_to_activate_p90") == "Time to activate P90"
    assert heading("late_working_days") == "Late, Working Days"
    assert written("status", "minimum_met") == "◐ Minimum met"
    assert written("result_pct", None) == "\N{EN DASH}"
    assert written("reporting_month", SEPTEMBER) == "Sep 2021"
    assert written("is_default", True) == "Yes"
    assert written("submission_key", "incident_list/s1sp_moc/2021-09/v1") == "incident_list/s1sp_moc/2021-09/v1"
    assert written("next_step", "derogation_25_wd") == "Derogation 25 Working Days"
    assert written("restated_points", Decimal("4.61")) == "+4.61"
