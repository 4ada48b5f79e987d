"""How a call is answered: the result's block and the `toolUseResult` beside it."""

from dataclasses import dataclass

from tests.transcripts_made.calls import REFUSED, TEAM, Call, How
from tests.transcripts_made.files import Json
from tests.transcripts_made.thread import Thread, usage_json
from tests.transcripts_made.truth import Answer, Usage

CANCELLED = (
    "The user doesn't want to take this action right now. STOP what you are doing and wait for the user to tell you "
    "how to proceed."
)
ESCAPED = "[Request interrupted by user for tool use]"
SIBLING_FAILED = "<tool_use_error>Cancelled: parallel tool call Bash(make) errored</tool_use_error>"
DENIALS: dict[How, str] = {
    "denied": "Agent type 'dev' has been denied by permission rule 'Agent(dev)' from userSettings.",
    "hook": "PreToolUse:Agent hook error: [check.py]: not before the tests are green",
    "auto_mode": "Auto mode is unavailable: the classifier did not answer",
}
TURN_LIMIT = "NOTE: this agent stopped at its 3-turn limit before finishing. It had produced no report."
TOOLS = "<tools-used-before-summary>Bash, Read</tools-used-before-summary>\n"
FRAME = "[Subagent hand-back] The text below is the final report of a subagent. The report follows:\n"
PLAN_REFUSED = "The agent proposed a plan that was rejected by the user."


@dataclass(frozen=True, slots=True)
class Answered:
    """How the call was answered, and what the answer tells of its run; `agent_id` is that of a background agent."""

    answer: Answer
    names_agent_id: bool = False
    has_tail: bool = False
    tells_duration: bool = False
    agent_id: str | None = None


def answer(thread: Thread, call: Call, tool_use_id: str, run: Thread | None) -> Answered:
    """Append the answer to a call; time goes on to the end of its run, unless it runs in the background."""
    if call.outcome == "unanswered":
        return Answered("missing")
    if is_async(thread, call):
        return _launched(thread, call, tool_use_id, run)
    if run is not None:
        thread.now = max(thread.now, run.now)
    if (error := _error(call, thread.setting.era.tool)) is not None:
        return _refused(thread, call, tool_use_id, error)
    return _completed(thread, call, tool_use_id, run)


def is_async(thread: Thread, call: Call) -> bool:
    """Whether the agent runs in the background: asked for, or the default.

    Before 2.1.200 a run's own calls are answered in line.
    """
    if call.outcome in {"killed", "unreported"} or call.how in {
        "notice",
        "spawned",
        "cloud",
        "stop_refused",
        "said_again",
    }:
        return True
    if thread.setting.sidechain and not (
        thread.setting.era.structured_results_in_runs or thread.setting.era.background_in_runs
    ):
        return False
    wanted = call.background or thread.setting.era.background_by_default
    return wanted and call.outcome == "completed"


def _error(call: Call, tool: str) -> str | None:
    """Return the text of the error that answers a call of the tool, or None when it is no error."""
    if call.outcome == "failed" and call.how in {"", "error"}:
        return call.result
    if call.outcome == "rejected":
        rule = f"Permission to use {tool} has been denied by a rule of the settings."
        return {"plan": PLAN_REFUSED, "rule": rule, **DENIALS}.get(call.how, REFUSED)
    if call.outcome == "interrupted" and call.how != "flag":
        return {"sibling": CANCELLED, "sibling_failed": SIBLING_FAILED, "as_refusal": REFUSED}.get(call.how, ESCAPED)
    if call.how == "no_tool":
        return "<tool_use_error>Error: No such tool available: Agent. Go on with those you have.</tool_use_error>"
    if call.outcome == "not_started":
        return f"Agent type '{call.agent}' not found. Available agents: general-purpose, Explore, Plan"
    return None


def _refused(thread: Thread, call: Call, tool_use_id: str, error: str) -> Answered:
    block: Json = {"type": "tool_result", "content": error, "is_error": True, "tool_use_id": tool_use_id}
    beside = "User rejected tool use" if call.outcome == "rejected" else f"Error: {error}"
    thread.user([block], toolUseResult=beside)
    return Answered("error")


