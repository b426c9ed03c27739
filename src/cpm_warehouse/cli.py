"""The command `cpm`: simulate, land, publish."""

import sys
from collections import Counter
from datetime import datetime
from pathlib import Path

import click

from cpm_warehouse.contracts import load_contracts
from cpm_warehouse.errors import CpmError
from cpm_warehouse.landing import land as land_extracts
from cpm_warehouse.publishing import publish as publish_marts
from cpm_warehouse.simulation import AREAS, SAMPLE_INCIDENTS_PER_MONTH, SAMPLE_SCALE
from cpm_warehouse.simulation import simulate as simulate_extracts


class OneLineErrors(click.Group):
    """Prints a CpmError as one line and exits with 1, where Python would print a trace."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except CpmError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(1)


@click.group(cls=OneLineErrors, context_settings={"max_content_width": 110})
def main() -> None:
    """Receive provider extracts and publish marts. Exit code 0: done; 1: refused or failed; 2: wrong usage."""


@main.command()
@click.option("--out", type=Path, required=True, help="Directory for the extracts; made anew.")
@click.option("--truth", type=Path, required=True, help="Directory for the planted truth; made anew.")
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
@click.option("--area", "areas", type=click.Choice(AREAS), multiple=True, default=AREAS, show_default=True)
@click.option(
    "--alert-uplink-share",
    type=float,
    help="Plant Alerts that take this share of a WAN round trip: 0.5 where the proxy is right. Default: times of their own.",
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
    )
    click.echo(
        f"{out}: {summary.submissions} synthetic submissions, {summary.rows:,} rows,"
        f" {summary.size_bytes / 1e6:.1f} MB in {summary.seconds:.1f} s"
    )


@main.command()
@click.option("--extracts", type=Path, default=Path("extracts/sample"), show_default=True)
@click.option("--lake", type=Path, default=Path("lake/sample"), show_default=True)
def land(extracts: Path, lake: Path) -> None:
    """Take submissions that are new into the Parquet lake and its register.

    A submission is a directory <provider>/<extract>/<YYYY-MM>/v<n> of CSV (.csv, .csv.gz) or Parquet files. What
    was landed before is left as it is; what cannot be read is refused and changes nothing.
    """
    counts: Counter[str] = Counter()
    rows = 0
    for outcome in land_extracts(extracts, lake, load_contracts()):
        counts[outcome.status] += 1
        rows += outcome.rows if outcome.status == "landed" else 0
        if outcome.status == "refused":
            click.echo(f"refused {outcome.submission.key}: {outcome.reason}", err=True)
    # `make` rebuilds when this is newer than what was published.
    mark = lake / "_landed"
    if counts["landed"] or not mark.exists():
        mark.touch()
    click.echo(
        f"{lake}: {counts['landed']} submissions landed ({rows:,} rows), {counts['known']} known,"
        f" {counts['refused']} refused"
    )
    if counts["refused"]:
        sys.exit(1)


@main.command()
@click.option(
    "--warehouse",
    type=Path,
    envvar="CPM_WAREHOUSE",
    default=Path("warehouse/cpm.duckdb"),
    show_default=True,
)
@click.option("--target", type=Path, default=Path("target"), show_default=True, help="dbt's.")
@click.option("--published", type=Path, default=Path("published"), show_default=True)
def publish(warehouse: Path, target: Path, published: Path) -> None:
    """Publish the public marts of the last `dbt build`, if it was whole and every test passed.

    Writes <published>/cpm.duckdb aside and swaps it in: readers keep the old file until then, and never wait.
    """
    done = publish_marts(warehouse=warehouse, target=target, published=published)
    click.echo(
        f"{done.path}: {done.marts} marts published as {done.publication_id}"
        f" ({'new results' if done.is_new else 'results as published before'})"
    )
