"""Runs checks as Great Expectations over all rows of a submission, and renders what it found as a static site."""

import enum
import hashlib
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import CpmError
from cpm_warehouse.receive.checks import Check

MEMORY_LIMIT = "2GB"


def start_import() -> None:
    """Begin to import Great Expectations, which takes seconds, while files are being read."""
    threading.Thread(target=import_module, args=("great_expectations",), daemon=True).start()


class Validator:
    """Great Expectations over a DuckDB of views, kept in a scratch directory."""

    def __init__(self, scratch: Path, docs: Path | None = None) -> None:
        os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
        self.gx: Any = import_module("great_expectations")
        _take_duckdb()
        self.docs = docs
        self.context = self.gx.get_context(mode="ephemeral")
        self.context.variables.progress_bars = {"globally": False}
        self.scratch = scratch
        if docs:
            self.context.update_data_docs_site(
                "local_site",
                {
                    "class_name": "SiteBuilder",
                    "site_index_builder": {"class_name": "DefaultSiteIndexBuilder"},
                    "store_backend": {
                        "class_name": "TupleFilesystemStoreBackend",
                        "base_directory": str(docs.resolve()),
                    },
                },
            )

    def validate(
        self,
        name: str,
        files: Sequence[Path],
        checks: Sequence[Check],
        *,
        key: Sequence[str] = (),
        row_bounds: tuple[int, int] | None = None,
    ) -> "Findings":
        """Validate every row of the files of one submission.

        Raises CpmError where Great Expectations could not run, so that nothing passes unseen.
        """
        name = name.replace("/", ".")  # names of pages, which are files
        source = self._source(name, files, checks, key)
        batches = source.add_table_asset(name, table_name="received").add_batch_definition_whole_table("all rows")
        suite = self.context.suites.add(self.gx.ExpectationSuite(name=name))
        expectations = [self._check_expectation(number, check) for number, check in enumerate(checks)]
        if key:
            expectations.append(self._key_expectation(key))
        if row_bounds:
            least, most = row_bounds
            expectations.append(
                self._expectation(
                    "ExpectTableRowCountToBeBetween",
                    {"min_value": least, "max_value": most},
                    meta={"rule_id": "volume_unlike_month_before"},
                )
            )
        for expectation in expectations:
            suite.add_expectation(expectation)
        suite.save()
        definition = self.context.validation_definitions.add(
            self.gx.ValidationDefinition(name=name, data=batches, suite=suite)
        )
        checkpoint = self.context.checkpoints.add(
            self.gx.Checkpoint(
                name=name,
                validation_definitions=[definition],
                result_format={
                    "result_format": "SUMMARY" if self.docs else "BASIC",
                    "partial_unexpected_count": 0,  # a value may name a device or a party
                },
            )
        )
        (result,) = checkpoint.run().run_results.values()
        source.get_execution_engine().close()
        return Findings(name, checks, result)

    def _source(self, name: str, files: Sequence[Path], checks: Sequence[Check], key: Sequence[str]) -> Any:
        """Make a data source of one view over the files.

        A column is added for each check that no native expectation says, 1 in a row that breaks it and else 0,
        and one with a hash of the key, where that has several columns.

        Each submission has a DuckDB of its own: a connection that Great Expectations keeps open may not see a view
        that is made after it began.
        """
        path = self.scratch / f"{hashlib.sha256(name.encode()).hexdigest()[:12]}.duckdb"
        listed = ", ".join(literal(file) for file in files)
        with duckdb.connect(str(path)) as connection:
            connection.execute(
                f"create or replace view received as select {', '.join(['*', *_added(checks, key)])}"
                f" from read_parquet([{listed}], hive_partitioning = false)"
            )
        return self.context.data_sources.add_or_update_sql(
            name,
            connection_string=f"duckdb:///{path}",
            kwargs={"connect_args": {"config": {"memory_limit": MEMORY_LIMIT}}},
        )

    def _check_expectation(self, number: int, check: Check) -> Any:
        meta = {"rule_id": check.rule_id, "check": number}
        # All sums are taken in one pass, and rows are not fetched, as UnexpectedRowsExpectation would for nothing.
        kind, arguments = check.expectation or (
            "ExpectColumnSumToBeBetween",
            {"column": _column_name(number, check), "min_value": 0, "max_value": 0},
        )
        return self._expectation(kind, arguments, meta=meta)

    def _key_expectation(self, key: Sequence[str]) -> Any:
        meta = {"rule_id": "key_conflict"}
        if len(key) == 1:
            return self._expectation("ExpectColumnValuesToBeUnique", {"column": key[0]}, meta=meta)
        # ExpectCompoundColumnsToBeUnique groups long keys and joins them to their rows, twice.
        return self._expectation(
            "ExpectColumnProportionOfUniqueValuesToBeBetween",
            {"column": _key_name(key), "min_value": 1},
            meta=meta,
        )

    def _expectation(self, kind: str, arguments: Mapping[str, Any], *, meta: Mapping[str, Any]) -> Any:
        return getattr(self.gx.expectations, kind)(**arguments, meta=dict(meta))

    def write_docs(self) -> None:
        """Render Data Docs of all that was validated."""
        self.context.build_data_docs()


