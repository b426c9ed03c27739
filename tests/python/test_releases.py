"""A column of a public mart does not change without its release saying so."""

import sys

import pytest
import yaml

from conftest import ROOT

sys.path.append(str(ROOT / "tests"))

import registers
from registers import Row

CHANGELOG = registers.releases((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
VERSIONS = [tuple(int(part) for part in version.split(".")) for version in CHANGELOG]


def test_the_register_of_public_marts_is_current():
    rows = registers.registered()
    current = registers.brought_up_to_date(rows, registers.built(), registers.version())
    changed = [",".join(row) for row in sorted(set(current) ^ set(rows))]
    assert not changed, (
        "columns of public marts changed: run `make registers`,"
        " and name each in the table of the newest release in CHANGELOG.md"
    )
    assert registers.MARTS.read_text() == registers.as_csv(current)


@pytest.mark.parametrize("release", list(CHANGELOG)[:-1])
def test_each_change_of_a_public_mart_stands_in_the_table_of_its_release(release):
    unsaid = registers.unsaid(registers.registered(), release, CHANGELOG)
    assert not unsaid, f"write them in the table 'Public marts' of {release} in CHANGELOG.md"


def test_releases_stand_newest_first_and_the_newest_is_this_one():
    assert sorted(VERSIONS, reverse=True) == VERSIONS
    assert next(iter(CHANGELOG)) == registers.version()
    assert yaml.safe_load((ROOT / "dbt_project.yml").read_text())["version"] == registers.version()
    assert {row.since for row in registers.registered()} | {row.until for row in registers.registered()} <= {
        "",
        *CHANGELOG,
    }


@pytest.mark.parametrize("place", range(len(VERSIONS) - 1))
def test_a_release_that_breaks_or_adds_says_so_by_its_number(place):
    """Before 1.0.0 what breaks raises the second number; from then on, the first."""
    new, old = VERSIONS[place], VERSIONS[place + 1]
    release = list(CHANGELOG)[place]
    raised = next(number for number in range(3) if new[number] != old[number])
    breaks = "| yes |" in CHANGELOG[release]
    adds = any(row.since == release for row in registers.registered())
    assert raised <= (0 if breaks and old[0] else 1 if breaks or adds else 2)


def test_the_owners_of_folders_are_those_of_their_groups():
    assert registers.OWNERS.read_text() == registers.owners(), "run `make registers`"


KEPT, GONE, ENDED = Row("m", "a", "date", "1.0.0", ""), Row("m", "b", "date", "1.0.0", ""), "2.0.0"


@pytest.mark.parametrize(
    ("rows", "columns", "after"),
    [
        ([KEPT], {KEPT[:3]}, [KEPT]),
        ([KEPT, GONE], {KEPT[:3]}, [KEPT, GONE._replace(until=ENDED)]),
        ([KEPT], {KEPT[:3], GONE[:3]}, [KEPT, GONE._replace(since=ENDED)]),
        (
            [KEPT],
            {("m", "a", "varchar")},
            [KEPT._replace(until=ENDED), KEPT._replace(type="varchar", since=ENDED)],
        ),
        ([KEPT, GONE._replace(until=ENDED)], {KEPT[:3], GONE[:3]}, [KEPT, GONE]),
        ([KEPT, GONE._replace(since=ENDED)], {KEPT[:3]}, [KEPT]),
        ([GONE._replace(until="1.1.0")], {GONE[:3]}, [GONE._replace(until="1.1.0"), GONE._replace(since=ENDED)]),
    ],
    ids=["same", "gone", "new", "retyped", "gone_and_back", "new_and_gone", "back_in_a_later_release"],
)
def test_the_register_keeps_what_readers_had(rows, columns, after):
    assert registers.brought_up_to_date(rows, columns, ENDED) == after
    assert registers.brought_up_to_date(after, columns, ENDED) == after


@pytest.mark.parametrize(
    ("rows", "table", "unsaid"),
    [
        ([KEPT, GONE._replace(since=ENDED)], "| `m.b` | | date | no |", []),
        ([KEPT, GONE._replace(since=ENDED)], "", ["`m.b` is not named"]),
        ([KEPT, GONE._replace(since=ENDED)], "`m.b` is new", ["`m.b` is not named"]),
        ([KEPT, GONE._replace(until=ENDED)], "| `m.b` | date | | yes |", []),
        (
            [KEPT, GONE._replace(until=ENDED)],
            "| `m.b` | date | | no |",
            ["`m.b` is gone or has another type, and is not called breaking"],
        ),
        ([GONE._replace(since=ENDED)], "| `m` | | new mart | no |", []),
        ([KEPT], "", []),
    ],
    ids=["said", "unsaid", "not_in_the_table", "breaking", "not_called_breaking", "whole_mart", "nothing"],
)
def test_a_change_that_the_changelog_does_not_name_is_found(rows, table, unsaid):
    assert registers.unsaid(rows, ENDED, {ENDED: table}) == unsaid
