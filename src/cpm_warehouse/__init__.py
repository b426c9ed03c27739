"""Receives provider extracts, calls dbt and DuckDB, and publishes marts; it computes no measure."""
