"""dbt, started as a fork of a process that has imported it and parsed the project once (`warm_dbt.py`).

That is half of what a small run takes.
"""

import os
import sys
import tempfile
from collections.abc import Sequence
from multiprocessing import get_context
from multiprocessing.forkserver import ensure_running
from pathlib import Path
from subprocess import CompletedProcess

import pytest

SERVER = get_context("forkserver")
SERVER.set_forkserver_preload(["cpm_warehouse.publish.dbt_plugin", "warm_dbt"])


def run_dbt(arguments: Sequence[str], folder: Path, environment: dict[str, str]) -> CompletedProcess[str]:
    """Run dbt in a folder as the command line does, in a process of its own."""
    with pytest.MonkeyPatch.context() as patch:  # a server of Python 3.11 looks for what it imports nowhere else
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        ensure_running()
    with tempfile.TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        process = SERVER.Process(target=_run, args=(list(arguments), str(folder), environment, str(out), str(err)))
        process.start()
        process.join()
        return CompletedProcess(list(arguments), process.exitcode or 0, out.read_text(), err.read_text())


def _run(arguments: list[str], folder: str, environment: dict[str, str], out: str, err: str) -> None:
    """In the new process: become what `dbt` in a shell would be, and end as it ends."""
    for stream, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["dbt", *arguments]
    from dbt.cli.main import cli

    cli()
