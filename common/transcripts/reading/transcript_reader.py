"""The state machine that reads one transcript: lines in, facts out."""

from collections.abc import Callable, Iterable

from common.transcripts.reading.answers import Answers
from common.transcripts.reading.context.agent_lists import AgentLists
from common.transcripts.reading.context.names import (
    AGENT_TOOLS,
    DELEGATING_TOOLS,
    KNOWN_TYPES,
    PLAN_TOOLS,
    POLLING_TOOLS,
    SKILL_TOOL,
    STOPPING_TOOLS,
)
from common.transcripts.reading.context.titles import TITLE_TYPES, take_title
from common.transcripts.reading.evidence.watches import Watches
from common.transcripts.reading.facts import Call, FileFacts, Thread
from common.transcripts.reading.identity import call_identity, message_identity
from common.transcripts.reading.lenient import may_have_type
from common.transcripts.reading.messages import add_size, add_tool, add_usage, api_error_of, texts_of
from common.transcripts.reading.notices import RESUME, STOP, Notices
from common.transcripts.reading.shapes import Attachment, Block, CallInput, Line, ToolInput, read_object, read_text
from common.transcripts.reading.texts.phrases import COMPACTED, is_interruption, is_prompt, skill_in_text
from common.transcripts.reading.threads import Threads, take_prompt
from common.transcripts.reading.timestamps import timestamp_of
from common.transcripts.reading.workflows import WORKFLOW_TOOL, WorkflowCalls


