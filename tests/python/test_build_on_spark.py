"""Five models on Spark, and the profiles of the guide; `make test` runs this apart from tests without Spark."""

import os
import shutil
import subprocess
import sys
from dataclasses import fields
from importlib import import_module
from importlib.util import find_spec

import duckdb
import pytest
import yaml

from conftest import ROOT
from dbt_project import BIN, UNWRITTEN, DbtProject

sys.path.append(str(ROOT / "tests"))
from compared_rows import EQUAL, EQUAL_BUT, compared, parquet

# What `spark_smoke` of selectors.yml builds at its end, and how it compares: a cube has the key of its scan.
FIVE = {
    "cubes.cube_alert_repeats": EQUAL_BUT,
    "cubes.cube_alerts_by_day": EQUAL_BUT,
    "marts.fct_alerts_daily": EQUAL,
    "marts.dim_calendar_dates": EQUAL,
    "marts.rpt_code_obligations": EQUAL,
}
# Without its second compiler, which pays for itself in longer runs, Java takes two thirds of the time here.
QUICK = "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=256m -XX:+UseSerialGC"
# Without them Spark reads other instants and versions than DuckDB, or says them otherwise.
SETTINGS = {
    "spark.sql.parquet.inferTimestampNTZ.enabled",
    "spark.sql.session.timeZone",
    "spark.sql.sources.partitionColumnTypeInference.enabled",
}
NO_SPARK = pytest.mark.skipif(not (find_spec("pyspark") and shutil.which("java")), reason="Spark is not here")


@NO_SPARK
def test_five_models_have_the_rows_that_duckdb_gave_them(tmp_path):
    project = DbtProject(tmp_path / "project", "models", "seeds")
    project.keep_only(*(table.partition(".")[2] for table in FIVE))
    project.lake.symlink_to(ROOT / "lake/sample")
    command = [BIN / "dbt", *UNWRITTEN, "build", "--target", "spark", "--selector", "spark_smoke"]
    environment = os.environ | {"JAVA_TOOL_OPTIONS": QUICK}
    built = subprocess.run(
        command, cwd=project.place, env=environment, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    with duckdb.connect(str(ROOT / "warehouse/cpm.duckdb"), read_only=True) as duck:
        duck.execute("set TimeZone = 'UTC'")
        tables = project.place / "warehouse/spark"
        places = {table: tables / "{}.db/{}".format(*table.split(".")) for table in FIVE}
        found = {table: compared(duck, table, parquet(place)) for table, place in places.items()}
    assert {table: one.verdict for table, one in found.items()} == FIVE, found


@pytest.fixture
def profiles():
    """The profiles that the guide shows of a Spark elsewhere, by name."""
    guide = (ROOT / "docs/guides/build_on_spark.md").read_text()
    shown = yaml.safe_load(guide.partition("```yaml\n")[2].partition("```")[0])
    assert list(shown) == ["thrift", "connect", "databricks"]
    return shown


def test_profiles_of_the_guide_have_the_settings_of_the_projects_own(profiles):
    own = yaml.safe_load((ROOT / "profiles/profiles.yml").read_text())["cpm_warehouse"]["outputs"]["spark"]
    wanted = {name: own["server_side_parameters"][name] for name in SETTINGS}
    assert {name: one["server_side_parameters"] for name, one in profiles.items()} == dict.fromkeys(
        profiles, wanted
    )


@NO_SPARK
@pytest.mark.parametrize("name", ["thrift", "connect", "databricks"])
def test_dbt_spark_takes_the_profiles_of_the_guide(profiles, name, monkeypatch):
    """The packages by which it reaches a server are not in the lock, and stand empty here."""
    connections = import_module("dbt.adapters.spark.connections")
    monkeypatch.setitem(sys.modules, "pyodbc", object())
    for package in ("ThriftState", "THttpClient", "hive"):
        monkeypatch.setattr(connections, package, object())
    credentials = connections.SparkCredentials
    given = profiles[name]
    assert given.pop("type") == "spark"
    assert given.keys() <= {
        field.name for field in fields(credentials)
    }  # one that it does not know it leaves unread
    credentials.validate(given)
    assert credentials.from_dict(given).schema == "marts"
