"""What cpm asks of the system and of the environment that it is started in."""

import os
import sys

from cpm_warehouse.errors import CpmError

UTF8 = {"PYTHONUTF8": "1"}


def require_system() -> None:
    """Raise CpmError on Windows itself, which has no umask, no sync of a folder and other locks."""
    if sys.platform == "win32":
        raise CpmError(
            "cpm runs on Linux, on macOS and in the Windows Subsystem for Linux, not on Windows itself; install"
            " the subsystem (`wsl --install`) and run this there"
        )


def require_utf8() -> None:
    """Begin this process again where names of files would not be UTF-8, as under the locale C.

    DuckDB and dbt take them for it.
    """
    if sys.getfilesystemencoding() != "utf-8":
        os.execve(sys.executable, [sys.executable, "-X", "utf8", *sys.orig_argv[1:]], os.environ | UTF8)
