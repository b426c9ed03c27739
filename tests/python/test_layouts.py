"""Layouts say only what is understood, open choices are asked for, and columns are found by their names."""

import json
import re

import pytest
import yaml

from conftest import ROOT
from cpm_warehouse.errors import CpmError, RefusalError
from cpm_warehouse.layouts.columns import match_columns
from cpm_warehouse.layouts.layout import Instants, Layout, LayoutColumn, layout_of
from cpm_warehouse.layouts.loading import (
    SCHEMA,
    find_folder,
    layout_schema,
    load_layout_file,
    load_layouts,
    open_choices,
    read_layout_yaml,
)

LAYOUT = """
provider: dcc
extract: remedy_incidents
layouts:
  - name: remedy_british_time
    valid_from: 2021-07
    valid_to: 2022-01
    text: {delimiter: ";", encoding: cp1252}
    lines_before_header: 2
    lines_after_data: ["Records: *"]
    instants: {formats: ["%d/%m/%Y %H:%M:%S"], zone: Europe/London}
    nothing: ["NULL", "n/a", "-"]
    columns:
      - {name: Incident Number, in_file: [Incident ID*+], trim: true}
      - {name: Raised By, constant: DCC}
      - {name: Region, empty: true}
      - {name: Incident Category, in_file: [Priority], values: {Cat 3: "3"}}
    ignore: [Notes, ""]
"""


def write(tmp_path, text, name="dcc/remedy_incidents.yml"):
    path = tmp_path / "layouts" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text if isinstance(text, str) else yaml.safe_dump(text))
    return path


def changed(tmp_path, change):
    raw = yaml.load(LAYOUT, yaml.BaseLoader)
    raw["layouts"][0]["lines_before_header"] = 2
    raw["layouts"][0]["columns"][0]["trim"] = raw["layouts"][0]["columns"][2]["empty"] = True
    change(raw["layouts"][0], raw)
    return write(tmp_path, raw)


