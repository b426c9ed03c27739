"""Writes what was seen of a file as a layout to complete, with comments that say what was seen."""

import json
from collections.abc import Iterator, Mapping, Sequence

from cpm_warehouse.contracts import Column
from cpm_warehouse.publish.withholding import without_devices
from cpm_warehouse.receive.profiling.opened import LastLine, Opened
from cpm_warehouse.receive.profiling.seen import KEPT_ALIKE, SHORT_LIST, Open, Seen
from cpm_warehouse.receive.profiling.values import Values

Said = dict[str, object]
# Of these a column has one.
WHERE = ("in_file", "constant", "empty")


def layout_text(seen: Seen, file_name: str) -> str:
    """YAML in the form of `extracts/layouts/<provider>/<extract>.yml`.

    What the file leaves open stands as `{choose: [...], why: ...}`, by which nothing lands. What was
    given by a layout stands as it was.
    """
    lines = (without_devices(line) for line in _lines(seen, file_name))
    return "".join(f"{''.join(map(_escaped, line))}\n" for line in lines)


def _lines(seen: Seen, file_name: str) -> Iterator[str]:
    opened, comments = seen.opened, Comments()
    found = merged(_of_file(seen, comments), seen.given.said)
    columns = [one for one in _columns(seen, comments) if len(one) > 1]
    ignored = [seen.heading(place) for place in seen.matched.unmatched]
    ignored = [*dict.fromkeys([*seen.given.layout.ignore, *ignored])]
    yield f"# What `cpm profile` saw in {_flow(file_name)}: {opened.kind}, {opened.rows:,} rows."
    yield "# In place of each {choose: [...], why: ...}, write the one that is right; nothing lands until then."
    yield f"provider: {seen.provider}"
    yield f"extract: {seen.contract.extract}"
    yield "layouts:"
    yield f"  - name: {_flow(found.pop('name'))}"
    for key, value in found.items():
        if key not in {"columns", "ignore"}:
            yield from (f"    # {comment}" for comment in comments.of(key))
            yield f"    {key}: {_flow(value)}"
    # Comments alone would make a key with nothing in it.
    if columns:
        yield "    columns:"
    described = {column["name"]: column for column in columns}
    for name in seen.contract.names:
        yield from (f"      # {name}: {comment}" for comment in comments.of(name))
        if name in described:
            yield f"      - {_flow(described[name])}"
    if ignored:
        yield "    # Columns that the contract has not; one that a column above names is read nevertheless."
        yield f"    ignore: {_flow(ignored)}"


class Comments:
    """What is worth a comment, by key of the layout or column of the contract."""

    def __init__(self) -> None:
        self._found: dict[str, list[str]] = {}

    def add(self, key: str, comment: str) -> None:
        """Add a comment to a key."""
        self._found.setdefault(key, []).append(comment)

    def of(self, key: str) -> Sequence[str]:
        """Comments of a key."""
        return self._found.get(key, ())


def merged(begun: Mapping[str, object], given: Mapping[str, object]) -> Said:
    """What was begun, but as it was given where that says something."""
    found = dict(begun)
    for key, value in given.items():
        mine = begun.get(key)
        found[key] = value
        if isinstance(value, Mapping) and isinstance(mine, Mapping):
            found[key] = merged(mine, value)
    return found


def _of_file(seen: Seen, comments: Comments) -> Said:
    opened = seen.opened
    found: Said = {"name": f"{seen.provider}_{seen.contract.extract}"}
    if text := _text(opened):
        found["text"] = text
    if opened.sheets:
        found["sheet"] = Open(opened.sheets, "each has as many of the columns")
    elif opened.sheet:
        found["sheet"] = opened.sheet
    if opened.lines_before_header:
        found["lines_before_header"] = opened.lines_before_header
    if opened.lines_after_data:
        found["lines_after_data"] = _after(opened.lines_after_data)
    for kind, key in KEPT_ALIKE.items():
        if said := _how_written(seen, kind, seen.formats(kind).formats):
            found[key] = said
    words = [word for word in seen.nothing if not seen.is_a_code(word)]
    if words:
        comments.add("nothing", f"Seen: {', '.join(f'{word} {seen.nothing[word]:,} times' for word in words)}.")
        found["nothing"] = sorted({word.casefold() for word in words})
    if padded := sum(values.padded for values in seen.counted.values()):
        comments.add("trim", f"Blanks stand around {padded:,} values.")
        found["trim"] = True
    if guarded := sum(values.guarded for values in seen.counted.values()):
        comments.add("guards", f"{guarded:,} values are guarded for Excel.")
        found["guards"] = True
    return found


