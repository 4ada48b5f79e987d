"""Groups of files that share a session, a message, a call or an agent."""

from array import array
from collections.abc import Hashable, Iterable, Mapping

SIEVE = 1 << 21


def shared_keys(keys_by_number: Mapping[int, "array[int]"]) -> dict[int, list[int]]:
    """Return the keys that other files may have too. Most are in one file alone and need not be kept in memory.

    A sieve counts keys by their remainder, up to two; it lets through a few that no two files share.
    """
    seen = bytearray(SIEVE)
    for keys in keys_by_number.values():
        for key in keys:
            if seen[key % SIEVE] < 2:  # noqa: PLR2004 - once, or more than once
                seen[key % SIEVE] += 1
    return {number: [k for k in keys if seen[k % SIEVE] > 1] for number, keys in keys_by_number.items()}


def grouped(keys_by_number: Mapping[int, Iterable[Hashable]]) -> list[list[int]]:
    """Return the numbers in groups that share no key with each other; numbers keep their order."""
    owner = {number: number for number in keys_by_number}

    def find(number: int) -> int:
        while owner[number] != number:
            owner[number] = owner[owner[number]]
            number = owner[number]
        return number

    first_with: dict[Hashable, int] = {}
    for number, keys in keys_by_number.items():
        for key in keys:
            first = first_with.setdefault(key, number)
            if first != number and (a := find(first)) != (b := find(number)):
                owner[b] = a
    groups: dict[int, list[int]] = {}
    for number in keys_by_number:
        groups.setdefault(find(number), []).append(number)
    return list(groups.values())
