"""Waiting for processes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def scripts_alive(root: Path) -> list[str]:
    """Return the processes that run in the toy project."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            inside = (process / "cwd").readlink() == root
            state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        found += [process.name] if inside and state != "Z" else []
    return found


def wait_for(condition: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)
