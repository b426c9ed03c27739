"""Writes each contract as a page that can be sent to a provider."""

import csv
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from cpm_warehouse.contracts import SEEDS, Column, Contract, SeedColumns
from cpm_warehouse.receive.checks import checks_of, rule_ids
from cpm_warehouse.receive.reading import EXAMPLES
from cpm_warehouse.receive.rules import Rules, instant_bounds

# Which rules a contract brings does not depend on the month, nor on when its file comes.
ANY_MONTH = "2021-08"
ANY_TIME = datetime(2021, 9, 5, tzinfo=UTC)


def write_contract_pages(contracts: Mapping[str, Contract], out: Path) -> int:
    """Write `<extract>.md` for each contract; returns how many."""
    out.mkdir(parents=True, exist_ok=True)
    rules = Rules()
    for contract in contracts.values():
        (out / f"{contract.extract}.md").write_text("\n".join(_page(contract, rules)) + "\n", encoding="utf-8")
    return len(contracts)


def _page(contract: Contract, rules: Rules) -> Iterator[str]:
    yield f"# {contract.extract}\n\n{contract.description.strip()}\n"
    yield f"- Sent by: {', '.join(contract.providers)}"
    yield f"- Usual form: .{contract.format}; .csv (UTF-8, commas), .csv.gz and .parquet are all taken"
    yield f"- Key: {', '.join(contract.key)}{'' if contract.key_is_unique else ' (may repeat)'}"
    for name, rule in contract.period.items():
        where = {"within": "in", "not_after": "in or before", "not_before": "in or after"}[rule]
        yield f"- `{name}` lies {where} the month of the submission, in UTC or in London"
    if contract.volume:
        shares = f"{contract.volume.least_share:.0%} to {contract.volume.most_share:.0%}"
        yield f"- Rows to expect: {shares} of those of the month before"
    if contract.may_be_empty:
        yield "- A month without rows is sent as a file without rows"
    for provider, days in _due_days(contract):
        yield f"- Due from {provider}: {days} Working Days after the month"
    yield "\n| Column | Type | Unit | May be empty | Values | Meaning |\n|---|---|---|---|---|---|"
    for column in contract.columns:
        empty = "yes, or left out" if column.optional else "yes" if column.nullable else "no"
        unit = column.unit or ""
        yield f"| {column.name} | {column.type} | {unit} | {empty} | {_values(column)} | {column.description} |"
    kinds = {column.type for column in contract.columns}
    yield "\nIn a CSV: " + "; ".join(f"{kind} is {EXAMPLES[kind]}" for kind in EXAMPLES if kind in kinds) + "."
    yield "\n| Rule | What follows | Remedy |\n|---|---|---|"
    named = rule_ids(checks_of(contract, ANY_MONTH, bounds=instant_bounds(ANY_TIME)))
    for rule_id in ["row_not_readable", "value_not_readable", *named]:
        judged = rules[rule_id]
        yield f"| {judged.description} | {judged.consequence} | {judged.remedy} |"


def _values(column: Column) -> str:
    if isinstance(column.allowed, SeedColumns):
        return f"those of {', '.join(column.allowed.seed)}"
    parts = [", ".join(column.known)] if column.known else []
    parts += [f"form {column.pattern}"] if column.pattern else []
    parts += [f"at least {column.minimum}"] if column.minimum is not None else []
    parts += [f"at most {column.maximum}"] if column.maximum is not None else []
    if column.maximum_items is not None:
        parts.append(f"{column.minimum_items} to {column.maximum_items} items")
    return "; ".join(parts)


def _due_days(contract: Contract) -> Iterator[tuple[str, str]]:
    """Contracted Working Days of each provider: of this extract where it has its own, else of all its extracts."""
    if not contract.due_working_days:
        return
    seed, _, column = contract.due_working_days.seed.partition(".")
    (path,) = SEEDS.rglob(f"{seed}.csv")
    with path.open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["sla_kind"] == "contracted"]
    days = {(row["provider"], row["extract"]): row[column] for row in rows}
    for provider in contract.providers:
        found = days.get((provider, contract.extract), days.get((provider, "all"), ""))
        if found:
            yield provider, found
