"""A router that learns from past delegations which agent's work a prompt resembles most.

Deterministic, without a network. A prompt is a vector of its words, weighted by how rare they are (TF-IDF:
(1 + log count) x log(prompts / prompts with the word), length 1). An agent is the sum of the vectors of its completed
prompts and of its description, the latter counting as `DESCRIPTION_WEIGHT` prompts. Nearness is the cosine between a
prompt and an agent; the prompts of the same session are removed from every agent first, so that no delegation is
compared with itself.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum, log, sqrt
from typing import Literal

from common.records.sessions import EnrichedDelegation, EnrichedSession

PROMPT_CHARACTERS = 1000
DESCRIPTION_WEIGHT = 3.0
MIN_PROMPTS = 5
"""An agent that completed fewer prompts, without a description, is not learned."""
MIN_WORDS = 3
"""A prompt with fewer known words is not judged."""
CLEARLY = 1.5
"""Another agent is clearly nearer at this many times the nearness of the own one …"""
LEAST = 0.15
"""… and at least this nearness."""
VECTOR_WORDS = 40
"""The vector of a prompt keeps this many words, those with the largest weights."""
SHOWN_WORDS = 5

Lack = Literal["too few agents", "too few prompts"]
Vector = dict[str, float]

_WORD = re.compile(r"[^\W\d_]{3,}")


def words(text: str) -> Counter[str]:
    """Return the words of three letters or more of the first 1,000 characters, without case and plural s."""
    found: Counter[str] = Counter()
    for word, count in Counter(_WORD.findall(text[:PROMPT_CHARACTERS].lower())).items():
        found[word[:-1] if word[-1] == "s" and len(word) > 3 else word] += count  # noqa: PLR2004 ("has" stays)
    return found


@dataclass(frozen=True, slots=True)
class Match:
    """The nearest agent of a prompt, with the nearness of that agent and of the one that had it (its own).

    `nearest` is None where the prompt has too few known words. `own` is None where the own agent is not learned.
    `words` brought the prompt to the nearest agent if that is another one, those that did most first.
    """

    nearest: str | None
    nearness: float
    own: float | None
    words: tuple[str, ...]

    @property
    def is_clear(self) -> bool:
        """True if the nearest agent is clearly nearer than the own one."""
        return self.nearness >= LEAST and self.own is not None and self.nearness >= CLEARLY * self.own


@dataclass(frozen=True, slots=True)
class Router:
    """A trained router: the match of each delegation by its id; `lacks` says why there is none, else None."""

    matches: Mapping[str, Match]
    lacks: Lack | None


_SCALE = 1 << 36
_LANE = 112
_LANE_MASK = (1 << _LANE) - 1


class _Agents:
    """The sum of vectors of each agent, by word, with the part of each session.

    For the comparison with all agents at once, the weights of a word are also packed into one integer, each in its own
    lane of `_LANE` bits, in units of 1 / `_SCALE`. A word then costs one multiplication for any number of agents.
    """

    def __init__(self) -> None:
        self.weights: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self.parts: dict[tuple[str, str], Vector] = defaultdict(lambda: defaultdict(float))
        self.squares: dict[str, float] = {}
        self._rows: dict[str, int] = {}
        self._squares_without: dict[tuple[str, str], float] = {}

    def add(self, agent: str, vector: Vector, session_id: str | None, times: float = 1.0) -> None:
        for word, weight in vector.items():
            self.weights[word][agent] += weight * times
            if session_id is not None:
                self.parts[agent, session_id][word] += weight * times

    def close(self) -> None:
        """Compute the lengths, and pack the weights of each word, once all is added."""
        squares: dict[str, float] = defaultdict(float)
        for by_agent in self.weights.values():
            for agent, weight in by_agent.items():
                squares[agent] += weight * weight
        self.squares = dict(sorted(squares.items()))
        places = {agent: place for place, agent in enumerate(self.squares)}
        self._rows = {
            word: sum(round(weight * _SCALE) << places[agent] * _LANE for agent, weight in weights.items())
            for word, weights in self.weights.items()
        }

    def nearness(self, vector: Vector, session_id: str) -> dict[str, float]:
        """Return the cosine to each agent, without what it did in the session."""
        packed = sum(round(weight * _SCALE) * self._rows.get(word, 0) for word, weight in vector.items())
        found = {}
        for place, agent in enumerate(self.squares):
            own_session = self.parts.get((agent, session_id))
            rest = (packed >> place * _LANE & _LANE_MASK) / _SCALE**2
            if own_session:
                rest -= fsum(weight * own_session[word] for word, weight in vector.items() if word in own_session)
            square = self._square_without(agent, session_id)
            found[agent] = rest / sqrt(square) if square > _NOTHING and rest > _NOTHING else 0.0
        return found

    def _square_without(self, agent: str, session_id: str) -> float:
        """Return the squared length of the agent without what it did in the session."""
        key = agent, session_id
        if key not in self._squares_without:
            own_session = self.parts.get(key, {})
            less = fsum(own * (2 * self.weights[word][agent] - own) for word, own in own_session.items())
            self._squares_without[key] = self.squares[agent] - less
        return self._squares_without[key]

    def shared(self, vector: Vector, agent: str, session_id: str) -> tuple[str, ...]:
        """Return the words that bring the vector to the agent."""
        own_session = self.parts.get((agent, session_id), {})
        pull = {
            word: weight * (self.weights[word].get(agent, 0.0) - own_session.get(word, 0.0))
            for word, weight in vector.items()
            if word in self.weights
        }
        best = sorted(pull.items(), key=lambda item: (-item[1], item[0]))
        return tuple(word for word, strength in best[:SHOWN_WORDS] if strength > _NOTHING)


_NOTHING = 1e-8


def train(sessions: Sequence[EnrichedSession], descriptions: Mapping[str, str]) -> Router:
    """Return the match of every delegation; the descriptions are those of the agents defined now."""
    counted = {
        delegation.tool_use_id: words(f"{delegation.description or ''}\n{delegation.prompt}")
        for delegation in _delegations(sessions)
    }
    described = {agent: words(text) for agent, text in sorted(descriptions.items()) if text}
    known = _known_agents(sessions, described)
    if len(known) < 2:  # noqa: PLR2004 (one agent is no choice)
        return Router({}, "too few agents")
    rarity = _rarity([*counted.values(), *described.values()])
    vectors = {key: _vector(count, rarity) for key, count in counted.items()}
    agents = _Agents()
    for agent, count in described.items():
        agents.add(agent, _vector(count, rarity), None, DESCRIPTION_WEIGHT)
    for session in sessions:
        for delegation in session.delegations:
            if delegation.agent_type in known and delegation.outcome == "completed":
                agents.add(delegation.agent_type, vectors[delegation.tool_use_id], session.session_id)
    agents.close()
    matches = {
        delegation.tool_use_id: _judge(delegation, session.session_id, vectors[delegation.tool_use_id], agents)
        for session in sessions
        for delegation in session.delegations
    }
    judged = any(match.nearest for match in matches.values())
    return Router(matches, None if judged else "too few prompts")


def _delegations(sessions: Iterable[EnrichedSession]) -> Iterable[EnrichedDelegation]:
    return (delegation for session in sessions for delegation in session.delegations)


def _known_agents(sessions: Sequence[EnrichedSession], described: Mapping[str, Counter[str]]) -> set[str]:
    done = Counter(delegation.agent_type for delegation in _delegations(sessions) if delegation.outcome == "completed")
    return {agent for agent, count in done.items() if count >= MIN_PROMPTS} | described.keys()


def _rarity(documents: Sequence[Counter[str]]) -> dict[str, float]:
    """Return the weight of each word that is in at least two documents and not in all."""
    found = Counter(word for document in documents for word in document)
    return {word: log(len(documents) / count) for word, count in found.items() if 1 < count < len(documents)}


def _vector(count: Counter[str], rarity: Mapping[str, float]) -> Vector:
    weights = sorted((-(1 + log(times)) * rarity[word], word) for word, times in count.items() if word in rarity)
    raw = {word: -weight for weight, word in weights[:VECTOR_WORDS]}
    length = sqrt(fsum(weight * weight for weight in raw.values()))
    return {word: weight / length for word, weight in raw.items()} if length else {}


def _judge(delegation: EnrichedDelegation, session_id: str, vector: Vector, agents: _Agents) -> Match:
    if len(vector) < MIN_WORDS:
        return Match(None, 0.0, None, ())
    near = agents.nearness(vector, session_id)
    nearest = max(near, key=lambda agent: (near[agent], agent))
    if near[nearest] <= _NOTHING:
        return Match(None, 0.0, None, ())
    shared = () if nearest == delegation.agent_type else agents.shared(vector, nearest, session_id)
    return Match(nearest, near[nearest], near.get(delegation.agent_type), shared)