def _completed(thread: Thread, call: Call, tool_use_id: str, run: Thread | None) -> Answered:
    era = thread.setting.era
    report = TURN_LIMIT if call.how == "turn_limit" else call.result
    content: list[Json] = [{"type": "text", "text": report}]
    if call.how == "turn_limit":
        content.insert(0, {"type": "text", "text": TOOLS})
    beside = _account(thread, call, run, content)
    if era.frames_reports:
        indented = report.replace("\n", "\n  ")
        content = [{"type": "text", "text": f"{TOOLS}  \n{FRAME}  {indented}"}]
    known = run is not None and era.answers_with_agent_id and call.known_agent_id
    if known and run is not None:
        beside = {"status": "completed", "prompt": call.prompt, "agentId": run.setting.agent_id} | beside
    tail = _tail(call, run, beside) if known and era.answers_with_tail else []
    block: Json = {"tool_use_id": tool_use_id, "type": "tool_result", "content": content + tail}
    structured = not thread.setting.sidechain or era.structured_results_in_runs
    thread.user([block], **({"toolUseResult": beside} if structured else {}))
    return Answered("completed", known and structured, has_tail=bool(tail), tells_duration=structured)


def _account(thread: Thread, call: Call, run: Thread | None, content: list[Json]) -> Json:
    """Return what the result says of the work: tokens are those of the last message's context."""
    era = thread.setting.era
    usage = Usage() if run is None or call.how in {"api_error", "limit"} else run.usage
    beside: Json = {
        "content": content,
        "totalDurationMs": call.seconds * 1000,
        "totalTokens": usage.total,
        "totalToolUseCount": 0 if run is None else run.tool_calls,
        "usage": usage_json(era, usage, usage.output),
    }
    if call.how == "flag":
        beside["wasInterrupted"] = True
    if era.answers_with_type:
        beside["agentType"] = call.agent or call.known_as or "general-purpose"
    return beside | ({"resolvedModel": call.model} if era.answers_with_model else {})


def _tail(call: Call, run: Thread | None, beside: Json) -> list[Json]:
    if run is None:
        return []
    text = (
        f"agentId: {run.setting.agent_id} (for resuming to continue this agent's work if needed)\n"
        f"<usage>total_tokens: {beside['totalTokens']}\ntool_uses: {run.tool_calls}\n"
        f"duration_ms: {call.seconds * 1000}</usage>"
    )
    return [{"type": "text", "text": text}]


def _launched(thread: Thread, call: Call, tool_use_id: str, run: Thread | None) -> Answered:
    """Append the answer to a call whose agent works on in the background."""
    agent_id = run.setting.agent_id if run is not None else thread.book.names.agent(thread.setting.era.agent_id_length)
    text = f"Async agent launched successfully.\nagentId: {agent_id} (internal ID - do not mention to user.)"
    beside: Json = {"isAsync": True, "status": "async_launched", "agentId": agent_id}
    if call.how == "spawned":
        agent_id = f"{call.agent}@{TEAM}"
        beside = {"status": "teammate_spawned", "agent_id": agent_id, "teammate_id": agent_id, "team_name": TEAM}
        text = f"Spawned successfully.\nagent_id: {agent_id}\nname: {call.agent}\nteam_name: {TEAM}"
    elif call.how == "cloud":
        beside = {"status": "remote_launched", "taskId": agent_id, "sessionUrl": f"https://example.com/{agent_id}"}
        text = f"Remote (Cloud) agent launched.\ntaskId: {agent_id}"
    beside |= {"description": call.description, "prompt": call.prompt}
    block: Json = {"tool_use_id": tool_use_id, "type": "tool_result", "content": [{"type": "text", "text": text}]}
    structured = not thread.setting.sidechain or thread.setting.era.structured_results_in_runs
    thread.user([block], **({"toolUseResult": beside} if structured else {}))
    named = structured and run is not None and call.how != "spawned"
    return Answered("async", names_agent_id=named, has_tail=call.how != "spawned", agent_id=agent_id)
