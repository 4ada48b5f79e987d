"""The facts of watches: results whose use is sought, and what may prove it."""

from msgspec import Struct, field

WATCHED_OUTPUTS = 10
"""Outputs of the thread after a result in which its tokens are sought."""

UseProof = tuple[str, int]
"""A token of a result, and the line of the same file in which the thread that called repeats it."""


class Hit(Struct, array_like=True, frozen=True, gc=False):
    """A token of a result in a later output: its line, and where that line begins in the file."""

    token: str
    line: int
    offset: int


class Watch(Struct, array_like=True, gc=False):
    """A result whose use is sought: its index among the results, or ~ that among the notices, and its thread.

    Its line is from `start` to `end` in the file. `left` is the number of outputs that are still to come; the first
    `looked_up` hits were looked up.
    """

    of: int
    thread: int
    start: int
    end: int
    left: int = WATCHED_OUTPUTS
    hits: list[Hit] = field(default_factory=list)
    looked_up: int = 0
    proven: bool = False