def test_what_a_layout_says(tmp_path, contracts):
    (layout,) = load_layout_file(write(tmp_path, LAYOUT), contracts["remedy_incidents"]).layouts
    assert layout.text.delimiter == ";"
    assert layout.text.codec == "cp1252"
    assert layout.instants == Instants(("%d/%m/%Y %H:%M:%S",), "Europe/London")
    assert layout.column("Incident Category").values == {"Cat 3": "3"}
    assert layout.column("Status") == LayoutColumn("Status")  # of which nothing is said
    assert layout.ignore == ("Notes", "")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda one, _: one.update(colour="red"),
            "layouts 'remedy_british_time' colour: means nothing; take it out",
        ),
        (lambda one, _: one.pop("name"), "layouts 0 name: is missing; write it"),
        (lambda _, raw: raw.update(layouts=[]), "layouts: is []; "),
        (lambda _, raw: raw.update(provider="dsp"), "is of dsp/remedy_incidents, in a file called dcc/remedy_inc"),
        (lambda one, _: one.update(valid_from="July"), "valid_from: is 'July', which is no month"),
        (lambda one, _: one.update(valid_to="2021-07"), "valid_to: is 2021-07, not after valid_from"),
        (lambda one, _: one.update(files=[]), "files: is []; "),
        (lambda one, _: one["text"].update(delimiter="||"), 'delimiter: is "||"; write one character of ASCII'),
        (lambda one, _: one["text"].update(delimiter="x"), 'delimiter: is "x"; write one character'),
        (lambda one, _: one["text"].update(delimiter="\n"), 'delimiter: is "\\n"; write one character'),
        (lambda one, _: one["text"].update(quote=";"), "delimiter and quote are the same character"),
        (lambda one, _: one["text"].update(escape="x"), 'escape: is "x"; write the quotation character, or'),
        (
            lambda one, _: one["text"].update(quote="", escape="\\"),
            "escape: means nothing where no value is quoted",
        ),
        (lambda one, _: one["text"].update(encoding="ansi"), "encoding: is 'ansi', which Python does not know"),
        (
            lambda one, _: one["text"].update(encoding="base64"),
            "encoding: is 'base64', which Python does not know",
        ),
        (lambda one, _: one.update(lines_before_header=-1), "lines_before_header: is -1; "),
        (lambda one, _: one["instants"].update(zone="Europe/Bristol"), "zone: is 'Europe/Bristol', which is none"),
        (lambda one, _: one["instants"].update(zone="/etc"), "zone: is '/etc', which is none"),
        (
            lambda one, _: one["instants"].pop("zone"),
            "instants zone: is missing, and what '%d/%m/%Y %H:%M:%S' reads",
        ),
        (lambda one, _: one["instants"].update(words={"3": "4"}), 'words: has "3", which is no word'),
        (lambda one, _: one.update(dates={"words": {"1. Mai": "May"}}), 'words: has "1. Mai", which is no word'),
        (
            lambda one, _: one.update(
                instants={}, columns=[{"name": "Submit Date", "instants": {"formats": ["%d/%m/%Y %H:%M"]}}]
            ),
            "columns 'Submit Date' instants zone: is missing",
        ),
        (
            lambda one, _: one["instants"].update(repeated_hour="first"),
            'repeated_hour: is "first"; input should be',
        ),
        (
            lambda one, _: one["instants"].update(formats=["dd/mm/yyyy"]),
            "formats: 'dd/mm/yyyy' is none; write iso, ",
        ),
        (lambda one, _: one["instants"].update(formats=["%d/%m/%Y"]), "has not an hour; write it, as %H"),
        (lambda one, _: one["instants"].update(formats=["%d/%m %H:%M"]), "has not a year; write it, as %Y"),
        (lambda one, _: one["instants"].update(formats=["%d/%d/%Y %H:%M"]), "has %d twice"),
        (lambda one, _: one["instants"].update(formats=["%d/%m/%Y %H:%M %Z"]), "has %Z, which is not read here"),
        (
            lambda one, _: one["instants"].update(formats=["%d/%m/%Y %I:%M"]),
            "has one of %I and %p; write both, or %H",
        ),
        (
            lambda one, _: one["instants"].update(formats=["%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M"]),
            "read the same texts as different days",
        ),
        (
            lambda one, _: one["instants"].update(formats=["iso", "%Y-%d-%m %H:%M:%S"]),
            "'iso' and '%Y-%d-%m %H:%M:%S' read the same texts as different days",
        ),
        (lambda one, _: one.update(dates={"formats": ["epoch_seconds"]}), "'epoch_seconds' is one of instants"),
        (lambda one, _: one.update(numbers={"decimal": ",", "thousands": ","}), "are the same character"),
        (
            lambda one, _: one["columns"][1].update(in_file=["X"]),
            "'Raised By': has more than one of in_file, constant",
        ),
        (
            lambda one, _: one["columns"][2].update(constant="North"),
            "has more than one of in_file, constant and empty",
        ),
        (lambda one, _: one["columns"][0].update(name="Nothing"), "columns 'Nothing': is no column of remedy_inc"),
        (lambda one, _: one["columns"][0].update(name="Region"), "columns: has 'Region' twice"),
        (
            lambda one, _: one["columns"][2].update(name="Status"),
            "columns 'Status' empty: the contract has a value",
        ),
        (lambda one, _: one["columns"][0].update(dates={}), "dates: means nothing, as its type is varchar"),
        (
            lambda one, _: one["columns"][0].update(separator=","),
            "separator: means nothing, as its type is varchar",
        ),
        (
            lambda one, _: one["columns"][0].update(nothing=[None]),
            "nothing 0: is null; input should be a valid string",
        ),
        (lambda one, raw: raw["layouts"].append(one), "layouts: two have the same name"),
        (
            lambda one, raw: raw["layouts"].append({"name": "other", "valid_from": "2021-12"}),
            "'remedy_british_time' and 'other' hold in the same months for the same files",
        ),
    ],
)
def test_what_a_layout_cannot_say(tmp_path, contracts, change, says):
    path = changed(tmp_path, change)
    with pytest.raises(CpmError, match=re.escape(says)) as raised:
        load_layout_file(path, contracts["remedy_incidents"])
    assert str(raised.value).startswith(f"{path}: ")
    assert str(raised.value).endswith(f"; {SCHEMA} says what a layout has")


@pytest.mark.parametrize("text", ["a: [", "", "- extract", "just words", "? [a]\n: b", "extract: a\nextract: b"])
def test_what_is_no_layout_at_all(tmp_path, contracts, text):
    path = write(tmp_path, text)
    with pytest.raises(CpmError, match=re.escape(f"{path}: ")):
        load_layout_file(path, contracts["remedy_incidents"])


def test_texts_of_a_layout_are_as_written(tmp_path):
    """YAML 1.1 takes Yes for true, 0123 for 83 and 2021-07-01 for a date; as a key, 1.10 for 1.1."""
    found = read_layout_yaml(
        write(tmp_path, "a: {Yes: true, 1.10: No, 0123: 0123, 7: 7}\nb: [2021-07-01, null, 1e3]")
    )
    assert found == {"a": {"Yes": True, "1.10": "No", "0123": "0123", "7": 7}, "b": ["2021-07-01", None, "1e3"]}


