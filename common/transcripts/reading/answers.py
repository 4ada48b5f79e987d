"""What comes back for a delegation: results, notifications, polls, and what user and assistant make of them."""

from common.transcripts.reading.facts import FileFacts, Notice, Result
from common.transcripts.reading.lenient import clean, lenient_json
from common.transcripts.reading.phrases import is_refusal, notifications, task_in_text, tokens_in_tail
from common.transcripts.reading.shapes import Block, Line, ToolUseResult, Usage, read_object, read_text
from common.transcripts.reading.threads import timestamp_of

WATCHED_PROMPTS = 3


class Answers:
    """Takes answers in order. All it knows stands in `facts`.

    A delegation is watched from its result on: if the user interrupts or refuses something before their third prompt
    after it, and no other was answered in between, it is corrected. A result waits for the assistant's first words
    after it.
    """

    def __init__(self, facts: FileFacts) -> None:
        """Go on from `facts`."""
        self._facts = facts
        self._last_notice = {_key(notice): index for index, notice in enumerate(facts.notices)}

    @property
    def waiting(self) -> bool:
        """Whether anything waits for the assistant's words."""
        return bool(self._facts.waiting_results or self._facts.waiting_notices)

    def heard(self, text: str | None, index: int) -> None:
        """Give the assistant's words to what its thread waited to hear of."""
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
        """Note that the user stepped in: a correction of the delegation answered last, if its result is fresh."""
        last = list(self._facts.watched)[-1:]
        self._facts.corrected.extend(last)
        self._facts.watched.clear()

    def result(self, line: Line, number: int, block: Block, index: int) -> None:
        """Take a tool's result; those of ordinary tools pass, but for a refusal."""
        kind = self._facts.open_tools.pop(block.tool_use_id or "", None)
        if kind == "" and block.is_error is not True:
            return
        in_main = self._facts.threads[index].kind == "main"
        if block.is_error is True and in_main and is_refusal(_text_of(block)):
            self.corrected()
        if kind == "poll":
            self._poll(line, number, block)
        elif kind != "":
            self._delegated(line, number, block, index)
            if kind == "call" and in_main and not self._facts.results[-1].launched:
                self._facts.watched[block.tool_use_id or ""] = WATCHED_PROMPTS

    def _delegated(self, line: Line, number: int, block: Block, index: int) -> None:
        """Keep the result of a delegation, or of a call that does not stand before it in this file."""
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
        found = read_object(line.tool_use_result, ToolUseResult) if len(line.tool_use_result) else None
        task = found.task if found and found.task else task_in_text(_text_of(block))
        if task.task_id is not None and task.status is not None:
            result = task.result or task.output or None
            self.noticed(Notice(task.task_id, timestamp_of(line), number, task.status, "poll", result))

    def noticed(self, notice: Notice) -> None:
        """Keep a word on a background task."""
        self._last_notice[_key(notice)] = len(self._facts.notices)
        self._facts.notices.append(notice)

    def notified(self, text: str, line: Line, number: int, *, delivered: bool) -> None:
        """Keep each notification in a text once: the queue, the user's line and an attachment may repeat it."""
        facts = self._facts
        for found in notifications(text):
            notice = Notice(found.task_id, timestamp_of(line), number, found.status, "notification", found.result)
            if _key(notice) not in self._last_notice:
                notice.duration_ms, notice.tokens = found.duration_ms, found.tokens
                self.noticed(notice)
            if delivered and (call := facts.call_by_agent.get(found.task_id)) is not None:
                facts.watched.pop(call, None)  # the last one answered stands last
                facts.watched[call] = WATCHED_PROMPTS
                facts.waiting_notices.append(self._last_notice[_key(notice)])


def _key(notice: Notice) -> tuple[str, str, str | None]:
    """Return what makes two notices one."""
    return notice.task_id, notice.status, notice.result


def _text_of(block: Block) -> str:
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
    found = read_object(raw, ToolUseResult) if len(raw) else None
    if found is None:
        result.text = result.text or (read_text(raw) if len(raw) else None) or ""
        result.tokens = tokens_in_tail(result.text)
        return
    result.has_object = True
    result.launched = found.is_async is True or (found.status or "").endswith(("_launched", "_spawned"))
    result.agent_id = found.agent_id or found.teammate_id
    result.agent_type, result.model = found.agent_type, found.resolved_model
    result.duration_ms = found.total_duration_ms
    result.tokens = found.total_tokens if found.total_tokens is not None else _tokens_in(found.usage)
    result.last_output = found.usage.output_tokens if found.usage else None
    result.interrupted = found.was_interrupted is True


def _tokens_in(usage: Usage | None) -> int | None:
    """Return the sum of what a usage tells; None if it tells nothing."""
    if usage is None:
        return None
    parts = (
        usage.input_tokens, usage.output_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens
    )  # fmt: skip
    told = [part for part in parts if part is not None]
    return sum(told) if told else None