def _text(opened: Opened) -> Said:
    text: Said = {}
    if not opened.suffix.startswith(".csv"):
        return text
    if opened.delimiter != ",":
        text["delimiter"] = opened.delimiter
    if opened.quote != '"':
        text["quote"] = opened.quote
    if opened.escape != opened.quote:
        text["escape"] = opened.escape
    if len(opened.encodings) > 1:
        gives = "; ".join(f"{name} gives {letters}" for name, letters in opened.encodings)
        first = opened.encodings[0][0]
        again = f"this file was read as {first}: if it is another one, write it and profile again with --layout"
        text["encoding"] = Open([name for name, _ in opened.encodings], f"no UTF-8; {gives}; {again}")
    elif opened.encodings[0][0] != "utf-8":
        text["encoding"] = opened.encodings[0][0]
    return text


def _after(lines: Sequence[LastLine]) -> Open:
    why = "the last lines have fewer values than the header; [] where it is a record that was cut"
    if (patterns := [line.pattern for line in lines if line.pattern]) and len(patterns) == len(lines):
        return Open([patterns, []], why)
    forms = ", ".join(line.form for line in lines)
    return Open(
        [[]],
        f"{why}; what is of the form {forms} may name people and is not shown: write what each looks like, in"
        ' brackets and quotes, with * for what differs by month, as ["Made by *"]',
    )


def _how_written(seen: Seen, kind: str, formats: Sequence[str] | Open | None) -> Said:
    """How the instants or dates of the file are written, with what the columns have in common."""
    said: Said = {}
    if formats is not None and formats != ["iso"]:
        said["formats"] = formats
    if words := seen.words(kind):
        said["words"] = words
    if kind == "timestamp" and (zone := seen.zone()):
        said["zone"] = zone
    return said


def _columns(seen: Seen, comments: Comments) -> Iterator[Said]:
    for column in seen.contract.columns:
        given = seen.given.column(column.name)
        described = _place(seen, column) if not set(WHERE) & given.keys() else {}
        if values := seen.counted.get(column.name):
            described |= _own(seen, column, values, comments)
        found = merged({"name": column.name, **described}, given)
        yield {key: found[key] for key in sorted(found, key=lambda key: key not in {"name", *WHERE})}


def _place(seen: Seen, column: Column) -> Said:
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
        why = "no column of the file looks like it; or write in_file or constant instead"
        return {"empty": Open([True], why)}
    # Of a short list, one may hold for the whole file; else what is written is for who knows it.
    known = column.known if len(column.known) <= SHORT_LIST else ()
    why = "the file has no such column, and the contract has a value in every row; or write in_file instead"
    return {"constant": Open(known, why)}


def _own(seen: Seen, column: Column, values: Values, comments: Comments) -> Said:
    """What is true of the values of one column alone."""
    said: Said = {}
    key = KEPT_ALIKE.get(column.type)
    if key and values.filled and not seen.is_read(column, values):
        formats = seen.own_formats(values).formats
        if formats is None:
            shown = ", ".join(values.forms)
            formats = Open([], f"no format that is known here reads its values, of the form {shown}")
        if formats != ["iso"]:
            said[key] = {"formats": formats}
    if numbers := _numbers(values):
        said["numbers"] = numbers
    if words := [word for word in values.nothing if seen.is_a_code(word)]:
        said["nothing"] = sorted({word.casefold() for word in words})
    if "scientific" in values.numbers:
        lost = f"{values.numbers['scientific']:,} values lost digits, as 1.2E+15; ask for them as text"
        comments.add(column.name, lost)
    stands_for = dict(seen.stands_for(column, values)) if column.name in seen.values else {}
    # A value in which a device is named is not written down, nor what it could stand for.
    if stands_for := {value: one for value, one in stands_for.items() if without_devices(value) == value}:
        said["values"] = stands_for
    others = [value for value in values.codes if value not in stands_for]
    if others and column.name in seen.values:
        shown = ", ".join(f"{value} ({values.unknown[value]:,})" for value in others[:10])
        comments.add(
            column.name,
            f"no list has {len(others)} of its values, write values: for those that stand for others: {shown}",
        )
    return said


def _numbers(values: Values) -> Said | Open:
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
    # JSON is YAML, but for signs that YAML has no place for: `layout_text` escapes them.
    return json.dumps(value, ensure_ascii=False)


def _escaped(letter: str) -> str:
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if ord(letter) <= 0xFFFF else f"\\U{ord(letter):08x}"
