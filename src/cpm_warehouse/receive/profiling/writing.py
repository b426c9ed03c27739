"""Writes what was seen of a file as a layout to complete, with comments that say what was seen."""

import json
from collections.abc import Iterator, Mapping, Sequence

from cpm_warehouse.contracts import Column
from cpm_warehouse.publish.withholding import without_devices
from cpm_warehouse.receive.profiling.seen import Open, Seen
from cpm_warehouse.receive.profiling.values import Values

KEPT_ALIKE = {"timestamp": "instants", "date": "dates"}


def layout_text(seen: Seen, file_name: str) -> str:
    """YAML in the form of `extracts/layouts/<provider>/<extract>.yml`.

    What the file leaves open stands as `{choose: [...], why: ...}`, by which nothing lands.
    """
    return "\n".join(without_devices(line) for line in _lines(seen, file_name)) + "\n"


def _lines(seen: Seen, file_name: str) -> Iterator[str]:
    opened = seen.opened
    named = json.dumps(file_name, ensure_ascii=False)
    yield f"# What `cpm profile` saw in {named}: {opened.kind}, {opened.rows:,} rows."
    yield "# In place of each {choose: [...], why: ...}, write the one that is right; nothing lands until then."
    yield f"provider: {seen.provider}"
    yield f"extract: {seen.contract.extract}"
    yield "layouts:"
    yield f"  - name: {seen.provider}_{seen.contract.extract}"
    yield from (f"    {line}" for line in _of_file(seen))
    columns = list(_columns(seen))
    # Comments alone would make a key with nothing in it.
    if any(line.startswith("-") for line in columns):
        yield "    columns:"
        yield from (f"      {line}" for line in columns)
    ignored = [seen.heading(place) for place in seen.matched.unmatched]
    if ignored:
        yield "    # Columns that the contract has not; one that a column above names is read nevertheless."
        yield f"    ignore: {_flow(list(dict.fromkeys(ignored)))}"


def _of_file(seen: Seen) -> Iterator[str]:
    opened = seen.opened
    text: dict[str, object] = {}
    if opened.suffix.startswith(".csv"):
        if opened.delimiter != ",":
            text["delimiter"] = opened.delimiter
        if opened.quote != '"':
            text["quote"] = opened.quote
        if opened.escape != opened.quote:
            text["escape"] = opened.escape
        if len(opened.encodings) > 1:
            letters = "; ".join(f"{name} gives {said}" for name, said in opened.encodings)
            text["encoding"] = Open([name for name, _ in opened.encodings], f"no UTF-8; {letters}")
        elif opened.encodings[0][0] != "utf-8":
            text["encoding"] = opened.encodings[0][0]
    if text:
        yield f"text: {_flow(text)}"
    if opened.sheets:
        yield f"sheet: {_flow(Open(opened.sheets, 'each has as many of the columns'))}"
    elif opened.sheet:
        yield f"sheet: {_flow(opened.sheet)}"
    if opened.lines_before_header:
        yield f"lines_before_header: {opened.lines_before_header}"
    if opened.lines_after_data:
        why = "the last lines have not one value a column; [] where it is a record that was cut"
        yield f"lines_after_data: {_flow(Open([list(opened.lines_after_data), []], why))}"
    for kind, key in KEPT_ALIKE.items():
        said = _how_written(seen, kind, seen.formats(kind).formats)
        if said:
            yield f"{key}: {_flow(said)}"
    words = [word for word in seen.nothing if not seen.is_a_code(word)]
    if words:
        yield f"# Seen: {', '.join(f'{word} {seen.nothing[word]:,} times' for word in words)}."
        yield f"nothing: {_flow(sorted({word.casefold() for word in words}))}"
    if padded := sum(values.padded for values in seen.counted.values()):
        yield f"# Blanks stand around {padded:,} values."
        yield "trim: true"
    if guarded := sum(values.guarded for values in seen.counted.values()):
        yield f"# {guarded:,} values are guarded for Excel."
        yield "guards: true"


