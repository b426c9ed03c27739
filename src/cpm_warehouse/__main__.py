"""Lets `python -m cpm_warehouse` stand for `cpm`."""

from cpm_warehouse.cli import main

main()
