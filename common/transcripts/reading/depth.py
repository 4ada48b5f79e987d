"""The deepest nesting of a line, and the recursion limit by which the decoders enforce it.

Up to Python 3.11 the decoders count their depth against the recursion limit; later versions count separately.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

MAX_DEPTH = 200
LIMIT_GOVERNS = sys.version_info < (3, 12)


@contextmanager
def depth_limit() -> Iterator[None]:
    """Make decoding fail on values nested nearly `MAX_DEPTH` deep; they are then examined with more room.

    Where the recursion limit governs, this check is free; elsewhere it changes nothing for the decoders.
    """
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(_frames() + MAX_DEPTH - 10)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


@contextmanager
def room_for_depth() -> Iterator[None]:
    """Make room for values nested `MAX_DEPTH` deep."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(_frames() + 4 * MAX_DEPTH)
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


def _frames() -> int:
    frame, count = sys._getframe(), 0  # noqa: SLF001 - Python has no other way to walk the stack without objects
    while frame.f_back:
        frame, count = frame.f_back, count + 1
    return count
