"""The errors that a user of the command sees."""

import errno

LONGEST = 2_000


class CpmError(Exception):
    """What went wrong, where, and what to do about it, in one line; the command prints it, exits with `code`."""

    code = 1

    def __init__(self, reason: str) -> None:
        super().__init__(one_line(reason))


class RefusalError(CpmError):
    """Why a submission is refused, by a rule of the seed `validation_rules`."""

    def __init__(self, rule_id: str, reason: str) -> None:
        super().__init__(reason)
        self.rule_id = rule_id


class DamageError(CpmError):
    """The lake is not what landed in it; `cpm verify` lists what is wrong."""

    code = 5


def one_line(text: str) -> str:
    """Escape what would break a line or cannot be written as UTF-8; values and names come from others."""
    shown = "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}..."


def system_said(error: OSError) -> str:
    """Say in one line what the system refused, where, and what to do about it."""
    remedies = {
        **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), "; make room there"),
        **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), "; let this user read and write there"),
    }
    place = f"{error.filename}: " if error.filename else ""
    return one_line(f"{place}{error.strerror or type(error).__name__}{remedies.get(error.errno or 0, '')}")


def no_room(error: Exception) -> bool:
    """Whether it was our own place that failed, for want of room or of leave to write, and not what was read."""
    if isinstance(error, OSError):
        return error.errno in {
            errno.ENOSPC,
            errno.EDQUOT,
            errno.EFBIG,
            errno.EROFS,
            errno.EMFILE,
            errno.ENFILE,
            errno.ENOMEM,
        }
    said = str(error)
    return any(
        part in said
        for part in ("No space left", "Out of Memory", "ould not write", "Disk quota", "Read-only file")
    )
