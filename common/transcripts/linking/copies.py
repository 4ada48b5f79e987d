"""The facts of files that hang together, brought into one order: which copy of a message or a call is the first."""

from typing import NamedTuple

from msgspec import Struct

from common.transcripts.reading.facts import MessageFacts, Thread, ToolUse
from common.transcripts.reading.transcript_file import TranscriptFile, threads_of


class Order(Struct, order=True, frozen=True, gc=False):
    """The order of copies and of delegations: time, on a tie the file named after its session, then place."""

    timestamp: str
    foreign: bool
    rank: int
    line: int
    position: int


def order_of(file: TranscriptFile, thread: Thread, timestamp: str, line: int, position: int = 0) -> Order:
    """Return where something stands in the order of copies."""
    return Order(timestamp, file.stem != thread.session_id, file.rank, line, position)


class Place(NamedTuple):
    """A thread in a file."""

    rank: int
    thread: int


class DistinctMessage(Struct, gc=False):
    """One API message over all its copies: placed where its earliest copy stands, counted as its best line says.

    `counted` is False where no line of it has a usage that counts.
    """

    order: Order
    place: Place
    best: MessageFacts
    sizes: list[int]
    tools: list[ToolUse]
    in_main: bool
    estimated: int = 0

    @property
    def counted(self) -> bool:
        """Whether the message has a usage that counts."""
        return self.best.chosen_line > 0


class Messages(NamedTuple):
    """The distinct messages of the transcript lines, and those that stand in progress lines alone."""

    written: list[DistinctMessage]
    echoed: list[DistinctMessage]


def distinct_messages(files: list[TranscriptFile]) -> Messages:
    """Return each API message once, by its id alone; one without an id stands for itself."""
    written: dict[str, list[DistinctMessage]] = {}
    echoed: dict[str, list[DistinctMessage]] = {}
    nameless: list[DistinctMessage] = []
    for file, index, thread in threads_of(files):
        known = echoed if thread.kind == "progress" else written
        place, foreign, in_main = Place(file.rank, index), file.stem != thread.session_id, thread.kind == "main"
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
    """Return the message of copies: the earliest decides the place, the largest output (the last on a tie) usage."""
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
    """Return what the copies of a message are ranked by: output, then place; where none counts, below all."""
    return (copy.best.output if copy.counted else -1, copy.order.rank, copy.best.chosen_line)
