"""The wheel has all that a project needs; `cpm init` writes it, and it lands and builds there."""

import os
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from conftest import ROOT
from cpm_warehouse.publish.signing import DEFINITIONS, definitions_of
from dbt_project import PARSED, SECRET

# Of the checkout and no part of a project: what makes, tries and describes the checkout itself.
LEFT_OUT = {
    *(
        ".ci",
        ".editorconfig",
        ".github",
        ".pre-commit-config.yaml",
        ".sqlfluff",
        ".vscode",
        ".yamllint",
        "Makefile",
    ),
    *(
        "CONTRIBUTING.md",
        "SECURITY.md",
        "benchmarks",
        "dbt-bouncer.yml",
        "notebooks",
        "profiles.yml",
        "src",
        "tests",
    ),
    *("pyproject.toml", "requirements", "extracts"),
}


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the wheel installs; its libraries are those of this environment."""
    place = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", place]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = place.glob("cpm_warehouse-*-py3-none-any.whl")
    assert wheel.stat().st_size < 3_000_000
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place / "installed")
    return place / "installed"


@pytest.fixture
def cpm(installed: Path, tmp_path: Path) -> Callable[..., str]:
    """Returns a function that runs the command that was installed, in a folder that is no project."""

    def run(*arguments: object, place: Path = tmp_path) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "cpm_warehouse", *arguments],
            cwd=place,
            env=os.environ | SECRET | {"PYTHONPATH": str(installed)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def test_the_wheel_has_every_file_that_a_project_needs(installed: Path) -> None:
    carried = installed / "cpm_warehouse/project"
    assert definitions_of(carried) == definitions_of(ROOT)
    assert set(DEFINITIONS) <= {path.name for path in carried.iterdir()}
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = {name for name in listed.split("\0") if name and (ROOT / name).exists()}
    wanted = {name for name in names if name.split("/")[0] not in LEFT_OUT}
    wanted |= {name for name in names if name.startswith(("extracts/contracts/", "extracts/layouts/"))}
    found = {str(path.relative_to(carried)) for path in carried.rglob("*") if path.is_file()}
    assert wanted <= found and found <= names
    assert not [name for name in found if name.startswith(("tests/python", "extracts/sample"))]


def test_it_asks_for_nothing_that_only_the_checkout_uses() -> None:
    content = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = " ".join(content["project"]["dependencies"])
    assert not [name for name in ("hatchling", "editables", "pytest", "marimo", "sqlfluff") if name in needed]


def test_init_writes_a_project_that_lands_and_builds(
    cpm: Callable[..., str], send: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = cpm("init", "mein Projekt é")
    place = tmp_path / "mein Projekt é"
    assert f"{place}: a project; in this folder,\n" in said
    assert definitions_of(place) == definitions_of(ROOT)
    send()
    assert "1 submissions landed" in cpm("land", "--extracts", "../extracts", "--lake", "lake/sample", place=place)
    if (ROOT / PARSED).exists():  # what dbt read of the same files, so that it need not read them again
        (place / "target").mkdir()
        (place / PARSED).write_bytes((ROOT / PARSED).read_bytes())
    names = ("providers", "stg_dcc__pmr_deliveries")
    cpm("build", "--", "--select", *names, "--exclude-resource-type", "test", "unit_test", place=place)
    monkeypatch.chdir(place)  # staging models are views of the lake, by its name in the project
    with duckdb.connect(place / "warehouse/cpm.duckdb", read_only=True) as warehouse:
        assert warehouse.execute("select count(*) from reference.providers").fetchone() != (0,)
        assert warehouse.execute("select count(*) from staging.stg_dcc__pmr_deliveries").fetchone() == (2,)
