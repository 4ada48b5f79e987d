"""Answers to delegations: results, notifications and polls, and the reactions of user and assistant."""

from common.transcripts.reading.facts import FileFacts, Notice, Result
from common.transcripts.reading.lenient import clean, lenient_json
from common.transcripts.reading.phrases import is_refusal, notifications, task_in_text, tokens_in_tail
from common.transcripts.reading.shapes import Block, Line, ToolUseResult, read_object, read_text
from common.transcripts.reading.timestamps import timestamp_of
from common.transcripts.reading.usage import Usage

WATCHED_PROMPTS = 3


class Answers:
    """The reader of answers, in order. Its whole state is in `facts`.

    A delegation is watched from its result on. It is corrected if the user interrupts or refuses something before
    their third prompt after it, unless another delegation was answered in between. A result waits for the assistant's
    first text after it.
    """

    def __init__(self, facts: FileFacts) -> None:
        """Continue from `facts`."""
        self._facts = facts
        self._last_notice = {_key(notice): index for index, notice in enumerate(facts.notices)}

    @property
    def waiting(self) -> bool:
        """Whether a result or notice waits for the assistant's text."""
        return bool(self._facts.waiting_results or self._facts.waiting_notices)

    def heard(self, text: str | None, index: int) -> None:
        """Give the assistant's text to the results and notices that wait for it in this thread."""
        if not text or not text.strip():
            return
        facts = self._facts
        for number in facts.waiting_results.pop(index, ()):
            facts.results[number].synthesis = text
        if facts.threads[index].kind == "main":
            for number in facts.waiting_notices:
                facts.notices[number].synthesis = text
            facts.waiting_notices.clear()

    def prompted(self, text: str) -> None:
        """Take a prompt that the user wrote."""
        facts = self._facts
        facts.last_prompt, facts.last_prompt_kept = text, False
        facts.watched = {call: left - 1 for call, left in facts.watched.items() if left > 1}

    def corrected(self) -> None:
        """Note that the user stepped in: the delegation answered last is corrected, if it is still watched."""
        last = list(self._facts.watched)[-1:]
        self._facts.corrected.extend(last)
        self._facts.watched.clear()

    def result(self, line: Line, number: int, block: Block, index: int) -> None:
        """Take the result of a tool; of ordinary tools only a refusal matters."""
        kind = self._facts.open_tools.pop(block.tool_use_id or "", None)
        if kind == "" and block.is_error is not True:
            return
        in_main = self._facts.threads[index].kind == "main"
        if block.is_error is True and in_main and is_refusal(_text_of(block)):
            self.corrected()
        if kind == "poll":
            self._poll(line, number, block)
        elif kind == "skill":
            self._ran_skill(line)
        elif kind != "":
            self._delegated(line, number, block, index)
            if kind == "call" and in_main and not self._facts.results[-1].launched:
                self._facts.watched[block.tool_use_id or ""] = WATCHED_PROMPTS

    def _delegated(self, line: Line, number: int, block: Block, index: int) -> None:
        """Keep the result of a delegation, or of a call that is not before it in this file."""
        facts = self._facts
        result = Result(
            id=block.tool_use_id or "",
            timestamp=timestamp_of(line),
            line=number,
            thread=index,
            is_error=block.is_error is True,
            text=_text_of(block),
        )
        _add_object(result, line)
        facts.results.append(result)
        if not result.launched:
            facts.waiting_results.setdefault(index, []).append(len(facts.results) - 1)
        elif result.agent_id is not None:
            facts.call_by_agent[result.agent_id] = result.id

    def _poll(self, line: Line, number: int, block: Block) -> None:
        """Take the result of a poll: an object in main files, text alone in agents' files."""
        # main file    "toolUseResult":{"retrieval_status":"success","task":{"task_id":"a1","status":"completed",...}}
        # agent file   "content":"<task_id>a1</task_id> <status>completed</status> <output>Done.</output>"
        structured = read_object(line.tool_use_result, ToolUseResult) if len(line.tool_use_result) else None
        task = structured.task if structured and structured.task else task_in_text(_text_of(block))
        if task.task_id is not None and task.status is not None:
            result = task.result or task.output or None
            self.noticed(Notice(task.task_id, timestamp_of(line), number, task.status, "poll", result))

    def _ran_skill(self, line: Line) -> None:
        """Note the skill that ran as an agent of its own, if the result says that it did."""
        #   "toolUseResult":{"success":true,"commandName":"tidy","status":"forked","agentId":"a1","result":"..."}
        result = read_object(line.tool_use_result, ToolUseResult) if len(line.tool_use_result) else None
        if result is not None and result.status == "forked" and result.agent_id and result.command_name:
            self._facts.skill_by_agent[result.agent_id] = result.command_name

    def noticed(self, notice: Notice) -> None:
        """Keep a notice on a background task."""
        self._last_notice[_key(notice)] = len(self._facts.notices)
        self._facts.notices.append(notice)

    def notified(self, text: str, line: Line, number: int, *, delivered: bool) -> None:
        """Keep each notification in a text once, however many lines repeat it."""
        # One event may be written up to three times, in any of these lines:
        #   from 2.1.0    {"type":"queue-operation","operation":"enqueue","content":"<task-notification>..."}
        #   from 2.1.0    {"type":"user","message":{"content":"<task-notification>..."}}
        #   from 2.1.150  {"type":"attachment","attachment":{"type":"queued_command","prompt":"<task-notification>..."}}
        facts = self._facts
        for said in notifications(text):
            notice = Notice(said.task_id, timestamp_of(line), number, said.status, "notification", said.result)
            if _key(notice) not in self._last_notice:
                notice.duration_ms, notice.tokens = said.duration_ms, said.tokens
                self.noticed(notice)
            if delivered and (call := facts.call_by_agent.get(said.task_id)) is not None:
                facts.watched.pop(call, None)  # the delegation answered last comes last
                facts.watched[call] = WATCHED_PROMPTS
                facts.waiting_notices.append(self._last_notice[_key(notice)])


