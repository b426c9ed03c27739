"""Notices where a layout's day and month may be swapped: no value of a file tells which is which."""

import duckdb

from cpm_warehouse.contracts import Column, Contract
from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.layouts.formats import DIRECTIVE
from cpm_warehouse.receive.checks import month_bounds
from cpm_warehouse.receive.reading import Staged


def may_be_swapped(
    connection: duckdb.DuckDBPyConnection, staged: Staged, contract: Contract, period: str
) -> list[str]:
    """Names of the columns of a staged file whose days and months could all be each other.

    They are those that the layout reads by one format with both as numbers, and of which no column has a day after
    the 12th or a day that, swapped, lies where the contract has none of the submission's.
    """
    if staged.layout is None:
        return []
    columns: dict[tuple[str, ...], list[Column]] = {}
    for column in contract.columns:
        described = staged.layout.column(column.name)
        formats = {
            "timestamp": staged.layout.instants_of(column.name).formats,
            "date": staged.layout.dates_of(column.name).formats,
        }.get(column.type, ())
        if any({"d", "m"} <= set(DIRECTIVE.findall(form)) for form in formats) and described.is_in_file:
            columns.setdefault(formats, []).append(column)
    found = []
    for alike in columns.values():
        told_apart = " or ".join(f"coalesce({_tells(column, contract, period)}, false)" for column in alike)
        differs = " or ".join(f"coalesce(day({_name(one)}) <> month({_name(one)}), false)" for one in alike)
        values = connection.execute(
            f"select coalesce(bool_or({told_apart}), false), coalesce(bool_or({differs}), false)"
            f" from read_parquet({literal(staged.target)})"
        ).fetchone()
        assert values is not None
        if values[1] and not values[0]:
            found += [column.name for column in alike]
    return found


def _tells(column: Column, contract: Contract, period: str) -> str:
    """SQL that is true of a value that would be none, or none of the submission's, with day and month swapped."""
    name, rule = _name(column), contract.period.get(column.name)
    first, after = month_bounds(column, period)
    swapped = f"make_date(year({name}), day({name}), month({name}))"
    bounds = [f"{swapped} < date '{first:%Y-%m-%d}'"] if rule in {"within", "not_before"} else []
    bounds += [f"{swapped} >= date '{after:%Y-%m-%d}'"] if rule in {"within", "not_after"} else []
    outside = f"case when {' or '.join(bounds)} then true end" if bounds else "false"
    return f"case when day({name}) > 12 then true else {outside} end"


def _name(column: Column) -> str:
    return quoted(column.name)
