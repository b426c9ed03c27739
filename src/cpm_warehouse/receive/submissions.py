"""Finds the submissions below a directory of extracts."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cpm_warehouse.contracts import Contract
from cpm_warehouse.errors import CpmError, RefusalError, no_room
from cpm_warehouse.layouts.loading import BESIDE
from cpm_warehouse.receive.names import CONTROL_FILE, is_marker, received_files

PERIOD = re.compile(r"20[0-9][0-9]-(0[1-9]|1[0-2])")
VERSION = re.compile(r"v[1-9][0-9]{0,5}")
# Folders beside those of providers: layouts, and what was published of a sample.
NO_PROVIDERS = {BESIDE, "_published"}
# Endings of files that may be data, or came with some.
DATA = (".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".gz", ".zip", ".json")


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
        return [path for path in received_files(self.directory) if path.name != CONTROL_FILE]

    def markers(self) -> list[str]:
        """Names of what tools left beside the files, which is not looked at."""
        return [path.name for path in sorted(self.directory.iterdir()) if is_marker(path)]


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
        listed = sorted(path for path in folder.iterdir() if not is_marker(path))
        inside = [path for path in listed if path.is_dir() and (names or path.name not in NO_PROVIDERS)]
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
    for path in listed:
        # Whatever lies beside versions was meant to be in one; above, whatever looks like data.
        if not path.is_dir() and (len(names) == 3 or path.name.lower().endswith(DATA)):
            yield _out_of_place(path, names)
    for path in inside:
        yield from _find(path, (*names, path.name), contracts)


def _out_of_place(path: Path, names: tuple[str, ...]) -> Submission:
    provider, extract, period = (*names, "", "", "")[:3]
    remedy = "move it into <provider>/<extract>/<YYYY-MM>/v<n>/, or remove it"
    refusal = RefusalError("file_out_of_place", f"{path}: lies in no version's folder; {remedy}")
    return Submission(path, provider, extract, period, 0, refusal)


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
