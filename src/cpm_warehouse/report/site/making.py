"""Writes the site into a folder, which appears whole or not at all."""

import json
import os
from collections.abc import Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from cpm_warehouse.errors import CpmError
from cpm_warehouse.files import whole_folder
from cpm_warehouse.publish.finding import Found
from cpm_warehouse.report.pack.making import figured_months
from cpm_warehouse.report.site.notebooks import Notebook
from cpm_warehouse.report.site.pages import Page, render_pages

MARK = "site.json"
INDEX, SCRIPT, STYLE = "search_index.js", "search.js", "style.css"
# What `make docs` writes, and how the site names it.
DOCS = {
    "index.html": "Models, columns and tests",
    "lineage.html": "Lineage of every column",
    "book.html": "The whole measure book, guides and decisions",
}


def make_site(
    found: Found,
    folder: Path,
    docs: Path,
    *,
    notebooks: Sequence[Notebook] = (),
    commentary: Mapping[date, Path] | None = None,
) -> list[str]:
    """Write the site of a publication and return the paths of its pages, the first page first.

    Pages of `docs` that are there are linked, and no other file outside the folder is. `commentary` has by month
    the file of what a person says of its measures. Raises CpmError where no month has figures, a month that is
    commented has none, or the folder has files of something else.
    """
    months = figured_months(found.path)
    if not months:
        raise CpmError(f"{found.path}: no month has figures, so that a site would have nothing to show")
    if lost := sorted(set(commentary or {}) - set(months)):
        there = ", ".join(f"{month:%Y-%m}" for month in months)
        raise CpmError(
            f"{found.path}: comments are given on {lost[0]:%Y-%m}, which has no figures; months with figures are"
            f" {there}"
        )
    beside = {
        quote(Path(os.path.relpath(docs / name, folder)).as_posix()): title
        for name, title in DOCS.items()
        if (docs / name).is_file()
    }
    pages = render_pages(found, months, beside, notebooks, commentary or {})
    templates = files("cpm_warehouse.report").joinpath("templates")
    style = "".join(templates.joinpath(name).read_text("utf-8") for name in ("pack.css", "site/site.css"))
    with whole_folder(folder, MARK) as aside:
        for page in pages:
            path = aside / page.path
            path.parent.mkdir(exist_ok=True)
            path.write_text(page.html, encoding="utf-8")
        (aside / STYLE).write_text(style, encoding="utf-8")
        (aside / SCRIPT).write_text(templates.joinpath("site/search.js").read_text("utf-8"), encoding="utf-8")
        (aside / INDEX).write_text(search_index(pages), encoding="utf-8")
        about = {"publication": found.name, "is_synthetic": found.is_synthetic, "pages": len(pages)}
        (aside / MARK).write_text(f"{json.dumps(about, indent=1)}\n", encoding="utf-8")
    return [page.path for page in pages]


def search_index(pages: list[Page]) -> str:
    """Return the pages with the words that they are found by, as a script: a page of a file may read no JSON."""
    entries = [{"path": page.path, "title": page.title, "words": page.words.lower()} for page in pages]
    return f"const PAGES = {json.dumps(entries, separators=(',', ':'))};\n"
