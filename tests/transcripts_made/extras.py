"""Sidechains that belong to no delegation: warm-ups, compaction, asides, teammates."""

from dataclasses import replace

from tests.transcripts_made.calls import TEAM, Step
from tests.transcripts_made.files import Json
from tests.transcripts_made.forking import BOILERPLATE, refer
from tests.transcripts_made.naming import timestamp
from tests.transcripts_made.runs import put_beside, run_path
from tests.transcripts_made.thread import Thread
from tests.transcripts_made.truth import Kind, UnlinkedTruth

SUMMARY_REQUEST = "Your task is to create a detailed summary of the conversation so far."
SUMMARY = "This session is being continued from a previous conversation that ran out of context. Summary: …"


def _begin(main: Thread, agent_id: str, path: str, kind: Kind, model: str) -> Thread:
    setting = replace(main.setting, agent_id=agent_id, path=path)
    run = Thread(main.book, setting, ("unlinked", agent_id), main.now)
    run.model = model
    main.book.truth.unlinked[agent_id] = UnlinkedTruth(agent_id, kind, setting.session_id)
    return run


def _named(main: Thread, prefix: str) -> str:
    return prefix + main.book.names.agent(main.setting.era.agent_id_length)


def warm_up(main: Thread) -> Thread:
    """Append an agent that is started at the beginning of a session to fill the cache, and return its thread."""
    agent_id = _named(main, "")
    run = _begin(main, agent_id, run_path(main.setting, f"agent-{agent_id}"), "warmup", "claude-haiku-4-5-20251001")
    run.user("Warmup")
    run.say("I'm ready to help. What should I look at?")
    return run


def compact(main: Thread) -> None:
    """Append a compaction: its helper's own call, the boundary, the summary."""
    if main.setting.era.number >= (2, 1, 30):
        agent_id = _named(main, "acompact-")
        path = run_path(main.setting, f"agent-{agent_id}")
        run = _begin(main, agent_id, path, "compaction", main.model)
        run.parent = main.parent
        run.user(SUMMARY_REQUEST)
        run.say("<summary>Work so far.</summary>")
    if main.setting.era.number >= (2, 0, 28):
        before, main.parent = main.parent, None
        metadata = {"trigger": "auto", "preTokens": 160_000}
        fields = {"subtype": "compact_boundary", "content": "Conversation compacted", "compactMetadata": metadata}
        main.line("system", logicalParentUuid=before, **fields)
    main.user(SUMMARY, isCompactSummary=True, isVisibleInTranscriptOnly=True)
    main.context = 15_000


def aside(main: Thread) -> None:
    """Append a question asked beside the work."""
    agent_id = _named(main, "aside_question-")
    run = _begin(main, agent_id, run_path(main.setting, f"agent-{agent_id}"), "aside", main.model)
    run.user("What does this flag do?")
    run.say("It turns colours off.")


def teammate(main: Thread, name: str = "scout") -> None:
    """Append a teammate's own thread, begun by a message of the lead's and not by a call."""
    agent_id = _named(main, "")
    path = run_path(main.setting, f"agent-{agent_id}")
    run = _begin(main, agent_id, path, "teammate", main.model)
    run.setting = replace(run.setting, team=TEAM)
    run.user(f'<teammate-message teammate_id="team-lead">\n{name}: please look at the queue.\n</teammate-message>')
    run.say("Looking at the queue now.")
    put_beside(main.book, path, {"agentType": name, "name": name})


def subtask(main: Thread) -> None:
    """Append a fork that the user started with `/subtask`: its call stands nowhere."""
    agent_id = _named(main, "")
    path = run_path(main.setting, f"agent-{agent_id}")
    run = _begin(main, agent_id, path, "fork", main.model)
    refer(run)
    run.user([{"type": "text", "text": BOILERPLATE + "Tidy the notes."}])
    run.say("The notes are tidy.")
    put_beside(main.book, path, {"agentType": "fork", "isFork": True, "spawnDepth": 1, "name": "tidy-the-notes"})


def skill(main: Thread, name: str) -> None:
    """Append a skill with `context: fork`: its run, and the result that names the run's agent."""
    agent_id = _named(main, "")
    path = run_path(main.setting, f"agent-{agent_id}")
    run = _begin(main, agent_id, path, "skill", main.model)
    run.user(f"Base directory for this skill: /home/dev/.claude/skills/{name}\n\nTidy up.", isMeta=True)
    run.say("Tidy.")
    put_beside(main.book, path, {"agentType": "general-purpose", "spawnDepth": 1})
    beside: Json = {"success": True, "commandName": name, "status": "forked", "agentId": agent_id, "result": "Tidy."}
    main.tool(Step("Skill", {"skill": name}, f'Skill "{name}" completed (forked execution).', beside=beside))


def orphan(main: Thread, prompt: str = "Look for unused settings.") -> None:
    """Append an agent's file whose call stands in no transcript."""
    agent_id = _named(main, "")
    run = _begin(main, agent_id, run_path(main.setting, f"agent-{agent_id}"), "unlinked", "claude-sonnet-4-6")
    run.user(prompt)
    run.say("There are two unused settings.")


def metadata_lines(main: Thread, title: str) -> None:
    """Append lines that are no part of the conversation, as the version writes them."""
    if main.setting.era.summary_lines:
        main.bare_line({"type": "summary", "summary": title, "leafUuid": main.parent})
    else:
        main.bare_line({"type": "ai-title", "aiTitle": title, "sessionId": main.setting.session_id})
    if main.setting.era.number >= (2, 0, 28):
        main.bare_line(_snapshot(main))
    if main.setting.era.number >= (2, 1, 220):
        main.bare_line({"type": "file-history-delta", "messageId": main.parent, "changed": ["/w/a.py"]})


def rename(main: Thread, title: str) -> None:
    """Append the title that the user gives the session with `/rename`."""
    main.bare_line({"type": "custom-title", "customTitle": title, "sessionId": main.setting.session_id})


def list_agents(main: Thread, *names: str) -> None:
    """Append the list of all agent types that can be called."""
    listed: Json = {"addedTypes": list(names), "addedLines": [f"- {name}: …" for name in names], "removedTypes": []}
    main.line("attachment", attachment={"type": "agent_listing_delta", **listed, "isInitial": True})


def _snapshot(main: Thread) -> Json:
    saved: Json = {"messageId": main.parent, "trackedFileBackups": {}, "timestamp": timestamp(main.now)}
    return {"type": "file-history-snapshot", "messageId": main.parent, "snapshot": saved, "isSnapshotUpdate": False}
