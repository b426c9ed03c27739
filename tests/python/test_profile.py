"""`cpm profile` shows what is in a file of any kind, asks for what it does not tell, and writes a layout of it."""

import csv
import gzip
import io
import re

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from conftest import ROOT
from cpm_warehouse.cli import main
from cpm_warehouse.errors import CpmError
from cpm_warehouse.layouts.columns import match_columns
from cpm_warehouse.layouts.loading import load_layout_file, open_choices, read_layout_yaml

SAMPLE = next((ROOT / "extracts/sample/dcc/remedy_incidents/2021-09").glob("v1/*.csv"))
ROWS = list(csv.DictReader(io.StringIO(SAMPLE.read_text())))
NAMES = list(ROWS[0])
INSTANTS = [name for name in NAMES if name.endswith("Date")]
CHOICE = re.compile(r"\{choose: \[(.*?)\], why: \"[^\"]*\"\}")


def clock(form):
    """The rows, with instants as a clock of Great Britain showed them."""
    written = pd.DataFrame(ROWS)
    for name in INSTANTS:
        instants = pd.to_datetime(written[name].replace("", None), utc=True).dt.tz_convert("Europe/London")
        written[name] = instants.dt.strftime(form).fillna("")
    return written


def as_csv(frame, delimiter=",", **more):
    return frame.to_csv(index=False, sep=delimiter, lineterminator="\r\n", **more)


@pytest.fixture
def profiled(tmp_path):
    """Profiles a file; returns the exit code, what was said, and where the layout lies."""

    def run(content, name="file.csv", extract="remedy_incidents", *more):
        path = tmp_path / name
        if content is not None:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        out = tmp_path / "layouts/dcc" / f"{extract}.yml"
        arguments = ["profile", str(path), "--extract", extract, "--out", str(out), *more]
        result = CliRunner().invoke(main, arguments)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result.exit_code, result.output, out

    return run


def layout_of(out, contracts, choose=0):
    """The layout with every choice made: the first of its options, or another."""
    text = out.read_text()
    if choice := CHOICE.search(text):
        with pytest.raises(CpmError, match="is still to be chosen"):
            load_layout_file(out, contracts["remedy_incidents"])
        assert choice
    text = CHOICE.sub(lambda found: re.findall(r"\[[^\]]*\]|\"[^\"]*\"|\w+", found[1])[choose], text)
    out.write_text(text)
    return load_layout_file(out, contracts["remedy_incidents"]).layouts[0]


def places(out):
    return [str(choice).split(":")[0] for choice in open_choices(read_layout_yaml(out))]


def test_an_export_of_remedy(profiled, contracts):
    frame = clock("%d/%m/%Y %H:%M:%S").rename(
        columns={"Raised By": "RAISED_BY", "Incident Number": "Incident ID*+"}
    )
    frame["Incident ID*+"] = '="' + frame["Incident ID*+"] + '"'
    frame["Region"] = frame["Region"].replace("", "n/a")
    text = f"HPD:Help Desk\r\nKöln\r\n{as_csv(frame)}Records: {len(frame)}\r\n"
    code, said, out = profiled(text.encode("cp1252"))
    assert code == 0, said
    assert "14 matched exactly, 1 in another spelling, 1 missing" in said
    assert "missing Incident Number: could be 'Incident ID*+'" in said
    assert f"read      all {len(ROWS)} rows" in said
    # The last line may be one after the data, or a record that was cut.
    assert places(out) == [
        "layouts 'dcc_remedy_incidents' text encoding",
        "layouts 'dcc_remedy_incidents' lines_after_data",
        "layouts 'dcc_remedy_incidents' instants zone",
        "layouts 'dcc_remedy_incidents' columns 'Incident Number' in_file",
    ]
    layout = layout_of(out, contracts)
    assert (layout.text.codec, layout.lines_before_header, layout.lines_after_data) == (
        "cp1252",
        2,
        ("Records: *",),
    )
    assert (layout.instants.formats, layout.instants.zone) == (("%d/%m/%Y %H:%M:%S",), "Europe/London")
    assert (layout.nothing, layout.guards, layout.trim) == (("n/a",), True, False)
    assert match_columns(layout, contracts["remedy_incidents"], list(frame.columns)).problem() == ""


