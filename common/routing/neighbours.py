"""The past prompts that are most like a prompt, and whose agent they were."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from math import fsum

NEIGHBOURS = 5
MOST_PROMPTS = 500
"""A word of more past prompts than this tells hardly any apart and is left out, so that the time stays linear."""


class Neighbours:
    """Past prompts as vectors of weighted words, with the agent and the session of each."""

    def __init__(self, prompts: Iterable[tuple[str, str, Mapping[str, float]]]) -> None:
        self._agents: list[str] = []
        self._sessions: list[str] = []
        self._places: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for place, (agent, session_id, vector) in enumerate(prompts):
            self._agents.append(agent)
            self._sessions.append(session_id)
            for word, weight in vector.items():
                self._places[word].append((place, weight))

    def support(self, agent: str, vector: Mapping[str, float], session_id: str) -> float:
        """Return the agent's share of the likeness of the nearest prompts of other sessions; 0 if none is like it."""
        likeness: dict[int, float] = defaultdict(float)
        for word, weight in vector.items():
            places = self._places.get(word, ())
            for place, past in places if len(places) <= MOST_PROMPTS else ():
                if self._sessions[place] != session_id:
                    likeness[place] += weight * past
        nearest = sorted(likeness.items(), key=lambda item: (-item[1], item[0]))[:NEIGHBOURS]
        whole = fsum(alike for _, alike in nearest)
        return fsum(alike for place, alike in nearest if self._agents[place] == agent) / whole if whole else 0.0
