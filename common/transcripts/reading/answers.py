"""Answers to delegations: results, notifications and polls, and the reactions of user and assistant."""

from common.transcripts.reading.context.agent_lists import ListedTypes, types_in_error
from common.transcripts.reading.facts import FileFacts, Result
from common.transcripts.reading.lenient import lenient_json
from common.transcripts.reading.notices import RESUME, STOP, Notices, result_text
from common.transcripts.reading.shapes import Block, Line, ToolUseResult, read_object, read_text
from common.transcripts.reading.texts.framing import text_of, unframed
from common.transcripts.reading.texts.phrases import (
    agent_in_text,
    is_refusal,
    names_in_launch,
    tokens_in_tail,
    tool_uses_in_tail,
)
from common.transcripts.reading.texts.refusals import has_words
from common.transcripts.reading.texts.sentences import meaning_of
from common.transcripts.reading.timestamps import timestamp_of
from common.transcripts.reading.usage import Usage

INTERRUPTED_TOOL = "[Request interrupted by user for tool use]"


class Answers:
    """The reader of answers, in order. Its whole state is in `facts`.

    A result waits for the assistant's first text after it, and for what the user does next in the main thread.
    """

    def __init__(self, facts: FileFacts, notices: Notices) -> None:
        """Continue from `facts`."""
        self._facts, self._notices = facts, notices

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

    def prompted(self, text: str, stamp: str, index: int | None = None) -> None:
        """Take a prompt that the user wrote in this thread; None if it was queued."""
        # 2.1.231 to 2.1.281, the first lines of a session at a terminal: the call before the prompt that asked for it
        #   {"type":"assistant","timestamp":"...:40.253Z",...}   {"type":"user","timestamp":"...:40.072Z",...}
        facts, prompts = self._facts, self._facts.prompts
        since = facts.calls[prompts.calls :] if stamp > prompts.at else []
        prompts.written(text, stamp, len(facts.calls))
        for call in since:
            if call.thread == index and call.timestamp > stamp:
                call.context = prompts.kept()
        facts.sequel.prompted(is_queued=index is None)

    def interrupted(self, text: str, number: int) -> None:
        """Take the text that tells of Esc; the tool that it stopped may have no result."""
        if not text.lstrip().startswith(INTERRUPTED_TOOL):
            return
        facts = self._facts
        last, open_tools = facts.sequel.last, facts.open_tools
        stopped = [tool for tool in last.tools if tool in open_tools] if last else []
        for tool in stopped[:1]:
            self._refused(tool, open_tools[tool], number, with_words=False)
        facts.sequel.under_way.clear()

    def _refused(self, tool: str, kind: str | None, number: int, *, with_words: bool) -> None:
        """Note what the user did after the last answer, if that is the refusal of a tool."""
        found = self._facts.sequel.refused(tool, kind, with_words=with_words)
        if found is not None:
            last, how = found
            answers = self._facts.notices if last.is_notice else self._facts.results
            answers[last.index].followed = answers[last.index].followed or (how, number)

    def result(self, line: Line, number: int, block: Block, index: int) -> bool:
        """Take the result of a tool, and say whether it is a report; of ordinary tools only a refusal matters.

        A report answers a call of this file, and is neither a launch nor an error.
        """
        kind = self._facts.open_tools.pop(block.tool_use_id or "", None)
        if kind == "" and block.is_error is not True:
            return False
        in_main = self._facts.threads[index].kind == "main"
        refusal = result_text(block) if block.is_error is True and in_main else ""
        is_refused = is_refusal(refusal)
        if is_refused:
            self._refused(block.tool_use_id or "", kind, number, with_words=has_words(refusal))
        if kind == "poll":
            self._notices.polled(line, number, block)
        elif kind is not None and kind.startswith((STOP, RESUME)):
            self._notices.stopped_or_resumed(line, number, block, kind)
        elif kind == "skill":
            self._ran_skill(line)
        elif kind not in {"", "plan"}:
            self._delegated(line, number, block, index)
            if kind == "call" and in_main:
                self._facts.sequel.under_way.pop(block.tool_use_id or "", None)
                stopped = is_refused or meaning_of(refusal, ("cancelled",)) is not None
                if stopped:
                    self._facts.sequel.last = None
                elif not self._facts.results[-1].launched:
                    self._facts.sequel.answered(len(self._facts.results) - 1, is_notice=False)
            result = self._facts.results[-1]
            return kind == "call" and not (result.launched or result.is_error)
        return False

    def _delegated(self, line: Line, number: int, block: Block, index: int) -> None:
        """Keep the result of a delegation, or of a call that is not before it in this file."""
        facts = self._facts
        result = Result(
            id=block.tool_use_id or "",
            timestamp=timestamp_of(line),
            line=number,
            thread=index,
            is_error=block.is_error is True,
            text=result_text(block),
        )
        _add_object(result, line)
        facts.results.append(result)
        if result.is_error:
            self._listed(result)
        if not result.launched:
            facts.waiting_results.setdefault(index, []).append(len(facts.results) - 1)
        for name in result.names if result.launched else ():
            facts.call_by_agent[name] = result.id

    def _listed(self, result: Result) -> None:
        """Keep the agent types that the error of a call lists; a sidechain of a main file does not tell its agent."""
        types, thread = types_in_error(result.text), self._facts.threads[result.thread]
        if types and (thread.kind == "main" or thread.agent_id is not None):
            place = result.timestamp, result.line, thread.session_id, thread.agent_id
            self._facts.agent_lists.append(ListedTypes(*place, is_whole=True, added=types, removed=[]))

    def _ran_skill(self, line: Line) -> None:
        """Note the skill that ran as an agent of its own, if the result says that it did."""
        #   "toolUseResult":{"success":true,"commandName":"tidy","status":"forked","agentId":"a1","result":"..."}
        result = read_object(line.tool_use_result, ToolUseResult) if len(line.tool_use_result) else None
        if result is not None and result.status == "forked" and result.agent_id and result.command_name:
            self._facts.skill_by_agent[result.agent_id] = result.command_name


