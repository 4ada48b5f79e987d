"""Calls by the ids that results, notices and `.meta.json` files give them."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from common.transcripts.linking.copies import Order, Place
from common.transcripts.reading.identity import is_own_call
from common.transcripts.reading.transcript_file import TranscriptFile

Strand = tuple[str, str | None]
"""A thread over all its files: its session, and its agent or place; None for the main thread."""


def strand_of(file: TranscriptFile, index: int) -> Strand:
    """Return the strand of a thread in a file."""
    thread = file.facts.threads[index]
    session = file.session_of(thread)
    return session, None if thread.kind == "main" else thread.agent_id or f"{file.rank}:{index}"


class NamedCall(NamedTuple):
    """One copy of a call: its place in the order of copies, its strand, its thread, the key of its delegation."""

    order: Order
    strand: Strand
    place: Place
    key: str


class CallsById:
    """The calls by their ids as written. An id that is Anthropic's names one delegation; others may name several."""

    def __init__(self, calls: Iterable[tuple[str, NamedCall]], groups: Mapping[str, int]) -> None:
        """Index pairs of an id and a call; `groups` are the groups of sessions."""
        self._groups = groups
        self._own: dict[str, str] = {}
        self._by_place: dict[tuple[str, Place], list[tuple[int, str]]] = {}
        self._by_strand: dict[tuple[str, Strand], list[tuple[Order, str]]] = {}
        self._by_group: dict[tuple[str, int | str], list[tuple[str, str]]] = {}
        for name, call in sorted(calls, key=lambda named: named[1].order):
            if is_own_call(name):
                self._own[name] = call.key
                continue
            self._by_place.setdefault((name, call.place), []).append((call.order.line, call.key))
            self._by_strand.setdefault((name, call.strand), []).append((call.order, call.key))
            group = self._group_of(call.strand[0])
            self._by_group.setdefault((name, group), []).append((call.order.timestamp, call.key))
        for placed in self._by_place.values():
            placed.sort()

    def _group_of(self, session: str) -> int | str:
        return self._groups.get(session, session)

    def answered(self, name: str, order: Order, strand: Strand, place: Place) -> str | None:
        """Return the key of the call that a result answers: the nearest before it in its thread; None if none is."""
        if is_own_call(name):
            return self._own.get(name)
        placed, stranded = self._by_place.get((name, place), []), self._by_strand.get((name, strand), [])
        if before := bisect_left(placed, (order.line, "")):
            return placed[before - 1][1]
        before = bisect_left(stranded, (order, ""))
        return stranded[before - 1][1] if before else None

    def named(self, name: str, session: str, timestamp: str) -> str | None:
        """Return the key of the call that a notice or an agent's file names: the nearest before it in its group.

        If none is before it, the only one in its group.
        """
        if is_own_call(name):
            return self._own.get(name)
        grouped = self._by_group.get((name, self._group_of(session)), [])
        before = bisect_left(grouped, (timestamp, "\U0010ffff"))
        if not before:
            return grouped[0][1] if len(grouped) == 1 else None
        return grouped[before - 1][1]
