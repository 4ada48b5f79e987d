"""Notices on background tasks: notifications in any kind of line, polls, stops, and messages that resume an agent."""

import re

from common.transcripts.reading.facts import Channel, FileFacts, Notice
from common.transcripts.reading.lenient import lenient_json
from common.transcripts.reading.shapes import Block, Line, ToolUseResult, read_object
from common.transcripts.reading.texts.framing import text_of
from common.transcripts.reading.texts.phrases import notifications, task_in_text
from common.transcripts.reading.texts.sentences import HEAD, meaning_of
from common.transcripts.reading.timestamps import timestamp_of

UNDER_WAY = frozenset({"running", "not_ready", "pending"})
STOP, RESUME = "stop:", "resume:"
"""How the results of tools that stop or resume an agent are read; the agent's id or name follows."""
SHORTEST_QUEUE = 64
_FAILED = re.compile(r'\s{0,9}\{"success":\s?false\b')
_RESUMED = re.compile(r'"resumedAgentId":"([^"\\]{1,200})"')


class Notices:
    """The reader of notices, in order. Its whole state is in `facts`; the rest are indexes of them.

    `delivered` are the indexes of results that the line now read brought to the model.
    """

    def __init__(self, facts: FileFacts) -> None:
        """Continue from `facts`."""
        self._facts = facts
        self.delivered: list[int] = []
        self._last_of_task: dict[str, int] = {}
        self._undelivered: dict[tuple[str, str, str | None], list[int]] = {}
        for index, notice in enumerate(facts.notices):
            self._index(index, notice)

    def _index(self, index: int, notice: Notice) -> None:
        if notice.source == "resume":
            self._last_of_task.clear()  # what an agent says after it was resumed is no echo, even if it says the same
            return
        self._last_of_task[notice.task_id] = index
        if notice.channel != "delivered":
            self._undelivered.setdefault(_key(notice), []).append(index)

    def polled(self, line: Line, number: int, block: Block) -> None:
        """Take the result of a poll: an object in main files, text alone in agents' files."""
        # main file    "toolUseResult":{"retrieval_status":"success","task":{"task_id":"a1","status":"completed",...}}
        # agent file   "content":"<task_id>a1</task_id> <status>completed</status> <output>Done.</output>"
        structured = read_object(line.tool_use_result, ToolUseResult) if len(line.tool_use_result) else None
        task = structured.task if structured and structured.task else task_in_text(result_text(block))
        if task.task_id is not None and task.status is not None:
            result = task.result or task.output or None
            notice = Notice(task.task_id, timestamp_of(line), number, task.status, "poll", result)
            notice.session_id = line.session_id
            self.noticed(notice)

    def stopped_or_resumed(self, line: Line, number: int, block: Block, kind: str) -> None:
        """Keep the result of a tool that stops an agent or sends it a message, unless it is an error."""
        # stopped   "toolUseResult":{"message":"Successfully stopped task: a1 (x)","task_id":"a1",...}
        # refused   "is_error":true,"content":"<tool_use_error>Task a1 is not running (status: completed)</tool_use_..."
        # resumed   "toolUseResult":{"success":true,"message":"Resuming agent bob","resumedAgentId":"a1",...}
        # not       "toolUseResult":{"success":false,"message":"Agent \"a1\" could not be resumed: No transcript"}
        text = result_text(block)
        if block.is_error is True or meaning_of(text, ("not_stopped",)):
            return
        stamp, session_id = timestamp_of(line), line.session_id
        if kind.startswith(STOP):
            task_id = kind.removeprefix(STOP)
            self.noticed(Notice(task_id, stamp, number, "stopped", "stop", session_id=session_id))
            return
        structured = read_object(line.tool_use_result, ToolUseResult) if len(line.tool_use_result) else None
        if (structured is not None and structured.success is False) or _FAILED.match(text):
            return
        found = _RESUMED.search(text[:HEAD])
        resumed = structured.resumed_agent_id if structured else None
        resumed = resumed or (found[1] if found else kind.removeprefix(RESUME))
        self.noticed(Notice(resumed, stamp, number, "resumed", "resume", session_id=session_id))

    def noticed(self, notice: Notice) -> int:
        """Keep a notice on a background task, once for all its echoes; return its index."""
        facts, key = self._facts, _key(notice)
        if notice.channel == "delivered":
            notice.reached = (notice.timestamp, notice.line)
        index = self._last_of_task.get(notice.task_id)
        waiting = self._undelivered.get(key) if notice.channel != "queued" else None
        if waiting:
            index = waiting[-1]
        if index is None or _key(facts.notices[index]) != key or notice.source == "resume":
            facts.notices.append(notice)
            index = len(facts.notices) - 1
            self._index(index, notice)
            self._arrived(index)
            return index
        known = facts.notices[index]
        if waiting and notice.channel == "delivered":
            waiting.pop()
        if known.channel != "delivered":
            known.channel, known.reached = notice.channel, notice.reached
            self._arrived(index)
        return index

    def _arrived(self, index: int) -> None:
        """Add a notice that reached the model to `delivered`, if it has a result."""
        notice = self._facts.notices[index]
        if notice.channel == "delivered" and notice.result and notice.status not in UNDER_WAY:
            self.delivered.append(index)

    def notified(self, text: str, line: Line, number: int, channel: Channel, *, in_main: bool = True) -> bool:
        """Keep each notification in a text once, however many lines repeat it; say whether there is any."""
        # One event may be written up to three times, in any of these lines:
        #   from 2.1.0    {"type":"queue-operation","operation":"enqueue","content":"<task-notification>..."}
        #   from 2.1.0    {"type":"user","message":{"content":"<task-notification>..."}}
        #   from 2.1.150  {"type":"attachment","attachment":{"type":"queued_command","prompt":"<task-notification>..."}}
        facts, found = self._facts, notifications(text)
        for said in found:
            notice = Notice(said.task_id, timestamp_of(line), number, said.status, "notification", said.result)
            notice.duration_ms, notice.tokens, notice.tool_uses = said.duration_ms, said.tokens, said.tool_uses
            notice.session_id, notice.call, notice.summary = line.session_id, said.call, said.summary
            notice.channel, notice.agents = channel, said.agents
            index = self.noticed(notice)
            if channel == "queued":
                facts.queue.append(index)
            elif channel == "delivered" and in_main and said.task_id in facts.call_by_agent:
                facts.sequel.answered(index, is_notice=True)
                facts.waiting_notices.append(index)
        return bool(found)

    def queued(self, text: str, line: Line, number: int) -> None:
        """Take an operation on the queue of texts that wait for the model."""
        # 2.1.0    {"operation":"enqueue","content":"..."}   {"operation":"dequeue"}   {"operation":"remove"}
        # 2.1.205  {"operation":"remove","content":"<task-notification>..."}     often since an attachment has it
        facts = self._facts
        if line.operation in {"remove", "popAll"} and text:
            self.notified(text, line, number, "removed")
        elif line.operation in {"dequeue", "remove", "popAll"}:
            self._left_queue(line.operation)
        elif not self.notified(text, line, number, "queued") and line.operation is not None:
            facts.queue.append(-1)

    def _left_queue(self, operation: str) -> None:
        """Take the oldest text, or all of them, out of the queue."""
        facts = self._facts
        while facts.queue_start < len(facts.queue):
            index = facts.queue[facts.queue_start]
            facts.queue_start += 1
            if index >= 0 and facts.notices[index].channel != "queued":
                continue
            if index >= 0 and operation != "dequeue":
                facts.notices[index].channel = "removed"
            if operation != "popAll":
                break
        if facts.queue_start > max(SHORTEST_QUEUE, len(facts.queue) // 2):
            del facts.queue[: facts.queue_start]
            facts.queue_start = 0


def result_text(block: Block) -> str:
    """Return the text of a tool's result: the string itself, or its text blocks joined by blank lines."""
    return text_of(lenient_json(bytes(block.content))) if len(block.content) else ""


def _key(notice: Notice) -> tuple[str, str, str | None]:
    """Return the key by which the echoes of a notice are equal."""
    return notice.task_id, notice.status, notice.result
