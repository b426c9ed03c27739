"""What the publication itself says of a result and of what is behind it: whoever has the file can ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from cpm_warehouse.errors import CpmError
from cpm_warehouse.receive.sources import stem
from cpm_warehouse.report.explorer.behind import ROWS
from cpm_warehouse.report.questions import Value, query_of
from cpm_warehouse.report.trace.answers import Answer, Key, answer

NOTHING = 3


class NothingFoundError(CpmError):
    """The publication has no such result, Incident or row."""

    code = NOTHING


@dataclass(frozen=True)
class Row:
    """A row of a file: where it lies in the lake, and what was known of it on receipt."""

    submission_key: str
    source_file: str
    source_row: int

    @property
    def extract(self) -> str:
        """The extract of its submission."""
        return self.submission_key.split("/", 1)[0]

    @property
    def values(self) -> dict[str, Value]:
        """The row as parameters of a query."""
        return dict(vars(self))


def find_result(
    published: Path,
    measure_id: str,
    reporting_month: date,
    *,
    variant_id: str | None = None,
    scope_type: str = "national",
    scope: str = "national",
    aggregation: str | None = None,
) -> Key:
    """Return the key of a result; without a reading or an aggregation, of the one that stands for the measure.

    Raises NothingFoundError where there is none.
    """
    asked = {
        "measure_id": measure_id,
        "variant_id": variant_id,
        "reporting_month": reporting_month,
        "scope_type": scope_type,
        "scope": scope,
        "aggregation": aggregation,
    }
    (found,) = _ask(published, asked, "trace_result")
    if not found.rows:
        said = " ".join(
            f"{value:%Y-%m}" if isinstance(value, date) else value for value in asked.values() if value
        )
        raise NothingFoundError(f"{published}: no result of {said}; marts.fct_measure_results lists what there is")
    record = found.records[0]
    return Key(**{name: record[name] for name in Key.__dataclass_fields__})


def trace_result(published: Path, key: Key) -> list[Answer]:
    """Return the result and what stands behind it: outcomes, facts or cells, submissions and files.

    Incidents come with the file and row of each; of a result without events, who has some, and what is missing.
    Raises NothingFoundError where there is no such result.
    """
    facts = ROWS.get(key.measure_id)
    names = ("trace_result", "drivers", *([facts.rows] if facts else []), "figure_submissions", "figure_files")
    found = _ask(published, key.values, *names)
    if not found[0].rows:
        raise NothingFoundError(f"{published}: no result {key}; marts.fct_measure_results lists what there is")
    if not found[0].records[0]["total_count"]:
        found += _ask(published, key.values, "why_no_events", "figure_gaps")
    return found


def results_of_incident(published: Path, incident_id: str) -> Answer:
    """Return the results that an Incident is in, and as what it counts in each."""
    (found,) = _ask(published, {"incident_id": incident_id}, "results_of_incident")
    return found


def results_of_submission(published: Path, submission_key: str) -> Answer:
    """Return the results that a submission fed, whichever of its rows."""
    (found,) = _ask(published, {"submission_key": submission_key}, "results_of_submission")
    return found


def incident_of(published: Path, row: Row) -> str | None:
    """Return the Incident that stands on a row of a file, if one does."""
    (found,) = _ask(published, row.values, "incident_of_row")
    return found.rows[0][0] if found.rows else None


def find_row(published: Path, file: str, *, line: int | None, row: int | None) -> Row:
    """Return a row of a received file, by its line there or by its place in the lake's file, from 0.

    `file` is its name, or that with <provider>/<extract>/<month>/v<n>/ before it. Raises NothingFoundError where
    there is no such file, or where the line was kept aside on receipt; CpmError where several files have the name.
    """
    (files,) = _ask(published, {"file_name": file}, "files_named")
    if not files.rows:
        raise NothingFoundError(
            f"{published}: no file '{file}' was received; marts.fct_submission_files lists them"
        )
    if len(files.rows) > 1:
        those = ", ".join(f"{record['submission_key']}" for record in files.records)
        raise CpmError(
            f"{file}: {len(files.rows)} files have the name, of {those}; name it as"
            " <provider>/<extract>/<month>/v<n>/<file>"
        )
    one = files.records[0]
    if row is None:
        asked = {**one, "file_line": line}
        (found,) = _ask(published, asked, "row_of_line")
        place = found.records[0]
        if place["rule_id"]:
            raise NothingFoundError(
                f"{file}: line {line} was kept aside on receipt, and is in no result: {place['rule_id']},"
                f" {place['reason']}; {place['remedy']}"
            )
        row = place["source_row"]
    if row is None or row < 0:
        raise NothingFoundError(f"{file}: line {line} is its header, or before it")
    return Row(one["submission_key"], f"{stem(Path(one['file_name']))}.parquet", row)


def _ask(published: Path, values: Mapping[str, Value], *questions: str) -> list[Answer]:
    with duckdb.connect(str(published), read_only=True) as connection:
        return [answer(connection, name, query_of(name), values) for name in questions]
