"""Takes the files of provider submissions into the Parquet lake and its register.

A submission is a directory `<provider>/<extract>/<YYYY-MM>/v<n>` with one or more files and, optionally,
`control.json`. It becomes the directory `<extract>/provider=<p>/period=<YYYY-MM>/version=<n>` of the lake: one
Parquet file per file received, rows in the same order, and `_submission.json`, its entry in the register.
The directory is made aside, written down in the lake's journal and renamed into place, so that rows and register
entry appear together or not at all, and nothing that lies there can change unseen.
"""

import hashlib
import os
import shutil
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.contracts import Contract
from cpm_warehouse.duck import connect, literal, quoted
from cpm_warehouse.errors import CpmError, DamageError, RefusalError, no_room
from cpm_warehouse.files import copy_bytes, sha256, sync, sync_all, write_whole
from cpm_warehouse.layouts.loading import Layouts
from cpm_warehouse.locks import hold_lake
from cpm_warehouse.private import FOLDER, make_private, private
from cpm_warehouse.publish.earlier import take_in_earlier
from cpm_warehouse.receive.applied import (
    Applied,
    in_register,
    layouts_now,
    layouts_then,
    looks_otherwise,
    refusals_name,
)
from cpm_warehouse.receive.checks import UNUSUAL_TEXT, Check, checks_of, in_detail
from cpm_warehouse.receive.codes import KnownCodes, rows_of
from cpm_warehouse.receive.control import HELP, Control, read_control
from cpm_warehouse.receive.counted import Counted
from cpm_warehouse.receive.edges import IN_TWO_MONTHS, sent_in_two_months
from cpm_warehouse.receive.figures import Marks, Repeats
from cpm_warehouse.receive.journal import FORMAT_1, Event, Journal, entry_bytes, read_journal, with_checksum
from cpm_warehouse.receive.lakes import (
    QUARANTINE,
    REFUSED,
    Say,
    ensure_schemas,
    heal,
    lake_files,
    note,
    open_lake,
    read_entries,
    sums_of,
)
from cpm_warehouse.receive.names import CONTROL_FILE
from cpm_warehouse.receive.quarantine import check_counts, first_quarantined, write_quarantine
from cpm_warehouse.receive.reading import (
    FileReader,
    RowFaults,
    Staged,
    count_rows,
    first_fault,
    keep_the_rest,
    locate,
    not_readable,
    place_of_row,
)
from cpm_warehouse.receive.repeats import write_repeats
from cpm_warehouse.receive.rules import Rules, instant_bounds, plausible_months
from cpm_warehouse.receive.sources import stem
from cpm_warehouse.receive.submissions import Submission, find_submissions, refused_if_unreadable
from cpm_warehouse.receive.swapped import may_be_swapped
from cpm_warehouse.receive.tidying import in_two_cases, tidy
from cpm_warehouse.receive.validating import Validator
from cpm_warehouse.receive.verifying import (
    ASIDE,
    REGISTER_ENTRY,
    Damage,
    Seen,
    expected_files,
    place_of,
    remember,
)

IN_TWO_CASES = "identifiers_in_two_cases"
# What is found where a text may be tidied.
OF_TEXTS = {UNUSUAL_TEXT, "value_malformed"}
MEMORY_LIMIT, LEAST_MEMORY = "CPM_MEMORY_LIMIT", "2GB"

# Told what is being done, and how many bytes are done with.
Watch = Callable[[str, int], None]


@dataclass(frozen=True)
class Warned:
    """A rule that was broken without consequence: in how many rows, and in words."""

    rule_id: str
    rows: int
    message: str


@dataclass(frozen=True)
class Outcome:
    """What landing did with one submission.

    `landed`, `known` (landed before), `refused`, `repaired`, or `damaged`: something lies in its place that no
    landing wrote, or what it is held against cannot be read. Where what is known `looks_otherwise_now`, its layout
    has changed since it landed. `left_out` has what other tools left beside the files of one that landed, and
    `first_quarantined` where the first row that was kept aside stands, with its rule and reason.
    """

    submission: Submission
    status: str
    rows: int = 0
    quarantined: int = 0
    warnings: tuple[Warned, ...] = ()
    rule_id: str = ""
    reason: str = ""
    looks_otherwise_now: bool = False
    left_out: Sequence[str] = ()
    first_quarantined: tuple[str, str, str] | None = None


