"""Runs every model's SQL on Spark, as dbt compiles it for Spark, and compares its rows with DuckDB's.

    make portability
    PYTHONPATH=.venv/spark .venv/bin/python tests/portability.py [--select MODEL ...]   over what that built last

A model runs alone, over parents that DuckDB built, so that a failure is its own. Whole rows are compared: numbers
to 9 digits, lists as sets of their elements. The engines hash in different ways: where rows differ in hash keys
only, these are named, and what lies below reads Spark's rows, because it joins hashes of its own to them. Exit
code 1 unless 97% of the models run and no row differs but for hash keys.
"""

import os
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import duckdb
import yaml
from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.pseudonyms import attach_pads

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "target/spark"
WAREHOUSE = TARGET / "cpm.duckdb"
WANTED_PERCENT = 97
EQUAL, EQUAL_BUT, DIFFER, FAILED = "equal", "equal but for hash keys", "differ", "do not run"
# Parquet has neither: DuckDB would write a double for the first.
WRITTEN_AS = {"HUGEINT": "decimal(38, 0)", "ENUM": "varchar"}


class Relation(NamedTuple):
    """A table or view, by the names that both engines call it."""

    schema: str
    name: str

    def rows(self, engine: str) -> Path:
        """Where its rows lie as Parquet, of one engine."""
        return TARGET / "rows" / engine / f"{self.schema}.{self.name}.parquet"


class Outcome(NamedTuple):
    """How a model fared, and what there is to say of it."""

    model: str
    verdict: str
    said: str = ""


def main() -> int:
    """Export what DuckDB built, compile, run and compare; print a table and return the exit code."""
    os.chdir(ROOT)
    shutil.rmtree(TARGET / "rows", ignore_errors=True)
    spark = started()
    with duckdb.connect(str(WAREHOUSE), read_only=True) as duck:
        duck.execute("set TimeZone = 'UTC'")
        attach_pads(duck)
        pads = duck.execute("select inner_pad, outer_pad from cpm_session.main.pseudonym_pads").fetchall()
        spark.createDataFrame(pads, "inner_pad binary, outer_pad binary").createGlobalTempView("pseudonym_pads")
        for relation in built(duck):
            hand_over(duck, spark, relation, f"{quoted(relation.schema)}.{quoted(relation.name)}")
        nodes, sources = compiled(sys.argv[1:])
        for relation, location in sources.items():
            hand_over(duck, spark, relation, location)
        # dbt turns it off; DuckDB stops at a bad cast, and has "..." for names, as Spark does in this mode alone.
        spark.conf.set("spark.sql.ansi.enabled", "true")
        return report([outcome(duck, spark, node) for node in nodes])


def started() -> SparkSession:
    """Start Spark, with the settings of profiles.yml; dbt goes on with the session that its process has."""
    profile = yaml.safe_load((ROOT / "profiles.yml").read_text(encoding="utf-8"))
    settings = profile["cpm_warehouse"]["outputs"]["spark"]["server_side_parameters"]
    builder = SparkSession.builder.master("local[2]").config(
        map={**settings, "spark.driver.memory": "2g", "spark.ui.showConsoleProgress": "false"}
    )
    spark = builder.config("spark.sql.warehouse.dir", str(TARGET / "warehouse")).getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    return spark


def built(duck: duckdb.DuckDBPyConnection) -> list[Relation]:
    """All that a build left in the warehouse, but for its own records."""
    listed = duck.execute(
        "select table_schema, table_name from information_schema.tables"
        " where table_catalog = current_database() and table_schema <> 'main'"
    )
    return [Relation(*row) for row in listed.fetchall()]


def hand_over(duck: duckdb.DuckDBPyConnection, spark: SparkSession, relation: Relation, location: str) -> None:
    """Write what DuckDB finds at a location as Parquet, and let Spark call it by the relation's name."""
    columns = []
    for name, kind, *_ in duck.execute(f"describe from {location}").fetchall():
        other = WRITTEN_AS.get(kind.partition("(")[0])
        columns.append(f"cast({quoted(name)} as {other}) as {quoted(name)}" if other else quoted(name))
    path = relation.rows("duckdb")
    path.parent.mkdir(parents=True, exist_ok=True)
    duck.execute(f"copy (select {', '.join(columns)} from {location}) to {literal(path)} (format parquet)")
    call(spark, relation, path)


def call(spark: SparkSession, relation: Relation, path: Path) -> None:
    """Make the view of Parquet by which Spark finds a relation."""
    spark.sql(f"create database if not exists {relation.schema}")
    spark.sql(f"create or replace view {relation.schema}.{relation.name} as select * from parquet.`{path}`")


