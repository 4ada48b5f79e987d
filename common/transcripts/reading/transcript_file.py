"""A transcript with the facts read from it, and its threads."""

from collections.abc import Iterator
from typing import NamedTuple

from common.transcripts.reading.facts import FileFacts, Thread
from common.transcripts.reading.shapes import Meta


class TranscriptFile(NamedTuple):
    """A transcript with the facts read from it. `rank` is its place in the order of paths.

    `name` is its path below the root; if `numbered`, the number of the root is in front of it. `copied` are the
    sessions that begin as a copy of another, with the same times.
    """

    rank: int
    name: str
    facts: FileFacts
    meta: Meta | None = None
    numbered: bool = False
    copied: frozenset[str] = frozenset()

    @property
    def stem(self) -> str:
        """The file's name without its ending: in most files the session's id."""
        return self.name.rpartition("/")[2].removesuffix(".jsonl")

    @property
    def project(self) -> str:
        """The folder below the root; "" for a file directly in the root."""
        *folders, _ = self.name.split("/")[self.numbered :]
        return folders[0] if folders else ""

    def is_foreign(self, thread: Thread) -> bool:
        """Say whether a thread is rather a copy than an original, where times do not tell."""
        return self.stem != thread.session_id or thread.session_id in self.copied

    def session_of(self, thread: Thread) -> str:
        """Return the thread's session; lines without one belong to the session that the file is named after."""
        return self.stem if thread.session_id is None else thread.session_id


def threads_of(files: list[TranscriptFile]) -> Iterator[tuple[TranscriptFile, int, Thread]]:
    """Yield every thread with its file and its index there."""
    for file in files:
        for index, thread in enumerate(file.facts.threads):
            yield file, index, thread