def test_a_csv_of_a_german_tool(profiled, contracts):
    frame = clock("%d.%m.%Y %H:%M").rename(
        columns={"Submit Date": "Eröffnet am", "Incident Category": "Priorität"}
    )
    code, said, out = profiled(as_csv(frame, ";").encode("cp1252"))
    assert code == 0, said
    # Names do not tell, and values do: of the columns that are left, one has instants and one has categories.
    assert "missing Submit Date: could be 'Eröffnet am'\n" in said
    assert "missing Incident Category: could be 'Priorität'\n" in said
    layout = layout_of(out, contracts)
    assert (layout.text.delimiter, layout.instants.formats) == (";", ("%d.%m.%Y %H:%M",))
    assert match_columns(layout, contracts["remedy_incidents"], list(frame.columns)).problem() == ""


def test_export_csv_of_powershell(profiled, contracts):
    text = "#TYPE Selected.Incident\r\n" + as_csv(clock("%d/%m/%Y %H:%M:%S"), quoting=csv.QUOTE_ALL)
    code, said, out = profiled(text.encode("utf-16"))
    assert code == 0, said
    layout = layout_of(out, contracts)
    assert (layout.text.encoding, layout.lines_before_header) == ("utf-16", 1)


def test_a_workbook(profiled, contracts, tmp_path):
    workbook = openpyxl.Workbook()
    workbook.active.append(["Read me"])
    sheet = workbook.create_sheet("Incidents")
    sheet.append(["Monthly list"])
    sheet.append(NAMES)
    for row in clock("%Y-%m-%d %H:%M:%S").to_dict("records"):
        sheet.append([pd.Timestamp(row[name]) if name in INSTANTS and row[name] else row[name] for name in NAMES])
    workbook.save(tmp_path / "list.xlsx")
    code, said, out = profiled(None, "list.xlsx")
    assert code == 0, said
    layout = layout_of(out, contracts)
    assert (layout.sheet, layout.lines_before_header, layout.instants.zone) == ("Incidents", 1, "Europe/London")


@pytest.mark.parametrize("zoned", [False, True])
def test_parquet_with_and_without_a_zone(profiled, tmp_path, zoned):
    frame = pd.DataFrame(ROWS)
    for name in INSTANTS:
        instants = pd.to_datetime(frame[name].replace("", None), utc=True)
        frame[name] = instants if zoned else instants.dt.tz_localize(None)
    frame.columns = [name.lower().replace(" ", "_") for name in NAMES]
    frame.to_parquet(tmp_path / "file.parquet")
    code, said, out = profiled(None, "file.parquet")
    assert code == 0, said
    assert "0 matched exactly, 16 in another spelling" in said
    assert places(out) == ([] if zoned else ["layouts 'dcc_remedy_incidents' instants zone"])


SHORT = "Incident Number,Status,Submit Date,Last Modified Date\n"


@pytest.mark.parametrize(
    ("day", "asked"),
    [("12", True), ("13", False)],
)
def test_day_and_month_are_asked_for_unless_a_value_tells(profiled, contracts, day, asked):
    code, said, out = profiled(SHORT + f"INC1,Closed,02/09/2021 10:00,{day}/09/2021 10:00\n")
    assert code == 0, said
    assert ("day and month cannot be told apart" in said) == asked
    assert ("layouts 'dcc_remedy_incidents' instants formats" in places(out)) == asked
    assert layout_of(out, contracts).instants.formats == ("%d/%m/%Y %H:%M",)


def test_the_hour_that_london_leaves_out_speaks_for_utc(profiled):
    row = "INC1,Closed,2021-03-28 {}:30:00,2021-10-31 {}:30:00\n"
    _, said, out = profiled(SHORT + row.format("01", "01"))
    assert '"UTC" or "Europe/London" (2 instants have no offset; 1 lie in the hour that London' in said
    assert "; 1 lie in the hour that comes twice" in said
    out.unlink()
    _, said, _ = profiled(SHORT + row.format("00", "02"))
    assert '"Europe/London" or "UTC" (2 instants have no offset; or write another, such as Europe/Berlin)' in said


