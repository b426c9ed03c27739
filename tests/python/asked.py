"""Which questions of `report/queries/` each program asks."""

from conftest import ROOT
from cpm_warehouse.report.pack.tables import pack_tables
from cpm_warehouse.report.questions import QUERIES

QUESTIONS = sorted(path.stem for path in QUERIES.glob("*.sql"))
EXPLORER = "".join(
    (ROOT / name).read_text()
    for name in (
        "notebooks/explorer.py",
        "src/cpm_warehouse/report/explorer/behind.py",
        "src/cpm_warehouse/report/published.py",
    )
)
BY_EXPLORER = [question for question in QUESTIONS if f'"{question}"' in EXPLORER]
BY_PACK = sorted({asked.get("question", table) for table, asked in pack_tables().items()})
TRACE = "".join(path.read_text() for path in (ROOT / "src/cpm_warehouse/report/trace").glob("*.py"))
BY_TRACE = [question for question in QUESTIONS if f'"{question}"' in TRACE]
