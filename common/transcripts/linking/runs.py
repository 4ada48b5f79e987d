"""Sidechains to runs: a subagent's own transcript, and what kind of run it is."""

from collections.abc import Hashable, Mapping

from msgspec import Struct, field

from common.records.sessions import Link, UnlinkedKind
from common.transcripts.linking.copies import Messages, Place
from common.transcripts.linking.grouping import grouped
from common.transcripts.reading.facts import Thread
from common.transcripts.reading.transcript_file import TranscriptFile, threads_of
from common.transcripts.reading.workflows import AGENTS_FOLDER

ASIDES = ("aside_question", "aprompt_suggestion", "prompt_suggestion")
"""Beginnings of the ids of helpers that answer next to the conversation: "a" and the name of the helper."""


class ThreadAt(Struct, frozen=True):
    """A thread with its file and its index there."""

    file: TranscriptFile
    index: int
    thread: Thread

    @property
    def place(self) -> Place:
        """The thread's file and index."""
        return Place(self.file.rank, self.index)

    @property
    def start(self) -> tuple[str, int, int]:
        """The key by which threads are sorted."""
        return (self.thread.first, self.file.rank, self.thread.line)


class RunFacts(Struct):
    """A subagent's own transcript: its sidechains in order, and their echoes in progress lines.

    `is_fork` if it began with a copy of its caller's context.
    """

    threads: list[ThreadAt]
    is_fork: bool = False
    echoes: list[ThreadAt] = field(default_factory=list)
    link: Link | None = None
    delegation: str | None = None

    @property
    def first(self) -> ThreadAt:
        """The thread that the run begins with."""
        return self.threads[0]

    @property
    def agent_id(self) -> str | None:
        """The agent's id, if it has one."""
        return self.first.thread.agent_id

    @property
    def session_id(self) -> str:
        """The session of the run's first line."""
        return self.first.file.session_of(self.first.thread)

    @property
    def progress_only(self) -> bool:
        """Whether the run is in progress lines alone."""
        return self.first.thread.kind == "progress"

    @property
    def has_own_file(self) -> bool:
        """Whether the run has a file of its own, as from 2.0.2x on."""
        return self.first.file.stem.startswith("agent-")

    def prompt(self) -> bytes:
        """Return the digest of the run's first user text, b"" if there is none."""
        return next((t.thread.prompt for t in (*self.threads, *self.echoes) if t.thread.prompt), b"")

    @property
    def skill(self) -> str | None:
        """The folder of the skill that the run's first user text comes from."""
        return next((at.thread.skill for at in self.threads if at.thread.skill), None)

    @property
    def agent_type(self) -> str | None:
        """The agent type that its `.meta.json` names."""
        metas = [at.file.meta for at in self.threads]
        return next((kind for meta in metas if meta and (kind := meta.type_of_agent)), None)

    def kind(self) -> UnlinkedKind:
        """Return the kind of a run that belongs to no delegation."""
        # Many sidechains come from no Task or Agent call. Each kind shows in another place:
        #   2.0.19 – 2.1.4  agent-a1.jsonl           {"type":"user","message":{"content":"Warmup"},...}
        #   from 2.1.32     agent-a1.jsonl           {"type":"user","message":{"content":"<teammate-message ..."},...}
        #   from 2.1.3x     agent-acompact-1f.jsonl  from 2.1.15x  subagents/workflows/wf_1/agent-a1.jsonl
        #   by 2.1.205      agent-a1.jsonl           {"isMeta":true,"message":{"content":"Base directory for this ...
        #   by 2.1.332      agent-a1.jsonl           {"type":"fork-context-ref","agentId":"a1",...}    from /subtask
        name = self.agent_id or ""
        stem = self.first.file.stem.removeprefix("agent-")
        if self.first.thread.warmup:
            return "warmup"
        if "acompact-" in (name[:9], stem[:9]):
            return "compaction"
        if name.startswith(ASIDES) or stem.startswith(ASIDES):
            return "aside"
        signs: list[tuple[UnlinkedKind, bool]] = [
            ("workflow", AGENTS_FOLDER in self.first.file.name),
            ("skill", self.skill is not None),
            ("fork", self.is_fork),
            ("teammate", any(at.thread.teammate for at in self.threads)),
        ]
        return next((kind for kind, shows in signs if shows), "unlinked")


