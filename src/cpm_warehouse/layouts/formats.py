"""Forms of instants and dates in text: what a format of a layout reads, and what it does not."""

import json
import re
from collections.abc import Mapping, Sequence

# Words that stand for a form of their own.
WORDS = {
    "iso": True,
    "excel_serial": True,
    "epoch_seconds": False,
    "epoch_milliseconds": False,
}  # read a date too?
OFFSET = r"(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)"
# What each directive of DuckDB's strptime is taken for here. DuckDB takes more: a year 21 for %Y, say. %Z is none
# of them: DuckDB takes BST for the time of Bangladesh.
DIRECTIVES = {
    "d": r"\d{1,2}",
    "m": r"\d{1,2}",
    "b": r"[A-Za-z]{3}",
    "B": r"[A-Za-z]{3,9}",
    "Y": r"(19|20)\d\d",
    "y": r"\d\d",
    "H": r"\d{1,2}",
    "I": r"\d{1,2}",
    "p": r"[AaPp][Mm]",
    "M": r"\d\d",
    "S": r"\d\d",
    "f": r"\d{1,9}",
    "z": OFFSET,
    "a": r"[A-Za-z]{3}",
    "A": r"[A-Za-z]{6,9}",
    "%": "%",
}
DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)
# What a format has to tell: any one of each.
NEEDED = {"a day": "d", "a month": "mbB", "a year": "Yy"}
NEEDED_TIME = {"an hour": "HI", "minutes": "M"}


def pattern(form: str) -> str:
    """Return the regular expression, for all of a text, of what a strptime format reads."""
    parts = DIRECTIVE.split(form)
    return "".join(DIRECTIVES[part] if place % 2 else re.escape(part) for place, part in enumerate(parts))


def has_offset(form: str) -> bool:
    """Whether all that a format reads tells by itself which instant it is."""
    return form.startswith("epoch_") or "z" in DIRECTIVE.findall(form)


def check_formats(formats: Sequence[str], *, with_time: bool) -> None:
    """Raise ValueError where a format is none, or where a text could be read by two of them, as different days."""
    for form in formats:
        if form in WORDS:
            if not with_time and not WORDS[form]:
                raise ValueError(f"formats: '{form}' is one of instants; write one of dates")
            continue
        letters = DIRECTIVE.findall(form)
        if not letters:
            raise ValueError(f"formats: '{form}' is none; write {', '.join(WORDS)}, or one like %d/%m/%Y")
        if unknown := [letter for letter in letters if letter not in DIRECTIVES]:
            raise ValueError(
                f"formats: '{form}' has %{unknown[0]}, which is not read here; write with"
                f" {' '.join('%' + letter for letter in DIRECTIVES)}"
            )
        twice = {letter for letter in letters if letters.count(letter) > 1} - {"%"}
        if twice:
            raise ValueError(f"formats: '{form}' has %{min(twice)} twice; write it once")
        for what, any_of in (NEEDED | NEEDED_TIME if with_time else NEEDED).items():
            if not set(any_of) & set(letters):
                raise ValueError(f"formats: '{form}' has not {what}; write it, as %{any_of[0]}")
        if ("I" in letters) != ("p" in letters):
            raise ValueError(f"formats: '{form}' has one of %I and %p; write both, or %H")
    shapes: dict[str, str] = {}
    for form in formats:
        for shape in _shapes(form):
            other = shapes.setdefault(shape, form)
            if other != form and _order(other) != _order(form):
                raise ValueError(
                    f"formats: '{other}' and '{form}' read the same texts as different days; write the one that"
                    " the file is in"
                )


def check_words(words: Mapping[str, str]) -> None:
    """Raise ValueError where what is to stand for another is no word: a digit replaced would be another day."""
    for word in words:
        if not word.isalpha():
            raise ValueError(
                f"words: has {json.dumps(word, ensure_ascii=False)}, which is no word; write letters only"
            )


def _order(form: str) -> list[str]:
    """In which order a format has day, month and year."""
    letters = "Ymd" if form == "iso" else "".join(DIRECTIVE.findall(form))
    return [letter.lower() for letter in letters if letter in "dmYy"]


def _shapes(form: str) -> list[str]:
    """Say what texts of a format look like when one does not know which number is which."""
    if form == "iso":
        return [f"n-n-n{rest}" for rest in ("", " n:n", " n:n:n", " n:n:n.n", "Tn:n", "Tn:n:n", "Tn:n:n.n")]
    if form in WORDS:
        return ["n", "n.n"]
    parts = DIRECTIVE.split(form)
    numbers = {letter for letter, taken in DIRECTIVES.items() if r"\d" in taken and letter != "z"}
    return ["".join(("n" if part in numbers else f"%{part}") if n % 2 else part for n, part in enumerate(parts))]
