"""Sidechains to runs, and runs to the delegations that they carried out."""

from collections.abc import Callable, Iterator

from msgspec import Struct, field

from common.records.sessions import Link, UnlinkedKind
from common.transcripts.linking.copies import Messages, Order, Place
from common.transcripts.linking.delegations import DelegationFacts
from common.transcripts.linking.grouping import grouped
from common.transcripts.reading.facts import Thread
from common.transcripts.reading.transcript_file import TranscriptFile, threads_of

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
    """A subagent's own transcript: its sidechains in order, and their echoes in progress lines."""

    threads: list[ThreadAt]
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

    def kind(self) -> UnlinkedKind:
        """Return the kind of a run that belongs to no delegation."""
        # Many sidechains come from no Task or Agent call. Each kind shows in another place:
        #   2.0.19 – 2.1.4  agent-a1.jsonl           {"type":"user","message":{"content":"Warmup"},...}
        #   from 2.1.32     agent-a1.jsonl           {"type":"user","message":{"content":"<teammate-message ..."},...}
        #   from 2.1.3x     agent-acompact-1f.jsonl  from 2.1.15x  subagents/workflows/wf_1/agent-a1.jsonl
        name = self.agent_id or ""
        stem = self.first.file.stem.removeprefix("agent-")
        if self.first.thread.warmup:
            return "warmup"
        if "acompact-" in (name[:9], stem[:9]):
            return "compaction"
        if name.startswith(ASIDES) or stem.startswith(ASIDES):
            return "aside"
        if "/subagents/workflows/" in self.first.file.name:
            return "workflow"
        return "teammate" if any(t.thread.teammate for t in self.threads) else "unlinked"


def collect_runs(files: list[TranscriptFile], messages: Messages) -> list[RunFacts]:
    """Return the distinct runs in the order of their first lines."""
    sidechains = [ThreadAt(f, i, t) for f, i, t in threads_of(files) if t.kind == "side"]
    echoes = [ThreadAt(f, i, t) for f, i, t in threads_of(files) if t.kind == "progress"]
    in_main = {m.best.id for m in messages.written if m.in_main and m.best.id is not None}
    runs = [RunFacts(sorted(threads, key=lambda t: t.start)) for threads in _joined(sidechains, in_main)]
    _add_echoes(runs, sorted(echoes, key=lambda t: t.start))
    return sorted(runs, key=lambda run: run.first.start)


def _joined(sidechains: list[ThreadAt], in_main: set[str]) -> list[list[ThreadAt]]:
    """Group the sidechains that are one run.

    Two are one run if the second continues from a line of the first under the same agent id, or if they share a
    message that is in no main thread. A fork shares those of the main thread that it was given as context.
    """
    # In 2.1.92 a resumed agent appends to its file; by 2.1.332 a fork begins with a line of its parent.
    #   agent-a1.jsonl  {"uuid":"u9","agentId":"a1","message":{"id":"m8"}}  {"parentUuid":"u9","agentId":"a1"}
    #   agent-f1.jsonl  {"uuid":"x1","agentId":"f1","message":{"id":"m5"}}
    #   s1.jsonl        {"uuid":"u5","message":{"id":"m5"}}   in the main thread: m5 does not join f1 to another fork
    starts = {(at.thread.agent_id, at.thread.parent_uuid) for at in sidechains}
    lines = [{(at.thread.agent_id, uuid) for uuid in at.thread.uuids} & starts for at in sidechains]
    held = set().union(*lines)
    keys: dict[int, list[tuple[str | None, str | None]]] = {}
    for number, at in enumerate(sidechains):
        start = (at.thread.agent_id, at.thread.parent_uuid)
        shared = [("message", m.id) for m in at.thread.messages if m.id is not None and m.id not in in_main]
        keys[number] = [*lines[number], *([start] if start in held else []), *shared]
    return [[sidechains[number] for number in group] for group in grouped(keys)]


def _add_echoes(runs: list[RunFacts], echoes: list[ThreadAt]) -> None:
    """Give each echo to the run of its agent; echoes without a run become a run."""
    by_agent: dict[tuple[str, str], RunFacts] = {}
    by_call: dict[str | None, RunFacts] = {}
    for run in runs:
        if run.agent_id is not None:
            by_agent.setdefault((run.agent_id, ""), run)
            by_agent.setdefault((run.agent_id, run.session_id), run)
    for echo in echoes:
        agent_id, call = echo.thread.agent_id, echo.thread.parent_tool_use_id
        keys = [(agent_id or "", echo.thread.session_id or ""), (agent_id or "", "")]
        run_of_echo = next((by_agent[key] for key in keys if key in by_agent), None) if agent_id else by_call.get(call)
        if run_of_echo is None:
            runs.append(RunFacts([echo]))
            by_call.setdefault(call, runs[-1])
            if agent_id:
                by_agent[agent_id, ""] = runs[-1]
        elif run_of_echo.progress_only:
            run_of_echo.threads.append(echo)
        else:
            run_of_echo.echoes.append(echo)


