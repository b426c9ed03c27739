"""Makes of a file what its contract asks for, in SQL, by the layout that says how the file looks.

Each column of the contract gets its text as a contract has it, or, where it is an instant or a date, its value.
What a text means is judged afterwards, as that of a file without a layout is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from cpm_warehouse.contracts import Column, Contract
from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.layouts.columns import Matched
from cpm_warehouse.layouts.layout import Dates, Instants, Layout, LayoutColumn
from cpm_warehouse.receive.cleaning import (
    as_text,
    as_written,
    replaced,
    trimmed,
    unguarded,
    whole_number,
    without_words,
)
from cpm_warehouse.receive.instants import date, fault_of_date, fault_of_instant, instant, local_time
from cpm_warehouse.receive.zones import to_utc

INTEGERS = {"tinyint", "smallint", "integer", "bigint", "hugeint"}
INTEGERS |= {f"u{name}" for name in INTEGERS}
FLOATS = {"double", "float"}
WITHOUT_ZONE = {"timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"}
BY_NUMBER = {"excel_serial", "epoch_seconds", "epoch_milliseconds"}


@dataclass(frozen=True)
class Value:
    """SQL of a column that the layout gives a value: null where there is none.

    `text` is what it was made of. Where that has something and the value is null, `rule` is the rule that is
    broken and `wrong` says in words, after the text, what is wrong with it.
    """

    value: str
    text: str
    rule: str
    wrong: str


@dataclass(frozen=True)
class Interpreted:
    """SQL of a relation with the columns of the contract, and the type of each; None is one that the file lacks.

    A column of `values` has its value already.
    """

    relation: str
    types: Mapping[str, str | None]
    values: Mapping[str, Value] = field(default_factory=dict)


class Interpreter:
    """A layout, applied to files of a submission for the month `period` (YYYY-MM)."""

    def __init__(self, layout: Layout, contract: Contract, period: str, *, is_workbook: bool = False) -> None:
        self.layout = layout
        self.contract = contract
        self.period = period
        # What Excel knows to be a date comes from its workbook in one form, whatever the cell looks like.
        self.more = ("iso",) if is_workbook else ()

    def interpret(self, source: str, columns: Sequence[tuple[str, str]], matched: Matched) -> Interpreted:
        """Make the contract's columns of those of `source`, which have these names and types."""
        taken: dict[str, str] = {}
        types: dict[str, str | None] = dict.fromkeys(self.contract.names)
        for column in self.contract.columns:
            described = self.layout.column(column.name)
            if described.constant is not None:
                taken[column.name], types[column.name] = as_written(described.constant), "varchar"
            elif column.name in matched.places:
                name, kind = columns[matched.places[column.name]]
                as_it_is = kind == "varchar" or not self._is_text(column, kind)
                taken[column.name] = quoted(name) if as_it_is else as_text(quoted(name), kind)
                types[column.name] = kind if as_it_is else "varchar"
        relation = f"(select {_listed(taken)} from {source})"
        for step in (self._unguard, self._trim, self._leave_out_words, self._replace, self._sign):
            relation = self._in_each_text(step, relation, types)
        return self._with_values(relation, types)

    def _is_text(self, column: Column, kind: str) -> bool:
        """Whether a column of Parquet that holds no text is taken as one, for what the layout says of it."""
        described = self.layout.column(column.name)
        if described.values or described.nothing:
            return True
        is_number = kind in INTEGERS | FLOATS or kind.startswith("decimal")
        if column.type == "varchar":
            return is_number or kind == "boolean"
        forms = {"timestamp": self._instants(column).formats, "date": self._dates(column).formats}
        return is_number and bool(BY_NUMBER & set(forms.get(column.type, ())))

    def _in_each_text(
        self, step: Callable[[Column, LayoutColumn, str], str], relation: str, types: Mapping[str, str | None]
    ) -> str:
        """Add a layer in which a step is taken with every text of the file; each computes what it does once."""
        layer = {name: quoted(name) for name, kind in types.items() if kind}
        before = dict(layer)
        for column in self.contract.columns:
            described = self.layout.column(column.name)
            if types[column.name] == "varchar" and described.is_in_file:
                layer[column.name] = step(column, described, quoted(column.name))
        return relation if layer == before else f"(select {_listed(layer)} from {relation})"

    def _unguard(self, column: Column, described: LayoutColumn, text: str) -> str:
        guarded = self.layout.guards if described.guards is None else described.guards
        return unguarded(text) if guarded else text

    def _trim(self, column: Column, described: LayoutColumn, text: str) -> str:
        padded = self.layout.trim if described.trim is None else described.trim
        return trimmed(text) if padded else text

    def _leave_out_words(self, column: Column, described: LayoutColumn, text: str) -> str:
        return without_words(text, self.layout.nothing if described.nothing is None else described.nothing)

    def _replace(self, column: Column, described: LayoutColumn, text: str) -> str:
        return replaced(text, described.values) if described.values else text

    def _sign(self, column: Column, described: LayoutColumn, text: str) -> str:
        if column.type in {"bigint", "ubigint"}:
            return whole_number(text, described.numbers or self.layout.numbers)
        return text if described.separator == ";" else f"replace({text}, {literal(described.separator)}, ';')"

    def _with_values(self, relation: str, types: Mapping[str, str | None]) -> Interpreted:
        """Add the value of each instant and date; of an instant, the local time in a layer before it."""
        local: dict[str, str] = {}
        made: dict[str, str] = {}
        values: dict[str, Value] = {}
        for place, column in enumerate(self.contract.columns):
            described, kind, text = self.layout.column(column.name), types[column.name], quoted(column.name)
            at, value = f"local {place}", f"value {place}"
            if kind is None or not described.is_in_file:
                continue
            if column.type == "date" and kind == "varchar":
                dates = self._dates(column)
                made[value] = date(text, dates)
                values[column.name] = Value(quoted(value), text, *fault_of_date(dates.formats))
            elif column.type == "timestamp" and self._is_read(column, kind):
                instants = self._instants(column)
                if kind == "varchar":
                    local[at] = local_time(text, instants)
                    made[value] = instant(text, quoted(at), instants, self.period)
                else:
                    local[at] = f"cast({text} as timestamp)"
                    made[value] = to_utc(quoted(at), instants, self.period)
                values[column.name] = Value(quoted(value), text, *fault_of_instant(text, quoted(at), instants))
        if made:
            for layer in filter(None, (local, made)):
                relation = f"(select *, {_listed(layer)} from {relation})"
        return Interpreted(relation, types, values)

    def _is_read(self, column: Column, kind: str) -> bool:
        """Whether the layout says of instants of a type what the contract does not."""
        instants = self._instants(column)
        if kind == "varchar":
            return instants.zone is not None or instants.formats != ("iso",) or bool(instants.words)
        return kind in WITHOUT_ZONE and instants.zone is not None

    def _instants(self, column: Column) -> Instants:
        found = self.layout.instants_of(column.name)
        return replace(found, formats=_with(found.formats, self.more))

    def _dates(self, column: Column) -> Dates:
        found = self.layout.dates_of(column.name)
        return replace(found, formats=_with(found.formats, self.more))


def _with(formats: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*formats, *more)))


def _listed(columns: Mapping[str, str]) -> str:
    return ", ".join(f"{sql} as {quoted(name)}" for name, sql in columns.items())
