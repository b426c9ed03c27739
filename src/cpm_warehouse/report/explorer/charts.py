"""The explorer's charts: levels as lines with their names, marks by shape as well as by colour."""

from typing import Any, TypeAlias

import altair as alt
import polars as pl
import polars.selectors as cs

INK, SOFT = "#1f3a5f", "#5b6470"
# Room for the labels may take the axis past 100, where no percentage is.
PERCENT = alt.Axis(labelExpr="datum.value > 100 || datum.value < 0 ? '' : datum.label", tickCount=6)
Drawn: TypeAlias = Any  # Altair types each step of a chart as another union of classes


def trend(rows: pl.DataFrame, title: str) -> Drawn:
    """Result by month, with the levels in force; `line_number` says which months one line joins."""
    shown = _drawable(rows).with_columns(month=pl.col("reporting_month").dt.strftime("%b %Y"))
    months = alt.X(
        "month:O",
        sort=shown["month"].to_list(),
        title=None,
        axis=alt.Axis(labelAngle=0),
        scale=alt.Scale(padding=1),
    )
    base = alt.Chart(shown)
    scale = alt.Y("result_pct:Q", title="percent", axis=PERCENT, scale=alt.Scale(zero=False, padding=14))
    line = base.mark_line(color=INK, strokeWidth=2, point=alt.OverlayMarkDef(size=60, color=INK)).encode(
        months, scale, detail="line_number:N"
    )
    figures = alt.Text("result_pct:Q", format=".2f")
    halo = base.mark_text(dy=-13, stroke="white", strokeWidth=4, fontSize=12).encode(months, scale, text=figures)
    labels = base.mark_text(dy=-13, color=INK, fontSize=12).encode(months, scale, text=figures)
    layers = [halo, labels]
    for level, dash in (("target_pct", [6, 3]), ("minimum_pct", [2, 3])):
        rule = base.mark_line(color=SOFT, strokeDash=dash).encode(months, alt.Y(f"{level}:Q"))
        name = (
            alt.Chart(shown.tail(1).with_columns(name=pl.lit(level.removesuffix("_pct"))))
            .mark_text(align="left", dx=8, color=SOFT, fontSize=12)
            .encode(months, alt.Y(f"{level}:Q"), text="name:N")
        )
        layers = [rule, name, *layers]
    return _placed(alt.layer(line, *layers), title, 260)


def readings(rows: pl.DataFrame, title: str) -> Drawn:
    """One mark per reading of a measure: filled for the one that stands for it."""
    shown = _drawable(rows).with_columns(
        standing=pl.when("is_default_variant")
        .then(pl.lit("stands for the measure"))
        .otherwise(pl.lit("another reading"))
    )
    base = alt.Chart(shown).encode(
        alt.Y("variant_name:N", sort=shown["variant_name"].to_list(), title=None, axis=alt.Axis(labelLimit=300)),
        alt.X("result_pct:Q", title="percent", axis=PERCENT, scale=alt.Scale(zero=False, padding=30)),
    )
    marks = base.mark_point(size=110, filled=True, color=INK).encode(
        shape=alt.Shape(
            "standing:N",
            scale=alt.Scale(domain=["stands for the measure", "another reading"], range=["diamond", "circle"]),
            legend=alt.Legend(title=None, orient="bottom", columns=1),
        )
    )
    labels = base.mark_text(dx=12, align="left", color=INK, fontSize=12).encode(
        text=alt.Text("result_pct:Q", format=".2f")
    )
    return _placed(marks + labels, title, alt.Step(30))


def clock(rows: pl.DataFrame, title: str) -> Drawn:
    """Segments of an Incident's clock: what counts is full height and dark, what does not is thin and light."""
    shown = _drawable(rows).with_columns(
        counts=pl.when("is_counted").then(pl.lit("counts")).otherwise(pl.lit("does not count"))
    )
    scale = alt.Scale(domain=["counts", "does not count"], range=[INK, "#b9c2cc"])
    bars = (
        alt.Chart(shown)
        .mark_bar()
        .encode(
            alt.X("started_at:T", title="UTC"),
            alt.X2("ended_at:T"),
            alt.Y("reason:N", title=None, sort=None),
            alt.Color("counts:N", scale=scale, legend=alt.Legend(title=None, orient="bottom")),
            tooltip=[
                "reason",
                "status",
                "status_reason",
                "organisation",
                "elapsed_hours",
                "started_at",
                "ended_at",
            ],
        )
    )
    return _placed(bars, title, alt.Step(26))


def _placed(chart: Drawn, title: str, height: int | alt.Step) -> Drawn:
    """A chart as wide as the page lets it be, with its title at the left, where a narrow page has it too."""
    return chart.properties(width="container", height=height, title=alt.Title(title, anchor="start"))


def _drawable(rows: pl.DataFrame) -> pl.DataFrame:
    """A chart takes no decimals."""
    return rows.with_columns(cs.decimal().cast(pl.Float64))