def link_runs(runs: list[RunFacts], delegations: dict[str, DelegationFacts]) -> None:
    """Link runs to delegations, best evidence first, at most one to one."""
    # Newer versions name the call or the agent; the oldest have only the words of the prompt.
    #   2.1.17x         agent-a1.meta.json        {"agentType":"dev","toolUseId":"toolu_1"}             meta
    #   2.0.2x          the call's result         "toolUseResult":{"status":"completed","agentId":"a1"} agent_id
    #   2.1.0 – 2.1.63  progress lines            "parentToolUseID":"toolu_1","data":{"agentId":"a1"}   agent_progress
    #   2.1.32          result in an agent file   "agentId: a1 ..." as text, no toolUseResult           text
    #   0.2 – 1.0.x     sidechain in main file    its first user text is the call's prompt              prompt
    evidence: list[tuple[Link, Callable[[RunFacts], Iterator[str]]]] = [
        ("meta", _by_meta),
        ("agent_id", _by_agent_id(delegations)),
        ("agent_progress", _by_progress),
        ("text", _by_text(delegations)),
        ("prompt", _by_prompt(delegations)),
    ]
    taken: set[str] = set()
    for link, candidates in evidence:
        for run in runs:
            if run.delegation is not None:
                continue
            for key in candidates(run):
                if key in delegations and key not in taken:
                    run.link, run.delegation = link, key
                    taken.add(key)
                    break


def _by_meta(run: RunFacts) -> Iterator[str]:
    for at in run.threads:
        if at.file.meta and at.file.meta.tool_use_id:
            yield at.file.meta.tool_use_id


def _by_progress(run: RunFacts) -> Iterator[str]:
    for at in (*run.threads, *run.echoes):
        if at.thread.parent_tool_use_id:
            yield at.thread.parent_tool_use_id


def _by_agent_id(delegations: dict[str, DelegationFacts]) -> Callable[[RunFacts], Iterator[str]]:
    started: dict[str, list[str]] = {}
    for key, delegation in delegations.items():
        for agent_id in {r.result.agent_id for r in delegation.results if r.result.agent_id}:
            started.setdefault(agent_id, []).append(key)
    return lambda run: _same_session_first(run, started.get(run.agent_id or "", []), delegations)


def _by_text(delegations: dict[str, DelegationFacts]) -> Callable[[RunFacts], Iterator[str]]:
    started: dict[str, list[str]] = {}
    for key, delegation in delegations.items():
        if agent_id := delegation.agent_id_in_text:
            started.setdefault(agent_id, []).append(key)
    return lambda run: _same_session_first(run, started.get(run.agent_id or "", []), delegations)


def _same_session_first(run: RunFacts, keys: list[str], delegations: dict[str, DelegationFacts]) -> Iterator[str]:
    yield from sorted(keys, key=lambda key: delegations[key].first.session_id != run.session_id)


def _by_prompt(delegations: dict[str, DelegationFacts]) -> Callable[[RunFacts], Iterator[str]]:
    by_prompt: dict[bytes, list[str]] = {}
    for key, delegation in delegations.items():
        by_prompt.setdefault(delegation.prompt_digest(), []).append(key)

    def candidates(run: RunFacts) -> Iterator[str]:
        prompt = run.prompt()
        ranked = [
            (rank, number, key)
            for number, key in enumerate(by_prompt.get(prompt, []) if prompt else [])
            if (rank := _fits(run, delegations[key])) is not None
        ]
        for _, _, key in sorted(ranked):
            yield key

    return candidates


def _fits(run: RunFacts, delegation: DelegationFacts) -> int | None:
    """Rank a call that has the run's prompt: 0 answered after the run began, 1 unanswered, 2 other; None if impossible.

    The call comes before the run: in the same session if the run has its own file, else in the same file.
    """
    # Up to 1.0.x one prompt may have been used twice; times tell which call made which run. Order does not:
    #   line 10  call toolu_1 "check"    line 12  its result, refused: no run
    #   line 14  call toolu_2 "check"    line 15  {"isSidechain":true,"parentUuid":null, ... "check"}
    # toolu_1 was answered before line 15, so the run is toolu_2's.
    near = [
        copy.order
        for copy in delegation.copies
        if (copy.session_id == run.session_id if run.has_own_file else copy.file.rank == run.first.file.rank)
    ]
    if not any(_is_before(order, run.first, otherwise=True) for order in near):
        return None
    if not delegation.results:
        return 1
    return 2 if all(_is_before(r.order, run.first, otherwise=False) for r in delegation.results) else 0


def _is_before(order: Order, start: ThreadAt, *, otherwise: bool) -> bool:
    """Say whether something came before a thread's first line: by time, else by line; `otherwise` if neither tells."""
    if order.timestamp and start.thread.first and order.timestamp != start.thread.first:
        return order.timestamp < start.thread.first
    return order.line < start.thread.line if order.rank == start.file.rank else otherwise
