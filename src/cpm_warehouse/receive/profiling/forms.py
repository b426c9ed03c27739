"""Forms of values: what may be shown of one that could name a device, a party or a person."""

from cpm_warehouse.duck import literal

# Signs that are none of a device's, so that a form is never taken for one: INC123 is XXX###.
DIGIT, CAPITAL, LETTER = "#", "X", "x"
LONGEST = 60
CUT = "..."
# Capitals first: what stands for one is one itself, and none of the others.
KINDS = ((r"\p{N}", DIGIT), (r"\p{Lu}", CAPITAL), (r"[\p{Ll}\p{Lt}\p{Lm}\p{Lo}\p{M}]", LETTER))


def form_in_sql(text: str) -> str:
    """SQL of the form of a text."""
    for letters, sign in KINDS:
        text = f"regexp_replace({text}, {literal(letters)}, {literal(sign)}, 'g')"
    return f"case when len({text}) > {LONGEST} then left({text}, {LONGEST}) || {literal(CUT)} else {text} end"


def form_of(text: str) -> str:
    """The form of a text."""
    form = "".join(map(_sign, text))
    return form[:LONGEST] + CUT if len(form) > LONGEST else form


def _sign(letter: str) -> str:
    if letter.isnumeric():
        return DIGIT
    if letter.isalpha():
        return CAPITAL if letter.isupper() else LETTER
    return letter
