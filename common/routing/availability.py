"""The agents that a delegation could have gone to, and how that is known.

An agent was available if one of these holds, tried in this order:

- Claude Code brings it, in every version that wrote the session;
- a delegation to it began in the same project, before the call or within a day after;
- the latest list of agents in the same project names it: the list itself, with the changes after it in its session;
- an agents folder defines it at that time. A definition counts from the commit that brought it to the one that removed
  it; a definition of today that no commit brought counts at all times.

Nothing was available before Claude Code had agent types. "Not recorded" is no agent. A name that was called without
ever beginning is never available.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from common.agents.built_in import built_in_types, is_built_in
from common.agents.history import Commit
from common.projects import project_name
from common.records.routing_quality import Availability
from common.records.sessions import NOT_RECORDED, AgentList, EnrichedDelegation, EnrichedSession
from common.routing.project_lists import ProjectLists
from common.times import local_time

AFTER = timedelta(days=1)
"""An agent that began this long after a call existed at the call."""

_BEGAN = frozenset({"completed", "failed", "interrupted", "killed"})
_NEVER_BEGAN = frozenset({"name", "policy"})


def has_begun(delegation: EnrichedDelegation) -> bool:
    """Return whether the agent itself began to work, and not only the call was made."""
    if delegation.run is not None:
        return True
    if delegation.outcome == "unreported":
        return delegation.answer == "async"
    return delegation.outcome in _BEGAN and delegation.cause not in _NEVER_BEGAN


@dataclass(frozen=True, slots=True)
class Defined:
    """The times at which the agents folders define an agent: (seconds since 1970, whether it is defined from then)."""

    always: frozenset[str]
    changes: dict[str, list[tuple[int, bool]]]

    def at(self, name: str, moment: datetime | None) -> bool:
        """Return whether a file defined the agent; without a time only what is defined at all times."""
        if name in self.always:
            return True
        changes = self.changes.get(name)
        if changes is None or moment is None:
            return False
        place = bisect_right(changes, (int(moment.timestamp()), True)) - 1
        return place >= 0 and changes[place][1]


def read_changes(definitions: Collection[str], commits: Sequence[Commit]) -> Defined:
    """Return when each agent was defined: the names defined today, and the commits, oldest first."""
    changes: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for commit in commits:
        for change in commit.changes:
            if change[0] in "+-":
                changes[change[1:]].append((commit.seconds, change[0] == "+"))
    lasting = frozenset(name for name in definitions if not (name in changes and changes[name][-1][1]))
    return Defined(lasting, {name: sorted(moments) for name, moments in changes.items()})


class AvailableAgents:
    """The agents of each project over time; a look-up takes no more than a few binary searches."""

    def __init__(
        self,
        sessions: Sequence[EnrichedSession],
        shared_folders: Collection[str] = (),
        definitions: Collection[str] = (),
        commits: Sequence[Commit] = (),
    ) -> None:
        shared = frozenset(shared_folders)
        self._project_by_session = {
            session.session_id: project_name(session.project, session.cwd, shared).name for session in sessions
        }
        self._untyped = {session.session_id for session in sessions if not _has_types(session.versions)}
        self._versions = {session.session_id: tuple(session.versions) for session in sessions}
        self._first: dict[tuple[str, str], datetime] = {}
        self._began: set[str] = set()
        self._called: set[str] = set()
        lists: dict[str, list[Sequence[AgentList]]] = defaultdict(list)
        for session in sessions:
            project = self._project_by_session[session.session_id]
            lists[project].append(session.agent_lists)
            for delegation in session.delegations:
                self._sight(project, delegation)
        self._lists = {project: ProjectLists(by_session) for project, by_session in lists.items()}
        self._defined = read_changes(definitions, commits)
        self._brought: dict[tuple[str, tuple[str, ...]], bool] = {}

    def _sight(self, project: str, delegation: EnrichedDelegation) -> None:
        """Note that an agent was called, and from when on it is known to exist."""
        name = delegation.agent_type
        self._called.add(name)
        if not has_begun(delegation):
            return
        self._began.add(name)
        moment = local_time(delegation.timestamp, UTC)
        if moment is not None:
            key = project, name
            self._first[key] = min(moment, self._first.get(key, moment))

    def how(self, name: str, session: EnrichedSession, delegation: EnrichedDelegation) -> Availability | None:
        """Return how it is known that the delegation could have gone to the agent; None if it could not."""
        id_ = session.session_id
        if name == NOT_RECORDED or id_ in self._untyped or (name in self._called and name not in self._began):
            return None
        if self._is_brought(name, self._versions[id_]):
            return "built in"
        project, moment = self._project_by_session[id_], local_time(delegation.timestamp, UTC)
        first = self._first.get((project, name))
        if first is not None and moment is not None and first - moment <= AFTER:
            return "started"
        if delegation.timestamp and self._lists[project].names(name, delegation.timestamp):
            return "listed"
        return "defined" if self._defined.at(name, moment) else None

    def _is_brought(self, name: str, versions: tuple[str, ...]) -> bool:
        """Return whether every version that wrote a session brings the type."""
        key = name, versions
        if key not in self._brought:
            self._brought[key] = bool(versions) and all(is_built_in(name, version) for version in versions)
        return self._brought[key]

    def everywhere(self) -> set[str]:
        """Return every name that may be available somewhere."""
        named = {name for lists in self._lists.values() for name in lists.all_names}
        known = self._began | named | self._defined.always | self._defined.changes.keys()
        return (known | {built_in.name for built_in in built_in_types()}) - {NOT_RECORDED}


def _has_types(versions: Iterable[str]) -> bool:
    """Return whether every version that wrote a session has agent types."""
    return all(any(is_built_in(built_in.name, version) for built_in in built_in_types()) for version in versions)
