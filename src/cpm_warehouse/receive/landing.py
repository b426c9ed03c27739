"""Takes the files of provider submissions into the Parquet lake and its register.

A submission is a directory `<provider>/<extract>/<YYYY-MM>/v<n>` with one or more files and, optionally,
`control.json`. It becomes the directory `<extract>/provider=<p>/period=<YYYY-MM>/version=<n>` of the lake: one
Parquet file per file received, rows in the same order, and `_submission.json`, its entry in the register.
The directory is made aside, written down in the lake's journal and renamed into place, so that rows and register
entry appear together or not at all, and nothing that lies there can change unseen.
"""

import hashlib
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.contracts import Contract
from cpm_warehouse.duck import connect, literal, quoted
from cpm_warehouse.errors import CpmError, DamageError, RefusalError, no_room
from cpm_warehouse.files import sync, sync_all, write_whole
from cpm_warehouse.layouts.loading import Layouts
from cpm_warehouse.locks import hold_lake
from cpm_warehouse.private import FOLDER, make_private, private
from cpm_warehouse.publish.earlier import take_in_earlier
from cpm_warehouse.receive.ahead import Read, Reader, Warned, Watch, in_turn, jobs_wanted
from cpm_warehouse.receive.applied import (
    in_register,
    looks_otherwise,
    refusals_name,
)
from cpm_warehouse.receive.checks import UNUSUAL_TEXT, in_detail
from cpm_warehouse.receive.codes import KnownCodes, rows_of
from cpm_warehouse.receive.control import HELP, Control
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
    RowFaults,
    Staged,
    count_rows,
    first_fault,
    keep_the_rest,
    locate,
    place_of_row,
)
from cpm_warehouse.receive.received import Received
from cpm_warehouse.receive.register import write_register
from cpm_warehouse.receive.repeats import write_repeats
from cpm_warehouse.receive.rules import Rules, plausible_months
from cpm_warehouse.receive.sources import stem
from cpm_warehouse.receive.submissions import Submission, find_submissions, refused_if_unreadable
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
        reader = Reader(
            connection,
            contracts,
            lake,
            rules,
            codes,
            layouts or Layouts(),
            scratch,
            copies=not dry_run,
            watch=watch or (lambda doing, size, rows: None),
        )
        landing = Landing(reader, journal, dry_run=dry_run, docs=docs)
        # What is healed, in the order of its landing.
        in_order = sorted(
            submissions, key=lambda one: journal.submissions[one.key]["landed_at"] if one.key in damaged else ""
        )

        def read(submission: Submission) -> Read:
            before = journal.submissions.get(submission.key)
            return reader.read(submission, before, anew=submission.key in damaged)

        # Own lists first, each before the next is read: by them the codes of all others are known.
        for jobs, is_own in ((1, True), (jobs_wanted(), False)):
            group = [one for one in in_order if _is_own_list(one, contracts) == is_own]
            with closing(in_turn(group, read, jobs, reader.stop)) as reads:
                for one in reads:
                    yield landing.take(one)
        landing.finish()
        if not dry_run:
            journal.end()
            write_register(lake, journal)
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
    """One run over a directory of extracts, by submissions in their turn."""

    def __init__(self, reader: Reader, journal: Journal, *, dry_run: bool, docs: Path | None) -> None:
        # Of the submission whose turn it is.
        self.connection = reader.connection
        self.lake = reader.lake
        self.journal = journal
        self.rules = reader.rules
        self.codes = reader.codes
        self.layouts = reader.layouts
        self.contracts = reader.contracts
        self.scratch = reader.scratch
        self.dry_run = dry_run
        self.docs = docs
        self.counted: dict[str, Counted] = {}
        self.seen = Seen.read(self.lake)

    def take(self, read: Read) -> Outcome:
        """Judge what was read of one submission, and land it.

        What is healed lands anew; its register entry stays but for the lake's files.
        """
        submission, entry = read.submission, read.before
        self.connection = read.connection
        try:
            if submission.refusal:  # it has no place in the register, where a refusal could be noted
                raise submission.refusal
            if read.failed and not read.is_received:
                raise read.failed
            if entry:
                with refused_if_unreadable(submission):
                    _check_known(submission, entry, read.received, self._next_version(submission))
            if entry and not read.anew:
                return Outcome(
                    submission,
                    "known",
                    rows=entry["accepted_rows"],
                    quarantined=entry["quarantined_rows"],
                    looks_otherwise_now=looks_otherwise(self.layouts, submission, entry),
                )
            if not read.anew and submission.destination(self.lake).exists():
                reason = f"{submission.destination(self.lake)}: no landing wrote what lies there"
                return Outcome(submission, "damaged", reason=reason)
            if read.failed:
                raise read.failed
            return self._land(read, self.contracts[submission.extract])
        except RefusalError as refusal:
            if not submission.refusal and not read.anew:
                self._register_refusal(submission, refusal, read.received)
            return _refused(submission, refusal)
        except DamageError as damage:  # it lands once that is healed
            return Outcome(submission, "damaged", reason=str(damage))
        except (duckdb.Error, OSError) as error:
            raise _stopped(submission, error) from error
        finally:
            read.close()

    def finish(self) -> None:
        """Write Data Docs, if they were asked for."""
        if self.docs and self.counted:
            validator = Validator(self.docs)
            for key, counted in self.counted.items():
                validator.validate(key, counted)
            validator.write_docs()

    def _land(self, read: Read, contract: Contract) -> Outcome:
        submission, received, aside, before = read.submission, read.received, read.aside, read.before
        assert read.control
        with refusals_name(read.applied):
            judged = self._judge(read, contract, read.control)
        entry = self._write(submission, contract, judged, received, read.control, aside)
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
        return Outcome(
            submission,
            "repaired" if before else "landed",
            rows=entry["accepted_rows"],
            quarantined=entry["quarantined_rows"],
            warnings=() if before else tuple(judged.warnings),
            left_out=submission.markers(),
            first_quarantined=first,
        )

    def _judge(self, read: Read, contract: Contract, control: Control) -> Judged:
        submission, staged = read.submission, read.staged
        received = sum(file.received for file in staged)
        warnings = self._compare_with_register(submission, read.received.sums, received, control.received_at)
        if control.unknown_keys:
            message = f"{CONTROL_FILE} has {control.unknown_keys}, which mean nothing; {HELP}"
            warnings.append(Warned("control_key_unknown", received, message))
        warnings += read.warnings
        faults: dict[str, RowFaults] = {file.path.name: {} for file in staged}
        if read.marks:
            warnings += self._check(read, contract, read.marks, faults)
        return Judged(staged, faults, warnings)

    def _check(self, read: Read, contract: Contract, marks: Marks, faults: dict[str, RowFaults]) -> list[Warned]:
        """Judge by what one pass over all rows found, and fill in the rows at fault; returns warnings.

        Where a look found anything, texts are tidied, and the checks that the look stands for are run over the
        rows that it found.
        """
        checks, submission = marks.checks, read.submission
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
        warnings += self._check_marks(submission, contract, marks, faults, read.before)
        self._list_repeats(contract, marks, faults, read.aside)
        return warnings + self._in_two_cases(contract, marks.staged, found)

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

    def _in_two_cases(self, contract: Contract, staged: Sequence[Staged], found: Collection[str]) -> list[Warned]:
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
        received: Received,
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

    def _register_refusal(self, submission: Submission, refusal: RefusalError, received: Received) -> None:
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
