"""Writes synthetic extracts, seeded and consistent with the contracts, together with the truth behind them."""

from cpm_warehouse.simulate.simulator import (
    AREAS,
    SAMPLE_FIRMWARE_FAULT_SHARE,
    SAMPLE_INCIDENTS_PER_MONTH,
    SAMPLE_SCALE,
    Summary,
    simulate,
)
from cpm_warehouse.simulate.writing import PARQUET_OPTIONS

__all__ = [
    "AREAS",
    "PARQUET_OPTIONS",
    "SAMPLE_FIRMWARE_FAULT_SHARE",
    "SAMPLE_INCIDENTS_PER_MONTH",
    "SAMPLE_SCALE",
    "Summary",
    "simulate",
]
