"""sqlfluff without Python's search for objects that point at each other: its trees are full of them.

That is a third of its processor time; the largest of its processes then takes 2 GB. Its workers import this file.
"""

import gc

from sqlfluff.cli.commands import cli

gc.disable()

if __name__ == "__main__":
    cli(prog_name="sqlfluff")
