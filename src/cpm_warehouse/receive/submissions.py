"""Finds the submissions below a directory of extracts."""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cpm_warehouse.contracts import Contract
from cpm_warehouse.errors import CpmError, RefusalError, no_room
from cpm_warehouse.layouts.loading import BESIDE
from cpm_warehouse.receive.control import CONTROL_FILE

PERIOD = re.compile(r"20[0-9][0-9]-(0[1-9]|1[0-2])")
VERSION = re.compile(r"v[1-9][0-9]{0,5}")
# With what landing adds to it, and on every file system.
LONGEST_NAME = 200


@dataclass(frozen=True)
class Submission:
    """One submission as it lies in the extracts directory; `refusal` says why its directory cannot be one."""

    directory: Path
    provider: str
    extract: str
    period: str
    version: int
    refusal: RefusalError | None = None

    @property
    def key(self) -> str:
        """Identifies the submission in the register and in every model."""
        return f"{self.extract}/{self.provider}/{self.period}/v{self.version}"

    def destination(self, lake: Path) -> Path:
        """Directory of the submission in the lake."""
        partition = f"provider={self.provider}/period={self.period}/version={self.version}"
        return lake / self.extract / partition

    def files(self) -> list[Path]:
        """Files received, control file left out, by name. Raises RefusalError where there is anything else."""
        paths = [path for path in sorted(self.directory.iterdir()) if not path.name.startswith(".")]
        for path in paths:
            if path.is_symlink() or not path.is_file():
                raise RefusalError("not_a_file", f"{path}: is a directory or a link; send the file itself")
            if not _usable(path.name):
                raise RefusalError(
                    "file_name_not_usable",
                    f"{path}: the name is longer than {LONGEST_NAME} bytes, not UTF-8, or has characters that are"
                    " not shown; rename the file",
                )
        return [path for path in paths if path.name != CONTROL_FILE]


def _usable(name: str) -> bool:
    return name.isprintable() and len(os.fsencode(name)) <= LONGEST_NAME


def find_submissions(extracts: Path, contracts: Mapping[str, Contract]) -> list[Submission]:
    """Find every submission below a directory of extracts, in the order of their keys.

    One whose directory is named after no known extract, provider, month or version, or cannot be listed, has its
    `refusal`. Raises CpmError where there is no such directory or where it holds no submission.
    """
    if not extracts.is_dir():
        raise CpmError(
            f"{extracts}: no such directory; name your extracts: --extracts <dir> (make: EXTRACTS='<dir>')"
        )
    found = list(_find(extracts, (), contracts))
    if not found:
        raise CpmError(
            f"{extracts}: no submissions here; expected <provider>/<extract>/<YYYY-MM>/v<n>/ with files in it"
        )
    return sorted(found, key=lambda one: (one.extract, one.provider, one.period, one.version))


def _find(folder: Path, names: tuple[str, ...], contracts: Mapping[str, Contract]) -> Iterator[Submission]:
    try:
        # A submission too is listed here, so that one that cannot be is refused and not passed over.
        inside = sorted(path for path in folder.iterdir() if not path.name.startswith(".") and path.is_dir())
        inside = [path for path in inside if names or path.name != BESIDE]
    except OSError as error:
        if not names:
            raise
        refusal = RefusalError("file_not_readable", f"{folder}: cannot be listed ({error.strerror})")
        provider, extract, period = (*names, "", "")[:3]
        yield Submission(folder, provider, extract, period, 0, refusal)
        return
    if len(names) == 4:
        yield _parse(folder, names, contracts)
        return
    for path in inside:
        yield from _find(path, (*names, path.name), contracts)


def _parse(path: Path, names: tuple[str, ...], contracts: Mapping[str, Contract]) -> Submission:
    provider, extract, period, version = names
    contract = contracts.get(extract)
    wrong = ""
    if contract is None:
        wrong = f"no extract is called '{extract}'; known: {', '.join(contracts)}"
    elif provider == "warehouse":
        wrong = "`cpm publish` keeps what was published, and nobody sends it; remove it"
    elif provider not in contract.providers:
        wrong = f"'{provider}' does not send {extract}; it comes from {', '.join(contract.providers)}"
    elif not PERIOD.fullmatch(period):
        wrong = f"'{period}' is not a month; name the directory YYYY-MM"
    elif not VERSION.fullmatch(version):
        wrong = f"'{version}' is not a version; name the directory v1, v2, ..."
    if wrong:
        refusal = RefusalError("directory_misnamed", f"{path}: {wrong}")
        return Submission(path, provider, extract, period, 0, refusal)
    return Submission(path, provider, extract, period, int(version[1:]))


@contextmanager
def refused_if_unreadable(submission: Submission) -> Iterator[None]:
    """Refuse a submission whose files cannot be read; a full disk of our own is not its fault."""
    try:
        yield
    except OSError as error:
        if no_room(error):
            raise
        raise RefusalError(
            "file_not_readable",
            f"{error.filename or submission.directory}: cannot be read ({error.strerror}); send it again, or let"
            " this user read it",
        ) from error
