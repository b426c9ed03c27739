"""Takes off a text what a tool put around it, in SQL: guards, padding, words for nothing, signs within numbers."""

from collections.abc import Collection, Mapping

from cpm_warehouse.duck import literal
from cpm_warehouse.layouts.layout import Numbers

BLANKS = " \t\u00a0"
# Blanks that part thousands: the one that does not break, and its narrow form.
THIN_BLANKS = " \u00a0\u202f"


def as_written(value: str | int | bool | None) -> str:
    """SQL of a value of a layout, as a contract has it in text."""
    if value is None:
        return "null"
    return literal(str(value).lower() if isinstance(value, bool) else str(value))


def unguarded(text: str) -> str:
    """A text without what keeps Excel from changing it: ="INC1" or 'INC1."""
    return (
        f"case when starts_with({text}, '=\"') and ends_with({text}, '\"') and len({text}) > 2"
        f" then substr({text}, 3, len({text}) - 3)"
        f" when starts_with({text}, '''') then substr({text}, 2) else {text} end"
    )


def trimmed(text: str) -> str:
    """A text without blanks at its ends."""
    # Few texts have any, and to look for them costs less than half of trimming.
    padded = " or ".join(
        f"{side}({text}, {literal(blank)})" for blank in BLANKS for side in ("starts_with", "ends_with")
    )
    return f"case when {padded} then trim({text}, {literal(BLANKS)}) else {text} end"


def without_words(text: str, words: Collection[str]) -> str:
    """A text, null where it is empty or, in any case, one of the words."""
    listed = sorted({"", *(word.lower() for word in words)})
    longest = max(map(len, listed))
    return (
        f"case when len({text}) <= {longest} and lower({text}) in ({', '.join(map(literal, listed))}) then null"
        f" else {text} end"
    )


def replaced(text: str, values: Mapping[str, str | int | bool | None]) -> str:
    """A text, or what stands for it."""
    branches = [f"when {literal(found)} then {as_written(value)}" for found, value in values.items()]
    return f"case {text} {' '.join(branches)} else {text} end"


def whole_number(text: str, numbers: Numbers) -> str:
    """A whole number without its thousands signs and without a fraction of zeros; another text as it is."""
    fraction = rf"[{numbers.decimal}]0*"
    sign = f"[{THIN_BLANKS if numbers.thousands == ' ' else numbers.thousands}]"
    parted = rf"|\d{{1,3}}({sign}\d{{3}})+" if numbers.thousands else ""
    form = literal(rf"-?(\d+{parted})({fraction})?")
    taken_off = literal(f"{fraction}$" + (f"|{sign}" if numbers.thousands else ""))
    return (
        f"case when regexp_full_match({text}, '-?[0-9]+') then {text} when regexp_full_match({text}, {form})"
        f" then regexp_replace({text}, {taken_off}, '', 'g') else {text} end"
    )


def as_text(value: str, kind: str) -> str:
    """A number or truth value of Parquet as text; one that is whole without the fraction that DuckDB prints."""
    if kind in {"double", "float"}:
        whole = f"abs({value}) < 9007199254740992 and {value} = trunc({value})"
        text = f"cast({value} as varchar)"
        return f"case when {whole} then cast(cast({value} as bigint) as varchar) else {text} end"
    return f"cast({value} as varchar)"
