"""Takes off texts of a staged file what tools put around them, where a look found any that is unusual.

What is taken off changes nothing of what a text says: blanks and guards at its ends, small letters of a form of
capitals, a word for nothing in place of an identifier that may be empty. The rows are counted, and the first is
told with its text as it was received.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

from cpm_warehouse.contracts import Column, Contract
from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.receive.reading import PARQUET, Staged
from cpm_warehouse.receive.texts import in_form, is_identifier, says_nothing, tidied


@dataclass(frozen=True)
class Tidied:
    """In how many rows of a file a rule took something off; the first of them, and what that was in words."""

    rule_id: str
    rows: int
    first: int
    said: str


@dataclass(frozen=True)
class Change:
    """SQL of what becomes of a column, of whether that is to be said, by which rule, and of what it was."""

    column: str
    value: str
    is_told: str
    rule_id: str
    said: str


def tidy(
    connection: duckdb.DuckDBPyConnection,
    staged: Staged,
    contract: Contract,
    rows: str,
    *,
    texts: bool,
    forms: bool,
) -> list[Tidied]:
    """Write a staged file anew with tidy texts, or values of a form, where any changes; returns what to say of it.

    `rows` is SQL of those that may change. An empty text becomes null without a word, as it is read from a CSV.
    """
    changes = [change for column in contract.columns for change in _changes(column, texts=texts, forms=forms)]
    if not changes:
        return []
    values = {change.column: change.value for change in changes}
    differs = " or ".join(f"({value}) is distinct from {quoted(name)}" for name, value in values.items())
    rules = dict.fromkeys(change.rule_id for change in changes)
    found = connection.execute(
        f"select count(*) filter (where {differs}), {', '.join(_counts(changes, rules))} from {rows}"
    ).fetchone()
    assert found is not None
    if not found[0]:
        return []
    columns = ", ".join(f"{values.get(name, quoted(name))} as {quoted(name)}" for name in contract.names)
    aside = staged.target.with_suffix(".tidy")
    connection.execute(f"copy (select {columns} from {staged.relation}) to {literal(aside)} ({PARQUET})")
    aside.replace(staged.target)
    staged.lacks = ()
    told = zip(rules, found[1::3], found[2::3], found[3::3], strict=True)
    return [Tidied(rule_id, rows, first, said) for rule_id, rows, first, said in told if rows]


def in_two_cases(
    connection: duckdb.DuckDBPyConnection, staged: Sequence[Staged], column: str
) -> tuple[int, list[str]]:
    """Count the rows whose identifier differs from another one in capitals alone; returns a pair of those too."""
    name = quoted(column)
    rows = " union all ".join(f"select {name} from {file.relation}" for file in staged)
    found = connection.execute(
        f"""
        select coalesce(sum(row_count), 0), list(spellings order by lowered)[1]
        from (
            select lower({name}) as lowered, count(*) as row_count, list_sort(list(distinct {name})) as spellings
            from ({rows}) where {name} is not null
            group by all having len(spellings) > 1
        )
        """
    ).fetchone()
    assert found is not None
    return int(found[0]), found[1] or []


def _changes(column: Column, *, texts: bool, forms: bool) -> Iterator[Change]:
    name = quoted(column.name)
    if column.pattern:
        if forms:
            value = in_form(column)
            text = f"array_to_string({name}, ';')" if column.type == "varchar[]" else name
            differs = f"({value}) is distinct from {name}"
            yield Change(column.name, value, differs, "text_tidied", _was(column, text))
        return
    if column.type != "varchar" or not texts:
        return
    identifier = is_identifier(column)
    value = tidied(name, is_identifier=identifier)
    told = f"({value}) is distinct from {name} and {name} <> ''"
    if not (identifier and column.nullable):
        yield Change(column.name, value, told, "text_tidied", _was(column, name))
        return
    nothing = f"coalesce({says_nothing(value)}, false)"
    value_or_nothing = f"case when not {nothing} then {value} end"
    yield Change(column.name, value_or_nothing, f"{told} and not {nothing}", "text_tidied", _was(column, name))
    yield Change(column.name, value_or_nothing, nothing, "word_for_nothing", _was(column, name))


def _counts(changes: Sequence[Change], rules: Sequence[str] | dict[str, None]) -> Iterator[str]:
    """Yield SQL of the rows of each rule, of the first of them, and of what that was."""
    for rule in rules:
        mine = [change for change in changes if change.rule_id == rule]
        is_told = " or ".join(f"({change.is_told})" for change in mine)
        said = ", ".join(f"case when {change.is_told} then {change.said} end" for change in mine)
        yield f"count(*) filter (where {is_told})"
        yield f"min(file_row_number) filter (where {is_told})"
        yield f"arg_min(concat_ws('; ', {said}), file_row_number) filter (where {is_told})"


def _was(column: Column, text: str) -> str:
    named = literal(f"'{column.name}' is '")
    return f"{named} || left({text}, 100) || ''''"
