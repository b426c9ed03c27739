"""The month's Performance Measurement Report as HTML, PDF and XLSX, from the published marts.

Every figure is read from a mart by a query of `report/queries/`; nothing here computes one.
"""

from cpm_warehouse.report.pack.making import Pack, figured_months, make_pack

__all__ = ["Pack", "figured_months", "make_pack"]
