"""What a right reader finds in a corpus: declared while the lines are made, never read back from them."""

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

Owner = tuple[Literal["session", "run", "unlinked"], str]
Answer = Literal["completed", "error", "async", "missing"]
Outcome = Literal["completed", "failed", "rejected", "interrupted", "not_started", "killed", "unreported", "unanswered"]
Link = Literal["meta", "agent_id", "agent_progress", "text", "prompt"]
Cause = Literal["user", "policy", "limit", "api_error", "name", "parent", "agent"]
Delivered = Literal["delivered", "queued", "removed", "none"]
FollowedBy = Literal["plan_sent_back", "tool_stopped"]
ResultKind = Literal["report", "empty", "unable", "invented"]
Kind = Literal["warmup", "compaction", "aside", "workflow", "teammate", "skill", "fork", "unlinked"]


LONGEST_GAP = 300_000


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call of the API."""

    input: int = 0
    output: int = 0
    cache_5m: int = 0
    cache_1h: int = 0
    cache_read: int = 0

    @property
    def total(self) -> int:
        return self.input + self.output + self.cache_5m + self.cache_1h + self.cache_read


@dataclass(frozen=True, slots=True)
class Message:
    """One API message: who made it and what its deciding line says; an `inner` one is a call inside another message."""

    owner: Owner
    model: str
    usage: Usage
    stopped: bool
    progress_only: bool = False
    inner: bool = False


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens of several messages."""

    messages: int = 0
    input: int = 0
    output: int = 0
    cache_creation: int = 0
    cache_read: int = 0
    messages_without_stop_reason: int = 0


@dataclass(slots=True)
class DelegationTruth:
    """One delegation; `agent_id` and `link` are None without a run.

    `context_before` is what the user last typed in the main thread, None for a call of a run. `times` are those of the
    run's lines, in milliseconds since 1970.
    """

    tool_use_id: str
    session_id: str
    agent_type: str
    description: str
    prompt: str
    answer: Answer
    outcome: Outcome
    timestamp: str
    caller: str | None
    depth: int
    agent_id: str | None = None
    link: Link | None = None
    duration_seconds: float | None = None
    context_before: str | None = None
    followed_by: FollowedBy | None = None
    cause: Cause | None = None
    delivered: Delivered = "none"
    result_kind: ResultKind | None = None
    times: list[int] = field(default_factory=list)

    @property
    def active_seconds(self) -> float | None:
        """The sum of the gaps of at most five minutes between the run's times; None with fewer than two times."""
        times = sorted(set(self.times))
        gaps = [later - earlier for earlier, later in pairwise(times)]
        return sum(gap for gap in gaps if gap <= LONGEST_GAP) / 1000 if gaps else None


@dataclass(frozen=True, slots=True)
class UnlinkedTruth:
    """A sidechain of no delegation."""

    agent_id: str
    kind: Kind
    session_id: str


@dataclass(frozen=True, slots=True)
class WorkflowTruth:
    """One workflow; `phases` are their titles, None for agents of no phase that is told."""

    tool_use_id: str
    session_id: str
    run_id: str
    name: str
    status: str
    planned_agents: int | None
    agents: int
    completed_agents: int
    failed_agents: int
    unfinished_agents: int
    phases: list[str | None]
    agent_ids: list[str]


@dataclass(slots=True)
class SessionTruth:
    """One session: `messages` are the user lines and API messages of its main thread."""

    session_id: str
    cwd: str
    versions: list[str] = field(default_factory=list)
    timestamps: list[str] = field(default_factory=list)
    messages: set[str] = field(default_factory=set)


class Truth:
    """Everything that is true of a corpus."""

    def __init__(self) -> None:
        self.sessions: dict[str, SessionTruth] = {}
        self.delegations: dict[str, DelegationTruth] = {}
        self.unlinked: dict[str, UnlinkedTruth] = {}
        self.workflows: dict[str, WorkflowTruth] = {}
        self.messages: dict[str, Message] = {}

    def see(self, session_id: str, cwd: str, version: str, timestamp: str) -> SessionTruth:
        """Note that a line of the session stands in a transcript."""
        session = self.sessions.setdefault(session_id, SessionTruth(session_id, cwd))
        session.timestamps.append(timestamp)
        if version not in session.versions:
            session.versions.append(version)
        return session

    def spent(self, *owners: Owner) -> Spent:
        """Return the tokens of these owners, or of all when none is named."""
        return total([m for m in self.messages.values() if not owners or m.owner in owners])

    def spent_by_model(self) -> dict[str, Spent]:
        models = sorted({m.model for m in self.messages.values()})
        return {model: total([m for m in self.messages.values() if m.model == model]) for model in models}

    def spent_in_progress_only(self) -> Spent:
        return total([m for m in self.messages.values() if m.progress_only])

    def rename_runs(self, names: dict[str, str]) -> None:
        """Give the runs of delegations the new names of their calls."""
        for key, message in self.messages.items():
            kind, name = message.owner
            self.messages[key] = replace(message, owner=(kind, names.get(name, name)))

    def orphan_callees(self, tool_use_id: str, agent_id: str) -> None:
        """Declare that the calls made by the run of this delegation are known as those of an agent without a call."""
        self._deepen(tool_use_id, 1)
        for delegation in self.delegations.values():
            if delegation.caller == tool_use_id:
                delegation.caller = agent_id

    def _deepen(self, caller: str, depth: int) -> None:
        for delegation in self.delegations.values():
            if delegation.caller == caller:
                delegation.depth = depth + 1
                self._deepen(delegation.tool_use_id, depth + 1)

    def outcomes(self) -> Counter[Outcome]:
        return Counter(d.outcome for d in self.delegations.values())

    def answers(self) -> Counter[Answer]:
        return Counter(d.answer for d in self.delegations.values())

    def agent_types(self) -> Counter[str]:
        return Counter(d.agent_type for d in self.delegations.values())

    def of_session(self, session_id: str) -> list[DelegationTruth]:
        return [d for d in self.delegations.values() if d.session_id == session_id]


def total(messages: list[Message]) -> Spent:
    """Return the sum of the messages' tokens."""
    return Spent(
        messages=sum(not m.inner for m in messages),
        input=sum(m.usage.input for m in messages),
        output=sum(m.usage.output for m in messages),
        cache_creation=sum(m.usage.cache_5m + m.usage.cache_1h for m in messages),
        cache_read=sum(m.usage.cache_read for m in messages),
        messages_without_stop_reason=sum(not m.stopped for m in messages),
    )
