"""Forks: runs that begin with lines copied from the thread that called them."""

from common.transcripts.linking.copies import Place
from common.transcripts.reading.facts import FileFacts
from common.transcripts.reading.identity import is_own_call
from common.transcripts.reading.stretches import stretches_since
from common.transcripts.reading.texts.sentences import meaning_of
from common.transcripts.reading.transcript_file import TranscriptFile, threads_of


def drop_inherited(files: list[TranscriptFile]) -> set[Place]:
    """Take the copied call, its answer and its message out of each fork's facts: they are those of the caller.

    A message that no other thread has stays: its tokens were spent. Return the threads that are forks.
    """
    # By 2.1.332 a fork's file begins with a copy of the assistant's line that has the fork's own call:
    #   s1.jsonl         {"uuid":"u5","message":{"id":"m5","content":[{"id":"toolu_1","name":"Agent",...}]}}
    #   agent-f1.jsonl   {"uuid":"x1","message":{"id":"m5","content":[{"id":"toolu_1","name":"Agent",...}]}}
    #   and its answer   {"message":{"content":[{"tool_use_id":"toolu_1","content":"Fork started ..."}]}}
    forks = {file.rank: (file.facts, calls) for file in files if (calls := _forks_in(file))}
    places = {Place(rank, index) for rank, (_, calls) in forks.items() for index in calls}
    if not places:
        return places
    seen: set[str | None] = set()
    shared: set[str | None] = set()
    for _, _, thread in threads_of(files):
        ids = {message.id for message in thread.messages}
        shared |= ids & seen
        seen |= ids
    for facts, own in forks.values():
        _drop(facts, own, shared)
    return places


def _forks_in(file: TranscriptFile) -> dict[int, set[str]]:
    """Return the threads of a file that are forks, each with the ids of the calls in it that started it."""
    facts, meta = file.facts, file.meta
    name = (meta.tool_use_id if meta else None) or ""
    sides = [index for index, thread in enumerate(facts.threads) if thread.kind == "side"]
    forks: dict[int, set[str]] = {}
    if facts.forked or (meta is not None and meta.is_fork) or _holds(facts, name):
        forks = {index: {name} if name else set() for index in sides}
    started = {(result.thread, result.id) for result in facts.results if meaning_of(result.text, ("own_fork",))}
    for call in facts.calls:
        messages = facts.threads[call.thread].messages
        if (call.thread, call.id) in started and messages and messages[0].id == call.message_id:
            forks.setdefault(call.thread, set()).add(call.id)
    return {index: calls for index, calls in forks.items() if facts.threads[index].kind == "side"}


def _holds(facts: FileFacts, name: str) -> bool:
    """Say whether a file holds the call that its `.meta.json` names, or its answer: then it began as a copy."""
    ids = (*(call.id for call in facts.calls), *(result.id for result in facts.results))
    return is_own_call(name) and name in ids


def _drop(facts: FileFacts, own: dict[int, set[str]], shared: set[str | None]) -> None:
    """Drop the calls `own`, by thread, with their answers, and their messages as far as they are `shared`."""
    copied = {(call.thread, call.message_id) for call in facts.calls if call.id in own.get(call.thread, ())}
    for result in facts.results:
        if result.id in own.get(result.thread, ()):
            thread = facts.threads[result.thread]
            thread.first = max(thread.first, result.timestamp)
            thread.stretches = stretches_since(thread.stretches, thread.first)
    facts.calls = [call for call in facts.calls if call.id not in own.get(call.thread, ())]
    facts.results = [result for result in facts.results if result.id not in own.get(result.thread, ())]
    for index in own:
        thread = facts.threads[index]
        thread.prompt = b""
        thread.messages = [m for m in thread.messages if m.id not in shared or (index, m.id) not in copied]
