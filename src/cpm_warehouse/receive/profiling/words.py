"""What words within dates stand for: names of months in other languages, and of offsets."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

# Languages of countries whose tools may send files; English is what formats read.
LANGUAGES = ("de", "fr", "es", "it", "nl", "pl", "pt", "cy", "da", "sv", "nb", "fi", "cs")
ENGLISH = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"
ENGLISH_WHOLE = "January February March April May June July August September October November December"
# Of BST nobody can tell who does not know the file: DuckDB takes it for the time of Bangladesh.
OFFSETS: Mapping[str, tuple[str, ...]] = {
    "BST": ("+01:00", "+06:00"),
    "GMT": ("+00:00",),
    "UTC": ("+00:00",),
    "WET": ("+00:00",),
    "CET": ("+01:00",),
    "MEZ": ("+01:00",),
    "CEST": ("+02:00",),
    "MESZ": ("+02:00",),
}
WHY = {"BST": "British Summer Time or that of Bangladesh"}


def meanings(word: str) -> tuple[str, ...]:
    """What a word can stand for, the likeliest first; nothing where it is English or not known."""
    if word.upper() in OFFSETS:
        return OFFSETS[word.upper()]
    if word.casefold() in {*ENGLISH.casefold().split(), *ENGLISH_WHOLE.casefold().split()}:
        return ()
    return _months().get(word.casefold(), ())


@cache
def _months() -> dict[str, tuple[str, ...]]:
    """Names of months, short and whole, of every language, as English has them."""
    from babel.dates import get_month_names

    found: dict[str, tuple[str, ...]] = {}
    widths: tuple[tuple[Literal["wide", "abbreviated"], str], ...] = (
        ("wide", ENGLISH_WHOLE),
        ("abbreviated", ENGLISH),
    )
    for width, english in widths:
        for language in LANGUAGES:
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, language).items():
                    word = name.casefold().removesuffix(".")
                    meant = english.split()[number - 1]
                    known = found.get(word, ())
                    # A short name that is whole too, as Mai, stands for either.
                    if word.isalpha() and not any(one[:3] == meant[:3] for one in known):
                        found[word] = (*known, meant)
    return found
