"""The README's queries run over what `make build` published, and its result is the one they give."""

import contextlib
import io
import re

import duckdb

from conftest import ROOT

README = (ROOT / "README.md").read_text()


def test_the_first_query_gives_the_result_that_stands_below_it():
    code, result = re.search(r"```python\n(.*?)```\n\n```\n(.*?)```", README, re.S).groups()
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, {})
    assert printed.getvalue().strip() == result.strip()


def test_the_second_query_shows_the_incidents_behind_the_first_figure():
    (query,) = re.findall(r"```sql\n(.*?)```", README, re.S)
    with duckdb.connect(ROOT / "published/cpm.duckdb", read_only=True) as published:
        incidents = published.execute(query).fetchall()
        counted = published.execute(
            """
            select total_count + excluded_count from marts.fct_measure_results
            where measure_id = 'CPM_4' and is_default and scope_type = 'national' and aggregation = 'pooled'
                and reporting_month = '2021-09-01'
            """
        ).fetchone()
    assert (len(incidents),) == counted


def test_every_mart_named_is_published():
    named = set(re.findall(r"`((?:fct|dim|rpt)_\w+)`", README))
    with duckdb.connect(ROOT / "published/cpm.duckdb", read_only=True) as published:
        tables = published.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        marts = {name for (name,) in tables}
    assert named == marts
