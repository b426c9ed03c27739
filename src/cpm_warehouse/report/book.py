"""The measure book as HTML: pages of `docs/` whose links lead to each other in one document.

Each heading keeps the place that GitHub gives it, below the name of its page: `docs/measures/cpm_3.md#proxy` is
`#cpm_3--proxy`. A link to a page that the document does not carry is text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader
from markdown import Markdown  # type: ignore[import-untyped]
from markupsafe import Markup

from cpm_warehouse.project import carried, is_project

# What a reader of a report needs to defend a figure, beside the pages of its measures.
ALWAYS = ("docs/measures/results.md", "docs/measures/pmr_timeliness.md", "docs/calendar.md", "docs/provenance.md")
LINK = re.compile(r'<a href="([^":]*?\.md|)(?:#([\w-]+))?">(.*?)</a>', re.S)
PLACE = re.compile(r'(<(?:a|h[1-6]) id=")')


@dataclass(frozen=True)
class Page:
    """A page of the book: its name in the document, its title and its text as HTML."""

    name: str
    title: str
    html: Markup


def pages(paths: Sequence[str]) -> list[Page]:
    """Return these pages, each once, in their order. Raises FileNotFoundError where one is not there."""
    found = [(_top() / path).resolve() for path in dict.fromkeys(paths)]
    return [_page(path, found) for path in found]


def whole_book() -> list[Page]:
    """Return the index and every page that it leads to, guides and decisions included."""
    index = _top() / "docs/README.md"
    listed = re.findall(r"\]\(([^)#:]+\.md)", index.read_text(encoding="utf-8"))
    names = [(index.parent / to).resolve().relative_to(_top().resolve()).as_posix() for to in listed]
    return pages(["docs/README.md", *names, "DECISIONS.md", "CHANGELOG.md"])


def render_book() -> str:
    """Return the whole book as one HTML document that needs nothing else."""
    environment = Environment(loader=PackageLoader("cpm_warehouse.report"), autoescape=True)
    style = files("cpm_warehouse.report").joinpath("templates/pack.css").read_text(encoding="utf-8")
    return environment.get_template("whole_book.html").render(pages=whole_book(), style=Markup(style))


def terms(wanted: Sequence[str]) -> list[tuple[str, str]]:
    """Return these terms of the glossary with their meanings in plain words; KeyError where one is not there."""
    rows = re.findall(r"^\| (.+?) \| (.+) \|$", (_top() / "docs/glossary.md").read_text(encoding="utf-8"), re.M)
    known = {term: re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", meaning) for term, meaning in rows}
    return [(term, re.sub(r"`([^`]*)`", lambda code: code[1].replace("_", " "), known[term])) for term in wanted]


def slug(heading: str, separator: str) -> str:
    """Return the place of a heading as GitHub names it."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", separator)


def name_of(path: Path) -> str:
    """Return the name of a page in the document."""
    return path.stem.lower()


def _top() -> Path:
    """Return the project whose documentation it is: the one that the command works in, else what cpm came with."""
    return Path() if is_project(Path()) else carried()


def _page(path: Path, carried: Sequence[Path]) -> Page:
    markdown = Markdown(
        extensions=["tables", "fenced_code", "sane_lists", "toc"],
        extension_configs={"toc": {"slugify": slug}},
    )
    text = path.read_text(encoding="utf-8")
    html = markdown.convert(text)
    name = name_of(path)

    def led(link: re.Match[str]) -> str:
        to, place, shown = link.groups()
        target = (path.parent / to).resolve() if to else path
        if target not in carried:
            return shown
        return f'<a href="#{name_of(target)}{f"--{place}" if place else ""}">{shown}</a>'

    html = LINK.sub(led, PLACE.sub(rf"\1{name}--", html))
    # The document has a first heading of its own, and those of the pages stand below it.
    html = re.sub(r"<(/?)h([1-4])\b", lambda tag: f"<{tag[1]}h{int(tag[2]) + 2}", html)
    html = with_captions(html)
    title = next((line.removeprefix("# ") for line in text.splitlines() if line.startswith("# ")), name)
    return Page(name, title, Markup(html))


def with_captions(html: str) -> str:
    """Give each table the heading that it stands under as caption, and a frame that scrolls."""
    heading = ""

    def framed(found: re.Match[str]) -> str:
        nonlocal heading
        if not found[0].startswith("<table"):
            heading = re.sub("<[^>]*>", "", found[1])
            return found[0]
        frame = f'<div class="box" role="group" tabindex="0" aria-label="{heading}">'
        return f"{frame}<table><caption><span>{heading}</span></caption>"

    html = re.sub(r"<h\d[^>]*>(.*?)</h\d>|<table>", framed, html, flags=re.S)
    return re.sub(r"<th\b", '<th scope="col"', html).replace("</table>", "</table></div>")