def collect_runs(
    files: list[TranscriptFile], messages: Messages, groups: Mapping[str, int], forks: set[Place]
) -> list[RunFacts]:
    """Return the distinct runs in the order of their first lines; `groups` are the groups of sessions."""
    sidechains = [ThreadAt(f, i, t) for f, i, t in threads_of(files) if t.kind == "side"]
    echoes = [ThreadAt(f, i, t) for f, i, t in threads_of(files) if t.kind == "progress"]
    in_main = {m.best.id for m in messages.written if m.in_main and m.best.id is not None}
    runs = [
        RunFacts(sorted(threads, key=lambda t: t.start), is_fork=any(at.place in forks for at in threads))
        for threads in _joined(sidechains, in_main)
    ]
    _add_echoes(runs, sorted(echoes, key=lambda t: t.start), groups)
    return sorted(runs, key=lambda run: run.first.start)


def _joined(sidechains: list[ThreadAt], in_main: set[str]) -> list[list[ThreadAt]]:
    """Group the sidechains that are one run.

    Two are one run if the second continues from a line of the first under the same agent id, or if they share a
    message that is in no main thread. Two agents are never one run: a fork shares messages that are its context.
    """
    # In 2.1.92 a resumed agent appends to its file; by 2.1.332 a fork begins with a line of its parent.
    #   agent-a1.jsonl  {"uuid":"u9","agentId":"a1","message":{"id":"m8"}}  {"parentUuid":"u9","agentId":"a1"}
    #   agent-f1.jsonl  {"uuid":"x1","agentId":"f1","message":{"id":"m5"}}
    #   s1.jsonl        {"uuid":"u5","message":{"id":"m5"}}   in the main thread: m5 joins f1 to no other run
    starts = {(at.thread.agent_id, at.thread.parent_uuid) for at in sidechains}
    lines = [{(at.thread.agent_id, uuid) for uuid in at.thread.uuids} & starts for at in sidechains]
    held = set().union(*lines)
    agents: dict[str, set[str]] = {}
    for at in sidechains:
        for message in at.thread.messages:
            if message.id is not None and message.id not in in_main and at.thread.agent_id is not None:
                agents.setdefault(message.id, set()).add(at.thread.agent_id)
    keys: dict[int, list[Hashable]] = {}
    for number, at in enumerate(sidechains):
        start = (at.thread.agent_id, at.thread.parent_uuid)
        ids = [m.id for m in at.thread.messages if m.id is not None and m.id not in in_main]
        agent = at.thread.agent_id or _only(set().union(*(agents.get(name, ()) for name in ids)))
        shared = [("message", name, agent) for name in ids]
        keys[number] = [*lines[number], *([start] if start in held else []), *shared]
    return [[sidechains[number] for number in group] for group in grouped(keys)]


def _only(names: set[str]) -> str | None:
    """Return the name, if there is exactly one."""
    return next(iter(names)) if len(names) == 1 else None


def _add_echoes(runs: list[RunFacts], echoes: list[ThreadAt], groups: Mapping[str, int]) -> None:
    """Give each echo to the run of its agent, in its session or its group; echoes without a run become a run."""
    by_agent: dict[tuple[str, str | int | None], RunFacts] = {}
    by_call: dict[str | None, RunFacts] = {}
    for run in runs:
        if run.agent_id is not None:
            by_agent.setdefault((run.agent_id, groups[run.session_id]), run)
            by_agent.setdefault((run.agent_id, run.session_id), run)
    for echo in echoes:
        agent_id, call = echo.thread.agent_id, echo.thread.parent_tool_use_id
        session = echo.file.session_of(echo.thread)
        keys = [(agent_id or "", session), (agent_id or "", groups[session])]
        run_of_echo = next((by_agent[key] for key in keys if key in by_agent), None) if agent_id else by_call.get(call)
        if run_of_echo is None:
            runs.append(RunFacts([echo]))
            by_call.setdefault(call, runs[-1])
            if agent_id:
                by_agent[agent_id, groups[session]] = runs[-1]
        elif run_of_echo.progress_only:
            run_of_echo.threads.append(echo)
        else:
            run_of_echo.echoes.append(echo)
