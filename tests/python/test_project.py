"""Rules that the project keeps, read from what dbt made of it."""

import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml

from conftest import ROOT


def test_models_read_no_clock_but_the_reporting_clock():
    clocks = re.compile(r"\b(now|current_date|current_timestamp|today|get_current_timestamp)\b\s*(\(|$)", re.M)
    found = [path.name for path in (ROOT / "models").rglob("*.sql") if clocks.search(path.read_text())]
    assert found == []


def test_what_is_not_known_has_one_word_from_one_place():
    """Models call the macro `unknown`. A kind of organisation that no list has is a class and no dimension, and
    publications of before keep their word in the lake."""
    of_a_class = {"int_incident_states_judged.sql", "stg_lake__published_results.sql"}
    found = {
        path.name for path in (ROOT / "models").rglob("*.sql") if re.search(r"'unknown'", path.read_text(), re.I)
    }
    assert found == of_a_class
    assert "'Unknown'" in (ROOT / "macros/measure/unknown.sql").read_text()
    assert "\nUnknown," in (ROOT / "seeds/reference/regions.csv").read_text()


def test_every_document_that_is_cited_lies_here():
    """A source that readers do not have is none; what was only recalled says so in its provenance."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    names = [name for name in listed.stdout.split("\0") if name]
    documents = {name.rsplit("/", 1)[-1] for name in names if name.endswith(".md")}
    cited = [
        f"{name}: {found}"
        for name in names
        if name.endswith((".csv", ".md", ".sql", ".yml", ".toml")) and (ROOT / name).is_file()
        for found in re.findall(
            r"(?<![\w./-])[\w-]+\.md\b", (ROOT / name).read_text(encoding="utf-8-sig", errors="replace")
        )
        if found not in documents
    ]
    assert cited == []


def test_every_change_of_the_mutants_finds_its_text():
    mutants = tomllib.loads((ROOT / "tests/mutants.toml").read_text())["mutants"]
    assert [one["name"] for one in mutants if (ROOT / one["file"]).read_text().count(one["find"]) != 1] == []


def test_no_expression_has_a_possessive_quantifier():
    """Python 3.11.2, that of Debian 12, reads them wrongly within a group."""
    written = re.compile(r"[\])\w][*+?]\+")
    texts = {path.name: path.read_text() for path in (ROOT / "src").rglob("*.py")}
    assert written.search(r"(?:[^\"]++|x)*+") and not written.search("a + b")
    assert [name for name, text in texts.items() if written.search(text)] == []


def test_locks_name_no_registry_and_agree():
    names = ("bootstrap", "build", "dev", "report", "audit", "spark")
    locks = {name: (ROOT / f"requirements/{name}.txt").read_text() for name in names}
    assert not any("://" in lock for lock in locks.values())
    versions = {name: dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock, flags=re.M)) for name, lock in locks.items()}
    build, dev = versions["build"], versions["dev"]
    assert {name: dev.get(name) for name in build} == build
    for lock in ("report", "audit", "spark"):  # installed over what is there
        both = versions[lock].keys() & dev.keys()
        assert {name: versions[lock][name] for name in both} == {name: dev[name] for name in both}
    assert "pyspark" not in dev  # CI installs it


def test_no_path_of_a_machine_stands_in_the_project():
    """Compares with where this checkout lies: a file that names it works nowhere else."""
    texts = [
        path
        for folder in ("models", "macros", "seeds", "tests", "src", "extracts/contracts", "profiles", "benchmarks")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".sql", ".yml", ".py", ".md", ".csv"}
    ]
    assert [path.name for path in texts if str(ROOT) + "/" in path.read_text()] == []


@pytest.mark.parametrize(("place", "is_made"), [(".", False), ("/elsewhere", True)])
def test_an_environment_that_was_moved_is_made_anew(tmp_path, place, is_made):
    (tmp_path / "requirements").mkdir()
    for name in ("requirements/bootstrap.txt", "requirements/build.txt", "pyproject.toml", ".venv/pyvenv.cfg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".venv/pyvenv.cfg").write_text(f"command = python -m venv {(tmp_path / place).resolve()}/.venv\n")
    (tmp_path / ".venv/.build").touch()
    found = subprocess.run(["make", "-n", "env"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert ("venv --clear .venv" in found.stdout) == is_made
    assert bool(found.stdout.count("pip install")) == is_made


@pytest.mark.parametrize("ci", ["", "true"])
@pytest.mark.parametrize(
    ("printed", "code", "said"),
    [
        ("12:00:01  1 of 2 PASS\n12:00:02  Done. PASS=2\n", 0, r"dbt +\d+ s  Done\. PASS=2\n"),
        (
            "1 of 2 PASS\nFailure in test assert_x (tests/assert_x.sql)\n  Got 1 result\nDone. PASS=1 ERROR=1\n",
            1,
            r"dbt +\d+ s  FAILED\nFailure in test assert_x \(tests/assert_x\.sql\)\nall of it: logs/dbt\.log\n",
        ),
        (
            "no words that are known\n",
            2,
            r"dbt +\d+ s  FAILED\nno words that are known\nall of it: logs/dbt\.log\n",
        ),
    ],
    ids=["passed", "failed", "failed_in_other_words"],
)
def test_a_stage_of_make_says_one_line_or_what_failed_and_the_log_has_all(
    tmp_path, monkeypatch, printed, code, said, ci
):
    monkeypatch.setenv("CI", ci)
    program = f"import sys; print({printed!r}, end=''); sys.exit({code})"
    command = [ROOT / ".ci/stage", "dbt", sys.executable, "-c", program]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == code
    if ci and code:  # where nobody can open the log afterwards
        said += re.escape(printed)
    assert re.fullmatch(said, found.stdout + found.stderr)
    assert (tmp_path / "logs/dbt.log").read_text() == printed


NOT_LOOKED_UP = (
    "error: locked versions could not be looked up, so nothing is known of them: {};"
    " run it where the service of vulnerabilities answers\n"
)


@pytest.mark.parametrize(
    ("printed", "code", "ends", "said"),
    [
        ("No known vulnerabilities found", 0, 0, "No known vulnerabilities found\n"),
        (
            "Found 1 known vulnerability in 1 package\nName Version ID\nx 1 CVE-1",
            1,
            1,
            "Found 1 known vulnerability in 1 package\nName Version ID\nx 1 CVE-1\n",
        ),
        (
            "ERROR:pip_audit._cli:x: not found and could not be audited: x (1)",
            1,
            2,
            NOT_LOOKED_UP.format("x: not found and could not be audited: x (1)"),
        ),
        (
            "Traceback (most recent call last):\n  File ...\nConnectionError: no route",
            1,
            2,
            NOT_LOOKED_UP.format("ConnectionError: no route"),
        ),
    ],
    ids=["none_known", "some_known", "not_looked_up", "no_network"],
)
def test_an_audit_that_could_not_look_passes_for_none(tmp_path, printed, code, ends, said):
    program = tmp_path / "pip-audit"
    program.write_text(f"#!{sys.executable}\nimport sys\nprint({printed!r})\nsys.exit({code})\n")
    program.chmod(0o755)
    found = subprocess.run([ROOT / ".ci/audit", program, "a.txt"], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (ends, said)


def test_hooks_and_workflow_run_what_make_runs():
    """A hook is a program of `make lint`; the workflow calls `make test`, and each action has its version."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert {repo["repo"] for repo in hooks} == {"local"}
    lint = (ROOT / "Makefile").read_text().split("\nlint: dev\n")[1].split("\n\n")[0]
    program = r"/((?:python )?\S+)"
    programs = set(re.findall(rf"\$\(BIN\){program}", lint))
    assert {re.match(rf"\.venv/bin{program}", hook["entry"])[1] for hook in hooks[0]["hooks"]} == programs
    (job,) = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text())["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == ["make test"]
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert [action for action in used if not re.fullmatch(r"actions/[a-z-]+@v\d+\.\d+\.\d+", action)] == []
