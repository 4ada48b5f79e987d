"""The names that tie a file to others, as numbers."""

import zlib
from array import array

from common.transcripts.reading.phrases import agent_in_text
from common.transcripts.reading.transcript_file import TranscriptFile, threads_of


def keys_of(file: TranscriptFile) -> "array[int]":
    """Return the numbers of all names that other files may share with this one, sorted.

    They have 32 bits: a chance collision only joins two groups, which changes no result.
    """
    names: set[str] = set()
    for _, _, thread in threads_of([file]):
        names.update((file.session_of(thread), thread.agent_id or "", thread.parent_tool_use_id or ""))
        names.update(message.id or "" for message in thread.messages)
    names.update(call.id for call in file.facts.calls)
    for result in file.facts.results:
        names.update((result.id, result.agent_id or agent_in_text(result.text) or ""))
    names.update(notice.task_id for notice in file.facts.notices)
    if file.meta and file.meta.tool_use_id:
        names.add(file.meta.tool_use_id)
    names.discard("")
    return array("I", sorted({zlib.crc32(name.encode("utf-8", "surrogatepass")) for name in names}))
