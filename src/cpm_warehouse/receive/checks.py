"""What every row of a submission is checked for: from its contract, and where the domain knows more.

A check has one definition in two forms, the SQL condition of the rows that fail it and, where there is one that
DuckDB runs well, the native expectation. Landing compares their counts, so that the two cannot part.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cpm_warehouse.contracts import PATTERNS, PROJECT_ROWS, Column, Contract, Dates, seed_rows
from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.receive.codes import KnownCodes
from cpm_warehouse.receive.rules import InstantBounds
from cpm_warehouse.receive.texts import (
    has_unseen,
    is_identifier,
    is_odd,
    is_shortened,
    is_word_for_nothing,
    says_nothing,
)


@dataclass(frozen=True)
class Check:
    """A rule applied to columns, which are named.

    `condition` is SQL that is true of a row at fault, `reason` SQL that says why in words; `expectation` is
    the name of a class of `great_expectations.expectations` with its arguments, where one says the same on DuckDB.
    A check with `finer` ones, or an empty list of them, is a cheap look: a row of which it is true breaks nothing,
    and where it is true of none, neither is one of them.
    """

    rule_id: str
    columns: Sequence[str]
    condition: str
    reason: str
    expectation: tuple[str, Mapping[str, Any]] | None = None
    finer: Sequence["Check"] | None = None


# Names of looks: not rules.
UNUSUAL_TEXT = "unusual_text"
UNUSUAL_INSTANT = "unusual_instant"
# Of a longer list of allowed values no native expectation is made: it compares each row with each value.
LONG_LIST = 20


def checks_of(
    contract: Contract, period: str, codes: KnownCodes | None = None, bounds: InstantBounds | None = None
) -> list[Check]:
    """Checks of the rows of a submission for the month `period` (YYYY-MM), the gravest reasons first.

    `codes` knows own lists beside those of the project; `bounds` are those of instants that can be.
    """
    codes = codes or KnownCodes({})
    looks = (_texts(contract), _instants(contract, bounds) if bounds else None)
    return [
        *_contract_checks(contract, period, codes),
        *_domain_checks(contract),
        *(look for look in looks if look and look.columns),
    ]


def in_detail(checks: Sequence[Check], found: Collection[str]) -> list[Check]:
    """Checks with the finer ones in place of the looks that found anything."""
    return [one for check in checks for one in (_broken_by(check) if check.rule_id in found else (check,))]


def rule_ids(checks: Iterable[Check]) -> dict[str, None]:
    """Names of the rules that checks are of, in their order."""
    return dict.fromkeys(one.rule_id for check in checks for one in _broken_by(check))


def _broken_by(check: Check) -> Sequence[Check]:
    return (check,) if check.finer is None else check.finer


def _contract_checks(contract: Contract, period: str, codes: KnownCodes) -> Iterator[Check]:
    for column in contract.columns:
        dates = codes.of(column)
        yield from _column_checks(column, dates)
        if outside := _outside_its_dates(column, dates, period):
            yield outside
    # No form has a NUL, so that a column with a form is not searched for one as well.
    texts = [
        column for column in contract.columns if column.type in {"varchar", "varchar[]"} and not column.pattern
    ]
    if texts:
        has_nul = " or ".join(f"contains({_as_text(column)}, chr(0))" for column in texts)
        names = [column.name for column in texts]
        yield Check("value_has_nul", names, has_nul, literal("a text contains the character NUL"))
    for name, rule in contract.period.items():
        yield _period_check(contract.column(name), rule, period)


def _column_checks(column: Column, dates: Dates) -> Iterator[Check]:
    name = quoted(column.name)
    if not column.nullable:
        yield Check(
            "value_missing",
            [column.name],
            f"{name} is null",
            literal(f"'{column.name}' is empty"),
            ("ExpectColumnValuesToNotBeNull", {"column": column.name}),
        )
    if column.pattern:
        pattern = literal(PATTERNS[column.pattern])
        condition = (
            f"len(list_filter({name}, item -> regexp_full_match(item, {pattern}) is not true)) > 0"
            if column.type == "varchar[]"
            else f"not regexp_full_match({name}, {pattern})"
        )
        yield Check(
            "value_malformed", [column.name], condition, _said(column, f", not of the form {column.pattern}")
        )
    if known := dict.fromkeys(code for code, *_ in dates) or column.known:
        yield _allowed(column, known)
    if column.minimum is not None or column.maximum is not None:
        yield _between(column, column.minimum, column.maximum)
    for bound, sign in ((column.minimum_items, "<"), (column.maximum_items, ">")):
        if bound is not None:
            reason = literal(f"the number of items of '{column.name}' is {sign} {bound}")
            yield Check("value_out_of_range", [column.name], f"len({name}) {sign} {bound}", reason)


def _allowed(column: Column, known: Iterable[str]) -> Check:
    values = [int(value) if column.type == "bigint" else value for value in known]
    rule_id = "value_not_allowed" if column.unlisted == "quarantine" else "unknown_code"
    name, listed = (
        quoted(column.name),
        ", ".join(literal(one) if isinstance(one, str) else str(one) for one in values),
    )
    reason = _said(column, ", which is not in the contract's list")
    # A function of one column looks up each value of a dictionary once, `not in` compares each row with each:
    # with 194 codes it takes a fortieth of the time, with seven a tenth.
    condition = f"not list_contains([{listed}], {name})"
    if len(values) > LONG_LIST:
        return Check(rule_id, [column.name], condition, reason)
    expectation = "ExpectColumnValuesToBeInSet", {"column": column.name, "value_set": values}
    return Check(rule_id, [column.name], condition, reason, expectation)


def _outside_its_dates(column: Column, dates: Dates, period: str) -> Check | None:
    """The values of a dated list that hold on no day of the month."""
    first, after = _month(period)
    holding = {value for value, starts, ends in dates if starts < after and first < ends}
    outside = [value for value in dict.fromkeys(code for code, *_ in dates) if value not in holding]
    if not outside:
        return None
    name, listed = quoted(column.name), ", ".join(literal(value) for value in outside)
    reason = _said(column, f", which the list has for other dates than {period}")
    return Check("code_outside_its_dates", [column.name], f"{name} in ({listed})", reason)


def _between(column: Column, least: int | None, most: int | None) -> Check:
    name = quoted(column.name)
    sides = [f"{name} < {least}"] if least is not None else []
    sides += [f"{name} > {most}"] if most is not None else []
    bounds = [f"at least {least}"] if least is not None else []
    bounds += [f"at most {most}"] if most is not None else []
    return Check(
        "value_out_of_range",
        [column.name],
        " or ".join(sides),
        _said(column, f", not {' and '.join(bounds)}"),
        ("ExpectColumnValuesToBeBetween", {"column": column.name, "min_value": least, "max_value": most}),
    )


def _month(period: str) -> tuple[date, date]:
    """First day of a month and the first one after it."""
    year, month = (int(part) for part in period.split("-"))
    return date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)


def month_bounds(column: Column, period: str) -> tuple[date, date]:
    """First moment of a month and the first one after it; an instant may lie in the month of UTC or of London."""
    if column.type == "date":
        return _month(period)
    first, after = (datetime(day.year, day.month, 1) for day in _month(period))
    london = first.replace(tzinfo=ZoneInfo("Europe/London")).astimezone(UTC).replace(tzinfo=None)
    return min(first, london), after


def _period_check(column: Column, rule: str, period: str) -> Check:
    first, after = month_bounds(column, period)
    name, kind = quoted(column.name), column.type
    sides: list[str] = []
    bounds: dict[str, Any] = {}
    if rule in {"within", "not_before"}:
        sides.append(f"{name} < cast({literal(str(first))} as {kind})")
        bounds["min_value"] = first
    if rule in {"within", "not_after"}:
        sides.append(f"{name} >= cast({literal(str(after))} as {kind})")
        bounds |= {"max_value": after, "strict_max": True}
    return Check(
        "row_of_another_month",
        [column.name],
        " or ".join(sides),
        _said(column, f", which is not in {period}" if rule == "within" else f", which cannot be for {period}"),
        ("ExpectColumnValuesToBeBetween", {"column": column.name, **bounds}),
    )


def _domain_checks(contract: Contract) -> Iterator[Check]:
    for order in contract.orders:
        later, earlier = quoted(order.later), quoted(order.earlier)
        yield Check(
            order.rule,
            [order.later, order.earlier],
            f"{later} < {earlier}",
            " || ".join(
                [literal(f"'{order.later}' is "), later, literal(f", before '{order.earlier}' "), earlier]
            ),
            (
                "ExpectColumnPairValuesAToBeGreaterThanB",
                {
                    "column_A": order.later,
                    "column_B": order.earlier,
                    "or_equal": True,
                    "ignore_row_if": "either_value_is_missing",
                },
            ),
        )
    for need in contract.needs:
        condition = f"{quoted(need.column)} is not null and {quoted(need.needs)} is null"
        reason = literal(f"'{need.column}' is filled and '{need.needs}' is empty")
        yield Check(need.rule, [need.column, need.needs], condition, reason)
    if contract.own_list_of:
        yield _differs_from_project(contract, contract.own_list_of)


def _differs_from_project(contract: Contract, seed: str) -> Check:
    """The codes of an own list that the project's list has with another meaning."""
    (code,) = contract.key
    columns = [code, *contract.meaning]
    rows = seed_rows(f"{seed}.{code}")
    codes = ", ".join(literal(row[code]) for row in rows)
    meanings = ", ".join(literal("|".join(row[name] for name in columns)) for row in rows)
    meaning = ", ".join(f"coalesce(cast({quoted(name)} as varchar), '')" for name in columns)
    condition = (
        f"{quoted(PROJECT_ROWS)} = 'kept' and list_contains([{codes}], {quoted(code)})"
        f" and not list_contains([{meanings}], concat_ws('|', {meaning}))"
    )
    reason = _said(contract.column(code), ", of which the project's list says something else: the own list counts")
    return Check("own_code_differs", [*columns, PROJECT_ROWS], condition, reason)


