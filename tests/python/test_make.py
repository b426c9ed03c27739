"""What make does with what it is given: blanks, quotes, names of targets, an environment for others, and `clean`.

The programs that it calls are replaced by one that writes down how it was called.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT

# Blanks, quotes, what make or a shell reads as its own, and letters of other languages.
NAMES = (
    *(
        "my clean",
        "two  blanks",
        "Ä é €",
        "o'brien",
        'the "last"',
        "a$b $(HOME) $$ ${x}",
        "#1: a=b; c|d & e",
        "50%",
    ),
    *("$(shell touch planted)", "`touch planted`", "a\\b", "a\nb", "-n", "*", "~", "(1)", "a,b"),
)
GIVEN = {"BASE", "EXTRACTS", "LAKE", "PUBLISHED", "PUBLICATION", "MONTH", "TOPIC", "PORT", "PYTHON", "CONFIRM"}
# Writes its arguments and what the environment tells it, each ended by NUL.
PROGRAM = """#!/bin/sh
for one in "$(basename "$0")" "$@"; do printf '%s\\0' "$one" >>called; done
printf '%s\\0' "EXTRACTS=$CPM_EXTRACTS" "LAKE=$CPM_LAKE" >>called
env >environment
"""


class Place:
    """A folder with the Makefile, and an environment whose programs do nothing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "Makefile", folder)
        shutil.copytree(ROOT / ".ci", folder / ".ci")
        made = ("pyvenv.cfg", ".build", ".dev", ".report")
        programs = ("cpm", "uv", "pip", "python", "marimo")
        for name in ("pyproject.toml", *(f"requirements/{path.name}" for path in ROOT.glob("requirements/*.txt"))):
            self.put(name, "")
        for name in (*(f".venv/bin/{name}" for name in programs), *(f".venv/{name}" for name in made)):
            self.put(name, PROGRAM)
        (folder / ".venv/pyvenv.cfg").write_text(f"command = python -m venv {folder.resolve()}/.venv\n")

    def put(self, name: str, content: str = "content") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        path.chmod(0o755)
        return path

    def make(self, *arguments: str, code: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run make; it must end with this code."""
        names = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "CPM_EXTRACTS", "CPM_LAKE", *GIVEN}
        given = {name: value for name, value in os.environ.items() if name not in names} | environment
        command = ["make", "--no-print-directory", *arguments]
        done = subprocess.run(command, cwd=self.folder, env=given, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        assert not (self.folder / "planted").exists()
        return done

    def called(self) -> list[list[str]]:
        """Return the calls of programs: name, arguments, and the two values that cpm gets."""
        try:
            said = (self.folder / "called").read_bytes().decode()
        except FileNotFoundError:
            return []
        calls = re.findall(r"((?:[^\0]*\0)+?)EXTRACTS=([^\0]*)\0LAKE=([^\0]*)\0", said)
        return [[*words.split("\0")[:-1], extracts, lake] for words, extracts, lake in calls]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "project")


@pytest.mark.parametrize("name", NAMES)
def test_make_hands_on_a_name_as_it_is(place: Place, name: str) -> None:
    """Typed or in the environment, no part of it is run, split or read by make or the shell."""
    for given in (name, f"/x/{name}/y"):
        place.make("build", f"EXTRACTS={given}", f"LAKE={given}")
        place.make("build", EXTRACTS=given, LAKE=given)
    calls = place.called()
    both = [["cpm", "land", "--accept-quarantine"], ["cpm", "status", "--quiet"], ["cpm", "status"]]
    expected = [[*words, given, given] for given in (name, f"/x/{name}/y") for _ in "ab" for words in both]
    assert calls == expected


def test_without_a_value_cpm_has_its_own_default(place: Place) -> None:
    place.make("land")
    place.make("land", EXTRACTS="")
    place.make("land", CPM_EXTRACTS="from the environment")
    assert [call[-2:] for call in place.called()] == [["", ""], ["", ""], ["from the environment", ""]]


@pytest.mark.parametrize(
    "goals",
    [
        ("build", "EXTRACTS=/x/my", "clean"),
        ("EXTRACTS=/x/my", "clean"),
        ("EXTRACTS=/x/my", "sample"),
        ("build", "EXTRACTS=/x/my", "docs"),
        ("build", "EXTRACTS=/x/my", "extracts"),  # a folder of that name is there: make would have nothing to do
        ("land", "EXTRACTS=/x/my", "sample"),
        ("pmr", "MONTH=2021-09", "clean"),
        ("biuld",),
    ],
)
def test_what_stands_after_a_blank_is_no_target(place: Place, goals: tuple[str, ...]) -> None:
    """Before anything runs, one line says how to write the path."""
    place.put("lake/mine/rows")
    place.put("extracts/rows")
    done = place.make(*goals, code=2)
    (line,) = done.stderr.splitlines()
    assert "in quotes: make build EXTRACTS='/path/to/my extracts'" in line
    assert place.called() == [] and done.stdout == ""
    assert (place.folder / "lake/mine/rows").exists() and (place.folder / ".venv").exists()


def test_a_first_word_that_is_a_folder_as_well_is_asked_about(place: Place, tmp_path: Path) -> None:
    for name in ("my", "my docs"):
        (tmp_path / name).mkdir()
    done = place.make(f"EXTRACTS={tmp_path}/my", "docs", code=2)
    assert f"'{tmp_path}/my docs' is there as well; put a path with blanks in quotes" in done.stderr
    assert place.called() == []


@pytest.mark.parametrize(
    "month", ["", "2021", "2021-9", "2021-09 x", "$(shell touch planted)", "2021-09;touch planted"]
)
def test_a_month_that_is_none_stops_make_before_it_builds(place: Place, month: str) -> None:
    done = place.make("pmr", f"MONTH={month}", code=2)
    assert "error: name the month: make pmr MONTH=2021-09" in done.stderr
    assert place.called() == []


def test_a_month_reaches_the_pack(place: Place) -> None:
    place.make("pmr", "MONTH=2021-09")
    assert place.called()[-1][:-2] == ["cpm", "pack", "--month", "2021-09"]


@pytest.mark.parametrize("target", [("pmr", "MONTH=2021-09"), ("explore",)])
@pytest.mark.parametrize("given", [(), ("PUBLISHED=/a place/cpm.duckdb", "PUBLICATION=000001")])
def test_readers_read_what_is_published_and_build_only_where_nothing_is(
    place: Place, target: tuple[str, ...], given: tuple[str, ...]
) -> None:
    """A copied project or file has no lake, and none is asked for."""
    if not given:
        place.make(*target)
        assert ["cpm", "land", "--accept-quarantine"] in [call[:3] for call in place.called()]
        (place.folder / "called").unlink()
        place.put("published/cpm.duckdb")
    place.make(*target, *given)
    (call,) = place.called()
    assert call[:2] == ["cpm", {"pmr": "pack"}.get(target[0], target[0])]
    environment = (place.folder / "environment").read_text().splitlines()
    said = {line for line in environment if line.startswith(("CPM_PUBLISHED=", "CPM_PUBLICATION="))}
    assert said == {f"CPM_{one}" for one in given}


@pytest.mark.parametrize("topic", ["", "alert incident", "none", "*", "../models", "$(shell touch planted)"])
def test_a_topic_that_is_none_stops_make(place: Place, topic: str) -> None:
    for name in ("marts/alert", "intermediate/incident"):
        (place.folder / "models" / name).mkdir(parents=True)
    assert "error: name a topic" in place.make("check-topic", f"TOPIC={topic}", code=2).stderr
    assert place.called() == []


def test_a_topic_is_built_over_the_lake_that_was_named(place: Place) -> None:
    for name in ("models/marts/alert", "models/intermediate/alert"):
        (place.folder / name).mkdir(parents=True)
    place.make("check-topic", "TOPIC=alert", EXTRACTS="my files")
    (call,) = place.called()
    assert (
        call[:6] == ["cpm", "dbt", "--", "build", "--indirect-selection", "buildable"] and call[-2] == "my files"
    )
    assert set(call[7:9]) == {"models/marts/alert", "models/intermediate/alert"}


@pytest.mark.parametrize("name", ["My Proj é (1)'s", "a [x] *z% #h & b;!~", "clean", "a\\b", "-n"])
def test_the_folder_of_the_project_may_have_any_of_these_names(tmp_path: Path, name: str) -> None:
    """The environment there is known for its own, and not made anew at each call."""
    there = Place(tmp_path / name)
    there.make("build")
    assert [call[:2] for call in there.called()] == [["cpm", "land"], ["cpm", "status"], ["cpm", "status"]]


@pytest.mark.parametrize(
    ("name", "said"), [("a:b", ":"), ("a$b", "$"), ('a"b', '"'), ("a`b", "`"), ("a\nb", "line end")]
)
def test_a_folder_in_which_no_environment_works_is_said_at_once(tmp_path: Path, name: str, said: str) -> None:
    there = Place(tmp_path / name)
    done = there.make("build", code=2)
    assert f"the path of this folder has {said}, with which no environment of Python works; rename" in done.stderr
    assert there.called() == []


def test_what_the_environment_says_for_something_else_is_not_used_and_said(place: Place) -> None:
    names = (
        *("DBT_TARGET_PATH", "DBT_PROFILES_DIR", "DBT_PROJECT_DIR", "DBT_ENGINE_LOG_PATH", "DBT_PROFILE"),
        *("PYTHONPATH", "PYTHONHOME", "PYTHONIOENCODING", "CDPATH", "CPM_PROJECT"),
    )
    set_elsewhere = dict.fromkeys(names, "/elsewhere")
    done = place.make("land", **set_elsewhere, PYTHONUTF8="0", DBT_SEND_ANONYMOUS_USAGE_STATS="0")
    (line,) = done.stderr.splitlines()
    assert set(line.partition("below this folder: ")[2].split()) == set(set_elsewhere)
    got = dict(one.split("=", 1) for one in (place.folder / "environment").read_text().splitlines() if "=" in one)
    assert got.keys() & set_elsewhere.keys() == set()
    assert (got["PYTHONUTF8"], got["DBT_SEND_ANONYMOUS_USAGE_STATS"]) == ("1", "0")
    assert place.make("land").stderr == ""


@pytest.mark.parametrize("flags", ["-e", "-i", "ei", "-ki"])
def test_make_neither_goes_on_after_a_failure_nor_takes_names_from_the_environment(
    place: Place, flags: str
) -> None:
    assert "has -e or -i" in place.make("build", code=2, MAKEFLAGS=flags).stderr
    assert place.called() == []


def test_steps_come_one_after_the_other(place: Place) -> None:
    """Also where make is told to run several at once: nothing is built for a report of no month."""
    place.make("pmr", "MONTH=none", code=2, MAKEFLAGS="-j8")
    assert place.called() == []


# What `make clean` takes, tried as somebody would who wants more to go


@pytest.fixture
def used(place: Place) -> Place:
    """A folder in which the sample and real extracts were landed, built and published."""
    for lake, synthetic in (("sample", "true"), ("my extracts", "false")):
        folder = f"lake/{lake}/pmr/provider=dcc/period=2021-08/version=1"
        place.put(f"{folder}/_submission.json", f'{{\n  "is_synthetic": {synthetic}\n}}')
        place.put(f"lake/{lake}/published_measure_results/provider=warehouse/period=1/version=1/_link.json")
    for name in ("cpm.duckdb", "cpm.json", "kept/000001-a.b.duckdb", "docs/index.html"):
        place.put(f"published/{name}")
    for name in ("warehouse/cpm.duckdb", "warehouse/cpm.duckdb.wal", "warehouse/.gitkeep", "target/x", "logs/x"):
        place.put(name)
    return place


def kept(place: Place) -> set[str]:
    folders = (place.folder / "lake", place.folder / "published")
    return {str(path.relative_to(place.folder)) for folder in folders for path in folder.rglob("*")}


def word_of(said: str) -> str:
    found = re.search(r"CONFIRM=(\S+)$", said, re.M)
    assert found
    return found[1]


def test_clean_removes_what_is_made_anew_and_lists_the_rest(used: Place) -> None:
    before = kept(used)
    said = used.make("clean").stdout
    assert kept(used) == before
    left = {path.name for path in used.folder.iterdir()}
    assert left.isdisjoint({".venv", "target", "logs"})
    assert [path.name for path in (used.folder / "warehouse").iterdir()] == [".gitkeep"]
    assert "kept     lake/sample (1 submissions, synthetic; history of 1 publications)\n" in said
    assert "kept     lake/my\\ extracts (1 submissions, REAL ones among them; history of 1 publications)\n" in said
    assert "kept     published/kept/000001-a.b.duckdb\n" in said


@pytest.mark.parametrize(
    "word", ["1", "yes", "y", "all", "lake", "published", "*", "$(shell touch planted)", "' -o 1 '"]
)
def test_no_word_but_the_one_that_was_said_removes_more(used: Place, word: str) -> None:
    before = kept(used)
    done = used.make("clean", f"CONFIRM={word}", code=2)
    assert "CONFIRM is not the word of this list" in done.stderr
    assert kept(used) == before
    used.make("clean", "CONFIRM=", CONFIRM=word)
    assert kept(used) == before


def test_a_word_is_for_the_list_that_it_was_said_of(used: Place) -> None:
    """What came meanwhile was not seen: another publication, another lake, real rows in a lake of the sample."""
    word = word_of(used.make("clean").stdout)
    changes = (
        lambda: used.put("published/kept/000002-a.b.duckdb"),
        lambda: used.put("lake/later/rows"),
        lambda: used.put(
            "lake/sample/pmr/provider=dcc/period=2021-08/version=1/_submission.json", '{"is_synthetic": false}'
        ),
    )
    for change in changes:
        change()
        before = kept(used)
        used.make("clean", f"CONFIRM={word}", code=2)
        assert kept(used) == before
        word, last = word_of(used.make("clean").stdout), word
        assert word != last
    done = used.make("clean", f"CONFIRM={word}")
    assert "removed  lake/later" in done.stdout
    assert not (used.folder / "lake").exists() and not (used.folder / "published").exists()
    assert used.make("clean").stdout == ""


def test_clean_follows_no_link_and_no_name(used: Place, tmp_path: Path) -> None:
    """A lake on another disk is behind a link; names begin with a dash or hold a line end."""
    elsewhere = tmp_path / "disk"
    for name in ("target", "warehouse/x", "lake/real"):
        (elsewhere / name).mkdir(parents=True)
        (elsewhere / name / "rows").touch()
    shutil.rmtree(used.folder / "target")
    (used.folder / "target").symlink_to(elsewhere / "target")
    (used.folder / "warehouse/x").symlink_to(elsewhere / "warehouse/x")
    (used.folder / "lake/real").symlink_to(elsewhere / "lake/real")
    used.put("lake/-rf/rows")
    used.put("lake/a\nkept     nothing/rows")
    said = used.make("clean").stdout
    assert not (used.folder / "target").is_symlink()
    assert len([line for line in said.splitlines() if re.match(r"kept     (\$')?lake/", line)]) == 5
    used.make("clean", f"CONFIRM={word_of(said)}")
    assert not (used.folder / "lake").exists()
    assert len(list(elsewhere.rglob("rows"))) == 3
