"""dbt in a process of its own that need not import it first.

Each run is forked from a server that has imported dbt and done nothing else, so it has all that a new process has,
more than a second of processor time sooner. The server ends with the tests.
"""

import multiprocessing
import os
import subprocess
import sys
import tempfile
from pathlib import Path

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(["dbt.cli.main", "dbt.adapters.duckdb", "cpm_warehouse.publish.dbt_plugin"])


def run_dbt(
    *arguments: str | Path, cwd: Path, environment: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[str]":
    """Run dbt as its command does, with these variables on top of the environment."""
    command = ["dbt", *map(str, arguments)]
    with tempfile.TemporaryDirectory() as folder:
        said = [Path(folder) / name for name in ("stdout", "stderr")]
        given = (command, cwd, os.environ | (environment or {}), said)
        process = SERVER.Process(target=become_dbt, args=given)
        process.start()
        process.join()
        assert process.exitcode is not None
        return subprocess.CompletedProcess(command, process.exitcode, *(file.read_text() for file in said))


def become_dbt(command: list[str], cwd: Path, environment: dict[str, str], said: list[Path]) -> None:
    for number, path in enumerate([Path(os.devnull), *said]):
        os.dup2(os.open(path, os.O_RDWR | os.O_CREAT), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = command
    from dbt.cli.main import cli

    cli()
