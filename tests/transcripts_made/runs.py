"""The subagent's own transcript, in the place where its version keeps it."""

from collections.abc import Callable
from dataclasses import replace

from tests.transcripts_made.calls import TEAM, Call
from tests.transcripts_made.files import Json, encoded
from tests.transcripts_made.forking import begin_fork
from tests.transcripts_made.naming import timestamp
from tests.transcripts_made.thread import Book, Setting, Thread
from tests.transcripts_made.truth import DelegationTruth, Kind, Owner, UnlinkedTruth

Delegate = Callable[..., list[str]]

NEVER_RAN = {
    ("rejected", ""),
    ("rejected", "user"),
    ("rejected", "rule"),
    ("not_started", ""),
    ("rejected", "denied"),
    ("rejected", "hook"),
    ("rejected", "auto_mode"),
    ("not_started", "no_tool"),
    ("interrupted", "sibling"),
    ("interrupted", "sibling_failed"),
}
"""Ends of a call whose agent never wrote a line."""


def play_run(parent: Thread, call: Call, made: DelegationTruth, position: int, delegate: Delegate) -> Thread | None:
    """Append what the agent did, if it ever ran, and return its thread.

    `position` is that of the call among those of its message: runs begin one after another.
    """
    if call.place == "none" or (call.outcome, call.how) in NEVER_RAN:
        return None
    run = begin_run(parent, call, ("run", made.tool_use_id))
    run.wait(position)
    began = run.now
    if call.how == "spawned":
        run.setting = replace(run.setting, team=TEAM)
        run.user(f'<teammate-message teammate_id="team-lead">\n{call.prompt}\n</teammate-message>')
    elif is_fork(parent, call):
        begin_fork(parent, run, made)
    elif call.prompt_line:
        run.user(call.prompt)
    growth = max(400, call.context // 12)
    for step in call.steps:
        run.tool(step, grow=growth)
        run.wait(max(0.0, call.seconds - 5) / (len(call.steps) + 1))
    for inner in call.inside:
        delegate(run, inner)
    _end(run, call)
    run.now = max(run.now, began + call.seconds * 1000)
    if run.written:
        _put_in_place(parent, run, call, made)
    return run if run.written else None


def _put_in_place(parent: Thread, run: Thread, call: Call, made: DelegationTruth) -> None:
    """Repeat the run's lines where the version does, and write its `meta.json`."""
    if call.place == "progress":
        _keep_in_progress_only(parent, run, made)
    elif parent.setting.era.reports_progress and not parent.setting.sidechain:
        report_progress(parent, run, made)
    if call.place != "progress":
        write_meta(run, call, made, fork=is_fork(parent, call))


def is_fork(thread: Thread, call: Call) -> bool:
    """Say whether the version makes the call a fork of the thread."""
    return call.agent == "fork" and thread.setting.era.forks


def begin_run(parent: Thread, call: Call, owner: Owner) -> Thread:
    """Return a new thread in the place where the version keeps a run's lines."""
    book, setting = parent.book, parent.setting
    agent_id = book.names.agent(setting.era.agent_id_length)
    inner = replace(setting, agent_id=agent_id, path=run_path(setting, f"agent-{agent_id}"))
    run = Thread(book, inner, owner, parent.now, call.context)
    run.model = call.model
    return run


def run_path(setting: Setting, stem: str) -> str:
    """Return the file of a sidechain named `stem`."""
    if setting.era.layout == "inline":
        return setting.path
    if setting.era.layout == "flat":
        return f"{setting.path.rsplit('/', 1)[0]}/{stem}.jsonl"
    return f"{setting.path.split('/', 1)[0]}/{setting.session_id}/subagents/{stem}.jsonl"


def _end(run: Thread, call: Call) -> None:
    """Append the agent's last words, unless it was cut off before them."""
    if call.outcome in {"interrupted", "unanswered", "killed"} or call.how == "turn_limit":
        return
    if call.how in {"api_error", "limit"}:
        run.synthetic(call.result, isApiErrorMessage=True)
    elif call.how == "cut":
        run.say(call.result)
        run.synthetic("API Error: Connection closed mid-response.", isApiErrorMessage=True, error="unknown")
    elif call.result:
        run.say(call.result, output=max(60, len(call.result) // 3))


def report_progress(parent: Thread, run: Thread, made: DelegationTruth) -> None:
    """Repeat the run's lines in the main file, as `agent_progress` lines outside the chain of parents."""
    for line in run.written:
        _progress_line(parent, run.setting.agent_id or "", made, line)


def _progress_line(parent: Thread, agent_id: str, made: DelegationTruth, line: Json) -> None:
    inner = {key: line[key] for key in ("type", "message", "uuid", "timestamp") if key in line}
    setting = parent.setting
    data = {"message": inner, "normalizedMessages": [], "type": "agent_progress", "prompt": made.prompt}
    data["agentId"] = agent_id
    parent.bare_line(
        {"parentUuid": parent.parent, "isSidechain": False, "userType": "external", "cwd": setting.cwd}
        | {"sessionId": setting.session_id, "version": setting.era.version, "type": "progress", "data": data}
        | {"toolUseID": "agent_" + agent_id, "parentToolUseID": made.tool_use_id}
        | {"uuid": parent.book.names.uuid(), "timestamp": line.get("timestamp", timestamp(parent.now))}
    )


def _keep_in_progress_only(parent: Thread, run: Thread, made: DelegationTruth) -> None:
    """Take the run's own file away, so that its progress lines alone tell of it."""
    book = parent.book
    del book.files.transcripts[run.setting.path]
    report_progress(parent, run, made)
    for message_id, message in book.truth.messages.items():
        if message.owner == run.owner:
            book.truth.messages[message_id] = replace(message, progress_only=True)


def write_meta(run: Thread, call: Call, made: DelegationTruth, *, fork: bool = False) -> None:
    """Write the `meta.json` beside the run's file, where the version has one."""
    era = run.setting.era
    if era.meta == "none":
        return
    meta: Json = {"agentType": call.agent or call.known_as or "general-purpose", "description": call.description}
    if call.how == "spawned":
        meta["name"] = call.agent
    elif era.meta == "full":
        meta |= {"toolUseId": made.tool_use_id, "spawnDepth": made.depth} | ({"isFork": True} if fork else {})
    put_beside(run.book, run.setting.path, meta)


def put_beside(book: Book, path: str, meta: Json) -> None:
    """Write `meta` beside the transcript."""
    book.files.others[path.removesuffix(".jsonl") + ".meta.json"] = encoded(meta)


def disown(run: Thread, kind: Kind) -> None:
    """Declare that the run belongs to no delegation."""
    truth, agent_id = run.book.truth, run.setting.agent_id or ""
    truth.unlinked[agent_id] = UnlinkedTruth(agent_id, kind, run.setting.session_id)
    for message_id, message in truth.messages.items():
        if message.owner == run.owner:
            truth.messages[message_id] = replace(message, owner=("unlinked", agent_id))
    run.owner = ("unlinked", agent_id)
