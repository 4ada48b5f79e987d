"""The state machine that reads one transcript: lines in, facts out."""

import re
from collections.abc import Callable
from hashlib import blake2b

from common.transcripts.facts import Call, FileFacts, MessageFacts, Notice, Result, Sighting, Thread
from common.transcripts.messages import add_line, texts_of
from common.transcripts.shapes import (
    Attachment,
    Block,
    CallInput,
    Line,
    Message,
    Progress,
    ToolInput,
    ToolUseResult,
    clean,
    lenient_json,
    read,
    read_text,
)
from common.transcripts.texts import (
    is_interruption,
    is_prompt,
    is_refusal,
    notifications,
    task_in_text,
    tokens_in_tail,
    unwrap_teammate,
)

DELEGATING_TOOLS = ("Task", "Agent")
POLLING_TOOLS = ("TaskOutput", "AgentOutputTool")
STOPPING_TOOLS = ("TaskStop", "KillShell")
WATCHED_PROMPTS = 3
KNOWN_TYPES = frozenset(
    (
        "summary", "file-history-snapshot", "permission-mode", "mode", "last-prompt", "ai-title", "custom-title",
        "agent-name", "pr-link", "bridge-session",
    )
)  # fmt: skip

_TIMESTAMP = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z")


def timestamp_of(line: Line) -> str:
    """Return the line's timestamp if it is one, else ""."""
    stamp = line.timestamp
    return stamp if stamp is not None and _TIMESTAMP.fullmatch(stamp) else ""


def uuid_bytes(uuid: str) -> bytes:
    """Return 16 bytes that stand for a uuid, or for any other text in its place."""
    try:
        found = bytes.fromhex(uuid.replace("-", ""))
    except ValueError:
        found = b""
    return found if len(found) == 16 else text_digest(uuid)  # noqa: PLR2004 - the size of a uuid


def text_digest(text: str) -> bytes:
    """Return 16 bytes that stand for a text, outer white space aside."""
    return blake2b(text.strip().encode("utf-8", "replace"), digest_size=16).digest()