def compiled(arguments: Sequence[str]) -> tuple[list[Any], dict[Relation, str]]:
    """Let dbt compile for Spark: the models, parents first, and where DuckDB reads each source."""
    places = ("--target", "spark", "--target-path", str(TARGET / "dbt"))
    dbt = dbtRunner()
    with redirect_stdout(sys.stderr):  # of a single model it prints the SQL
        parsed = dbt.invoke(["--quiet", "parse", *places])
        done = dbt.invoke(["--quiet", "compile", *places, "--full-refresh", *arguments])
    if not done.success:
        sys.exit(f"error: dbt cannot compile for Spark: {done.exception or 'see above'}")
    manifest: Any = parsed.result
    sources = {
        Relation(source.schema, source.identifier): Template(source.meta["external_location"]).substitute(
            identifier=source.identifier
        )
        for source in manifest.sources.values()
    }
    results: Any = done.result
    return [result.node for result in results if result.node.resource_type == "model"], sources


def outcome(duck: duckdb.DuckDBPyConnection, spark: SparkSession, node: Any) -> Outcome:
    """Run one model on Spark and compare its rows with DuckDB's."""
    relation = Relation(node.schema, node.alias)
    path = relation.rows("spark")
    try:
        spark.sql(node.compiled_code).write.parquet(str(path))
    except Exception as error:  # Spark has many kinds, and a model's failure is a finding
        return Outcome(node.name, FAILED, str(error).strip().splitlines()[0])
    columns, theirs = (column_types(duck, relation.rows(engine)) for engine in ("duckdb", "spark"))
    if columns.keys() != theirs.keys():
        return Outcome(node.name, DIFFER, f"columns {', '.join(sorted(columns.keys() ^ theirs.keys()))}")
    if not rows_apart(duck, relation, columns):
        return Outcome(node.name, EQUAL)
    hashes = {name for name, kind in columns.items() if is_hash_key(name, kind)}
    rest = {name: kind for name, kind in columns.items() if name not in hashes}
    apart = rows_apart(duck, relation, rest)
    if not apart:
        call(spark, relation, path)
        return Outcome(node.name, EQUAL_BUT, ", ".join(sorted(hashes)))
    wrong = [name for name, kind in rest.items() if rows_apart(duck, relation, {name: kind})]
    return Outcome(node.name, DIFFER, f"{apart} rows: {', '.join(wrong) or 'each column by itself is equal'}")


def is_hash_key(name: str, kind: str) -> bool:
    """Whether a column holds an engine's own hash, or the key of a scan, which hashes the engine's SQL."""
    return name == "scan_key" or (kind == "UBIGINT" and name.endswith(("_key", "_hash", "submission_number")))


def column_types(duck: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    """Return a relation's columns with their types in DuckDB."""
    return {name: kind for name, kind, *_ in duck.execute(f"describe from {parquet(path)}").fetchall()}


def parquet(path: Path) -> str:
    """Return DuckDB's SQL for what lies at a path: DuckDB writes one file, Spark a folder."""
    return f"read_parquet({literal(path / '*.parquet' if path.is_dir() else path)})"


def rows_apart(duck: duckdb.DuckDBPyConnection, relation: Relation, columns: Mapping[str, str]) -> int:
    """Count the rows that one engine gives and the other does not."""
    chosen = ", ".join(comparable(quoted(name), kind) for name, kind in columns.items())
    ours, theirs = (f"select {chosen} from {parquet(relation.rows(engine))}" for engine in ("duckdb", "spark"))
    counted = duck.execute(
        f"select greatest((select count(*) from ({ours} except all {theirs})),"
        f" (select count(*) from ({theirs} except all {ours})))"
    ).fetchone()
    return int(counted[0]) if counted else 0


def comparable(column: str, kind: str) -> str:
    """Return DuckDB's SQL for a value as a text that is equal in both engines where the value is."""
    if kind.endswith("[]"):
        return f"cast(list_sort(cast({column} as varchar[])) as varchar)"
    if kind == "DOUBLE" or (kind.startswith("DECIMAL") and not kind.endswith(",0)")):
        return f"printf('%.9g', cast({column} as double) + 0)"  # - 0.0 is 0
    return f"cast({f'cast({column} as timestamp)' if kind.startswith('TIMESTAMP') else column} as varchar)"


def report(outcomes: Iterable[Outcome]) -> int:
    """Print what is not equal and how many models fared how; return the exit code."""
    counts: Counter[str] = Counter()
    for model, verdict, said in outcomes:
        counts[verdict] += 1
        if verdict != EQUAL:
            print(f"{model:44} {verdict}: {said[:160]}")
    total = counts.total()
    print("\n" + "\n".join(f"{counts[verdict]:5} {verdict}" for verdict in (EQUAL, EQUAL_BUT, DIFFER, FAILED)))
    print(f"{total:5} models; wanted: at least {WANTED_PERCENT}% run, and none differs")
    ran = total - counts[FAILED]
    return 1 if not total or counts[DIFFER] or ran * 100 < WANTED_PERCENT * total else 0


if __name__ == "__main__":
    sys.exit(main())
