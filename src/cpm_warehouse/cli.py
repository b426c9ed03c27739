"""The command `cpm`: simulate, land, verify, write contract pages, publish."""

import errno
import io
import os
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import chdir
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn

import click
import duckdb

from cpm_warehouse.contracts import SCHEMA, contract_schema, load_contracts
from cpm_warehouse.duck import connect
from cpm_warehouse.errors import CpmError, DamageError, one_line, system_said
from cpm_warehouse.layouts.loading import SCHEMA as LAYOUT_SCHEMA
from cpm_warehouse.layouts.loading import find_folder, layout_schema, load_layouts
from cpm_warehouse.locks import hold_lake
from cpm_warehouse.private import as_closed_as, private
from cpm_warehouse.project import PROJECT, Lake, Place, Workplace, lake_of, workplace_of, write_project
from cpm_warehouse.pseudonyms import rotate
from cpm_warehouse.publish.building import run_build, run_dbt
from cpm_warehouse.publish.earlier import EARLIER, write_earlier
from cpm_warehouse.publish.finding import find_publication
from cpm_warehouse.publish.history import EXTRACT, read_chain
from cpm_warehouse.publish.kept import Kept, seen_manifest
from cpm_warehouse.publish.lateness import late_extracts
from cpm_warehouse.publish.publishing import KEEP_DAYS, made_up_lists, take_back_to
from cpm_warehouse.publish.publishing import publish as publish_marts
from cpm_warehouse.publish.restoring import restore
from cpm_warehouse.publish.spark import build_on_spark, take
from cpm_warehouse.publish.state import KINDS, State, state_of
from cpm_warehouse.publish.status import differences
from cpm_warehouse.publish.withholding import without_devices
from cpm_warehouse.receive.additions import additions
from cpm_warehouse.receive.control import write_outline
from cpm_warehouse.receive.journal import read_journal
from cpm_warehouse.receive.judging import judge
from cpm_warehouse.receive.landing import land as land_extracts
from cpm_warehouse.receive.pages import write_contract_pages
from cpm_warehouse.receive.progress import Progress, summary
from cpm_warehouse.receive.repeats import list_missing
from cpm_warehouse.receive.unknown import find_unknown, table
from cpm_warehouse.receive.verifying import REPAIR, Damage, check_lake, require_sound
from cpm_warehouse.report.commands import PUBLICATION, READERS
from cpm_warehouse.report.commands import PUBLISHED as READER_PUBLISHED
from cpm_warehouse.report.questions import BEGINNING
from cpm_warehouse.simulate import (
    AREAS,
    SAMPLE_FIRMWARE_FAULT_SHARE,
    SAMPLE_INCIDENTS_PER_MONTH,
    SAMPLE_SCALE,
)
from cpm_warehouse.simulate import simulate as simulate_extracts

PLACE, SAMPLE = Place(), Path("extracts/sample")