class Findings:
    """What Great Expectations found: rows at fault by check, whether keys repeat, whether the volume is odd."""

    def __init__(self, name: str, checks: Sequence[Check], result: Any) -> None:
        for one in result.results:
            if failure := _failure(one.exception_info):
                raise CpmError(f"{name}: Great Expectations could not run ({failure})")
        # Results come in no promised order: each is found by what its expectation was marked with.
        metas = [(one.expectation_config.meta, one) for one in result.results]
        counts = {meta["check"]: _count(one) for meta, one in metas if "check" in meta}
        self.counts = [(check, counts[number]) for number, check in enumerate(checks)]
        failed = {meta["rule_id"] for meta, one in metas if "check" not in meta and not one.success}
        self.keys_repeat = "key_conflict" in failed
        self.volume_is_odd = "volume_unlike_month_before" in failed


def _added(checks: Sequence[Check], key: Sequence[str]) -> Iterator[str]:
    """Yield SQL of the columns that are added for Great Expectations."""
    for number, check in enumerate(checks):
        if check.expectation is None:
            yield f"case when {check.condition} then 1 else 0 end as {quoted(_column_name(number, check))}"
    if len(key) > 1:
        yield f"hash({', '.join(map(quoted, key))}) as {quoted(_key_name(key))}"


def _column_name(number: int, check: Check) -> str:
    return f"{number}: {check.rule_id} in {', '.join(check.columns)}"


def _key_name(key: Sequence[str]) -> str:
    return ", ".join(key)


def _failure(info: Mapping[str, Any]) -> str:
    """Return the message of an exception that an expectation raised, whose shape depends on where it did."""
    entries = [info, *(entry for entry in info.values() if isinstance(entry, Mapping))]
    return next((str(entry["exception_message"]) for entry in entries if entry.get("raised_exception")), "")


def _count(found: Any) -> int:
    counted = found.result.get("unexpected_count", found.result.get("observed_value"))
    return int(counted or 0)  # a sum over no rows is none


def _take_duckdb() -> None:
    """Let Great Expectations keep a connection while it fetches, as it does for engines that need it.

    Without this it closes the connection first, which drops DuckDB's result (great_expectations issue 10738).
    The name is private: a test notices if it goes.
    """
    engine: Any = import_module("great_expectations.execution_engine.sqlalchemy_execution_engine")
    if not any(dialect.value == "duckdb" for dialect in engine._PERSISTED_CONNECTION_DIALECTS):
        duckdb_dialect = enum.Enum("DuckDBDialect", {"DUCKDB": "duckdb"}, type=str).DUCKDB  # type: ignore[attr-defined]
        engine._PERSISTED_CONNECTION_DIALECTS += (duckdb_dialect,)
