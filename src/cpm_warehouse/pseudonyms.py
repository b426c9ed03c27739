"""The secret from which SEC Parties and devices get their pseudonyms: pads for its HMAC, and its check value."""

import hashlib
import hmac
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from cpm_warehouse.errors import CpmError
from cpm_warehouse.files import write_whole

SALT = "CPM_PSEUDONYM_SALT"
SYNTHETIC_SALT = "synthetic"  # public: what it protects does not exist
LEAST_LENGTH = 32
# An attached database in memory: what it holds is never written, and every cursor sees it.
SESSION = "cpm_session"
BLOCK = 64  # bytes that SHA-256 takes at a time
# Beside the history of publications, whose pseudonyms it holds together.
KEPT = "_pseudonyms.json"


def salt() -> str:
    """Return the salt of the environment; the sample's where there is none."""
    return os.environ.get(SALT) or SYNTHETIC_SALT


def key_pads(key: bytes) -> tuple[bytes, bytes]:
    """Return the two blocks that HMAC with SHA-256 puts before what it hashes, so that each row only hashes."""
    short = hashlib.sha256(key).digest() if len(key) > BLOCK else key
    block = short.ljust(BLOCK, b"\0")
    return bytes(byte ^ 0x36 for byte in block), bytes(byte ^ 0x5C for byte in block)


def attach_pads(connection: DuckDBPyConnection) -> None:
    """Keep the pads of the environment's salt in memory, beside the warehouse that is open."""
    connection.execute(f"attach if not exists ':memory:' as {SESSION} (read_write)")
    connection.execute(f"create or replace table {SESSION}.main.pseudonym_pads (inner_pad blob, outer_pad blob)")
    connection.execute(f"insert into {SESSION}.main.pseudonym_pads values (?, ?)", list(key_pads(salt().encode())))


def check_value(key: str) -> str:
    """Return what tells one salt from another and does not tell the salt."""
    return hmac.digest(key.encode(), b"cpm check value", "sha256").hex()[:16]


def require_salt(history: Path, real_submission: str) -> str:
    """Return the check value of the environment's salt, for a lake that has real extracts.

    Raises CpmError without a salt, with a short one, or with another than what was published has.
    """
    given = os.environ.get(SALT, "")
    if not given:
        raise CpmError(f"'{real_submission}' is real: set {SALT} to a secret, the same for every build")
    if len(given) < LEAST_LENGTH:
        raise CpmError(
            f"{SALT} has fewer than {LEAST_LENGTH} characters; a short salt can be guessed: take a longer one"
        )
    check = check_value(given)
    kept = _read(history)
    if kept and kept["check"] != check:
        raise CpmError(
            f"{SALT} differs from the salt of the publications since {kept['since']}, so every device and party"
            " would get another pseudonym; set the earlier salt, or begin a new one: `cpm rotate-salt`"
        )
    return check


def keep_check(history: Path, check: str) -> None:
    """Keep the check value of the first publication, where only the owner can read it."""
    if not _read(history):
        found = _read(history, every=True)
        _write(history, {**found, "check": check, "since": _now()})


def rotate(history: Path) -> None:
    """Let another salt begin with the next publication. Raises CpmError where none was published yet."""
    kept = _read(history)
    if not kept:
        raise CpmError(f"{history}: nothing was published with a salt here, so none needs to be replaced")
    earlier = {"check": kept["check"], "since": kept["since"], "until": _now()}
    _write(history, {"earlier": [*kept.get("earlier", []), earlier]})


def _read(history: Path, *, every: bool = False) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((history / KEPT).read_text(encoding="utf-8"))
        return found if every or found["check"] else {}
    except FileNotFoundError:
        return {}
    except KeyError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise CpmError(
            f"{history / KEPT}: cannot be read; restore it, or begin a new salt: `cpm rotate-salt`"
        ) from error


def _write(history: Path, content: dict[str, Any]) -> None:
    path = history / KEPT
    history.mkdir(parents=True, exist_ok=True)
    before = os.umask(0o077)
    try:
        write_whole(path, (json.dumps(content, indent=2) + "\n").encode())
    finally:
        os.umask(before)


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
