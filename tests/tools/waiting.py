"""Wait for what a test needs, however busy the machine is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 300.0
"""Seconds until a test that hangs is given up. No test passes or fails by how long something took."""
ENDLESS = "time.sleep(9999)"
"""Python code that no test waits for: what runs it is gone only when somebody ended it."""


def wait_until(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition holds; fail where that never comes, with `what` it says."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited in vain until {what}")
        time.sleep(0.02)
