"""Says how everything stands: what is late, refused, quarantined, built, published and restated."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.publish.kept import Kept, seen_manifest
from cpm_warehouse.publish.lateness import late_extracts
from cpm_warehouse.publish.signing import REGISTER
from cpm_warehouse.publish.status import differences
from cpm_warehouse.receive.lakes import REFUSED

Facts = list[dict[str, Any]]

FAILED = """
    select nodes.name, results.status
    from main.build_results as results
    inner join main.build_nodes as nodes using (unique_id)
    where results.status in ('error', 'fail', 'runtime error')
    order by nodes.name
"""
LAST_COMMAND = """
    select command, json_extract_string(record, '$.recorded_at')
    from main.build_commands
    order by number desc
    limit 1
"""
RESTATED = """
    select
        measure_id, reporting_month, as_published_pct, now_pct, as_published_status, now_status, cause,
        is_acknowledged, is_latest_published as is_new
    from marts.rpt_restatements
    where now_is_default and scope_type = 'national'
    order by measure_id, reporting_month
"""


@dataclass(frozen=True)
class State:
    """How everything stands. The lists are of what wants attention; `built` and `published` are facts."""

    differs: list[str]
    late: Facts = field(default_factory=list)
    refused: Facts = field(default_factory=list)
    quarantined: Facts = field(default_factory=list)
    restated: Facts = field(default_factory=list)
    failed: Facts = field(default_factory=list)
    built: Mapping[str, Any] = field(default_factory=dict)
    published: Mapping[str, Any] = field(default_factory=dict)

    def wanting(self, kinds: Sequence[str]) -> list[str]:
        """Which of these kinds want attention; a restatement does in the publication that makes it."""
        new = [one for one in self.restated if one["is_new"]]
        return [kind for kind in kinds if (new if kind == "restated" else getattr(self, kind))]

    def lines(self, file: Path, lake: Path, kinds: Sequence[str]) -> Iterator[str]:
        """Say these kinds in lines; the first is whether what is published is up to date."""
        yield f"{file} is up to date with {lake}" if not self.differs else f"{file} is not up to date with {lake}:"
        yield from (f"  {line}" for line in self.differs)
        for kind, things in SAID.items():
            if kind in kinds and (found := getattr(self, kind)):
                first = " ".join(str(value) for value in found[0].values())
                yield f"{kind}: {len(found)} {things}; the first: {first}"

    def as_json(self) -> str:
        """Write it as JSON; dates and instants as ISO 8601, in UTC."""
        content = {**asdict(self), "wants_attention": self.wanting(KINDS)}
        return json.dumps(content, indent=1, default=str, ensure_ascii=False)


SAID = {
    "failed": "nodes of the last build did not pass",
    "late": "extracts should have come (`cpm late`)",
    "refused": "submissions, and nothing of their month landed since",
    "quarantined": "submissions that count, with rows kept aside",
    "restated": "published figures are others now (marts.rpt_restatements)",
}
KINDS = ("differs", *SAID)


def state_of(project: Path, lake: Path, published: Path, warehouse: Path, now: datetime) -> State:
    """Look at lake, warehouse and publication. Raises CpmError as `differences` does."""
    entries = [json.loads(path.read_bytes()) for path in lake.glob(REGISTER[0])]
    found = State(
        differs=differences(project, lake, published),
        refused=_refused(lake, entries),
        quarantined=_quarantined(entries),
        **_built(warehouse),
    )
    manifest = seen_manifest(published)
    if not manifest:
        return found
    late, _ = late_extracts(published, lake, now)
    return State(
        **{
            **vars(found),
            "late": [asdict(one) for one in late],
            "restated": _ask(published, RESTATED),
            "published": {
                "name": manifest["name"],
                "published_at": manifest["published_at"],
                "code_version": manifest["code_version"],
                "is_synthetic": manifest["is_synthetic"] in (True, "true"),
                "kept": [entry.name for entry in Kept(published.parent).entries()],
            },
        }
    )


def _refused(lake: Path, entries: Facts) -> Facts:
    """What was refused, and nothing of its month at that version or a later one has landed."""
    landed: dict[tuple[str, str, str], int] = {}
    for entry in entries:
        place = (entry["extract"], entry["provider"], entry["period"])
        landed[place] = max(landed.get(place, 0), int(entry["version"]))
    names = ("submission_key", "rule_id", "refused_at")
    found = []
    for path in sorted(lake.glob(REGISTER[1])):
        if not (content := path.read_bytes().strip()):  # of a lake in which nothing was refused, for dbt to read
            continue
        one = json.loads(content)
        if landed.get((one["extract"], one["provider"], one["period"]), 0) < int(one["version"]):
            found.append({**{name: one[name] for name in names}, "why_lies_in": f"{REFUSED}/{path.name}"})
    return found


def _quarantined(entries: Facts) -> Facts:
    """Submissions that count, the latest versions, with rows that were kept aside."""
    latest: dict[tuple[str, str, str], dict[str, Any]] = {}
    for entry in entries:
        place = (entry["extract"], entry["provider"], entry["period"])
        if place not in latest or int(latest[place]["version"]) < int(entry["version"]):
            latest[place] = entry
    return [
        {"submission_key": entry["submission_key"], "quarantined_rows": entry["quarantined_rows"]}
        for _, entry in sorted(latest.items())
        if entry["quarantined_rows"]
    ]


def _built(warehouse: Path) -> dict[str, Any]:
    """What the last command of dbt was, and what did not pass."""
    if not warehouse.exists():
        return {"built": {"standing": "nothing is built"}}
    try:
        last = _ask(warehouse, LAST_COMMAND, "command", "began_at")
        failed = _ask(warehouse, FAILED)
    except duckdb.CatalogException:
        return {"built": {"standing": "built by an earlier version of the project"}}
    except (duckdb.IOException, duckdb.ConnectionException):
        return {"built": {"standing": "a build is at work, or a notebook has it open"}}
    return {"built": {"standing": "failed" if failed else "passed", **last[0]}, "failed": failed}


def _ask(path: Path, sql: str, *names: str) -> Facts:
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(sql)
        columns = names or [column[0] for column in found.description or ()]
        return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
