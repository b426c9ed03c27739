"""Tells what a line after the data looks like in other months, and shows of it only words of lists and reports."""

import re
from collections.abc import Collection

from cpm_warehouse.receive.profiling.forms import form_of
from cpm_warehouse.receive.profiling.opened import LastLine

WORDS = {
    *(
        "all",
        "as",
        "at",
        "by",
        "count",
        "created",
        "data",
        "date",
        "end",
        "export",
        "exported",
        "extracted",
        "file",
    ),
    *("found", "from", "generated", "grand", "in", "items", "lines", "list", "no", "number", "of", "on", "page"),
    *(
        "prepared",
        "printed",
        "produced",
        "record",
        "records",
        "report",
        "results",
        "returned",
        "row",
        "rows",
        "run",
    ),
    *("selected", "affected", "subtotal", "sum", "the", "time", "to", "total", "totals"),
    *("am", "anzahl", "bericht", "datensätze", "datum", "ende", "erstellt", "gesamt", "seite", "stand", "summe"),
    *("um", "von", "zeilen"),
}
WORD = re.compile(r"[^\W\d_]+")


def last_line(line: str, names: Collection[str]) -> LastLine:
    """What a line looks like, with * for all but known words; `names` are those of the extract and its columns.

    Names of people are shown in none: of 'Prepared by Jane Doe on 1 May', 'Prepared by * on *'.
    """
    known = WORDS | {word.casefold() for name in names for word in WORD.findall(name.replace("_", " "))}
    text = line.strip()
    kept = [found for found in WORD.finditer(text) if found[0].casefold() in known]
    if not kept and any(map(str.isalnum, text)):
        return LastLine(None, form_of(text))
    parts, end = [], 0
    for found in kept:
        parts += [_starred(text[end : found.start()]), found[0]]
        end = found.end()
    return LastLine("".join([*parts, _starred(text[end:])]), form_of(text))


def _starred(text: str) -> str:
    """A text between two words that are kept: signs and blanks at its ends stay."""
    return re.sub(r"[^\W_](.*[^\W_])?", "*", text, count=1, flags=re.DOTALL)
