"""Keeps what Great Expectations found in each submission of a lake: a build takes none that it faults.

Landing does not wait for it. It judges by the figures that landing counted, beside the start of a build or when
asked. `_judged.json` may be deleted: then all is judged once more.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cpm_warehouse.errors import CpmError
from cpm_warehouse.files import write_whole
from cpm_warehouse.locks import hold
from cpm_warehouse.receive.counted import COUNTED, Counted
from cpm_warehouse.receive.journal import Event, Journal
from cpm_warehouse.receive.verifying import JUDGED, JUDGING, place_of

# As long as the figures of many years take.
LONGEST_SECONDS = 3600.0


def judge(lake: Path, journal: Journal, docs: Path | None = None) -> int:
    """Let Great Expectations judge what it has not judged yet; returns how many submissions that were.

    With `docs`, a directory for Data Docs, all are judged anew and shown there. Raises CpmError where it faults
    one, or could not run.
    """
    if not os.access(lake, os.W_OK):
        _raise_faults(lake, _judge(lake, journal.submissions if docs else unjudged(lake, journal), docs))
        return 0
    with hold(lake / JUDGING, "another validation", wait=LONGEST_SECONDS, place=lake):
        asked = journal.submissions if docs else unjudged(lake, journal)
        judged = {key: one for key, one in _read(lake).items() if key in journal.submissions}
        if asked:
            judged |= _judge(lake, asked, docs)
            write_whole(lake / JUDGED, json.dumps(judged).encode())
    _raise_faults(lake, judged)
    return len(asked)


def require_judged(lake: Path, journal: Journal) -> None:
    """See that Great Expectations judged every submission of a lake, in a process of its own where it has to.

    Raises CpmError where it faults one: nothing may be built from it.
    """
    if unjudged(lake, journal):
        ran = subprocess.run(_command(lake), capture_output=True, text=True, check=False)
        if ran.returncode:
            said = ran.stderr.strip().splitlines() or [f"{lake}: could not be validated"]
            raise CpmError(said[-1].removeprefix("error: "))
    _raise_faults(lake, _read(lake))


def begin_judging(lake: Path, journal: Journal) -> None:
    """Start judging what was not judged yet, in a process beside; `require_judged` waits for it."""
    if unjudged(lake, journal) and os.access(lake, os.W_OK):
        subprocess.Popen(_command(lake), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def unjudged(lake: Path, journal: Journal) -> Mapping[str, Event]:
    """Return the register entries of submissions that Great Expectations has not judged as they are."""
    judged = _read(lake)
    return {
        key: entry
        for key, entry in journal.submissions.items()
        if (counted := _sum_of_counted(entry)) and judged.get(key, {}).get("counted") != counted
    }


def _judge(lake: Path, entries: Mapping[str, Event], docs: Path | None) -> dict[str, Any]:
    from cpm_warehouse.receive.validating import Validator  # Great Expectations takes seconds to import

    validator = Validator(docs)
    judged = {}
    for key, entry in entries.items():
        if counted_sum := _sum_of_counted(entry):
            counted = Counted.read(lake / place_of(entry))
            faults = list(validator.validate(key, counted).faults(counted))
            judged[key] = {"counted": counted_sum, "faults": faults}
    if docs:
        validator.write_docs()
    return judged


def _raise_faults(lake: Path, judged: Mapping[str, Any]) -> None:
    faults = [f"{key}: {fault}" for key, found in judged.items() for fault in found["faults"]]
    if faults:
        raise CpmError(
            f"{lake}: {faults[0]}{f', and {len(faults) - 1} more' if len(faults) > 1 else ''}; this is a fault of"
            " the warehouse: report it, and nothing is built from the submission until then"
        )


def _sum_of_counted(entry: Event) -> str:
    return next((str(file["sha256"]) for file in entry["lake_files"] if file["name"] == COUNTED), "")


def _read(lake: Path) -> dict[str, Any]:
    try:
        found = json.loads((lake / JUDGED).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _command(lake: Path) -> list[str]:
    return [sys.executable, "-m", "cpm_warehouse", "validate", "--lake", str(lake.resolve())]
