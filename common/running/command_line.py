"""Values as the options of a script, the reverse of what `common.script` does with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path


def options(values: Mapping[str, object]) -> Iterator[str]:
    """Yield files and settings as options: a tuple is an option for each of its values, None is none."""
    for name, value in values.items():
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            yield f"--{flag}" if value else f"--no-{flag}"
        else:
            for one in value if isinstance(value, tuple) else () if value is None else (value,):
                yield from (f"--{flag}", str(one))


def plain(value: object) -> object:
    """Return a value as JSON keeps it."""
    if isinstance(value, tuple):
        return [str(one) for one in value]
    return str(value) if isinstance(value, Path) else value