def _add_object(result: Result, line: Line) -> None:
    """Add the facts in the line's `toolUseResult` to a result; a string there is its text if the block has none."""
    # 0.2 – 1.0.x    {"content":[...],"totalDurationMs":9000,"totalTokens":1200,"usage":{...}}     no status, no agent
    # from 2.0.2x    {"status":"completed","agentId":"a1","totalTokens":1200,"usage":{...},...}
    # background     {"isAsync":true,"status":"async_launched","agentId":"a1"}
    # teammate       {"status":"teammate_spawned","teammate_id":"bob@s1","agent_id":"bob@s1","agent_type":"dev"}
    # error          "Error: ..."     no object; missing from success too in agents' files, from 2.1.32 on
    raw, written = line.tool_use_result, result.text
    structured = read_object(raw, ToolUseResult) if len(raw) else None
    result.agent_in_text = agent_in_text(written)
    if structured is None:
        result.text = written = written or (read_text(raw) if len(raw) else None) or ""
        result.launched = not result.is_error and meaning_of(written, ("launched",)) is not None
    else:
        _add_facts(result, structured)
        report = text_of(lenient_json(bytes(structured.content))) if len(structured.content) else ""
        result.text = report if report.strip() and not result.is_error else written
    if result.launched:
        result.names = list(dict.fromkeys([*result.names, *names_in_launch(written)]))
    if result.tokens is None:
        result.tokens = tokens_in_tail(written)
    if result.tool_uses is None:
        result.tool_uses = tool_uses_in_tail(written)
    if not result.is_error:
        result.text = unframed(result.text)


def _add_facts(result: Result, structured: ToolUseResult) -> None:
    """Add the fields of a `toolUseResult` to a result."""
    result.has_object = True
    told = structured.is_async is True or (structured.status or "").endswith(("_launched", "_spawned"))
    result.launched = told and not result.is_error
    result.agent_id = structured.agent_id or structured.agent_id_of_teammate
    names = (result.agent_id, structured.agent_id_of_teammate, structured.teammate_id, structured.task_id)
    result.names = [name for name in (*names, structured.name) if name]
    result.agent_type = structured.agent_type or structured.agent_type_of_teammate
    result.model = structured.resolved_model
    result.duration_ms = structured.total_duration_ms
    result.tokens = structured.total_tokens if structured.total_tokens is not None else _tokens_in(structured.usage)
    result.tool_uses = structured.total_tool_use_count
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
