"""Lists the rows of a submission that share their key with another: models look for repeats there alone.

Landing finds them, across the files of a submission, and they lie beside its rows, whole, with the file and row of
the lake where each stands. What landed or was linked before there were lists gets them by `cpm list-repeats`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import duckdb

from cpm_warehouse.contracts import Contract
from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import CpmError
from cpm_warehouse.files import sync, write_whole
from cpm_warehouse.receive.codes import rows_of
from cpm_warehouse.receive.figures import Marks
from cpm_warehouse.receive.journal import Event, Journal, entry_bytes, with_checksum
from cpm_warehouse.receive.lakes import EMPTY_LIST, REPEATS, ensure_schemas, lake_files
from cpm_warehouse.receive.reading import PARQUET, Staged
from cpm_warehouse.receive.sources import Source
from cpm_warehouse.receive.verifying import ASIDE, REGISTER_ENTRY, place_of


def write_repeats(marks: Marks, names: Sequence[str], left_out: Sequence[Sequence[int]], folder: Path) -> None:
    """Write the list of a submission below its folder, from the rows of `marks` that were picked.

    `names` are those of its files in the lake, and `left_out` the rows of each that do not stay.
    """
    connection, contract = marks.connection, marks.contract
    connection.execute("create or replace temp table left_out (file integer, file_row bigint, before bigint)")
    for file, rows in enumerate(left_out):
        if rows:
            connection.execute(
                "insert into left_out select $1, unnest($2::bigint[]), unnest($3::bigint[])",
                [file, sorted(rows), list(range(1, len(rows) + 1))],
            )
    columns = ", ".join(map(quoted, contract.names))
    key = ", ".join(map(quoted, contract.key))
    # No parameter, for which DuckDB imports pandas.
    sources = ", ".join(map(literal, names))
    target = folder / REPEATS
    target.parent.mkdir(exist_ok=True)
    connection.execute(
        f"""
        copy (
            select {columns}, list_extract([{sources}], filename + 1) as source_file,
                file_row_number - coalesce(before, 0) as source_row
            from (
                select picked.*, left_out.before
                from (
                    select * from temp.picked
                    anti join temp.left_out
                        on picked.filename = left_out.file and picked.file_row_number = left_out.file_row
                    where version
                ) as picked
                asof left join temp.left_out
                    on picked.filename = left_out.file and picked.file_row_number > left_out.file_row
                qualify count(*) over (partition by {key}) > 1
            )
            order by source_file, source_row
        ) to {literal(target)} ({PARQUET})
        """
    )
    connection.execute("drop table temp.left_out")


def list_repeats(connection: duckdb.DuckDBPyConnection, folder: Path, contract: Contract) -> None:
    """Make the list of a submission that lies in a lake without one."""
    staged = []
    for path in sorted(folder.glob("*.parquet")):
        described = connection.execute(f"describe from read_parquet({literal(path)}, hive_partitioning = false)")
        found = {name for name, *_ in described.fetchall()}
        lacks = tuple(column for column in contract.columns if column.name not in found)
        staged.append(Staged(Source(path, "", contract.names, [], 0), path, lacks=lacks))
    with closing(Marks(connection, staged, contract, [])) as marks:
        for file in range(len(staged)):
            marks.read(file)
        marks.pick([])
        write_repeats(marks, [file.path.name for file in staged], [[] for _ in staged], folder)


def unlisted(journal: Journal, extracts: Collection[str]) -> Mapping[str, Event]:
    """Return the register entries of submissions of these extracts that have no list."""
    return {
        key: entry
        for key, entry in journal.submissions.items()
        if entry["extract"] in extracts
        and rows_of(entry)
        and REPEATS not in {file["name"] for file in entry["lake_files"]}
    }


def require_listed(lake: Path, journal: Journal) -> None:
    """Raise CpmError where a submission has no list: what it repeats would count twice.

    An extract that has lists has an empty one, which gives them their columns.
    """
    extracts = {name.split("/")[0] for name in journal.others if name.endswith(f"/{EMPTY_LIST}")}
    missing = list(unlisted(journal, extracts)) if extracts else list(journal.submissions)
    if missing:
        more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise CpmError(
            f"{lake}: {missing[0]}{more} landed before repeats were listed: run `cpm list-repeats --lake {lake}`,"
            " which reads them once"
        )


def list_missing(
    connection: duckdb.DuckDBPyConnection,
    lake: Path,
    journal: Journal,
    contracts: Mapping[str, Contract],
    said: Callable[[str], None],
) -> int:
    """Make every list that a lake lacks, and note each in its journal; returns how many those were."""
    (lake / ASIDE).mkdir(exist_ok=True)
    ensure_schemas(connection, lake, contracts, journal, said)
    missing = unlisted(journal, [name for name, contract in contracts.items() if contract.lists_repeats])
    for key, entry in missing.items():
        said(key)
        folder = lake / place_of(entry)
        list_repeats(connection, folder, contracts[entry["extract"]])
        sync(folder / REPEATS)
        listed = with_checksum(entry | {"lake_files": lake_files(folder, _sums(entry))})
        journal.append("landed", entry=listed)
        write_whole(folder / REGISTER_ENTRY, entry_bytes(listed))
    journal.end()
    return len(missing)


def _sums(entry: Event) -> dict[str, str]:
    return {file["name"]: file["sha256"] for file in entry["lake_files"]}
