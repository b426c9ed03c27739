"""Keeps what a run writes from other users of the machine: files 0600, folders 0700, whatever the umask."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

FILE, FOLDER, UMASK = 0o600, 0o700, 0o077


@contextmanager
def private() -> Iterator[None]:
    """Let no other user read what this process writes meanwhile, DuckDB's files among it."""
    before = os.umask(UMASK)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def as_closed_as(file: Path) -> Iterator[None]:
    """Keep what this process writes meanwhile from those who may not read a file, which it is made of."""
    is_closed = file.exists() and not stat.S_IMODE(file.stat().st_mode) & UMASK
    with private() if is_closed else nullcontext():
        yield


def make_private(place: Path) -> None:
    """Close a file, or a folder and all in it, to other users; links are left alone."""
    for path in [place, *place.rglob("*")] if place.is_dir() else [place]:
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and stat.S_IMODE(mode) & UMASK:
            path.chmod(FOLDER if stat.S_ISDIR(mode) else FILE)
