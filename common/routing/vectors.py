"""Prompts as vectors of weighted words, and agents as the sums of the vectors of their prompts."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from math import fsum, log, sqrt
from struct import Struct

PROMPT_CHARACTERS = 1000
VECTOR_WORDS = 40
"""The vector of a prompt keeps this many words, those with the largest weights."""
SHOWN_WORDS = 5
NOTHING = 1e-8
"""A nearness up to this is none."""

Vector = dict[str, float]

_WORD = re.compile(r"[^\W\d_]{3,}")


def words(text: str) -> Counter[str]:
    """Return the words of three letters or more of the first 1,000 characters, without case and plural s."""
    found: Counter[str] = Counter()
    for word, count in Counter(_WORD.findall(text[:PROMPT_CHARACTERS].lower())).items():
        found[word[:-1] if word[-1] == "s" and len(word) > 3 else word] += count  # noqa: PLR2004 ("has" stays)
    return found


def rarity_of(documents: Sequence[Counter[str]]) -> dict[str, float]:
    """Return the weight of each word that is in at least two documents and not in all."""
    found = Counter(word for document in documents for word in document)
    return {word: log(len(documents) / count) for word, count in found.items() if 1 < count < len(documents)}


def vector_of(count: Counter[str], rarity: Mapping[str, float]) -> Vector:
    """Return the heaviest words with their weights, of length 1; empty without a known word."""
    weights = sorted((-(1 + log(times)) * rarity[word], word) for word, times in count.items() if word in rarity)
    raw = {word: -weight for weight, word in weights[:VECTOR_WORDS]}
    length = sqrt(fsum(weight * weight for weight in raw.values()))
    return {word: weight / length for word, weight in raw.items()} if length else {}


_SCALE = 1 << 36
_LANE = 128
"""Bits of a lane: two of the numbers that `Struct` unpacks."""
_HALF = 64


def _length(square: float) -> float:
    """Return the length of an agent, 0 for one that is nothing but rounding errors."""
    return sqrt(square) if square > NOTHING else 0.0


def _cosine(pull: float, length: float) -> float:
    return pull / length if length and pull > NOTHING else 0.0


class AgentVectors:
    """The sum of vectors of each agent, by word, with the part of each session.

    For the comparison with all agents at once, the weights of a word are also packed into one integer, each in its own
    lane of `_LANE` bits, in units of 1 / `_SCALE`. A word then costs one multiplication for any number of agents.
    """

    def __init__(self) -> None:
        self.weights: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
        self.parts: dict[tuple[str, str], Vector] = defaultdict(lambda: defaultdict(float))
        self.squares: dict[str, float] = {}
        self._lengths: list[float] = []
        self._places: dict[str, int] = {}
        self._agents_by_session: dict[str, list[str]] = defaultdict(list)
        self._rows: dict[str, int] = {}
        self._lanes = Struct("")
        self._squares_without: dict[tuple[str, str], float] = {}

    def add(self, agent: str, vector: Vector, session_id: str | None, times: float = 1.0) -> None:
        """Add a prompt of a session to an agent, or a description without a session."""
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
        self._lengths = [_length(square) for square in self.squares.values()]
        for agent, session_id in self.parts:
            self._agents_by_session[session_id].append(agent)
        self._places = {agent: place for place, agent in enumerate(self.squares)}
        self._rows = {
            word: sum(round(weight * _SCALE) << self._places[agent] * _LANE for agent, weight in weights.items())
            for word, weights in self.weights.items()
        }
        self._lanes = Struct(f"<{2 * len(self.squares)}Q")

    def nearness(self, vector: Vector, session_id: str) -> dict[str, float]:
        """Return the cosine to each agent, without what it did in the session."""
        packed = sum(round(weight * _SCALE) * self._rows.get(word, 0) for word, weight in vector.items())
        halves = self._lanes.unpack(packed.to_bytes(self._lanes.size, "little"))
        pulls = [(low + (high << _HALF)) / _SCALE**2 for low, high in zip(halves[::2], halves[1::2], strict=True)]
        found = {
            agent: _cosine(pull, length) for agent, pull, length in zip(self.squares, pulls, self._lengths, strict=True)
        }
        for agent in self._agents_by_session.get(session_id, ()):
            own_session = self.parts[agent, session_id]
            own = fsum(weight * own_session[word] for word, weight in vector.items() if word in own_session)
            length = _length(self._square_without(agent, session_id))
            found[agent] = _cosine(pulls[self._places[agent]] - own, length)
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
        return tuple(word for word, strength in best[:SHOWN_WORDS] if strength > NOTHING)
