"""Text to fill lines with, and sizes drawn from quantiles: made once, used again and again."""

import random
from bisect import bisect_right
from collections.abc import Sequence

from tests.benchmarks.measured import FOREIGN, LEVELS, LINE_FEEDS, QUOTES

_WORDS = ["return", "value", "when", "cache", "line", "file", "error", "test", "path", "index", "config", "request"]
_WORDS += ["handler", "list", "token", "parse", "order", "state", "build", "check", "update", "self", "import", "class"]
_WORDS += ["async", "await", "result", "data", "module", "server", "client", "stream"]
_RESERVOIR = 400_000
_POOL = 256


def quantile(levels: Sequence[float], values: Sequence[int], at: float) -> int:
    """Return the value at a level, evenly spread between the levels that are known."""
    upper = min(bisect_right(levels, at), len(levels) - 1)
    low, high = levels[upper - 1], levels[upper]
    share = (at - low) / (high - low)
    return round(values[upper - 1] + share * (values[upper] - values[upper - 1]))


def spread(values: Sequence[int], levels: Sequence[float] = LEVELS, count: int = _POOL) -> list[int]:
    """Return `count` sizes, one from the middle of each equal share of the distribution."""
    return [quantile(levels, values, (position + 0.5) / count) for position in range(count)]


def reservoir(rng: random.Random) -> list[bytes]:
    """Return pieces of JSON string content, with escapes and foreign characters as often as in real transcripts."""
    pieces: list[bytes] = []
    size = 0
    while size < _RESERVOIR:
        word = _WORDS[rng.randrange(len(_WORDS))].encode() + b" "
        chance = rng.random()
        share = len(word)
        if chance < LINE_FEEDS * share:
            word += b"\\n    "
        elif chance < (LINE_FEEDS + QUOTES) * share:
            word = b'\\"' + word
        elif chance < (LINE_FEEDS + QUOTES + FOREIGN) * share:
            word += "→".encode()
        pieces.append(word)
        size += len(word)
    return pieces


class Filling:
    """Gives texts of a wanted size, cut between pieces and never inside one."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._pieces = reservoir(rng)

    def text(self, size: int) -> bytes:
        """Return text of `size` bytes, padded with letters where a piece does not fit."""
        if size <= 0:
            return b""
        start = self._rng.randrange(len(self._pieces))
        taken: list[bytes] = []
        length = 0
        while length < size:
            piece = self._pieces[(start + len(taken)) % len(self._pieces)]
            taken.append(piece)
            length += len(piece)
        last = taken.pop()
        return b"".join(taken) + b"x" * (size - length + len(last))

    def pool(self, sizes: list[int], overhead: int) -> list[bytes]:
        """Return a text for each size, less what the line's frame takes."""
        return [self.text(size - overhead) for size in sizes]
