"""What was seen of a file, and what follows from it for a layout."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from itertools import combinations

from cpm_warehouse.contracts import Column, Contract
from cpm_warehouse.layouts.columns import same_name
from cpm_warehouse.receive.profiling.given import Given
from cpm_warehouse.receive.profiling.names import Matched
from cpm_warehouse.receive.profiling.opened import Opened
from cpm_warehouse.receive.profiling.times import order
from cpm_warehouse.receive.profiling.values import Values
from cpm_warehouse.receive.profiling.words import WHY

# Of a longer list, each code cannot be offered for each value.
SHORT_LIST = 12
KEPT_ALIKE = {"timestamp": "instants", "date": "dates"}


@dataclass(frozen=True)
class Open:
    """A choice that the file leaves open: what there is to choose from, and why it cannot be told."""

    options: Sequence[object]
    why: str


@dataclass(frozen=True)
class Formats:
    """How instants or dates are written: formats, or the choice of them; None where no format reads any value."""

    formats: Sequence[str] | Open | None


@dataclass(frozen=True)
class Seen:
    """A file beside its contract; `values` are by column of the contract, `others` by place in the file.

    `tried` has what was counted of each candidate of a column, the likeliest first.
    """

    contract: Contract
    provider: str
    opened: Opened
    matched: Matched
    values: Mapping[str, Values]
    tried: Mapping[str, Mapping[int, Values]]
    others: Mapping[int, Values]
    repeated: tuple[int, int] | None
    given: Given

    def heading(self, place: int) -> str:
        """What the file calls a column."""
        return self.opened.header[place]

    @cached_property
    def counted(self) -> Mapping[str, Values]:
        """Values of the columns that were found, and of the likeliest candidate of each of the others."""
        likely = {name: next(iter(tried.values())) for name, tried in self.tried.items() if tried}
        return {**likely, **self.values}

    def of_type(self, kind: str) -> Iterator[tuple[Column, Values]]:
        """Yield columns of a type that have values."""
        for name, values in self.counted.items():
            column = self.contract.column(name)
            if column.type == kind and values.filled:
                yield column, values

    @cached_property
    def nothing(self) -> Mapping[str, int]:
        """Words for nothing in columns that were found, with how often each stands there."""
        found: dict[str, int] = {}
        for values in self.counted.values():
            for word, number in values.nothing.items():
                found[word] = found.get(word, 0) + number
        return found

    def is_a_code(self, word: str) -> bool:
        """Whether a word for nothing is a known value of another column."""
        return any(word.casefold() in map(str.casefold, column.known) for column in self.contract.columns)

    def formats(self, kind: str) -> Formats:
        """How instants (timestamp) or dates (date) of the file are written: by a layout, or if all are alike."""
        if self.given.says(KEPT_ALIKE[kind], "formats"):
            return Formats(getattr(self.given.layout, KEPT_ALIKE[kind]).formats)
        columns = [values for _, values in self.of_type(kind)]
        if not columns or (self.opened.suffix == ".parquet" and not self._texts(kind)):
            return Formats(["iso"])
        every = [
            form
            for form in columns[0].formats
            if all(values.formats.get(form) == values.filled for values in columns)
        ]
        return Formats(_decided(every, columns))

    def _texts(self, kind: str) -> bool:
        places = [
            self.matched.places[column.name] for column, _ in self.of_type(kind) if column.name in self.values
        ]
        return any(self.opened.types[place] == "varchar" for place in places) or not places

    def is_read(self, column: Column, values: Values) -> bool:
        """Whether what holds for the whole file reads every instant or date of a column."""
        formats = self.formats(column.type).formats
        if formats is None or isinstance(formats, Open) or not self.given.says(KEPT_ALIKE[column.type], "formats"):
            return formats is not None
        return sum(values.formats.get(form, 0) for form in formats) >= values.filled

    def words(self, kind: str) -> Mapping[str, str | Open]:
        """Words within instants or dates, with what each stands for, or the choice of it."""
        found: dict[str, str | Open] = {}
        for _, values in self.of_type(kind):
            for word, meant in values.words.items():
                why = WHY.get(word.upper(), "languages differ in it")
                found[word] = Open(meant, why) if len(meant) > 1 else meant[0]
        return found

    def own_formats(self, values: Values) -> Formats:
        """How the values of one column are written, where the columns of the file differ."""
        every = [form for form, number in values.formats.items() if number == values.filled]
        if every:
            return Formats(_decided(every, [values]))
        some = sorted(values.formats, key=lambda form: -values.formats[form])
        if not some:
            return Formats(None)
        reads = {form: values.formats[form] for form in some}
        counts = ", ".join(f"{form} reads {number:,}" for form, number in reads.items())
        pairs = [
            [one, other]
            for one, other in combinations(some, 2)
            if reads[one] + reads[other] == values.filled and order(one) == order(other)
        ]
        options = [*pairs, *([form] for form in some)]
        return Formats(Open(options, f"none reads all {values.filled:,} values: {counts}"))

    def zone(self) -> Open | str | None:
        """The zone of instants without an offset, or the choice of it; None where none is wanted."""
        if self.given.layout.instants.zone and self.given.says("instants", "zone"):
            return None
        columns = [values for _, values in self.of_type("timestamp")]
        naive = sum(values.naive for values in columns)
        is_agreed = self.opened.suffix == ".parquet" and self.contract.instants_without_zone == "utc"
        if not naive or is_agreed:
            return None
        if self.opened.is_utc:
            return "UTC"
        formats = self.formats("timestamp").formats
        form = formats[0] if isinstance(formats, list) and formats else None
        missing = sum(values.missing_hour.get(form, 0) for values in columns) if form else 0
        repeated = sum(values.repeated_hour.get(form, 0) for values in columns) if form else 0
        why = f"{naive:,} instants have no offset"
        if missing:
            why += f"; {missing:,} lie in the hour that London's clocks leave out in spring, so hardly London's"
        if repeated:
            why += f"; {repeated:,} lie in the hour that comes twice in London: see repeated_hour"
        why += "; or write another, such as Europe/Berlin"
        return Open(["UTC", "Europe/London"] if missing else ["Europe/London", "UTC"], why)

    def stands_for(self, column: Column, values: Values) -> Mapping[str, object]:
        """Values that are not known, and what each could stand for; those that resemble nothing are left out."""
        found: dict[str, object] = {}
        if column.type == "boolean":
            words = {"yes": True, "y": True, "1": True, "t": True, "no": False, "n": False, "0": False, "f": False}
            for value in values.codes:
                plain = Open([True, False, None], "the contract has true or false")
                found[value] = words.get(value.casefold(), plain)
            return found
        if column.type == "varchar[]" or column.identifies:
            return {}
        if len(values.codes) == values.distinct and len(column.known) <= SHORT_LIST:
            why = "no value of the column is in the list"
            return {value: Open([*column.known, value], why) for value in values.codes}
        alike = {same_name(known): known for known in column.known if not known.replace(".", "").isdigit()}
        for value in values.codes:
            # Codes of digits resemble each other and mean other things: 99.1 is not 9.1.
            cutoff = 1.0 if any(letter.isdigit() for letter in value) else 0.8
            near = [alike[one] for one in get_close_matches(same_name(value), alike, n=3, cutoff=cutoff)]
            if near:
                why = f"{values.unknown[value]:,} rows have it, and no list does"
                found[value] = Open([*near, value], why)
        return found


def _decided(every: Sequence[str], columns: Sequence[Values]) -> Sequence[str] | Open | None:
    """The one format of those that read every value; a choice where they read them as different days."""
    by_order: dict[str, str] = {}
    for form in every:
        by_order.setdefault(order(form), form)
    options = list(by_order.values())
    if len(options) <= 1:
        return options or None
    seen = []
    for form in options:
        months = sorted({month for values in columns for month in values.months[form]})
        seen.append(f"{form} gives {_months(months)}")
    return Open([[form] for form in options], f"every value fits both: {'; '.join(seen)}")


def _months(months: Sequence[str]) -> str:
    return months[0] if len(months) == 1 else f"{len(months)} months from {months[0]} to {months[-1]}"
