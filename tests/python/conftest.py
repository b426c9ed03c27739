"""What the Python tests share: the top of the project and a small submission to land."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import duckdb
import pytest
from filelock import FileLock

from cpm_warehouse.contracts import CONTRACTS, Contract, load_contracts
from cpm_warehouse.publish.warehouses import CHECKSUMS, checksum_query, listing_query

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from compiled import CompiledModels

T = TypeVar("T")

ROOT = Path(__file__).parents[2]

HEADER = "Reporting Month,PMR Version,Delivered On\n"
GOOD = HEADER + "2021-08-01,1,2021-10-05\n2021-08-01,2,2021-10-12\n"


# Files by processor time, the longest first; all others take less than these.
LONG = (
    "test_extracts_as_they_come.py",
    "test_metamorphic.py",
    "test_restatements.py",
    "test_cubes.py",
    "test_own_lists.py",
    "test_alerts.py",
    "test_pack.py",
    "test_explorer.py",
)


def note_checksums(connection: duckdb.DuckDBPyConnection) -> None:
    """Note what the tables and views of a warehouse are, as the command does that built all of them."""
    _note_checksums(connection)
    connection.execute(
        "update main.build_results set checksum = checksums.checksum"
        f" from main.build_nodes as nodes join main.{CHECKSUMS} as checksums on nodes.relation = checksums.name"
        " where build_results.unique_id = nodes.unique_id"
    )
    _note_checksums(connection)


def _note_checksums(connection: duckdb.DuckDBPyConnection) -> None:
    (catalog,) = connection.execute("select current_database()").fetchone() or ("",)
    listing = connection.execute(listing_query(catalog))
    columns = [column[0] for column in listing.description or ()]
    listed = [dict(zip(columns, row, strict=True)) for row in listing.fetchall()]
    connection.execute(f"create or replace table main.{CHECKSUMS} as {checksum_query(listed)}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest: they are dealt out in order, and a core would wait for them last."""
    places = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONG)))


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> "CompiledModels":
    """The models under the project's variables, compiled once for all processes of a run."""
    from compiled import CompiledModels  # which takes ROOT from here

    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with FileLock(shared / "compiled.lock"):
        return CompiledModels.compile(shared / "compiled")


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    """A Chromium without a window."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or pytest.fail("no Chromium here; `make browser` installs it")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield launched
        launched.close()


@pytest.fixture(autouse=True)
def at_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    """Contracts and seeds are found from the top of the project, wherever pytest is started."""
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="session", autouse=True)
def never_forced_to_disk() -> Iterator[None]:
    """A new lake is forced to disk fifty times; no test here sees a machine that loses its power."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture(scope="session")
def read_contracts() -> dict[str, Contract]:
    return dict(load_contracts(ROOT / CONTRACTS))


@pytest.fixture
def contracts(read_contracts: dict[str, Contract]) -> dict[str, Contract]:
    return dict(read_contracts)


def put_submission(
    extracts: Path,
    content: str | bytes = GOOD,
    *,
    name: str = "pmr.csv",
    submission: str = "dcc/pmr_deliveries/2021-08/v1",
    control: dict[str, object] | None = None,
) -> Path:
    """Put a file, with a control file if asked, into a submission of PMR deliveries; returns the extracts."""
    folder = extracts / submission
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    if control is not None:
        (folder / "control.json").write_text(json.dumps(control))
    return extracts


def made_once(place: Path, make: Callable[[Path], T]) -> Callable[[], T]:
    """Make something in a folder; returns a function that gives it, with the folder as it was when it was made."""
    here, as_made = place / "here", place / "as_made"
    here.mkdir()
    made = make(here)
    shutil.copytree(here, as_made)

    def again() -> T:
        shutil.rmtree(here)
        shutil.copytree(as_made, here)
        return made

    return again


@pytest.fixture
def send(tmp_path: Path) -> Callable[..., Path]:
    """Returns `put_submission` for extracts of the test's own."""
    return partial(put_submission, tmp_path / "extracts")
