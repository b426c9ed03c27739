"""Imported by the process that dbt is forked from: dbt, and what it makes of its classes at a first parse.

The static parser has threads of its own, of which no fork has any: a model that was edited since the last build
would let every dbt wait for them for ever.
"""

import shutil
import tempfile
from pathlib import Path

from dbt.cli.main import dbtRunner

ROOT = Path(__file__).parents[2]

with tempfile.TemporaryDirectory() as place:
    (Path(place) / "target").mkdir()
    shutil.copy(ROOT / "target/partial_parse.msgpack", Path(place) / "target")
    dbtRunner().invoke(
        [
            *("--quiet", "--no-write-json", "--log-level-file", "none", "--no-static-parser", "parse"),
            *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT / "profiles")),
            *("--target-path", f"{place}/target", "--log-path", f"{place}/logs"),
        ]
    )
