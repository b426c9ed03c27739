"""Explorer of the published copy: a figure, what makes it, the rows behind it, and the SQL of each view.

`make explore` starts it. Its choices stand in its address, which opens it where they were.
"""

import marimo

__generated_with = "0.25.2"

app = marimo.App(width="medium", app_title="Code Performance Measures: explorer", css_file="explorer.css")


@app.cell
def _():
    from pathlib import Path

    import marimo as mo

    from cpm_warehouse.report import book, fragments
    from cpm_warehouse.report.explorer import address, behind, charts, wording
    from cpm_warehouse.report.published import Published
    from cpm_warehouse.report.questions import BEGINNING, written_out

    published = Published.chosen(Path(__file__).parents[1], BEGINNING)
    return address, behind, book, charts, fragments, mo, published, wording, written_out


@app.cell
def _(mo, published):
    mo.md(f"# Code Performance Measures\n\n{published.said()}")
    return


@app.cell
def _(address, mo, published, wording):
    months = {f"{day:%Y-%m}": day for day in published.ask("months")["reporting_month"]}
    mo.stop(not months)
    scopes = list(published.ask("scopes").iter_rows())
    asked = address.chosen(mo.query_params().to_dict())
    day = months.get(asked.get("month"), next(iter(months.values())))
    measures = published.ask("measures")
    names = {
        measure: f"{measure.replace('_', ' ')} {name}{'' if has_figure else ' (not reportable)'}"
        for measure, name, has_figure in measures.iter_rows()
    }
    # What the month asks of a reader first.
    ranked = published.ask("summary", {"reporting_month": day}).sort("attention_rank")
    opened = asked.get("measure", "")
    if opened not in names:
        opened = (ranked if len(ranked) else measures)["measure_id"][0]
    month = mo.ui.dropdown({f"{one:%B %Y}": one for one in months.values()}, value=f"{day:%B %Y}", label="Month")
    measure = mo.ui.dropdown(
        {name: key for key, name in names.items()},
        value=names[opened],
        label="Measure",
    )
    there = {
        "month": months,
        "measure": names,
        "variant": published.ask("variants", {"measure_id": opened})["variant_id"].to_list(),
    }
    lacking = address.lacking(asked, there, scopes)
    scope = mo.ui.dropdown(
        {wording.scope_label(*key): key for key in scopes},
        value=wording.scope_label(*(address.scope_named(asked, scopes) or scopes[0])),
        label="Scope",
    )
    mo.callout(mo.Html(lacking), "warn") if lacking else None
    return asked, measure, month, scope


@app.cell
def _(asked, measure, mo, published):
    variants = {
        variant: f"{name}{' (stands for the measure)' if is_default else ''}"
        for variant, name, is_default in published.ask("variants", {"measure_id": measure.value}).iter_rows()
    }
    variant = mo.ui.dropdown(
        {name: key for key, name in variants.items()},
        value=variants.get(asked.get("variant"), next(iter(variants.values()))),
        label="Reading",
    )
    return (variant,)


@app.cell
def _(address, measure, mo, month, scope, variant):
    address.put(
        mo.query_params(),
        {
            "measure": measure.value,
            "month": f"{month.value:%Y-%m}",
            "variant": variant.value,
            **address.of_scope(scope.value),
        },
    )
    return


@app.cell
def _(measure, mo, month, scope, variant):
    mo.hstack([month, measure, variant, scope], justify="start", wrap=True, gap=1)
    return


@app.cell
def _(fragments, mo, month, published):
    told = fragments.main_points(published.ask("summary", {"reporting_month": month.value}).to_dicts())
    mo.Html(f"<details open><summary>Main points of {month.value:%B %Y}</summary>{told}</details>")
    return


