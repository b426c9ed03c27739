"""Starts the command `cpm`, also as `python -m cpm_warehouse`."""

import sys

from cpm_warehouse.errors import CpmError
from cpm_warehouse.surroundings import require_system, require_utf8


def run() -> None:
    """Run the command, where the system is one for it: its libraries are imported after that."""
    try:
        require_system()
    except CpmError as error:
        sys.exit(f"error: {error}")
    require_utf8()
    from cpm_warehouse.cli import main

    main()


if __name__ == "__main__":
    run()