def _key(notice: Notice) -> tuple[str, str, str | None]:
    """Return the key by which repeated notices are equal."""
    return notice.task_id, notice.status, notice.result


def _text_of(block: Block) -> str:
    """Return the text of a tool's result: the string itself, or its text blocks joined by blank lines."""
    value = lenient_json(bytes(block.content)) if len(block.content) else None
    if isinstance(value, str):
        return clean(value)
    blocks = value if isinstance(value, list) else []
    texts = [inner.get("text") if isinstance(inner, dict) else inner for inner in blocks]
    return clean("\n\n".join(text for text in texts if isinstance(text, str)))


def _add_object(result: Result, line: Line) -> None:
    """Add the facts in the line's `toolUseResult` to a result; a string there is its text if the block has none."""
    # 0.2 – 1.0.x    {"content":[...],"totalDurationMs":9000,"totalTokens":1200,"usage":{...}}     no status, no agent
    # from 2.0.2x    {"status":"completed","agentId":"a1","totalTokens":1200,"usage":{...},...}
    # background     {"isAsync":true,"status":"async_launched","agentId":"a1"}
    # teammate       {"status":"teammate_spawned","teammate_id":"bob@s1","agent_id":"bob@s1"}
    # error          "Error: ..."     no object; missing from success too in agents' files, from 2.1.32 on
    raw = line.tool_use_result
    structured = read_object(raw, ToolUseResult) if len(raw) else None
    if structured is None:
        result.text = result.text or (read_text(raw) if len(raw) else None) or ""
        result.tokens = tokens_in_tail(result.text)
        return
    result.has_object = True
    result.launched = structured.is_async is True or (structured.status or "").endswith(("_launched", "_spawned"))
    result.agent_id = structured.agent_id or structured.teammate_id
    result.agent_type, result.model = structured.agent_type, structured.resolved_model
    result.duration_ms = structured.total_duration_ms
    result.tokens = structured.total_tokens if structured.total_tokens is not None else _tokens_in(structured.usage)
    result.last_output = structured.usage.output_tokens if structured.usage else None
    result.interrupted = structured.was_interrupted is True


def _tokens_in(usage: Usage | None) -> int | None:
    """Return the sum of the counts in a usage; None if it has none."""
    if usage is None:
        return None
    counts = (
        usage.input_tokens, usage.output_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens
    )  # fmt: skip
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
