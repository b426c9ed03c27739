"""Shows what is in a file of a stranger, and writes a layout to complete."""

from cpm_warehouse.receive.profiling.making import profile

__all__ = ["profile"]
