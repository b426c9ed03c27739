"""SQL of texts that are not what they look like: padded, guarded, a word for nothing, a number that was shortened.

`is_odd` is the cheap look that every text gets; the others say of a text that was found so what is the matter.
"""

from collections.abc import Iterable

from cpm_warehouse.contracts import PATTERNS, Column
from cpm_warehouse.duck import literal, quoted

# Blanks of every script but the plain one, and what breaks a line.
OTHER_BLANKS = r"\t-\r\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}"
BLANK = f"[ {OTHER_BLANKS}]"
# Signs that are not shown, and the one that stands where a sign was lost. NUL has a rule of its own.
UNSEEN = (
    r"\x{1}-\x{8}\x{E}-\x{1F}\x{7F}-\x{84}\x{86}-\x{9F}\x{AD}\x{34F}\x{61C}\x{180B}-\x{180F}\x{200B}-\x{200F}"
    r"\x{202A}-\x{202E}\x{2060}-\x{206F}\x{FE00}-\x{FE0F}\x{FEFF}\x{FFF9}-\x{FFFD}"
)
# What tools write where there is nothing; the second list is of words that may mean something in another text.
WORDS = ("null", "(null)", "<null>", "[null]", r"\n", "n/a", "#n/a", "nan", "nat", "<na>", "undefined")
WORDS_OF_IDENTIFIERS = (
    *WORDS,
    *("na", "n.a.", "none", "nil", "unknown", "not known", "not available", "not applicable", "missing", "blank"),
    *("empty", "tbc", "tbd", "k.a.", "#ref!", "#value!", "#name?", "#num!", "#null!", "#div/0!"),
)
# An identifier that nothing need be asked of: of capitals, digits and signs that join them, and with a digit.
PLAIN = "[-A-Z:_/]*[0-9][-A-Z0-9:_/]*"
# 1.23E+15 as Excel, pandas and Java write it, and 1001.0 where whole numbers were held as fractions.
SHORTENED = r"[0-9]+([.,][0-9]*)?[eE]\+[0-9]+|[0-9]+[.,][0-9]*[eE][0-9]+|[0-9]+\.0+"
GUARD = f'(?s)^{BLANK}*="(.*)"{BLANK}*$'
APOSTROPHE = rf"^{BLANK}*'([\pL\pN][^']*)$"
AT_AN_END = f"^{BLANK}+|{BLANK}+$"
# A text that is empty, padded or guarded, or has a sign that is not shown.
ODD = ("", f"{BLANK}.*", f".*{BLANK}", f".*[{UNSEEN}].*", '=".*')


def is_identifier(column: Column) -> bool:
    """Whether a column says which event or party it is; devices have a form, which says more."""
    return column.identifies in {"event", "party"}


def is_odd(column: Column) -> str:
    """SQL that is true of every text of which anything below is."""
    name = quoted(column.name)
    if is_identifier(column):
        return f"not regexp_full_match({name}, {literal(PLAIN)})"
    words = () if column.allowed else (f"(?i:{'|'.join(map(_escaped, WORDS))})",)
    # Of a column of few values DuckDB asks each value once, and not each row; for regexp_matches it does not.
    return f"regexp_full_match({name}, {literal('(?s)' + '|'.join((*ODD, *words)))})"


def says_nothing(text: str) -> str:
    """SQL that is true of an identifier without letter and digit, and of a word for nothing."""
    return f"(not regexp_matches({text}, '[\\pL\\pN]') or {_is_one_of(text, WORDS_OF_IDENTIFIERS)})"


def is_word_for_nothing(text: str) -> str:
    """SQL that is true of a text that tools write where there is nothing."""
    return _is_one_of(text, WORDS)


def is_shortened(text: str) -> str:
    """SQL that is true of an identifier that was taken for a number, of which digits may be gone."""
    return f"regexp_full_match({text}, {literal(SHORTENED)})"


def has_unseen(text: str) -> str:
    """SQL that is true of an identifier with signs that are not shown, or are shown as a blank and are none."""
    return f"regexp_matches({text}, {literal(f'[{UNSEEN}{OTHER_BLANKS}]')})"


def tidied(text: str, *, is_identifier: bool) -> str:
    """SQL of a text without what tools put around it: blanks, guards against Excel; null where nothing is left."""
    unguarded = f"regexp_replace({text}, {literal(GUARD)}, '\\1')"
    if is_identifier:
        unguarded = f"regexp_replace({unguarded}, {literal(APOSTROPHE)}, '\\1')"
    return f"nullif(regexp_replace({unguarded}, {literal(AT_AN_END)}, '', 'g'), '')"


def in_form(column: Column) -> str:
    """SQL of a value, or the items of a list, in the form of a column where blanks and capitals alone differ."""
    assert column.pattern
    pattern = literal(PATTERNS[column.pattern])

    def of(text: str) -> str:
        meant = f"upper({tidied(text, is_identifier=False)})"
        return f"case when regexp_full_match({meant}, {pattern}) then {meant} else {text} end"

    name = quoted(column.name)
    return f"list_transform({name}, item -> {of('item')})" if column.type == "varchar[]" else of(name)


def _is_one_of(text: str, words: Iterable[str]) -> str:
    return f"lower({text}) in ({', '.join(map(literal, words))})"


def _escaped(word: str) -> str:
    return "".join(f"\\{sign}" if sign in r"\()[]./" else sign for sign in word)
