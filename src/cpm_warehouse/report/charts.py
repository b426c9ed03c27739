"""The charts, in one small style: direct labels, units, levels as lines; grey print loses nothing.

Each is one panel of a fixed width that fits a phone: a page sets them side by side, and text is never scaled.
Every chart has a number, a title that says what it found, and its figures in words for those who cannot see it.
Percentages of one measure are drawn on one axis. A percentage of few events is a hollow mark with its interval.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from html import escape
from itertools import count
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup

from cpm_warehouse.report.formats import in_words, percent

Axis = tuple[float, float]

WIDTH, HEIGHT = 250, 130
INK, SOFT, LINE = "#1d2a35", "#5a6772", "#c9d0d6"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
LABEL_SIZE = 11
DASHES: tuple[list[int], ...] = ([1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [12, 4])
SHAPES = ("circle", "square", "triangle-up", "diamond", "cross")
LABEL_LIMIT, LABEL_LETTER = 170, 6
FEW, MANY = 4, 10_000
POWERS = range(-3, 7)
PANEL = 310
ROW, MOST_PARTS = 14, 16
# Where an axis of percentages may begin, and how many parts its ticks make of it.
AXES = {0: 4, 50: 5, 70: 3, 80: 4, 90: 5, 95: 5, 98: 4, 99: 4}
FULL, ENDS_AND_MIDDLE = 100.0, 2
REPORTING = ("measured", "proxy")

CONFIG: dict[str, Any] = {
    "aria": False,  # the svg as a whole is one image with a title and a description
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "labelFontSize": LABEL_SIZE,
        "titleColor": INK,
        "titleFontSize": LABEL_SIZE,
        "titleFontWeight": "normal",
        "domainColor": LINE,
        "tickColor": LINE,
        "gridColor": "#e8ebee",
        "labelLimit": LABEL_LIMIT,
    },
    "axisY": {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleX": 0, "titleY": -8},
}
Row = Mapping[str, Any]


class Charts:
    """Draws charts; one for each document, as it numbers what must be unique in it."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def trend(self, rows: Iterable[Row], title: str, axis: Axis) -> Markup:
        """A result in percent by month against its Target and Minimum Service Level.

        A line joins months that can be compared: one without a figure and a change of basis break it. A result
        of few events is a hollow mark with its interval.
        """
        told = list(rows)
        shown = [row for row in told if row["result_pct"] is not None]
        if not shown:
            return self._empty(title)
        names = [_month(row) for row in told]
        points = [
            {
                "month": _month(row),
                "value": float(row["result_pct"]),
                "line": row["line_number"],
                **(_interval(row, axis) if row["is_small_number"] else {}),
            }
            for row in shown
        ]
        last = shown[-1]
        joined = len(points) > 1 and points[-2]["line"] == points[-1]["line"]
        falls = joined and shown[-2]["result_pct"] > last["result_pct"]
        # Room for the last figure, on the side that the line does not come from.
        below = falls and points[-1]["value"] - axis[0] > (axis[1] - axis[0]) / 6
        x = alt.X("month:O", sort=names, scale=alt.Scale(domain=names), title=None, axis=_month_axis(names))
        y = alt.Y("value:Q", scale=_scale(axis), title="%", axis=_percents(axis))
        base = alt.Chart(_data(points)).encode(x=x, y=y)
        layers: list[Any] = [*self._levels(last, axis, upright=False)]
        layers += [
            base.mark_line(color=INK, strokeWidth=2).encode(detail="line:N"),
            base.transform_filter("isValid(datum.low)")
            .mark_rule(color=SOFT)
            .encode(y=alt.Y("low:Q", scale=_scale(axis)), y2="high:Q"),
            base.transform_filter("!isValid(datum.low)").mark_point(color=INK, filled=True, size=36, opacity=1),
            base.transform_filter("isValid(datum.low)").mark_point(color=INK, fill="white", size=36, opacity=1),
            base.transform_filter(alt.datum.month == points[-1]["month"])
            .mark_text(
                align="right", dy=14 if below else -10, dx=6, color=INK, fontWeight="bold", fontSize=LABEL_SIZE
            )
            .encode(text=alt.value(_pct(last["result_pct"], last))),
        ]
        broken = [row for row in told if row["no_change_reason"] == "basis_changed"]
        if broken:
            marks = alt.Chart(_data([{"month": _month(row), "text": "basis changed"} for row in broken]))
            left = -WIDTH / len(names) / 2
            layers += [
                marks.mark_rule(color=SOFT, strokeDash=[1, 3], xOffset=left).encode(x=x),
                marks.mark_text(
                    color=SOFT, fontSize=LABEL_SIZE - 1, align="left", dx=left + 3, y=HEIGHT - 6
                ).encode(x=x, text="text:N"),
            ]
        said = "; ".join(
            f"{row['reporting_month']:%B %Y} {_pct(row['result_pct'], row)}%{_few(row)}" for row in shown
        )
        apart = "".join(
            f" Not comparable with the month before: {row['reporting_month']:%B %Y} ({_words(row)})."
            for row in shown[1:]
            if row["no_change_reason"]
        )
        words = f"Line by month: {said}. {_against(last)}.{apart}"
        return self._figure(alt.layer(*layers), title, words, subtitle="Result by month, %")

    def parts(self, rows: Iterable[Row], title: str, levels: Row, axis: Axis) -> Markup:
        """The result of each Region and provider as a mark beside the levels, with the events behind it."""
        shown = [row for row in rows if row["result_pct"] is not None][:MOST_PARTS]
        if not shown:
            return self._empty(title)
        data: list[dict[str, Any]] = [
            {
                # A blank tells a provider from a Region of its name, as the unknown ones are.
                "label": f"{row['scope_name']}{' ' * (row['scope_type'] == 'provider')}",
                "value": max(float(row["result_pct"]), axis[0]),
                "text": f"{_pct(row['result_pct'], levels)} ({row['met_count']:,} of {row['total_count']:,})",
                "small": bool(row["is_small_number"]),
                "off": float(row["result_pct"]) < axis[0],
                **_interval(row, axis),
            }
            for row in shown
        ]
        height = ROW * len(data)
        room = min(max(len(point["label"]) for point in data) * LABEL_LETTER, LABEL_LIMIT)
        width = PANEL - room - 80
        names = [point["label"] for point in data]
        y = alt.Y(
            "label:N",
            scale=alt.Scale(domain=names),
            sort=names,
            title=None,
            axis=alt.Axis(ticks=False, domain=False, grid=True, labelFontSize=LABEL_SIZE - 1, labelPadding=8),
        )
        x = alt.X(
            "value:Q",
            title="%",
            scale=_scale(axis),
            axis=_percents(axis, ENDS_AND_MIDDLE),
        )
        base = alt.Chart(_data(data)).encode(x=x, y=y)
        text = alt.Chart(_data(data)).encode(y=y, text="text:N")
        layers: list[Any] = [
            *self._levels(levels, axis, upright=True),
            base.transform_filter("datum.small && !datum.off")
            .mark_rule(color=SOFT)
            .encode(x="low:Q", x2="high:Q"),
            base.transform_filter("!datum.small && !datum.off").mark_point(
                color=INK, filled=True, size=44, opacity=1
            ),
            base.transform_filter("datum.small && !datum.off").mark_point(
                color=INK, fill="white", size=44, opacity=1
            ),
            base.transform_filter("datum.off").mark_point(shape="triangle-left", color=INK, fill="white", size=44),
            text.mark_text(align="left", x=width + 6, color=INK, fontSize=LABEL_SIZE - 1),
        ]
        said = "; ".join(
            f"{point['label'].strip()} {point['text']}{', few events' * point['small']}" for point in data
        )
        words = f"A mark for each Region, then for each provider: {said}. {_against(levels)}."
        subtitle = "By Region, then by provider, %"
        return self._figure(alt.layer(*layers), title, words, subtitle=subtitle, width=width, height=height)

    def bars(
        self,
        rows: Iterable[Row],
        title: str,
        *,
        label: str,
        value: str,
        unit: str,
        longest: float | None = None,
    ) -> Markup:
        """A bar for each row in its order, with its label and its value beside it.

        `longest` is the largest value of the charts that share the axis.
        """
        given = [row for row in rows if row[value] is not None]
        if not given:
            return self._empty(title)
        data: list[dict[str, Any]] = [
            {
                "label": in_words(row[label]) if row[label].islower() else row[label],
                "value": float(row[value]),
                "text": f"{row[value]:,}",
            }
            for row in given
        ]
        largest = longest or max(point["value"] for point in data)
        x_scale = alt.Scale(domain=[0, largest * 1.25 or 1], nice=False)
        # Few events have few whole numbers, many are written as thousands and millions.
        whole = alt.Axis(
            values=list(range(FEW)) if largest < FEW else alt.Undefined,
            tickCount=3,
            format="~s" if largest >= MANY else "d",
            grid=False,
        )
        room = min(max(len(point["label"]) for point in data) * LABEL_LETTER, LABEL_LIMIT)
        base = alt.Chart(_data(data)).encode(
            x=alt.X("value:Q", title=unit, scale=x_scale, axis=whole),
            y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False)),
        )
        layers = base.mark_bar(color=SOFT, size=13) + base.mark_text(
            align="left", dx=4, color=INK, fontSize=LABEL_SIZE
        ).encode(text="text:N")
        said = "; ".join(f"{point['label']} {point['text']}" for point in data)
        return self._figure(layers, title, f"Bars, {unit}: {said}.", height=22 * len(data), width=PANEL - room)

    def curves(self, table: Iterable[Row], title: str) -> Markup:
        """Share of Alerts that took no longer, measured and by proxy, by seconds."""
        told = list(table)
        rows = [
            {"seconds": row["latency_seconds"], "pct": row[column], "side": side}
            for side, column in (("measured", "measured_cumulative_pct"), ("proxy", "proxy_cumulative_pct"))
            for row in told
        ]
        return self.lines(
            rows, title, x="seconds", y="pct", series="side", x_title="seconds (log scale)", y_title="%", log=True
        )

    def survival(self, rows: Iterable[Row], title: str, days: float) -> Markup:
        """Share of updates activated by each day, a line a Region; nothing is activated when it is sent."""
        told = list(rows)
        named = list(dict.fromkeys(row["region"] for row in told))
        lines = [
            {"day": day, "pct": pct, "series": "all Regions" if region == "all" else region}
            for region in named
            for day, pct in [
                (0, 0),
                *((row["day_number"], row["activated_pct"]) for row in told if row["region"] == region),
            ]
        ]
        return self.lines(
            lines, title, x="day", y="pct", series="series", x_title="days", y_title="%", step=True, ends=(0, days)
        )

    def lines(
        self,
        rows: Iterable[Row],
        title: str,
        *,
        x: str,
        y: str,
        series: str,
        x_title: str,
        y_title: str,
        ends: Axis | None = None,
        step: bool = False,
        log: bool = False,
    ) -> Markup:
        """A line for each series, told apart by its dashes and named at its end; percentages run from 0 to 100.

        `ends` are those of the axis below, where several charts share it.
        """
        data: list[dict[str, Any]] = [
            {"x": float(row[x]), "y": float(row[y]), "series": str(row[series])}
            for row in rows
            if row[x] is not None and row[y] is not None
        ]
        if not data:
            return self._empty(title)
        names = list(dict.fromkeys(point["series"] for point in data))
        lasts = [max((p for p in data if p["series"] == name), key=lambda p: p["x"]) for name in names]
        low, high = (0.0, FULL) if y_title == "%" else _domain([point["y"] for point in data])
        y_axis = alt.Y("y:Q", scale=alt.Scale(domain=[low, high], nice=False), title=y_title)
        ends_at = list(ends or (min(point["x"] for point in data), max(point["x"] for point in data)))
        x_scale = alt.Scale(type="log" if log else "linear", domain=ends_at, nice=False)
        powers = [10.0**power for power in POWERS if log and ends_at[0] <= 10.0**power <= ends_at[1]]
        ticks: dict[str, Any] = {"values": powers} if len(powers) > 1 else {"tickCount": 5}
        x_axis = alt.X(
            "x:Q", title=x_title, scale=x_scale, axis=alt.Axis(**ticks, format=",.6~g", labelOverlap=True)
        )
        layers: list[Any] = [
            alt.Chart(_data([point for point in data if point["series"] == name]))
            .mark_line(
                color=INK,
                strokeWidth=2,
                strokeDash=DASHES[index % len(DASHES)],
                interpolate="step-after" if step else "linear",
            )
            .encode(x=x_axis, y=y_axis)
            for index, name in enumerate(names)
        ]
        for end, at in zip(lasts, _apart([end["y"] for end in lasts], low, high), strict=True):
            layers.append(
                alt.Chart(_data([{"y": at, "text": end["series"]}]))
                .mark_text(align="left", x=WIDTH + 5, color=INK, fontSize=LABEL_SIZE, baseline="middle")
                .encode(y="y:Q", text="text:N")
            )
        said = "; ".join(
            f"{end['series']} ends at {end['y']:g} {y_title} ({x_title} {end['x']:g})" for end in lasts
        )
        return self._figure(alt.layer(*layers), title, f"Lines, {y_title} by {x_title}: {said}.")

    def timeline(self, table: Iterable[Row], title: str) -> Markup:
        """For each option and measure, the months that have no report, and those that it would report.

        What is measured is dark, a proxy is pale, and both are named beside the first month.
        """
        starts = {
            (row["measure_id"], row["option_id"]): row for row in table if row["month_without_reporting_count"]
        }
        if not starts:
            return self._empty(title)
        rows = list(starts.values())
        bounds = [row[column] for row in rows for column in ("first_bound_month", "reported_from_month")]
        end = date(max(bounds).year + 1, 12, 31)
        data: list[dict[str, Any]] = [
            {
                "label": f"{_option(row['option_id'])}, {row['measure_id'].replace('_', ' ')}",
                "bound": f"{row['first_bound_month']}",
                "start": f"{row['reported_from_month']}",
                "end": f"{end}",
                "text": f"{row['reported_from_month']:%b %Y}, {row['basis']}",
                "basis": row["basis"],
            }
            for row in rows
        ]
        base = alt.Chart(_data(data)).encode(
            y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False))
        )
        years = alt.Axis(format="%Y", tickCount="year", grid=False)
        without = base.mark_bar(color="#ffffff", stroke=LINE, size=11).encode(
            x=alt.X("bound:T", title=None, axis=years), x2="start:T"
        )
        reported = base.mark_bar(size=11).encode(
            x="start:T",
            x2="end:T",
            color=alt.condition(alt.datum.basis == "measured", alt.value(SOFT), alt.value(LINE)),
        )
        named = base.mark_text(align="left", dx=4, color=INK, fontSize=LABEL_SIZE).encode(x="end:T", text="text:N")
        said = "; ".join(f"{point['label']} from {point['text']}" for point in data)
        layers = alt.layer(without, reported, named)
        return self._figure(layers, title, f"Bars by month: {said}.", height=20 * len(data), width=PANEL // 2)

    def bases(self, table: Iterable[Row], title: str) -> Markup:
        """For each Region and option, the months of a measure by basis.

        Months that are not reported are hollow, those by a proxy pale, measured ones dark.
        """
        runs: dict[str, list[dict[str, Any]]] = {}
        for row in table:
            of_label = runs.setdefault(f"{in_words(row['region'])}, {_option(row['option_id'])}", [])
            if not of_label or of_label[-1]["basis"] != row["basis"]:
                of_label.append({"basis": row["basis"], "first": row["reporting_month"]})
            of_label[-1]["last"] = row["reporting_month"]
        if not runs:
            return self._empty(title)
        data = [
            {
                "label": label,
                "start": f"{run['first']}",
                "end": f"{next_month(run['last'])}",
                "basis": run["basis"],
                "text": f"{run['first']:%b %Y}, {run['basis']}" if run["basis"] in REPORTING else "not reported",
                "is_last": run is of_label[-1],
            }
            for label, of_label in runs.items()
            for run in of_label
        ]
        base = alt.Chart(_data(data)).encode(
            y=alt.Y("label:N", sort=None, title=None, axis=alt.Axis(ticks=False, domain=False))
        )
        shades = {"measured": SOFT, "proxy": LINE, "not_reportable": "#ffffff"}
        bars = base.mark_bar(size=10, stroke=LINE).encode(
            x=alt.X("start:T", title=None, axis=alt.Axis(format="%Y", tickCount="year", grid=False)),
            x2="end:T",
            color=alt.Color("basis:N", scale=alt.Scale(domain=[*shades], range=[*shades.values()]), legend=None),
        )
        named = base.transform_filter("datum.is_last").mark_text(
            align="left", dx=4, color=INK, fontSize=LABEL_SIZE
        )
        said = "; ".join(
            f"{label}: "
            + ", then ".join(
                f"{in_words(run['basis']).lower()} {run['first']:%B %Y} to {run['last']:%B %Y}" for run in of_label
            )
            for label, of_label in runs.items()
        )
        layers = alt.layer(bars, named.encode(x="end:T", text="text:N"))
        firsts = [run["first"] for of_label in runs.values() for run in of_label if run["basis"] in REPORTING]
        found = f"first reported {min(firsts):%B %Y}" if firsts else "never reported"
        return self._figure(
            layers, f"{title}: {found}", f"Bars by month: {said}.", height=ROW * len(runs), width=PANEL // 2
        )

    def _levels(self, row: Row, axis: Axis, *, upright: bool) -> list[Any]:
        """The levels as dashed lines with their names: across a trend, upright beside the parts."""
        layers: list[Any] = []
        for index, (name, column) in enumerate((("Target", "target_pct"), ("Minimum", "minimum_pct"))):
            if row[column] is None:
                continue
            level = float(row[column])
            data = alt.Chart(_data([{"level": level, "text": f"{name} {level:g}"}]))
            scale = _scale(axis)
            if upright:
                line = data.encode(x=alt.X("level:Q", scale=scale))
                layers.append(line.mark_rule(color=SOFT, strokeDash=DASHES[index + 1], strokeWidth=1.5))
                continue
            line = data.encode(y=alt.Y("level:Q", scale=scale))
            layers += [
                line.mark_rule(color=SOFT, strokeDash=DASHES[index + 1], strokeWidth=1.5),
                line.mark_text(
                    align="left", x=WIDTH + 4, color=SOFT, fontSize=LABEL_SIZE, baseline="middle"
                ).encode(text="text:N"),
            ]
        return layers

    def _figure(
        self, chart: Any, title: str, said: str, *, subtitle: str = "", width: int = WIDTH, height: int = HEIGHT
    ) -> Markup:
        # Not held against its schema each time, which takes longer than to draw it: a test does.
        specification = chart.to_dict(validate=False) | {"width": width, "height": height, "config": CONFIG}
        svg = _drawn(json.dumps(specification))
        number = next(self._numbers)
        # Marks are no images of their own: the whole is one, and is described as one.
        svg = re.sub(r' (role="graphics-[^"]*"|aria-[a-z]+="[^"]*")', "", svg)
        svg = re.sub(r'(id="|url\(#)(clip|gradient)', rf"\g<1>c{number}-\g<2>", svg)
        head = f'<svg role="img" aria-labelledby="c{number}-t" data-chart="{number}" '
        # A reader of the PDF is given the title alone, so that it has the figures too.
        inside = f'<title id="c{number}-t">{escape(f"{title}. {said}")}</title>'
        svg = re.sub(r"<svg ", head, svg, count=1)
        svg = re.sub(r"(<svg [^>]*>)", lambda found: found[1] + inside, svg, count=1)
        under = f"<span>{escape(subtitle)}</span>" if subtitle else ""
        caption = f"<figcaption><b>Figure {number}.</b> {escape(title)}{under}</figcaption>"
        return Markup(f'<figure class="chart">{caption}{svg}</figure>')

    def _empty(self, title: str) -> Markup:
        return Markup(
            f'<figure class="chart empty"><figcaption>{escape(title)}</figcaption>'
            "<p>No figures to draw.</p></figure>"
        )


def _option(option_id: str) -> str:
    """Name an option by its Change Request, or as the operations centre's: a measure has one of those."""
    return option_id.upper() if option_id.startswith("cr") else "TOC"


def _data(rows: list[dict[str, Any]]) -> alt.InlineData:
    return alt.InlineData(values=rows)


def percent_axis(values: Iterable[Any]) -> Axis:
    """The axis that percentages of one measure share: from the highest of `AXES` below them all, to 100."""
    lowest = min((float(value) for value in values if value is not None), default=0.0)
    return max(float(low) for low in AXES if low <= lowest), FULL


@lru_cache(maxsize=256)
def _drawn(specification: str) -> str:
    """The page and its print have the same charts."""
    svg: str = vl_convert.vegalite_to_svg(specification)
    return svg


def next_month(month: date) -> date:
    """Return the first day of the month after one, where a bar of whole months ends."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _scale(axis: Axis) -> alt.Scale:
    return alt.Scale(domain=list(axis), nice=False, clamp=True, zero=False)


def _percents(axis: Axis, steps: int | None = None) -> alt.Axis:
    low, high = axis
    steps = steps or AXES[int(low)]
    return alt.Axis(values=[low + (high - low) * step / steps for step in range(steps + 1)], format=".2~f")


def _interval(row: Row, axis: Axis) -> dict[str, float]:
    """The ends of an interval, as far as the axis goes."""
    if row["result_lower_pct"] is None:
        return {}
    return {
        "low": max(float(row["result_lower_pct"]), axis[0]),
        "high": max(min(float(row["result_upper_pct"]), axis[1]), axis[0]),
    }


def _few(row: Row) -> str:
    if not row["is_small_number"] or row["result_lower_pct"] is None:
        return ""
    ends = f"{row['result_lower_pct']:.1f} to {row['result_upper_pct']:.1f}"
    return f" (of {row['total_count']:,} events; interval {ends})"


def _against(row: Row) -> str:
    levels = [
        f"{name} {float(row[column]):g}%"
        for name, column in (("target", "target_pct"), ("minimum", "minimum_pct"))
        if row[column] is not None
    ]
    return f"Against: {', '.join(levels) or 'no level is known'}"


def _month(row: Row) -> str:
    return f"{row['reporting_month']:%b %Y}"


def _words(row: Row) -> str:
    return in_words(row["no_change_reason"]).lower()


def _month_axis(months: list[str]) -> alt.Axis:
    return (
        alt.Axis(
            labelAngle=0,
            grid=False,
            labelExpr="slice(datum.value, 0, 3)",
            labelOverlap=True,
        )
        if len(months) > 1
        else alt.Axis(labelAngle=0, grid=False)
    )


def _pct(value: Decimal, row: Row) -> str:
    levels = tuple(row[name] for name in ("target_pct", "minimum_pct") if row[name] is not None)
    return percent(value, levels)


def _domain(values: list[float]) -> Axis:
    """An axis that holds the values with some air."""
    low, high = min(values), max(values)
    air = abs(high - low) * 0.12 or abs(high) * 0.05 or 1
    return (0.0 if low >= 0 else low - air), high + air


def _apart(values: list[float], low: float, high: float) -> list[float]:
    """Move labels up from each other until a line of text fits between any two."""
    gap = (high - low) * (LABEL_SIZE + 2) / HEIGHT
    moved = dict.fromkeys(range(len(values)), 0.0)
    floor = low - gap
    for index in sorted(moved, key=lambda position: values[position]):
        floor = max(values[index], floor + gap)
        moved[index] = floor
    return [moved[index] for index in range(len(values))]


def month_name(month: date) -> str:
    """Write a month in full."""
    return f"{month:%B %Y}"


def category_name(category: str) -> str:
    """Write an Incident Category as an axis has it."""
    return f"Category {category}" if category.isdigit() else in_words(category)
