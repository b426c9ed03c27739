"""Lets Great Expectations judge submissions by what landing counted in them, and renders it as a static site.

Great Expectations reads no row: each expectation asks for figures, and gets those of the one pass over all rows
that landing made. `counted.py` says what these are.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from cpm_warehouse.errors import CpmError
from cpm_warehouse.receive.counted import Counted

Arguments = Mapping[str, Any]


class Validator:
    """Great Expectations, imported; with `docs`, a directory for Data Docs of all that is validated."""

    def __init__(self, docs: Path | None = None) -> None:
        os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
        self.gx: Any = import_module("great_expectations")
        # Named by Great Expectations wherever metrics are; it holds no rows here.
        self.engine = import_module("great_expectations.execution_engine").PandasExecutionEngine()
        self.docs = docs
        self.context = self.gx.get_context(mode="ephemeral")
        self.context.variables.progress_bars = {"globally": False}
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

    def validate(self, name: str, counted: Counted) -> "Findings":
        """Judge a submission by what was counted in its rows.

        Raises CpmError where Great Expectations could not run, so that nothing passes unseen.
        """
        name = name.replace("/", ".")  # names of pages, which are files
        suite = self.context.suites.add_or_update(self.gx.ExpectationSuite(name=name))
        results = []
        for kind, arguments, meta, figures in expectations(counted):
            expectation = getattr(self.gx.expectations, kind)(**arguments, meta=dict(meta))
            suite.add_expectation(expectation)
            results.append(self._result(name, expectation, figures))
        suite.save()
        if self.docs:
            self._keep(name, results)
        return Findings(results)

    def _result(self, name: str, expectation: Any, figures: Arguments) -> Any:
        wanted = {
            "result_format": "SUMMARY" if self.docs else "BASIC",
            "partial_unexpected_count": 0,  # a value may name a device or a party
        }
        try:
            asked = expectation.get_validation_dependencies(self.engine, {"result_format": dict(wanted)})
            metrics = {one.id: _figure(one.metric_name, figures) for one in asked.metric_configurations.values()}
            result = expectation.metrics_validate(metrics, {"result_format": dict(wanted)}, self.engine)
        except Exception as error:  # whatever it is, nothing may pass unseen
            raise CpmError(f"{name}: Great Expectations could not run ({error})") from error
        return result

    def _keep(self, name: str, results: Sequence[Any]) -> None:
        """Store results where Data Docs are made from."""
        results_of = import_module("great_expectations.core.expectation_validation_result")
        named = import_module("great_expectations.data_context.types.resource_identifiers")
        run = import_module("great_expectations.core.run_identifier").RunIdentifier(run_time=datetime.now(UTC))
        passed = sum(bool(one.success) for one in results)
        found = results_of.ExpectationSuiteValidationResult(
            success=passed == len(results),
            results=list(results),
            suite_name=name,
            statistics={
                "evaluated_expectations": len(results),
                "successful_expectations": passed,
                "unsuccessful_expectations": len(results) - passed,
                "success_percent": 100 * passed / len(results) if results else None,
            },
            meta={
                "great_expectations_version": self.gx.__version__,
                "run_id": run,
                "validation_time": run.run_time,
                "active_batch_definition": {"datasource_name": "lake", "data_asset_name": name},
            },
        )
        suite_id = named.ExpectationSuiteIdentifier(name)
        self.context.validation_results_store.store_validation_results(
            suite_validation_result=found,
            suite_validation_result_identifier=named.ValidationResultIdentifier(suite_id, run, name),
            expectation_suite_identifier=suite_id,
        )

    def write_docs(self) -> None:
        """Render Data Docs of all that was validated."""
        self.context.build_data_docs()


def expectations(counted: Counted) -> Iterator[tuple[str, Arguments, Arguments, Arguments]]:
    """Yield each expectation: class, arguments, what it is marked with, and the figures that it may ask for."""
    for number, check in enumerate(counted.checks):
        figures: dict[str, Any] = {
            "table.row_count": counted.rows,
            "column_values.nonnull.unexpected_count": check.missing,
            "unexpected_count": check.broken,
            "filtered_row_count": check.compared,
            "column.sum": check.broken,
        }
        meta = {"rule_id": check.rule_id, "check": number}
        # What Great Expectations says badly, or not at all, is a column with 1 in each row at fault.
        column = f"{number}: {check.rule_id} in {', '.join(check.columns)}"
        summed = {"column": column, "min_value": 0, "max_value": 0}
        yield check.expectation or "ExpectColumnSumToBeBetween", check.arguments or summed, meta, figures
    meta = {"rule_id": "key_conflict"}
    figures = {
        "table.row_count": counted.rows,
        "column_values.nonnull.unexpected_count": counted.missing_keys,
        "unexpected_count": counted.shared,
        "column.unique_proportion": counted.distinct / counted.rows if counted.rows else 1,
    }
    if len(counted.key) == 1:
        yield "ExpectColumnValuesToBeUnique", {"column": counted.key[0]}, meta, figures
    else:
        of_key = {"column": ", ".join(counted.key), "min_value": 1}
        yield "ExpectColumnProportionOfUniqueValuesToBeBetween", of_key, meta, figures
    if counted.row_bounds:
        least, most = counted.row_bounds
        bounds, meta = {"min_value": least, "max_value": most}, {"rule_id": "volume_unlike_month_before"}
        yield "ExpectTableRowCountToBeBetween", bounds, meta, {"table.row_count": counted.rows}


class Findings:
    """What Great Expectations found: rows at fault by check, whether keys repeat, whether the volume is odd."""

    def __init__(self, results: Sequence[Any]) -> None:
        metas = [(one.expectation_config.meta, one) for one in results]
        self.counts = {meta["check"]: _count(one) for meta, one in metas if "check" in meta}
        failed = {meta["rule_id"] for meta, one in metas if "check" not in meta and not one.success}
        self.keys_repeat = "key_conflict" in failed
        self.volume_is_odd = "volume_unlike_month_before" in failed

    def faults(self, counted: Counted) -> Iterator[str]:
        """Say what Great Expectations found and landing did nothing about: such a submission is not built."""
        for number, check in enumerate(counted.checks):
            if self.counts[number] != check.noted:
                yield (
                    f"{check.rule_id} in {' and '.join(check.columns)}: Great Expectations finds"
                    f" {self.counts[number]} rows, landing noted {check.noted}"
                )
        if self.keys_repeat and not counted.repeats_noted:
            yield f"keys of {', '.join(counted.key)} repeat, and landing noted none"
        if self.volume_is_odd != counted.volume_noted:
            yield f"{counted.rows} rows, of {counted.row_bounds} expected, and landing said otherwise"


def _figure(name: str, figures: Mapping[str, Any]) -> Any:
    """Return what a metric is, by the figures counted; KeyError where it is none of them."""
    if name.endswith((".unexpected_values", ".unexpected_index_list")):
        return []  # a value may name a device or a party
    if name.endswith(".unexpected_index_query"):
        return None
    return figures[name] if name in figures else figures[name.rpartition(".")[2]]


def _count(found: Any) -> int:
    counted = found.result.get("unexpected_count", found.result.get("observed_value"))
    return int(counted or 0)  # a sum over no rows is none
