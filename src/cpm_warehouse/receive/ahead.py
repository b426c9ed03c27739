"""Reads submissions before their turn, several beside each other.

What a submission is by itself is read ahead: its files, their rows, what every check finds in them. What asks the
register or changes it waits for the turn of the submission, so that the order of all that is said and written is
that of one after the other.
"""

import os
import shutil
import tempfile
import unicodedata
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import Contract
from cpm_warehouse.duck import as_utc
from cpm_warehouse.errors import CpmError, RefusalError, no_room
from cpm_warehouse.layouts.loading import Layouts
from cpm_warehouse.receive.applied import Applied, layouts_now, layouts_then, refusals_name
from cpm_warehouse.receive.checks import Check, checks_of
from cpm_warehouse.receive.codes import KnownCodes
from cpm_warehouse.receive.control import Control
from cpm_warehouse.receive.figures import Marks
from cpm_warehouse.receive.journal import Event
from cpm_warehouse.receive.reading import FileReader, Staged, not_readable
from cpm_warehouse.receive.received import Received
from cpm_warehouse.receive.rules import Rules, instant_bounds
from cpm_warehouse.receive.sources import stem
from cpm_warehouse.receive.submissions import Submission, refused_if_unreadable
from cpm_warehouse.receive.swapped import may_be_swapped

JOBS = "CPM_LANDING_JOBS"

# Told what is being done, and how many bytes and rows are done with.
Watch = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Warned:
    """A rule that was broken without consequence: in how many rows, and in words."""

    rule_id: str
    rows: int
    message: str


@dataclass
class Read:
    """A submission that was read, as far as it could be: `failed` is why not further, to be raised at its turn.

    `before` is its entry in the register, if there is one; where it is to land `anew` it was read all the same.
    What may come to lie in the lake lies `aside`, and goes with `close` unless it was moved.
    """

    submission: Submission
    before: Event | None
    anew: bool
    connection: duckdb.DuckDBPyConnection
    received: Received
    aside: Path
    links: Path
    is_received: bool = False
    control: Control | None = None
    applied: Applied = field(default_factory=dict)
    staged: list[Staged] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)
    marks: Marks | None = None
    failed: Exception | None = None

    def close(self) -> None:
        """Remove what was read."""
        self.connection.close()
        self.received.close()
        for folder in (self.aside, self.links):
            shutil.rmtree(folder, ignore_errors=True)


