"""The key of each public mart, from its contract: models/marts/<topic>/<mart>.yml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

Key = tuple[str, ...]


def keys_of(project: Path) -> dict[str, Key]:
    """Return the columns that tell a mart's rows apart; a mart whose contract names none is left out."""
    found: dict[str, Key] = {}
    for path in sorted((project / "models/marts").glob("*/*.yml")):
        for model in (yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader) or {}).get("models", []):
            if key := _key_of(model):
                found[model["name"]] = key
    return found


def _key_of(model: Mapping[str, Any]) -> Key:
    """The primary key, else the columns that a test holds to be unique together, else the one column that is."""
    for constraint in model.get("constraints", []):
        if constraint["type"] == "primary_key":
            return tuple(constraint["columns"])
    for test in model.get("data_tests", []):
        if isinstance(test, Mapping) and "unique_combination" in test:
            return tuple(test["unique_combination"]["arguments"]["columns"])
    for column in model.get("columns", []):
        kinds = [one["type"] for one in column.get("constraints", [])] + list(column.get("data_tests", []))
        if "primary_key" in kinds or "unique" in kinds:
            return (column["name"],)
    return ()
