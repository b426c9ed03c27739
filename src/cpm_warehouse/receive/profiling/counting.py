"""Numbers and names with numbers, out of a query."""

import duckdb


def pairs_of(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, int]:
    """The rows of a query as a dictionary, in their order."""
    return {str(name): int(number) for name, number in connection.execute(query).fetchall()}


def numbers_of(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[int, ...]:
    """The numbers of one row; null, of no rows, is 0."""
    found = connection.execute(query).fetchone()
    assert found is not None
    return tuple(int(number or 0) for number in found)
