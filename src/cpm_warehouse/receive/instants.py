"""Reads instants and dates in SQL by the formats and the zone of a layout."""

from collections.abc import Iterable, Mapping, Sequence

from cpm_warehouse.duck import literal
from cpm_warehouse.layouts.formats import DIRECTIVE, OFFSET, WORDS, has_offset, pattern
from cpm_warehouse.layouts.layout import Dates, Instants
from cpm_warehouse.receive.zones import kind_of, to_utc

DAY = r"(19|20)\d\d-\d\d-\d\d"
TIME = r"[T ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?"
MIDNIGHT = r"[T ]00:00(:00([.,]0{1,9})?)?"
# Days since 30 December 1899, and seconds or milliseconds since 1970.
SERIAL = r"\d{1,5}(\.\d{1,15})?"
EPOCHS = {"epoch_seconds": (r"\d{1,10}(\.\d{1,9})?", 1_000_000), "epoch_milliseconds": (r"\d{1,13}", 1_000)}
# What DuckDB makes of the words 'epoch' and 'infinity', whatever the format.
EPOCH = "timestamp '1900-01-01'"


def local_time(text: str, instants: Instants) -> str:
    """SQL of the local time that a text without an offset is; null where it is none."""
    forms = [form for form in instants.formats if not has_offset(form)]
    return _local(in_words(text, instants.words), forms, f"{DAY}{TIME}") if instants.zone else "null"


def instant(text: str, local: str, instants: Instants, period: str) -> str:
    """SQL of the UTC instant of a text whose local time, if it is one, is `local`; null where there is none."""
    text = in_words(text, instants.words)
    absolute = _first(_with_offset(text, form) for form in instants.formats if form == "iso" or has_offset(form))
    if not instants.zone:
        return absolute
    known = f"case when {_is_read(text, local)} then {to_utc(local, instants, period)} end"
    return f"case when {local} is not null then {known} else {absolute} end"


def date(text: str, dates: Dates) -> str:
    """SQL of the day that a text is; null where it is none."""
    text = in_words(text, dates.words)
    found = _local(text, dates.formats, f"{DAY}({MIDNIGHT})?")
    in_range = f"{found} >= {EPOCH} and {found} < timestamp '2100-01-01'"
    return f"case when {in_range} and {_is_read(text, found)} then cast({found} as date) end"


def in_words(text: str, words: Mapping[str, str]) -> str:
    """SQL of a text in which words, in any case, stand for others."""
    for word, other in words.items():
        whole = rf"(?i)(^|\PL){word}($|\PL)"
        instead = r"\1" + other.replace("\\", r"\\") + r"\2"
        text = f"regexp_replace({text}, {literal(whole)}, {literal(instead)})"
    return text


def fault_of_instant(text: str, local: str, instants: Instants) -> tuple[str, str]:
    """SQL of the rule that a text without an instant breaks, and of what is wrong with it in words."""
    if not instants.zone:
        offset = ", without an offset: write in the layout which zone such instants are of"
        bare = f"regexp_full_match({text}, {literal(DAY + TIME)})"
        said = f"case when {bare} then {literal(offset)} else {literal(_not_of(instants.formats))} end"
        return literal("value_not_readable"), said
    kind = kind_of(local, instants.zone)
    twice = f", which came twice in {instants.zone} as clocks went back: send the offset, or let the layout choose"
    never = f", which never was in {instants.zone} as clocks went forward: is the zone of the layout right?"
    rule = f"case {kind} when 'twice' then 'instant_comes_twice' when 'never' then 'instant_never_was' else"
    said = f"case {kind} when 'twice' then {literal(twice)} when 'never' then {literal(never)} else"
    return f"{rule} 'value_not_readable' end", f"{said} {literal(_not_of(instants.formats))} end"


def fault_of_date(formats: tuple[str, ...]) -> tuple[str, str]:
    """SQL of the rule that a text without a date breaks, and of what is wrong with it in words."""
    return literal("value_not_readable"), literal(_not_of(formats))


def _not_of(formats: tuple[str, ...]) -> str:
    return f", not in the form {' or '.join(formats)} that the layout has"


def _is_read(text: str, parsed: str) -> str:
    """SQL that is true but where DuckDB took a word of its own for a day: epoch or infinity."""
    return f"({parsed} <> {EPOCH} or regexp_matches({text}, '[0-9]'))"


def _first(found: Iterable[str]) -> str:
    parts = list(found)
    return f"coalesce({', '.join(parts)})" if parts[1:] else parts[0] if parts else "cast(null as timestamp)"


def _local(text: str, forms: Sequence[str], iso: str) -> str:
    """SQL of the local time that a text is by the first format whose form it has."""
    if len(forms) == 1:
        return _parsed(text, forms[0], iso)
    # DuckDB would take the year 21 for one of four digits, and never ask the next format.
    gated = (
        _parsed(text, form, iso)
        if form in WORDS
        else f"case when regexp_full_match({text}, {literal(pattern(form))}) then {_parsed(text, form, iso)} end"
        for form in forms
    )
    return _first(gated)


def _parsed(text: str, form: str, iso: str) -> str:
    """SQL of the local time that a text is by one format."""
    if form == "iso":
        return (
            f"case when regexp_full_match({text}, {literal(iso)}) then try_cast({_point(text)} as timestamp) end"
        )
    if form == "excel_serial":
        milliseconds = f"cast(round(cast({text} as double) * 86400000) as bigint)"
        day = f"timestamp '1899-12-30' + to_milliseconds({milliseconds})"
        return f"case when regexp_full_match({text}, {literal(SERIAL)}) then {day} end"
    return strptime(text, form)


def _with_offset(text: str, form: str) -> str:
    """SQL of the UTC instant that a text is by one format, which tells the offset."""
    if form == "iso":
        whole, value = f"{DAY}{TIME}{OFFSET}", f"try_cast(try_cast({_point(text)} as timestamptz) as timestamp)"
    elif form in EPOCHS:
        whole, factor = EPOCHS[form]
        value = f"make_timestamp(cast(round(cast({text} as double) * {factor}) as bigint))"
    else:
        # DuckDB knows no Z, and takes +25:00.
        whole, zoned = pattern(form), f"regexp_replace({text}, 'Z$', '+00:00')"
        value = f"cast({strptime(zoned, form)} as timestamp)"
    return f"case when regexp_full_match({text}, {literal(whole)}) then {value} end"


def _point(text: str) -> str:
    return f"replace({text}, ',', '.')"


def strptime(text: str, form: str) -> str:
    """SQL of what DuckDB reads by a format of its own."""
    read = f"try_strptime({text}, {literal(form)})"
    parts = DIRECTIVE.split(form)
    before = parts[parts.index("f", 1) - 1][-1:] if "f" in parts[1::2] else ""
    if not before:
        return read
    # DuckDB reads six digits of a second; what is beyond is cut.
    cut = f"regexp_replace({text}, {literal(f'([{before}][0-9]{{6}})[0-9]+')}, '\\1')"
    return f"coalesce({read}, try_strptime({cut}, {literal(form)}))"