def test_what_is_counted(profiled):
    text = (
        SHORT.replace("\n", ",Region\n")
        + "INC1 ,Closed,2021-09-01T10:00:00Z,2021-09-02T10:00:00Z,Nowhere\n"
        + "INC1,closed,2021-09-01T10:00:00Z,2021-09-02T10:00:00Z,Nowhere\n"
        + "INC1,Closed,2021-10-01T10:00:00Z,2021-09-02T10:00:00Z,NULL\n"
        + "INC1,Closed\n"
        + "INC2,Closed,2021-10-01T10:00:00Z,2021-09-02T10:00:00Z,North\n"
    )
    code, said, out = profiled(text)
    assert code == 0, said
    assert "1 records have not one value a column, the first in line 5" in said
    assert "'Region': 3 filled, 25.0% empty, 2 different" in said
    assert "words for nothing: NULL (1)" in said
    assert "no list has: Nowhere (2)" in said
    assert "1 with blanks around them" in said
    assert "months by iso: 2021-09 (2), 2021-10 (2)" in said
    assert "1 repeated, in 2 rows" in said
    assert "0 without an offset" in said
    # In another case it may be the known one, which is asked.
    assert "layouts 'dcc_remedy_incidents' columns 'Status' values closed" in places(out)
    assert "trim: true" in out.read_text()


def test_a_code_of_digits_is_not_taken_for_another(profiled):
    text = SHORT.replace("\n", ",Incident Category,Region\n")
    for category, region in (("33", "Nort"), ("3", "North")):
        text += f"INC{category},Closed,2021-09-01T10:00:00Z,2021-09-02T10:00:00Z,{category},{region}\n"
    _, said, out = profiled(text)
    assert "no list has: 33 (1)" in said
    assert [place for place in places(out) if not place.endswith("empty")] == [
        "layouts 'dcc_remedy_incidents' columns 'Region' values Nort"
    ]


def test_devices_and_parties_are_shown_by_their_form_only(profiled, contracts, tmp_path):
    sample = next((ROOT / "extracts/sample").glob("csp_north/comms_hub_firmware/2021-09/v1/*.csv"))
    (tmp_path / "hubs.csv").write_bytes(sample.read_bytes())
    code, said, out = profiled(None, "hubs.csv", "comms_hub_firmware", "--provider", "csp_north")
    assert code == 0, said
    (column,) = contracts["comms_hub_firmware"].identifying("device")
    devices = {row[column] for row in csv.DictReader(io.StringIO(sample.read_text()))}
    assert devices
    assert not [device for device in devices if device in said + out.read_text()]
    line = next(line for line in said.splitlines() if line.startswith(f"'{column}':"))
    assert "of the form" in line


def test_a_record_that_was_cut_is_no_line_after_the_data(profiled):
    whole = "INC1,Closed,2021-09-01T10:00:00Z,2021-09-02T10:00:00Z\n"
    code, said, out = profiled(SHORT + whole + whole[: whole.index("T10:00:00Z,2021")])
    assert code == 0
    assert "1 records have not one value a column, the first in line 3" in said
    assert "lines_after_data" not in out.read_text()


def test_only_the_beginning_of_a_long_file_is_read_and_it_is_said(profiled, monkeypatch):
    monkeypatch.setattr("cpm_warehouse.receive.profiling.texts.BLOCK", 4096)
    monkeypatch.setattr("cpm_warehouse.receive.profiling.texts.MOST_TEXT", 10_000)
    code, said, _ = profiled(as_csv(pd.DataFrame(ROWS)))
    assert code == 0, said
    read = int(re.search(r"read      the first (\d+) rows; more follow", said)[1])
    assert 20 < read < len(ROWS)
    assert "broken" not in said


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "empty.csv", "is empty; ask for the file again"),
        (bytes(range(256)) * 40, "binary.csv", "is no text"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "old.xls", "an old or protected workbook; save it as .xlsx"),
        (b"PK\x03\x04" + bytes(90), "cut.xlsx", "cannot be read as a workbook"),
        (b"PAR1" + bytes(90), "cut.parquet", "cannot be read"),
        (gzip.compress(SAMPLE.read_bytes())[:900], "cut.csv.gz", "is cut or damaged"),
        (SHORT, "names.csv", "has names of columns and no rows"),
        ("INC01,2,Closed,2021-09-01\nINC02,2,Closed,2021-09-02\n", "rows.csv", "looks like the names of columns"),
        ("nothing\nat all\n", "prose.csv", "looks like the names of columns"),
        (
            "Reporting Month,PMR Version,Delivered On\n2021-08-01,1,2021-10-05\n",
            "o.csv",
            "say --extract pmr_deliv",
        ),
    ],
)
def test_what_cannot_be_read_is_said_in_a_line(profiled, content, name, says):
    code, said, out = profiled(content, name)
    assert code == 1
    assert said.startswith("error: ") and said.count("\n") == 1
    assert name in said and says in said
    assert not out.exists()