def _how_written(seen: Seen, kind: str, formats: Sequence[str] | Open | None) -> dict[str, object]:
    said: dict[str, object] = {}
    if formats not in (None, ["iso"]):
        said["formats"] = formats
    if kind == "timestamp" and (zone := seen.zone()):
        said["zone"] = zone
    return said


def _columns(seen: Seen) -> Iterator[str]:
    for column in seen.contract.columns:
        described: dict[str, object] = {"name": column.name}
        comments: list[str] = []
        values = seen.counted.get(column.name)
        described |= _place(seen, column)
        if values:
            described |= _own(seen, column, values, comments)
        yield from (f"# {column.name}: {comment}" for comment in comments)
        if len(described) > 1:
            yield f"- {_flow(described)}"


def _place(seen: Seen, column: Column) -> dict[str, object]:
    """Where the file has a column of the contract, if not under its name."""
    matched, name = seen.matched, column.name
    if name in matched.places:
        return {}
    if name in matched.unclear:
        # Two columns of one name cannot be told apart by name.
        names = list(dict.fromkeys(seen.heading(place) for place in matched.unclear[name]))
        return {"in_file": Open([[one] for one in names], "the file has more than one column that could be it")}
    if tried := seen.tried[name]:
        otherwise = "" if not column.nullable else "; if none is it, write empty: true instead of in_file"
        options = list(dict.fromkeys(seen.heading(place) for place in tried))
        why = "looks like it" if matched.candidates[name] else "no name looks like it, but values may"
        return {"in_file": Open([[one] for one in options], why + otherwise)}
    if column.optional:
        return {}
    if column.nullable:
        return {"empty": True}
    return {"constant": Open([], "the file has no such column, and the contract has a value in every row")}


def _own(seen: Seen, column: Column, values: Values, comments: list[str]) -> dict[str, object]:
    """What is true of the values of one column alone."""
    said: dict[str, object] = {}
    key = KEPT_ALIKE.get(column.type)
    if key and values.filled and seen.formats(column.type).formats is None:
        formats = seen.own_formats(values).formats
        if formats is None:
            shown = ", ".join(values.forms)
            formats = Open([], f"no format that is known here reads its values, of the form {shown}")
        said[key] = _how_written(seen, column.type, formats)
        if not said[key]:
            del said[key]
    if numbers := _numbers(values):
        said["numbers"] = numbers
    if words := [word for word in values.nothing if seen.is_a_code(word)]:
        said["nothing"] = sorted({word.casefold() for word in words})
    if "scientific" in values.numbers:
        comments.append(f"{values.numbers['scientific']:,} values lost digits, as 1.2E+15; ask for them as text")
    stands_for = dict(seen.stands_for(column, values)) if column.name in seen.values else {}
    # A value in which a device is named is not written down, nor what it could stand for.
    if stands_for := {value: one for value, one in stands_for.items() if without_devices(value) == value}:
        said["values"] = stands_for
    others = [value for value in values.unknown if value not in stands_for]
    if others and column.name in seen.values:
        shown = ", ".join(f"{value} ({values.unknown[value]:,})" for value in others[:10])
        comments.append(
            f"no list has {len(others)} of its values, write values: for those that stand for others: {shown}"
        )
    return said


def _numbers(values: Values) -> dict[str, object] | Open:
    seen = values.numbers
    for sign, way, decimal in ((",", "groups by comma", "."), (".", "groups by point", ",")):
        if way in seen:
            options: list[object] = [{"decimal": decimal, "thousands": sign}, {"decimal": sign}]
            return Open(
                options, f"{seen[way]:,} values are like 12{sign}000, which may be thousands or a fraction"
            )
    return {"decimal": ","} if "decimal comma" in seen else {}


def _flow(value: object) -> str:
    """A value in YAML's flow form, on one line."""
    if isinstance(value, Open):
        return f"{{choose: {_flow(list(value.options))}, why: {_flow(value.why)}}}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(one) for one in value) + "]"
    if (
        isinstance(value, str)
        and value.isidentifier()
        and value.isascii()
        and value not in {"true", "false", "null"}
    ):
        return value
    # JSON is YAML; what is beyond the first plane stays as it is.
    return json.dumps(value, ensure_ascii=False)
