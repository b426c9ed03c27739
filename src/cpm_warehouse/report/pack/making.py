"""Makes the pack of a month: reads the tables once and writes them in each form."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cpm_warehouse.report.commentary import read_commentary
from cpm_warehouse.report.pack.pages import Said, render_html, render_pdf
from cpm_warehouse.report.pack.tables import read_tables
from cpm_warehouse.report.pack.workbook import sheet_names, write_workbook
from cpm_warehouse.report.published import Published

SYNTHETIC = "Classification: Green - synthetic sample"
ORDINARY = "Classification: Amber"


@dataclass(frozen=True)
class Pack:
    """The files of a pack, and whether the month has any figure."""

    files: tuple[Path, ...]
    has_figures: bool


def marking(classification: str | None, *, is_synthetic: bool) -> str:
    """Return what every page and sheet says: the classification, and of synthetic data that it is."""
    if not is_synthetic:
        return classification or ORDINARY
    if classification and "synthetic" not in classification.lower():
        return f"{classification} - synthetic data"
    return classification or SYNTHETIC


def figured_months(published: Path) -> list[date]:
    """Return the months of which some measure has a figure, first to last."""
    found = Published(published).query(
        "select distinct reporting_month from marts.rpt_measure_figures"
        " where is_default and scope_type = 'national' and result_pct is not null order by reporting_month"
    )
    return found["reporting_month"].to_list()


def make_pack(
    published: Path,
    month: date,
    out: Path,
    classification: str | None = None,
    *,
    contact: str | None = None,
    commentary: Path | None = None,
) -> Pack:
    """Write pmr-<month>.html, .pdf and .xlsx; the same publication gives the same report.

    Without a classification it is Green where the results stand on synthetic data, else Amber. That they do stands
    on every page, whatever the classification. `commentary` is a file of what a person says of the measures.
    """
    tables = read_tables(published, month)
    results = list(tables["summary"])
    comments = read_commentary(commentary, {row["measure_id"] for row in results}) if commentary else {}
    is_synthetic = any(row["is_synthetic"] for row in tables["publication"])
    said = Said(marking(classification, is_synthetic=is_synthetic), contact, comments)
    sheets = sheet_names()
    contents = {
        "html": render_html(tables, month, said, sheets).encode(),
        "pdf": render_pdf(render_html(tables, month, said, sheets, is_core=True)),
        "xlsx": write_workbook(tables, month, said, sheets),
    }
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for suffix, content in contents.items():
        path = out / f"pmr-{month:%Y-%m}.{suffix}"
        path.write_bytes(content)
        written.append(path)
    return Pack(tuple(written), any(row["result_pct"] is not None for row in results))
