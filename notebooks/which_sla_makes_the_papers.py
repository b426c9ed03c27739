"""Which Working Day service level makes the papers of the Operations Group?"""

import marimo

__generated_with = "0.25.2"

app = marimo.App(width="medium", app_title="Which Working Day SLA makes the papers?")


@app.cell
def _():
    from pathlib import Path

    import altair as alt
    import marimo as mo
    import polars as pl

    from cpm_warehouse.report.published import Published

    published = Published.chosen(Path(__file__).parents[1])
    return alt, mo, pl, published


@app.cell
def _(mo):
    mo.md("""
    # Which Working Day SLA makes the papers?

    The Operations Group reads the Performance Measurement Report (PMR) at two meetings a month, and papers must
    be in seven days before each. The Smart Energy Code asked for 10 Working Days, a derogation allows 25, and 14
    and 18 were proposed. A report that is due after the paper day waits for the next meeting. **So: which service
    level makes the papers, how often, and how old is the data by then?**

    *On the day itself* means that the PMR is due on the paper day, which the Operations Group's paper calls close
    if not impossible: it is counted apart. The twelve months are those from April 2021, in the calendar of England
    and Wales.
    """)
    return


@app.cell
def _(mo, published):
    publication = published.said()
    mo.md(publication)
    return (publication,)


@app.cell
def _(published):
    by_regime = published.query("""
        select
            sla_working_days,
            count(*) as months,
            count(*) filter (where reporting_meeting_verdict = 'in_time') as reporting_in_time,
            count(*) filter (where reporting_meeting_verdict = 'same_day') as reporting_same_day,
            count(*) filter (where main_meeting_verdict = 'in_time') as main_in_time,
            count(*) filter (where main_meeting_verdict = 'same_day') as main_same_day,
            avg(data_age_days) as mean_age_days,
            max(data_age_days) as greatest_age_days
        from (
            -- Two regimes of the same length make the same papers.
            select distinct
                reporting_month, sla_working_days, reporting_meeting_verdict, main_meeting_verdict, data_age_days
            from marts.rpt_pmr_sla_scenarios
            where calendar = 'england_and_wales' and reporting_month between '2021-04-01' and '2022-03-01'
        )
        group by sla_working_days
        order by sla_working_days
    """)
    by_regime
    return (by_regime,)


@app.cell
def _(alt, by_regime, pl):
    made = by_regime.unpivot(
        ["reporting_in_time", "main_in_time"], index=["sla_working_days", "months"], variable_name="meeting"
    ).with_columns(
        meeting=pl.col("meeting").str.replace("_in_time", " meeting"),
        label=pl.format("{} of {}", "value", "months"),
    )
    _bars = alt.Chart(made).mark_bar(color="#1f3a5f")
    _labels = alt.Chart(made).mark_text(align="left", dx=4)
    (
        alt.layer(
            _bars.encode(
                alt.X("value:Q", title="months whose papers are made", scale=alt.Scale(domain=[0, 13])),
                alt.Y("sla_working_days:O", title="Working Days"),
            ),
            _labels.encode(alt.X("value:Q"), alt.Y("sla_working_days:O"), text="label:N"),
        )
        .properties(width=520, height=110)
        .facet(row=alt.Row("meeting:N", title=None, header=alt.Header(labelAngle=0, labelAlign="left")))
    )
    return


@app.cell
def _(mo):
    mo.md("The two months that the paper argues from:")
    return


@app.cell
def _(published):
    # The months that the paper argues from: August and September 2021.
    cases = published.query("""
        select distinct
            reporting_month, sla_working_days, due_date,
            reporting_paper_date, reporting_meeting_verdict, main_paper_date, main_meeting_verdict,
            next_meeting_date, data_age_days
        from marts.rpt_pmr_sla_scenarios
        where calendar = 'england_and_wales' and reporting_month in ('2021-08-01', '2021-09-01')
        order by reporting_month, sla_working_days
    """)
    cases
    return


@app.cell
def _(by_regime, mo, pl):
    def said(row):
        return (
            f"- **{row['sla_working_days']} Working Days**: the reporting meeting's papers in"
            f" {row['reporting_in_time']} of {row['months']} months"
            f" ({row['reporting_same_day']} on the day itself),"
            f" the main meeting's in {row['main_in_time']} ({row['main_same_day']} on the day itself);"
            f" data {row['mean_age_days']:.0f} days old on average when it is read."
        )

    always = by_regime.filter(pl.col("main_in_time") == pl.col("months"))
    longest = always["sla_working_days"].max()
    first = by_regime.filter(pl.col("reporting_in_time") == pl.col("months"))["sla_working_days"].max()
    reporting = (
        f"{first} is the longest that always makes the reporting meeting's papers"
        if first is not None
        else "none makes the reporting meeting's papers every month"
    )
    main = (
        f"the longest service level that makes the main meeting's papers every month is **{longest} Working Days**"
        if longest is not None
        else "no service level makes the main meeting's papers every month"
    )
    answer = f"Of those looked at, {main}; {reporting}.\n\n" + "\n".join(
        map(said, by_regime.iter_rows(named=True))
    )
    mo.md(f"## Answer\n\n{answer}")
    return (answer,)


if __name__ == "__main__":
    _, defined = app.run()
    print(f"{defined['publication']}\n\n{defined['answer']}")
