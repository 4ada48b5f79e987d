"""One chain of lines: the main thread of a session, or a subagent's own."""

import random
from dataclasses import dataclass, field, replace

from tests.transcripts_made.calls import REFUSED, How, Step
from tests.transcripts_made.eras import Era
from tests.transcripts_made.files import Files, Json
from tests.transcripts_made.naming import Names, timestamp
from tests.transcripts_made.streaming import written_outputs
from tests.transcripts_made.truth import DelegationTruth, FollowedBy, Message, Owner, Truth, Usage

UNREFUSED: frozenset[How] = frozenset(
    {"sibling_failed", "flag", "rule", "denied", "hook", "auto_mode"},
)
"""Ends of a call that the user did not stop."""
WATCHED_PROMPTS = 3
"""What the user does before so many prompts after the last result follows it."""
WATCHED_TOOLS = 3
"""A tool that is refused follows the last result if it is one of so many calls after it."""


@dataclass(frozen=True, slots=True)
class Book:
    """What all threads of a corpus write into."""

    rng: random.Random
    names: Names
    files: Files
    truth: Truth
    runs: dict[str, "Thread"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a thread's lines stand and what each of them bears; `agent_id` None in the main thread."""

    path: str
    session_id: str
    cwd: str
    era: Era
    branch: str = "main"
    agent_id: str | None = None
    team: str | None = None

    @property
    def sidechain(self) -> bool:
        return self.agent_id is not None


class Thread:
    """Writes lines one after another; `now` is the time of the next one in milliseconds since 1970."""

    def __init__(self, book: Book, setting: Setting, owner: Owner, now: int, context: int = 12_000) -> None:
        self.book = book
        self.setting = setting
        self.owner = owner
        self.now = now
        self.parent: str | None = None
        self.context = context
        self.model = "claude-opus-4-8"
        self.usage = Usage()
        self.message_count = 0
        self.tool_calls = 0
        self.written: list[Json] = []
        self.times: list[int] = []
        self.last_prompt: str | None = None
        self.answered: DelegationTruth | None = None
        self.prompts = self.tools = 0  # since the last answer
        self.waiting = False

    def prompt(self, text: str) -> None:
        """Append what the user types."""
        self.user(text)
        self.last_prompt = text
        self.prompts += 1
        self.waiting = False

    def note_answer(self, delegation: DelegationTruth, how: How) -> None:
        """Remember which delegation was answered last, unless the user stopped it."""
        stopped = delegation.outcome in {"rejected", "interrupted"} and how not in UNREFUSED
        self.answered = None if stopped or self.setting.sidechain else delegation
        self.prompts = self.tools = 0

    def note_refusal(self, how: FollowedBy) -> None:
        """Declare what the user did after the last answer, if it is still watched and no agent is waited for."""
        near = self.prompts < WATCHED_PROMPTS and (how == "plan_sent_back" or self.tools <= WATCHED_TOOLS)
        if self.answered is not None and near and not self.waiting:
            self.answered.followed_by = how
        if near or self.waiting:
            self.answered = None

    def take_over(self, source: "Thread") -> None:
        """Go on from where a copied thread stands."""
        self.last_prompt, self.prompts, self.answered = source.last_prompt, source.prompts, source.answered
        self.tools, self.waiting = source.tools, source.waiting
        self.context, self.message_count = source.context, source.message_count

    def wait(self, seconds: float) -> None:
        self.now += round(seconds * 1000)

    def line(self, kind: str, **fields: object) -> Json:
        """Append a line of the chain and return it."""
        self.now += self.book.rng.randrange(20, 900)
        line: Json = {"parentUuid": self.parent, **self._common(), "type": kind, **fields}
        line |= {"uuid": self.book.names.uuid(), "timestamp": timestamp(self.now)}
        self.book.files.append(self.setting.path, line)
        self.written.append(line)
        self.parent = str(line["uuid"])
        if kind in {"user", "assistant", "system"}:
            self._note(kind, line)
        return line

    def bare_line(self, line: Json) -> None:
        """Append a line outside the chain, just as it is."""
        self.book.files.append(self.setting.path, line)

    def user(self, content: object, **fields: object) -> Json:
        return self.line("user", message={"role": "user", "content": content}, **fields)

    def assistant(self, *blocks: Json, output: int | None = None, model: str | None = None, grow: int = 0) -> str:
        """Append one API message, a line for each block where the version does so, and return its id."""
        era, rng = self.setting.era, self.book.rng
        self.tools += sum(block["type"] == "tool_use" for block in blocks)
        usage = self._next_usage(output if output is not None else rng.randrange(80, 900), grow)
        groups = [[block] for block in blocks] if era.several_lines_a_message else [list(blocks)]
        message_id, used = self.book.names.message(), model or self.model
        request: Json = {"requestId": self.book.names.request()} if era.names_request else {}
        outputs = written_outputs(era, rng, sidechain=self.setting.sidechain, final=usage.output, lines=len(groups))
        end = "tool_use" if blocks[-1]["type"] == "tool_use" else "end_turn"
        for group, (written, stop) in zip(groups, outputs, strict=True):
            message: Json = {"id": message_id, "type": "message", "role": "assistant", "model": used, "content": group}
            message["stop_reason"] = end if stop else None
            self.line("assistant", message=message | {"usage": usage_json(era, usage, written)}, **request)
        written, stop = outputs[-1]
        self._spend(message_id, used, replace(usage, output=written), stopped=stop)
        return message_id

    def synthetic(self, text: str, **fields: object) -> None:
        """Append what Claude Code says in the model's place: nothing is spent."""
        message: Json = {"id": self.book.names.uuid(), "type": "message", "role": "assistant", "model": "<synthetic>"}
        message |= {"content": [{"type": "text", "text": text}], "stop_reason": "stop_sequence"}
        self.line("assistant", message=message | {"usage": usage_json(self.setting.era, Usage(), 0)}, **fields)

    def say(self, text: str, output: int | None = None) -> str:
        return self.assistant({"type": "text", "text": text}, output=output)

    def tool(self, step: Step, thought: str | None = None, grow: int = 0) -> None:
        """Append a tool call and its result."""
        call = self.book.names.call()
        blocks: list[Json] = [{"type": "text", "text": thought}] if thought else []
        blocks.append({"type": "tool_use", "id": call, "name": step.tool, "input": step.input})
        self.assistant(*blocks, grow=grow)
        self.tool_calls += 1
        self.wait(self.book.rng.randrange(1, 5))
        self._result(call, step)

    def _result(self, call: str, step: Step) -> None:
        block: Json = {"tool_use_id": call, "type": "tool_result", "content": step.result}
        if step.error:
            beside = "User rejected tool use" if step.result == REFUSED else f"Error: {step.result}"
            self.user([block | {"is_error": True}], toolUseResult=beside)
        elif self.setting.sidechain and not self.setting.era.structured_results_in_runs:
            self.user([block])
        else:
            self.user([block], toolUseResult=step.beside or {"content": step.result})

    def _common(self) -> Json:
        setting = self.setting
        common: Json = {"isSidechain": setting.sidechain, "userType": "external", "cwd": setting.cwd}
        common |= {"sessionId": setting.session_id, "version": setting.era.version}
        if setting.era.names_branch:
            common["gitBranch"] = setting.branch
        if setting.agent_id is not None and setting.era.layout != "inline":
            common["agentId"] = setting.agent_id
        return common | ({"teamName": setting.team} if setting.team else {})

    def _note(self, kind: str, line: Json) -> None:
        setting, stamp = self.setting, str(line["timestamp"])
        self.times.append(self.now)
        session = self.book.truth.see(setting.session_id, setting.cwd, setting.era.version, stamp)
        if setting.sidechain or kind == "system":
            return
        session.messages.add(identity_of(line))

    def _next_usage(self, output: int, grow: int) -> Usage:
        """Return what the next call costs: all the context from the cache, what is new written to it."""
        new = grow or self.book.rng.randrange(300, 2_400)
        if self.message_count == 0:
            read_, new = self.context * 2 // 3, self.context - self.context * 2 // 3
        else:
            read_ = self.context
        self.context = read_ + new
        hours = self.setting.era.splits_cache_writes and not self.setting.sidechain
        return Usage(self.book.rng.randrange(1, 12), output, 0 if hours else new, new if hours else 0, read_)

    def _spend(self, message_id: str, model: str, usage: Usage, *, stopped: bool) -> None:
        self.usage = usage
        self.message_count += 1
        self.book.truth.messages[message_id] = Message(self.owner, model, usage, stopped)


def identity_of(line: Json) -> str:
    """Return what makes a line of the main thread one message with others: the message's id, else its own uuid."""
    message = line["message"]
    named = isinstance(message, dict) and line["type"] == "assistant" and "id" in message
    return str(message["id"]) if named and isinstance(message, dict) else str(line["uuid"])


def usage_json(era: Era, usage: Usage, output: int) -> Json:
    """Return usage as the version writes it, with the output that this line gives."""
    written: Json = {
        "input_tokens": usage.input,
        "cache_creation_input_tokens": usage.cache_5m + usage.cache_1h,
        "cache_read_input_tokens": usage.cache_read,
        "output_tokens": output,
    }
    if era.splits_cache_writes:
        written["cache_creation"] = {
            "ephemeral_5m_input_tokens": usage.cache_5m,
            "ephemeral_1h_input_tokens": usage.cache_1h,
        }
    return written if era.number < (1, 0, 0) else written | {"service_tier": "standard"}
