"""The threads of a file, and the search for the one that a line belongs to."""

from common.transcripts.reading.facts import FileFacts, FirstSeen, MessageFacts, Thread
from common.transcripts.reading.identity import is_own_message, message_identity
from common.transcripts.reading.shapes import Line, Message
from common.transcripts.reading.stretches import add_time
from common.transcripts.reading.texts.phrases import text_digest, unwrap_teammate
from common.transcripts.reading.timestamps import NO_TIMESTAMP

_MessageKey = str | tuple[str] | None
"""An id that is Anthropic's as it is, so that nearly every line finds its message at once; others in a tuple."""


class Threads:
    """The threads in a file's facts, and the indexes by which the next line finds its thread."""

    def __init__(self, facts: FileFacts, agent_id: str | None) -> None:
        """Index the threads in `facts`; `agent_id` is the one in the name of an agent's file."""
        self._facts, self._agent_id = facts, agent_id
        self._main: dict[str | None, int] = {}
        self._others: dict[tuple[str | None, ...], int] = {}
        self._by_uuid: dict[str, int] = {}
        self._messages: list[dict[_MessageKey, MessageFacts]] = []
        self._versions: set[tuple[int, str]] = set()
        self._last_version: list[str | None] = []  # of each thread: the next line mostly has the same
        for index, thread in enumerate(facts.threads):
            self._index(index, thread)

    def _index(self, index: int, thread: Thread) -> None:
        self._messages.append(
            {m.id if is_own_message(m.id) else (m.id,): m for m in thread.messages if m.id is not None}
        )
        self._versions.update((index, seen.value) for seen in thread.versions)
        self._last_version.append(None)
        if thread.kind == "main":
            self._main[thread.session_id] = index
        elif thread.kind == "progress":
            self._others["progress", thread.session_id, thread.agent_id, thread.parent_tool_use_id] = index
        elif thread.agent_id is not None:
            self._others["side", thread.session_id, thread.agent_id] = index
        else:
            self._by_uuid.update(dict.fromkeys(thread.uuids, index))

    def _open(self, thread: Thread) -> int:
        self._facts.threads.append(thread)
        self._index(len(self._facts.threads) - 1, thread)
        return len(self._facts.threads) - 1

    def of(self, line: Line, number: int, stamp: str) -> int:
        """Return the index of the line's thread, opened if it is new; note the line's times and folder there."""
        # Up to 1.0.x a sidechain is inside the main file; from 2.0.2x on it has a file of its own, where each line is
        # the agent's. A line that names no session has the one of the line before, if it is an assistant's.
        #   1.0.60   s1.jsonl         {"type":"user","isSidechain":true,"sessionId":"s1",...}
        #   2.0.31   agent-a1.jsonl   {"type":"user","isSidechain":true,"sessionId":"s1","agentId":"a1",...}
        session = line.session_id or None
        if session is not None:
            self._facts.last_session = session
        elif line.type == "assistant":
            session = self._facts.last_session
        if line.is_sidechain or self._agent_id is not None:
            index = self._sidechain(line, session, number)
            add_time(self._facts.threads[index].stretches, stamp)
        else:
            known = self._main.get(session)
            index = self._open(Thread("main", session, None, None, number)) if known is None else known
            self._facts.threads[index].leaf = line.uuid
        self._note(self._facts.threads[index], index, line, number, stamp)
        return index

    def _sidechain(self, line: Line, session: str | None, number: int) -> int:
        """Find a sidechain by its agent's id, in older versions by the line's parent."""
        # Up to 1.0.x the lines of parallel agents alternate in one file, and `parentUuid` alone tells them apart.
        # The first line of each has no parent there; in a file of its own an agent's lines may begin with any parent.
        #   1.0.60   {"uuid":"u1","parentUuid":null}  {"uuid":"v1","parentUuid":null}  {"uuid":"u2","parentUuid":"u1"}
        #   2.0.31   {"uuid":"u1","parentUuid":null,"agentId":"a1"}
        #   2.1.4    {"uuid":"u1","parentUuid":"m7","agentId":"a1"}
        agent_id = line.agent_id or self._agent_id
        if agent_id is not None:
            index = self._others.get(("side", session, agent_id))
        else:
            index = self._by_uuid.get(line.parent_uuid or "")
        if index is None:
            index = self._open(Thread("side", session, agent_id, None, number, line.parent_uuid))
        if line.uuid is not None:
            self._facts.threads[index].uuids.append(line.uuid)
            if agent_id is None:  # a uuid may be in several: the thread opened last has it
                self._by_uuid[line.uuid] = max(index, self._by_uuid.get(line.uuid, index))
        return index

    def main_of(self, session: str | None) -> int | None:
        """Return the index of a session's main thread; None if the file has none yet."""
        return self._main.get(session or None)

    def echo_of(self, line: Line, agent_id: str | None, number: int, stamp: str) -> int:
        """Return the index of the thread of a progress line, which repeats what a subagent said in its own file."""
        # Written from 2.1.0 to about 2.1.63. Where the agent's file is missing, these lines are all that is left of it.
        #   {"type":"progress","sessionId":"s1","parentToolUseID":"toolu_1",
        #    "data":{"type":"agent_progress","agentId":"a1","message":{"type":"assistant","message":{"id":"m1",...}}}}
        session = line.session_id or None
        index = self._others.get(("progress", session, agent_id, line.parent_tool_use_id))
        if index is None:
            index = self._open(Thread("progress", session, agent_id, line.parent_tool_use_id, number))
        add_time(self._facts.threads[index].stretches, stamp)
        self._note(self._facts.threads[index], index, line, number, stamp)
        return index

    def message(self, index: int, message: Message, number: int, stamp: str) -> MessageFacts:
        """Return the facts of a message in a thread, placed at its earliest line; a message without an id is new."""
        known = self._messages[index].get(message.id)
        if known is None:
            identity = message_identity(message)
            key = identity if identity is None or identity == message.id else (identity,)
            known = self._messages[index].get(key)
            if known is None:
                known = MessageFacts(identity, stamp, number)
                self._facts.threads[index].messages.append(known)
                if identity is not None:
                    self._messages[index][key] = known
                return known
        if stamp < known.timestamp:
            known.timestamp, known.line = stamp, number
        return known

    def _note(self, thread: Thread, index: int, line: Line, number: int, stamp: str) -> None:
        """Note a line's time, folder, version and team; nearly all lines are later than those before them."""
        if "" < thread.last < stamp and thread.cwd is not None:
            thread.last = stamp
        else:
            self._note_early(thread, line, number, stamp)
        version = line.version
        if version != self._last_version[index] and version is not None:
            self._last_version[index] = version
            if (index, version) not in self._versions:
                self._versions.add((index, version))
                thread.versions.append(FirstSeen(version, stamp, number))
        if line.team_name is not None:
            thread.teammate = True

    def _note_early(self, thread: Thread, line: Line, number: int, stamp: str) -> None:
        """Note the times and the folder of a line that may be the earliest of its thread, or the latest."""
        if not stamp:
            self._facts.count_line(NO_TIMESTAMP, "parsed", number)
        thread.last = max(thread.last, stamp)
        if stamp and (not thread.first or stamp < thread.first):
            thread.first = stamp
        if line.cwd is not None and (thread.cwd is None or stamp < thread.cwd.timestamp):
            thread.cwd = FirstSeen(line.cwd, stamp, number)


def take_prompt(thread: Thread, text: str | None) -> None:
    """Keep the digest of a sidechain's first user text, and what it says of the kind of run."""
    if not text or thread.prompt_seen:
        return
    inner = unwrap_teammate(text)
    thread.prompt_seen = True
    thread.prompt = text_digest(inner)
    thread.warmup = text == "Warmup"
    thread.teammate |= inner is not text