class Reader:
    """Reads submissions, each by a connection of its own to one DuckDB: its limit of memory holds for all."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        contracts: Mapping[str, Contract],
        lake: Path,
        rules: Rules,
        codes: KnownCodes,
        layouts: Layouts,
        scratch: Path,
        *,
        copies: bool,
        watch: Watch,
    ) -> None:
        self.connection = connection
        self.contracts = contracts
        self.lake = lake
        self.rules = rules
        self.codes = codes
        self.layouts = layouts
        self.scratch = scratch
        self.copies = copies
        self.watch = watch
        self._reading: set[duckdb.DuckDBPyConnection] = set()

    def stop(self) -> None:
        """Break off what is being read: whoever stops a landing does not wait for large files."""
        for connection in list(self._reading):
            connection.interrupt()

    def read(self, submission: Submission, before: Event | None, *, anew: bool) -> Read:
        """Read a submission, unless it is known or cannot land."""
        will_land = anew or not before
        folder = self._folder() if self.copies and will_land else None
        read = Read(
            submission,
            before,
            anew,
            as_utc(self.connection.cursor()),
            Received(folder),
            self._folder(),
            self._folder(),
        )
        if submission.refusal:
            return read
        self._reading.add(read.connection)
        try:
            with refused_if_unreadable(submission):
                read.received.read(submission)
            read.is_received = True
            if anew or (will_land and not submission.destination(self.lake).exists()):
                self._stage(read, self.contracts[submission.extract])
        except Exception as error:  # raised at its turn
            read.failed = error
        finally:
            self._reading.discard(read.connection)
        return read

    def _folder(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.scratch))

    def _stage(self, read: Read, contract: Contract) -> None:
        submission, files = read.submission, read.received
        with refused_if_unreadable(submission):
            control = files.control(submission)
        if read.anew:
            assert read.before
            received_at = datetime.fromisoformat(read.before["received_at"]).replace(tzinfo=UTC)
            control = replace(control, received_at=received_at, is_synthetic=read.before["is_synthetic"])
        read.control = control
        read.applied = layouts_then(read.before) if read.before else layouts_now(self.layouts, submission)
        with refusals_name(read.applied):
            _check_names(submission, files.paths, files.sums)
            for path in files.paths:
                self._stage_file(read, contract, path)
            _check_received(submission, read.staged, control)
            if not any(file.received for file in read.staged):
                if not contract.may_be_empty:
                    raise RefusalError(
                        "no_rows",
                        f"{submission.directory}: no rows, and {contract.extract} is never empty;"
                        f" ask {submission.provider} for the month, or allow it in the contract (may_be_empty)",
                    )
                return
            for file in read.staged:
                read.warnings += _odd_instants(read.connection, file, contract, submission.period)
            bounds = instant_bounds(control.received_at)
            checks = checks_of(contract, submission.period, self.codes, bounds)
            read.marks = self._marked(read, contract, checks)

    def _stage_file(self, read: Read, contract: Contract, path: Path) -> None:
        self.watch(f"reading {path.name}", 0, 0)
        with refused_if_unreadable(read.submission):
            reader = FileReader(
                read.connection,
                path,
                contract,
                read.links,
                self.rules,
                layout=read.applied[path.name],
                period=read.submission.period,
                copy=read.received.copies.get(path.name),
            )
            # Under a number: DuckDB would take a name with * or [ for a pattern.
            read.staged.append(reader.stage(read.aside / f"{len(read.staged)}.parquet"))
        self.watch(f"read {path.name}", path.stat().st_size, read.staged[-1].received)

    def _marked(self, read: Read, contract: Contract, checks: Sequence[Check]) -> Marks:
        """Run checks over all rows. Raises RefusalError where those of a file as it was sent cannot be read."""
        marks = Marks(read.connection, read.staged, contract, checks)
        for number, file in enumerate(read.staged):
            self.watch(f"checking {file.path.name}", 0, 0)
            try:
                marks.read(number)
            except duckdb.Error as error:
                if no_room(error) or not file.is_as_received:
                    raise
                raise not_readable(file.path, error) from error
        return marks


def jobs_wanted() -> int:
    """How many submissions are read beside each other: as many as there are cores, unless a setting says else."""
    found = os.environ.get(JOBS, "")
    if found and not (found.isdecimal() and int(found)):
        raise CpmError(f"{JOBS} is '{found}', not a number from 1; correct it, or unset it")
    return int(found) if found else os.cpu_count() or 1


def in_turn(
    submissions: Iterable[Submission], read: Callable[[Submission], Read], jobs: int, stop: Callable[[], None]
) -> Generator[Read]:
    """Yield what is read of submissions, in their order; at most `jobs` are being read, or wait for their turn.

    Where it is closed before its end, those that are being read are stopped.
    """
    ahead: deque[Future[Read]] = deque()
    with ThreadPoolExecutor(jobs) as pool:
        try:
            for submission in submissions:
                ahead.append(pool.submit(read, submission))
                if len(ahead) == jobs:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            running = [left for left in ahead if not left.cancel()]
            stop()
            while wait(running, timeout=0.1).not_done:  # between two statements there is nothing to break off
                stop()
            for left in running:
                left.result().close()


def _odd_instants(
    connection: duckdb.DuckDBPyConnection, file: Staged, contract: Contract, period: str
) -> Iterator[Warned]:
    if file.taken_as_utc:
        message = f"{file.path.name}: the instants of {', '.join(file.taken_as_utc)} have no zone: taken as UTC"
        yield Warned("instant_taken_as_utc", file.rows, message)
    if names := may_be_swapped(connection, file, contract, period):
        message = (
            f"{file.path.name}: no day of {', '.join(names)} is after the 12th, and swapped with the month"
            " none would be out of place: are they as the layout has them?"
        )
        yield Warned("day_and_month_alike", file.rows, message)


def _check_names(submission: Submission, files: list[Path], sums: Mapping[str, str]) -> None:
    # As a file system may that has no capitals, or knows an accent in one form only.
    stems = Counter(unicodedata.normalize("NFKC", stem(path)).casefold() for path in files)
    if clash := [one for one, count in stems.items() if count > 1]:
        raise RefusalError(
            "file_names_clash",
            f"{submission.directory}: several files are called '{clash[0]}', but for endings, capitals or how"
            " accents are written; rename them",
        )
    contents = Counter(sums.values())
    if twice := [name for name, sha256 in sums.items() if contents[sha256] > 1]:
        raise RefusalError(
            "file_sent_twice", f"{submission.directory}: {twice} have the same content; send it once"
        )


def _check_received(submission: Submission, staged: list[Staged], control: Control) -> None:
    for file in staged:
        expected = control.rows.get(file.path.name, file.received)
        if expected != file.received:
            raise RefusalError(
                "row_count_differs",
                f"{file.path}: has {file.received} rows, the control file says"
                f" {expected}; the file was cut or counted wrongly, send it again",
            )
