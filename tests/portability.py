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
from collections.abc import Iterable, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import duckdb
import jinja2
import yaml
from compared_rows import DIFFER, EQUAL, EQUAL_BUT, compared, parquet
from dbt.cli.main import dbtRunner
from pyspark.sql import SparkSession

from cpm_warehouse.duck import literal, quoted
from cpm_warehouse.pseudonyms import attach_pads

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "target/spark"
WAREHOUSE = TARGET / "cpm.duckdb"
PLACES = ("--target", "spark", "--target-path", str(TARGET / "dbt"))
WANTED_PERCENT = 97
FAILED = "do not run"
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
        for relation in built(duck):
            hand_over(duck, spark, relation, f"{quoted(relation.schema)}.{quoted(relation.name)}")
        dbt = dbtRunner()
        # Before dbt compiles: the key of a cube has the text of each view of the lake in it.
        for relation, location in sources(dbt).items():
            hand_over(duck, spark, relation, location)
        nodes, pads = compiled(dbt, sys.argv[1:])
        spark.sql(f"create or replace view lake.pseudonym_pads as {pads}")
        # dbt turns it off; DuckDB stops at a bad cast, as Spark does in this mode alone.
        spark.conf.set("spark.sql.ansi.enabled", "true")
        return report([outcome(duck, spark, node) for node in nodes])


def started() -> SparkSession:
    """Start Spark, with the settings of profiles.yml; dbt goes on with the session that its process has."""
    text = (ROOT / "profiles.yml").read_text(encoding="utf-8")
    profile = yaml.safe_load(jinja2.Template(text).render(env_var=os.environ.get, var=lambda name, other: other))
    settings = profile["cpm_warehouse"]["outputs"]["spark"]["server_side_parameters"]
    builder = SparkSession.builder.config(map=settings)
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


def sources(dbt: dbtRunner) -> dict[Relation, str]:
    """Let dbt parse; return where DuckDB reads each source."""
    with redirect_stdout(sys.stderr):
        parsed = dbt.invoke(["--quiet", "parse", *PLACES])
    manifest: Any = parsed.result
    return {
        Relation(source.schema, source.identifier): Template(source.meta["external_location"]).substitute(
            identifier=source.identifier
        )
        for source in manifest.sources.values()
    }


def compiled(dbt: dbtRunner, arguments: Sequence[str]) -> tuple[list[Any], str]:
    """Let dbt compile for Spark: the models, parents first, and the query of the pads."""
    with redirect_stdout(sys.stderr):  # of a single model it prints the SQL
        done = dbt.invoke(["--quiet", "compile", *PLACES, "--full-refresh", *arguments])
        pads = dbt.invoke(["--quiet", "compile", *PLACES, "--inline", "{{ spark_pseudonym_pads() }}"])
    if not done.success:
        sys.exit(f"error: dbt cannot compile for Spark: {done.exception or 'see above'}")
    results: Any = done.result
    made: Any = pads.result
    models = [result.node for result in results if result.node.resource_type == "model"]
    return models, made.results[0].node.compiled_code


def outcome(duck: duckdb.DuckDBPyConnection, spark: SparkSession, node: Any) -> Outcome:
    """Run one model on Spark and compare its rows with DuckDB's."""
    relation = Relation(node.schema, node.alias)
    path = relation.rows("spark")
    try:
        spark.sql(node.compiled_code).write.parquet(str(path))
    except Exception as error:  # Spark has many kinds, and a model's failure is a finding
        return Outcome(node.name, FAILED, str(error).strip().splitlines()[0])
    found = compared(duck, *(parquet(relation.rows(engine)) for engine in ("duckdb", "spark")))
    if found.verdict == EQUAL_BUT:
        call(spark, relation, path)
    return Outcome(node.name, *found)


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
