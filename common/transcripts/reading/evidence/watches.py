"""Watches: what the thread that called repeats from a result after it arrived, and the proof that it was new.

While a result is watched, the words of the thread's next outputs are compared with those of the result. A token that
both have is a hit. It proves the use of the result if the thread had not seen it before the result, and if it did not
reach the thread another way before the hit. That is looked up in the bytes of the file, once for all hits, after the
file was read.
"""

from itertools import accumulate
from typing import BinaryIO

from common.transcripts.reading.evidence.tokens import MOST_BYTES as MOST_SAID
from common.transcripts.reading.evidence.tokens import is_token, rare_words
from common.transcripts.reading.evidence.use_facts import Hit, Watch
from common.transcripts.reading.facts import FileFacts
from common.transcripts.reading.shapes import Block

MOST_WATCHES = 16
"""Results that are watched at one time; the oldest gives way."""
MOST_HITS = 8
"""Hits that are kept for one result."""
MOST_TEXT = 16_000
"""Characters from the start of a result in which tokens are sought."""
MOST_BYTES = 1 << 20
"""Bytes from the start of a file in which hits are looked up."""
MOST_LOOKS = 16
"""Times that the bytes before a hit may have been searched, all hits up to it together, so that time is linear."""
MOST_HIDDEN = 100
"""Lines that a thread did not see, which one search passes over."""

EDGE = 600
"""Bytes at the start and at the end of a line in which its kind is written."""

# Lines that hold a token and do not bring it to the thread: an agent's, and a notification before it arrives.
_FIELDS = ((b'"type":', b'"progress"'), (b'"type":', b'"queue-operation"'), (b'"type":', b'"file-history-snapshot"'))
_NOT_SEEN = tuple(name + space + value for name, value in _FIELDS for space in (b"", b" "))
_SIDECHAIN = (b'"isSidechain":true', b'"isSidechain": true')
_OWN = (b'"type":"assistant"', b'"type": "assistant"')


class Watches:
    """The watches of a file. Their state is in the facts, the words of the results are kept next to it.

    `active` are those whose outputs are still to come.
    """

    def __init__(self, facts: FileFacts) -> None:
        """Continue from `facts`."""
        self._facts = facts
        self.active = [watch for watch in facts.watches if watch.left]
        self._words: dict[int, set[bytes]] = {}
        self._lines: list[bytes] = []
        self._first = self._offset = 0
        self._ends: list[int] = []

    def begin(self, lines: list[bytes], first: int, offset: int) -> None:
        """Take note of the lines that are read next: the number of the first, and where it begins in the file."""
        self._lines, self._first, self._offset, self._ends = lines, first, offset, []

    def _place(self, line: int) -> tuple[int, int]:
        """Return where a line begins and ends in the file."""
        if not self._ends:
            self._ends = list(accumulate(map(len, self._lines), initial=self._offset))
        return self._ends[line - self._first], self._ends[line - self._first + 1]

    def open(self, of: int, thread: int, line: int) -> None:
        """Watch a result or notice from the next output of its thread on."""
        if not self._lines:
            return
        start, end = self._place(line)
        if end > MOST_BYTES:
            return
        watch = Watch(of, thread, start, end)
        self._facts.watches.append(watch)
        self.active.append(watch)
        if len(self.active) > MOST_WATCHES:
            self._close(self.active[0])

    def delivered(self, notices: list[int], thread: int | None, line: int) -> None:
        """Watch the results in notices that a line brought to a thread, if that is known; empty the list."""
        if thread is not None:
            for notice in notices:
                self.open(~notice, thread, line)
        notices.clear()

    def heard(self, thread: int, block: Block, line: int) -> None:
        """Take an output of a thread: a text, or a tool's input."""
        said = bytes(block.input if block.type == "tool_use" else block.text)[:MOST_SAID]
        if not said:
            return
        words: set[bytes] | None = None
        for watch in self.active[:]:
            if watch.thread != thread:
                continue
            words = rare_words(said) if words is None else words
            known = self._words_of(watch)
            if common := words & known:
                known -= common
                self._hit(watch, common, line)
            watch.left -= 1
            if not watch.left or len(watch.hits) >= MOST_HITS:
                self._close(watch)

    def _close(self, watch: Watch) -> None:
        watch.left = 0
        self.active.remove(watch)
        self._words.pop(watch.of, None)

    def _words_of(self, watch: Watch) -> set[bytes]:
        """Return the words of a result, as far as the thread did not repeat them yet."""
        if watch.of not in self._words:
            facts = self._facts
            text = facts.results[watch.of].text if watch.of >= 0 else facts.notices[~watch.of].result or ""
            self._words[watch.of] = rare_words(text[:MOST_TEXT].encode("utf-8", "replace"))
        return self._words[watch.of]

    def _hit(self, watch: Watch, common: set[bytes], line: int) -> None:
        """Keep the tokens among words that the result and an output have, the longest first."""
        known = {hit.token for hit in watch.hits}
        for word in sorted(filter(is_token, common), key=_rank):
            if len(watch.hits) < MOST_HITS and word.decode() not in known:
                watch.hits.append(Hit(word.decode(), line, self._place(line)[0]))


