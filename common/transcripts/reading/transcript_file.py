"""A transcript with the facts read from it, its threads, and the names that tie it to other files."""

import zlib
from array import array
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from common.transcripts.reading.facts import FileFacts, Thread
from common.transcripts.reading.workflows import agents_folder, snapshot_folder

TEAMMATE_KIND = "in_process_teammate"


class Meta(Struct, rename="camel", gc=False):
    """The `agent-<id>.meta.json` next to an agent's transcript."""

    # 2.1.17x    {"agentType":"dev","description":"Fix it","toolUseId":"toolu_1"}    by 2.1.92 without toolUseId
    # teammate   {"agentType":"bob","taskKind":"in_process_teammate","spawnedAgentType":"dev"}    its name
    # fork       {"agentType":"fork","isFork":true,"toolUseId":"toolu_1"}    from /subtask without toolUseId
    # workflow   {"agentType":"Explore","workflowPhase":"Plan"}    in 2.1.205 without the phase

    agent_type: str | None = None
    tool_use_id: str | None = None
    spawned_agent_type: str | None = None
    task_kind: str | None = None
    is_fork: bool | None = None
    workflow_phase: str | None = None

    @property
    def type_of_agent(self) -> str | None:
        """The type of the agent; None if the file has only the name of a teammate."""
        return self.spawned_agent_type or (None if self.task_kind == TEAMMATE_KIND else self.agent_type)


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


def keys_of(file: TranscriptFile) -> "array[int]":
    """Return the numbers of all names that other files may share with this one, sorted.

    They have 32 bits: a chance collision only joins two groups, which changes no result.
    """
    names: set[str] = set()
    for _, _, thread in threads_of([file]):
        names.update((file.session_of(thread), thread.agent_id or "", thread.parent_tool_use_id or ""))
        names.update(message.id or "" for message in thread.messages)
        names.update((*thread.leaves, thread.leaf or ""))
    names.update(call.id for call in file.facts.calls)
    for result in file.facts.results:
        names.update((result.id, result.agent_id or result.agent_in_text or ""))
    names.update(name for notice in file.facts.notices for name in (notice.session_id or "", notice.call or ""))
    names.update(listed.session_id or "" for listed in file.facts.agent_lists)
    titles = file.facts.titles
    names.update((*titles.custom, *titles.generated, *titles.summaries))
    if file.meta and file.meta.tool_use_id:
        names.add(file.meta.tool_use_id)
    names.update(call.run_id or "" for call in file.facts.workflows.calls)
    if folder := snapshot_folder(file.name) if file.facts.workflows.snapshot else agents_folder(file.name):
        names.add(folder.run_id)
    names.discard("")
    return array("I", sorted({zlib.crc32(name.encode("utf-8", "surrogatepass")) for name in names}))
