"""The commands of readers: they need a publication and nothing else, no lake, no build and no network."""

import csv
import json
import os
import sys
from datetime import datetime
from pathlib import Path

import click
import duckdb

from cpm_warehouse.errors import CpmError
from cpm_warehouse.private import as_closed_as
from cpm_warehouse.project import Place
from cpm_warehouse.publish.finding import find_publication
from cpm_warehouse.report.questions import BEGINNING
from cpm_warehouse.report.trace.answers import markdown

PUBLISHED = click.option(
    "--published",
    type=Place(),
    envvar="CPM_PUBLISHED",
    default=Path("published/cpm.duckdb"),
    show_default=True,
    help="The publication: its file, a copy of it, or the folder of `cpm publish`.",
)
PUBLICATION = click.option(
    "--publication",
    envvar="CPM_PUBLICATION",
    help="An earlier one as it was, named as `cpm publications` does, or by the beginning of that.",
)
EXPLORER = Path("notebooks/explorer.py")
FORMATS = ("table", "markdown", "csv", "json")


@click.command()
@click.argument("query", type=Place(), default=Path("-"))
@PUBLISHED
@PUBLICATION
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
def ask(query: Path, published: Path, publication: str | None, form: str) -> None:
    """Run a QUERY over what is published, such as analyses/restatements.sql; without one, standard input.

    Which publication answers, and whether it is synthetic, is said on standard error. Nothing can be written.
    """
    found = find_publication(published, publication)
    sql = sys.stdin.read() if query.name == "-" else _text(query)
    click.echo(f"-- {found}", err=True)
    with found.reading(), duckdb.connect(str(found.path), read_only=True) as connection:
        _show(connection.sql(sql), form)


def _text(path: Path) -> str:
    if not path.is_file():
        raise CpmError(f"{path}: no such query; those of the project are in analyses/")
    return path.read_text(encoding="utf-8")


def _show(rows: duckdb.DuckDBPyRelation | None, form: str) -> None:
    if rows is None:
        raise CpmError("the query answers nothing: it is empty, or no `select`")
    if form == "table":
        rows.show(max_width=10_000, max_rows=10_000)
    elif form == "markdown":
        for line in markdown(rows.columns, rows.fetchall()):
            click.echo(line)
    elif form == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(rows.columns)
        writer.writerows(rows.fetchall())
    else:
        answer = [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]
        click.echo(json.dumps(answer, indent=1, default=str, ensure_ascii=False))


@click.command()
@PUBLISHED
@PUBLICATION
@click.option("--port", type=int, default=2718, show_default=True)
@click.option("--headless", is_flag=True, help="Serve it, and open no browser.")
def explore(published: Path, publication: str | None, port: int, headless: bool) -> None:
    """Look at figures, what makes them and the rows behind them, in a browser."""
    found = find_publication(published, publication)
    found.require(BEGINNING)
    if not EXPLORER.is_file():
        raise CpmError(f"{EXPLORER}: not here; the explorer is in a checkout of the project: `make explore` there")
    click.echo(str(found), err=True)
    # On loopback only, and without a token: nothing that the publication holds is secret, and it opens read-only.
    command = ["marimo", "run", str(EXPLORER), "--host", "127.0.0.1", "--port", str(port), "--no-token"]
    environment = {**os.environ, "CPM_PUBLISHED": str(found.path.resolve())}
    environment.pop("CPM_PUBLICATION", None)  # it is the file that is named
    os.execve(sys.executable, [sys.executable, "-m", *command, *(["--headless"] if headless else [])], environment)


@click.command()
@click.argument("folder", type=Place(), default=Path("published/marts"))
@PUBLISHED
@PUBLICATION
@click.option("--mart", "marts", multiple=True, help="Only this one; may be given again.")
def marts(folder: Path, published: Path, publication: str | None, marts: tuple[str, ...]) -> None:
    """Write the marts as Parquet, one file each, for R, Power BI, Spark and whatever reads no DuckDB.

    FOLDER is made anew: it is new, or was written by this command. Each file says in its metadata which
    publication it is of and whether it is synthetic; so does publication.json beside them.
    """
    # Imported here: no other command needs it.
    from cpm_warehouse.publish.exporting import export_marts

    found = find_publication(published, publication, thorough=True)
    with as_closed_as(found.path):
        count = export_marts(found, folder, marts)
    click.echo(f"{folder}: {count} marts of {found}")