def _lake(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path:
    """Return the lake that was named, or the one of the extracts."""
    extracts = ctx.params.get("extracts") or os.environ.get("CPM_EXTRACTS") or SAMPLE
    return value or Lake().convert(lake_of(Path(extracts)), param, ctx)


EXTRACTS = click.option("--extracts", type=PLACE, envvar="CPM_EXTRACTS", default=SAMPLE, show_default=True)
LAKE = click.option(
    "--lake", type=Lake(), envvar="CPM_LAKE", callback=_lake, show_default="lake/<last part of the extracts' name>"
)
WAREHOUSE = click.option(
    "--warehouse", type=PLACE, envvar="CPM_WAREHOUSE", default=Path("warehouse/cpm.duckdb"), show_default=True
)
SPARK = click.option(
    "tables",
    "--tables",
    type=PLACE,
    envvar="CPM_SPARK_WAREHOUSE",
    default=Path("warehouse/spark"),
    show_default=True,
    help="Where Spark's tables lie.",
)
PUBLISHED = click.option("--published", type=PLACE, default=Path("published"), show_default=True)


def _require_own_project() -> None:
    workplace: Workplace = click.get_current_context().obj
    if said := workplace.require_own():
        click.echo(one_line(said), err=True)


class OneLineErrors(click.Group):
    """Prints what went wrong as one line and exits with its code, where Python would print a trace."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # of a locale that lacks the letter, say
                stream.reconfigure(errors="backslashreplace")
        try:
            return super().invoke(ctx)
        except CpmError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(error.code)
        except ModuleNotFoundError as error:
            if (error.name or "").startswith("cpm_warehouse"):
                raise
            click.echo(
                f"error: {error.name} is not installed, which reports need: `make docs` in a checkout, else"
                " install 'cpm-warehouse[report]'",
                err=True,
            )
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise
            click.echo(f"error: {system_said(error)}", err=True)
        except duckdb.Error as error:
            click.echo(one_line(f"error: {str(error).splitlines()[0]}"), err=True)
        sys.exit(1)


@click.group(cls=OneLineErrors, context_settings={"max_content_width": 110})
@click.option(
    "--project",
    type=Path,
    envvar=PROJECT,
    help="Folder with contracts, seeds and models. By default the current folder or the first one above it that"
    " has them, else what cpm was installed with.",
)
@click.pass_context
def main(ctx: click.Context, project: Path | None) -> None:
    """Receive provider extracts and publish marts.

    Paths on the command line are looked for from the current folder; those of defaults and of the environment
    (CPM_EXTRACTS, CPM_LAKE, CPM_WAREHOUSE), from the project.

    Exit code 0: done; 1: failed; 2: wrong usage; `land` has more.
    """
    ctx.obj = workplace_of(project)
    ctx.with_resource(chdir(ctx.obj.folder))
    if ctx.obj.start != ctx.obj.folder and ctx.invoked_subcommand != "init":
        click.echo(one_line(f"project: {ctx.obj.folder}"), err=True)


@main.command()
@click.argument("folder", type=PLACE)
def init(folder: Path) -> None:
    """Write a project to build in: contracts, seeds, models, and their documentation.

    FOLDER is new or empty. What is written is the project that this cpm was installed with.
    """
    for line in write_project(folder):
        click.echo(line)


@main.command()
@click.option("--out", type=PLACE, required=True, help="Directory for the extracts; made anew.")
@click.option("--truth", type=PLACE, required=True, help="Directory for the planted truth; made anew.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option(
    "--scale",
    type=float,
    default=SAMPLE_SCALE,
    show_default=True,
    help="Traffic as a share of the national month of July 2022 (1.0 bn Service Requests, 1.7 bn Alerts).",
)
@click.option("--incidents-per-month", type=int, default=SAMPLE_INCIDENTS_PER_MONTH, show_default=True)
@click.option("--first-month", type=click.DateTime(["%Y-%m"]), default="2021-07", show_default=True)
@click.option("--months", type=int, default=4, show_default=True)
@click.option(
    "--firmware-fault-share",
    type=float,
    default=SAMPLE_FIRMWARE_FAULT_SHARE,
    show_default=True,
    help="Share of each of eight kinds of planted firmware fault, up to 0.125.",
)
@click.option("--area", "areas", type=click.Choice(AREAS), multiple=True, default=AREAS, show_default=True)
@click.option(
    "--alert-uplink-share",
    type=float,
    help="Plant Alerts that take this share of a WAN round trip; by default, a time of their own.",
)
def simulate(
    out: Path,
    truth: Path,
    seed: int,
    scale: float,
    incidents_per_month: int,
    first_month: datetime,
    months: int,
    areas: tuple[str, ...],
    alert_uplink_share: float | None,
    firmware_fault_share: float,
) -> None:
    """Write synthetic extracts in the providers' shapes, and the truth planted in them.

    The same options give the same bytes. With the defaults it writes the committed sample.
    """
    summary = simulate_extracts(
        out,
        truth,
        seed=seed,
        scale=scale,
        incidents_per_month=incidents_per_month,
        first_month=first_month.date(),
        months=months,
        areas=areas,
        alert_uplink_share=alert_uplink_share,
        firmware_fault_share=firmware_fault_share,
    )
    click.echo(
        f"{out}: {summary.submissions} synthetic submissions, {summary.rows:,} rows,"
        f" {summary.size_bytes / 1e6:.1f} MB in {summary.seconds:.1f} s"
    )


@main.command()
@EXTRACTS
@LAKE
@click.option(
    "--layouts",
    type=PLACE,
    help="Directory of layouts; by default _layouts in that of the extracts, or else extracts/layouts.",
)
@click.option("--dry-run", is_flag=True, help="Judge the submissions and leave the lake as it is.")
@click.option("--docs", type=PLACE, help="Directory for a static site of what Great Expectations found.")
@click.option("--accept-quarantine", is_flag=True, help="Exit with 0, not 3, where rows were quarantined.")
@click.option(
    "--repair", is_flag=True, help="Heal what is damaged in the lake, from its journal and the extracts."
)
@click.option(
    "--wait", type=click.FloatRange(min=0), help="Seconds to wait for another landing; by default CPM_WAIT, or 0."
)
def land(
    extracts: Path,
    lake: Path,
    layouts: Path | None,
    dry_run: bool,
    docs: Path | None,
    accept_quarantine: bool,
    repair: bool,
    wait: float | None,
) -> None:
    """Take submissions that are new into the Parquet lake and its register, each judged against its contract.

    A submission is a directory <provider>/<extract>/<YYYY-MM>/v<n> of CSV (.csv, .csv.gz) or Parquet files; by a
    layout, <layouts>/<provider>/<extract>.yml, files that look otherwise are read, workbooks too. What
    was landed before is left as it is. Rows at fault are quarantined with their text and reason, and the rest is
    accepted; a submission that cannot be relied on as a whole is refused and changes nothing. The rules are rows
    of the seed validation_rules.

    Exit code 0: all accepted; 3: rows were quarantined; 4: a submission was refused; 5: what landed before is
    damaged; 1: failed; 2: wrong usage.
    """
    outcomes = []
    damages: list[Damage] = []
    contracts = load_contracts()
    with private(), Progress(extracts) as progress:
        for outcome in land_extracts(
            extracts,
            lake,
            contracts,
            load_layouts(find_folder(extracts, layouts), contracts),
            dry_run=dry_run,
            repair=repair,
            wait=wait,
            docs=docs,
            watch=progress.watch,
            say=click.echo,
            on_damage=damages.append,
        ):
            outcomes.append(outcome)
    for line in summary(outcomes):
        click.echo(one_line(without_devices(line)))
    for outcome in outcomes:
        if outcome.status == "refused":
            refused = f"refused {outcome.submission.key} ({outcome.rule_id}): {outcome.reason}"
            click.echo(one_line(without_devices(refused)), err=True)
    counts = Counter(outcome.status for outcome in outcomes)
    landed = [outcome for outcome in outcomes if outcome.status == "landed"]
    quarantined = sum(outcome.quarantined for outcome in landed)
    would = "would be " if dry_run else ""
    repaired = f", {counts['repaired']} repaired" if repair else ""
    click.echo(
        f"{lake}: {counts['landed']} submissions {would}landed ({sum(one.rows for one in landed):,} rows,"
        f" {quarantined:,} quarantined), {counts['known']} known, {counts['refused']} refused{repaired}"
    )
    if damages:
        _tell(lake, damages)
    if counts["refused"]:
        sys.exit(4)
    if quarantined and not accept_quarantine:
        sys.exit(3)


def _tell(lake: Path, damages: Sequence[Damage]) -> NoReturn:
    """Name each damage in a line, and end."""
    for damage in damages:
        click.echo(f"damaged {lake}/{one_line(str(damage))}", err=True)
    files = "file is" if len(damages) == 1 else "files are"
    raise DamageError(
        f"{lake}: {len(damages)} {files} not what landed; {REPAIR}, and nothing is published until then"
    )


@main.command()
@LAKE
@PUBLISHED
@click.option(
    "--wait", type=click.FloatRange(min=0), help="Seconds to wait for a landing; by default CPM_WAIT, or 0."
)
def verify(lake: Path, published: Path, wait: float | None) -> None:
    """Read the whole lake, its history and what is published: nothing was cut, edited, swapped, added or lost.

    `land` and `publish` look by size and time only. Exit code 0: all is as it landed; 5: something is not, and is
    named; 1: failed; 2: wrong usage.
    """
    if not lake.is_dir():
        raise CpmError(f"{lake}: no such lake; name it with --lake")
    with hold_lake(lake, shared=True, wait=wait):
        damages = check_lake(lake, thorough=True)
        submissions = len(read_journal(lake).submissions)
        links = len(read_chain(lake))
    if damages:
        _tell(lake, damages)
    if altered := Kept(published).damages(published / "cpm.duckdb"):
        for line in altered[1:]:
            click.echo(f"damaged {line}", err=True)
        raise DamageError(altered[0])
    click.echo(f"{lake}: {submissions} submissions, every file as it landed; {links} publications in a chain")


@main.command("list-repeats")
@LAKE
def list_repeats(lake: Path) -> None:
    """List rows that share their key, for submissions that landed or were linked before landing did.

    Their rows are read once, and stay as they are; a build asks for this where a list is missing.
    """
    with private(), hold_lake(lake), connect() as connection:
        count = list_missing(connection, lake, require_sound(lake), load_contracts(), click.echo)
    click.echo(f"{lake}: repeats of {count} submissions listed")


@main.command()
@LAKE
@click.option("--docs", type=PLACE, help="Directory for a static site of what it finds in every submission.")
def validate(lake: Path, docs: Path | None) -> None:
    """Let Great Expectations judge the submissions that landed since, by what landing counted in their rows.

    A build does so by itself, and builds nothing from a submission that it faults. Exit code 0: none is faulted;
    1: failed, or one is; 2: wrong usage.
    """
    with private():
        count = judge(lake, require_sound(lake), docs)
    click.echo(f"{lake}: Great Expectations judged {count} submissions" + (f"; see {docs}" if docs else ""))


@main.command()
@LAKE
@click.option("--extracts", type=PLACE, help="Where the rows to add go; by default where the lake's extracts lie.")
def codes(lake: Path, extracts: Path | None) -> None:
    """List the codes in a lake that no list knows, where each was seen, and the row that makes it known.

    Asked are the submissions that count, with the own lists among them. Where a row has values between bars, keep
    one; fill in what is empty. What looks like a device or a party is counted and not shown.

    Exit code 0: every code is known; 3: some are not; 1: failed; 2: wrong usage.
    """
    if not lake.is_dir():
        raise CpmError(f"{lake}: no such lake; name it with --lake")
    contracts = load_contracts()
    with hold_lake(lake, shared=True):
        unknown = find_unknown(lake, contracts)
        extracts = extracts or Path(os.path.normpath(lake / read_journal(lake).extracts))
        added = list(additions(unknown, lake, extracts, contracts))
    if not unknown:
        click.echo(f"{lake}: every code is in a list")
        return
    for line in table(unknown):
        click.echo(one_line(without_devices(line)))
    for addition in added:
        click.echo(f"\n{addition.file} ({addition.note}):")
        for line in (addition.header, *addition.rows):
            click.echo(one_line(without_devices(line)))
    sys.exit(3)


@main.command("control")
@click.argument("folder", type=PLACE)
@click.option("--received-at", help="When the files were received, with an offset, like 2021-09-05T09:12:00Z.")
@click.option("--synthetic", is_flag=True, help="The files are made up: nothing of them is real.")
def write_control(folder: Path, received_at: str | None, synthetic: bool) -> None:
    """Write a control.json for the files of a submission, <provider>/<extract>/<YYYY-MM>/v<n>.

    It says when they were received, which files there are and their SHA-256: landing then refuses a file that was
    cut or changed. Rows are added by hand where the sender says how many there are.
    """
    path = write_outline(folder, received_at, synthetic=synthetic)
    click.echo(f"{path}: written" + ("" if received_at else "; fill in received_at, and then land it"))


@main.command("restore-history")
@LAKE
@PUBLISHED
def restore_history(lake: Path, published: Path) -> None:
    """Write the history of a lake anew from the publications that are kept, where it was damaged.

    Each publication has the results of all before it, and the checksum with which the chain then ended: only what
    comes to that checksum is taken. What lay there goes to <lake>/_removed.
    """
    number = restore(lake, published)
    click.echo(f"{lake / EXTRACT}: {number} publications, as they were published")


@main.command("earlier-publication")
@EXTRACTS
@click.option(
    "--warehouse",
    type=PLACE,
    envvar="CPM_WAREHOUSE",
    default=Path("warehouse/cpm.duckdb"),
    show_default=True,
    help="Built over the extracts with the variable as_known_at.",
)
@click.option("--published-at", type=click.DateTime(), required=True, help="UTC instant that was as_known_at.")
def earlier_publication(extracts: Path, warehouse: Path, published_at: datetime) -> None:
    """Keep what a rebuild of the past shows beside a synthetic sample, as its earlier publication.

    `make sample` calls it. `cpm land` makes it the first publication of a lake that has none, so that there is a
    restatement to read after the first build. Real results are refused, here and there.
    """
    publication_id = write_earlier(warehouse, extracts / EARLIER, published_at)
    click.echo(f"{extracts / EARLIER}: {publication_id}")


@main.command("profile")
@click.argument("file", type=PLACE)
@click.option("--extract", required=True, help="Name of the contract that the file is for.")
@click.option("--provider", help="Who sends it; may be left out where only one does.")
@click.option("--layout", type=PLACE, help="Read the file as this layout says.")
@click.option(
    "--out", type=PLACE, help="The layout to write; by default extracts/layouts/<provider>/<extract>.yml."
)
def profile_file(file: Path, extract: str, provider: str | None, layout: Path | None, out: Path | None) -> None:
    """Show what is in FILE, and write a layout to complete.

    FILE is CSV in any encoding, with any delimiter, .csv.gz, a workbook or Parquet. What it does not tell stands
    in the layout as a choice, and nothing lands by it until that is made. Nothing is guessed: days and months
    that cannot be told apart are asked for. Devices and SEC Parties are shown by the form of their names only.
    """
    # Imported here: only this command reads files of any kind.
    from cpm_warehouse.receive.profiling import profile

    with private():
        profile(file, load_contracts(), extract=extract, provider=provider, layout=layout, out=out, say=click.echo)


@main.command("contract-pages")
@click.option("--out", type=PLACE, required=True, help="Directory for the pages.")
def contract_pages(out: Path) -> None:
    """Write a page for each contract, in Markdown, to send to its providers."""
    pages = write_contract_pages(load_contracts(), out)
    click.echo(f"{out}: {pages} pages")


@main.command("contract-schema")
@click.option("--out", type=PLACE, default=SCHEMA, show_default=True)
def write_contract_schema(out: Path) -> None:
    """Write what a contract may say as JSON Schema, by which editors complete and check one."""
    out.write_text(contract_schema(), encoding="utf-8")
    click.echo(str(out))


@main.command("layout-schema")
@click.option("--out", type=PLACE, default=LAYOUT_SCHEMA, show_default=True)
def write_layout_schema(out: Path) -> None:
    """Write what a layout may say as JSON Schema, by which editors complete and check one."""
    out.write_text(layout_schema(), encoding="utf-8")
    click.echo(str(out))


@main.command("book")
@click.option("--out", type=PLACE, default=Path("published/docs/book.html"), show_default=True)
def write_book(out: Path) -> None:
    """Write the measure book and the decisions as one HTML file that needs nothing else."""
    # Imported here: a landing needs no templates.
    from cpm_warehouse.report.book import render_book

    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(render_book(), encoding="utf-8")
    click.echo(str(out))


@main.command()
@LAKE
@WAREHOUSE
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def build(lake: Path, warehouse: Path, arguments: tuple[str, ...]) -> None:
    """Run `dbt build` over a lake, with further ARGUMENTS of dbt after `--`.

    Says in one line what would stop it: a place that cannot be written to, a warehouse that another build or a
    notebook has open, a lake in which `cpm land` is at work, a salt that is missing. CPM_WAIT=<seconds>
    lets it wait.
    """
    _require_own_project()
    sys.exit(run_build(lake, warehouse, arguments))


@main.command("spark")
@LAKE
@SPARK
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def build_spark(lake: Path, tables: Path, arguments: tuple[str, ...]) -> None:
    """Run `dbt build` on Spark over a lake, with further ARGUMENTS of dbt after `--`.

    `make spark` brings Spark along. `cpm publish --from-spark` publishes what it built.
    """
    _require_own_project()
    sys.exit(build_on_spark(lake, tables, arguments))


@main.command("dbt")
@LAKE
@WAREHOUSE
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, required=True)
def run_any_dbt(lake: Path, warehouse: Path, arguments: tuple[str, ...]) -> None:
    """Run another command of dbt over a lake, such as `cpm dbt -- docs generate`."""
    _require_own_project()
    sys.exit(run_dbt(lake, warehouse, arguments))


@main.command()
@LAKE
@PUBLISHED
@WAREHOUSE
@click.option("--quiet", is_flag=True, help="Say it by the exit code only.")
@click.option("--json", "as_json", is_flag=True, help="Write all of it as JSON: what is late, refused and so on.")
@click.option(
    "--on",
    "kinds",
    type=click.Choice([*KINDS, "all"]),
    multiple=True,
    default=("differs",),
    show_default=True,
    help="What to look at, and what the exit code tells; may be given again.",
)
@click.option(
    "--at", type=click.DateTime(), help="UTC instant to take for now; by default the time of the machine."
)
def status(
    lake: Path,
    published: Path,
    warehouse: Path,
    quiet: bool,
    as_json: bool,
    kinds: tuple[str, ...],
    at: datetime | None,
) -> None:
    """Say how everything stands: what is late, refused, quarantined, built, published and restated.

    `differs` is how what is published differs from the project and the lake as they are now. Asked are
    submissions, rules, seeds, variables and versions, never times of files.

    Exit code 0: nothing of what --on names; 3: something of it; 4: of that, a submission was refused; 1: failed;
    2: wrong usage; 5: the history is damaged.
    """
    _require_own_project()
    file = published / "cpm.duckdb"
    asked = KINDS if "all" in kinds else kinds
    if asked == ("differs",) and not as_json:  # of each `make build`: nothing else is looked at
        state = State(differs=differences(Path(), lake, file))
    else:
        state = state_of(Path(), lake, file, warehouse, at or datetime.now(UTC))
    wanting = state.wanting(asked)
    if as_json:
        click.echo(state.as_json())
    elif not quiet:
        for line in state.lines(file, lake, asked):
            click.echo(line)
        _warn_of_made_up(made_up_lists(seen_manifest(file)))
    sys.exit(4 if "refused" in wanting else 3 if wanting else 0)


def _warn_of_made_up(lists: Sequence[str]) -> None:
    if lists:
        click.echo(
            f"warning: real extracts are read by names made up for the sample: {', '.join(lists)}; give your own"
            " lists (docs/guides/give_your_own_code_lists.md)",
            err=True,
        )


@main.command()
@LAKE
@PUBLISHED
@click.option(
    "--at", type=click.DateTime(), help="UTC instant to take for now; by default the time of the machine."
)
@click.option(
    "--since", type=click.DateTime(["%Y-%m"]), help="First month to ask for, like 2021-09; by default all."
)
def late(lake: Path, published: Path, at: datetime | None, since: datetime | None) -> None:
    """Say which extracts providers should have sent by now, by the Working Days of their contracts.

    What is due is taken from what is published (the mart rpt_submission_lateness), what came from the lake.

    Exit code 0: nothing is late; 3: something is; 1: failed; 2: wrong usage.
    """
    now = at or datetime.now(UTC)
    first_month = since.date() if since else date.min
    found, last_month = late_extracts(published / "cpm.duckdb", lake, now, first_month)
    for one in found:
        click.echo(f"late: {one}")
    known = f"; due dates are known up to the month {last_month:%Y-%m}" if last_month else ""
    what = f"{len(found)} extract is" if len(found) == 1 else f"{len(found) or 'no'} extracts are"
    click.echo(f"{lake}: {what} late at {now:%Y-%m-%d %H:%M} UTC{known}")
    sys.exit(3 if found else 0)


@main.command()
@WAREHOUSE
@PUBLISHED
@click.option("--with-variable", "variables", multiple=True, help="A variable that may differ from the project's.")
@click.option(
    "--keep-days",
    type=click.IntRange(min=0),
    envvar="CPM_KEEP_DAYS",
    default=KEEP_DAYS,
    show_default=True,
    help="Days for which publications are kept under their own names; the last two always are.",
)
@click.option("--rollback", help="Let readers see this kept publication again, named as `cpm publications` does.")
@click.option("--from-spark", is_flag=True, help="Publish what `cpm spark` built.")
@SPARK
def publish(
    warehouse: Path,
    published: Path,
    variables: tuple[str, ...],
    keep_days: int,
    rollback: str | None,
    from_spark: bool,
    tables: Path,
) -> None:
    """Publish the public marts of a build, if it is whole and every test passed.

    It may have been built by several commands, such as `dbt build` and `dbt retry`, or `dbt build --select`: every
    node has to stand as the project now has it, over the same lake and after all that it reads.

    Writes <published>/cpm.duckdb aside and swaps it in: readers keep the old file until then, and never wait. What
    it rests on stands in its schema `publication` and in <published>/cpm.json. It is kept under its own name.
    """
    if rollback:
        entry = take_back_to(published, rollback)
        click.echo(
            f"{published / 'cpm.duckdb'}: {entry.name} again, published at {entry.manifest['published_at']}"
        )
        return
    _require_own_project()
    if from_spark:
        warehouse = Path("target/spark/taken.duckdb")
        take(tables, warehouse)
    done = publish_marts(warehouse=warehouse, published=published, variables=variables, keep_days=keep_days)
    if done.later:
        more = f" and {len(done.later) - 1} more" if len(done.later) > 1 else ""
        click.echo(f"not in it, landed since the build began: {done.later[0]}{more}", err=True)
    if done.replaced:
        click.echo(f"replaced: {done.replaced}", err=True)
    _warn_of_made_up(done.made_up_lists)
    for one in done.withheld:
        click.echo(f"withheld in {one.rows} rows of {one.mart}.{one.column}: looks like {one.pattern}", err=True)
    click.echo(
        f"{done.path}: {done.marts} marts published as {done.name}"
        f" ({'new results' if done.is_new else 'results as published before'})"
    )


@main.command()
@PUBLISHED
def publications(published: Path) -> None:
    """List the publications that are kept, oldest first, with size and when each was published."""
    entries = Kept(published).entries()
    final = published / "cpm.duckdb"
    seen = seen_manifest(final).get("name")
    for entry in entries:
        said = "  <- readers see this" if entry.name == seen else ""
        if taken_back := entry.manifest.get("taken_back_at"):
            said = f"  taken back at {taken_back}"
        click.echo(f"{entry.name}  {entry.manifest['published_at']}  {entry.size / 1e6:,.1f} MB{said}")
    total = sum(entry.size for entry in entries) / 1e6
    click.echo(
        f"{published / 'kept'}: {len(entries)} publications, {total:,.1f} MB; results of all stay in the lake"
    )


@main.command("rotate-salt")
@click.option("--lake", type=Lake(), required=True)
def rotate_salt(lake: Path) -> None:
    """Let another CPM_PSEUDONYM_SALT begin with the next publication: every pseudonym will be another."""
    rotate(lake / EXTRACT)
    click.echo(f"{lake}: the next publication begins a new salt; pseudonyms before and after it do not match")


@main.command()
@click.option("--month", type=click.DateTime(["%Y-%m"]), required=True, help="Month of the report, like 2021-09.")
@READER_PUBLISHED
@PUBLICATION
@click.option(
    "--out",
    type=PLACE,
    help="Folder for it; by default published/pmr, and of an earlier publication published/pmr/<its name>.",
)
@click.option("--classification", help="Text on every page; by default Green for synthetic data, else Amber.")
@click.option("--contact", help="Whom readers may ask, as page one has it.")
@click.option("--commentary", type=PLACE, help="YAML or Markdown with cause and remedy for each measure.")
@click.option("--allow-empty", is_flag=True, help="Write a report of a month without figures; it says so.")
def pack(
    month: datetime,
    published: Path,
    publication: str | None,
    out: Path | None,
    classification: str | None,
    contact: str | None,
    commentary: Path | None,
    allow_empty: bool,
) -> None:
    """Write the month's report from the published marts: one HTML file, its core as PDF, and a workbook.

    It needs the publication and nothing else: no lake, no build.

    Exit code 0: done; 1: failed; 2: wrong usage; 3: the month has no figures, and nothing is written; 5: the
    publication is damaged.
    """
    # Its libraries are installed for reports only, and take a second to load.
    from cpm_warehouse.report.pack import figured_months, make_pack

    found = find_publication(published, publication, thorough=True)
    found.require(BEGINNING)
    with found.reading():
        months = figured_months(found.path)
    if month.date() not in months and not allow_empty:
        there = ", ".join(f"{one:%Y-%m}" for one in months) or "none"
        click.echo(
            f"error: {found.path}: asked is {month:%Y-%m}, which has no figures; months with figures are {there};"
            " nothing is written. A report that says so: --allow-empty",
            err=True,
        )
        sys.exit(3)
    folder = out or (Path("published/pmr", found.name) if publication else Path("published/pmr"))
    with found.reading(), as_closed_as(found.path):
        made = make_pack(found.path, month.date(), folder, classification, contact=contact, commentary=commentary)
    if not made.has_figures:
        click.echo(f"{found.path}: no figures for {month:%Y-%m}; the report says so", err=True)
    for path in made.files:
        click.echo(str(path))


for reader in READERS:
    main.add_command(reader)
