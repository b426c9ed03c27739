"""Damaged at random, a file is refused by name, or what is in it lands as it is or is kept aside.

`tests/trials/damaged_extracts.py` does it 200 times for each kind of file, and builds the lake.
"""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from damaged_files import WRITERS, Damaged, check, damaged, land_one

EXAMPLES = settings(max_examples=10, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("ending", WRITERS)
def test_a_good_file_lands_whole(ending, tmp_path):
    good = WRITERS[ending]()
    outcome = land_one(Damaged(ending, good, good), tmp_path)
    assert (outcome.status, outcome.rows, outcome.quarantined, outcome.warnings) == ("landed", 24, 0, ())
    check(Damaged(ending, good, good), outcome, tmp_path / "lake")


def try_out(file):
    with tempfile.TemporaryDirectory() as folder:
        check(file, land_one(file, Path(folder)), Path(folder) / "lake")


@EXAMPLES
@given(damaged("csv"))
def test_a_damaged_csv_loses_nothing_unseen(file):
    try_out(file)


@EXAMPLES
@given(damaged("parquet"))
def test_a_damaged_parquet_loses_nothing_unseen(file):
    try_out(file)


@EXAMPLES
@given(damaged("xlsx"))
def test_a_damaged_workbook_loses_nothing_unseen(file):
    try_out(file)
