"""What a person says of a measure: cause and remedy, from a file that `cpm pack --commentary` names.

YAML maps a measure to its text; Markdown has a heading for each measure and the text below it. Nothing of it is
taken for a figure.
"""

import re
from collections.abc import Collection, Iterator
from pathlib import Path

import yaml

from cpm_warehouse.errors import CpmError

LONGEST = 600  # what fits beside half a page
SHAPE = "write a line 'CPM 5: text' a measure"
HEADING = re.compile(r"^#+\s+(.+?)\s*$")

Entry = tuple[int, str, str]


def read_commentary(path: Path, measures: Collection[str]) -> dict[str, str]:
    """Return the text of each measure that the file has, by its id.

    `measures` are the measures that may be commented. Raises CpmError with the file, the line, the reason and the
    remedy where the file cannot be read, or a heading or a text is not as it should be.
    """
    said: dict[str, str] = {}
    for line, heading, text in _entries(path):
        measure = re.sub(r"[\s-]+", "_", heading.strip().upper())
        if measure not in measures:
            known = ", ".join(sorted(measures)).replace("_", " ")
            raise _fault(path, line, f"'{heading}' is no measure of the month", f"write one of {known}")
        if measure in said:
            raise _fault(path, line, f"{heading} stands there twice", "keep one of the two")
        if not text:
            raise _fault(path, line, f"{heading} has no text", "write the cause and the remedy, or leave it out")
        if len(text) > LONGEST:
            reason = f"the text of {heading} has {len(text)} characters"
            raise _fault(path, line, reason, f"shorten it to {LONGEST}: it stands beside half a page")
        said[measure] = text
    if not said:
        raise _fault(path, 1, "no measure has a text", "write a line such as 'CPM 5: cause and remedy'")
    return said


def _entries(path: Path) -> Iterator[Entry]:
    try:
        content = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CpmError(f"{path}: cannot be read ({error.strerror}); name a file of comments") from error
    except UnicodeDecodeError as error:
        line = path.read_bytes()[: error.start].count(b"\n") + 1
        raise _fault(path, line, "it is not UTF-8", "save the file as UTF-8") from error
    if path.suffix.lower() in {".yml", ".yaml"}:
        return _of_yaml(path, content)
    if path.suffix.lower() in {".md", ".markdown"}:
        return _of_markdown(path, content)
    raise CpmError(f"{path}: neither YAML nor Markdown by its name; name it .yml or .md")


def _of_yaml(path: Path, content: str) -> Iterator[Entry]:
    try:
        top = yaml.compose(content, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise _fault(
            path, line, f"it is no YAML ({error.problem})", "write a line 'CPM 5: text' a measure"
        ) from error
    if not isinstance(top, yaml.MappingNode):
        raise _fault(path, 1, "it is no list of measures with their texts", SHAPE)
    for key, value in top.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode) or not isinstance(value, yaml.ScalarNode):
            raise _fault(path, line, "a measure has something else than a text", "write 'CPM 5: text'")
        yield line, key.value, " ".join(value.value.split())


def _of_markdown(path: Path, content: str) -> Iterator[Entry]:
    line, heading = 0, ""
    words: list[str] = []
    for number, written in enumerate(content.splitlines(), start=1):
        if found := HEADING.match(written):
            if heading:
                yield line, heading, " ".join(words)
            line, heading, words = number, found[1], []
        elif written.strip() and not heading:
            raise _fault(path, number, "a text stands before the first heading", "put '## CPM 5' above it")
        else:
            words += written.split()
    if heading:
        yield line, heading, " ".join(words)


def _fault(path: Path, line: int, reason: str, remedy: str) -> CpmError:
    return CpmError(f"{path}:{line}: {reason}; {remedy}")
