"""The pack's charts, in one small style: direct labels, units, levels as lines; grey print loses nothing.

Each is one panel of a fixed width that fits a phone: a page sets them side by side, and text is never scaled.
Every chart has a title and says its figures in words for those who cannot see it.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from html import escape
from itertools import count
from typing import Any

import altair as alt
import vl_convert
from markupsafe import Markup

from cpm_warehouse.report.pack.formats import in_words, percent
from cpm_warehouse.report.pack.tables import Table

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
SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 84, 22, 3

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

    def trend(self, table: Table, title: str) -> Markup:
        """A result in percent by month against its Target and Minimum Service Level.

        A line joins months that can be compared: one without a figure and a change of basis break it.
        """
        rows = [row for row in table if row["result_pct"] is not None]
        if not rows:
            return self._empty(title)
        months = [f"{row['reporting_month']:%b %Y}" for row in table]
        points: list[dict[str, Any]] = [
            {
                "month": f"{row['reporting_month']:%b %Y}",
                "value": float(row["result_pct"]),
                "line": row["line_number"],
            }
            for row in table
            if row["result_pct"] is not None
        ]
        last = rows[-1]
        joined = len(points) > 1 and points[-2]["line"] == points[-1]["line"]
        falls = joined and rows[-2]["result_pct"] > last["result_pct"]
        levels = {
            name: float(last[column])
            for name, column in (("Target", "target_pct"), ("Minimum", "minimum_pct"))
            if last[column] is not None
        }
        shown = [point["value"] for point in points] + list(levels.values())
        low, high = _domain(shown)
        if falls:  # room for the last figure, below its point
            low = max(0.0, low - (high - low) * 0.12)
        x = alt.X("month:O", sort=months, scale=alt.Scale(domain=months), title=None, axis=_month_axis(months))
        y = alt.Y(
            "value:Q", scale=alt.Scale(domain=[low, high], nice=False), title="%", axis=alt.Axis(tickCount=4)
        )
        base = alt.Chart(_data(points)).encode(x=x, y=y)
        layers = [
            base.mark_line(color=INK, strokeWidth=2).encode(detail="line:N"),
            base.mark_point(color=INK, filled=True, size=36),
            base.transform_filter(alt.datum.month == points[-1]["month"])
            # On the side that the line does not come from.
            .mark_text(
                align="right", dy=14 if falls else -10, dx=6, color=INK, fontWeight="bold", fontSize=LABEL_SIZE
            )
            .encode(text=alt.value(_pct(last["result_pct"], last))),
        ]
        for index, (name, level) in enumerate(levels.items()):
            rule = alt.Chart(_data([{"value": level, "label": f"{name} {level:g}"}])).encode(y="value:Q")
            layers += [
                rule.mark_rule(color=SOFT, strokeDash=DASHES[index + 1], strokeWidth=1.5),
                rule.mark_text(
                    align="left", x=WIDTH + 4, color=SOFT, fontSize=LABEL_SIZE, baseline="middle"
                ).encode(text="label:N"),
            ]
        said = "; ".join(f"{row['reporting_month']:%B %Y} {_pct(row['result_pct'], row)}%" for row in rows)
        against = ", ".join(f"{name.lower()} {level:g}%" for name, level in levels.items()) or "no level is known"
        broken = "".join(
            f" Not comparable with the month before: {row['reporting_month']:%B %Y} ({_words(row)})."
            for row in rows[1:]
            if row["no_change_reason"]
        )
        return self._figure(alt.layer(*layers), title, f"Line by month: {said}. Against: {against}.{broken}")

    def bars(
        self,
        rows: Iterable[Row],
        title: str,
        *,
        label: str,
        value: str,
        unit: str,
        text: str | None = None,
    ) -> Markup:
        """A bar for each row in its order, with its label and its value, or `text`, beside it."""
        given = [row for row in rows if row[value] is not None]
        if not given:
            return self._empty(title)
        data: list[dict[str, Any]] = [
            {
                "label": in_words(row[label]) if row[label].islower() else row[label],
                "value": float(row[value]),
                "text": row[text] if text else f"{row[value]:,}",
            }
            for row in given
        ]
        largest = max(point["value"] for point in data)
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

    def scopes(self, table: Table, title: str) -> Markup:
        """The result of each Region or provider as a bar, with how many events it stands on."""
        rows = [
            {
                "scope": in_words(row["scope"]) if row["scope"].islower() else row["scope"],
                "result_pct": row["result_pct"],
                "text": f"{_pct(row['result_pct'], row)} ({row['met_count']:,} of {row['total_count']:,})",
            }
            for row in table
            if row["result_pct"] is not None
        ]
        return self.bars(rows, title, label="scope", value="result_pct", unit="%", text="text")

    def success(self, rows: Iterable[Row], title: str) -> Markup:
        """The share of requests of each Service Reference Variant that succeeded."""
        told = [{**row, "text": percent(row["success_pct"])} for row in rows if row["success_pct"] is not None]
        return (
            self.bars(told, title, label="service_reference_variant", value="success_pct", unit="%", text="text")
            if told
            else Markup()
        )

    def curves(self, table: Table, title: str) -> Markup:
        """Share of Alerts that took no longer, measured and by proxy, by seconds."""
        rows = [
            {"seconds": row["latency_seconds"], "pct": row[column], "side": side}
            for side, column in (("measured", "measured_cumulative_pct"), ("proxy", "proxy_cumulative_pct"))
            for row in table
        ]
        return self.lines(
            rows, title, x="seconds", y="pct", series="side", x_title="seconds (log scale)", y_title="%", log=True
        )

    def survival(self, table: Table, title: str) -> Markup:
        """Share of updates activated by each day; nothing is activated at the instant of sending."""
        rows = [{"day": 0, "pct": 0}, *({"day": row["day_number"], "pct": row["activated_pct"]} for row in table)]
        told = [{**row, "series": f"{percent(Decimal(str(rows[-1]['pct'])))}"} for row in rows]
        return self.lines(told, title, x="day", y="pct", series="series", x_title="days", y_title="%", step=True)

    def makers(self, table: Table, title: str) -> Markup:
        """Success by manufacturer, one bar for each basis."""
        rows = [
            {
                "label": f"{row['manufacturer']}, {row['basis']}",
                "result_pct": row["result_pct"],
                "text": f"{percent(row['result_pct'])} ({row['met_count']:,} of {row['total_count']:,})",
            }
            for row in table
            if row["cut_id"] == "manufacturer" and row["result_pct"] is not None
        ]
        return self.bars(rows, title, label="label", value="result_pct", unit="%", text="text")

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
        levels: Mapping[str, float] | None = None,
        step: bool = False,
        log: bool = False,
    ) -> Markup:
        """A line for each series, told apart by its dashes and named at its end."""
        data: list[dict[str, Any]] = [
            {"x": float(row[x]), "y": float(row[y]), "series": str(row[series])}
            for row in rows
            if row[x] is not None and row[y] is not None
        ]
        if not data:
            return self._empty(title)
        names = list(dict.fromkeys(point["series"] for point in data))
        ends = [max((p for p in data if p["series"] == name), key=lambda p: p["x"]) for name in names]
        levels = levels or {}
        low, high = _domain([point["y"] for point in data] + list(levels.values()), percent=y_title == "%")
        y_axis = alt.Y("y:Q", scale=alt.Scale(domain=[low, high], nice=False), title=y_title)
        ends_at = [min(point["x"] for point in data), max(point["x"] for point in data)]
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
        for end, at in zip(ends, _apart([end["y"] for end in ends], low, high), strict=True):
            layers.append(
                alt.Chart(_data([{"y": at, "text": end["series"]}]))
                .mark_text(align="left", x=WIDTH + 5, color=INK, fontSize=LABEL_SIZE, baseline="middle")
                .encode(y="y:Q", text="text:N")
            )
        for name, level in levels.items():
            rule = alt.Chart(_data([{"y": level, "text": f"{name} {level:g}"}])).encode(y="y:Q")
            layers += [
                rule.mark_rule(color=SOFT, strokeDash=[1, 3], strokeWidth=1.5),
                rule.mark_text(align="left", x=4, dy=-7, color=SOFT, fontSize=LABEL_SIZE).encode(text="text:N"),
            ]
        said = "; ".join(
            f"{end['series']} ends at {end['y']:g} {y_title} ({x_title} {end['x']:g})" for end in ends
        )
        return self._figure(alt.layer(*layers), title, f"Lines, {y_title} by {x_title}: {said}.")

    def timeline(self, table: Table, title: str) -> Markup:
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

    def spark(self, table: Table, title: str) -> Markup:
        """A line the size of a word, broken as in `trend`; the last month is a dot."""
        values: list[Decimal | None] = [row["result_pct"] for row in table]
        lines = [row["line_number"] for row in table]
        known = [value for value in values if value is not None]
        if not known:
            return Markup('<span class="none">no figures</span>')
        low, span = min(known), (max(known) - min(known)) or Decimal(1)
        step = (SPARK_WIDTH - 2 * SPARK_EDGE) / max(len(values) - 1, 1)
        points = [
            (
                SPARK_EDGE + index * step,
                SPARK_HEIGHT - SPARK_EDGE - float((value - low) / span) * (SPARK_HEIGHT - 2 * SPARK_EDGE),
            )
            if value is not None
            else None
            for index, value in enumerate(values)
        ]
        path = ""
        for index, point in enumerate(points):
            pen = "L" if index and points[index - 1] and lines[index - 1] == lines[index] else "M"
            path += f"{pen}{point[0]:.1f} {point[1]:.1f}" if point else ""
        dots = [point for point in points if point][-1:]
        dot = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{INK}"/>' for x, y in dots)
        return Markup(
            f'<svg class="spark" role="img" width="{SPARK_WIDTH}" height="{SPARK_HEIGHT}"'
            f' viewBox="0 0 {SPARK_WIDTH} {SPARK_HEIGHT}" xmlns="http://www.w3.org/2000/svg">'
            f"<title>{escape(title)}</title>"
            f'<path d="{path}" fill="none" stroke="{INK}" stroke-width="1.5"/>{dot}</svg>'
        )

    def _figure(self, chart: Any, title: str, said: str, *, width: int = WIDTH, height: int = HEIGHT) -> Markup:
        sized = chart.properties(width=width, height=height).configure(**CONFIG)
        svg = vl_convert.vegalite_to_svg(sized.to_dict())
        number = next(self._numbers)
        # Marks are no images of their own: the whole is one, and is described as one.
        svg = re.sub(r' (role="graphics-[^"]*"|aria-[a-z]+="[^"]*")', "", svg)
        svg = re.sub(r'(id="|url\(#)(clip|gradient)', rf"\g<1>c{number}-\g<2>", svg)
        head = f'<svg role="img" aria-labelledby="c{number}-t c{number}-d" data-chart="{number}" '
        inside = f'<title id="c{number}-t">{escape(title)}</title><desc id="c{number}-d">{escape(said)}</desc>'
        svg = re.sub(r"<svg ", head, svg, count=1)
        svg = re.sub(r"(<svg [^>]*>)", lambda found: found[1] + inside, svg, count=1)
        return Markup(f'<figure class="chart"><figcaption>{escape(title)}</figcaption>{svg}</figure>')

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


def _domain(values: list[float], *, percent: bool = True) -> tuple[float, float]:
    """An axis that holds the values with some air; a percentage's ends at 0 and 100."""
    low, high = min(values), max(values)
    air = max((high - low) * 0.12, 0.5 if percent else abs(high) * 0.05 or 1)
    if not percent:
        return (0.0 if low >= 0 else low - air), high + air
    return max(0.0, low - air), min(100.0, high + air) if high < 100 else 100.0


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
