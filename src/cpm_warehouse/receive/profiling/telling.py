"""Says in lines what was seen of a file."""

from collections.abc import Iterator, Mapping, Sequence

from cpm_warehouse.contracts import Column
from cpm_warehouse.receive.profiling.seen import Open, Seen
from cpm_warehouse.receive.profiling.values import Values

MONTHS_SHOWN = 6


def tell(seen: Seen) -> Iterator[str]:
    """Yield what was seen, for people: of values that no list has the form, but for few that may be codes."""
    opened, matched = seen.opened, seen.matched
    yield f"kind      {opened.kind}" + (f", written by {opened.written_by}" if opened.written_by else "")
    if opened.encodings:
        names = " or ".join(name for name, _ in opened.encodings)
        said = {"\t": "tabulator"}.get(opened.delimiter, opened.delimiter)
        yield f"text      encoding {names}, delimiter {said}, quotation {opened.quote or 'none'}"
    yield f"read      {'all ' if opened.is_whole else 'the first '}{opened.rows:,} rows" + (
        "" if opened.is_whole else "; more follow, of which nothing is said here"
    )
    if opened.lines_before_header:
        yield f"before    {opened.lines_before_header} lines before the header"
    if opened.lines_after_data:
        shown = [one.pattern or f"of the form {one.form}" for one in opened.lines_after_data]
        yield f"after     lines with fewer values than the header: {', '.join(shown)}"
    if opened.broken:
        yield (
            f"broken    {opened.broken:,} records have not one value a column,"
            f" the first in line {opened.broken_line}"
        )
    if opened.headers_again:
        yield (
            f"broken    the header stands again {opened.headers_again:,} times, first in line"
            f" {opened.header_again}: several files in one? each is a row at fault; ask for the file without"
        )
    exact = len(matched.places) - len(matched.spelt)
    yield (
        f"columns   {exact} matched exactly, {len(matched.spelt)} in another spelling,"
        f" {len(matched.missing)} missing"
    )
    for name in sorted(matched.spelt, key=seen.contract.names.index):
        yield f"  spelt   {name}: in the file '{seen.heading(matched.places[name])}'"
    for name, places in matched.unclear.items():
        yield f"  unclear {name}: {len(places)} columns could be it"
    for name in matched.missing:
        likely = [f"'{seen.heading(place)}'" for place in seen.tried[name]][:3]
        yield f"  missing {name}" + (f": could be {' or '.join(likely)}" if likely else "")
    if matched.unmatched:
        yield f"  not in the contract: {', '.join(repr(seen.heading(place)) for place in matched.unmatched)}"
    for name, values in seen.values.items():
        yield from _column(seen.contract.column(name), values, seen.heading(matched.places[name]), certain=True)
    for place, values in seen.others.items():
        yield from _column(None, values, seen.heading(place), certain=False)
    if seen.repeated is not None:
        keys, rows = seen.repeated
        yield f"key       {', '.join(seen.contract.key)}: " + (
            f"{keys:,} repeated, in {rows:,} rows" if keys else "none repeated"
        )
    for what, kind in (("instants", "timestamp"), ("dates", "date")):
        if isinstance(asked := seen.formats(kind).formats, Open):
            yield f"{what:9} day and month cannot be told apart: {asked.why}"
    if isinstance(zone := seen.zone(), Open):
        yield f"zone      to be said: {zone.why}"
    elif zone:
        yield f"zone      {zone}: so Spark writes instants of type INT96, whatever its own zone is"


def _column(column: Column | None, values: Values, heading: str, *, certain: bool) -> Iterator[str]:
    empty = 100 * (values.rows - values.filled) / values.rows if values.rows else 0
    shown = values.examples if certain and values.examples else list(values.forms)[:3]
    yield (
        f"'{heading}': {values.filled:,} filled, {empty:.1f}% empty, {values.distinct:,} different;"
        f" {'like' if shown is values.examples else 'of the form'} {', '.join(shown) or 'nothing'}"
    )
    if values.nothing:
        yield f"    words for nothing: {_counts(values.nothing)}"
    if values.padded:
        yield f"    {values.padded:,} with blanks around them"
    if values.guarded:
        yield f"    {values.guarded:,} guarded for Excel"
    if values.formats:
        yield f"    formats, and how many of {values.filled:,} each reads: {_counts(values.formats)}"
        for form, months in values.months.items():
            yield f"    months by {form}: {_counts(months, MONTHS_SHOWN)}"
    elif column and column.type in {"timestamp", "date"} and values.filled:
        yield "    no format that is known here reads them"
    if column and column.type == "timestamp" and values.filled:
        yield f"    {values.naive:,} without an offset"
    if set(values.numbers) - {"digits"}:
        yield f"    numbers: {_counts(values.numbers)}"
    if values.codes:
        yield f"    no list has: {_counts(values.codes)}"
    elif values.unknown:
        yield f"    no list has {len(values.unknown):,} of its values"
    if values.words:
        yield f"    words in its dates: {', '.join(values.words)}"


def _counts(counts: Mapping[str, int], most: int = 10) -> str:
    said: Sequence[str] = [f"{name} ({number:,})" for name, number in list(counts.items())[:most]]
    return ", ".join(said) + (f" and {len(counts) - most} more" if len(counts) > most else "")
