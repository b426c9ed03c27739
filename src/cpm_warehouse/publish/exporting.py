"""Writes published marts as Parquet, for tools that read no DuckDB."""

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb

from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.errors import CpmError
from cpm_warehouse.files import whole_folder, write_whole
from cpm_warehouse.publish.finding import Found

ABOUT = "publication.json"
# What every reader of Parquet takes, rather than what is smallest.
PARQUET = "format parquet, parquet_version v1, compression snappy"


def export_marts(found: Found, folder: Path, wanted: Sequence[str] = ()) -> int:
    """Write <mart>.parquet for each mart, or each that is wanted; the folder appears whole or not at all.

    Returns how many. Raises CpmError where a mart is not in the publication, or the folder has other files.
    """
    with whole_folder(folder, ABOUT) as aside:
        with duckdb.connect(str(found.path), read_only=True) as connection:
            rows = dict(
                connection.execute("select mart, row_count from publication.marts order by mart").fetchall()
            )
            if unknown := sorted(set(wanted) - rows.keys()):
                raise CpmError(f"{found.path}: asked is {unknown[0]}, there are {', '.join(rows)}")
            about = {
                "publication": found.name,
                "published_at": found.manifest["published_at"],
                "is_synthetic": found.is_synthetic,
                "marts": {mart: count for mart, count in rows.items() if mart in wanted or not wanted},
            }
            said = ", ".join(
                f"{name}: {literal(str(value).lower() if isinstance(value, bool) else value)}"
                for name, value in about.items()
                if name != "marts"
            )
            for mart in about["marts"]:
                connection.execute(
                    f"copy (from marts.{quoted(mart)} order by all) to {literal(aside / f'{mart}.parquet')}"
                    f" ({PARQUET}, kv_metadata {{{said}}})"
                )
        write_whole(aside / ABOUT, (json.dumps(about, indent=1) + "\n").encode())
    return len(about["marts"])
