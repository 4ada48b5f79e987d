"""The threads that made calls, each over all its files: their messages, compactions and the files that they read."""

from bisect import bisect_right
from collections.abc import Iterable
from typing import NamedTuple

from common.transcripts.linking.copies import DistinctMessage, Order, order_of
from common.transcripts.linking.runs import ThreadAt
from common.transcripts.linking.tokens import files_read


class Caller(NamedTuple):
    """A thread over all its files: the places of its API messages and of its compactions, and the files it read."""

    messages: list[Order]
    compactions: list[Order]
    files_read: frozenset[str]

    def calls_after(self, reached: Order) -> int:
        """Count the API messages from a place on until the context is compacted."""
        later = bisect_right(self.compactions, reached)
        end = self.compactions[later] if later < len(self.compactions) else None
        stop = len(self.messages) if end is None else bisect_right(self.messages, end)
        return max(0, stop - bisect_right(self.messages, reached))


def caller_at(threads: Iterable[ThreadAt], messages: list[DistinctMessage]) -> Caller:
    """Return the caller that has these threads and messages; the messages are in order."""
    compactions = [order_of(at.file, at.thread, *compaction) for at in threads for compaction in at.thread.compactions]
    return Caller(
        messages=[message.order for message in messages if message.counted],
        compactions=sorted(compactions),
        files_read=files_read(messages),
    )
