"""The macros of `macros/engine` give the same on each engine. `make portability` has Spark; CI has not."""

import json
import re
import shutil
import subprocess
from importlib.util import find_spec

import pytest

from conftest import ROOT
from dbt_project import BIN, UNWRITTEN, DbtProject

NO_SPARK = pytest.mark.skipif(not (find_spec("pyspark") and shutil.which("java")), reason="Spark is not here")
# What each gives as a text, over the rows of `words`: b, a, a and null.
GIVEN = {
    "sorted_texts('word')": "a,b",
    "sorted_texts('word', ' / ')": "a / b",
    "sorted_texts('no_word')": None,
    "nearest_whole('cast(2.5 as double)')": "2",
    "nearest_whole('cast(3.5 as double)')": "4",
    "nearest_whole('cast(-1.7 as double)')": "-2",
    "wilson_bound('cast(null as double)', '0', '1.96', '-')": None,
    "keys_without(\"'c,a,b,a'\", \"'b'\")": "a,c",
    "keys_without(\"'a'\", \"'a'\")": None,
    "scaled_count('61', '7', '14')": "31",
    "days_between(\"date '2021-01-31'\", \"date '2021-03-01'\")": "29",
    "iso_weekday(\"date '2021-03-28'\")": "7",
    "seconds_between(\"timestamp '2021-03-01 09:00:00.9'\", \"timestamp '2021-03-01 09:00:01.1'\")": "1",
    "milliseconds_between(\"timestamp '2021-03-01 09:00:00.0009'\", \"timestamp '2021-03-01 09:00:09'\")": "9000",
    "add_seconds(\"timestamp '2021-03-01 23:59:59'\", '2')": "2021-03-02 00:00:01",
    "to_local(\"timestamp '2021-07-01 23:30:00'\", 'Europe/London')": "2021-07-02 00:30:00",
    "to_utc(\"timestamp '2021-07-02 00:30:00'\", 'Europe/London')": "2021-07-01 23:30:00",
    "file_stem(\"'a/b/c.d.parquet'\")": "c.d",
    "file_stem(\"'c.d.csv.gz'\")": "c.d",
    "file_stem(\"'c.csv.xlsx'\")": "c.csv",
    "eui64_number(\"'00-DB-12-34-56-78-90-AB'\")": str(0x00DB1234567890AB),
    "latency_bucket('1000')": "349",
}

# Faults that moved figures on Spark without an error: what models say now, what it gives, and what they said.
GAPS = """
    select 'b' as word, 1 as place, cast(0.5 as double) as gap, cast(1.6 as double) as largest_gap
    union all select 'a', 2, 1.6, 1.6 union all select 'a', 3, 1.6, 1.6 union all select null, 4, 0.1, 1.6
"""
ONCE_WRONG = {
    "a cast that cuts": ("{{ nearest_whole('max(gap)') }}", "2", "cast(max(gap) as bigint)"),
    "a null that comes last": ("max_by(word, place) filter (where word is not null)", "a", "max_by(word, place)"),
    "texts in any order": (
        "{{ sorted_texts('word') }}",
        "a,b",
        "{{ dbt.listagg('case when place < 3 then word end', order_by_clause='order by word') }}",
    ),
    "a tie": ("min(place) filter (where gap = largest_gap)", "2", "max_by(place, gap)"),
}


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=NO_SPARK)])
def test_macros_give_the_same_on_each_engine(tmp_path, engine):
    columns = ", ".join(f"cast({{{{ {macro} }}}} as string) as given_{at}" for at, macro in enumerate(GIVEN))
    words = " union all ".join(
        f"select {word} as word, cast(null as string) as no_word" for word in ("'b'", "'a'", "'a'", "null")
    )
    given = answer(tmp_path, engine, f"select {columns} from ({words}) as words")
    assert dict(zip(GIVEN, given, strict=True)) == GIVEN


@pytest.mark.parametrize("engine", ["duckdb", pytest.param("spark", marks=NO_SPARK)])
def test_what_was_once_wrong_is_right_on_each_engine(tmp_path, engine):
    said = [sql for now, _, before in ONCE_WRONG.values() for sql in (now, before)]
    columns = ", ".join(f"cast({sql} as string) as given_{at}" for at, sql in enumerate(said))
    given = answer(tmp_path, engine, f"select {columns} from ({GAPS}) as gaps")
    now, before = (dict(zip(ONCE_WRONG, given[part::2], strict=True)) for part in (0, 1))
    assert now == {fault: right for fault, (_, right, _) in ONCE_WRONG.items()}
    if engine == "spark":  # else a row here would show nothing
        assert [fault for fault in ONCE_WRONG if before[fault] == now[fault]] == []


@NO_SPARK
def test_a_view_that_is_made_anew_has_the_definition_that_it_had(tmp_path):
    """The key of a cube has it in it: Spark says beside a view when it was made, and each run makes all views."""
    (definition,) = answer(
        tmp_path,
        "spark",
        """
        {% do run_query("create or replace view told as select 'one' as number") if execute %}
        select {% if execute %}'{{ view_definitions([api.Relation.create(identifier='told')])[0]
            | replace("'", '"') }}'{% else %}''{% endif %} as definition
        """,
    )
    assert definition == 'select "one" as number'


def answer(tmp_path, engine: str, query: str) -> list[str | None]:
    """The one row of a query, by dbt in a project without models."""
    project = DbtProject(tmp_path / "project", "models", "seeds")
    project.keep_only()
    # Not forked as elsewhere: the process that the others are forked from finds no Spark.
    command = [
        BIN / "dbt",
        *UNWRITTEN,
        "--quiet",
        "show",
        "--target",
        engine,
        "--output",
        "json",
        "--inline",
        query,
    ]
    shown = subprocess.run(command, cwd=project.place, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stdout + shown.stderr
    (row,) = json.loads(shown.stdout[shown.stdout.index("{") :])["show"]
    return list(row.values())


def test_models_leave_to_macros_what_engines_say_differently():
    """`make portability` runs them all on Spark, but CI does not: what it found there stays away."""
    said = re.compile(
        r"\b(varchar|ubigint|exclude \(|listagg|all by name|target\.(type|name)|date_diff|epoch_ms)|_agg\(|//"
    )
    folders = (ROOT / "models", ROOT / "tests")
    texts = {path: path.read_text() for folder in folders for path in folder.rglob("*.sql")}
    left_out = (ROOT / "selectors.yml").read_text()
    found = {
        path.stem: match[0] for path, text in texts.items() if (match := said.search(text.replace("://", "")))
    }
    assert {name: words for name, words in found.items() if name not in left_out} == {}
    # Spark in the mode that dbt-spark sets has a text there, and no name.
    jinja = re.compile(r"\{[{%#].*?[}%#]\}|'[^'\n]*'|--[^\n]*", re.S)
    assert [path.name for path, text in texts.items() if '"' in jinja.sub("", text)] == []
    types = re.compile(r"data_type: varchar|column_types:.*varchar")
    declared = [path for folder in ("models", "seeds") for path in (ROOT / folder).rglob("*.yml")]
    assert [path.name for path in declared if types.search(path.read_text())] == []
