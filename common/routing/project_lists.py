"""The lists of agents that Claude Code showed in a project, with what was added and removed after them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence

from common.records.sessions import AgentList

_NEVER = -1
Thread = tuple[int, str]
"""The number of a session, and the id of the agent that was shown the list; empty for the main thread."""


class ProjectLists:
    """The lists of one project. Each thread of a session has its own: the main one, and each agent that was shown one.

    The one with the latest line before a call counts.

    A whole list replaces what came before it in its thread, a change adds to it. Nothing is copied: for each name the
    places are kept at which it came and went, so that memory and time are linear in the lines.
    """

    def __init__(self, sessions: Iterable[Sequence[AgentList]]) -> None:
        ordered: list[tuple[str, Thread, int]] = []
        self._came: dict[tuple[Thread, str], list[int]] = defaultdict(list)
        self._went: dict[tuple[Thread, str], list[int]] = defaultdict(list)
        self._whole: dict[Thread, list[int]] = defaultdict(list)
        self.all_names: set[str] = set()
        for session, lists in enumerate(sessions):
            for place, line in enumerate(lists):
                thread = session, line.agent_id or ""
                ordered.append((line.timestamp or "", thread, place))
                if line.is_whole:
                    self._whole[thread].append(place)
                for name in line.removed:
                    self._went[thread, name].append(place)
                for name in line.added:
                    self._came[thread, name].append(place)
                self.all_names.update(line.added)
        self._ordered = sorted(ordered)
        self._times = [timestamp for timestamp, _, _ in self._ordered]

    def names(self, name: str, timestamp: str) -> bool:
        """Return whether the latest list at the time has the name; a list without a time comes first."""
        latest = bisect_right(self._times, timestamp) - 1
        if latest < 0:
            return False
        _, thread, place = self._ordered[latest]
        came = _last(self._came.get((thread, name), ()), place)
        went = _last(self._went.get((thread, name), ()), place)
        return came > _NEVER and came >= went and came >= _last(self._whole.get(thread, ()), place)


def _last(places: Sequence[int], place: int) -> int:
    """Return the last of the places up to this one."""
    found = bisect_right(places, place) - 1
    return places[found] if found >= 0 else _NEVER