def _texts(contract: Contract) -> Check:
    """A look for texts that are not what they look like; forms and lists have checks of their own."""
    texts = [column for column in contract.columns if column.type == "varchar" and not column.pattern]
    finer: list[Check] = []
    for column in texts:
        name = quoted(column.name)
        if is_identifier(column):
            finer += (
                Check(rule_id, [column.name], condition, _said(column, said))
                for rule_id, condition, said in (
                    ("identifier_says_nothing", says_nothing(name), ", which names nothing"),
                    ("identifier_as_number", is_shortened(name), ", a number of which digits may be gone"),
                    ("identifier_has_unseen", has_unseen(name), ", with signs that are not shown"),
                )
            )
        elif not (column.allowed or contract.own_list_of):
            kept = ", a word for nothing, and is kept as a text"
            finer.append(Check("word_for_nothing", [column.name], is_word_for_nothing(name), _said(column, kept)))
    names = [column.name for column in texts]
    return Check(UNUSUAL_TEXT, names, _any(is_odd(column) for column in texts), "null", finer=finer)


def _instants(contract: Contract, bounds: InstantBounds) -> Check:
    """A look for instants and dates that cannot be: values that stand for none, and what had not happened yet."""
    columns = [column for column in contract.columns if column.type in {"timestamp", "date"}]
    least, last, most = (
        f"timestamp {literal(str(one))}" for one in (bounds.earliest, bounds.latest, bounds.latest_planned)
    )
    finer: list[Check] = []
    for column in columns:
        name = quoted(column.name)
        outside = f"{name} < {least} or {name} > {most}"
        wrong = ", which cannot be: it may stand for no date"
        finer.append(Check("instant_impossible", [column.name], outside, _said(column, wrong)))
        if not column.planned:
            later = f", after the file was received (by {bounds.latest} UTC)"
            condition = f"{name} > {last} and {name} <= {most}"
            finer.append(Check("instant_after_receipt", [column.name], condition, _said(column, later)))
    # By the first and the last of a row: half the comparisons of each with both bounds.
    sides = [f"least({_listed(columns)}) < {least}"]
    for until, planned in ((last, False), (most, True)):
        if of_kind := [column for column in columns if column.planned == planned]:
            sides.append(f"greatest({_listed(of_kind)}) > {until}")
    names = [column.name for column in columns]
    return Check(UNUSUAL_INSTANT, names, _any(sides), "null", finer=finer)


def _listed(columns: Iterable[Column]) -> str:
    return ", ".join(quoted(column.name) for column in columns)


def _any(conditions: Iterable[str]) -> str:
    return " or ".join(conditions)


def _said(column: Column, what: str) -> str:
    """SQL that names the column, its value, and what is wrong with it."""
    return " || ".join([literal(f"'{column.name}' is '"), f"left({_as_text(column)}, 100)", literal("'" + what)])


def _as_text(column: Column) -> str:
    name = quoted(column.name)
    if column.type == "varchar[]":
        return f"array_to_string({name}, ';')"
    return name if column.type == "varchar" else f"cast({name} as varchar)"
