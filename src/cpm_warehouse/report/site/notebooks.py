"""The worked analyses of `notebooks/` as pages of the site: what each shows, with nothing to fetch or to run.

marimo exports a page too, which loads its scripts from the internet.
"""

import importlib.util
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from markupsafe import Markup

EXPLORER = "explorer"


@dataclass(frozen=True)
class Part:
    """What a cell shows: a text or a chart as HTML, or the rows of a table."""

    kind: str
    html: Markup | None = None
    columns: Sequence[str] = ()
    rows: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class Notebook:
    """A notebook that was run: its name, its title and what it shows."""

    name: str
    title: str
    parts: tuple[Part, ...]

    @property
    def file(self) -> str:
        """The file of its page."""
        return f"{self.name}.html"


def run_notebooks(folder: Path, published: Path) -> list[Notebook]:
    """Run every notebook of a folder, but for the explorer, over a publication.

    There are none where there is no such folder, or no marimo, which no other page of the site needs.
    """
    if importlib.util.find_spec("marimo") is None:
        return []
    found = []
    given = {"CPM_PUBLISHED": str(published.resolve()), "CPM_PUBLICATION": ""}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        for path in sorted(folder.glob("*.py")):
            if path.stem != EXPLORER:
                app = load(path)
                outputs, _ = app.run()
                found.append(shown(path.stem, app, outputs))
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    return found


def load(path: Path) -> Any:
    """Return the marimo app of a notebook."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.app


def shown(name: str, app: Any, outputs: Sequence[Any]) -> Notebook:
    """Return what a run of a notebook shows."""
    return Notebook(name, str(app._config.app_title), tuple(_parts(outputs)))


def _parts(outputs: Sequence[Any]) -> Iterator[Part]:
    # Installed for reports only.
    import altair as alt
    import marimo as mo
    import polars as pl

    for output in outputs:
        if isinstance(output, alt.TopLevelMixin):
            yield Part("chart", _drawn(output))
        elif isinstance(output, pl.DataFrame):
            yield Part("table", columns=output.columns, rows=output.to_dicts())
        elif isinstance(output, mo.Html):
            yield Part("text", Markup(output.text))
        elif output is not None:
            raise TypeError(f"a notebook shows a {type(output).__name__}, of which the site makes no page")


def _drawn(chart: Any) -> Markup:
    """A chart as SVG, which is one image with its title in words."""
    import vl_convert

    specification = chart.to_dict()
    svg: str = vl_convert.vegalite_to_svg(json.dumps(specification))
    svg = re.sub(r' (role="graphics-[^"]*"|aria-[a-z]+="[^"]*")', "", svg)
    said = specification.get("title") or "Chart of the table above"
    said = said if isinstance(said, str) else str(said["text"])
    return Markup(re.sub(r"<svg ", f'<svg role="img" aria-label="{escape(said)}" ', svg, count=1))
