"""Distinct API messages of a group of files: which copy is the first, and which one counts."""

from typing import NamedTuple

from msgspec import Struct

from common.transcripts.reading.facts import MessageFacts, Thread, ToolUse
from common.transcripts.reading.transcript_file import TranscriptFile, threads_of


class Order(Struct, order=True, frozen=True, gc=False):
    """The order of copies and of delegations: time; on a tie the original session and its own file; then place."""

    timestamp: str
    foreign: bool
    rank: int
    line: int
    position: int


def order_of(file: TranscriptFile, thread: Thread, timestamp: str, line: int, position: int = 0) -> Order:
    """Return the place of a line or block in the order of copies."""
    return Order(timestamp, file.is_foreign(thread), file.rank, line, position)


class Place(NamedTuple):
    """A thread in a file."""

    rank: int
    thread: int


class DistinctMessage(Struct, gc=False):
    """One API message over all its copies, with the place of its earliest copy and the usage of its best line.

    `estimate_outputs` sets whether its recorded output is a `placeholder`, and its output in tokens as `estimated`.
    """

    order: Order
    place: Place
    best: MessageFacts
    sizes: list[int]
    tools: list[ToolUse]
    in_main: bool
    estimated: int = 0
    placeholder: bool = False

    @property
    def counted(self) -> bool:
        """Whether a line of the message has a usage that counts."""
        return self.best.chosen_line > 0


class Messages(NamedTuple):
    """The distinct messages of the transcript lines, and those that are in progress lines alone."""

    written: list[DistinctMessage]
    echoed: list[DistinctMessage]


def distinct_messages(files: list[TranscriptFile]) -> Messages:
    """Return the distinct API messages by identity; a message without an id has no copies."""
    # Only the message's id survives every kind of copy. Line ids, times and request ids may all be new.
    #   1.0.70  s1.jsonl  {"sessionId":"s1","uuid":"u1","timestamp":"..T09:00..","requestId":"r1","message":{"id":"m1"}}
    #   resumed s2.jsonl  {"sessionId":"s2","uuid":"x4","timestamp":"..T11:30..","message":{"id":"m1"}}
    #   2.x fork s3.jsonl {"sessionId":"s3","uuid":"u1","timestamp":"..T09:00..","message":{"id":"m1"}}   time is a tie
    written: dict[str, list[DistinctMessage]] = {}
    echoed: dict[str, list[DistinctMessage]] = {}
    nameless: list[DistinctMessage] = []
    for file, index, thread in threads_of(files):
        known = echoed if thread.kind == "progress" else written
        place, foreign, in_main = Place(file.rank, index), file.is_foreign(thread), thread.kind == "main"
        for facts in thread.messages:
            order = Order(facts.timestamp, foreign, file.rank, facts.line, 0)
            copy = DistinctMessage(order, place, facts, facts.sizes, facts.tools, in_main)
            if facts.id is None:
                nameless.append(copy)
            elif facts.id in known:
                known[facts.id].append(copy)
            else:
                known[facts.id] = [copy]
    only = [_combined(copies) for key, copies in echoed.items() if key not in written]
    return Messages([*map(_combined, written.values()), *nameless], [message for message in only if message.counted])


def _combined(copies: list[DistinctMessage]) -> DistinctMessage:
    """Combine copies: the earliest decides the place, the one with most output (the last on a tie) the usage."""
    if len(copies) == 1:
        return copies[0]
    first = min(copies, key=lambda copy: copy.order)
    best = max(reversed(copies), key=_usage)
    return DistinctMessage(
        order=first.order,
        place=first.place,
        best=best.best,
        sizes=max((copy.sizes for copy in copies), key=sum),
        tools=list({tool[0]: tool for copy in copies for tool in copy.tools}.values()),
        in_main=any(copy.in_main for copy in copies),
    )


def _usage(copy: DistinctMessage) -> tuple[int, int, int]:
    """Return the rank of a copy's usage: output, then place; a copy without a usage that counts is last."""
    return (copy.best.output if copy.counted else -1, copy.order.rank, copy.best.chosen_line)
