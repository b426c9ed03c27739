"""The rows of the lake behind a result, counted again.

The rules are those of the build: its views in the warehouse time, date and place each event, and read the lake. So
the warehouse has to be there, to be that of the publication, and to find its lake.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from cpm_warehouse.errors import CpmError, DamageError
from cpm_warehouse.publish.finding import Found
from cpm_warehouse.publish.history import content_of
from cpm_warehouse.report.questions import Value, asked_with
from cpm_warehouse.report.trace.answers import Answer, Key, answer

QUERIES = Path(__file__).parent / "rows"
EVENTS = {
    **dict.fromkeys(("CPM_1", "CPM_2"), "service_requests"),
    "CPM_3": "alerts",
    **dict.fromkeys(("CPM_4", "CPM_5", "CPM_5A"), "incidents"),
    "CPM_6": "interface_outages",
    **dict.fromkeys(("CPM_6A", "CPM_6B", "CPM_6C"), "firmware_events"),
    **dict.fromkeys(("CPM_7", "CPM_8"), "smki_requests"),
}
# By the extract of a row, the events that it may be one of.
OF_EXTRACTS = {
    "service_requests": ("service_requests", "alerts"),  # they stand for Alerts too
    "alerts": ("alerts",),
    "remedy_incidents": ("incidents",),
    "remedy_incident_audit": ("incidents",),
    "self_service_interface_outages": ("interface_outages",),
    "update_firmware_requests": ("firmware_events",),
    "firmware_requests": ("firmware_events",),
    "comms_hub_firmware": ("firmware_events",),
    "smki_requests": ("smki_requests",),
}


def rows_behind(found: Found, warehouse: Path, key: Key) -> list[Answer]:
    """Return the rows of the lake that a result was counted from, and what they come to by Region and basis.

    Where Service Requests stand for Alerts, also how their counts are scaled. Raises CpmError where warehouse or
    lake is not there or is another one's; DamageError where the rows do not come to the result.
    """
    with _opened(found, warehouse) as connection:
        _collect(connection, EVENTS[key.measure_id], key.values)
        said = [_asked(connection, name, key.values) for name in ("collected", "recount")]
        if key.measure_id == "CPM_3":
            said.append(_asked(connection, "alert_scaling", key.values))
        (verdict,) = _asked(connection, "comes_to", key.values).records
    if verdict["is_equal"] is False:
        raise DamageError(
            f"{key}: {verdict['met_count']} of {verdict['total_count']} was published, and its rows in the lake"
            f" come to {verdict['recounted_met_count']} of {verdict['recounted_total_count']}; `cpm verify` says"
            " whether the lake is as it landed"
        )
    return said


def results_of_row(found: Found, warehouse: Path, extract: str, values: Mapping[str, Value]) -> Answer:
    """Return the results that a row or an event of the lake is in, and as what it counts in each.

    `values` has submission_key, source_file and source_row, or event_id. Raises CpmError as `rows_behind` does.
    """
    with _opened(found, warehouse) as connection:
        for number, name in enumerate(OF_EXTRACTS[extract]):
            _collect(connection, name, values, begin=number == 0)
        return _asked(connection, "results_of_collected", values)


def _collect(
    connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Value], *, begin: bool = True
) -> None:
    sql = _query(name)
    into = "create temp table collected as" if begin else "insert into collected by name"
    connection.execute(f"{into} {sql}", asked_with(sql, values))


def _asked(connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, Value]) -> Answer:
    return answer(connection, "rows" if name == "collected" else name, _query(name), values)


def _query(name: str) -> str:
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def _opened(found: Found, warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse that a publication was made from. Raises CpmError where that cannot be."""
    if not warehouse.exists():
        raise CpmError(
            f"{warehouse}: no warehouse here, whose rules find the rows of the lake; `cpm build`, or name one with"
            " --warehouse"
        )
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            if content_of(connection) != found.manifest["publication_id"].partition("-")[2]:
                raise CpmError(
                    f"{warehouse}: has other results than {found.name}, so its rows are not those of it; rebuild"
                    " that one (docs/guides/rebuild_a_published_month.md) and name its warehouse"
                )
            yield connection
    except duckdb.CatalogException as error:
        raise CpmError(
            f"{warehouse}: not built by this version of the project ({str(error).splitlines()[0]}); `cpm build`"
        ) from error
    except duckdb.IOException as error:
        said = str(error).splitlines()[0]
        if "lock" in said:
            raise CpmError(f"{warehouse}: a build or a notebook has it open; run this again afterwards") from error
        raise CpmError(
            f"{found.manifest['lake_root']}: the lake of {found.name} is not there or cannot be read ({said});"
            " rows are shown where it is"
        ) from error
