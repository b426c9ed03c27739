"""Shows `results/events.json`, which `events.py` writes, as Markdown tables and as a picture.

.venv/bin/python benchmarks/events_report.py     # prints the tables and draws results/events.svg
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results" / "events.json"
PICTURE = RESULTS.with_suffix(".svg")
# The model of each cube, by the name that the other engines give it, and the extract that its events come from.
CUBES = {
    "service_requests_repeated": ("cube_service_request_repeats", "service_requests"),
    "service_requests_daily": ("cube_service_requests_by_day", "service_requests"),
    "service_requests_by_party": ("cube_service_requests_by_party_month", "service_requests"),
    "service_request_latencies": ("cube_service_request_latencies", "service_requests"),
    "alerts_repeated": ("cube_alert_repeats", "alerts"),
    "alerts_daily": ("cube_alerts_by_day", "alerts"),
    "alert_latencies": ("cube_alert_latencies", "alerts"),
}
NAMES = {"dbt": "dbt, its cubes", "floor": "DuckDB by hand", "polars": "Polars", "pandas": "pandas"}


def row(*cells: str) -> str:
    """Show a row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


def cube_seconds(one: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Seconds of each cube by each engine, dbt among them."""
    by_dbt = {cube: one["nodes"][model] for cube, (model, _) in CUBES.items()}
    return {"dbt": by_dbt} | {name: engine["seconds"] for name, engine in one["engines"].items()}


def node_seconds(one: dict[str, Any]) -> float:
    """Seconds of the models and the tests of a build, each at its best."""
    return float(sum(one["nodes"].values()) + one["test_seconds"])


def seconds_by_part(one: dict[str, Any]) -> dict[str, float]:
    """Seconds of a build by the clock, by its nodes and by its cubes, and of the floor."""
    return {
        "by the clock": one["build"]["seconds"],
        "by nodes": node_seconds(one),
        "by cubes": sum(one["nodes"][model] for model, _ in CUBES.values()),
        "by floor": sum(one["engines"]["floor"]["seconds"].values()),
    }


def microseconds_an_event(fewer: dict[str, Any], more: dict[str, Any], events: int) -> list[str]:
    """Show what the second number of events takes beyond the first, for each of so many events, part by part."""
    before = seconds_by_part(fewer)
    return [f"{(seconds - before[part]) * 1e6 / events:.2f}" for part, seconds in seconds_by_part(more).items()]


def summary(results: dict[str, Any]) -> list[str]:
    """Show what each number of events took in all, beside the floor."""
    base = results["base"]["build"]
    titles = ["events", "Parquet GB", "build s", "CPU s", "peak GB", "read GB", "written GB"]
    titles += ["net s", "floor s", "net / floor", "net CPU / floor CPU", "net µs an event"]
    titles += ["by nodes", "by cubes", "by floor"]
    lines = [row(*titles), "|" + " ---: |" * len(titles)]
    for one in results["measured"]:
        build, floor = one["build"], one["engines"]["floor"]
        net = build["seconds"] - base["seconds"]
        net_cpu = build["cpu_seconds"] - base["cpu_seconds"]
        floor_seconds = sum(floor["seconds"].values())
        lines.append(
            row(
                f"{one['events']:,}",
                f"{one['parquet_bytes'] / 1e9:.2f}",
                f"{build['seconds']:.1f}",
                f"{build['cpu_seconds']:.1f}",
                *(f"{build[key] / 1e9:.2f}" for key in ("peak_bytes", "read_bytes", "written_bytes")),
                f"{net:.1f}",
                f"{floor_seconds:.1f}",
                f"{net / floor_seconds:.2f}",
                f"{net_cpu / floor['run']['cpu_seconds']:.2f}",
                *microseconds_an_event(results["base"], one, one["events"]),
            )
        )
    return lines


def growth(results: dict[str, Any]) -> list[str]:
    """Show what each event more takes, from one number of events to the next."""
    titles = ["µs for each event more", *seconds_by_part(results["base"])]
    lines = [row(*titles), "|---|" + " ---: |" * (len(titles) - 1)]
    for fewer, more in pairwise(results["measured"]):
        lines.append(
            row(
                f"from {fewer['events']:,} to {more['events']:,}",
                *microseconds_an_event(fewer, more, more["events"] - fewer["events"]),
            )
        )
    return lines


def cubes(one: dict[str, Any]) -> list[str]:
    """Show each cube of one number of events: its cells, and the seconds of each engine."""
    seconds = cube_seconds(one)
    titles = [f"{one['events']:,} events", "cells", "cells an event", *(f"{NAMES[name]} s" for name in seconds)]
    lines = [row(*titles), "|---|" + " ---: |" * (len(titles) - 1)]
    for cube, (_, extract) in CUBES.items():
        cells = one["cells"][cube]
        share = cells / one["events_by_extract"][extract]
        lines.append(
            row(cube, f"{cells:,}", f"{share:.4f}", *(f"{taken[cube]:.2f}" for taken in seconds.values()))
        )
    # pandas reads before it computes.
    lines.append(row("all", "", "", *(f"{sum(taken.values()):.1f}" for taken in seconds.values())))
    runs = [one["build"], *(engine["run"] for engine in one["engines"].values())]
    lines.append(row("process: CPU s", "", "", *(f"{run['cpu_seconds']:.1f}" for run in runs)))
    lines.append(row("process: peak GB", "", "", *(f"{run['peak_bytes'] / 1e9:.2f}" for run in runs)))
    return lines


def day(results: dict[str, Any]) -> list[str]:
    """Show what one day's submission costs on top of the largest number of events."""
    measured, base, largest = results["day"], results["base"], results["measured"][-1]
    lines = [row("what", "events", "wall s", "CPU s", "nodes s"), "|---|" + " ---: |" * 4]
    for name, events, run in (
        ("nothing new", 0, measured["nothing_new"]),
        ("one day more", measured["events"], measured["day"]),
    ):
        lines.append(
            row(name, f"{events:,}", *(f"{run[key]:.1f}" for key in ("seconds", "cpu_seconds", "node_seconds")))
        )
    net = [largest["build"][key] - base["build"][key] for key in ("seconds", "cpu_seconds")]
    net.append(node_seconds(largest) - node_seconds(base))
    share = measured["events"] / largest["events"]
    lines.append(
        row(
            "a day's share of the first build",
            f"{measured['events']:,}",
            *(f"{share * seconds:.1f}" for seconds in net),
        )
    )
    return lines


def sketch(one: dict[str, Any]) -> list[str]:
    """Show how far the sketch's percentiles are from exact ones."""
    titles = [f"{one['events']:,} events", "percentile", "variants", "worst error %", "beyond 1%"]
    lines = [row(*titles), "|---|" + " ---: |" * (len(titles) - 1)]
    for found in one["sketch"]:
        error = f"{100 * found['worst_error']:.3f}"
        lines.append(
            row(
                found["latency_kind"],
                *(f"{found[key]}" for key in ("percentile", "variants")),
                error,
                f"{found['beyond_one_pct']}",
            )
        )
    return lines


def tables(results: dict[str, Any]) -> str:
    """Show the results as Markdown."""
    parts = [summary(results), growth(results), *(cubes(one) for one in results["measured"])]
    parts += [sketch(one) for one in results["measured"] if "sketch" in one]
    if "day" in results:
        parts.append(day(results))
    return "\n\n".join("\n".join(lines) for lines in parts)


def draw(results: dict[str, Any]) -> None:
    """Draw the time per event of each engine over the number of events."""
    import altair as alt

    values = [
        {
            "events": one["events"],
            "engine": NAMES[engine],
            "microseconds": sum(taken.values()) * 1e6 / one["events"],
        }
        for one in results["measured"]
        for engine, taken in cube_seconds(one).items()
    ]
    chart = alt.Chart(alt.Data(values=values), width=460, height=260)
    chart.mark_line(point=True).encode(
        x=alt.X("events:Q", scale=alt.Scale(type="log"), title="events", axis=alt.Axis(format="~s")),
        y=alt.Y("microseconds:Q", title="µs an event, all eight cubes"),
        color=alt.Color("engine:N", title=None, sort=list(NAMES.values())),
    ).save(PICTURE)


if __name__ == "__main__":
    read = json.loads(RESULTS.read_text())
    print(tables(read))
    draw(read)
