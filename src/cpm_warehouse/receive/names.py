"""Tells the files of a submission from what tools leave beside them, by name."""

import os
import re
from pathlib import Path

from cpm_warehouse.errors import RefusalError

CONTROL_FILE = "control.json"
# What tools leave beside data: markers of Hadoop and Spark, of desktops, and of programs that have a file open.
MARKERS = re.compile(
    r"_SUCCESS|_(committed|started)_.*|_(common_)?metadata|.*\.crc|Thumbs\.db|desktop\.ini|~\$.*|Icon\r",
    re.IGNORECASE,
)
MARKER_FOLDERS = {"__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information"}
# With what landing adds to it, and on every file system.
LONGEST_NAME = 200


def received_files(folder: Path) -> list[Path]:
    """Files of a folder by name, its control file among them. Raises RefusalError where there is anything else."""
    paths = [path for path in sorted(folder.iterdir()) if not is_marker(path)]
    for path in paths:
        if path.is_symlink() or not path.is_file():
            raise RefusalError("not_a_file", f"{path}: is a directory or a link; send the file itself")
        if not _usable(path.name):
            raise RefusalError(
                "file_name_not_usable",
                f"{path}: the name is longer than {LONGEST_NAME} bytes, not UTF-8, or has characters that are"
                " not shown; rename the file",
            )
    return paths


def is_marker(path: Path) -> bool:
    """Whether a file or folder is what a tool left beside data, and no data."""
    if path.name.startswith(".") or path.name in MARKER_FOLDERS:
        return True
    return bool(MARKERS.fullmatch(path.name)) and not path.is_dir()


def _usable(name: str) -> bool:
    return name.isprintable() and len(os.fsencode(name)) <= LONGEST_NAME
