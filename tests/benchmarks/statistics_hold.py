"""Whether intervals and tests keep what they promise, by simulation: `python -m tests.benchmarks.statistics_hold`.

Sessions have 1 to 12 delegations; the chance of success varies between sessions (beta, correlation 0.2 within one),
the cost of a delegation is log-normal (sigma 1.2) with a factor of its session (sigma 0.5). Nothing differs between
the periods, so every claim is a false alarm.
"""

from __future__ import annotations

import random
import sys
from datetime import date, timedelta
from itertools import pairwise
from math import exp
from typing import TYPE_CHECKING

from analysis.segmentation.comparisons import adjust, compare
from analysis.segmentation.rows import HITS
from analysis.strategies.field import Field
from analysis.strategies.verdicts import is_below, judge
from common.agents import periods
from common.measures import sequences
from common.measures.cases import UNKNOWN_THREAD, Case
from common.measures.statistics import ALPHA
from common.routing.router import Router
from tests.builders.records import delegation, session

if TYPE_CHECKING:
    from analysis.segmentation.resampling import Row

SUCCESS = 0.85
CORRELATION = 0.2
AGENTS = ["a", "b", "c", "d"]
NO_ROUTER = Router({}, "too few agents")


def chance(draw: random.Random) -> float:
    """Return a session's chance of success."""
    weight = (1 - CORRELATION) / CORRELATION
    return draw.betavariate(SUCCESS * weight, (1 - SUCCESS) * weight)


def row(draw: random.Random) -> Row:
    """Return the numbers of one session."""
    count, good, factor = draw.randint(1, 12), chance(draw), draw.gauss(0, 0.5)
    hits = sum(draw.random() < good for _ in range(count))
    cost = sum(int(1e11 * exp(draw.gauss(factor, 1.2))) for _ in range(count))
    agents = [draw.choice(AGENTS) for _ in range(count)]
    return (1, 1, int(count > 11), count, hits, count, 0, cost, count, count, *(agents.count(one) for one in AGENTS))


def false_alarms(sessions: int, rounds: int) -> str:
    """Return how often something is found between two periods that do not differ."""
    draw = random.Random(sessions)
    counts = dict.fromkeys(("permutation", "fisher", "claims", "missed"), 0)
    shown = []
    for _ in range(rounds):
        earlier, later = ([row(draw) for _ in range(sessions)] for _ in range(2))
        [found] = adjust([compare(earlier, later, AGENTS, mix_is_given=False)])
        by_name = {one.measure: one for one in found.measures}
        success, cost = by_name["success"], by_name["cost_per_delegation"]
        counts["permutation"] += success.p is not None and success.p < ALPHA
        counts["fisher"] += success.as_if_independent is not None and success.as_if_independent.p < ALPHA
        counts["claims"] += any(one.claimed for one in found.measures)
        counts["missed"] += cost.low is not None and cost.high is not None and not cost.low <= 0 <= cost.high
        shown.append(success.detectable or 0.0)
    shares = {name: count / rounds for name, count in counts.items()}
    return (
        f"{sessions} sessions a period, {rounds} rounds, no true difference:\n"
        f"  success: p < 0.05 by permutation in {shares['permutation']:.3f}, by Fisher in {shares['fisher']:.3f}\n"
        f"  any claim after Holm, of 5 measures: {shares['claims']:.3f}\n"
        f"  cost of a delegation: the 95 % bootstrap interval holds the true difference in {1 - shares['missed']:.3f}\n"
        f"  success: smallest difference that could be shown, on average: {sum(shown) / rounds:.3f}"
    )


def false_claims(periods: int, sessions: int, rounds: int) -> str:
    """Return how often anything is claimed among periods that do not differ: neighbours, and the first and the last."""
    draw = random.Random(sessions)
    claims = at_the_ends = 0
    for _ in range(rounds):
        made = [[row(draw) for _ in range(sessions)] for _ in range(periods)]
        pairs = [*pairwise(made), (made[0], made[-1])]
        found = adjust([compare(earlier, later, AGENTS, mix_is_given=False) for earlier, later in pairs])
        claimed = [any(measure.claimed for measure in compared.measures) for compared in found]
        claims += any(claimed)
        at_the_ends += claimed[-1]
    return (
        f"{periods} periods of {sessions} sessions, {rounds} rounds, no true difference: any claim after Holm, of "
        f"{5 * periods} measures: {claims / rounds:.3f}; between the first and the last {at_the_ends / rounds:.3f}"
    )


