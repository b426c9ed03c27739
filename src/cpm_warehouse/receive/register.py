"""Writes all entries of the register to one file, for engines that read no file whose name begins with `_`.

Spark is one: it leaves out `_submission.json` even where it is named. What it may read is
`_register/submissions.jsonl`, an entry a line, made from the journal at the end of each landing.
"""

import json
from pathlib import Path

from cpm_warehouse.errors import CpmError
from cpm_warehouse.files import write_whole
from cpm_warehouse.receive.journal import Journal
from cpm_warehouse.receive.verifying import REGISTER

ENTRIES = "submissions.jsonl"


def write_register(lake: Path, journal: Journal) -> None:
    """Write the entries that the journal has, where they are not written already."""
    path = lake / REGISTER / ENTRIES
    content = _content(journal)
    if not path.exists() or path.read_bytes() != content:
        path.parent.mkdir(exist_ok=True)
        write_whole(path, content)


def require_register(lake: Path, journal: Journal) -> None:
    """Raise CpmError where the file has other entries than the journal: what read it read another lake."""
    path = lake / REGISTER / ENTRIES
    if not path.exists() or path.read_bytes() != _content(journal):
        raise CpmError(f"{path}: has not the entries of the journal; `cpm land` writes it anew")


def _content(journal: Journal) -> bytes:
    return "".join(f"{json.dumps(entry)}\n" for _, entry in sorted(journal.submissions.items())).encode()
