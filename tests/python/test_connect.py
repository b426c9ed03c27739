"""The ways to connect that docs/connect.md shows, those that can run here, against the publication."""

import re

import duckdb
import pytest

from conftest import ROOT

WAYS = re.findall(r"```python\n(.*?)```", (ROOT / "docs/connect.md").read_text(), re.S)


@pytest.mark.parametrize("way", WAYS, ids=[re.findall(r"^import (\w+)", way, re.M)[0] for way in WAYS])
def test_each_way_reads_the_same_results(way):
    names = {}
    exec(way, names)
    with duckdb.connect(ROOT / "published/cpm.duckdb", read_only=True) as published:
        # One row for each measure and month.
        wanted = published.execute(
            "select count(*), count(distinct (measure_id, reporting_month)) from marts.fct_measure_results"
            " where is_default and scope_type = 'national'"
        ).fetchone()
        everything = published.execute(
            "select count(distinct (measure_id, reporting_month)) from marts.fct_measure_results"
        ).fetchone()
    assert (len(names["results"]), len(names["results"])) == wanted
    assert wanted[:1] == everything


def test_there_is_a_way_for_each_library():
    assert len(WAYS) == 4


def test_an_engine_of_sqlalchemy_cannot_write():
    from sqlalchemy import create_engine, text
    from sqlalchemy.exc import DBAPIError

    engine = create_engine("duckdb:///published/cpm.duckdb", connect_args={"read_only": True})
    with engine.connect() as connection, pytest.raises(DBAPIError, match="read-only"):
        connection.execute(text("delete from marts.fct_measure_results"))
    engine.dispose()
