"""Good files, damages done to them at random, and what may become of them.

`hypothesis` draws the damages. Whatever they are: a file is refused by name; or each of its records, as another
program than landing reads it, is in the lake as it is or kept aside with its text, and what is changed is said.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import polars as pl
from hypothesis import strategies as st

from cpm_warehouse.contracts import Contract, load_contracts
from cpm_warehouse.layouts.loading import Layouts, load_layouts
from cpm_warehouse.receive.landing import Outcome, land

PLACE = "smki/smki_requests/2021-08"
COLUMNS = ("requestId", "requestKind", "receivedAt", "answeredAt")
KINDS = ("deviceCertificate", "organisationCertificate", "repositoryDocument")
ROWS = tuple(
    (
        f"SR2108{number:08}",
        KINDS[number % 3],
        f"2021-08-{number + 1:02}T10:{number:02}:00Z",
        f"2021-08-{number + 1:02}T10:{number:02}:30Z" if number % 4 else "",
    )
    for number in range(24)
)
LAYOUT = """
provider: smki
extract: smki_requests
layouts:
  - {name: workbook, files: ["*.xlsx"], instants: {zone: UTC}}
"""
# Values that tools leave where another should be.
ODD = ("", " ", "NULL", "N/A", "-", "1.23E+15", "a,b", "\u00a0x", "x\u200by", '"', '="SR1"', "'SR1", "sr2108", "0")
ODD += ("1970-01-01T00:00:00Z", "9999-12-31T00:00:00Z", "infinity", "2021-08-03", "03/08/2021 10:00", "caf\u00e9")
SIGNS = (b",", b'"', b"\n", b"\r\n", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf", b";", b"\t", b" ", b"\xc2\xa0", b",,")

Row = tuple[str | None, ...]
Draw = Callable[..., Any]


@dataclass(frozen=True)
class Damaged:
    """A file after it was damaged, its ending, and what was written: with damaged values alone."""

    ending: str
    content: bytes = field(repr=False)
    written: bytes = field(repr=False)


def good_csv(rows: Sequence[Row] = ROWS) -> bytes:
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows([COLUMNS, *rows])
    return made.getvalue().encode()


def good_parquet(rows: Sequence[Row] = ROWS) -> bytes:
    """Instants are instants where all of them can be, and else texts."""
    made = io.BytesIO()
    frame = pl.DataFrame(
        [dict(zip(COLUMNS, row, strict=True)) for row in rows], schema=dict.fromkeys(COLUMNS, pl.Utf8)
    )
    for name in COLUMNS[2:]:
        texts = frame[name].replace("", None)
        if texts.drop_nulls().str.contains(r"^2021-08-\d\dT\d\d:\d\d:\d\dZ$").all():
            frame = frame.with_columns(texts.str.to_datetime("%Y-%m-%dT%H:%M:%SZ").dt.replace_time_zone("UTC"))
    frame.write_parquet(made, compression="snappy")
    return made.getvalue()


def good_workbook(rows: Sequence[Row] = ROWS) -> bytes:
    made, book = io.BytesIO(), openpyxl.Workbook()
    for row in (COLUMNS, *rows):
        book.active.append([_cell(value) for value in row])
    book.save(made)
    return made.getvalue()


def _cell(value: str | None) -> Any:
    if value and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", value):
        return datetime.fromisoformat(value).replace(tzinfo=None)
    # What a workbook cannot hold.
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", value or "") or None


WRITERS = {"csv": good_csv, "parquet": good_parquet, "xlsx": good_workbook}


@st.composite
def damaged(draw: Draw, ending: str) -> Damaged:
    """A good file with values, records and bytes damaged, one to three times."""
    rows = [tuple(row) for row in ROWS]
    of_bytes = 0
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(("value", "record", "bytes")))
        if kind == "value":
            number, place = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, len(COLUMNS) - 1))
            value = draw(st.one_of(st.sampled_from(ODD), st.text(max_size=8)))
            value = value.encode(errors="ignore").decode()
            rows[number] = (*rows[number][:place], value, *rows[number][place + 1 :])
        elif kind == "record":
            rows = draw(st.sampled_from((_without, _twice, _moved)))(rows, draw(st.integers(0, len(rows) - 1)))
        else:
            of_bytes += 1
    content = written = WRITERS[ending](rows)
    for _ in range(of_bytes):
        content = _damage(draw, content)
    return Damaged(ending, content, written)


def _without(rows: list[Row], number: int) -> list[Row]:
    return [*rows[:number], *rows[number + 1 :]] if len(rows) > 1 else rows


def _twice(rows: list[Row], number: int) -> list[Row]:
    return [*rows, rows[number]]


def _moved(rows: list[Row], number: int) -> list[Row]:
    """The values of a row stand a column further."""
    return [*rows[:number], (rows[number][-1], *rows[number][:-1]), *rows[number + 1 :]]


def _damage(draw: Draw, content: bytes) -> bytes:
    # A workbook has the time of its writing, so that its length may differ: what is drawn does not hang on it.
    at = draw(st.integers(0, 9999)) * len(content) // 10_000
    until, bit, sign = at + draw(st.integers(1, 40)), draw(st.integers(0, 7)), draw(st.sampled_from(SIGNS))
    match draw(st.sampled_from(("cut", "drop", "twice", "flip", "put"))):
        case "cut":
            return content[:at]
        case "drop":
            return content[:at] + content[until:]
        case "twice":
            return content[:until] + content[at:]
        case "flip":
            flipped = bytes(one ^ (1 << bit) for one in content[at : at + 1])
            return content[:at] + flipped + content[at + 1 :]
        case _:
            return content[:at] + sign + content[at:]


def land_one(file: Damaged, folder: Path) -> Outcome:
    """Land a damaged file, alone in its lake."""
    there = folder / "extracts" / PLACE / "v1"
    there.mkdir(parents=True)
    (there / f"damaged.{file.ending}").write_bytes(file.content)
    contracts = {"smki_requests": contracts_once()["smki_requests"]}
    (outcome,) = land(folder / "extracts", folder / "lake", contracts, layouts(folder))
    return outcome


@cache
def contracts_once() -> Mapping[str, Contract]:
    """The contracts, read once: they take longer to read than a file to land."""
    return load_contracts()


def layouts(folder: Path) -> Layouts:
    """The layout by which the workbook is read."""
    place = folder / "layouts/smki/smki_requests.yml"
    if not place.exists():
        place.parent.mkdir(parents=True)
        place.write_text(LAYOUT)
    return load_layouts(folder / "layouts", contracts_once())


def check(file: Damaged, outcome: Outcome, lake: Path) -> None:
    """Check that nothing was lost, shifted or changed unseen, and that a refusal names the file."""
    if outcome.status == "refused":
        assert f"damaged.{file.ending}" in outcome.reason or "/v1: " in outcome.reason, outcome.reason
        assert "\n" not in outcome.reason
        return
    assert outcome.status == "landed"
    folder = outcome.submission.destination(lake)
    entry = json.loads((folder / "_submission.json").read_text())
    assert entry["received_rows"] == outcome.rows + outcome.quarantined
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        columns = ", ".join(f'"{name}"::varchar' for name in COLUMNS)
        read = "hive_partitioning = false, file_row_number = true"
        landed = connection.execute(
            f"select {columns} from read_parquet('{folder}/*.parquet', {read}) order by file_row_number"
        ).fetchall()
        aside = []
        if outcome.quarantined:
            aside = connection.execute(
                "select line, text, reason from read_parquet("
                f"'{folder}/_quarantine/*.parquet', hive_partitioning = false) order by line"
            ).fetchall()
    assert (len(landed), len(aside)) == (outcome.rows, outcome.quarantined)
    assert all(reason for *_, reason in aside)
    tidied = {"text_tidied", "word_for_nothing"} & {warned.rule_id for warned in outcome.warnings}
    assert _fits(file, landed, [text for _, text, _ in aside], is_tidied=bool(tidied))


def _fits(file: Damaged, landed: list[Row], aside: list[str], *, is_tidied: bool) -> bool:
    """Whether each record, in its order, is the next row of the lake, or the next text that was kept aside."""
    read = {"csv": _records, "parquet": _parquet_rows, "xlsx": _sheet_rows}[file.ending]
    try:
        records = list(read(file.content))
    except Exception:  # what is damaged may be of no account, such as the colours of a workbook
        records = list(read(file.written))
    row = text = 0
    for record, written in records:
        if text < len(aside) and written(aside[text]):
            text += 1
        elif row < len(landed) and _is(landed[row], record, is_tidied=is_tidied):
            row += 1
        else:
            raise AssertionError(f"{record} is neither {landed[row : row + 1]} nor {aside[text : text + 1]}")
    return (row, text) == (len(landed), len(aside))


Record = tuple[Row, Callable[[str], bool]]


def _records(content: bytes) -> Iterator[Record]:
    """Records of a CSV as Python reads them, and whether a text that was kept aside is one."""
    lines = content.removeprefix(b"\xef\xbb\xbf").decode(errors="surrogateescape")
    header, *found = (one for one in csv.reader(io.StringIO(lines, newline="")) if one)
    for values in found:
        named = dict(zip(header, values, strict=False)) if len(values) == len(header) else {}

        def is_written(text: str, values: list[str] = values) -> bool:
            shown = [value.encode(errors="surrogateescape").decode(errors="backslashreplace") for value in values]
            return next(csv.reader([*text.splitlines(keepends=True)]), None) == shown or text == ",".join(shown)

        yield tuple(named.get(name) for name in COLUMNS) if named else (None, None, None, "no record"), is_written


def _parquet_rows(content: bytes) -> Iterator[Record]:
    """Rows of a Parquet file as Polars reads them."""
    frame = pl.read_parquet(io.BytesIO(content))
    yield from map(_record, frame.select(COLUMNS).iter_rows())


def _sheet_rows(content: bytes) -> Iterator[Record]:
    """Rows of a sheet as openpyxl reads them."""
    header, *rows = openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows(values_only=True)
    places = [header.index(name) for name in COLUMNS]
    # A cell of blanks is an empty one.
    filled = ([None if str(one or "").isspace() else one for one in row] for row in rows)
    yield from (_record([row[place] for place in places]) for row in filled if any(one is not None for one in row))


def _record(values: Sequence[Any]) -> Record:
    row = tuple(None if value is None else _shown(value) for value in values)

    def is_written(text: str) -> bool:
        found = json.loads(text)
        return _is(tuple(found.get(name) for name in COLUMNS), row, is_tidied=False)

    return row, is_written


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _is(row: Row, record: Row, *, is_tidied: bool) -> bool:
    # Blanks at the ends of an instant say nothing.
    ours, others = ((*one[:2], *(value and value.strip() for value in one[2:])) for one in (row, record))
    return all(_same(one, other, is_tidied=is_tidied) for one, other in zip(ours, others, strict=True))


def _same(landed: str | None, received: str | None, *, is_tidied: bool) -> bool:
    """Whether a value of the lake is the one received: as an instant, or as a text, which may have been tidied."""
    if (landed or "") == (received or ""):
        return True
    if landed and received and (instant := _instant(landed)) and instant == _instant(received):
        return True
    bare = re.sub(r'^\s*="(.*)"\s*$', r"\1", re.sub(r"^\s*'(?=\w)", "", received or ""), flags=re.DOTALL).strip()
    return is_tidied and (landed or "") == bare


def _instant(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.replace(",", "."))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
