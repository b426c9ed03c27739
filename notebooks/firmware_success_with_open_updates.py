"""What does firmware success look like when open updates are censored?"""

import marimo

__generated_with = "0.25.2"

app = marimo.App(width="medium", app_title="Firmware success with open updates censored")


@app.cell
def _():
    from pathlib import Path

    import altair as alt
    import marimo as mo
    import polars as pl
    import polars.selectors as cs

    from cpm_warehouse.report.published import Published

    published = Published.chosen(Path(__file__).parents[1])
    return alt, cs, mo, pl, published


@app.cell
def _(mo):
    mo.md("""
    # What does firmware success look like when open updates are censored?

    An update that was sent near the end of what is known has had little time to be activated. Counted plainly it is
    not activated, so the latest month looks worse than it is. The Kaplan-Meier estimate takes such an update for
    what it is: not activated *yet*, and watched for so many days only (censored). **How much of the latest month's
    difference from the months before is real, and how much is that updates still wait?**

    The updates are those of Communications Hubs and those of SMETS1 devices, in all regions, by the month in which they
    were sent. What is shown is activation. No measure says the same: CPM 6B counts what the devices took, activated or
    not, and CPM 6C counts requests to activate, so both stand beside the curve of SMETS1 devices, which is drawn once.
    """)
    return


@app.cell
def _(mo, published):
    publication = published.said()
    mo.md(publication)
    return (publication,)


@app.cell
def _(published):
    # Every day on which anything happened, of each month's updates.
    curves = published.query("""
        select
            curve_name, updated_month, day_number, waiting_count, activated_count, censored_count, activated_pct
        from marts.rpt_firmware_survival
        where is_drawn and region = 'all' and device_type = 'all'
        order by curve_name, updated_month, day_number
    """)
    return (curves,)


@app.cell
def _(published):
    # What the measures of the same devices say of the same months, and why it is another figure.
    measures = published.query("""
        select distinct
            curves.curve_name, curves.updated_month, curves.measure_id, results.result_pct, results.met_count,
            results.total_count, curves.measure_difference
        from marts.rpt_firmware_survival as curves
        inner join marts.fct_measure_results as results
            on curves.measure_id = results.measure_id and curves.updated_month = results.reporting_month
        where results.is_default and results.scope_type = 'national' and results.aggregation = 'pooled'
            and results.basis = 'measured' and results.result_pct is not null
        order by curves.curve_name, curves.updated_month, curves.measure_id
    """)
    measures
    return (measures,)


@app.cell
def _(alt, cs, curves, pl):
    _shown = curves.with_columns(cs.decimal().cast(pl.Float64), month=pl.col("updated_month").dt.strftime("%b %Y"))
    _months = _shown["month"].unique(maintain_order=True).to_list()
    _days = alt.X("day_number:Q", title="days after the update was sent")
    _share = alt.Y("activated_pct:Q", title="activated, percent", scale=alt.Scale(domain=[0, 100]))
    _dash = alt.StrokeDash("month:N", sort=_months, legend=alt.Legend(title="sent in"))
    _lines = alt.Chart().mark_line(interpolate="step-after", color="#1f3a5f").encode(_days, _share, _dash)
    _censored = (
        alt.Chart()
        .transform_filter("datum.censored_count > 0")
        .mark_tick(orient="vertical", color="#8a4b00", thickness=2, height=12)
        .encode(alt.X("day_number:Q"), alt.Y("activated_pct:Q"))
    )
    (
        alt.layer(_lines, _censored, data=_shown)
        .properties(width=300, height=260)
        .facet(column=alt.Column("curve_name:N", title=None))
        .properties(title="Share activated by each day; a tick where updates leave the view (censored)")
    )
    return


@app.cell
def _(curves, pl):
    cohorts = curves.group_by("curve_name", "updated_month", maintain_order=True).agg(
        updates=pl.col("waiting_count").first(),
        activated=pl.col("activated_count").sum(),
        counted_pct=100 * pl.col("activated_count").sum() / pl.col("waiting_count").first(),
        censored_pct=pl.col("activated_pct").last().cast(pl.Float64),
        first_censored_day=pl.col("day_number").filter(pl.col("censored_count") > 0).min(),
        last_day=pl.col("day_number").max(),
    )
    cohorts
    return (cohorts,)


@app.cell
def _(cohorts, measures, mo, pl):
    def beside(curve, month):
        rows = measures.filter(pl.col("curve_name") == curve, pl.col("updated_month") == month)
        return [
            f"    - {row['measure_id'].replace('_', ' ')} says {row['result_pct']:.1f}%"
            f" ({row['met_count']} of {row['total_count']}): {row['measure_difference']}."
            for row in rows.iter_rows(named=True)
        ]

    def said(curve, months):
        latest, before = months.row(-1, named=True), months.head(-1)
        counted = latest["counted_pct"] - before["counted_pct"].mean()
        estimated = latest["censored_pct"] - before["censored_pct"].mean()
        told = (
            f"- **{curve}**: of {latest['updates']} updates sent in"
            f" {latest['updated_month']:%B %Y}, {latest['counted_pct']:.1f}% counted plainly and"
            f" {latest['censored_pct']:.1f}% with open ones censored. Against the mean of the months before that is"
            f" {counted:+.1f} and {estimated:+.1f} percentage points: {abs(estimated - counted):.1f} points are updates"
            f" that still wait, the rest is not. One update is {100 / latest['updates']:.1f} points."
        )
        return "\n".join([told, *beside(curve, latest["updated_month"])])

    comparable = {
        curve: months
        for (curve,), months in cohorts.group_by("curve_name", maintain_order=True)
        if len(months) > 1
    }
    latest = pl.concat([months.tail(1) for months in comparable.values()]) if comparable else cohorts.clear()
    hidden = (latest["censored_pct"] - latest["counted_pct"]).max()
    opening = (
        "One month of updates cannot be compared with another."
        if latest.is_empty()
        else f"Censoring lifts the latest month by {hidden:.1f} percentage points at most: "
        + (
            "open updates explain next to nothing of its difference."
            if hidden < 1
            else "part of its difference is updates that still wait, and the rest would stay if no more were known."
        )
    )
    answer = "\n".join([opening, "", *(said(curve, months) for curve, months in comparable.items())])
    mo.md(f"## Answer\n\n{answer}")
    return (answer,)


if __name__ == "__main__":
    _, defined = app.run()
    print(f"{defined['publication']}\n\n{defined['answer']}")
