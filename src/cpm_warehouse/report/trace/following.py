"""What `cpm trace` says: the answers of the publication and, where they are to be had, of the lake."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cpm_warehouse.errors import CpmError
from cpm_warehouse.publish.finding import Found
from cpm_warehouse.report.trace import published, rows
from cpm_warehouse.report.trace.answers import Answer, Key, markdown
from cpm_warehouse.report.trace.published import NothingFoundError


@dataclass(frozen=True)
class Traced:
    """What was asked for, the tables that answer it, and what is to be known of them."""

    asked: str
    answers: list[Answer]
    notes: tuple[str, ...] = ()


def key_of(
    found: Found,
    measure: str,
    month: datetime | None,
    variant: str | None,
    region: str | None,
    provider: str | None,
    aggregation: str | None,
) -> Key:
    """Return the key of the result that options name. Raises CpmError where they contradict each other."""
    if region and provider:
        raise CpmError("a result is of a Region or of a provider; name one of --region and --provider")
    assert month is not None
    return published.find_result(
        found.path,
        measure.upper().replace(" ", "_"),
        month.date(),
        variant_id=variant,
        scope_type="region" if region else "provider" if provider else "national",
        scope=region or provider or "national",
        aggregation=aggregation,
    )


def of_result(found: Found, key: Key | str, warehouse: Path | None) -> Traced:
    """Follow a result; down to the rows of the lake where a warehouse is named."""
    key = Key.of(key) if isinstance(key, str) else key
    answers = published.trace_result(found.path, key)
    if warehouse is None:
        return Traced(str(key), answers, ("rows of the lake: --rows",))
    return Traced(str(key), [*answers, *rows.rows_behind(found, warehouse, key)])


def of_incident(found: Found, incident_id: str) -> Traced:
    """Follow an Incident to the results that it is in. Raises NothingFoundError where it is in none."""
    return _found(incident_id, published.results_of_incident(found.path, incident_id))


def of_request(found: Found, warehouse: Path, request: str) -> Traced:
    """Follow a Service Request or a request of SMKI, by its identifier, to the results that it is in."""
    extract = "service_requests" if request.count(":") == 2 else "smki_requests"
    return _found(request, rows.results_of_row(found, warehouse, extract, {"event_id": request}))


def of_file(found: Found, warehouse: Path, file: str, *, line: int | None, row: int | None) -> Traced:
    """Follow a row of a received file to the results that it is in.

    Where neither the publication nor the lake tells of the row itself, the results are those that its submission
    fed, and a note says so.
    """
    place = published.find_row(found.path, file, line=line, row=row)
    asked = f"{place.submission_key}: {place.source_file}, row {place.source_row}"
    if incident_id := published.incident_of(found.path, place):
        return _found(f"{asked}, {incident_id}", published.results_of_incident(found.path, incident_id))
    if place.extract not in rows.OF_EXTRACTS:
        why = f"rows of {place.extract} are no events: they say how events are read"
    else:
        try:
            return _found(asked, rows.results_of_row(found, warehouse, place.extract, place.values))
        except NothingFoundError:
            raise
        except CpmError as error:
            why = str(error)
    those = published.results_of_submission(found.path, place.submission_key)
    return _found(asked, those, f"not of the row alone, but all results that its submission fed: {why}")


def _found(asked: str, answer: Answer, *notes: str) -> Traced:
    if not answer.rows:
        raise NothingFoundError(f"{asked}: is in no result of this publication")
    return Traced(asked, [answer], notes)


def as_text(traced: Traced, limit: int) -> Iterator[str]:
    """Write a trace as tables in Markdown, each below its question; `limit` rows of each, 0 for all."""
    yield f"{traced.asked}\n"
    for answer in traced.answers:
        shown = answer.rows[:limit] if limit else answer.rows
        yield answer.question
        yield "\n".join(markdown(answer.columns, shown)) if shown else "none"
        if len(shown) < len(answer.rows):
            yield f"... and {len(answer.rows) - len(shown):,} more (--limit 0)"
        yield ""
    yield from traced.notes


def as_json(found: Found, traced: Traced, limit: int | None) -> str:
    """Write a trace as JSON: decimals as texts of all their digits, dates and instants as ISO 8601."""
    content = {
        "publication": found.name,
        "is_synthetic": found.is_synthetic,
        "asked": traced.asked,
        "notes": traced.notes,
        "answers": {
            answer.name: {
                "question": answer.question,
                "row_count": len(answer.rows),
                "rows": answer.records[: limit or None],
            }
            for answer in traced.answers
        },
    }
    return json.dumps(content, indent=1, default=str, ensure_ascii=False)
