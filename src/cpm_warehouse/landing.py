"""Takes the files of provider submissions into the Parquet lake and its register.

A submission is a directory `<provider>/<extract>/<YYYY-MM>/v<n>` with one or more files and, optionally,
`control.json`. It becomes the directory `<extract>/provider=<p>/period=<YYYY-MM>/version=<n>` of the lake: one
Parquet file per file received, rows in the same order, and `_submission.json`, its entry in the register.
The directory is made aside and renamed into place, so that rows and register entry appear together or not at all.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.checks import checks_of, month_bounds
from cpm_warehouse.contracts import Contract
from cpm_warehouse.errors import CpmError, RefusalError
from cpm_warehouse.quarantine import (
    RowFaults,
    check_counts,
    check_repeats,
    count_faulty,
    find_faulty,
    find_repeats,
    keep_the_rest,
    write_empty_quarantine,
    write_quarantine,
)
from cpm_warehouse.reading import (
    FileReader,
    Staged,
    connect,
    count_rows,
    literal,
    locate,
    quoted,
    write_empty_parquet,
)
from cpm_warehouse.rules import Rules
from cpm_warehouse.validating import MEMORY_LIMIT, Validator, start_import

REGISTER_ENTRY = "_submission.json"
CONTROL_FILE = "control.json"
QUARANTINE = "_quarantine"
REFUSED = "_refused"
# The lake's empty partition gives every extract a schema before its first submission.
EMPTY_PARTITION = ("provider=none", "period=none", "version=0")

# Told what is being done, and how many bytes are done with.
Watch = Callable[[str, int], None]


@dataclass(frozen=True)
class Submission:
    """One submission as it lies in the extracts directory."""

    directory: Path
    provider: str
    extract: str
    period: str
    version: int

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
        return [path for path in paths if path.name != CONTROL_FILE]


@dataclass(frozen=True)
class Warned:
    """A rule that was broken without consequence: in how many rows, and in words."""

    rule_id: str
    rows: int
    message: str


@dataclass(frozen=True)
class Outcome:
    """What landing did with one submission: `landed`, `known` (landed before) or `refused`."""

    submission: Submission
    status: str
    rows: int = 0
    quarantined: int = 0
    warnings: tuple[Warned, ...] = ()
    rule_id: str = ""
    reason: str = ""


def find_submissions(extracts: Path, contracts: Mapping[str, Contract]) -> list[Submission]:
    """Find every submission below a directory of extracts, in the order of their keys.

    Raises CpmError where there is no such directory, where it holds no submission, or where a directory is named
    after no known extract, provider, month or version.
    """
    if not extracts.is_dir():
        raise CpmError(f"{extracts}: no such directory; name your extracts: make build EXTRACTS=<dir>")
    found = [
        _parse(path, extracts, contracts)
        for path in extracts.glob("*/*/*/*")
        if path.is_dir() and not any(part.startswith(".") for part in path.parts[-4:])
    ]
    if not found:
        raise CpmError(
            f"{extracts}: no submissions here; expected <provider>/<extract>/<YYYY-MM>/v<n>/ with files in it"
        )
    return sorted(found, key=lambda one: (one.extract, one.provider, one.period, one.version))


def _parse(path: Path, extracts: Path, contracts: Mapping[str, Contract]) -> Submission:
    provider, extract, period, version = path.relative_to(extracts).parts
    contract = contracts.get(extract)
    if contract is None:
        raise CpmError(f"{path}: no extract is called '{extract}'; known: {', '.join(contracts)}")
    if provider not in contract.providers:
        raise CpmError(
            f"{path}: '{provider}' does not send {extract}; it comes from {', '.join(contract.providers)}"
        )
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", period):
        raise CpmError(f"{path}: '{period}' is not a month; name the directory YYYY-MM")
    if not re.fullmatch(r"v[1-9]\d*", version):
        raise CpmError(f"{path}: '{version}' is not a version; name the directory v1, v2, ...")
    return Submission(path, provider, extract, period, int(version[1:]))


def land(
    extracts: Path,
    lake: Path,
    contracts: Mapping[str, Contract],
    *,
    dry_run: bool = False,
    docs: Path | None = None,
    watch: Watch | None = None,
) -> Iterator[Outcome]:
    """Land every submission that the lake does not hold yet; yields one outcome per submission.

    A submission that is refused changes nothing but the list of refusals; the others land all the same. A dry run
    judges them and leaves the lake as it is. `docs` is a directory for Data Docs of what is new.
    Raises CpmError where the extracts directory itself is unusable or another landing is at work in the lake.
    """
    submissions = find_submissions(extracts, contracts)
    rules = Rules()
    with ExitStack() as stack:
        if not dry_run:
            _bind(lake, extracts)
            stack.enter_context(_only_one(lake))
            shutil.rmtree(lake / "_aside", ignore_errors=True)
            (lake / "_aside").mkdir()
        scratch = Path(stack.enter_context(_scratch(None if dry_run else lake / "_aside")))
        connection = stack.enter_context(connect())
        connection.execute(f"set memory_limit = {literal(MEMORY_LIMIT)}")
        if not dry_run:
            for contract in contracts.values():
                _ensure_schema(connection, lake, contract)
        landing = Landing(connection, lake, rules, scratch, dry_run=dry_run, docs=docs, watch=watch)
        for submission in submissions:
            yield landing.take(submission, contracts[submission.extract])
        landing.finish()


@contextmanager
def _scratch(folder: Path | None) -> Iterator[str]:
    with tempfile.TemporaryDirectory(dir=folder, prefix="landing-", ignore_cleanup_errors=True) as scratch:
        yield scratch


@contextmanager
def _only_one(lake: Path) -> Iterator[None]:
    """Hold the lake for this process; the system lets go of it when the process ends, however it does."""
    with (lake / "_lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CpmError(f"{lake}: another `cpm land` is at work here; try again when it is done") from error
        yield


def _bind(lake: Path, extracts: Path) -> None:
    """Keep one lake for one directory of extracts, so that sample and real rows never mix."""
    marker = lake / "_extracts"
    here = str(extracts.resolve())
    if not marker.exists():
        lake.mkdir(parents=True, exist_ok=True)
        marker.write_text(here)
    elif marker.read_text() != here:
        raise CpmError(
            f"{lake}: holds the extracts of {marker.read_text()}, not of {here}; name another with --lake"
        )


def _ensure_schema(connection: duckdb.DuckDBPyConnection, lake: Path, contract: Contract) -> None:
    """Write the empty files that give the extract its columns; anew, as the contract may have changed."""
    folder = lake.joinpath(contract.extract, *EMPTY_PARTITION)
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / "schema.parquet.new"
    write_empty_parquet(connection, contract, aside)
    aside.replace(folder / "schema.parquet")
    empty = folder / QUARANTINE / "schema.parquet"
    if not empty.exists():
        write_empty_quarantine(connection, empty.with_suffix(".new"))
        empty.with_suffix(".new").replace(empty)
    (lake / REFUSED).mkdir(exist_ok=True)
    (lake / REFUSED / "none.json").touch()


@dataclass(frozen=True)
class Control:
    """What came with the files of a submission: when they were received, and the rows that each should have."""

    received_at: datetime
    is_synthetic: bool
    rows: Mapping[str, Any]


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
        rules: Rules,
        scratch: Path,
        *,
        dry_run: bool,
        docs: Path | None,
        watch: Watch | None,
    ) -> None:
        self.connection = connection
        self.lake = lake
        self.rules = rules
        self.scratch = scratch
        self.dry_run = dry_run
        self.docs = docs
        self.watch = watch or (lambda doing, size: None)
        self.validator: Validator | None = None

    def take(self, submission: Submission, contract: Contract) -> Outcome:
        """Judge one submission and land it."""
        sums: dict[str, str] = {}
        received_at = datetime.now(UTC)
        try:
            files = submission.files()
            if not files:
                raise RefusalError(
                    "no_files", f"{submission.directory}: no files here; ask {submission.provider} to send them"
                )
            sums |= {path.name: _sha256(path) for path in files}
            if known := self._known(submission, sums):
                return known
            control = _read_control(submission, sums)
            received_at = control.received_at
            return self._land(submission, contract, files, sums, control)
        except RefusalError as refusal:
            self._register_refusal(submission, refusal, sums, received_at)
            return Outcome(submission, "refused", rule_id=refusal.rule_id, reason=str(refusal))
        except (duckdb.Error, OSError) as error:
            first = str(error).splitlines()[0]
            raise CpmError(f"{submission.directory}: could not be judged ({first}); nothing landed") from error

    def finish(self) -> None:
        """Write Data Docs, if they were asked for."""
        if self.docs and self.validator:
            self.validator.write_docs()

    def _known(self, submission: Submission, sums: Mapping[str, str]) -> Outcome | None:
        """Compare with what landed as this version: the same is known, and anything else is refused."""
        entry = submission.destination(self.lake) / REGISTER_ENTRY
        if not entry.exists():
            return None
        registered = json.loads(entry.read_text())
        if _sums(registered) == sums:
            return Outcome(
                submission, "known", rows=registered["accepted_rows"], quarantined=registered["quarantined_rows"]
            )
        raise RefusalError(
            "version_changed",
            f"{submission.directory}: differs from what was landed as {submission.key};"
            f" a version never changes: send the correction as v{submission.version + 1}",
        )

    def _land(
        self,
        submission: Submission,
        contract: Contract,
        files: list[Path],
        sums: Mapping[str, str],
        control: Control,
    ) -> Outcome:
        start_import()
        aside = Path(tempfile.mkdtemp(dir=self.scratch))
        links = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            judged = self._judge(submission, contract, files, sums, control, aside, links)
            entry = self._write(submission, judged, sums, control, aside)
            if not self.dry_run:
                self._publish(submission, aside)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
            shutil.rmtree(links, ignore_errors=True)
        return Outcome(
            submission,
            "landed",
            rows=entry["accepted_rows"],
            quarantined=entry["quarantined_rows"],
            warnings=tuple(judged.warnings),
        )

    def _judge(
        self,
        submission: Submission,
        contract: Contract,
        files: list[Path],
        sums: Mapping[str, str],
        control: Control,
        aside: Path,
        links: Path,
    ) -> Judged:
        _check_names(submission, files, sums)
        staged: list[Staged] = []
        for path in files:
            self.watch(f"reading {path.name}", 0)
            reader = FileReader(self.connection, path, contract, links, self.rules)
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
        warnings = self._compare_with_register(submission, sums, received)
        faults: dict[str, RowFaults] = {file.path.name: {} for file in staged}
        if received:
            self.watch(f"validating {submission.key}", 0)
            warnings += self._validate(submission, contract, staged, faults)
        return Judged(staged, faults, warnings)

    def _validate(
        self, submission: Submission, contract: Contract, staged: list[Staged], faults: dict[str, RowFaults]
    ) -> list[Warned]:
        """Run the checks with Great Expectations and fill in the rows at fault; returns warnings.

        Rows are looked for only where Great Expectations found any, and their number must be what it found.
        Repeated keys are looked for always, and first: meanwhile Great Expectations is imported.
        """
        checks = checks_of(contract, submission.period)
        repeats = find_repeats(self.connection, [file.target for file in staged], contract)
        self.validator = self.validator or Validator(self.scratch, self.docs)
        row_bounds = self._row_bounds(submission, contract)
        findings = self.validator.validate(
            submission.key,
            [file.target for file in staged],
            checks,
            key=contract.key,
            row_bounds=row_bounds,
        )
        self._check_month(submission, contract, staged)
        warnings, grave, counted = [], [], []
        for check, count in findings.counts:
            consequence = self.rules[check.rule_id].consequence
            if count and consequence == "refuse":
                raise RefusalError(check.rule_id, f"{submission.directory}: {count} rows fail {check.condition}")
            if count and consequence == "warn":
                warnings.append(
                    Warned(check.rule_id, count, f"{check.rule_id} in {' and '.join(check.columns)}: {count} rows")
                )
            if count and consequence == "quarantine":
                grave.append(check)
                counted.append(count)
        check_repeats(repeats, findings.keys_repeat)
        if repeats.repeated:
            warnings.append(Warned("row_repeated", repeats.repeated, f"{repeats.repeated} rows stand twice"))
        counts: Counter[int] = Counter()
        for file in staged:
            conflicts = repeats.conflicts.get(file.target, ())
            rejected = len(file.unreadable) + file.broken
            # Counted before they are fetched: a file that is all wrong may have millions.
            least = rejected + max(count_faulty(self.connection, file.target, grave), len(conflicts))
            example = ", ".join(
                sorted({check.rule_id for check in grave} | ({"key_conflict"} if conflicts else set()))
            )
            self.rules.check_share(str(file.path), least, file.received, f"rows break {example}")
            found = find_faulty(self.connection, file.target, grave, counts)
            key = ", ".join(contract.key)
            for row in conflicts:
                rule_ids, reason = found.get(row, ((), ""))
                why = f"another row of the submission has the same {key} and other content"
                found[row] = ((*rule_ids, "key_conflict"), f"{reason}; {why}" if reason else why)
            self.rules.check_share(str(file.path), rejected + len(found), file.received, f"rows break {example}")
            faults[file.path.name] = found
        check_counts(grave, counted, counts)
        if findings.volume_is_odd and row_bounds:
            rows = sum(file.rows for file in staged)
            warnings.append(
                Warned(
                    "volume_unlike_month_before",
                    rows,
                    f"{rows} rows; the month before lets expect {row_bounds[0]} to {row_bounds[1]}",
                )
            )
        return warnings

    def _check_month(self, submission: Submission, contract: Contract, staged: list[Staged]) -> None:
        """Refuse a submission of which no row belongs to its month, where each of its rows should.

        An export of what is open (`not_after`) may have nothing that began in its month.
        """
        for name, rule in contract.period:
            if rule != "within":
                continue
            first, after = month_bounds(contract.column(name), submission.period)
            files = ", ".join(literal(file.target) for file in staged)
            found = self.connection.execute(
                f"select count({quoted(name)}), count(*) filter (where {quoted(name)} >= ? and {quoted(name)} < ?)"
                f" from read_parquet([{files}], hive_partitioning = false)",
                [first, after],
            ).fetchone()
            assert found is not None
            if found[0] and not found[1]:
                raise RefusalError(
                    "no_row_of_the_month",
                    f"{submission.directory}: none of its {found[0]} rows has a '{name}' in {submission.period};"
                    " send it as the submission of its month",
                )

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
        least, most = contract.volume
        return int(rows * least), int(rows * most) + 1

    def _registered(self, submission: Submission) -> list[dict[str, Any]]:
        """Register entries of the same provider and extract."""
        folder = self.lake / submission.extract / f"provider={submission.provider}"
        return [json.loads(path.read_text()) for path in sorted(folder.glob(f"*/*/{REGISTER_ENTRY}"))]

    def _compare_with_register(
        self, submission: Submission, sums: Mapping[str, str], received: int
    ) -> list[Warned]:
        warnings = []
        entries = self._registered(submission)
        versions = {entry["version"] for entry in entries if entry["period"] == submission.period}
        if submission.version > 1 and submission.version - 1 not in versions:
            message = f"version {submission.version - 1} was not sent"
            warnings.append(Warned("version_gap", received, message))
        if later := sorted(version for version in versions if version > submission.version):
            message = f"version {later[-1]} was sent before and still counts"
            warnings.append(Warned("version_out_of_order", received, message))
        for entry in entries:
            if received and sorted(_sums(entry).values()) == sorted(sums.values()):
                message = f"has the content of {entry['submission_key']}"
                warnings.append(Warned("same_content", received, message))
        for warned in warnings:
            if self.rules[warned.rule_id].consequence == "refuse":
                raise RefusalError(warned.rule_id, f"{submission.directory}: {warned.message}")
        return warnings

    def _write(
        self,
        submission: Submission,
        judged: Judged,
        sums: Mapping[str, str],
        control: Control,
        aside: Path,
    ) -> dict[str, Any]:
        """Write quarantine and register entry beside the staged rows; checks that no row was lost."""
        entry = _entry(submission, control.received_at, is_synthetic=control.is_synthetic)
        entry |= {"landed_at": datetime.now(UTC).isoformat(), "verdict": "accepted"}
        files: list[dict[str, Any]] = []
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
            if faults or staged.target.is_symlink():
                keep_the_rest(self.connection, staged.target, faults)
            accepted = count_rows(self.connection, staged.target)
            for path in (staged.target, aside / QUARANTINE / staged.target.name):
                if path.exists():
                    path.rename(path.with_name(f"{_stem(staged.path)}.parquet"))
            if accepted + quarantined != staged.received:
                raise CpmError(
                    f"{staged.path}: received {staged.received} rows, accepted {accepted},"
                    f" quarantined {quarantined};"
                    " nothing was landed, and this is a fault of the warehouse"
                )
            files.append(
                {
                    "name": staged.path.name,
                    "rows": staged.received,
                    "accepted_rows": accepted,
                    "quarantined_rows": quarantined,
                    "sha256": sums[staged.path.name],
                }
            )
        entry["received_rows"] = sum(staged.received for staged in judged.staged)
        entry["accepted_rows"] = sum(file["accepted_rows"] for file in files)
        entry["quarantined_rows"] = sum(file["quarantined_rows"] for file in files)
        if entry["quarantined_rows"]:
            entry["verdict"] = "accepted_with_quarantine"
        entry |= {"warnings": [asdict(warned) for warned in judged.warnings], "files": files}
        (aside / REGISTER_ENTRY).write_text(json.dumps(entry, indent=2) + "\n")
        return entry

    def _publish(self, submission: Submission, aside: Path) -> None:
        destination = submission.destination(self.lake)
        destination.parent.mkdir(parents=True, exist_ok=True)
        aside.chmod(0o755)
        _sync(aside)
        aside.rename(destination)
        _sync(destination.parent)

    def _register_refusal(
        self, submission: Submission, refusal: RefusalError, sums: Mapping[str, str], received_at: datetime
    ) -> None:
        """Note a refusal beside the lake, once for each content."""
        if self.dry_run:
            return
        content = hashlib.sha256(repr(sorted(sums.items())).encode()).hexdigest()[:12]
        name = f"{submission.key.replace('/', '.')}.{content}.json"
        path = self.lake / REFUSED / name
        if path.exists():
            return
        entry = _entry(submission, received_at, is_synthetic=False) | {
            "refused_at": datetime.now(UTC).isoformat(),
            "verdict": "refused",
            "rule_id": refusal.rule_id,
            "reason": str(refusal),
            "files": [{"name": name, "sha256": sha256} for name, sha256 in sums.items()],
        }
        aside = path.with_suffix(".new")
        aside.write_text(json.dumps(entry, indent=2) + "\n")
        aside.replace(path)


def _entry(submission: Submission, received_at: datetime, *, is_synthetic: bool) -> dict[str, Any]:
    return {
        "submission_key": submission.key,
        "extract": submission.extract,
        "provider": submission.provider,
        "period": submission.period,
        "version": submission.version,
        "received_at": received_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f"),
        "is_synthetic": is_synthetic,
    }


def _sums(entry: Mapping[str, Any]) -> dict[str, str]:
    return {file["name"]: file["sha256"] for file in entry["files"]}


def _stem(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".csv").removesuffix(".parquet")


def _check_names(submission: Submission, files: list[Path], sums: Mapping[str, str]) -> None:
    stems = Counter(_stem(path).lower() for path in files)
    if clash := [stem for stem, count in stems.items() if count > 1]:
        raise RefusalError(
            "file_names_clash",
            f"{submission.directory}: several files are called '{clash[0]}' but for the ending; rename them",
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


def _read_control(submission: Submission, sums: Mapping[str, str]) -> Control:
    """Read and verify the control file; without one, the submission counts as received when it is landed."""
    path = submission.directory / CONTROL_FILE
    now = datetime.now(UTC)
    if not path.exists():
        return Control(now, is_synthetic=False, rows={})
    try:
        control: dict[str, Any] = json.loads(path.read_text(encoding="utf-8-sig"))
        received_at = datetime.fromisoformat(control["received_at"])
        names = [file["name"] for file in control["files"]]
        listed = {file["name"]: str(file["sha256"]).lower() for file in control["files"]}
        rows = {file["name"]: file["rows"] for file in control["files"]}
    except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError) as error:
        raise RefusalError(
            "control_not_readable", f"{path}: not a control file ({error}); see extracts/README.md"
        ) from error
    if received_at.tzinfo is None:
        raise RefusalError(
            "control_not_readable", f"{path}: received_at has no offset; write it like 2021-08-05T09:12:00Z"
        )
    if received_at > now + timedelta(days=1):
        raise RefusalError(
            "received_in_the_future", f"{path}: received_at is {received_at}, later than now; correct it"
        )
    if sorted(names) != sorted(sums):
        raise RefusalError(
            "control_files_differ",
            f"{path}: lists {sorted(names)}, but the files are {sorted(sums)}; send what is missing or list it",
        )
    for name, sha256 in sums.items():
        if listed[name] != sha256:
            raise RefusalError(
                "checksum_differs",
                f"{submission.directory / name}: SHA-256 is {sha256}, the control file says"
                f" {listed[name]}; the file was damaged or changed, send it again",
            )
    return Control(received_at, is_synthetic=bool(control.get("synthetic", False)), rows=rows)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Force a directory and its files to disk, so that a rename that survives a crash has its rows."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