@click.command()
@PUBLISHED
@PUBLICATION
@click.option(
    "--out", type=Place(), help="By default published/site; of an earlier one, published/sites/<its name>."
)
@click.option(
    "--docs",
    type=Place(),
    default=Path("published/docs"),
    show_default=True,
    help="Folder of `make docs`; its pages are linked where they are there.",
)
@click.option(
    "--commentary",
    "comments",
    type=(click.DateTime(["%Y-%m"]), Place()),
    multiple=True,
    metavar="MONTH FILE",
    help="What a person says of a month's measures, as `cpm pack --commentary` reads it; again for another month.",
)
def site(
    published: Path,
    publication: str | None,
    out: Path | None,
    docs: Path,
    comments: tuple[tuple[datetime, Path], ...],
) -> None:
    """Write a static site of what is published: main points, a page for each measure and month, search.

    It opens from its folder, with no server and no network; the folder is made anew, and appears whole or not at
    all. It needs the publication and nothing else; notebooks are those of the project's checkout.

    Exit code 0: done; 1: failed; 2: wrong usage; 5: the publication is damaged.
    """
    # Its libraries are installed for reports only.
    from cpm_warehouse.report.site import make_site, run_notebooks

    found = find_publication(published, publication, thorough=True)
    found.require(BEGINNING)
    folder = out or (Path("published/sites", found.name) if publication else Path("published/site"))
    with found.reading(), as_closed_as(found.path):
        commentary = {month.date(): path for month, path in comments}
        notebooks = run_notebooks(EXPLORER.parent, found.path)
        pages = make_site(found, folder, docs, notebooks=notebooks, commentary=commentary)
    click.echo(f"{folder / pages[0]}: {len(pages)} pages of {found}")


@click.command()
@click.argument("key", required=False)
@click.option("--measure", help="Like CPM_5, with --month: another way to name the result of a KEY.")
@click.option("--month", type=click.DateTime(["%Y-%m"]), help="Like 2021-09.")
@click.option("--variant", help="Reading of the measure; by default the one that stands for it.")
@click.option("--region", help="Of one Region; by default of all.")
@click.option("--provider", help="Of one provider; by default of all.")
@click.option("--aggregation", help="pooled or mean_of_providers; by default the one that stands for the measure.")
@click.option("--rows", "with_rows", is_flag=True, help="Go on to the rows of the lake, and count them again.")
@click.option("--incident", help="The other way: the results that an Incident is in.")
@click.option("--request", help="... a Service Request (originator:target:counter) or a request of SMKI is in.")
@click.option(
    "--file", "received", help="... a row of a received file is in: its name, or <provider>/.../v<n>/<name>."
)
@click.option("--line", type=click.IntRange(min=2), help="Line of a CSV, the header being 1.")
@click.option(
    "--row", type=click.IntRange(min=0), help="Place in the lake's file, from 0, as `source_row` has it."
)
@PUBLISHED
@PUBLICATION
@click.option(
    "--warehouse",
    type=Place(),
    envvar="CPM_WAREHOUSE",
    default=Path("warehouse/cpm.duckdb"),
    show_default=True,
    help="That the publication was made from, for rows of the lake.",
)
@click.option("--limit", type=click.IntRange(min=0), help="Rows of each table; by default 20, and all as JSON.")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
def trace(
    key: str | None,
    measure: str | None,
    month: datetime | None,
    variant: str | None,
    region: str | None,
    provider: str | None,
    aggregation: str | None,
    with_rows: bool,
    incident: str | None,
    request: str | None,
    received: str | None,
    line: int | None,
    row: int | None,
    published: Path,
    publication: str | None,
    warehouse: Path,
    limit: int | None,
    as_json: bool,
) -> None:
    """Follow a result to what is behind it, or a row to the results that it is in.

    A result is named by its KEY, CPM_5/split/2021-10/national/national/pooled, or by --measure and --month and
    what else tells it from others. Its outcomes, facts or cells, submissions and files are in the publication, and
    of an Incident the row too; rows of other events are read from the lake, by the rules of the warehouse: --rows.

    Exit code 0: done; 1: failed; 2: wrong usage; 3: there is no such result, or the row is in none; 5: the rows do
    not come to the result, or the publication is damaged.
    """
    ways = [key or measure, incident, request, received]
    if sum(way is not None for way in ways) != 1:
        raise click.UsageError("name one: a KEY (or --measure and --month), --incident, --request or --file")
    # Imported here: other commands trace nothing.
    from cpm_warehouse.report.trace import following

    found = find_publication(published, publication)
    with found.reading():
        if incident:
            said = following.of_incident(found, incident)
        elif request:
            said = following.of_request(found, warehouse, request)
        elif received:
            if (line is None) == (row is None):
                raise click.UsageError("--file wants --line or --row")
            said = following.of_file(found, warehouse, received, line=line, row=row)
        else:
            if not key and not month:
                raise click.UsageError("--measure wants --month")
            said = following.of_result(
                found,
                key or following.key_of(found, str(measure), month, variant, region, provider, aggregation),
                warehouse if with_rows else None,
            )
    if as_json:
        click.echo(following.as_json(found, said, limit))
    else:
        click.echo(f"{found}\n")
        for text in following.as_text(said, 20 if limit is None else limit):
            click.echo(text)


