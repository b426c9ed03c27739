"""Is the Alert proxy fit for purpose?"""

import marimo

__generated_with = "0.25.2"

app = marimo.App(width="medium", app_title="Is the Alert proxy fit for purpose?")


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
    # Below so many requests or Alerts, a percentage says too little to compare.
    fewest = 30
    mo.md(f"""
    # Is the Alert proxy fit for purpose?

    CPM 3 asks how fast Alerts reach the User. Where nobody reports Alerts, half the time that on-demand Service
    Requests spend in the WAN stands for it. Where both are known, the two can be held against each other. **Does
    the proxy give the verdict that the measurement gives?** That is what it is for, so that is what decides; how
    far the two percentages and the two curves are apart is shown beside it.

    A comparison is one region in one month, with at least {fewest} events on either side. Regions and months with
    fewer are left out, and counted.
    """)
    return (fewest,)


@app.cell
def _(mo, published):
    publication = published.said()
    mo.md(publication)
    return (publication,)


@app.cell
def _(fewest, published):
    both = published.query("""
        with

        levels as (
            select
                reporting_month,
                max(target_pct) as target_pct,
                max(minimum_pct) as minimum_pct
            from marts.fct_measure_results
            where measure_id = 'CPM_3' and is_default
            group by reporting_month
        )

        -- Counts are compared with the level, as the marts do: no rounded percentage decides.
        select
            accuracy.*,
            case
                when proxy_within_count * 100 >= target_pct * proxy_total_count then 'target met'
                when proxy_within_count * 100 >= minimum_pct * proxy_total_count then 'minimum met'
                else 'below minimum'
            end as proxy_verdict,
            case
                when measured_within_count * 100 >= target_pct * measured_total_count then 'target met'
                when measured_within_count * 100 >= minimum_pct * measured_total_count then 'minimum met'
                else 'below minimum'
            end as measured_verdict
        from marts.rpt_alert_proxy_accuracy as accuracy
        inner join levels
            on accuracy.reporting_month = levels.reporting_month
        where device_type = 'all' and sides = 'both'
        order by accuracy.reporting_month, region
    """)
    enough = (both["proxy_total_count"] >= fewest) & (both["measured_total_count"] >= fewest)
    compared = both.filter(enough)
    left_out = len(both) - len(compared)
    compared.select(
        "reporting_month",
        "region",
        "proxy_pct",
        "measured_pct",
        "difference_points",
        "difference_lower_points",
        "difference_upper_points",
        "proxy_verdict",
        "measured_verdict",
        "largest_gap_points",
        "chance_gap_points",
    )
    return compared, left_out


@app.cell
def _(alt, compared, cs, pl):
    _shown = compared.with_columns(
        cs.decimal().cast(pl.Float64),
        comparison=pl.format("{} {}", pl.col("reporting_month").dt.strftime("%b %Y"), "region"),
    )
    _order = _shown["comparison"].to_list()
    _points = alt.X("difference_points:Q", title="proxy less measured, percentage points (95% interval)")
    _rows = alt.Y("comparison:N", sort=_order, title=None)
    _interval = (
        alt.Chart(_shown)
        .mark_rule(color="#1f3a5f", strokeWidth=2)
        .encode(alt.X("difference_lower_points:Q"), alt.X2("difference_upper_points:Q"), _rows)
    )
    _dots = alt.Chart(_shown).mark_point(filled=True, size=70, color="#1f3a5f").encode(_points, _rows)
    _zero = alt.Chart(_shown.head(1)).mark_rule(strokeDash=[4, 3], color="#5b6470").encode(x=alt.datum(0))
    (_zero + _interval + _dots).properties(
        width=560, title="Left of the line, the proxy is harsher than the truth"
    )
    return


@app.cell
def _(mo):
    mo.md("Where only the proxy exists, and how far it was off elsewhere in the month:")
    return


@app.cell
def _(published):
    standing_in = published.query("""
        select reporting_month, region, proxy_pct, likely_error_least_points, likely_error_most_points
        from marts.rpt_alert_proxy_accuracy
        where device_type = 'all' and sides = 'proxy_only'
        order by reporting_month, region
    """)
    standing_in
    return (standing_in,)


@app.cell
def _(compared, left_out, mo, pl, standing_in):
    differing = compared.filter(pl.col("proxy_verdict") != pl.col("measured_verdict"))
    harsher = compared.filter(pl.col("difference_upper_points") < 0)
    flattering = compared.filter(pl.col("difference_lower_points") > 0)
    apart = compared.filter(pl.col("largest_gap_points") > pl.col("chance_gap_points"))
    if compared.is_empty():
        answer = "Nobody can say: in no region and month are there enough events on both sides to compare."
    else:
        verdict = "not fit" if len(differing) else "fit"
        differences, gaps = compared["difference_points"], compared["largest_gap_points"]
        chance = compared["chance_gap_points"]
        answer = (
            f"**By this test, the proxy is {verdict} for purpose.** Its verdict differs from the measured one in"
            f" {len(differing)} of {len(compared)} comparisons ({left_out} more had too few events). The difference"
            f" runs from {differences.min():+.2f} to {differences.max():+.2f} percentage points; the proxy is harsher"
            f" beyond chance in {len(harsher)} and flatters beyond chance in {len(flattering)}. The delays themselves"
            f" are distributed otherwise in {len(apart)}: the curves part by up to {gaps.max():.0f} points where chance"
            f" would explain {chance.min():.0f} to {chance.max():.0f}. The proxy stands in for a measurement in"
            f" {len(standing_in)} region-months, where how far it is off can only be inferred from elsewhere."
        )
    mo.md(f"## Answer\n\n{answer}")
    return (answer,)


if __name__ == "__main__":
    _, defined = app.run()
    print(f"{defined['publication']}\n\n{defined['answer']}")
