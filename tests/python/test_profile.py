"""`cpm profile` shows what is in a file of any kind, asks for what it does not tell, and writes a layout of it."""

import csv
import gzip
import io
import os
import re
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from conftest import ROOT
from cpm_warehouse.cli import main
from cpm_warehouse.contracts import load_contracts
from cpm_warehouse.errors import CpmError
from cpm_warehouse.layouts.columns import match_columns
from cpm_warehouse.layouts.layout import is_like
from cpm_warehouse.layouts.loading import begun_layout, load_layout_file, open_choices, read_layout_yaml
from cpm_warehouse.receive.profiling.headers import DELIMITERS, find_header
from cpm_warehouse.receive.profiling.last_lines import last_line
from cpm_warehouse.receive.profiling.texts import write_text

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
def profiled(tmp_path, contracts, monkeypatch):
    """Profiles a file; returns the exit code, what was said, and where the layout lies."""
    monkeypatch.setattr("cpm_warehouse.cli.load_contracts", lambda: contracts)

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
ROW = "INC{},Closed,2021-09-0{}T10:00:00Z,2021-09-02T10:00:00Z\n"
SOME = "".join(ROW.format(number, number) for number in range(1, 6))


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
        (SHORT + SOME.replace("\n", "\r\n"), "ends.csv", "some lines end with CRLF and some with LF"),
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
        ("Köln", "cp1252", ["cp1252", "cp850", "mac-roman"]),
        ("Köln", "cp850", ["cp850", "mac-roman"]),  # cp1252 has no letter in its place
        ("Köln", "mac-roman", ["mac-roman"]),
        ("Łódź", "cp1250", ["cp1250"]),
        ("10\u00a0000 ä", "cp1252", ["cp1252"]),  # the blank that does not break is no letter
        ("Köln", "utf-8-sig", []),
        ("Köln", "utf-8", []),
        ("Köln", "utf-16", []),
        ("Koln", "ascii", []),
    ],
)
def test_an_encoding_that_cannot_be_told_is_asked_for(tmp_path, letters, encoding, options):
    path = tmp_path / "file.csv"
    path.write_bytes("".join(f"INC{number},{letters}\n" for number in range(5)).encode(encoding))
    found, is_whole = write_text(path, None, tmp_path / "copy", is_compressed=False)
    names = [name for name, _ in found]
    assert is_whole
    assert (len(names) > 1) == bool(options)
    assert set(options) <= set(names)


def given(tmp_path, says):
    path = tmp_path / "given.yml"
    path.write_text(f"provider: dcc\nextract: remedy_incidents\nlayouts: [{{name: a, {says}}}]\n")
    return "file.csv", "remedy_incidents", "--layout", str(path)


def test_names_of_columns_tell_which_encoding_is_meant(profiled, tmp_path):
    text = (SHORT.replace("\n", ",Größe\n") + SOME.replace("Z\n", "Z,x\n")).encode("cp850")
    code, _, out = profiled(text)
    assert code == 0
    assert (
        "cp850 gives ö á (Größe)"
        in option(out, "layouts 'dcc_remedy_incidents' text encoding").why.replace("á ö", "ö á").replace("ß", "ß")
        or "(Größe)" in option(out, "layouts 'dcc_remedy_incidents' text encoding").why
    )
    # It is written, and names of columns are read anew.
    out.unlink()
    code, said, _ = profiled(text, *given(tmp_path, "text: {encoding: cp850}"))
    assert code == 0, said
    assert "'Größe'" in said
    assert not [place for place in places(out) if "encoding" in place]


