"""The explorer's choices in its address, under the names that `cpm trace` has for them.

`?measure=CPM_5&month=2021-09&region=Central` opens it there; what an address leaves out is as without one.
"""

from collections.abc import Iterable, Mapping, MutableMapping
from html import escape
from typing import TypeAlias

Asked: TypeAlias = Mapping[str, str | list[str]]
Scope: TypeAlias = tuple[str, str, str]

SCOPED = ("region", "provider", "aggregation")


def chosen(asked: Asked) -> dict[str, str]:
    """Return the choices of an address; of one that stands there twice, the last."""
    return {name: value if isinstance(value, str) else value[-1] for name, value in asked.items()}


def of_scope(scope: Scope) -> dict[str, str]:
    """Return how an address names a scope."""
    scope_type, name, aggregation = scope
    return {"aggregation": aggregation} if scope_type == "national" else {scope_type: name}


def scope_named(asked: Mapping[str, str], scopes: Iterable[Scope]) -> Scope | None:
    """Return the scope that an address names, None where it names none or one that is not there."""
    wanted = {name: asked[name] for name in SCOPED if name in asked}
    return next((scope for scope in scopes if of_scope(scope) == wanted), None)


def put(params: MutableMapping[str, str], choices: Mapping[str, str]) -> None:
    """Write the choices into the address; `params` is the one that the page has."""
    for name in SCOPED:
        if name in params and name not in choices:
            del params[name]
    for name, value in choices.items():
        if params.get(name) != value:
            params[name] = value


def lacking(asked: Mapping[str, str], there: Mapping[str, Iterable[str]], scopes: Iterable[Scope]) -> str:
    """Say as HTML which choices of the address are not there; nothing where all are.

    `there` has what each choice but the scope can be.
    """
    lost = [name for name, values in there.items() if name in asked and asked[name] not in values]
    lost += [name for name in asked if name not in (*there, *SCOPED)]
    if scope_named(asked, scopes) is None:
        lost += [name for name in SCOPED if name in asked]
    if not lost:
        return ""
    said = ", ".join(f"{name}={asked[name]}" for name in lost)
    return f"The address asks for {escape(said)}, which is not here; what stands below is shown instead."
