"""Suspicions of the learned router."""

from collections import defaultdict
from collections.abc import Mapping

from analysis.strategies.misroutes import NO_SUCCESS_KNOWN, Suspicions, does_worse, success_of_cases
from common.measures.cases import Case
from common.records.base import Rate
from common.records.routing_quality import Misroute
from common.strategy import Material

LEARNED = "learned"
MIN_ON_CLUSTER = 5
"""Another agent must have done this many of the prompts nearest to it for a comparison of success."""


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
    """Return whether the other agent did enough of the prompts nearest to it, and not worse than the agent did."""
    its = did.get((nearest, nearest), NO_SUCCESS_KNOWN)
    return its.total >= MIN_ON_CLUSTER and not does_worse(its, did.get((nearest, agent), NO_SUCCESS_KNOWN))