def test_a_column_has_zone_and_words_of_the_layout_unless_it_says_its_own():
    of_column = Instants(("%d.%m.%Y %H:%M",))
    layout = Layout(
        "one",
        instants=Instants(("iso",), "Europe/London", words={"Mai": "May"}),
        columns=(
            LayoutColumn("Submit Date", instants=of_column),
            LayoutColumn("Closed Date", instants=Instants(("iso",), "UTC", words={"Okt": "Oct"})),
            LayoutColumn("Region"),
        ),
    )
    assert layout.instants_of("Submit Date") == Instants(
        ("%d.%m.%Y %H:%M",), "Europe/London", words={"Mai": "May"}
    )
    assert layout.instants_of("Closed Date") == Instants(("iso",), "UTC", words={"Okt": "Oct"})
    assert layout.instants_of("Region") == layout.instants


CHOICE = "{choose: [Europe/London, UTC], why: instants have no offset}"


def test_an_open_choice_is_asked_for(tmp_path, contracts):
    path = write(tmp_path, LAYOUT.replace("Europe/London", CHOICE).replace("[Priority]", "{choose: []}"))
    assert [(one.place, one.options) for one in open_choices(read_layout_yaml(path))] == [
        ("layouts 'remedy_british_time' instants zone", ("Europe/London", "UTC")),
        ("layouts 'remedy_british_time' columns 'Incident Category' in_file", ()),
    ]
    with pytest.raises(CpmError) as raised:
        load_layout_file(path, contracts["remedy_incidents"])
    assert str(raised.value) == (
        f'{path}: layouts \'remedy_british_time\' instants zone: is still to be chosen: "Europe/London" or "UTC"'
        " (instants have no offset) (and 1 more); write one in its place"
    )


def test_a_layout_that_cannot_be_used_refuses_what_it_is_for_and_no_others(tmp_path, contracts):
    write(tmp_path, LAYOUT.replace("Europe/London", CHOICE))
    write(tmp_path, "provider: dsp\nextract: alerts\nlayouts: [{name: one}]", "dsp/alerts.yml")
    layouts = load_layouts(tmp_path / "layouts", contracts)
    with pytest.raises(RefusalError, match="is still to be chosen") as raised:
        layouts.of_file("dcc", "remedy_incidents", "2021-08", "a.csv")
    assert raised.value.rule_id == "layout_not_usable"
    assert layouts.of_file("dsp", "alerts", "2021-08", "a.csv") == Layout("one")
    assert layouts.of_file("smki", "smki_requests", "2021-08", "a.csv") is None


@pytest.mark.parametrize(
    "name", ["dsp/remedy_incidents.yml", "dcc/incidents.yml", "remedy_incidents.yml", "dcc/x/alerts.yml"]
)
def test_a_layout_that_would_never_be_used_is_an_error(tmp_path, contracts, name):
    path = write(tmp_path, LAYOUT, name)
    with pytest.raises(CpmError, match=re.escape(f"{path}: is no layout of an extract")):
        load_layouts(tmp_path / "layouts", contracts)


@pytest.mark.parametrize(
    ("period", "name", "is_for"),
    [
        ("2021-06", "a.csv", None),
        ("2021-07", "a.csv", "first"),
        ("2021-12", "a.csv", "first"),
        ("2022-01", "a.csv", None),
        ("2022-02", "a.csv", None),
        ("2022-02", "a.xlsx", "workbook"),
        ("2030-01", "a.xlsx", "workbook"),
    ],
)
def test_the_layout_of_a_file_is_that_of_its_month_and_name(tmp_path, contracts, period, name, is_for):
    text = "provider: dcc\nextract: remedy_incidents\nlayouts:\n"
    text += "  - {name: first, valid_from: 2021-07, valid_to: 2022-01}\n"
    text += '  - {name: workbook, valid_from: 2022-02, files: ["*.xlsx"]}\n'
    write(tmp_path, text)
    found = load_layouts(tmp_path / "layouts", contracts).of_file("dcc", "remedy_incidents", period, name)
    assert (found.name if found else None) == is_for


def test_two_layouts_for_one_file_are_refused(tmp_path, contracts):
    text = "provider: dcc\nextract: remedy_incidents\nlayouts:\n"
    text += '  - {name: one, files: ["*.csv"]}\n  - {name: other, files: ["in*"]}\n'
    write(tmp_path, text)
    layouts = load_layouts(tmp_path / "layouts", contracts)
    with pytest.raises(RefusalError, match="'one' and 'other' are both for it"):
        layouts.of_file("dcc", "remedy_incidents", "2021-08", "incidents.csv")