def test_a_layout_is_read_back_whatever_is_in_a_header(profiled, contracts):
    signs = ["\x7f", "\x85", "\u2028", "\ufeff", "\U000e0001", '"', "\\", "#", ": ", "'"]
    names = [f"Inci{sign}dent {number}" for number, sign in enumerate(signs)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([*names, *SHORT.strip().split(",")])
    code, said, layout = profiled(out.getvalue() + SOME.replace("INC", "x," * len(names) + "INC"))
    assert code == 0, said
    assert layout_of(layout, contracts).ignore == tuple(names)


def test_names_of_files_that_are_no_text(profiled, tmp_path):
    name = os.fsdecode(b"ger\xe4t.csv")
    code, said, out = profiled(SHORT + SOME, name)
    assert code == 0, said
    assert r"cp $'" in said and r"ger\xe4t.csv' my_extracts/dcc/remedy_incidents/2021-09/v1/ger_t.csv" in said
    assert load_layout_file_with_first(out)
    code, said, _ = profiled(None, os.fsdecode(b"none\xe4.csv"))
    assert code == 1 and "no such file" in said


def load_layout_file_with_first(out):
    return begun_layout(out, read_layout_yaml(out), load_contracts()["remedy_incidents"])


@pytest.mark.parametrize(
    ("says", "wrong"),
    [
        ("text: {encoding: nonsense}", "encoding: is 'nonsense', which Python does not know"),
        ("text: {delimiter: ab}", 'delimiter: is "ab"; write one character'),
        ("lines_before_header: many", 'lines_before_header: is "many"'),
        ("colour: red", "colour: means nothing; take it out"),
        ("columns: [{name: Nothing}]", "columns 'Nothing': is no column of remedy_incidents"),
        ("columns: x", 'columns: is "x"'),
        ("text: {encoding: ascii}", "is not ascii throughout"),
        ("text: {encoding: utf-16}", "is not utf-16 throughout"),
    ],
)
def test_a_layout_that_is_given_is_judged(profiled, tmp_path, says, wrong):
    code, said, out = profiled(SHORT + SOME + "Köln", *given(tmp_path, says))
    assert code == 1
    assert said.startswith("error: ") and said.count("\n") == 1
    assert wrong in said
    assert not out.exists()


def test_a_layout_that_is_given_is_for_the_file(profiled, tmp_path):
    other = given(tmp_path, "text: {}")
    Path(other[-1]).write_text("provider: smki\nextract: smki_requests\nlayouts: [{name: a}]\n")
    code, said, _ = profiled(SHORT + SOME, *other)
    assert code == 1 and "is of smki/smki_requests, not of dcc/remedy_incidents" in said


def test_what_a_given_layout_decides_is_not_asked_again_and_stands_in_the_new_one(profiled, contracts, tmp_path):
    frame = clock("%d/%m/%Y %H:%M:%S").rename(columns={"Incident Number": "Nummer", "Incident Category": "Prio"})
    frame["Prio"] = "P" + frame["Prio"]
    frame["Region"] = "(leer)"
    del frame["Raised By"]
    decided = (
        "instants: {zone: Europe/London, repeated_hour: later}, nothing: [(leer)], columns: ["
        "{name: Incident Number, in_file: [Nummer]}, {name: Raised By, empty: true},"
        " {name: Incident Category, in_file: [Prio], values: {P1: '1', P2: '2', P3: '3'}}], ignore: [Sonst]"
    )
    code, said, out = profiled(as_csv(frame), *given(tmp_path, decided))
    assert code == 0, said
    assert "0 missing" in said and "zone      to be said" not in said
    # Of the categories, those of which nothing is said are told.
    assert "no list has: P4" in said and "P3 (" not in said
    assert places(out) == []
    (layout,) = load_layout_file(out, contracts["remedy_incidents"]).layouts
    assert (layout.name, layout.instants.formats, layout.instants.zone) == (
        "a",
        ("%d/%m/%Y %H:%M:%S",),
        "Europe/London",
    )
    assert layout.instants.repeated_hour == "later"
    assert layout.column("Incident Category").values == {"P1": "1", "P2": "2", "P3": "3"}
    assert layout.column("Raised By").empty
    assert "Sonst" in layout.ignore


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("{:%d/%m/%Y %H:%M:%S} BST", {"BST": ("+01:00", "+06:00")}),
        ("{:%d/%m/%Y %H:%M} GMT", {"GMT": "+00:00"}),
        ("{:%d. Mai %Y %H:%M}", {"Mai": "May"}),
        ("{:%d %B %Y %H:%M}", {}),
        ("{:%d mars %Y %H:%M}", {"mars": "March"}),
        ("{:%d.%m.%Y %H:%M} Uhr", {}),
    ],
)
def test_words_in_dates_are_known_or_asked_for(profiled, contracts, form, words):
    days = [datetime(2021, 9, day, 10, 0) for day in (1, 13, 27)]
    text = SHORT + "".join(f"INC{at.day},Closed,{form.format(at)},{form.format(at)}\n" for at in days)
    code, said, out = profiled(text)
    assert code == 0, said
    for word, meant in words.items():
        if isinstance(meant, tuple):
            assert option(out, f"layouts 'dcc_remedy_incidents' instants words {word}").options == meant
    assert "no format that is known here" not in said
    layout = layout_of(out, contracts)
    assert layout.instants.words == {
        word: meant[0] if isinstance(meant, tuple) else meant for word, meant in words.items()
    }
    assert (layout.instants.zone is None) == bool({"BST", "GMT"} & words.keys())


