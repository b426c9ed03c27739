"""Runs `dbt build`, after saying in one line what would stop it: dbt says it in many, some with a trace."""

import argparse
import errno
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import yaml

from cpm_warehouse.errors import CpmError
from cpm_warehouse.locks import WAIT, hold_lake, wait_seconds
from cpm_warehouse.pseudonyms import require_salt
from cpm_warehouse.publish.history import EXTRACT
from cpm_warehouse.publish.signing import real_submission, variables_of
from cpm_warehouse.publish.warehouses import require_as_left
from cpm_warehouse.receive.judging import begin_judging
from cpm_warehouse.receive.repeats import require_listed
from cpm_warehouse.receive.verifying import require_sound

# They would let dbt build another project, or this one by another profile.
ELSEWHERE = ("PROJECT_DIR", "PROFILES_DIR", "PROFILE", "TARGET")


def run_build(lake: Path, warehouse: Path, arguments: Sequence[str]) -> int:
    """Run `dbt build` over a lake; returns its exit code. Raises CpmError where it could not begin."""
    for place in (warehouse.parent, _place_of_dbt("TARGET_PATH", "target"), _place_of_dbt("LOG_PATH", "logs")):
        _require_room(place)
    require_free(warehouse)
    if warehouse.exists() and "--full-refresh" not in arguments:
        require_as_left(warehouse)
    with hold_lake(lake, shared=True):
        journal = require_sound(lake)
        require_listed(lake, journal)
        begin_judging(lake, journal)
        if real := real_submission(lake):
            require_salt(lake / EXTRACT, real)
    return run_dbt(lake, warehouse, ("build", *arguments))


def run_dbt(lake: Path, warehouse: Path, arguments: Sequence[str]) -> int:
    """Run dbt in this project, by its own profile, over a lake; returns its exit code."""
    # dbt parses the whole project anew where the variables of a command are others than before.
    if variables_of(Path())["lake_root"] != str(lake):
        arguments = with_lake(lake, arguments)
    dbt = Path(sys.executable).with_name("dbt")
    elsewhere = [name for name in _names(*ELSEWHERE) if os.environ.get(name)]
    if elsewhere:
        click.echo(
            f"{', '.join(elsewhere)}: set, and not used; cpm builds its project by the profile there", err=True
        )
    environment = {name: value for name, value in os.environ.items() if name not in elsewhere}
    return subprocess.run(
        [dbt, *arguments], env={**environment, "CPM_WAREHOUSE": str(warehouse)}, check=False
    ).returncode


def _names(*names: str) -> list[str]:
    """Return the variables of the environment by which dbt takes an option, each under both its names."""
    return [f"{prefix}{name}" for name in names for prefix in ("DBT_ENGINE_", "DBT_")]


def _place_of_dbt(name: str, default: str) -> Path:
    """Return a folder that dbt writes to besides the warehouse."""
    return Path(next(filter(None, map(os.environ.get, _names(name))), default))


def with_lake(lake: Path, arguments: Sequence[str]) -> list[str]:
    """Return arguments of dbt with the lake among their variables: of two `--vars` dbt takes the last alone."""
    given, others = variables_given(arguments)
    return [*others, "--vars", json.dumps({**given, "lake_root": str(lake)}, default=str)]


def variables_given(arguments: Sequence[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the variables that arguments of dbt set, and the other arguments."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, prog="cpm build")
    parser.add_argument("--vars", default="{}")
    found, others = parser.parse_known_args(arguments)
    try:
        return {**yaml.load(found.vars, yaml.CSafeLoader)}, others
    except (yaml.YAMLError, TypeError) as error:
        raise CpmError(
            f"--vars is '{found.vars}', not names with values; write it like --vars '{{as_of: 2021-10-24}}'"
        ) from error


def _require_room(place: Path) -> None:
    """Write a little, so that a full or forbidden place is said by the system in one line."""
    place.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=place) as file:
        file.write(bytes(65536))


def require_free(warehouse: Path) -> None:
    """Raise CpmError where another process has the warehouse open, after the wait that the environment allows."""
    import fcntl  # which Windows lacks: see `require_system`

    if not warehouse.exists():
        return
    until = time.monotonic() + wait_seconds()
    with warehouse.open("r+b") as file:
        while True:
            try:
                # DuckDB's own lock: a writer keeps out all others, a reader every writer.
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except OSError as error:
                if error.errno not in {errno.EACCES, errno.EAGAIN}:
                    raise
                if time.monotonic() > until:
                    raise CpmError(
                        f"{warehouse}: another build or a notebook has it open; run this again afterwards, or"
                        f" let it wait: {WAIT}=<seconds>"
                    ) from error
            time.sleep(0.5)
