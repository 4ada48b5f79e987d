"""A router that learns from past delegations which agent's work a prompt resembles most.

Deterministic, without a network. A prompt is a vector of its words, weighted by how rare they are (TF-IDF:
(1 + log count) x log(prompts / prompts with the word), length 1). An agent is the sum of the vectors of its successful
prompts and of its description, the latter counting as `DESCRIPTION_WEIGHT` prompts. Nearness is the cosine between a
prompt and an agent; the prompts of the same session are removed from every agent first, so that no delegation is
compared with itself. The nearest agent is the nearest of those that were available.

How well this works on a user's own data is measured on that data: the agreement is the share of the delegations whose
nearest agent is the one that the user chose. The router may suggest an agent only if the agreement is at least
`LEAST_AGREEMENT` and above the majority share, which always naming the most used agent would reach.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from common.measures.rates import rate
from common.measures.success import standing
from common.records.base import Rate
from common.records.routing_quality import Lack
from common.records.sessions import NOT_RECORDED, EnrichedDelegation, EnrichedSession
from common.routing.availability import AvailableAgents, has_begun
from common.routing.neighbours import Neighbours
from common.routing.vectors import NOTHING, AgentVectors, Vector, rarity_of, vector_of, words

DESCRIPTION_WEIGHT = 3.0
MIN_PROMPTS = 5
"""An agent that completed fewer prompts, without a description, is not learned."""
MIN_WORDS = 3
"""A prompt with fewer known words is not judged."""
CLEARLY = 1.2
"""Another agent is clearly nearer at this many times the nearness of the own one …"""
LEAST = 0.15
"""… at least this nearness …"""
LEAST_SUPPORT = 0.45
"""… and if the past prompts most like it were its own, by this share of their likeness."""
LEAST_AGREEMENT = 0.75
"""The router may speak if the user chose its nearest agent in this share of the delegations …"""
# … and if that is above the share of the most used agent


@dataclass(frozen=True, slots=True)
class Match:
    """The nearest agent of a prompt, with the nearness of that agent and of the one that had it (its own).

    `nearest` is None where the prompt has too few known words. `own` is None where the own agent is not learned.
    `words` brought the prompt to the nearest agent if that is another one, those that did most first. `support` is the
    nearest agent's share among the most similar past prompts; it is None if nobody asked, and with a silent router.
    """

    nearest: str | None
    nearness: float
    own: float | None
    words: tuple[str, ...]
    support: float | None = None

    @property
    def is_nearer(self) -> bool:
        """True if the nearest agent is much nearer than the own one."""
        return self.nearness >= LEAST and self.own is not None and self.nearness >= CLEARLY * self.own

    @property
    def is_clear(self) -> bool:
        """True if the nearest agent is much nearer than the own one, and did the most similar prompts."""
        return self.is_nearer and self.support is not None and self.support >= LEAST_SUPPORT


@dataclass(frozen=True, slots=True)
class Router:
    """A trained router: the match of each delegation by its id; `lacks` says why it is silent, None if it may speak.

    `agreement` counts the delegations whose nearest agent is the one that had it, of those to agents that are learned;
    `majority` the delegations to `most_used`, of the same. Both are None if nothing could be compared.
    """

    matches: Mapping[str, Match]
    lacks: Lack | None
    agreement: Rate | None = None
    majority: Rate | None = None
    most_used: str | None = None


def train(
    sessions: Sequence[EnrichedSession],
    descriptions: Mapping[str, str],
    available: AvailableAgents | None = None,
    *,
    leave_out: Collection[str] = (),
) -> Router:
    """Return the match of every delegation; the descriptions are those of the agents defined now.

    `leave_out` are agents that are never learned. Without `available` every agent counts as available.
    """
    counted = {
        delegation.tool_use_id: words(f"{delegation.description or ''}\n{delegation.prompt}")
        for delegation in _delegations(sessions)
    }
    unlearned = {NOT_RECORDED, *leave_out}
    described = {agent: words(text) for agent, text in sorted(descriptions.items()) if text and agent not in unlearned}
    known = _known_agents(sessions, described) - unlearned
    if len(known) < 2:  # noqa: PLR2004 (one agent is no choice)
        return Router({}, "too few agents")
    rarity = rarity_of([*counted.values(), *described.values()])
    vectors = {key: vector_of(count, rarity) for key, count in counted.items()}
    agents = _add_up(sessions, known, vectors, {agent: vector_of(count, rarity) for agent, count in described.items()})
    matches = {}
    for session in sessions:
        for delegation in session.delegations:
            can = _can(session, delegation, available)
            vector = vectors[delegation.tool_use_id]
            matches[delegation.tool_use_id] = _judge(delegation, session.session_id, vector, agents, can)
    router = _measured(sessions, matches, known)
    return router if router.lacks else replace(router, matches=_supported(sessions, matches, known, vectors))


def _supported(
    sessions: Sequence[EnrichedSession], matches: Mapping[str, Match], known: set[str], vectors: Mapping[str, Vector]
) -> dict[str, Match]:
    """Return the matches, with the support of each that is much nearer to another agent."""
    past = Neighbours(
        (delegation.agent_type, session.session_id, vectors[delegation.tool_use_id])
        for session in sessions
        for delegation in session.delegations
        if delegation.agent_type in known and standing(delegation) == "succeeded"
    )
    found = dict(matches)
    for session in sessions:
        for delegation in session.delegations:
            id_, match = delegation.tool_use_id, matches[delegation.tool_use_id]
            if match.nearest not in {None, delegation.agent_type} and match.is_nearer:
                support = past.support(str(match.nearest), vectors[id_], session.session_id)
                found[id_] = replace(match, support=support)
    return found


def _add_up(
    sessions: Sequence[EnrichedSession], known: set[str], vectors: Mapping[str, Vector], described: Mapping[str, Vector]
) -> AgentVectors:
    """Return the agents with what they did and how they are described."""
    agents = AgentVectors()
    for agent, vector in described.items():
        agents.add(agent, vector, None, DESCRIPTION_WEIGHT)
    for session in sessions:
        for delegation in session.delegations:
            if delegation.agent_type in known and standing(delegation) == "succeeded":
                agents.add(delegation.agent_type, vectors[delegation.tool_use_id], session.session_id)
    agents.close()
    return agents


def _can(
    session: EnrichedSession, delegation: EnrichedDelegation, available: AvailableAgents | None
) -> Callable[[str], bool]:
    """Return the test whether an agent could have had the delegation; the one that had it could."""
    if available is None:
        return lambda _: True
    return lambda agent: agent == delegation.agent_type or available.how(agent, session, delegation) is not None


def _measured(sessions: Sequence[EnrichedSession], matches: Mapping[str, Match], known: set[str]) -> Router:
    """Return the router with its agreement with what the user chose, and why it is silent."""
    compared = [
        delegation
        for delegation in _delegations(sessions)
        if delegation.agent_type in known and matches[delegation.tool_use_id].nearest and has_begun(delegation)
    ]
    if not compared:
        return Router(matches, "too few prompts")
    chosen = Counter(delegation.agent_type for delegation in compared)
    most_used = max(chosen, key=lambda agent: (chosen[agent], agent))
    hits = sum(matches[delegation.tool_use_id].nearest == delegation.agent_type for delegation in compared)
    agreement, majority = rate(hits, len(compared)), rate(chosen[most_used], len(compared))
    lacks: Lack | None = None
    if hits <= chosen[most_used]:
        lacks = "no better than the majority"
    elif hits < LEAST_AGREEMENT * len(compared):
        lacks = "too little agreement"
    return Router(matches, lacks, agreement, majority, most_used)


def _delegations(sessions: Iterable[EnrichedSession]) -> Iterable[EnrichedDelegation]:
    return (delegation for session in sessions for delegation in session.delegations)


def _known_agents(sessions: Sequence[EnrichedSession], described: Mapping[str, Counter[str]]) -> set[str]:
    done = Counter(
        delegation.agent_type for delegation in _delegations(sessions) if standing(delegation) == "succeeded"
    )
    return {agent for agent, count in done.items() if count >= MIN_PROMPTS} | described.keys()


def _judge(
    delegation: EnrichedDelegation, session_id: str, vector: Vector, agents: AgentVectors, can: Callable[[str], bool]
) -> Match:
    nothing = Match(None, 0.0, None, ())
    if len(vector) < MIN_WORDS:
        return nothing
    near = agents.nearness(vector, session_id)
    nearest = _nearest(near, can)
    if nearest is None:
        return nothing
    shared = () if nearest == delegation.agent_type else agents.shared(vector, nearest, session_id)
    return Match(nearest, near[nearest], near.get(delegation.agent_type), shared)


def _nearest(near: Mapping[str, float], can: Callable[[str], bool]) -> str | None:
    """Return the nearest agent that could have had the prompt, of equal ones the last by name; None without one."""
    best, nearest = max(zip(near.values(), near, strict=True), default=(0.0, ""))
    if best <= NOTHING:
        return None
    if can(nearest):
        return nearest
    others = sorted(((value, agent) for agent, value in near.items() if value > NOTHING), reverse=True)
    return next((agent for _, agent in others if can(agent)), None)
