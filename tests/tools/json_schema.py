"""Check a value against the part of JSON Schema that docs/schema uses; an unknown keyword is an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}
SAID = frozenset({"$schema", "$defs", "title", "description", "default"})


def faults(value: Any, schema: dict[str, Any], defs: dict[str, Any], place: str = "$") -> list[str]:
    """Return where the value breaks the schema."""
    found: list[str] = []
    for keyword, said in schema.items():
        if keyword not in SAID:
            found += CHECKS[keyword](value, said, schema, defs, place)
    return found


def _ref(value: Any, said: str, _: Any, defs: dict[str, Any], place: str) -> list[str]:
    return faults(value, defs[said.removeprefix("#/$defs/")], defs, place)


def _any_of(value: Any, said: list[Any], _: Any, defs: dict[str, Any], place: str) -> list[str]:
    return [] if any(not faults(value, kind, defs, place) for kind in said) else [f"{place}: none of {len(said)} kinds"]


def _type(value: Any, said: str, _: Any, __: Any, place: str) -> list[str]:
    is_so = isinstance(value, TYPES[said]) and (said == "boolean" or not isinstance(value, bool))  # type: ignore[arg-type]  # classes
    return [] if is_so else [f"{place}: no {said}"]


def _enum(value: Any, said: list[Any], _: Any, __: Any, place: str) -> list[str]:
    return [] if value in said else [f"{place}: {value!r} is none of {said}"]


def _pattern(value: Any, said: str, _: Any, __: Any, place: str) -> list[str]:
    return [] if isinstance(value, str) and re.search(said, value) else [f"{place}: {value!r} does not match {said}"]


def _properties(
    value: Any, said: dict[str, Any], schema: dict[str, Any], defs: dict[str, Any], place: str
) -> list[str]:
    if not isinstance(value, dict):
        return []
    found = [f"{place}: {name} is missing" for name in schema.get("required", ()) if name not in value]
    for name, inner in value.items():
        if name in said:
            found += faults(inner, said[name], defs, f"{place}.{name}")
        elif schema.get("additionalProperties") is False:
            found.append(f"{place}: {name} is unknown")
    return found


def _additional(value: Any, said: Any, schema: dict[str, Any], defs: dict[str, Any], place: str) -> list[str]:
    if isinstance(said, bool) or "properties" in schema or not isinstance(value, dict):
        return []
    return [fault for name, inner in value.items() for fault in faults(inner, said, defs, f"{place}.{name}")]


def _items(value: Any, said: dict[str, Any], _: Any, defs: dict[str, Any], place: str) -> list[str]:
    inside = value if isinstance(value, list) else []
    return [fault for n, inner in enumerate(inside) for fault in faults(inner, said, defs, f"{place}[{n}]")]


def _nothing(*_: Any) -> list[str]:
    return []


CHECKS: dict[str, Callable[..., list[str]]] = {
    "$ref": _ref,
    "anyOf": _any_of,
    "type": _type,
    "enum": _enum,
    "const": lambda value, said, *rest: _enum(value, [said], *rest),
    "pattern": _pattern,
    "properties": _properties,
    "required": _nothing,
    "additionalProperties": _additional,
    "propertyNames": _nothing,
    "items": _items,
}