def test_the_zone_is_asked_for_once(profiled, contracts):
    text = (
        SHORT
        + "INC1,Closed,13/09/2021 10:00,2021-09-13 10:00:00\nINC2,Closed,14/09/2021 10:00,2021-09-14 10:00:00\n"
    )
    code, said, out = profiled(text)
    assert code == 0, said
    assert [place for place in places(out) if "zone" in place] == ["layouts 'dcc_remedy_incidents' instants zone"]
    layout = layout_of(out, contracts)
    assert {layout.instants_of(name).zone for name in INSTANTS} == {"Europe/London"}
    assert layout.instants_of("Submit Date").formats == ("%d/%m/%Y %H:%M",)


def test_a_header_that_stands_again_is_noticed(profiled):
    code, said, _ = profiled(SHORT + SOME + SHORT + ROW.format(7, 7) + SHORT)
    assert code == 0
    assert "the header stands again 2 times, first in line 7" in said
    assert "'Submit Date': 6 filled" in said


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_what_parts_values_is_found(delimiter):
    for header in (SHORT, "Nummer,Stand,Angelegt am,Zuletzt\n"):
        lines = (header + SOME).replace(",", delimiter).splitlines()
        found = find_header(lines, SHORT.strip().split(","), DELIMITERS, '"', None)
        assert (found.delimiter, found.line, found.cells) == (delimiter, 0, header.strip().split(","))


def test_a_delimiter_that_is_no_letter_is_written_so_that_it_is_read(profiled):
    code, said, out = profiled((SHORT + SOME).replace(",", "\x01"))
    assert code == 0, said
    assert read_layout_yaml(out)["layouts"][0]["text"]["delimiter"] == "\x01"
    assert "4 matched exactly" in said


def test_a_file_without_a_header_is_none_whatever_its_first_record_looks_like(profiled):
    code, said, _ = profiled("Jane Doe,North,Closed\nJohn Roe,North,Open\nAda Poe,South,Open\n")
    assert code == 1 and "looks like the names of columns" in said
    assert "Jane" not in said


def test_names_alone_are_profiled_where_the_contract_may_be_empty(profiled, tmp_path):
    header = "Outage From,Outage To,Planned?,Notified In Time\n"
    code, said, out = profiled(header, "file.csv", "self_service_interface_outages")
    assert code == 0, said
    assert "read      all 0 rows" in said
    assert places(out) == []
    code, said, _ = profiled(SHORT)
    assert code == 1 and "has names of columns and no rows" in said


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("Records: 189", "Records: *"),
        ("(189 rows affected)", "(* rows affected)"),
        ("Prepared by Jane Doe on 1 May 2021 10:12", "Prepared by * on *"),
        ("Anzahl Datensätze: 12", "Anzahl Datensätze: *"),
        ("--- end of report ---", "--- end of report ---"),
        ("Jane Doe", None),
        ("Doe, Jane", None),
        ("12345", None),
        ("jane.doe@example.org: total 5", "*: total *"),
    ],
)
def test_a_line_after_the_data_shows_no_name(line, pattern):
    found = last_line(line, ("remedy_incidents", "Status"))
    assert found.pattern == pattern
    assert "doe" not in found.form.casefold()
    assert pattern is None or is_like(line, pattern)


