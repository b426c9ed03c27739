"""Where `cpm` finds its project and the places that it is told; what it asks of system and environment."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import duckdb
import pytest
from click.testing import CliRunner, Result

from conftest import ROOT
from cpm_warehouse import project
from cpm_warehouse.cli import main
from cpm_warehouse.errors import CpmError
from cpm_warehouse.project import Lake, Place, fit, lake_of, workplace_of
from cpm_warehouse.publish import building
from cpm_warehouse.receive.journal import read_journal

BIN = Path(sys.executable).parent
OURS = "name: cpm_warehouse\nversion: '{}'\nvars: {{lake_root: lake/sample}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Another project, with the contracts and seeds of this one."""
    folder = tmp_path / "my project"
    (folder / "a/b").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(OURS.format("0.0.1"))
    for name in ("extracts/contracts", "seeds"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).symlink_to(ROOT / name)
    return folder


def cpm(*arguments: object, **environment: str) -> Result:
    return CliRunner().invoke(main, [str(one) for one in arguments], env=environment)


def test_cpm_works_in_the_project_above_from_wherever_it_is_started(
    folder: Path, send: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is typed is looked for from there; defaults and the environment are the project's."""
    extracts = send()
    monkeypatch.chdir(folder / "a/b")
    done = cpm("land", "--extracts", "../../../extracts")
    assert done.exit_code == 0, done.output
    assert f"project: {folder}\n" in done.stderr
    assert list(read_journal(folder / "lake/extracts").submissions) == ["pmr_deliveries/dcc/2021-08/v1"]
    assert cpm("land", "--extracts", extracts, "--lake", "here").exit_code == 0
    assert (folder / "a/b/here/_journal.jsonl").is_file()
    assert cpm("land", CPM_EXTRACTS="../extracts", CPM_LAKE="lake/there").exit_code == 0
    assert (folder / "lake/there/_journal.jsonl").is_file()
    # In the project itself nothing is said, and what was typed stays as it was.
    monkeypatch.chdir(folder)
    done = cpm("land", "--extracts", extracts, "--lake", folder / "lake/there")
    assert done.stderr == "" and "\nlake/there: 0 submissions landed" in f"\n{done.stdout}"
    # A project that is named comes before the one above.
    monkeypatch.chdir(tmp_path)
    done = cpm("--project", "my project", "land")
    assert f"project: {folder}\nerror: extracts/sample: no such directory" in done.stderr


def test_a_project_that_is_none_is_said_with_what_makes_one(tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: another\n")
    for given in (tmp_path, tmp_path / "none"):
        done = cpm("status", CPM_PROJECT=str(given))
        assert done.exit_code == 1
        assert done.stderr == (
            f"error: {given}: no project (a folder whose dbt_project.yml has 'name: cpm_warehouse'); name another"
            f" with --project or CPM_PROJECT, or write one: cpm init {given}\n"
        )


def test_another_project_of_dbt_is_not_taken_for_ours(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (inner / "dbt_project.yml").write_text("# not name: cpm_warehouse\nname: cpm_warehouse_of_others\n")
    monkeypatch.chdir(inner)
    assert workplace_of(None).folder == folder
    for line in (
        "name: 'cpm_warehouse'",
        'name: "cpm_warehouse"   # ours',
        "config-version: 2\nname: cpm_warehouse",
    ):
        (inner / "dbt_project.yml").write_text(f"{line}\nprofile: cpm_warehouse\n")
        assert workplace_of(None).folder == inner


def test_where_no_project_is_one_can_land_and_not_build(
    tmp_path: Path, send: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed cpm has contracts and seeds; its own folder is no place to build in, and is left as it is."""
    carried = tmp_path / "site/project"
    carried.mkdir(parents=True)
    for name in ("extracts", "seeds", "dbt_project.yml"):
        (carried / name).symlink_to(ROOT / name)
    monkeypatch.setattr(project, "CARRIED", carried)
    extracts = send()
    start = tmp_path / "somewhere"
    for name in ("with blank", "é"):
        (start / name).mkdir(parents=True)
    monkeypatch.chdir(start)
    done = cpm("land", "--extracts", extracts)
    assert done.exit_code == 0, done.output
    assert (start / "lake/extracts/_journal.jsonl").is_file()
    for command in (("build",), ("dbt", "build"), ("publish",), ("status",)):
        done = cpm(*command)
        assert done.exit_code == 1
        assert f"{start}: no project here or above; write one with `cpm init <folder>`" in done.stderr
    assert {path.name for path in carried.iterdir()} == {"extracts", "seeds", "dbt_project.yml"}


def test_a_project_of_another_version_is_said_before_it_is_built(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert "a project of version 0.0.1, and this cpm is" in cpm("status").stderr
    monkeypatch.chdir(ROOT)
    assert "and this cpm is" not in cpm("status").stderr


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/rows").touch()
    (tmp_path / "file").touch()
    for name in ("mine", "file"):
        done = cpm("init", tmp_path / name)
        assert (done.exit_code, "is there, and not empty; name a new folder" in done.stderr) == (1, True)
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["rows"]


def test_every_path_that_a_command_takes_is_one_of_the_project() -> None:
    """Of type Path it would be looked for in the project's folder, wherever cpm was started."""
    known = [
        (f"cpm {name} {option.name}", option.type)
        for name, command in main.commands.items()
        for option in command.params
        if option.name
        in {"lake", "extracts", "published", "warehouse", "target", "out", "file", "folder", "truth"}
        or isinstance(option.type, click.Path | Place)
        or getattr(option.type, "func", None) is Path
    ]
    assert len(known) > 25
    assert [name for name, kind in known if not isinstance(kind, Place)] == []
    assert [name for name, kind in known if name.endswith(" lake") and not isinstance(kind, Lake)] == []


@pytest.mark.parametrize(
    "name", ["a*", "a?", "[a]", "o'brien", 'a"b', "a\\b", "$a", "100%", "{a}", "a=b", "a\nb", "\udce9"]
)
def test_a_lake_has_no_name_that_means_something_else(name: str, tmp_path: Path) -> None:
    """A pattern would read other lakes, and a quote would end a text of SQL."""
    for lake in (Path("lake", name), Path("lake", name, "b")):
        with pytest.raises(CpmError, match=r"no name for a lake, because of .*LAKE=lake/<name>"):
            fit(lake)
    done = cpm("land", "--extracts", tmp_path / name, "--dry-run", CPM_LAKE="")
    assert done.exit_code == 1 and len(done.stderr.splitlines()) == 1
    assert "no name for a lake" in done.stderr


@pytest.mark.parametrize("name", ["a b", "Ä é", "(1)", "a#b", "a:b", "a,b;c", "-a", "~", "a&b|c", "a.b@c+d", "^!"])
def test_a_lake_with_a_harmless_name_is_read_as_it_is(
    name: str, send: Callable[..., Path], tmp_path: Path
) -> None:
    """The sources of dbt read it by the same patterns."""
    assert cpm("land", "--extracts", send(), "--lake", tmp_path / "lakes" / name).exit_code == 0
    for other in ("a", "b"):
        (tmp_path / "lakes" / other).mkdir()
    lake = str(fit(tmp_path / "lakes" / name))
    options = "hive_partitioning = true, hive_types_autocast = false, union_by_name = true, filename = true"
    files = f"read_parquet('{lake}/pmr_deliveries/*/*/*/*.parquet', {options})"
    assert duckdb.sql(f"select count(*), any_value(provider) from {files}").fetchall() == [(2, "dcc")]


def test_a_lake_is_named_as_its_extracts() -> None:
    assert lake_of(Path("extracts/sample")) == Path("lake/sample")
    assert lake_of(Path("../my files/")) == Path("lake/my files")
    assert lake_of(Path()) == Path("lake", ROOT.name)
    with pytest.raises(CpmError, match=r"gives the lake no name; name it with --lake"):
        lake_of(Path("/"))


# What is asked of the system and of the environment


def test_on_windows_it_is_said_at_once_and_in_one_line() -> None:
    """Nothing that Windows lacks is imported before, nor by any module."""
    program = (
        "import importlib, pkgutil, sys\n"
        "sys.modules.update(dict.fromkeys(('fcntl', 'pwd', 'grp', 'resource')))\n"
        "import cpm_warehouse\n"
        "from cpm_warehouse.__main__ import run\n"
        "assert 'click' not in sys.modules\n"
        "for one in pkgutil.walk_packages(cpm_warehouse.__path__, 'cpm_warehouse.'):\n"
        "    if not one.name.startswith(('cpm_warehouse.report', 'cpm_warehouse.project.')):\n"
        "        importlib.import_module(one.name)\n"
        "sys.platform = 'win32'\n"
        "run()\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "error: cpm runs on Linux, on macOS and in the Windows Subsystem for Linux, not on Windows itself; install"
        " the subsystem (`wsl --install`) and run this there\n"
    )


def test_under_a_locale_of_ascii_letters_land_as_they_are(send: Callable[..., Path], tmp_path: Path) -> None:
    """File names, folders, values and messages with letters that ASCII lacks; no output fails for want of one."""
    content = "Reporting Month,PMR Version,Delivered On\n2021-08-01,1,2021-10-05\n2021-08-01,2,2021-10-12\n"
    extracts = send(content, name="prüfung €.csv", submission="dcc/pmr_deliveries/2021-08/v1")
    send("Größe,x\n1,2\n", submission="dcc/pmr_deliveries/2021-09/v1")
    (tmp_path / "Öl").mkdir()
    extracts = extracts.rename(tmp_path / "Öl/Lieferung é")
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(
        [BIN / "cpm", "land", "--extracts", extracts, "--lake", tmp_path / "Öl/See"],
        cwd=ROOT, env=os.environ | ascii_only, capture_output=True, check=False,
    )  # fmt: skip
    assert (done.returncode, b"Traceback" in done.stderr) == (4, False), done.stderr
    assert "Größe" in done.stderr.decode()
    (entry,) = (tmp_path / "Öl/See").glob("*/*/*/*/_submission.json")
    assert [file["name"] for file in json.loads(entry.read_text(encoding="utf-8"))["files"]] == ["prüfung €.csv"]


def test_dbt_builds_this_project_whatever_the_environment_says(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Its folders for results and logs are obeyed, in one line said what is not."""
    program = tmp_path / "bin/dbt"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$@"\nenv\n')
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program.with_name("python")))
    for name in ("DBT_PROJECT_DIR", "DBT_ENGINE_PROFILES_DIR", "DBT_TARGET", "DBT_TARGET_PATH", "DBT_LOG_PATH"):
        monkeypatch.setenv(name, "/elsewhere")
    assert building.run_dbt(Path("lake/my files"), Path("warehouse/x"), ("docs", "generate")) == 0
    out, err = capfd.readouterr()
    first, *environment = out.splitlines()
    assert first == 'docs generate --vars {"lake_root": "lake/my files"}'
    got = dict(line.split("=", 1) for line in environment if "=" in line)
    assert got.keys() & {"DBT_PROJECT_DIR", "DBT_ENGINE_PROFILES_DIR", "DBT_TARGET"} == set()
    assert (got["DBT_TARGET_PATH"], got["DBT_LOG_PATH"], got["CPM_WAREHOUSE"]) == ("/elsewhere",) * 2 + (
        "warehouse/x",
    )
    assert err.splitlines() == [
        "DBT_PROJECT_DIR, DBT_ENGINE_PROFILES_DIR, DBT_TARGET: set, and not used; cpm builds its project by the"
        " profile there"
    ]
