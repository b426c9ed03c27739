"""Opens a text in whatever encoding, and writes its beginning as UTF-8."""

import codecs
import gzip
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, cast

from cpm_warehouse.errors import CpmError
from cpm_warehouse.receive.profiling.opened import BLOCK, MOST_TEXT

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# What Europe's tools write where it is not UTF-8: Windows in the west and the middle, DOS, Unix, old Macs.
ONE_BYTE = ("cp1252", "cp850", "cp1250", "iso8859-2", "iso8859-15", "mac-roman")
# As much of a text beyond the first byte that is no UTF-8 as is looked at.
LOOKED_AT = 100_000
# A blank that does not break and a hyphen that may: texts have them.
NOT_SEEN = dict.fromkeys(map(ord, "\u00a0\u00ad"))
NO_TEXT = "is no text and of no kind that is read here; send CSV, XLSX or Parquet"


def write_text(
    path: Path, encoding: str | None, target: Path, *, is_compressed: bool
) -> tuple[list[tuple[str, str]], bool]:
    """Write the beginning of a text as UTF-8; returns the encodings that it could be in, and whether it is all.

    Raises CpmError where it is none, is damaged, or is not in the encoding that was given.
    """

    def opened() -> BinaryIO:
        return cast(BinaryIO, gzip.open(path, "rb")) if is_compressed else path.open("rb")

    encodings = [(encoding, "")] if encoding else []
    try:
        encodings = encodings or _encodings(path, opened)
        return encodings, _write(opened, encodings[0][0], target)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise CpmError(f"{path}: is cut or damaged ({error}); ask for it again") from error
    except UnicodeError as error:
        raise CpmError(f"{path}: is not {encodings[0][0]} throughout ({error}); correct the encoding") from error


def _encodings(path: Path, opened: Callable[[], BinaryIO]) -> list[tuple[str, str]]:
    """Encodings that a text could be in, the likeliest first, each with the letters beyond ASCII that it gives."""
    with opened() as file:
        start = file.read(BLOCK)
        for mark, name in BYTE_ORDER_MARKS:
            if start.startswith(mark):
                return [(name, "byte order mark")]
        if b"\0" in start:
            for name, place in (("utf-16-le", 1), ("utf-16-be", 0)):
                if start[place::2].count(0) > len(start) // 3 and start[1 - place :: 2].count(0) == 0:
                    return [(name, "no byte order mark")]
            raise CpmError(f"{path}: {NO_TEXT}")
        if sum(byte < 32 and byte not in b"\t\r\n\f\x01\x1f" for byte in start) > len(start) // 50:
            raise CpmError(f"{path}: {NO_TEXT}")
        decoder = codecs.getincrementaldecoder("utf-8")()
        block, read = start, 0
        try:
            while block and read < MOST_TEXT:
                decoder.decode(block)
                read += len(block)
                block = file.read(BLOCK)
            return [("utf-8", "")]
        except UnicodeDecodeError:
            beyond = set(block)
            while (more := file.read(BLOCK)) and read < MOST_TEXT:
                beyond |= set(more)
                read += len(more)
            return _of_one_byte(block[:LOOKED_AT], bytes(sorted(byte for byte in beyond if byte > 127)))


def _of_one_byte(sample: bytes, odd: bytes) -> list[tuple[str, str]]:
    """Encodings of bytes that are no UTF-8: all that give other letters, since which are meant nobody can tell.

    `odd` are all the bytes beyond ASCII. First are encodings by which most of them, in a sample, are letters that
    stand beside letters.
    """
    from charset_normalizer import from_bytes

    guess = from_bytes(sample).best()
    found: dict[str, str] = {}
    for name in (*ONE_BYTE, *([guess.encoding] if guess else []), "latin-1"):
        try:
            letters = odd.decode(name)
        except UnicodeDecodeError:
            continue
        is_last = name == "latin-1"  # which reads whatever there is
        could_be = not found if is_last else letters.translate(NOT_SEEN).isprintable()
        if letters not in found.values() and could_be:
            found[name] = letters
    within = {name: _within_words(sample.decode(name, errors="replace")) for name in found}
    best = sorted(found, key=lambda name: -within[name])
    return [(name, " ".join(found[name])) for name in best]


def _within_words(text: str) -> int:
    """How many letters beyond ASCII, less signs beyond it, stand beside a letter."""
    return sum(
        (1 if one.isalpha() else -1) * (before.isalpha() or after.isalpha())
        for before, one, after in zip(f" {text}", text, f"{text[1:]} ", strict=False)
        if one > "\x7f"
    )


def _write(opened: Callable[[], BinaryIO], encoding: str, target: Path) -> bool:
    """Write the beginning of a text as UTF-8, whole lines; returns whether it is all of it."""
    codec = "utf-8-sig" if encoding == "utf-8" else encoding
    with opened() as file, target.open("wb") as out:
        decoder = codecs.getincrementaldecoder(codec)()
        written = 0
        while block := file.read(BLOCK):
            text = decoder.decode(block).encode("utf-8", errors="replace")
            written += out.write(text)
            if written > MOST_TEXT:
                # What the last block cut is left out; a line that is longer than a block is not looked for.
                out.truncate(out.seek(written - len(text) + text.rfind(b"\n") + 1))
                return not file.read(1)
        out.write(decoder.decode(b"", final=True).encode("utf-8"))
    return True
