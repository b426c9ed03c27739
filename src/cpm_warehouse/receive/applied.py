"""Which layout each file of a submission is read by: now, and when it landed."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cpm_warehouse.errors import RefusalError
from cpm_warehouse.layouts.layout import Layout, layout_of
from cpm_warehouse.layouts.loading import Layouts
from cpm_warehouse.receive.submissions import Submission

# Layouts by the name of the file; None of one that looks as its contract has it.
Applied = Mapping[str, Layout | None]


def layouts_now(layouts: Layouts, submission: Submission) -> Applied:
    """How each file looks. Raises RefusalError where that cannot be said."""
    return {
        path.name: layouts.of_file(submission.provider, submission.extract, submission.period, path.name)
        for path in submission.files()
    }


def layouts_then(entry: Mapping[str, Any]) -> Applied:
    """How each file looked when it landed, by its entry in the register."""
    return {
        file["name"]: layout_of(file["layout_says"]) if "layout_says" in file else None for file in entry["files"]
    }


def looks_otherwise(layouts: Layouts, submission: Submission, entry: Mapping[str, Any]) -> bool:
    """Whether what landed would be read otherwise now; a layout that cannot be used does not tell."""
    try:
        now = layouts_now(layouts, submission)
    except RefusalError:
        return False
    then = {file["name"]: file.get("layout_sha256") for file in entry["files"]}
    return then != {name: layout.checksum if layout else None for name, layout in now.items()}


def in_register(layout: Layout | None) -> dict[str, Any]:
    """What the register says of the layout of a file: all of it, so that the file can be landed anew by that."""
    if layout is None:
        return {}
    return {"layout": layout.name, "layout_sha256": layout.checksum, "layout_says": layout.as_json()}


@contextmanager
def refusals_name(applied: Applied) -> Iterator[None]:
    """Name the layouts where a submission that is read by them is refused: one of them may be at fault."""
    try:
        yield
    except RefusalError as refusal:
        names = dict.fromkeys(f"layout '{layout.name}'" for layout in applied.values() if layout)
        if not names or any(name in str(refusal) for name in names):
            raise
        also = f"or correct {' and '.join(names)}, by which it was read"
        raise RefusalError(refusal.rule_id, f"{refusal}; {also}") from refusal