def land(
    extracts: Path,
    lake: Path,
    contracts: Mapping[str, Contract],
    layouts: Layouts | None = None,
    *,
    dry_run: bool = False,
    repair: bool = False,
    wait: float | None = None,
    docs: Path | None = None,
    watch: Watch | None = None,
    say: Say | None = None,
    on_damage: Callable[[Damage], None] | None = None,
) -> Iterator[Outcome]:
    """Land every submission that the lake does not hold yet; yields one outcome per submission.

    A submission that is refused changes nothing but the list of refusals; the others land all the same. A dry run
    judges them and leaves the lake as it is. `repair` heals what is damaged, from the journal or by landing it
    anew; `on_damage` is told what is damaged at the end. `layouts` say how files look that are not as their
    contract has them. `wait` is for how many seconds another landing is waited
    for; `docs` is a directory for Data Docs of what is new. What is written is kept from other users. The earlier
    publication of a sample becomes the first one of a lake without any.
    Raises CpmError where the extracts directory itself is unusable, another landing is at work in the lake or its
    journal was altered.
    """
    submissions = find_submissions(extracts, contracts)
    rules = Rules()
    say = say or (lambda line: None)
    with ExitStack() as stack:
        stack.enter_context(private())
        if dry_run:
            journal = _as_it_is(lake)
        else:
            lake.mkdir(parents=True, exist_ok=True)
            stack.enter_context(hold_lake(lake, wait=wait))
            make_private(lake)
            journal = open_lake(lake, extracts, submissions, repair=repair, say=say)
        scratch = stack.enter_context(_scratch(None if dry_run else lake / ASIDE))
        connection = stack.enter_context(_connect(scratch))
        damaged: set[str] = set()
        if not dry_run:
            ensure_schemas(connection, lake, contracts, journal, say)
            if repair:
                damaged = heal(lake, journal, submissions, say)
        codes = KnownCodes(contracts)
        # What is damaged lands anew, and what a killed landing had begun may not be there.
        sound = {
            key: entry
            for key, entry in journal.submissions.items()
            if key not in damaged and (key != journal.unfinished or (lake / place_of(entry)).exists())
        }
        codes.take_landed(connection, lake, sound)
        landing = Landing(
            connection,
            lake,
            journal,
            rules,
            codes,
            layouts or Layouts(),
            scratch,
            dry_run=dry_run,
            docs=docs,
            watch=watch,
        )
        # Own lists first: by them the codes of all others are known. What is healed, in the order of its landing.
        for submission in sorted(
            submissions,
            key=lambda one: (
                not _is_own_list(one, contracts),
                journal.submissions[one.key]["landed_at"] if one.key in damaged else "",
            ),
        ):
            if submission.key in damaged:
                yield landing.repair(submission, contracts[submission.extract])
            else:
                yield landing.take(submission, contracts)
        landing.finish()
        if not dry_run:
            journal.end()
            damages = remember(lake, landing.seen)
            for damage in damages:
                if on_damage:
                    on_damage(damage)
            if not damages and (earlier := take_in_earlier(extracts, lake)):
                say(f"{lake}: {earlier}, the sample's earlier publication, is the first of its history")


