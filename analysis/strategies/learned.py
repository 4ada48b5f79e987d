"""Suspicions of the learned router, and agents that do the work of another one."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from analysis.strategies.misroutes import NO_SUCCESS_KNOWN, Suspicions, does_worse, success_of_cases
from common.measures import rates
from common.measures.cases import Case
from common.records.base import Rate
from common.records.routing_quality import Misroute
from common.strategy import Material

LEARNED = "learned"
MIN_ON_CLUSTER = 5
"""Another agent must have done this many of the prompts nearest to it for a comparison of success."""
MIN_SAME_WORK = 5
"""An agent with fewer judged prompts is not said to do the work of another one."""
SAME_WORK = 0.5
"""Another agent does the same work if at least this share of the prompts is nearest to it."""


def learned_misroutes(suspicions: Suspicions) -> list[Misroute]:
    """Return the delegations to which another agent is clearly nearer and did not do worse; none of a silent router."""
    material = suspicions.material
    if material.router.lacks is not None:
        return []
    did = _success_by_nearest(material)
    found = []
    for case in material.cases:
        match = material.router.matches.get(case.delegation.tool_use_id)
        agent = case.delegation.agent_type
        if match is None or match.nearest in {None, agent} or not match.is_clear or agent in material.rules.copies:
            continue
        nearest = str(match.nearest)
        if may_replace(did, nearest, agent) and suspicions.could_have(nearest, case):
            found.append(suspicions.misroute(case, LEARNED, nearest, match.words, match))
    return found


Success = Mapping[tuple[str, str], Rate]
"""(nearest agent, agent that had the task) → success."""


def _success_by_nearest(material: Material) -> Success:
    groups: dict[tuple[str, str], list[Case]] = defaultdict(list)
    for case in material.cases:
        match = material.router.matches.get(case.delegation.tool_use_id)
        if match and match.nearest:
            groups[match.nearest, case.delegation.agent_type].append(case)
    return {key: success_of_cases(cases) for key, cases in groups.items()}


def may_replace(did: Success, nearest: str, agent: str) -> bool:
    """Tell whether the other agent did enough of the prompts nearest to it, and not worse than the agent did."""
    its = did.get((nearest, nearest), NO_SUCCESS_KNOWN)
    return its.total >= MIN_ON_CLUSTER and not does_worse(its, did.get((nearest, agent), NO_SUCCESS_KNOWN))


def replacement(agent: str, material: Material) -> str | None:
    """Return another available agent that does the same work and not worse, None without one.

    It does the same work if at least half of the agent's prompts, of `MIN_SAME_WORK` or more, are nearest to it. It is
    available if the agent's last delegation could have gone to it.
    """
    cases = [case for case in material.cases if case.delegation.agent_type == agent]
    matches = [material.router.matches.get(case.delegation.tool_use_id) for case in cases]
    nearest = Counter(match.nearest for match in matches if match and match.nearest)
    other = next((name for name in rates.ordered(nearest) if name != agent), None)
    if other is None or nearest.total() < MIN_SAME_WORK or nearest[other] < SAME_WORK * nearest.total():
        return None
    is_there = material.available.how(other, cases[-1].session, cases[-1].delegation) is not None
    return other if is_there and may_replace(_success_by_nearest(material), other, agent) else None