@click.command()
@click.argument("base", type=Place())
@click.argument("change", type=Place())
@click.option(
    "--base-manifest", type=Place(), help="target/manifest.json of the project that BASE was built from."
)
@click.option("--manifest", type=Place(), help="target/manifest.json of the project that CHANGE was built from.")
@click.option(
    "--out", type=Place(), default=Path("target/review"), show_default=True, help="Folder for the review."
)
@click.option(
    "--to-acknowledge",
    type=Place(),
    help="Closed months that the change was acknowledged for, to be built: `make review` writes them, as JSON.",
)
def review(
    base: Path,
    change: Path,
    base_manifest: Path | None,
    manifest: Path | None,
    out: Path,
    to_acknowledge: Path | None,
) -> None:
    """Say what a change moves: the publication CHANGE beside BASE, as a page and as Parquet.

    Results and rows before and after, marts and columns that came or are gone, definitions that changed. With the
    manifests of dbt: models, seeds with their rows, macros and tests, and what lies downstream of them. Rows are
    known by the keys of the marts' contracts. Writes review.md, review.html and differences.parquet.

    Exit code 0: nothing moved, or rows, marts and columns only came; 3: a row moved or is gone; 4: a mart or a
    column is gone or has another type, which breaks its readers; 1: failed; 2: wrong usage; 5: a publication is
    damaged.
    """
    # Imported here: no other command needs them.
    from cpm_warehouse.report.review.keys import keys_of
    from cpm_warehouse.report.review.reviewing import review as review_change
    from cpm_warehouse.report.review.states import State

    if (base_manifest is None) != (manifest is None):
        raise click.UsageError("name both manifests, --base-manifest and --manifest, or none")
    both = [find_publication(place, thorough=True) for place in (base, change)]
    states = (State.read(base_manifest), State.read(manifest)) if base_manifest and manifest else None
    closed_months = json.loads(_text(to_acknowledge)) if to_acknowledge else []
    with as_closed_as(both[0].path), as_closed_as(both[1].path):
        made = review_change(both[0], both[1], keys_of(Path()), states, out, closed_months)
    for path in made.files:
        click.echo(str(path))
    click.echo(made.sentence)
    sys.exit(made.code)


READERS = (ask, explore, marts, review, site, trace)
