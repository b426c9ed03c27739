"""Great Expectations over the rows themselves, as landing never runs it: it is to find what landing counts."""

import enum
import os
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.receive.checks import Check
from cpm_warehouse.receive.counted import Counted
from cpm_warehouse.receive.validating import Findings, expectations


def find_natively(name: str, file: Path, checks: Sequence[Check], counted: Counted, scratch: Path) -> Findings:
    """Validate the rows of a file by the expectations of what was counted in it, in DuckDB."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    gx: Any = import_module("great_expectations")
    _take_duckdb()
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    listed = list(expectations(counted))
    # What no native expectation says is a column that is summed; of a key of several columns, a hash.
    added = [
        f"case when {check.condition} then 1 else 0 end as {quoted(arguments['column'])}"
        for check, (_, arguments, *_) in zip(checks, listed, strict=False)
        if check.expectation is None
    ]
    if len(counted.key) > 1:
        added.append(f"hash({', '.join(map(quoted, counted.key))}) as {quoted(', '.join(counted.key))}")
    database = scratch / f"{name}.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(
            f"create view received as select {', '.join(['*', *added])} from read_parquet({literal(file)})"
        )
    source = context.data_sources.add_or_update_sql(name, connection_string=f"duckdb:///{database}")
    rows = source.add_table_asset(name, table_name="received").add_batch_definition_whole_table("all rows")
    suite = context.suites.add(gx.ExpectationSuite(name=name))
    for kind, arguments, meta, _ in listed:
        suite.add_expectation(getattr(gx.expectations, kind)(**arguments, meta=dict(meta)))
    definition = context.validation_definitions.add(gx.ValidationDefinition(name=name, data=rows, suite=suite))
    found = definition.run(result_format={"result_format": "BASIC", "partial_unexpected_count": 0})
    source.get_execution_engine().close()
    assert [one.exception_info for one in found.results if _raised(one.exception_info)] == []
    return Findings(found.results)


def _raised(info: dict[str, Any]) -> bool:
    """Whether an expectation raised an exception, which is told in one of two shapes."""
    entries = [info, *(entry for entry in info.values() if isinstance(entry, dict))]
    return any(entry.get("raised_exception") for entry in entries)


def _take_duckdb() -> None:
    """Let Great Expectations keep a connection while it fetches, as it does for engines that need it.

    Without this it closes the connection first, which drops DuckDB's result (great_expectations issue 10738).
    """
    engine: Any = import_module("great_expectations.execution_engine.sqlalchemy_execution_engine")
    if not any(dialect.value == "duckdb" for dialect in engine._PERSISTED_CONNECTION_DIALECTS):
        duckdb_dialect = enum.Enum("DuckDBDialect", {"DUCKDB": "duckdb"}, type=str).DUCKDB  # type: ignore[attr-defined]
        engine._PERSISTED_CONNECTION_DIALECTS += (duckdb_dialect,)
