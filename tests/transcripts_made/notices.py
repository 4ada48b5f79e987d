"""How the end of a background agent is told."""

import json
from dataclasses import dataclass

from tests.transcripts_made.calls import Call
from tests.transcripts_made.eras import Era
from tests.transcripts_made.files import Json
from tests.transcripts_made.naming import timestamp
from tests.transcripts_made.thread import Thread
from tests.transcripts_made.truth import DelegationTruth

STATUS_WORDS = {"completed": "completed", "failed": "failed", "killed": "killed", "unreported": "evaporated"}


@dataclass(frozen=True, slots=True)
class Background:
    """A background agent as its call knows it; `run` None when its transcript is gone."""

    agent_id: str
    truth: DelegationTruth
    run: Thread | None

    @property
    def total_tokens(self) -> int:
        return self.run.usage.total if self.run is not None else 12_345

    @property
    def tool_uses(self) -> int:
        return self.run.tool_calls if self.run is not None else 1


def notify(thread: Thread, call: Call, agent: Background) -> None:
    """Append everything that tells how the agent ended; time goes on to its end."""
    if call.outcome == "unreported" and call.how != "odd_word":
        return
    thread.now = max(thread.now, agent.run.now if agent.run is not None else 0)
    era, status = thread.setting.era, STATUS_WORDS[call.outcome]
    agent.truth.delivered = "delivered"
    if call.how == "task_stop":
        _stop(thread, agent.agent_id)
    elif call.how == "spawned":
        _idle(thread, call, agent)
    elif era.notifies_of_agents:
        _tell(thread, "queue", agent_notification(call, agent, status))
        agent.truth.delivered = "queued"
    elif not era.notifies:
        _poll(thread, call, agent.agent_id, status)
    else:
        _notify(thread, call, agent, status)
    if call.how == "stop_refused":
        _stop(thread, agent.agent_id, refused=True)


def _notify(thread: Thread, call: Call, agent: Background, status: str) -> None:
    """Append the notifications of an end, and those of earlier ones."""
    for earlier in call.told_before:
        _tell(thread, "queue", notification(thread, call, agent, earlier))
        thread.wait(1)
    text = notification(thread, call, agent, status)
    if call.how == "said_again":
        _tell(thread, "user", text)
        _tell(thread, "user", notification(thread, call, agent, "failed"))
    if call.notices == ("queue",):
        agent.truth.delivered = "queued"
    for notice in call.notices:
        if notice == "poll":
            _poll(thread, call, agent.agent_id, status)
        else:
            _tell(thread, notice, text)
            if notice != "queue":
                thread.note_answer(agent.truth, "notice")


def agent_notification(call: Call, agent: Background, status: str) -> str:
    """Return the text that late versions of 2.0 put into the queue."""
    return (
        f"<agent-notification>\n<agent-id>{agent.agent_id}</agent-id>\n<status>{status}</status>\n"
        f'<summary>Agent "{call.description}" {status}.</summary>\n</agent-notification>'
    )


def notification(thread: Thread, call: Call, agent: Background, status: str) -> str:
    """Return the text that Claude Code puts where the model reads it."""
    parts = ["<task-notification>", f"<task-id>{agent.agent_id}</task-id>"]
    if thread.setting.era.notifies_with_call:
        parts.append(f"<tool-use-id>{agent.truth.tool_use_id}</tool-use-id>")
    parts += [f"<status>{status}</status>", f'<summary>Agent "{call.description}" {status}</summary>']
    if call.result:
        parts.append(f"<result>{call.result}</result>")
    return "\n".join([*parts, _usage(thread.setting.era, call, agent), "</task-notification>"])


def _usage(era: Era, call: Call, agent: Background) -> str:
    total, uses, duration = agent.total_tokens, agent.tool_uses, call.seconds * 1000
    if era.number < (2, 1, 80):
        return f"<usage>total_tokens: {total}\ntool_uses: {uses}\nduration_ms: {duration}</usage>"
    name = "total_tokens" if era.number < (2, 1, 150) else "subagent_tokens"
    return f"<usage><{name}>{total}</{name}><tool_uses>{uses}</tool_uses><duration_ms>{duration}</duration_ms></usage>"


def _tell(thread: Thread, notice: str, text: str) -> None:
    if notice == "queue":
        told = {"timestamp": timestamp(thread.now), "sessionId": thread.setting.session_id, "content": text}
        thread.bare_line({"type": "queue-operation", "operation": "enqueue", **told})
    elif notice == "user":
        origin = {"origin": {"kind": "task-notification"}} if thread.setting.era.notifies_with_call else {}
        thread.user(text, **origin)
    else:
        attachment = {"type": "queued_command", "prompt": text, "commandMode": "task-notification"}
        thread.line("attachment", attachment=attachment)


def _idle(thread: Thread, call: Call, agent: Background) -> None:
    """Append what a teammate sends when it has nothing more to do, or failed."""
    reason: Json = {"idleReason": "available"}
    if call.outcome == "failed":
        reason = {"idleReason": "failed", "failureReason": "the database is gone"}
    message: Json = {"type": "idle_notification", "from": call.agent, "timestamp": timestamp(thread.now)} | reason
    told = f'<teammate-message teammate_id="{call.agent}">\n{json.dumps(message)}\n</teammate-message>'
    thread.user(f"Another Claude session sent a message:\n{told}")
    thread.note_answer(agent.truth, "notice")


def _poll(thread: Thread, call: Call, agent_id: str, status: str) -> None:
    """Append a poll that came too early and one that tells the end."""
    for retrieval, state in (("not_ready", "running"), ("success", status)):
        use = thread.book.names.call()
        given = {"task_id": agent_id, "block": retrieval == "success", "timeout": 30000}
        thread.assistant({"type": "tool_use", "id": use, "name": "TaskOutput", "input": given})
        task = {"task_id": agent_id, "task_type": "local_agent", "status": state, "description": call.description}
        task |= {"output": call.result if retrieval == "success" else "", "prompt": call.prompt}
        thread.user(
            [_block(use, f"<status>{state}</status>")], toolUseResult={"retrieval_status": retrieval, "task": task}
        )


def _stop(thread: Thread, agent_id: str, *, refused: bool = False) -> None:
    use = thread.book.names.call()
    thread.assistant({"type": "tool_use", "id": use, "name": "TaskStop", "input": {"task_id": agent_id}})
    if refused:
        text = f"Task {agent_id} is not running (status: completed)"
        block = _block(use, f"<tool_use_error>{text}</tool_use_error>") | {"is_error": True}
        thread.user([block], toolUseResult=f"Error: {text}")
        return
    text = f"Successfully stopped task: {agent_id}"
    thread.user([_block(use, text)], toolUseResult={"message": text, "task_id": agent_id, "task_type": "local_agent"})


def _block(use: str, text: str) -> Json:
    return {"tool_use_id": use, "type": "tool_result", "content": text}