def power(sessions: int, rounds: int) -> str:
    """Return how often a difference of the size that could be shown is found."""
    draw = random.Random(sessions)
    found = 0
    for _ in range(rounds):
        earlier, later = ([row(draw) for _ in range(sessions)] for _ in range(2))
        plain = compare(earlier, later, AGENTS, mix_is_given=False).measures[0]
        worse = [_worse(one, plain.detectable or 0.0, draw) for one in later]
        p = compare(earlier, worse, AGENTS, mix_is_given=False).measures[0].p
        found += p is not None and p < ALPHA
    return f"{sessions} sessions a period: a loss of just that size is found in {found / rounds:.2f} of {rounds} rounds"


def _worse(one: Row, loss: float, draw: random.Random) -> Row:
    lost = sum(draw.random() < loss / SUCCESS for _ in range(one[HITS]))
    return (*one[:HITS], one[HITS] - lost, *one[HITS + 1 :])


def periods_found(delegations: int, rounds: int) -> str:
    """Return how often sightings divide data in which the use of agents never changes."""
    draw = random.Random(delegations)
    found = 0
    for _ in range(rounds):
        weights = [1 / place for place in range(1, 13)]
        seen: list[tuple[str, str]] = []
        day = date(2026, 1, 1)
        while len(seen) < delegations:
            day += timedelta(days=draw.randint(0, 2))
            favourite = draw.choices(range(12), weights)[0]
            for _ in range(draw.randint(1, 12)):
                agent = favourite if draw.random() < 0.3 else draw.choices(range(12), weights)[0]
                seen.append((day.isoformat(), f"agent-{agent}"))
        found += bool(periods.starts_of_sightings(sorted(seen)))
    return (
        f"{delegations} delegations to 12 agents in steady use: periods are found in {found / rounds:.3f} of {rounds}"
    )


def verdicts(agents: int, sessions: int, rounds: int, worse: float = 1.0) -> str:
    """Return how often an agent is to fix; the first one's success is multiplied by `worse`, the others are alike.

    Half of a session's delegations go to one agent, which differs from session to session.
    """
    draw = random.Random(agents)
    wrong = caught = lows = 0
    for _ in range(rounds):
        field = Field(_work(agents, sessions, worse, draw), NO_ROUTER)
        words = {agent: verdict.verdict for agent in field.cases_by_agent if (verdict := judge(agent, field))}
        wrong += any(word == "fix" for agent, word in words.items() if agent != "0" or worse == 1)
        caught += words.get("0") == "fix"
        lows += any(is_below(field.success[agent], field.success_of_others(agent)) for agent in words)
    head = f"{agents} agents in {sessions} sessions, {rounds} rounds"
    if worse == 1:
        return f"{head}, all alike: one is to fix in {wrong / rounds:.3f}; by the interval alone {lows / rounds:.3f}"
    shares = f"it is to fix in {caught / rounds:.2f}, another one in {wrong / rounds:.3f}"
    return f"{head}, one at {worse} of the others' success: {shares}"


def _work(agents: int, sessions: int, worse: float, draw: random.Random) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for number in range(sessions):
        good, favourite = chance(draw), str(draw.randrange(agents))
        place = session(f"s{number}")
        for n in range(draw.randint(1, 12)):
            agent = favourite if draw.random() < 0.5 else str(draw.randrange(agents))
            done = draw.random() < good * (worse if agent == "0" else 1)
            delegated = delegation(f"{number}-{n}", agent, "completed" if done else "failed")
            found.setdefault(agent, []).append(Case(delegated, place, "P1", None, UNKNOWN_THREAD))
    return found


def lifts(sessions: int, rounds: int) -> str:
    """Return how often the interval of a lift holds 1 where agents follow one another by chance."""
    draw = random.Random(sessions)
    held = shown = 0
    for _ in range(rounds):
        made = []
        for number in range(sessions):
            types = draw.choices(AGENTS, [4, 3, 2, 1], k=draw.randint(2, 12))
            made.append(sequences.steps([delegation(f"{number}-{n}", agent) for n, agent in enumerate(types)]))
        for one in sequences.count_transitions(made):
            if one.low is not None and one.high is not None:
                shown += 1
                held += one.low <= 1 <= one.high
    return f"{sessions} sessions without order: the 95 % interval of a lift holds 1 in {held / shown:.3f} of {shown}"


if __name__ == "__main__":
    answers = [
        *(false_alarms(sessions, rounds) for sessions, rounds in ((20, 400), (40, 400), (200, 100))),
        *(false_claims(periods, 20, 200) for periods in (3, 8)),
        power(40, 100),
        *(periods_found(delegations, 300) for delegations in (200, 1000)),
        *(verdicts(agents, sessions, 300) for agents, sessions in ((5, 60), (12, 100))),
        verdicts(12, 100, 100, worse=0.65),
        *(lifts(sessions, 100) for sessions in (30, 150)),
    ]
    sys.stdout.write("\n".join(answers) + "\n")
