"""Lines with a wrong value, or none, in the place of each field in turn."""

import copy
from collections.abc import Iterator

from tests.transcripts_made.files import Json

ODD_VALUES: tuple[object, ...] = (
    None,
    True,
    0,
    -1,
    2**64,
    10**400,
    1.5,
    float("inf"),
    "",
    "text",
    "\ud800",
    "x" * 2000,
    [],
    [None, "text", 1, [], {}],
    {},
    {"type": "text", "id": 1, "usage": "much"},
)
Key = str | int


def with_odd_values(line: Json) -> Iterator[Json]:
    """Yield the line with each of its fields, at any depth, left out and set to each of `ODD_VALUES`."""
    for place in places(line):
        changed = copy.deepcopy(line)
        holder, key = _holder(changed, place)
        del holder[key]  # type: ignore[arg-type]  # as in `set_at`
        yield changed
        yield from (set_at(line, place, value) for value in ODD_VALUES)


def set_at(line: Json, place: tuple[Key, ...], value: object) -> Json:
    """Return the line with another value in the place of one of its fields."""
    changed = copy.deepcopy(line)
    holder, key = _holder(changed, place)
    holder[key] = value  # type: ignore[index]  # a dict has str keys, a list int ones
    return changed


def places(value: object, before: tuple[Key, ...] = ()) -> Iterator[tuple[Key, ...]]:
    """Yield the keys that lead to each field of a line."""
    children: list[tuple[Key, object]] = []
    if isinstance(value, dict):
        children = list(value.items())
    elif isinstance(value, list):
        children = list(enumerate(value))
    for key, child in children:
        yield (*before, key)
        yield from places(child, (*before, key))


def _holder(line: Json, place: tuple[Key, ...]) -> tuple[Json | list[object], Key]:
    holder: object = line
    for key in place[:-1]:
        holder = holder[key]  # type: ignore[index]  # the keys were read off this very line
    if not isinstance(holder, (dict, list)):
        raise TypeError
    return holder, place[-1]