def _rank(word: bytes) -> tuple[bool, int, bytes]:
    """Return the key by which words come first that are rarest: a file with a line, then the longest."""
    return b":" not in word, -len(word), word


def prove(facts: FileFacts, stream: BinaryIO) -> None:
    """Look up in a file whether the hits prove the use of results."""
    if size := _bytes_to_search(facts):
        stream.seek(0)
        _prove(facts, stream.read(size))
    facts.watches = [watch for watch in facts.watches if watch.left]


def _bytes_to_search(facts: FileFacts) -> int:
    """Return the number of bytes from the start of the file in which the hits are to be looked up; 0 without any."""
    offsets = [hit.offset for watch in facts.watches if not watch.proven for hit in watch.hits[watch.looked_up :]]
    return min(MOST_BYTES, max(offsets, default=0))


def _prove(facts: FileFacts, before: bytes) -> None:
    """Look the hits up in the bytes before them, and note the first of each result that proves its use."""
    open_hits = [
        (hit.offset, number, hit, watch)
        for number, watch in enumerate(facts.watches)
        for hit in watch.hits[watch.looked_up :]
    ]
    for offset, _, hit, watch in sorted(open_hits, key=lambda entry: entry[:2]):
        watch.looked_up += 1
        if watch.proven or offset > len(before) or facts.searched > MOST_LOOKS * offset:
            continue
        facts.searched += offset
        token = hit.token.encode()
        hidden = (*_NOT_SEEN, *_SIDECHAIN) if facts.threads[watch.thread].kind == "main" else _NOT_SEEN
        if _is_shown(before, token, watch.end, offset, (*hidden, *_OWN)):
            continue
        if _is_shown(before, token, 0, watch.start, hidden):
            continue
        watch.proven = True
        subject = facts.results[watch.of] if watch.of >= 0 else facts.notices[~watch.of]
        subject.used = (hit.token, hit.line)


def _is_shown(before: bytes, token: bytes, start: int, end: int, hidden: tuple[bytes, ...]) -> bool:
    """Say whether a token is in a line from `start` to `end` that has none of the marks of hidden lines."""
    for _ in range(MOST_HIDDEN):
        at = before.find(token, start, end)
        if at < 0:
            return False
        begin, stop = before.rfind(b"\n", start, at) + 1 or start, before.find(b"\n", at, end)
        stop = end if stop < 0 else stop
        edges = before[begin : min(begin + EDGE, stop)] + before[max(begin, stop - EDGE) : stop]
        if not any(mark in edges for mark in hidden):
            return True
        start = stop
    return True
