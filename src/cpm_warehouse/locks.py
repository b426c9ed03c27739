"""Locks between processes, so that landings, builds and publications keep out of each other's way."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from filelock import ReadWriteLock, Timeout

from cpm_warehouse.errors import CpmError

WAIT = "CPM_WAIT"
LAKE_LOCK = "_lock"


@contextmanager
def hold(
    file: Path, others: str, *, shared: bool = False, wait: float | None = None, place: Path | None = None
) -> Iterator[None]:
    """Hold a lock file for this process; the system lets go of it when the process ends, however it does.

    `others` says in words who else may hold it. Those that only read hold it together with `shared`. Where it is
    held, wait for so many seconds, or raise CpmError, in one line that names `place`; without `wait`, the
    environment's CPM_WAIT says how long, and 0 is the default.
    """
    place = place or file.parent
    seconds = wait_seconds() if wait is None else wait
    try:
        lock = ReadWriteLock(file, is_singleton=False)
        _acquire(lock, f"{place}: {others} is at work here", shared=shared, seconds=seconds)
    except (sqlite3.Error, ValueError) as error:
        raise CpmError(f"{file}: cannot be locked ({error}); delete this file while no command runs") from error
    try:
        yield
    finally:
        lock.close()


def _acquire(lock: ReadWriteLock, held: str, *, shared: bool, seconds: float) -> None:
    acquire = lock.acquire_read if shared else lock.acquire_write
    try:
        acquire(timeout=0)
        return
    except Timeout as error:
        if not seconds:
            raise CpmError(f"{held}; run this again afterwards, or let it wait: {WAIT}=<seconds>") from error
    click.echo(f"{held}; waiting for up to {seconds:g} s", err=True)
    try:
        acquire(timeout=seconds)
    except Timeout as error:
        raise CpmError(f"{held}, still after {seconds:g} s; run this again afterwards") from error


@contextmanager
def hold_lake(lake: Path, *, shared: bool = False, wait: float | None = None) -> Iterator[None]:
    """Hold a lake: `cpm land` alone, what reads it or adds its history `shared` with others that do.

    A lake that this process may not write to is read without a lock.
    """
    others = "`cpm land`" if shared else "another `cpm land`, a build or a publication"
    file = lake / LAKE_LOCK
    if shared and not os.access(file if file.exists() else lake, os.W_OK):
        yield
        return
    with hold(file, others, shared=shared, wait=wait, place=lake):
        yield


def wait_seconds() -> float:
    """Seconds for which the environment lets commands wait for each other."""
    given = os.environ.get(WAIT, "").strip() or "0"
    try:
        seconds = float(given)
    except ValueError:
        seconds = -1
    if not 0 <= seconds < float("inf"):
        raise CpmError(f"{WAIT} is '{given}', not a number of seconds; write it like {WAIT}=600")
    return seconds
