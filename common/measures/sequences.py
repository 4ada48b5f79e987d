"""Sequences of delegations: transitions, loops, rounds, and the counts that chance would give."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import exp, fsum, log, sqrt
from typing import TypeVar

from msgspec.structs import replace

from common.measures.rates import rate
from common.measures.statistics import Z95
from common.records.base import Rate
from common.records.sessions import NOT_RECORDED, Delegation
from common.records.shared import Loop, Transition

D = TypeVar("D", bound=Delegation)
_Pair = tuple[str, str]

LIFT_COUNT = 5
"""A transition needs this many cases, in two sessions, for an interval of its lift."""


@dataclass(frozen=True, slots=True)
class Steps:
    """The sequence of the delegations of one session.

    `transitions` are pairs of agent types. `parallel` counts neighbours called in one message; they are not
    transitions. `loops` are (X, Y) for each X, Y, X of two transitions. `transition_ids` and `loop_ids` are the ids of
    the last delegation of each.
    """

    transitions: list[tuple[str, str]]
    parallel: int
    loops: list[tuple[str, str]]
    transition_ids: list[str] = field(default_factory=list)
    loop_ids: list[str] = field(default_factory=list)


def steps(delegations: Sequence[Delegation]) -> Steps:
    """Return the transitions and loops of one session, whose delegations are in order of call."""
    stretches = chains(delegations)
    pairs = [pair for chain in stretches for pair in pairwise(chain)]
    triples = [triple for chain in stretches for triple in zip(chain, chain[1:], chain[2:], strict=False)]
    loops = [(x, y, z) for x, y, z in triples if x.agent_type == z.agent_type != y.agent_type]
    return Steps(
        transitions=[(before.agent_type, after.agent_type) for before, after in pairs],
        parallel=sum(_parallel(*pair) for thread in _threads(delegations) for pair in pairwise(thread)),
        loops=[(x.agent_type, y.agent_type) for x, y, _ in loops],
        transition_ids=[after.tool_use_id for _, after in pairs],
        loop_ids=[last.tool_use_id for _, _, last in loops],
    )


def chains(delegations: Sequence[D]) -> list[list[D]]:
    """Return stretches in which each delegation is followed by the next: one thread, no two of one message.

    A call that names no agent type ends a stretch and is in none.
    """
    found: list[list[D]] = []
    for thread in _threads(delegations):
        for previous, delegation in zip([None, *thread], thread, strict=False):
            if previous is None or _parallel(previous, delegation) or previous.agent_type == NOT_RECORDED:
                found.append([])
            if delegation.agent_type != NOT_RECORDED:
                found[-1].append(delegation)
    return [stretch for stretch in found if stretch]


def cascade_rate(sessions: Iterable[Steps]) -> Rate:
    """Return the transitions to the same agent type of all transitions."""
    pairs = [pair for steps in sessions for pair in steps.transitions]
    return rate(sum(a == b for a, b in pairs), len(pairs))


def count_loops(sessions: Iterable[Steps]) -> list[Loop]:
    """Return how often each X, Y, X occurs, most frequent first, ties by name."""
    ids = _ids((steps.loops, steps.loop_ids) for steps in sessions)
    return [
        Loop(agent_type=x, via=y, count=len(inside), tool_use_ids=inside)
        for (x, y), inside in sorted(ids.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def count_transitions(sessions: Sequence[Steps]) -> list[Transition]:
    """Return each transition with its lift, most frequent first, ties by name."""
    by_pair = _by_session(Counter(steps.transitions) for steps in sessions)
    by_source = _by_session(Counter(a for a, _ in steps.transitions) for steps in sessions)
    by_target = _by_session(Counter(b for _, b in steps.transitions) for steps in sessions)
    total = {number: len(steps.transitions) for number, steps in enumerate(sessions) if steps.transitions}
    ids = _ids((steps.transitions, steps.transition_ids) for steps in sessions)
    found = [
        replace(_transition(pair, counts, by_source[pair[0]], by_target[pair[1]], total), tool_use_ids=ids[pair])
        for pair, counts in by_pair.items()
    ]
    return sorted(found, key=lambda transition: (-transition.count, transition.source, transition.target))


def _ids(sessions: Iterable[tuple[Sequence[_Pair], Sequence[str]]]) -> dict[_Pair, list[str]]:
    """Return the ids by pair of agent types."""
    found: dict[_Pair, list[str]] = defaultdict(list)
    for pairs, ids in sessions:
        for pair, tool_use_id in zip(pairs, ids, strict=True):
            found[pair].append(tool_use_id)
    return found


_Counts = dict[int, int]
"""Number of the session → how often there."""


def _transition(pair: tuple[str, str], counts: _Counts, source: _Counts, target: _Counts, total: _Counts) -> Transition:
    count, n_source, n_target, n = (sum(counter.values()) for counter in (counts, source, target, total))
    expected = n_source * n_target / n
    low, high = _lift_interval(count / expected, counts, source, target, total)
    return Transition(
        source=pair[0],
        target=pair[1],
        count=count,
        sessions=len(counts),
        expected=expected,
        lift=count / expected,
        low=low,
        high=high,
    )


def _lift_interval(
    lift: float, counts: _Counts, source: _Counts, target: _Counts, total: _Counts
) -> tuple[float | None, float | None]:
    """Return the 95 % interval by the variance of log lift between sessions (delta method, one session one case).

    log lift = log n(XY) - log n(X.) - log n(.Y) + log n; the share of a session in it is the same sum of its own
    counts, each divided by the total count.
    """
    n_counts, n_source, n_target, n = (sum(counter.values()) for counter in (counts, source, target, total))
    if n_counts < LIFT_COUNT or len(counts) < 2:  # noqa: PLR2004 (one session alone has no variance)
        return None, None
    squares = fsum(
        (
            counts.get(session, 0) / n_counts
            - source.get(session, 0) / n_source
            - target.get(session, 0) / n_target
            + in_session / n
        )
        ** 2
        for session, in_session in total.items()
    )
    half = Z95 * sqrt(squares * len(total) / (len(total) - 1))
    return exp(log(lift) - half), exp(log(lift) + half)


_K = TypeVar("_K")


def _by_session(counters: Iterable[Counter[_K]]) -> dict[_K, _Counts]:
    found: dict[_K, _Counts] = defaultdict(dict)
    for number, counter in enumerate(counters):
        for key, count in counter.items():
            found[key][number] = count
    return found


def rounds(delegations: Sequence[D]) -> list[list[D]]:
    """Return every longest stretch X, Y, X, Y … of three or more with Y ≠ X; neighbouring stretches may share steps.

    ::

        dev review dev review        one stretch of four
        dev review dev plan dev      two stretches that share the `dev` in the middle: dev review dev, dev plan dev
        dev review plan              none
    """
    found: list[list[D]] = []
    for chain in chains(delegations):
        start = 0
        for end in range(1, len(chain) + 1):
            if end < len(chain) and _goes_on(chain, start, end):
                continue
            if end - start > 2:  # noqa: PLR2004 (X, Y, X is the shortest)
                found.append(chain[start:end])
            start = end - 1 if end < len(chain) and chain[end].agent_type != chain[end - 1].agent_type else end
    return found


def _goes_on(chain: Sequence[Delegation], start: int, end: int) -> bool:
    this = chain[end].agent_type
    if end - start == 1:
        return this != chain[start].agent_type
    return this == chain[end - 2].agent_type


def _threads(delegations: Sequence[D]) -> list[list[D]]:
    by_caller: dict[str | None, list[D]] = {}
    for delegation in delegations:
        by_caller.setdefault(delegation.caller, []).append(delegation)
    return list(by_caller.values())


def _parallel(previous: Delegation, delegation: Delegation) -> bool:
    return previous.message_id is not None and previous.message_id == delegation.message_id