def _connect(scratch: Path) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB that holds no more than the environment allows, and spills the rest beside the lake."""
    connection = connect()
    connection.execute(f"set memory_limit = {literal(os.environ.get(MEMORY_LIMIT, LEAST_MEMORY))}")
    connection.execute(f"set temp_directory = {literal(scratch / 'spilled')}")
    # A Parquet file says in its footer which values its columns have. Rows are judged by their values alone.
    connection.execute("set disabled_optimizers = 'statistics_propagation'")
    return connection


def _is_own_list(submission: Submission, contracts: Mapping[str, Contract]) -> bool:
    contract = contracts.get(submission.extract)
    return bool(contract and contract.own_list_of)


@contextmanager
def _scratch(folder: Path | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(dir=folder, prefix="landing-", ignore_cleanup_errors=True) as scratch:
        # So deep that no pattern by which a build reads the lake finds what is being written.
        inner = Path(scratch) / "being/written"
        inner.mkdir(parents=True)
        yield inner


def _as_it_is(lake: Path) -> Journal:
    """Read what a lake holds, to judge by it without changing it; one of format 1 says it in its entries."""
    journal = read_journal(lake)
    if journal.fault and (lake / FORMAT_1).exists():
        journal.submissions = read_entries(lake)
    return journal


@dataclass
class Judged:
    """A submission that may land: its staged files, and what is to be kept aside of each."""

    staged: list[Staged]
    faults: dict[str, RowFaults]
    warnings: list[Warned]


class Landing:
    """One run over a directory of extracts."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        lake: Path,
        journal: Journal,
        rules: Rules,
        codes: KnownCodes,
        layouts: Layouts,
        scratch: Path,
        *,
        dry_run: bool,
        docs: Path | None,
        watch: Watch | None,
    ) -> None:
        self.connection = connection
        self.lake = lake
        self.journal = journal
        self.rules = rules
        self.codes = codes
        self.layouts = layouts
        self.scratch = scratch
        self.dry_run = dry_run
        self.docs = docs
        self.watch = watch or (lambda doing, size: None)
        self.counted: dict[str, Counted] = {}
        self.seen = Seen.read(lake)

    def take(self, submission: Submission, contracts: Mapping[str, Contract]) -> Outcome:
        """Judge one submission and land it."""
        if submission.refusal:  # it has no place in the register, where a refusal could be noted
            return _refused(submission, submission.refusal)
        entry = self.journal.submissions.get(submission.key)
        received = Received(None if entry else self._folder())
        try:
            with refused_if_unreadable(submission):
                received.read(submission)
                if entry:
                    _check_known(submission, entry, received, self._next_version(submission))
            if entry:
                rows, quarantined = entry["accepted_rows"], entry["quarantined_rows"]
                return Outcome(
                    submission,
                    "known",
                    rows=rows,
                    quarantined=quarantined,
                    looks_otherwise_now=looks_otherwise(self.layouts, submission, entry),
                )
            if submission.destination(self.lake).exists():
                reason = f"{submission.destination(self.lake)}: no landing wrote what lies there"
                return Outcome(submission, "damaged", reason=reason)
            with refused_if_unreadable(submission):
                control = received.control(submission)
            return self._land(submission, contracts[submission.extract], received, control)
        except RefusalError as refusal:
            self._register_refusal(submission, refusal, received)
            return _refused(submission, refusal)
        except DamageError as damage:  # it lands once that is healed
            return Outcome(submission, "damaged", reason=str(damage))
        except (duckdb.Error, OSError) as error:
            raise _stopped(submission, error) from error
        finally:
            received.close()

    def repair(self, submission: Submission, contract: Contract) -> Outcome:
        """Land anew what landed before and is damaged; its register entry stays but for the lake's files."""
        entry = self.journal.submissions[submission.key]
        received = Received(self._folder())
        try:
            with refused_if_unreadable(submission):
                received.read(submission)
                _check_known(submission, entry, received, self._next_version(submission))
                control = received.control(submission)
            received_at = datetime.fromisoformat(entry["received_at"]).replace(tzinfo=UTC)
            control = replace(control, received_at=received_at, is_synthetic=entry["is_synthetic"])
            return self._land(submission, contract, received, control, before=entry)
        except RefusalError as refusal:
            return _refused(submission, refusal)
        except DamageError as damage:
            return Outcome(submission, "damaged", reason=str(damage))
        except (duckdb.Error, OSError) as error:
            raise _stopped(submission, error) from error
        finally:
            received.close()

    def finish(self) -> None:
        """Write Data Docs, if they were asked for."""
        if self.docs and self.counted:
            validator = Validator(self.docs)
            for key, counted in self.counted.items():
                validator.validate(key, counted)
            validator.write_docs()

    def _folder(self) -> Path | None:
        """A folder for copies of what was received; none where nothing of it will lie in the lake."""
        return None if self.dry_run else Path(tempfile.mkdtemp(dir=self.scratch))

    def _land(
        self,
        submission: Submission,
        contract: Contract,
        received: "Received",
        control: Control,
        before: Event | None = None,
    ) -> Outcome:
        aside = Path(tempfile.mkdtemp(dir=self.scratch))
        links = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            applied = layouts_then(before) if before else layouts_now(self.layouts, submission)
            with refusals_name(applied):
                judged = self._judge(submission, contract, received, control, applied, aside, links, before)
            entry = self._write(submission, contract, judged, received, control, aside)
            if before:
                entry = _as_before(submission, entry, before, self._next_version(submission))
            (aside / REGISTER_ENTRY).write_bytes(entry_bytes(entry))
            first = first_quarantined(self.connection, aside / QUARANTINE) if entry["quarantined_rows"] else None
            if contract.own_list_of:
                self.codes.take(self.connection, entry, [aside / file["name"] for file in rows_of(entry)])
            if self.dry_run:
                # What follows is judged beside it, as in a landing; this is written nowhere.
                self.journal.submissions[submission.key] = entry
            else:
                self._publish(submission, entry, aside)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
            shutil.rmtree(links, ignore_errors=True)
        return Outcome(
            submission,
            "repaired" if before else "landed",
            rows=entry["accepted_rows"],
            quarantined=entry["quarantined_rows"],
            warnings=() if before else tuple(judged.warnings),
            left_out=submission.markers(),
            first_quarantined=first,
        )

    def _judge(
        self,
        submission: Submission,
        contract: Contract,
        files: "Received",
        control: Control,
        applied: Applied,
        aside: Path,
        links: Path,
        before: Event | None,
    ) -> Judged:
        _check_names(submission, files.paths, files.sums)
        staged: list[Staged] = []
        for path in files.paths:
            self.watch(f"reading {path.name}", 0)
            with refused_if_unreadable(submission):
                reader = FileReader(
                    self.connection,
                    path,
                    contract,
                    links,
                    self.rules,
                    layout=applied[path.name],
                    period=submission.period,
                    copy=files.copies.get(path.name),
                )
                # Under a number: DuckDB would take a name with * or [ for a pattern.
                staged.append(reader.stage(aside / f"{len(staged)}.parquet"))
            self.watch(f"read {path.name}", path.stat().st_size)
        received = sum(file.received for file in staged)
        _check_received(submission, staged, control)
        if not received and not contract.may_be_empty:
            raise RefusalError(
                "no_rows",
                f"{submission.directory}: no rows, and {contract.extract} is never empty;"
                f" ask {submission.provider} for the month, or allow it in the contract (may_be_empty)",
            )
        warnings = self._compare_with_register(submission, files.sums, received, control.received_at)
        if control.unknown_keys:
            message = f"{CONTROL_FILE} has {control.unknown_keys}, which mean nothing; {HELP}"
            warnings.append(Warned("control_key_unknown", received, message))
        for file in staged:
            if file.taken_as_utc:
                message = (
                    f"{file.path.name}: the instants of {', '.join(file.taken_as_utc)} have no zone: taken as UTC"
                )
                warnings.append(Warned("instant_taken_as_utc", file.rows, message))
            if names := may_be_swapped(self.connection, file, contract, submission.period):
                message = (
                    f"{file.path.name}: no day of {', '.join(names)} is after the 12th, and swapped with the month"
                    " none would be out of place: are they as the layout has them?"
                )
                warnings.append(Warned("day_and_month_alike", file.rows, message))
        faults: dict[str, RowFaults] = {file.path.name: {} for file in staged}
        if received:
            warnings += self._check(submission, contract, staged, faults, aside, control.received_at, before)
        return Judged(staged, faults, warnings)

    def _check(
        self,
        submission: Submission,
        contract: Contract,
        staged: list[Staged],
        faults: dict[str, RowFaults],
        aside: Path,
        received_at: datetime,
        before: Event | None,
    ) -> list[Warned]:
        """Run the checks in one pass over all rows, and fill in the rows at fault; returns warnings.

        Where a look finds anything, texts are tidied, and the checks that the look stands for are run over the
        rows that it found.
        """
        checks = checks_of(contract, submission.period, self.codes, instant_bounds(received_at))
        with self._marked(submission, contract, staged, checks) as marks:
            found = {check.rule_id for number, check in enumerate(checks) if marks.broken(number)}
            looks = [
                number
                for number, check in enumerate(checks)
                if check.rule_id in found and (check.finer is not None or check.rule_id in OF_TEXTS)
            ]
            warnings = []
            if looks:
                warnings += self._tidy(contract, marks, looks, found)
                marks.read_again(in_detail(checks, found), looks)
            warnings += self._check_marks(submission, contract, marks, faults, before)
            self._list_repeats(contract, marks, faults, aside)
        return warnings + self._in_two_cases(contract, staged, found)

    @contextmanager
    def _marked(
        self, submission: Submission, contract: Contract, staged: list[Staged], checks: Sequence[Check]
    ) -> Iterator[Marks]:
        """Run checks over all rows. Raises RefusalError where those of a file as it was sent cannot be read."""
        with closing(Marks(self.connection, staged, contract, checks)) as marks:
            for number, file in enumerate(staged):
                self.watch(f"checking {file.path.name}", 0)
                try:
                    marks.read(number)
                except duckdb.Error as error:
                    if no_room(error) or not file.is_as_received:
                        raise
                    raise not_readable(file.path, error) from error
            yield marks

    def _list_repeats(
        self, contract: Contract, marks: Marks, faults: Mapping[str, RowFaults], aside: Path
    ) -> None:
        """List the rows that share their key and stay, for the models that look for repeats."""
        if contract.lists_repeats:
            names = [f"{stem(file.path)}.parquet" for file in marks.staged]
            write_repeats(marks, names, [list(faults[file.path.name]) for file in marks.staged], aside)

    def _tidy(
        self, contract: Contract, marks: Marks, looks: Sequence[int], found: Collection[str]
    ) -> list[Warned]:
        """Tidy files with texts that are unusual or not of their form; returns what is said of it."""
        texts, forms = UNUSUAL_TEXT in found, "value_malformed" in found
        warnings = []
        for number, file in enumerate(marks.staged if texts or forms else ()):
            rows = marks.relation_of(number, looks)
            for one in tidy(self.connection, file, contract, rows, texts=texts, forms=forms):
                place = place_of_row(self.connection, file, one.first)
                message = f"{one.rule_id}: {one.rows} rows of {file.path.name}; the first, {place}: {one.said}"
                warnings.append(Warned(one.rule_id, one.rows, message))
        return warnings

    def _in_two_cases(self, contract: Contract, staged: list[Staged], found: Collection[str]) -> list[Warned]:
        """Warn of identifiers that differ in capitals alone; the look finds each that is not all in capitals."""
        warnings = []
        for column in contract.identifying("event") if UNUSUAL_TEXT in found else ():
            rows, spellings = in_two_cases(self.connection, staged, column)
            if rows:
                said = f"'{column}' is '{spellings[0]}' and '{spellings[1]}'; {rows} rows are like it"
                warnings.append(Warned(IN_TWO_CASES, rows, f"{IN_TWO_CASES}: {said}"))
        return warnings

    def _warned(self, marks: Marks, number: int) -> Warned:
        """Say in how many rows a check is broken, and where and how in the first of them."""
        check, count = marks.checks[number], marks.broken(number)
        message = f"{check.rule_id} in {' and '.join(check.columns)}: {count} rows"
        file = next(file for file in range(len(marks.staged)) if marks.faulty(file, [number])[0])
        _, row = marks.faulty(file, [number])
        ((_, reason),) = marks.why_faulty(file, row, [number]).values()
        place = place_of_row(self.connection, marks.staged[file], row)
        return Warned(
            check.rule_id, count, f"{message}; the first, {marks.staged[file].path.name} {place}: {reason}"
        )

    def _check_marks(
        self,
        submission: Submission,
        contract: Contract,
        marks: Marks,
        faults: dict[str, RowFaults],
        before: Event | None,
    ) -> list[Warned]:
        """Refuse, warn, or fill in the rows at fault, by what the pass over all rows found.

        What was counted is kept for Great Expectations, which judges by it.
        """
        broken = [marks.broken(number) for number in range(len(marks.checks))]
        self._check_month(submission, contract, marks)
        warnings = self._check_same(submission, contract, marks.staged)
        grave = []
        for number, check in enumerate(marks.checks):
            if not broken[number]:
                continue
            rule = self.rules[check.rule_id]
            if rule.consequence == "refuse":
                message = self._warned(marks, number).message
                raise RefusalError(check.rule_id, f"{submission.directory}: {message}; {rule.remedy}")
            if rule.consequence == "warn":
                warnings.append(self._warned(marks, number))
            else:
                grave.append(number)
        for file, staged in enumerate(marks.staged):
            # Counted before they are fetched: a file that is all wrong may have millions.
            faulty, first = marks.faulty(file, grave)
            self._check_share(staged, faulty, partial(marks.why_faulty, file, first, grave))
        marks.pick(grave)
        repeats = marks.repeats()
        if repeats.repeated:
            warnings.append(Warned("row_repeated", repeats.repeated, f"{repeats.repeated} rows stand twice"))
        beside = self._beside_others(submission, contract, marks, repeats, before, warnings)
        found_by_check: Counter[int] = Counter()
        for file, staged in enumerate(marks.staged):
            found = marks.find_faulty(file, grave, found_by_check)
            for row, rule_id, why in beside[file]:
                rule_ids, reason = found.get(row, ((), ""))
                found[row] = ((*rule_ids, rule_id), f"{reason}; {why}" if reason else why)
            self._check_share(staged, len(found), partial(dict, found))
            faults[staged.path.name] = found
        check_counts(marks.checks, {number: broken[number] for number in grave}, found_by_check)
        row_bounds = self._row_bounds(submission, contract)
        least, most = row_bounds or (marks.rows, marks.rows)
        if is_odd := not least <= marks.rows <= most:
            message = f"{marks.rows} rows; the month before lets expect {least} to {most}"
            warnings.append(Warned("volume_unlike_month_before", marks.rows, message))
        noted = [found_by_check[number] if number in grave else count for number, count in enumerate(broken)]
        self.counted[submission.key] = marks.counted(
            repeats, noted=noted, row_bounds=row_bounds, volume_noted=is_odd
        )
        return warnings

    def _beside_others(
        self,
        submission: Submission,
        contract: Contract,
        marks: Marks,
        repeats: Repeats,
        before: Event | None,
        warnings: list[Warned],
    ) -> list[list[tuple[int, str, str]]]:
        """Find the rows of each file that do not go with others: of the submission, or of another month's.

        Each has the rule that it breaks and why; or it is added to the warnings.
        """
        why = f"another row of the submission has the same {', '.join(contract.key)} and other content"
        files = range(len(marks.staged))
        found = [[(row, "key_conflict", why) for row in repeats.conflicts[file]] for file in files]
        # Of what lands anew, what landed before it is asked, as then.
        landed = [
            entry
            for entry in self._registered(submission)
            if not before or entry["landed_at"] < before["landed_at"]
        ]
        twice = sent_in_two_months(self.connection, marks.staged, contract, submission.period, self.lake, landed)
        rows = [(file, row, said) for file, faults in enumerate(twice) for row, said in faults.items()]
        if rows and self.rules[IN_TWO_MONTHS].consequence == "warn":
            warnings.append(Warned(IN_TWO_MONTHS, len(rows), f"{len(rows)} rows: {rows[0][2]}"))
            return found
        for file, row, said in rows:
            found[file].append((row, IN_TWO_MONTHS, said))
        return found

    def _check_share(self, staged: Staged, faulty: int, example: Callable[[], RowFaults]) -> None:
        """Refuse a file of which too many rows would be quarantined, with those that could not be read."""
        self.rules.check_share(
            str(staged.path),
            len(staged.unreadable) + staged.broken + faulty,
            staged.received,
            lambda: first_fault(self.connection, staged, example()),
        )

    def _check_month(self, submission: Submission, contract: Contract, marks: Marks) -> None:
        """Refuse a submission of which no row belongs to its month, where each of its rows should.

        An export of what is open (`not_after`) may have nothing that began in its month.
        """
        for number, check in enumerate(marks.checks):
            if check.rule_id != "row_of_another_month":
                continue
            (name,) = check.columns
            filled = marks.filled(name)
            if contract.period[name] == "within" and filled and marks.broken(number) == filled:
                raise RefusalError(
                    "no_row_of_the_month",
                    f"{submission.directory}: none of its {filled} rows has a '{name}' in {submission.period};"
                    " send it as the submission of its month",
                )

    def _check_same(self, submission: Submission, contract: Contract, staged: Sequence[Staged]) -> list[Warned]:
        """Refuse a submission of which rows differ in what each should say, or warn, as the rule has it."""
        warnings = []
        for same in contract.same_in_all_rows:
            rows = " union all ".join(f"select {quoted(same.column)} from {file.relation}" for file in staged)
            found = self.connection.execute(
                f"select {quoted(same.column)}, count(*) as row_count from ({rows})"
                f" where {quoted(same.column)} is not null group by all order by row_count desc, 1"
            ).fetchall()
            if len(found) > 1:
                rule = self.rules[same.rule]
                said = ", ".join(f"'{value}' in {rows} row{'s' if rows > 1 else ''}" for value, rows in found[:5])
                if rule.consequence == "refuse":
                    raise RefusalError(
                        same.rule, f"{submission.directory}: '{same.column}' is {said}; {rule.remedy}"
                    )
                warnings.append(Warned(same.rule, sum(rows for _, rows in found), f"'{same.column}' is {said}"))
        return warnings

    def _row_bounds(self, submission: Submission, contract: Contract) -> tuple[int, int] | None:
        """Rows to expect, from those of the month before; none where contract or lake have nothing to say."""
        if contract.volume is None:
            return None
        year, month = (int(part) for part in submission.period.split("-"))
        before = f"{year - (month == 1)}-{(month - 2) % 12 + 1:02d}"
        entries = [entry for entry in self._registered(submission) if entry["period"] == before]
        if not entries:
            return None
        rows = max(entries, key=lambda entry: int(entry["version"]))["received_rows"]
        return int(rows * contract.volume.least_share), int(rows * contract.volume.most_share) + 1

    def _registered(self, submission: Submission) -> list[Event]:
        """Register entries of the same provider and extract, without its own."""
        return [
            entry
            for key, entry in self.journal.submissions.items()
            if (entry["extract"], entry["provider"]) == (submission.extract, submission.provider)
            and key != submission.key
        ]

    def _next_version(self, submission: Submission) -> int:
        """The version after all that landed for its month: those between may hold corrections already."""
        versions = [
            int(one["version"]) for one in self._registered(submission) if one["period"] == submission.period
        ]
        return max([submission.version, *versions]) + 1

    def _compare_with_register(
        self, submission: Submission, sums: Mapping[str, str], received: int, received_at: datetime
    ) -> list[Warned]:
        warnings = []
        months = plausible_months(received_at)
        if months and not months[0] <= submission.period <= months[1]:
            message = (
                f"is for {submission.period}, and what is received then can be for {months[0]} to {months[1]}:"
                " its rows count, and no month is reported for it"
            )
            warnings.append(Warned("month_not_plausible", received, message))
        entries = self._registered(submission)
        versions = {entry["version"] for entry in entries if entry["period"] == submission.period}
        if submission.version > 1 and submission.version - 1 not in versions:
            message = f"version {submission.version - 1} was not sent"
            warnings.append(Warned("version_gap", received, message))
        if later := sorted(version for version in versions if version > submission.version):
            message = f"version {later[-1]} was sent before and still counts"
            warnings.append(Warned("version_out_of_order", received, message))
        for entry in entries:
            if received and sorted(sums_of(entry).values()) == sorted(sums.values()):
                message = f"has the content of {entry['submission_key']}"
                warnings.append(Warned("same_content", received, message))
        for warned in warnings:
            if self.rules[warned.rule_id].consequence == "refuse":
                raise RefusalError(warned.rule_id, f"{submission.directory}: {warned.message}")
        return warnings

    def _write(
        self,
        submission: Submission,
        contract: Contract,
        judged: Judged,
        received: "Received",
        control: Control,
        aside: Path,
    ) -> Event:
        """Write what will lie in the lake, and return the register entry; checks that no row was lost."""
        entry = _entry(submission, control.received_at, is_synthetic=control.is_synthetic)
        entry |= {"landed_at": datetime.now(UTC).isoformat(), "verdict": "accepted"}
        files: list[dict[str, Any]] = []
        known: dict[str, str] = {}
        for staged in judged.staged:
            faults = judged.faults[staged.path.name]
            quarantined = 0
            if faults or staged.unreadable or staged.broken:
                quarantined = write_quarantine(
                    self.connection,
                    aside / QUARANTINE / staged.target.name,
                    locate(self.connection, staged, faults),
                    submission=entry,
                    file=staged.path.name,
                )
            if faults:
                keep_the_rest(self.connection, staged, contract, faults)
            elif staged.is_as_received:
                received.keep(staged.path.name, staged.target)
                known[f"{stem(staged.path)}.parquet"] = received.sums[staged.path.name]
            accepted = count_rows(self.connection, staged.target)
            for path in (staged.target, aside / QUARANTINE / staged.target.name):
                if path.exists():
                    path.rename(path.with_name(f"{stem(staged.path)}.parquet"))
            if accepted + quarantined != staged.received:
                raise CpmError(
                    f"{staged.path}: {staged.received} rows received are not {accepted} accepted and"
                    f" {quarantined} quarantined; this is a fault of the warehouse, and nothing was landed"
                )
            files.append(
                {
                    "name": staged.path.name,
                    "rows": staged.received,
                    "accepted_rows": accepted,
                    "quarantined_rows": quarantined,
                    "sha256": received.sums[staged.path.name],
                    **in_register(staged.layout),
                }
            )
        entry["received_rows"] = sum(staged.received for staged in judged.staged)
        entry["accepted_rows"] = sum(file["accepted_rows"] for file in files)
        entry["quarantined_rows"] = sum(file["quarantined_rows"] for file in files)
        if entry["quarantined_rows"]:
            entry["verdict"] = "accepted_with_quarantine"
        entry |= {"warnings": [asdict(warned) for warned in judged.warnings], "files": files}
        if counted := self.counted.get(submission.key):
            counted.write(aside)
        entry |= {"control_sha256": received.control_sum, "lake_files": lake_files(aside, known)}
        return with_checksum(entry)

    def _publish(self, submission: Submission, entry: Event, aside: Path) -> None:
        """Write the submission into the journal, and then make it appear."""
        destination = submission.destination(self.lake)
        destination.parent.mkdir(parents=True, exist_ok=True)
        aside.chmod(FOLDER)
        sync_all(aside)
        if self.journal.submissions.get(submission.key) != entry:
            self.journal.append("landed", entry=entry)
        if destination.exists():
            destination.rename(self.scratch / f"damaged-{aside.name}")
        aside.rename(destination)
        for name in expected_files(entry):
            self.seen.note(name, (self.lake / name).lstat())
        sync(destination.parent)

    def _register_refusal(self, submission: Submission, refusal: RefusalError, received: "Received") -> None:
        """Note a refusal beside the lake, once for each content."""
        if self.dry_run:
            return
        sent = sorted(
            {**received.sums, **({CONTROL_FILE: received.control_sum} if received.control_sum else {})}.items()
        )
        content = hashlib.sha256(repr(sent).encode()).hexdigest()[:12]
        path = self.lake / REFUSED / f"{submission.key.replace('/', '.')}.{content}.json"
        if str(path.relative_to(self.lake)) in self.journal.others:
            return
        entry = _entry(submission, received.at, is_synthetic=False) | {
            "refused_at": datetime.now(UTC).isoformat(),
            "verdict": "refused",
            "rule_id": refusal.rule_id,
            "reason": str(refusal).replace(str(submission.directory), submission.key),  # no place of this machine
            "files": [{"name": name, "sha256": one} for name, one in received.sums.items()],
        }
        write_whole(path, entry_bytes(with_checksum(entry)))
        note(self.journal, self.lake, path, keep=True)


