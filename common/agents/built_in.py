"""The agent types that Claude Code itself brings, by version, as ``built_in.toml`` lists them."""

import re
import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

_VERSION = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}", re.ASCII)

Numbers = tuple[int, ...]
"""A version to compare: (2, 1, 63)."""


class BuiltIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An agent type of Claude Code; see ``built_in.toml`` for the meaning of each field."""

    name: str
    since: str
    known: str
    last: str | None = None
    listed: bool = True


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: list[BuiltIn]


@cache
def built_in_types() -> tuple[BuiltIn, ...]:
    """Return every built-in type, in the order of the versions that brought them."""
    text = (Path(__file__).parent / "built_in.toml").read_bytes().decode()
    known: dict[str, Any] = tomllib.loads(text)
    return tuple(msgspec.convert(known, _File).type)


@cache
def _by_name() -> dict[str, tuple[Numbers, Numbers | None]]:
    return {
        built_in.name: (
            version_numbers(built_in.since) or (),
            version_numbers(built_in.last) if built_in.last else None,
        )
        for built_in in built_in_types()
    }


def is_built_in(name: str, version: str | None) -> bool:
    """Return whether Claude Code brings this type in that version; without a readable version, whether it ever did."""
    span = _by_name().get(name)
    if span is None:
        return False
    numbers = version_numbers(version) if version else None
    if numbers is None:
        return True
    since, last = span
    return since <= numbers and (last is None or numbers <= last)


def is_built_in_for(name: str, versions: Collection[str]) -> bool:
    """Return whether one of the versions that wrote a session brings the type; without versions, whether any did."""
    return name in _by_name() and any(is_built_in(name, version) for version in versions or (None,))


def brought_between(earlier: Collection[str], later: Collection[str]) -> tuple[str, ...]:
    """Return the types released after the newest earlier version that a later version has, in order of release."""
    known = [numbers for version in earlier if (numbers := version_numbers(version))]
    readable = [version for version in later if version_numbers(version)]
    return tuple(
        name
        for name, (since, _) in _by_name().items()
        if known and max(known) < since and any(is_built_in(name, version) for version in readable)
    )


def version_numbers(version: str) -> Numbers | None:
    """Return 2.1.63 as (2, 1, 63), whatever follows a hyphen or a plus; None for what is no version."""
    found = _VERSION.match(version)
    if not found or version[found.end() : found.end() + 1] not in ("", "-", "+"):
        return None
    return tuple(int(number) for number in found[0].split("."))
