"""Checksums of files, and files that are written whole or not at all."""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cpm_warehouse.errors import CpmError


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, as lower-case hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copy_bytes(source: Path, target: Path) -> None:
    """Copy a file; a file system that can lets both share their blocks until one of them is written to.

    It is a file of its own, never a link: whoever writes to the source changes nothing here.
    """
    with source.open("rb") as read, target.open("xb") as written:
        try:
            while os.copy_file_range(read.fileno(), written.fileno(), 1 << 30):
                pass
        except (AttributeError, OSError):  # another system, or one file system to another that lacks it
            read.seek(0)
            written.seek(0)
            written.truncate()
            shutil.copyfileobj(read, written, 1 << 22)


def sync(path: Path) -> None:
    """Force a file, or the names in a folder, to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_all(folder: Path) -> None:
    """Force a folder and all in it to disk, so that a rename that survives a crash has its files."""
    for path in [*folder.rglob("*"), folder]:
        sync(path)


def write_whole(path: Path, content: bytes) -> None:
    """Write a file aside and rename it into place: a reader sees the old content or the new, after a crash too."""
    aside = path.with_name(f"{path.name}.new")
    with aside.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync(path.parent)


@contextmanager
def whole_folder(folder: Path, mark: str) -> Iterator[Path]:
    """Give a folder aside to write into, which then takes the place of another: that appears whole or not at all.

    `mark` is a file that whoever writes such a folder puts into it. Raises CpmError where the folder that is there
    has files and no mark: they are of something else.
    """
    if folder.exists() and not (folder / mark).is_file() and (not folder.is_dir() or any(folder.iterdir())):
        raise CpmError(f"{folder}: has files of something else; name a new folder, so that nothing is overwritten")
    aside = folder.with_name(f".{folder.name}-{os.getpid()}")
    before = aside.with_name(f"{aside.name}-before")
    aside.mkdir(parents=True)
    try:
        yield aside
        if folder.exists():
            folder.replace(before)
        aside.replace(folder)
    finally:
        if before.exists() and not folder.exists():
            before.replace(folder)
        shutil.rmtree(aside, ignore_errors=True)
        shutil.rmtree(before, ignore_errors=True)