class Received:
    """The files of a submission as received, with their checksums, as far as they can be read.

    Parquet is copied into a folder, if there is one, and the copy is read instead: it may come to lie in the lake
    as it is, and nobody else can write to it after its checksum was taken.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.copies: dict[str, Path] = {}
        self.paths: list[Path] = []
        self.sums: dict[str, str] = {}
        self.control_sum: str | None = None
        self.at = datetime.now(UTC)

    def read(self, submission: Submission) -> None:
        """Read every file. Raises RefusalError where there is none."""
        paths = submission.files()
        if not paths:
            raise RefusalError(
                "no_files", f"{submission.directory}: no files here; ask {submission.provider} to send them"
            )
        for number, path in enumerate(paths):
            if self.folder and path.suffix == ".parquet":
                copy_bytes(path, self.folder / f"{number}.parquet")
                self.copies[path.name] = self.folder / f"{number}.parquet"
        self.sums = {path.name: sha256(self.copies.get(path.name, path)) for path in paths}
        self.paths = paths
        control = submission.directory / CONTROL_FILE
        self.control_sum = sha256(control) if control.exists() else None

    def keep(self, name: str, target: Path) -> None:
        """Let the copy of a file take the place of a link to it; without copies, the link stays."""
        if name in self.copies:
            self.copies[name].replace(target)

    def close(self) -> None:
        """Remove the copies that were not kept."""
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def control(self, submission: Submission) -> Control:
        """Read the control file and hold the files against it; without one, all was received now, and is real."""
        path = submission.directory / CONTROL_FILE
        if self.control_sum is None:
            return Control(self.at, is_synthetic=False)
        control = read_control(path, submission.period, datetime.now(UTC))
        self.at = control.received_at
        if control.names is not None and sorted(control.names) != sorted(self.sums):
            raise RefusalError(
                "control_files_differ",
                f"{path}: lists {sorted(control.names)}, but the files are {sorted(self.sums)}; send what is"
                " missing or list it",
            )
        for name, found in self.sums.items():
            if control.checksums.get(name, found) != found:
                raise RefusalError(
                    "checksum_differs",
                    f"{submission.directory / name}: SHA-256 is {found}, the control file says"
                    f" {control.checksums[name]}; the file was damaged or changed, send it again",
                )
        return control


def _refused(submission: Submission, refusal: RefusalError) -> Outcome:
    return Outcome(submission, "refused", rule_id=refusal.rule_id, reason=str(refusal))


def _stopped(submission: Submission, error: Exception) -> CpmError:
    what = "there is no room or no leave to write" if no_room(error) else "could not be judged"
    return CpmError(f"{submission.directory}: {what} ({str(error).splitlines()[0]}); nothing of it landed")


def _check_known(submission: Submission, entry: Event, received: Received, following: int) -> None:
    """Check that what landed as this version is what lies there now, and is said to be."""
    if sums_of(entry) != received.sums:
        raise RefusalError(
            "version_changed",
            f"{submission.directory}: differs from what was landed as {submission.key};"
            f" a version never changes: send the correction as v{following}",
        )
    if "control_sha256" in entry and entry["control_sha256"] == received.control_sum:
        return
    path = submission.directory / CONTROL_FILE
    if received.control_sum is None:
        if not entry.get("control_sha256") and not entry["is_synthetic"]:
            return
        raise RefusalError(
            "control_changed", f"{path}: is missing, but {submission.key} landed with it; put it back"
        )
    control = received.control(submission)
    now = _entry(submission, control.received_at, is_synthetic=control.is_synthetic)
    for name in ("received_at", "is_synthetic"):
        if now[name] != entry[name]:
            raise RefusalError(
                "control_changed",
                f"{path}: sets {name} to {now[name]}, but {submission.key} landed with {entry[name]}; put this"
                f" value back, or send a correction as v{following}",
            )


def _as_before(submission: Submission, entry: Event, before: Event, following: int) -> Event:
    """Return the register entry of what was landed anew: the one before, but for the lake's files."""
    if any(entry[name] != before[name] for name in ("received_rows", "accepted_rows", "quarantined_rows")):
        raise RefusalError(
            "version_changed",
            f"{submission.directory}: {before['accepted_rows']} rows of {submission.key} were accepted when"
            f" it landed, and {entry['accepted_rows']} would be accepted now, as contract or rules changed;"
            f" restore the lake from a backup, or send the files as v{following}",
        )
    return with_checksum(before | {"lake_files": entry["lake_files"]})


def _entry(submission: Submission, received_at: datetime, *, is_synthetic: bool) -> Event:
    return {
        "submission_key": submission.key,
        "extract": submission.extract,
        "provider": submission.provider,
        "period": submission.period,
        "version": submission.version,
        "received_at": received_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "is_synthetic": is_synthetic,
    }


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
