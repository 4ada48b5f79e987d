"""How a fork's own transcript begins: with a copy of its caller's line that made the call."""

from tests.transcripts_made.files import Json
from tests.transcripts_made.thread import Thread
from tests.transcripts_made.truth import DelegationTruth

STARTED = "Fork started — that fork is you."
BOILERPLATE = "<fork-boilerplate>…</fork-boilerplate>\n"


def begin_fork(parent: Thread, run: Thread, made: DelegationTruth) -> None:
    """Append a reference to the main thread, or the prompt of the calling agent; then the call and its answer there.

    Copies keep the message's id and its time; they have uuids of their own.
    """
    if parent.setting.sidechain:
        _copy(run, parent.written[0])
    else:
        refer(run)
    for line in parent.written:
        message = line.get("message")
        content = message["content"] if isinstance(message, dict) else None
        own = [block for block in content if block.get("id") == made.tool_use_id] if isinstance(content, list) else []
        if own and isinstance(message, dict):
            _copy(run, line | {"message": message | {"content": own}})
    block: Json = {"type": "tool_result", "tool_use_id": made.tool_use_id}
    block["content"] = [{"type": "text", "text": STARTED}]
    run.user([block, {"type": "text", "text": BOILERPLATE + made.prompt}])


def refer(run: Thread) -> None:
    """Append the reference to the conversation that a fork goes on with."""
    setting = run.setting
    reference: Json = {"type": "fork-context-ref", "agentId": setting.agent_id, "parentSessionId": setting.session_id}
    run.bare_line(reference | {"parentLastUuid": run.book.names.uuid(), "contextLength": 11})


def _copy(run: Thread, line: Json) -> None:
    common: Json = {"isSidechain": True, "agentId": run.setting.agent_id, "uuid": run.book.names.uuid()}
    run.bare_line(line | common | {"parentUuid": run.parent})
    run.parent = str(common["uuid"])
