"""What landing counted in the rows of a submission, as it lies beside them in the lake.

Great Expectations judges a submission by these figures, whenever that is: they have all that it asks for, and what
landing did about each check.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# Below the folder of a submission.
COUNTED = "_counted/counted.json"


@dataclass(frozen=True)
class CountedCheck:
    """A check, as an expectation of Great Expectations where it has one, and what was counted of it.

    `missing` are the rows without a value in the first of its columns, `compared` those with one in each, `broken`
    those at fault; `noted` of these were quarantined, or warned of.
    """

    rule_id: str
    columns: Sequence[str]
    expectation: str
    arguments: dict[str, Any]
    missing: int
    compared: int
    broken: int
    noted: int


@dataclass(frozen=True)
class Counted:
    """The figures of a submission: its rows that could be read, its checks, and its keys.

    `distinct` keys stand in its rows, `shared` rows have a whole one in common with another; `repeats_noted` says
    whether landing did what follows from that. `row_bounds` are rows to expect, where that is known, and
    `volume_noted` whether a warning says that they are not met.
    """

    rows: int
    checks: Sequence[CountedCheck]
    key: Sequence[str]
    missing_keys: int
    distinct: int
    shared: int
    repeats_noted: bool
    row_bounds: tuple[int, int] | None
    volume_noted: bool

    def write(self, folder: Path) -> None:
        """Write it into the folder of a submission."""
        path = folder / COUNTED
        path.parent.mkdir()
        path.write_text(json.dumps(asdict(self), default=str), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "Counted":
        """Read it from the folder of a submission."""
        found = json.loads((folder / COUNTED).read_text(encoding="utf-8"))
        found["checks"] = [CountedCheck(**check) for check in found["checks"]]
        return cls(**found)
