"""Permutation and bootstrap of whole sessions, for many measures in one pass.

The delegations of one session are not independent, so sessions are what is shuffled and drawn. A session is a row of
whole numbers (numerators and denominators). All numbers of a row are packed into one big integer, each in its own
`_BITS` bits, so that a single addition adds the whole row: a draw of 500 sessions costs what summing 500 integers
does, for any number of measures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

Row = tuple[int, ...]
"""Whole numbers of one session, none negative."""

DRAWS = 2000
SEED = 20_250_224
_BITS = 72  # holds the sum of 2**20 sessions of 2**52 each: no carry ever reaches the neighbour
_MASK = (1 << _BITS) - 1


@dataclass(frozen=True, slots=True)
class Draws:
    """Column sums of the earlier and of the later group, one pair for each draw."""

    earlier: list[Row]
    later: list[Row]


def sums(rows: Sequence[Row]) -> Row:
    """Return the sum of each column; empty without rows."""
    return tuple(map(sum, zip(*rows, strict=True)))


def permuted(earlier: Sequence[Row], later: Sequence[Row], draws: int = DRAWS, seed: int = SEED) -> Draws:
    """Return the sums after shuffling all sessions and dealing them to groups of the same sizes."""
    pool = [_pack(row) for row in (*earlier, *later)]
    width, total = len((*earlier, *later)[0]), sum(pool)
    random, dealt = Random(seed), min(len(earlier), len(later))  # noqa: S311 (a fixed seed is the point)
    smaller = [sum(random.sample(pool, dealt)) for _ in range(draws)]
    first = [_unpack(packed, width) for packed in smaller]
    second = [_unpack(total - packed, width) for packed in smaller]
    return Draws(first, second) if len(earlier) <= len(later) else Draws(second, first)


def bootstrapped(earlier: Sequence[Row], later: Sequence[Row], draws: int = DRAWS, seed: int = SEED) -> Draws:
    """Return the sums of sessions drawn with replacement, within each group."""
    random = Random(seed)  # noqa: S311 (a fixed seed is the point)

    def drawn(rows: Sequence[Row]) -> list[Row]:
        packed, width = [_pack(row) for row in rows], len(rows[0])
        return [_unpack(sum(random.choices(packed, k=len(packed))), width) for _ in range(draws)]

    return Draws(drawn(earlier), drawn(later))


def _pack(row: Row) -> int:
    packed = 0
    for value in reversed(row):
        packed = packed << _BITS | value
    return packed


def _unpack(packed: int, width: int) -> Row:
    return tuple((packed >> _BITS * column) & _MASK for column in range(width))
