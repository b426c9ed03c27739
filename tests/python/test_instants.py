"""Instants in the variables of dbt: `as_of`, `as_known_at`, `as_landed_at`."""

import datetime
import re
from types import SimpleNamespace
from typing import NoReturn

import jinja2
import pytest

from conftest import ROOT

MACRO = (ROOT / "macros/dates/instant_of_variable.sql").read_text(encoding="utf-8")


class CompilerError(Exception):
    """What dbt would stop with."""


def refuse(message: str) -> NoReturn:
    raise CompilerError(message)


def rendered(value: object) -> str:
    """The SQL that the macro makes of a variable, with what dbt gives a macro."""
    template = jinja2.Environment().from_string(MACRO + "{{ instant_of_variable('as_of') }}")
    return template.render(
        var={"as_of": value}.get,
        modules=SimpleNamespace(datetime=datetime, re=re),
        exceptions=SimpleNamespace(raise_compiler_error=refuse),
    ).strip()


SUMMER = datetime.timezone(datetime.timedelta(hours=1))


@pytest.mark.parametrize(
    ("given", "utc"),
    [
        ("2021-10-24 10:00:00+01:00", "2021-10-24 09:00:00"),
        ("2021-10-24T10:00:00+0100", "2021-10-24 09:00:00"),
        ("2021-10-24 10:00+01", "2021-10-24 09:00:00"),
        ("2021-10-24 10:00:00 -05:30", "2021-10-24 15:30:00"),
        ("2021-10-24T10:00:00Z", "2021-10-24 10:00:00"),
        ("2021-10-24 10:00:00", "2021-10-24 10:00:00"),
        ("2021-10-24", "2021-10-24 00:00:00"),
        ("2021-03-01 00:30:00.25+01:00", "2021-02-28 23:30:00.250000"),
        ("2021-12-31 23:30:00.000001-01:00", "2022-01-01 00:30:00.000001"),
        ("2024-02-29 23:59:59.999999", "2024-02-29 23:59:59.999999"),
        # What YAML makes of an instant without quotes.
        (datetime.datetime(2021, 10, 24, 10, tzinfo=SUMMER), "2021-10-24 09:00:00"),
        (datetime.date(2021, 10, 24), "2021-10-24 00:00:00"),
    ],
)
def test_an_instant_keeps_its_offset(given: object, utc: str) -> None:
    """A cast of DuckDB would drop it and say nothing: now was an hour off."""
    assert rendered(given) == f"cast('{utc}' as timestamp)"


@pytest.mark.parametrize(
    "given",
    [
        *("24/10/2021", "2021-10", "2021-02-29", "2021-04-31", "2021-00-01", "2021-13-01", "2021-10-24 24:00:00"),
        *(
            "2021-10-24 10",
            "2021-10-24 10:60",
            "2021-10-24 10:00:00+15:00",
            "2021-10-24 10:00:00+01:60",
            "yesterday",
        ),
        *("2021-10-24 10:00:00 Europe/London", "2021-10-24 10:00:00'; drop", "20211024", "1635069600", "infinity"),
        *("2021-10-24+01:00", " 2021-10-24", "0021-10-24", "9999-12-31"),
    ],
)
def test_what_is_no_instant_is_refused_by_the_name_of_its_variable(given: str) -> None:
    said = f"the variable as_of is '{given}', not an instant; write it like '2021-10-24 10:00:00+01:00'"
    with pytest.raises(CompilerError, match=re.escape(said)):
        rendered(given)


def test_no_other_place_casts_such_a_variable() -> None:
    folders = ("models", "macros", "tests", "analyses")
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.sql")]
    variable = re.compile(r"cast\([^)]*var\([\"']as_(of|known_at|landed_at)")
    assert [path.name for path in files if variable.search(path.read_text(encoding="utf-8"))] == []
