"""The files of ours that a module rests on: what it imports, directly or not, and data beside it."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable
from pathlib import Path


def closure(paths: Iterable[Path]) -> list[Path]:
    """Return the files, those in the folders, every module of ours that a module imports, and its data, sorted."""
    found: set[Path] = set()
    waiting = list(paths)
    while waiting:
        path = waiting.pop()
        if path.is_dir():
            waiting += [inside for inside in path.rglob("*") if inside.is_file() and "__pycache__" not in inside.parts]
        elif path not in found:
            found.add(path)
            waiting += imported(path, path.stat().st_mtime_ns) if path.suffix == ".py" and path.is_file() else ()
    return sorted(found)


@functools.cache
def imported(path: Path, mtime_ns: int) -> tuple[Path, ...]:
    """Return the files of ours that a module imports, wherever in it the import stands, and the .toml beside it."""
    del mtime_ns  # part of the key: an edited module is read anew
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return ()  # Python itself will say what is wrong with it, when it runs
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = ".".join(path.parent.parts[: len(path.parent.parts) + 1 - node.level]) if node.level else ""
            base = ".".join(part for part in (above, node.module) if part)
            names.update([base, *(f"{base}.{alias.name}" for alias in node.names)])
    places = {Path(*name.split(".")[:length]) for name in names for length in range(1, name.count(".") + 2)}
    files = [file for place in places for file in (place / "__init__.py", place.with_suffix(".py"))]
    return tuple(file for file in (*files, path.with_suffix(".toml")) if file.is_file())


def first_line(module: Path) -> str:
    """Return the first line of a module's docstring without importing it, which would cost each start."""
    try:
        with module.open(encoding="utf-8") as stream:
            return stream.readline().strip().strip('"').strip()
    except (OSError, UnicodeDecodeError):
        return ""