@app.cell
def _(book, measure, mo, month, published, scope, variant, wording):
    values = {
        "reporting_month": month.value,
        "measure_id": measure.value,
        "variant_id": variant.value,
        "scope_type": scope.value[0],
        "scope": scope.value[1],
        "aggregation": scope.value[2],
    }
    result = published.ask("measure_figures", values)
    mo.stop(result.is_empty(), mo.md("The measure is not registered for this month."))
    figure = result.row(0, named=True)
    (page,) = book.pages([figure["page"]])
    mo.vstack([mo.Html(wording.card(figure)), mo.accordion({f"What is {page.title}?": mo.Html(page.html)})])
    return (values,)


@app.cell
def _(mo):
    look = mo.ui.radio(
        ["Trend", "Drivers", "Rows behind it", "Readings side by side", "Submissions"],
        value="Trend",
        inline=True,
        label="Look at",
    )
    look
    return (look,)


@app.cell
def _(mo, published, values, wording, written_out):
    def table(rows, **options):
        """A table of a view's rows; percent and hours to two places, counts with separators."""
        formats = {
            name: wording.number for name, kind in rows.schema.items() if kind.is_float() or kind.is_decimal()
        }
        chosen = {"selection": None, "page_size": 15, "format_mapping": formats, "show_data_types": False}
        return mo.ui.table(rows, **{**chosen, **options})

    def sql_of(*names, **more):
        """The SQL of the views, values written out, to copy."""
        text = "\n\n".join(f"{written_out(name, {**values, **more}).strip()};" for name in names)
        return mo.accordion({"SQL of this view": mo.md(wording.sql_block(text))})

    def ask(name, **more):
        return published.ask(name, {**values, **more})

    return ask, sql_of, table


@app.cell
def _(ask, behind, look, mo, sql_of, table, values):
    kind = behind.ROWS.get(values["measure_id"])
    rows = None
    if look.value == "Rows behind it" and kind:
        rows = table(ask(kind.rows), selection="single" if kind.detail else None)
        rows_view = [
            mo.md(f"**{behind.counts_in_words(rows.data, kind)}**"),
            mo.md(kind.note),
            rows,
            sql_of(kind.rows),
        ]
    else:
        rows_view = [mo.md("No rows of this measure are published.")]
    return kind, rows, rows_view


@app.cell
def _(ask, charts, kind, look, mo, rows_view, sql_of, table):
    def trend():
        months = ask("measure_trend")
        chart = charts.trend(months, "Result and levels by month")
        return [
            chart if months["result_pct"].count() else mo.md("No month has a figure."),
            table(months),
            sql_of("measure_trend"),
        ]

    def drivers():
        views = ["drivers"] + ([kind.exclusions] if kind and kind.exclusions else [])
        parts = [mo.md("What makes the figure, the most costly first."), table(ask("drivers"))]
        if len(views) > 1:
            parts += [mo.md("What was left out, and why."), table(ask(views[1]))]
        return [*parts, sql_of(*views)]

    def readings():
        rows = ask("measure_readings")
        chart = charts.readings(rows, "Readings of the measure in this month")
        return [
            chart if rows["result_pct"].count() else mo.md("No reading has a figure."),
            table(rows),
            sql_of("measure_readings"),
        ]

    def submissions():
        return [
            mo.md("What providers sent that fed the figure."),
            table(ask("figure_submissions")),
            sql_of("figure_submissions"),
        ]

    mo.vstack(
        {
            "Trend": trend,
            "Drivers": drivers,
            "Rows behind it": lambda: rows_view,
            "Readings side by side": readings,
            "Submissions": submissions,
        }[look.value]()
    )
    return


@app.cell
def _(ask, charts, kind, mo, rows, sql_of, table, wording):
    mo.stop(rows is None or not kind.detail or rows.value.is_empty())
    chosen = {key: rows.value[key][0] for key in kind.keys}
    detail = ask(kind.detail, **chosen)
    parts = [mo.Html(wording.heading(chosen.values())), table(detail)]
    if kind.detail == "incident_clock":
        parts.insert(1, charts.clock(detail, "What counted, and what did not"))
    mo.vstack([*parts, sql_of(kind.detail, **chosen)])
    return


if __name__ == "__main__":
    app.run()
