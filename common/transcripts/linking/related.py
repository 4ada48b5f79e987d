"""Sessions that belong together: those that share messages or calls, and those that begin as a copy of another."""

from collections.abc import Hashable, Iterator

from common.transcripts.linking.grouping import grouped
from common.transcripts.reading.identity import is_own_message
from common.transcripts.reading.transcript_file import TranscriptFile, threads_of


def groups_of_sessions(files: list[TranscriptFile]) -> dict[str, int]:
    """Return the number of each session's group. Sessions of a group share a message or a call, directly or not.

    A short id of an agent or of a task names the same one only within a group. Messages with ids that are not
    Anthropic's tie no sessions: a gateway may give one id to all.
    """
    numbers: dict[str, int] = {}
    for file, _, thread in threads_of(files):
        numbers.setdefault(file.session_of(thread), len(numbers))
    if len(numbers) == 1:  # as in most groups of files
        return numbers
    keys: dict[int, set[Hashable]] = {number: set() for number in numbers.values()}
    for file, _, thread in threads_of(files):
        ids = (message.id for message in thread.messages)
        keys[numbers[file.session_of(thread)]].update(name for name in ids if name is not None and is_own_message(name))
    for file in files:
        for call in file.facts.calls:
            keys[numbers[file.session_of(file.facts.threads[call.thread])]].add(("call", call.key))
    group_by_number = {number: index for index, group in enumerate(grouped(keys)) for number in group}
    return {session: group_by_number[number] for session, number in numbers.items()}


def copied_sessions(files: list[TranscriptFile]) -> frozenset[str]:
    """Return the sessions that hold a call at the same time as the session which has the call's run."""
    # `--fork-session` copies the lines of the main file with their ids and times; the agents' files stay.
    #   s1.jsonl  {"sessionId":"s1","uuid":"u5","timestamp":"..T09:00..","message":{... "id":"toolu_1" ...}}
    #   s2.jsonl  {"sessionId":"s2","uuid":"u5","timestamp":"..T09:00..","message":{... "id":"toolu_1" ...}}
    #   s1/subagents/agent-a1.jsonl  {"sessionId":"s1","agentId":"a1",...}      the call is that of s1
    holders: dict[tuple[str, str], set[str]] = {}
    keys: dict[str, set[tuple[str, str]]] = {}
    for file in files:
        for call in file.facts.calls:
            at = (call.key, call.timestamp)
            holders.setdefault(at, set()).add(file.session_of(file.facts.threads[call.thread]))
            keys.setdefault(call.id, set()).add(at)
    tied = {at for at, sessions in holders.items() if len(sessions) > 1}
    if not tied:
        return frozenset()
    copied: set[str] = set()
    starters: dict[str, set[str]] = {}
    for session, name in _started(files):
        starters.setdefault(name, set()).add(session)
    for name, sessions in starters.items():
        for at in keys.get(name, set()) & tied:
            if not holders[at].isdisjoint(sessions):
                copied |= holders[at] - sessions
    return frozenset(copied)


def _started(files: list[TranscriptFile]) -> Iterator[tuple[str, str]]:
    """Yield the session of each agent's own transcript, with the ids of the calls that may have started the agent."""
    names: dict[str, set[str]] = {}
    for file in files:
        for result in file.facts.results:
            if result.agent_id is not None:
                names.setdefault(result.agent_id, set()).add(result.id)
    for file, _, thread in threads_of(files):
        if thread.kind == "side" and thread.agent_id is not None:
            if file.meta is not None and file.meta.tool_use_id is not None:
                yield file.session_of(thread), file.meta.tool_use_id
            for name in sorted(names.get(thread.agent_id, ())):
                yield file.session_of(thread), name
