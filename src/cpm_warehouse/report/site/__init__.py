"""A static site of a publication: main points, each measure of each month, the change discussion, and search.

Its pages need no server and no network. Every figure is read by the queries of the report.
"""

from cpm_warehouse.report.site.making import MARK, make_site
from cpm_warehouse.report.site.notebooks import run_notebooks

__all__ = ["MARK", "make_site", "run_notebooks"]