class TranscriptReader:
    """The reader of one file's lines, in order. Its whole state is in `facts`; the rest are indexes of them."""

    def __init__(self, facts: FileFacts, agent_id: str | None) -> None:
        """Continue from `facts`; `agent_id` is the one in the file's name, None for a main file."""
        self.facts = facts
        self._in_agent_file = agent_id is not None
        self._threads = Threads(facts, agent_id)
        self._notices = Notices(facts)
        self._answers = Answers(facts, self._notices)
        self._workflows = WorkflowCalls(facts.workflows.calls)
        self._agent_lists = AgentLists(facts.agent_lists, agent_id)
        self.watches = Watches(facts)

    def take(self, lines: Iterable[Line], number: int) -> None:
        """Take consecutive lines; the first is line `number`."""
        handler_of, is_known = _HANDLERS.get, KNOWN_TYPES.__contains__
        for at, line in enumerate(lines, number):
            kind = line.type
            handler = handler_of(kind)
            if handler is not None:
                handler(self, line, at)
            elif not is_known(kind):
                name = (kind or "(none)")[:64]
                self.facts.unknown_types[name] = self.facts.unknown_types.get(name, 0) + 1

    # -- assistant lines

    def _assistant(self, line: Line, number: int) -> None:
        stamp = timestamp_of(line)
        index = self._threads.of(line, number, stamp)
        message = line.message
        if message is None:
            return
        thread = self.facts.threads[index]
        thread.cut_by = api_error_of(line, message) if line.is_api_error_message else None
        facts = self._threads.message(index, message, number, stamp)
        add_usage(facts, message, number)
        if not isinstance(message.content, list):
            return
        in_main, sequel = thread.kind == "main", self.facts.sequel
        for position, block in enumerate(message.content):
            if not isinstance(block, Block):
                continue
            if block.type == "tool_use" and block.id is not None and block.name is not None:
                add_tool(facts, block, block.id, block.name, by_agent=not in_main)
                kind = self._kind_of_tool(line, number, position, block, index) if block.name in AGENT_TOOLS else ""
                self.facts.open_tools[block.id] = kind
                if in_main and (sequel.last is not None or kind == "call"):
                    sequel.called(block.id, is_agent=kind == "call")
            elif block.type == "text" and self._answers.waiting:
                self._answers.heard(read_text(block.text), index)
            if self.watches.active:
                self.watches.heard(index, block, number)
            if message.stop_reason is None:
                add_size(facts, block)

    def _kind_of_tool(self, line: Line, number: int, position: int, block: Block, index: int) -> str:
        """Return how to read the tool's result, "" for an ordinary tool; keep the call if it is a delegation."""
        if block.name in DELEGATING_TOOLS:
            return "call" if self._call(line, number, position, block, index) else ""
        if block.name in POLLING_TOOLS:
            return "poll"
        if block.name in PLAN_TOOLS or block.name == SKILL_TOOL:
            return "plan" if block.name in PLAN_TOOLS else "skill"
        if block.name == WORKFLOW_TOOL:
            return self._workflows.called((timestamp_of(line), number, position, index), line.message, block)
        found = read_object(block.input, ToolInput)
        stopping = block.name in STOPPING_TOOLS
        named = (found.task_id or found.shell_id if stopping else found.to) if found else None
        return (STOP if stopping else RESUME) + named if named else ""

    def _call(self, line: Line, number: int, position: int, block: Block, index: int) -> bool:
        """Keep the block if it is a delegation, and say whether it is one."""
        # Up to 2.1.42 the tool is Task, from 2.1.63 on Agent; TaskCreate, TaskList and the like are a to-do list.
        #   2.1.42  {"type":"tool_use","id":"toolu_1","name":"Task","input":{"description":"Fix it","prompt":"..."}}
        #   2.1.63  {"type":"tool_use","id":"toolu_2","name":"Agent","input":{"prompt":"...","subagent_type":"dev"}}
        found = read_object(block.input, CallInput)
        if found is None or not (len(found.prompt) or len(found.subagent_type)):
            return False
        facts = self.facts
        context = facts.prompts.kept()
        in_main = facts.threads[index].kind == "main"
        agent_type = read_text(found.subagent_type) or ""
        message_id = message_identity(line.message) if line.message else None
        facts.calls.append(
            Call(
                id=block.id or "",
                key=call_identity(block.id or "", message_id, bytes(found.prompt) + bytes(found.subagent_type)),
                timestamp=timestamp_of(line),
                line=number,
                position=position,
                thread=index,
                message_id=message_id,
                agent_type=agent_type if agent_type.strip() else "",
                description=found.description,
                prompt=read_text(found.prompt) or "",
                model=found.model,
                version=line.version,
                context=context if in_main else -1,
                name=found.name,
            )
        )
        return True

    # -- user lines

    def _user(self, line: Line, number: int) -> None:
        stamp = timestamp_of(line)
        index = self._threads.of(line, number, stamp)
        thread = self.facts.threads[index]
        in_main = thread.kind == "main"
        if in_main and line.uuid is not None:
            thread.uuids.append(line.uuid)
        elif in_main:
            thread.without_uuid += 1
        content = line.message.content if line.message is not None else None
        answered = isinstance(content, list) and self._results(content, line, number, index)
        texts = texts_of(content)
        if line.is_compact_summary or (texts and texts[0].startswith(COMPACTED)):
            thread.compactions.append((stamp, number))
        if in_main and not answered and line.parent_uuid is not None:
            thread.leaves.append(line.parent_uuid)
        if texts and in_main:
            self._main_texts(line, number, texts, index, answered=answered)
        elif texts:
            self._side_texts(line, number, texts, thread)
        if self._notices.delivered:
            self.watches.delivered(self._notices.delivered, index, number)

    def _results(self, content: list[Block | str], line: Line, number: int, index: int) -> bool:
        """Take the results of tools, and say whether there are any; watch a report that is alone in its line."""
        answered = False
        for block in content:
            if isinstance(block, Block) and block.type == "tool_result" and block.tool_use_id is not None:
                if self._answers.result(line, number, block, index) and len(content) == 1:
                    self.watches.open(len(self.facts.results) - 1, index, number)
                self._workflows.answered(line, block, index)
                answered = True
        return answered

    def _side_texts(self, line: Line, number: int, texts: list[str], thread: Thread) -> None:
        """Take text in a sidechain: notifications, and the prompt that it begins with."""
        for text in texts:
            self._notices.notified(text, line, number, "delivered", in_main=False)
        if not thread.prompt_seen:
            take_prompt(thread, "\n".join(texts))
            if line.is_meta:
                thread.skill = skill_in_text(texts)

    def _main_texts(self, line: Line, number: int, texts: list[str], index: int, *, answered: bool) -> None:
        """Take text in the user's name: a notification, an interruption, or a prompt of the user."""
        for text in texts:
            self._notices.notified(text, line, number, "delivered")
            if is_interruption(text):
                self._answers.interrupted(text, number)
        written = not (answered or line.is_meta or line.is_compact_summary or line.is_visible_in_transcript_only)
        prompts = [text for text in texts if is_prompt(text)] if written else []
        if prompts and is_prompt(texts[0]):
            self._answers.prompted("\n".join(prompts), timestamp_of(line), index)

    # -- other lines

    def _system(self, line: Line, number: int) -> None:
        self._threads.of(line, number, timestamp_of(line))

    def _queue_operation(self, line: Line, number: int) -> None:
        self._notices.queued(read_text(line.content) or "", line, number)

    def _attachment(self, line: Line, number: int) -> None:
        self._agent_lists.announced(line, number)
        if not may_have_type(line.attachment, b'"queued_command"'):
            return
        in_main = not (line.is_sidechain or self._in_agent_file)
        found = read_object(line.attachment, Attachment)
        texts = texts_of(found.prompt) if found and found.type == "queued_command" else []
        for text in texts:
            self._notices.notified(text, line, number, "delivered", in_main=in_main)
        if in_main and texts and is_prompt(texts[0]) and not line.is_meta:
            self._answers.prompted("\n".join(texts), timestamp_of(line))
        thread = self._threads.main_of(line.session_id) if in_main else None
        self.watches.delivered(self._notices.delivered, thread, number)

    def _fork_reference(self, line: Line, number: int) -> None:  # noqa: ARG002 - as all handlers
        """Note that an agent's file continues a conversation, of which it has no copy."""
        # by 2.1.332   {"type":"fork-context-ref","agentId":"f1","parentSessionId":"s1","contextLength":11}
        self.facts.forked |= self._in_agent_file

    def _progress(self, line: Line, number: int) -> None:
        """Take the echo of a subagent's message; it counts only if the message itself is in no other line."""
        data = line.data
        if data is None or data.type != "agent_progress":
            return
        stamp = timestamp_of(line)
        index = self._threads.echo_of(line, data.agent_id, number, stamp)
        take_prompt(self.facts.threads[index], data.prompt)
        message = data.message.message if data.message is not None else None
        if message is None or message.usage is None or not message.id:
            return
        facts = self._threads.message(index, message, number, stamp)
        add_usage(facts, message, number)
        for block in message.content if isinstance(message.content, list) else ():
            if not isinstance(block, Block):
                continue
            if block.type == "tool_use" and block.id is not None and block.name is not None:
                add_tool(facts, block, block.id, block.name, by_agent=True)
            if message.stop_reason is None:
                add_size(facts, block)


_HANDLERS: dict[str | None, Callable[[TranscriptReader, Line, int], None]] = {
    "assistant": TranscriptReader._assistant,  # noqa: SLF001 - the table of the class itself
    "user": TranscriptReader._user,  # noqa: SLF001
    "progress": TranscriptReader._progress,  # noqa: SLF001
    "fork-context-ref": TranscriptReader._fork_reference,  # noqa: SLF001
    **dict.fromkeys(TITLE_TYPES, lambda reader, line, _: take_title(reader.facts.titles, line)),
    "system": TranscriptReader._system,  # noqa: SLF001
    "queue-operation": TranscriptReader._queue_operation,  # noqa: SLF001
    "attachment": TranscriptReader._attachment,  # noqa: SLF001
}
