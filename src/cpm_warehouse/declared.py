"""Reads YAML by the dataclass that says what it may hold, and says in words what it does not."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from cpm_warehouse.errors import CpmError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

T = TypeVar("T")
# For pydantic: another key is an error, and the text below a field describes it in the schema.
READING = {"extra": "forbid", "use_attribute_docstrings": True}


def read_yaml(
    path: Path, loader: type[yaml.SafeLoader | yaml.CSafeLoader], wrong: Callable[[str], CpmError]
) -> Any:
    """Read a file of YAML. Raises what `wrong` makes of the reason where it is none."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), loader)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise wrong(f"not YAML ({str(error).splitlines()[0]})") from error


def validated(raw: Any, reader: "TypeAdapter[T]", wrong: Callable[[str], CpmError], what: str) -> T:
    """Make of what was read what its classes say. Raises what `wrong` makes of the first error, key first."""
    from pydantic import ValidationError

    try:
        # As JSON, so that a list is taken for a tuple and yet no text for a number or a truth value.
        return reader.validate_json(json.dumps(raw, default=str), strict=True)
    except ValidationError as error:
        first, *others = [_said(one["loc"], one, raw) for one in error.errors(include_url=False)]
        raise wrong(first + (f" (and {len(others)} more)" if others else "")) from error
    except (TypeError, ValueError) as error:  # what JSON cannot say, such as a key that is a date
        raise wrong(f"not {what} ({error})") from error


def schema_of(reader: "TypeAdapter[Any]") -> str:
    """What such a YAML may hold, as JSON Schema: editors read it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **reader.json_schema()}
    return json.dumps(schema, indent=2) + "\n"


def _said(place: tuple[int | str, ...], error: Mapping[str, Any], raw: Any) -> str:
    """One error in words, the key first; a part of a list is called by its name."""
    keys, found = [], raw
    for part in place:
        try:
            found = found[part]
        except (KeyError, TypeError, IndexError):  # which kind of a value was tried, or what is not there
            if part != place[-1] or error["type"] != "missing":
                continue
        named = found.get("name") if isinstance(part, int) and isinstance(found, dict) else None
        keys.append(f"'{named}'" if named else str(part))
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "unexpected_keyword_argument":
        message = "means nothing; take it out"
    elif error["type"] == "missing":
        message = "is missing; write it"
    elif error["type"] != "value_error":
        message = f"is {json.dumps(found, default=str)}; {message[:1].lower()}{message[1:]}"
    return f"{' '.join(keys)}: {message}" if keys else message