@pytest.mark.parametrize(("line", "options"), [("Made by Jane Doe", ["* by *"]), ("Jane Doe", [])])
def test_what_a_line_after_the_data_may_be_is_asked(profiled, line, options):
    code, said, out = profiled(SHORT + SOME + line + "\n")
    assert code == 0, said
    assert "Doe" not in said + out.read_text()
    asked = option(out, "layouts 'dcc_remedy_incidents' lines_after_data")
    assert asked.options == ((options, []) if options else ([],))


def test_a_line_after_the_data_may_have_a_cell_for_every_column(profiled, contracts):
    """As in a sheet, and in a CSV that was one; a blank line before it is one of them."""
    code, said, out = profiled(SHORT + SOME + ",,,\nRecords: 5,,,\n")
    assert code == 0, said
    assert "read      all 5 rows" in said
    assert option(out, "layouts 'dcc_remedy_incidents' lines_after_data").options == ([",,,", "Records: *,,,"], [])


def test_forms_show_no_value_and_are_not_withheld(profiled):
    device = "00-1A-2B-3C-4D-5E-6F-70"
    text = SHORT.replace("\n", ",Who,Device\n") + "".join(
        ROW.format(number, number).replace("\n", f",{who},{device}\n")
        for number, who in enumerate(("Jane Doe", "Łucja Żak", "山田太郎", "Ann-Marié ٣٤"), start=1)
    )
    code, said, _ = profiled(text)
    assert code == 0
    assert "withheld" not in said
    for shown in ("Jane", "ucja", "山田", "Ann", "٣", device):
        assert shown not in said
    assert "##-#X-#X-#X-#X-#X-#X-##" in said
    assert "Xxxx Xxx" in said


def test_values_that_no_list_has_are_shown_where_they_are_few_enough_to_be_codes(profiled):
    rows = [f"INC{n},Closed,2021-09-01T10:00:00Z,2021-09-02T10:00:00Z,Name{chr(97 + n)}\n" for n in range(21)]
    _, said, out = profiled(SHORT.replace("\n", ",Region\n") + "".join(rows[:20]))
    assert "no list has: Namea (1)" in said
    out.unlink()
    _, said, out = profiled(SHORT.replace("\n", ",Region\n") + "".join(rows))
    assert "no list has 21 of its values" in said
    assert "Namea" not in said + out.read_text()


def test_codes_that_are_called_otherwise_are_offered_the_list(profiled, tmp_path):
    text = SHORT.replace("\n", ",Priority\n") + SOME.replace("Z\n", "Z,High\n")
    code, said, out = profiled(text)
    assert code == 0
    asked = option(out, "layouts 'dcc_remedy_incidents' columns 'Incident Category' in_file")
    assert asked.options == (["Priority"],)
    out.unlink()
    decided = "columns: [{name: Incident Category, in_file: [Priority]}]"
    code, said, _ = profiled(text, *given(tmp_path, decided))
    assert code == 0, said
    asked = option(out, "layouts 'a' columns 'Incident Category' values High")
    assert asked.options == ("1", "2", "3", "4", "5", "High")


def test_instants_that_spark_wrote_are_of_utc(profiled, tmp_path):
    frame = pd.DataFrame(ROWS)
    for name in INSTANTS:
        frame[name] = pd.to_datetime(frame[name].replace("", None), utc=True).dt.tz_localize(None)
    table = pa.Table.from_pandas(frame, preserve_index=False)
    for by_spark in (False, True):
        said_of_itself = {"org.apache.spark.version": "4.3.0"} if by_spark else {}
        pq.write_table(
            table.replace_schema_metadata(said_of_itself),
            tmp_path / "file.parquet",
            use_deprecated_int96_timestamps=True,
        )
        code, said, out = profiled(None, "file.parquet")
        assert code == 0, said
        assert ("zone      UTC: so Spark writes" in said) == by_spark
        assert places(out) == ([] if by_spark else ["layouts 'dcc_remedy_incidents' instants zone"])
        out.unlink()