def test_one_folder_of_layouts_holds(tmp_path):
    extracts, given = tmp_path / "extracts", tmp_path / "given"
    assert find_folder(extracts, None) == SCHEMA.parent
    (extracts / "_layouts").mkdir(parents=True)
    assert find_folder(extracts, None) == extracts / "_layouts"
    with pytest.raises(CpmError, match="no such directory of layouts"):
        find_folder(extracts, given)
    given.mkdir()
    assert find_folder(extracts, given) == given


def test_the_register_says_the_whole_layout(tmp_path, contracts):
    """What landed can be landed anew by it, after the file has changed; how it is written down does not matter."""
    (layout,) = load_layout_file(write(tmp_path, LAYOUT), contracts["remedy_incidents"]).layouts
    said = json.loads(json.dumps(layout.as_json()))
    assert layout_of(said) == layout
    assert "decimal" not in str(said)
    rewritten = "# A comment.\n" + LAYOUT.replace("[Notes", "[ Notes").replace(
        "trim: true", "trim: true, separator: ;"
    )
    (same,) = load_layout_file(write(tmp_path, rewritten), contracts["remedy_incidents"]).layouts
    assert same.checksum == layout.checksum
    other = LAYOUT.replace("Cat 3", "Cat 4")
    (changed,) = load_layout_file(write(tmp_path, other), contracts["remedy_incidents"]).layouts
    assert changed.checksum != layout.checksum


def matched(header, columns=(), ignore=(), extract="pmr_deliveries", contracts=None):
    return match_columns(Layout("one", columns=tuple(columns), ignore=tuple(ignore)), contracts[extract], header)


@pytest.mark.parametrize(
    ("header", "places"),
    [
        (["Reporting Month", "PMR Version", "Delivered On"], [0, 1, 2]),
        (["delivered_on", "REPORTING-MONTH", "PmrVersion"], [1, 2, 0]),
        (["PMR\u00a0Version", " Reporting  Month ", "Delivered On:"], [1, 0, 2]),
    ],
)
def test_names_are_found_in_any_case_order_and_spelling(contracts, header, places):
    found = matched(header, contracts=contracts)
    assert found.problem() == ""
    assert [found.places[name] for name in contracts["pmr_deliveries"].names] == places


def test_a_name_to_the_letter_goes_before_one_like_it(contracts):
    found = matched(["PMR Version", "Delivered On", "REPORTING MONTH", "Reporting Month"], contracts=contracts)
    assert found.places["Reporting Month"] == 3
    assert found.problem() == "not expected ['REPORTING MONTH']"


def test_what_does_not_fit_is_named(contracts):
    month = LayoutColumn("Reporting Month", in_file=("Month", "Period"))
    found = matched(["Month", "Period", "Delivered On", "Notes"], [month], contracts=contracts)
    assert found.problem() == (
        "'Reporting Month' could be any of ['Month', 'Period'], missing ['PMR Version'], not expected ['Notes']"
    )


def test_what_is_ignored_is_named(contracts):
    header = ["", "Reporting Month", "PMR Version", "Delivered On", "delivered on"]
    found = matched(header, ignore=["", "delivered on"], contracts=contracts)
    assert found.problem() == ""
    assert found.ignored == {0, 4}
    assert found.places["Delivered On"] == 3


def test_one_column_of_the_file_may_fill_two_of_the_contract(contracts):
    columns = [LayoutColumn("Reporting Month", in_file=("Day",)), LayoutColumn("Delivered On", in_file=("Day",))]
    found = matched(["Day", "PMR Version"], columns, contracts=contracts)
    assert found.problem() == ""
    assert found.places == {"Reporting Month": 0, "Delivered On": 0, "PMR Version": 1}


def test_what_the_file_lacks_is_not_looked_for(contracts):
    columns = [LayoutColumn("PMR Version", constant=1), LayoutColumn("Delivered On", empty=True)]
    found = matched(["Reporting Month"], columns, contracts=contracts)
    assert found.problem() == ""
    found = matched(["Reporting Month", "PMR Version"], columns, contracts=contracts)
    assert found.problem() == "not expected ['PMR Version']"


def test_the_schema_of_layouts_is_current():
    """Editors complete and check a layout by it; `cpm layout-schema` writes it."""
    assert (ROOT / SCHEMA).read_text() == layout_schema()


def test_the_schema_of_layouts_describes_every_key():
    schema = json.loads(layout_schema())
    parts = {"LayoutFile": schema, **schema["$defs"]}
    unsaid = [
        f"{name}.{key}"
        for name, part in parts.items()
        for key, one in part["properties"].items()
        if "description" not in one
    ]
    assert unsaid == []
