"""The lists of agents that Claude Code showed in a project, with what was added and removed after them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence

from common.records.sessions import AgentList

_NEVER = -1


class ProjectLists:
    """The lists of one project. Each session has its own; the one with the latest line before a call counts.

    A whole list replaces what came before it in its session, a change adds to it. Nothing is copied: for each name the
    places are kept at which it came and went, so that memory and time are linear in the lines.
    """

    def __init__(self, sessions: Iterable[Sequence[AgentList]]) -> None:
        ordered: list[tuple[str, int, int]] = []
        self._came: dict[tuple[int, str], list[int]] = defaultdict(list)
        self._went: dict[tuple[int, str], list[int]] = defaultdict(list)
        self._whole: dict[int, list[int]] = defaultdict(list)
        self.all_names: set[str] = set()
        for session, lists in enumerate(sessions):
            for place, line in enumerate(lists):
                ordered.append((line.timestamp or "", session, place))
                if line.is_whole:
                    self._whole[session].append(place)
                for name in line.removed:
                    self._went[session, name].append(place)
                for name in line.added:
                    self._came[session, name].append(place)
                self.all_names.update(line.added)
        self._ordered = sorted(ordered)
        self._times = [timestamp for timestamp, _, _ in self._ordered]

    def names(self, name: str, timestamp: str) -> bool:
        """Tell whether the latest list at the time has the name; a list without a time comes first."""
        latest = bisect_right(self._times, timestamp) - 1
        if latest < 0:
            return False
        _, session, place = self._ordered[latest]
        came = _last(self._came.get((session, name), ()), place)
        went = _last(self._went.get((session, name), ()), place)
        return came > _NEVER and came >= went and came >= _last(self._whole.get(session, ()), place)


def _last(places: Sequence[int], place: int) -> int:
    """Return the last of the places up to this one."""
    found = bisect_right(places, place) - 1
    return places[found] if found >= 0 else _NEVER