class TranscriptReader:
    """Takes the lines of one file in order. All it knows stands in `facts`; the rest are indexes made from them."""

    def __init__(self, facts: FileFacts, agent_id: str | None) -> None:
        """Go on from `facts`; `agent_id` is the one in the file's name, if it is an agent's file."""
        self.facts, self.agent_id = facts, agent_id
        self._threads: dict[tuple[object, ...], int] = {}
        self._messages: list[dict[str, MessageFacts]] = []
        self._uuids: list[set[bytes]] = []
        self._sidechain_by_uuid: dict[bytes, int] = {}
        for index, thread in enumerate(facts.threads):
            self._index(index, thread)
        self._handlers: dict[str | None, Callable[[Line, int], None]] = {
            "assistant": self._assistant,
            "user": self._user,
            "system": self._system,
            "progress": self._progress,
            "queue-operation": self._queue_operation,
            "attachment": self._attachment,
        }

    def take(self, line: Line, number: int) -> None:
        """Take one line."""
        handler = self._handlers.get(line.type)
        if handler is not None:
            handler(line, number)
        elif line.type not in KNOWN_TYPES:
            name = (line.type or "(none)")[:64]
            self.facts.unknown_types[name] = self.facts.unknown_types.get(name, 0) + 1

    # -- threads

    def _index(self, index: int, thread: Thread) -> None:
        uuids = {bytes(thread.uuids[i : i + 16]) for i in range(0, len(thread.uuids), 16)}
        self._uuids.append(uuids)
        self._messages.append({m.id: m for m in thread.messages if m.id is not None})
        if thread.kind == "main":
            self._threads["main", thread.session_id] = index
        elif thread.kind == "progress":
            self._threads["progress", thread.session_id, thread.agent_id, thread.parent_tool_use_id] = index
        elif thread.agent_id is not None:
            self._threads["side", thread.session_id, thread.agent_id] = index
        else:
            self._sidechain_by_uuid.update(dict.fromkeys(uuids, index))

    def _open(self, thread: Thread) -> int:
        self.facts.threads.append(thread)
        self._index(len(self.facts.threads) - 1, thread)
        return len(self.facts.threads) - 1

    def _thread(self, line: Line, number: int) -> int:
        """Return the index of the thread that the line belongs to, and note its times, place and version there."""
        session = line.session_id
        if session is not None:
            self.facts.last_session = session
        elif line.type == "assistant":
            session = self.facts.last_session
        if line.is_sidechain is True or self.agent_id is not None:
            index = self._sidechain(line, session, number)
        else:
            known = self._threads.get(("main", session))
            index = self._open(Thread("main", session, None, None, number)) if known is None else known
        self._note(self.facts.threads[index], line, number)
        return index

    def _sidechain(self, line: Line, session: str | None, number: int) -> int:
        agent_id = line.agent_id or self.agent_id
        parent = uuid_bytes(line.parent_uuid) if line.parent_uuid else b""
        if agent_id is not None:
            index = self._threads.get(("side", session, agent_id))
        else:
            index = self._sidechain_by_uuid.get(parent)
        if index is None:
            index = self._open(Thread("side", session, agent_id, None, number, parent))
        if line.uuid:
            self._add_uuid(index, uuid_bytes(line.uuid))
        return index

    def _add_uuid(self, index: int, uuid: bytes) -> None:
        known, thread = self._uuids[index], self.facts.threads[index]
        if uuid not in known:
            known.add(uuid)
            thread.uuids.extend(uuid)
            if thread.kind == "side" and thread.agent_id is None:
                self._sidechain_by_uuid[uuid] = index

    @staticmethod
    def _note(thread: Thread, line: Line, number: int) -> None:
        thread.lines += 1
        if stamp := timestamp_of(line):
            thread.first = min(thread.first or stamp, stamp)
            thread.last = max(thread.last, stamp)
        if line.cwd and (thread.cwd is None or stamp < thread.cwd.timestamp):
            thread.cwd = Sighting(clean(line.cwd), stamp, number)
        if line.version and not any(seen.value == line.version for seen in thread.versions):
            thread.versions.append(Sighting(line.version, stamp, number))
        if line.team_name:
            thread.teammate = True

    # -- assistant lines

    def _assistant(self, line: Line, number: int) -> None:
        index = self._thread(line, number)
        if line.message is None:
            return
        self._add_message(index, line.message, number, timestamp_of(line))
        if isinstance(line.message.content, list):
            for position, block in enumerate(line.message.content):
                if isinstance(block, Block) and block.type == "tool_use":
                    self._tool_use(line, number, position, block, index)
                elif isinstance(block, Block) and block.type == "text" and self._waiting:
                    self._synthesis(read_text(block.text), index)

    def _add_message(self, index: int, message: Message, number: int, stamp: str) -> None:
        known = self._messages[index].get(message.id) if message.id is not None else None
        if known is None:
            known = MessageFacts(message.id, stamp, number)
            self.facts.threads[index].messages.append(known)
            if message.id is not None:
                self._messages[index][message.id] = known
        add_line(known, message, number, stamp)

    def _tool_use(self, line: Line, number: int, position: int, block: Block, index: int) -> None:
        if block.id is None or block.name is None:
            return
        kind = ""
        if block.name in DELEGATING_TOOLS:
            kind = "call" if self._call(line, number, position, block, index) else ""
        elif block.name in POLLING_TOOLS:
            kind = "poll"
        elif block.name in STOPPING_TOOLS and (found := read(block.input, ToolInput)):
            task_id = found.task_id or found.shell_id
            if task_id is not None:
                self.facts.notices.append(Notice(task_id, timestamp_of(line), number, "stopped", "stop"))
        self.facts.open_tools[block.id] = kind

    def _call(self, line: Line, number: int, position: int, block: Block, index: int) -> bool:
        """Keep the block if it is a delegation, and say whether it is one."""
        found = read(block.input, CallInput)
        if found is None or not (len(found.prompt) or len(found.subagent_type)):
            return False
        facts, message = self.facts, line.message
        if facts.last_prompt is not None and not facts.last_prompt_kept:
            facts.contexts.append(facts.last_prompt)
            facts.last_prompt_kept = True
        main = facts.threads[index].kind == "main"
        facts.calls.append(
            Call(
                id=block.id or "",
                timestamp=timestamp_of(line),
                line=number,
                position=position,
                thread=index,
                message_id=message.id if message else None,
                agent_type=(read_text(found.subagent_type) or "").strip(),
                description=found.description,
                prompt=read_text(found.prompt) or "",
                model=found.model,
                version=line.version,
                context=len(facts.contexts) - 1 if main and facts.last_prompt_kept else -1,
            )
        )
        return True

    @property
    def _waiting(self) -> bool:
        return bool(self.facts.waiting_results or self.facts.waiting_notices)

    def _synthesis(self, text: str | None, index: int) -> None:
        """Give the assistant's words to the results that its thread waited to hear of."""
        if not text or not text.strip():
            return
        facts = self.facts
        for number in [n for n in facts.waiting_results if facts.results[n].thread == index]:
            facts.results[number].synthesis = text
            facts.waiting_results.remove(number)
        if facts.threads[index].kind == "main":
            for number in facts.waiting_notices:
                facts.notices[number].synthesis = text
            facts.waiting_notices.clear()

    # -- user lines

    def _user(self, line: Line, number: int) -> None:
        index = self._thread(line, number)
        thread = self.facts.threads[index]
        if thread.kind == "main" and line.uuid:
            self._add_uuid(index, uuid_bytes(line.uuid))
        elif thread.kind == "main":
            thread.without_uuid += 1
        content = line.message.content if line.message else None
        answered = False
        if isinstance(content, list):
            for block in content:
                if isinstance(block, Block) and block.type == "tool_result" and block.tool_use_id is not None:
                    self._tool_result(line, number, block, index)
                    answered = True
        if thread.kind == "main":
            self._main_texts(line, number, texts_of(content), answered=answered)
        elif not thread.prompt_seen and (texts := texts_of(content)):
            self._sidechain_prompt(thread, "\n".join(texts))

    @staticmethod
    def _sidechain_prompt(thread: Thread, text: str) -> None:
        inner = unwrap_teammate(text)
        thread.prompt_seen = True
        thread.prompt = text_digest(inner)
        thread.warmup = text == "Warmup"
        thread.teammate |= inner is not text

    def _main_texts(self, line: Line, number: int, texts: list[str], *, answered: bool) -> None:
        """Take what stands in the user's name: a notification, an interruption, or the user's own words."""
        for text in texts:
            self._notifications(text, line, number, delivered=True)
            if is_interruption(text):
                self._correct()
        written = not (answered or line.is_meta or line.is_compact_summary or line.is_visible_in_transcript_only)
        own = [text for text in texts if is_prompt(text)] if written else []
        if own and is_prompt(texts[0]):
            self._prompt("\n".join(own))

    def _prompt(self, text: str) -> None:
        facts = self.facts
        facts.last_prompt, facts.last_prompt_kept = text, False
        facts.watched = {call: left - 1 for call, left in facts.watched.items() if left > 1}

    def _correct(self) -> None:
        """Note that the user stepped in: a correction of every delegation whose result is fresh."""
        self.facts.corrected.extend(call for call in self.facts.watched if call not in self.facts.corrected)
        self.facts.watched.clear()

    def _tool_result(self, line: Line, number: int, block: Block, index: int) -> None:
        kind = self.facts.open_tools.pop(block.tool_use_id or "", None)
        if block.is_error is True and self.facts.threads[index].kind == "main" and is_refusal(_result_text(block)):
            self._correct()
        if kind == "poll":
            self._poll(line, number, _result_text(block))
        elif kind != "":
            self._result(line, number, block, index)

    def _result(self, line: Line, number: int, block: Block, index: int) -> None:
        facts = self.facts
        result = Result(
            id=block.tool_use_id or "",
            timestamp=timestamp_of(line),
            line=number,
            thread=index,
            is_error=block.is_error is True,
            text=_result_text(block),
        )
        _add_object(result, line)
        facts.results.append(result)
        if result.launched and result.agent_id is not None:
            facts.call_by_agent[result.agent_id] = result.id
        elif not result.launched:
            facts.waiting_results.append(len(facts.results) - 1)
            if facts.threads[index].kind == "main":
                facts.watched[result.id] = WATCHED_PROMPTS

    def _poll(self, line: Line, number: int, text: str) -> None:
        found = read(line.tool_use_result, ToolUseResult) if len(line.tool_use_result) else None
        task = found.task if found and found.task else task_in_text(text)
        if task.task_id is not None and task.status is not None:
            result = task.result or task.output
            self.facts.notices.append(
                Notice(task.task_id, timestamp_of(line), number, task.status, "poll", result or None)
            )

    # -- other lines

    def _system(self, line: Line, number: int) -> None:
        self._thread(line, number)

    def _queue_operation(self, line: Line, number: int) -> None:
        if text := read_text(line.content):
            self._notifications(text, line, number, delivered=False)

    def _attachment(self, line: Line, number: int) -> None:
        if b'"queued_command"' not in bytes(line.attachment) or line.is_sidechain or self.agent_id is not None:
            return
        found = read(line.attachment, Attachment)
        texts = texts_of(found.prompt) if found else []
        for text in texts:
            self._notifications(text, line, number, delivered=True)
        if texts and is_prompt(texts[0]) and not line.is_meta:
            self._prompt("\n".join(texts))

    def _notifications(self, text: str, line: Line, number: int, *, delivered: bool) -> None:
        """Keep each notification once: the queue, the user's line and an attachment may repeat it."""
        facts = self.facts
        for found in notifications(text):
            key = (found.task_id, found.status, found.result)
            known = [i for i, n in enumerate(facts.notices) if (n.task_id, n.status, n.result) == key]
            if not known:
                notice = Notice(found.task_id, timestamp_of(line), number, found.status, "notification", found.result)
                notice.duration_ms, notice.tokens = found.duration_ms, found.tokens
                facts.notices.append(notice)
                known = [len(facts.notices) - 1]
            if delivered and (call := facts.call_by_agent.get(found.task_id)) is not None:
                facts.watched[call] = WATCHED_PROMPTS
                facts.waiting_notices.append(known[-1])

    def _progress(self, line: Line, number: int) -> None:
        """Take the echo of a subagent's message; it counts only where the message itself stands nowhere."""
        if b"agent_progress" not in bytes(line.data):
            return
        found = read(line.data, Progress)
        if found is None or found.type != "agent_progress":
            return
        key = ("progress", line.session_id, found.agent_id, line.parent_tool_use_id)
        index = self._threads.get(key)
        if index is None:
            new = Thread("progress", line.session_id, found.agent_id, line.parent_tool_use_id, number)
            index = self._open(new)
        thread = self.facts.threads[index]
        self._note(thread, line, number)
        if found.prompt and not thread.prompt_seen:
            self._sidechain_prompt(thread, found.prompt)
        message = found.message.message if found.message else None
        if message is not None and message.usage is not None and message.id is not None:
            self._add_message(index, message, number, timestamp_of(line))


def _result_text(block: Block) -> str:
    """Return the text of a tool's result: the string itself, or its text blocks joined by blank lines."""
    value = lenient_json(bytes(block.content)) if len(block.content) else None
    if isinstance(value, str):
        return clean(value)
    parts = value if isinstance(value, list) else []
    texts = [part.get("text") if isinstance(part, dict) else part for part in parts]
    return clean("\n\n".join(text for text in texts if isinstance(text, str)))


def _add_object(result: Result, line: Line) -> None:
    """Add to a result what stands beside it as an object; a sentence there serves where the block has none."""
    raw = line.tool_use_result
    found = read(raw, ToolUseResult) if len(raw) else None
    if found is None:
        result.text = result.text or (read_text(raw) if len(raw) else None) or ""
        result.tokens = tokens_in_tail(result.text)
        return
    result.has_object = True
    result.launched = found.is_async is True or (found.status or "").endswith(("_launched", "_spawned"))
    result.agent_id = found.agent_id or found.teammate_id
    result.agent_type, result.model = found.agent_type, found.resolved_model
    result.duration_ms, result.tokens = found.total_duration_ms, found.total_tokens
    result.last_output = found.usage.output_tokens if found.usage else None
    result.interrupted = found.was_interrupted is True
