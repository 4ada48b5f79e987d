"""Background agents after their first word: taken up again by a message, or lost with the program."""

from tests.transcripts_made.calls import Step
from tests.transcripts_made.files import Json
from tests.transcripts_made.oddities import continue_run
from tests.transcripts_made.thread import Thread

SECONDS = 30
LOST = 'No completion record was found for background agent "work" from the previous session.'


def resume_by_message(main: Thread, tool_use_id: str, *steps: Step) -> None:
    """Append a message to an agent that had ended, what the agent then does, and the word on its second end."""
    run, use = main.book.runs[tool_use_id], main.book.names.call()
    agent_id = run.setting.agent_id or ""
    main.assistant({"type": "tool_use", "id": use, "name": "SendMessage", "input": {"to": agent_id, "message": "On."}})
    block: Json = {"type": "tool_result", "tool_use_id": use, "content": f"Resuming agent {agent_id}"}
    main.user([block], toolUseResult={"success": True, "message": "Resuming", "resumedAgentId": agent_id})
    continue_run(main, tool_use_id, steps)
    tail = "<result>Went on and finished.</result>\n<usage><subagent_tokens>9</subagent_tokens>"
    tail += f"<duration_ms>{SECONDS * 1000}</duration_ms></usage>"
    _tell(main, f"<task-id>{agent_id}</task-id>\n<tool-use-id>{use}</tool-use-id>", "completed", "finished", tail)
    made = main.book.truth.delegations[tool_use_id]
    if made.duration_seconds is not None:
        made.duration_seconds += SECONDS


def lose_record(main: Thread, tool_use_id: str) -> None:
    """Append what the program says at its next start of an agent whose end it did not see: no word on its end."""
    run = main.book.runs[tool_use_id]
    _tell(main, f"<task-id>{run.setting.agent_id}</task-id>", "stopped", LOST, "")


def _tell(main: Thread, head: str, status: str, summary: str, tail: str) -> None:
    body = f"{head}\n<status>{status}</status>\n<summary>{summary}</summary>\n{tail}"
    main.user(f"<task-notification>\n{body}\n</task-notification>", origin={"kind": "task-notification"})