def test_names_of_extracts_and_providers_are_checked_and_no_layout_is_written_over(profiled):
    assert "did you mean remedy_incidents?" in profiled(SHORT, "f.csv", "remedy_incident")[1]
    assert "name one with --provider: dsp, csp_north" in profiled(SHORT, "f.csv", "incident_list")[1]
    code, _, out = profiled(as_csv(pd.DataFrame(ROWS)))
    assert code == 0
    before = out.read_bytes()
    code, said, _ = profiled(as_csv(pd.DataFrame(ROWS)))
    assert code == 1 and "is there already and stays as it is" in said
    assert out.read_bytes() == before


def test_a_layout_that_is_given_says_how_to_read(profiled, tmp_path):
    layout = tmp_path / "given.yml"
    layout.write_text(
        'provider: dcc\nextract: remedy_incidents\nlayouts:\n  - {name: a, text: {delimiter: "!"}}\n'
    )
    text = as_csv(pd.DataFrame(ROWS), "!")
    assert profiled(text)[0] == 1
    code, said, _ = profiled(text, "file.csv", "remedy_incidents", "--layout", str(layout))
    assert code == 0 and "16 matched exactly" in said


def test_the_next_command_names_the_folder_of_the_month(profiled):
    _, said, _ = profiled(as_csv(pd.DataFrame(ROWS)))
    assert "mkdir -p my_extracts/dcc/remedy_incidents/2021-09/v1" in said
    assert said.endswith("cpm land --extracts my_extracts --lake lake/trial --dry-run\n")


ROW = "INC{},Closed,2021-09-0{}T10:00:00Z,2021-09-02T10:00:00Z\n"
SOME = "".join(ROW.format(number, number) for number in range(1, 6))


def option(out, place):
    (found,) = [choice for choice in open_choices(read_layout_yaml(out)) if str(choice).startswith(place)]
    return found


def test_a_column_that_the_file_lacks_is_asked_for(profiled, contracts):
    code, _, out = profiled(SHORT + SOME)
    assert code == 0
    assert "layouts 'dcc_remedy_incidents' columns 'Region' empty" in places(out)
    with pytest.raises(CpmError, match="empty: is still to be chosen: true"):
        load_layout_file(out, contracts["remedy_incidents"])
    assert layout_of(out, contracts).column("Region").empty


@pytest.mark.parametrize(
    ("letters", "encoding", "options"),
    [
        ("Köln", "cp1252", ("cp1252", "iso8859-2")),  # latin-2 and cp1250 have the same ö
        ("Köln", "cp850", ("cp850", "mac-roman", "cp1252")),
        ("Łódź", "cp1250", ("cp1250",)),
        ("Łódź", "iso8859-2", ("iso8859-2",)),
        ("Köln", "mac-roman", ("mac-roman",)),
        ("Köln", "utf-8-sig", ()),
        ("Köln", "utf-8", ()),
        ("Koln", "ascii", ()),
    ],
)
def test_an_encoding_that_cannot_be_told_is_asked_for(profiled, letters, encoding, options):
    text = SHORT.replace("\n", ",Region\n") + "".join(
        ROW.format(number, number).replace("\n", f",{letters}\n") for number in range(1, 6)
    )
    code, said, out = profiled(text.encode(encoding))
    assert code == 0, said
    if not options:
        assert not [place for place in places(out) if "encoding" in place]
        return
    asked = option(out, "layouts 'dcc_remedy_incidents' text encoding")
    assert len(asked.options) > 1
    assert encoding in asked.options or encoding == "cp1252"
    for name in asked.options:
        text.encode(encoding).decode(name)
    out.unlink()


def test_names_of_columns_tell_which_encoding_is_meant(profiled, tmp_path):
    text = SHORT.replace("\n", ",Größe\n") + SOME.replace("Z\n", "Z,x\n")
    code, said, out = profiled(text.encode("cp850"))
    assert code == 0, said
    asked = option(out, "layouts 'dcc_remedy_incidents' text encoding")
    assert "cp850 gives á ö (Größe)" in asked.why.replace("\u00e1", "á").replace("ß", "ß") or "Größe" in asked.why
    # Another than the first is written, and the names of columns are read anew.
    given = tmp_path / "given.yml"
    given.write_text("provider: dcc\nextract: remedy_incidents\nlayouts: [{name: a, text: {encoding: cp850}}]\n")
    out.unlink()
    code, said, _ = profiled(text.encode("cp850"), "file.csv", "remedy_incidents", "--layout", str(given))
    assert code == 0, said
    assert "'Größe'" in said
    assert not [place for place in places(out) if "encoding" in place]
