"""Suspected misroutes: work for which another agent was available that should perhaps have had it.

Here are the suspicions of the rules, and what every suspicion needs. Those from role play are in `role_play.py`, those
of the learned router in `learned.py`.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from common.measures import rates
from common.measures.cases import Case, tool_use_ids
from common.measures.statistics import ALPHA, fisher
from common.measures.success import success_rate
from common.records.base import Rate
from common.records.routing_quality import Misroute, RuleUse
from common.records.sessions import NOT_RECORDED
from common.routing.router import Match
from common.routing.rules import Rule, Task, read_task, suits
from common.strategy import Material

EXCERPT_CHARACTERS = 300
MIN_RUNS = 5
MOST_AGENTS = 50


@dataclass(frozen=True)
class Suspicions:
    """What is suspected in the material, by source."""

    material: Material

    @cached_property
    def descriptions(self) -> dict[str, str | None]:
        """Every agent that may be available somewhere, with the description in its file."""
        known: dict[str, str | None] = dict.fromkeys(sorted(self.material.available.everywhere()))
        return known | {agent.name: agent.description for agent in self.material.definitions}

    @cached_property
    def success(self) -> dict[str, Rate]:
        """The success of each agent type in all its work."""
        groups: dict[str, list[Case]] = defaultdict(list)
        for case in self.material.cases:
            groups[case.delegation.agent_type].append(case)
        return {agent: success_of_cases(cases) for agent, cases in groups.items()}

    def most_used(self, names: Sequence[str]) -> list[str]:
        """Return the `MOST_AGENTS` most used of the agents, by name."""
        used = {agent: success.total + success.unknown for agent, success in self.success.items()}
        return sorted(sorted(names, key=lambda name: (-used.get(name, 0), name))[:MOST_AGENTS])

    @cached_property
    def readers(self) -> frozenset[str]:
        """The agents that never edited a file, of at least `MIN_RUNS` runs."""
        runs: dict[str, list[bool]] = defaultdict(list)
        for case in self.material.cases:
            if case.delegation.run:
                runs[case.delegation.agent_type].append(bool(case.delegation.run.edits))
        return frozenset(agent for agent, edited in runs.items() if len(edited) >= MIN_RUNS and not any(edited))

    def could_have(self, name: str, case: Case) -> bool:
        """Return whether another agent was available, could do the work, and did not do worse in all of its own.

        One that never edits a file cannot do what a run did that edited some.
        """
        if case.delegation.run and case.delegation.run.edits and name in self.readers:
            return False
        agent, rules = case.delegation.agent_type, self.material.rules
        return (
            agent not in {NOT_RECORDED, name}
            and name not in rules.copies
            and self.material.available.how(name, case.session, case.delegation) is not None
            and not does_worse(self.success.get(name, NO_SUCCESS_KNOWN), self.success[agent])
        )

    def misroute(
        self, case: Case, rule: str, suggested: str, words: Sequence[str], match: Match | None = None
    ) -> Misroute:
        """Return a suspicion with its evidence."""
        delegation = case.delegation
        return Misroute(
            rule=rule,
            period=case.period,
            session_id=case.session.session_id,
            tool_use_id=delegation.tool_use_id,
            timestamp=delegation.timestamp,
            agent_type=delegation.agent_type,
            suggested=suggested,
            available=self.material.available.how(suggested, case.session, delegation),
            words=list(words),
            description=delegation.description,
            excerpt=delegation.prompt[:EXCERPT_CHARACTERS],
            outcome=delegation.outcome,
            nearness=match.nearness if match else None,
            own_nearness=match.own if match else None,
            file=delegation.file,
            line=delegation.line,
        )


NO_SUCCESS_KNOWN = rates.rate(0, 0)


def success_of_cases(cases: Sequence[Case]) -> Rate:
    """Return the success of the delegations."""
    return success_rate(case.delegation for case in cases)


def does_worse(other: Rate, own: Rate) -> bool:
    """Return whether an agent did worse than another one on work of the same kind.

    It did worse if less than half of its work succeeded, or if its share is lower beyond chance (Fisher's exact test).
    Without a known outcome it did not.
    """
    if not other.total:
        return False
    if other.hits * 2 < other.total:
        return True
    return other.hits * own.total < own.hits * other.total and _is_beyond_chance(
        (other.hits, other.total), (own.hits, own.total)
    )


@lru_cache(maxsize=100_000)
def _is_beyond_chance(other: tuple[int, int], own: tuple[int, int]) -> bool:
    """Return whether two (hits, total) differ beyond chance; the same few are asked for again and again."""
    return fisher(other, own) < ALPHA


@dataclass(frozen=True, slots=True)
class RuleFindings:
    """How a rule was used, and what it suspects."""

    use: RuleUse
    misroutes: list[Misroute]


def read_rule(rule: Rule, suspicions: Suspicions) -> RuleFindings:
    """Return what the rule says about the delegations; nothing where no agent for such tasks is known."""
    material = suspicions.material
    suggested = _of_kind(rule, suspicions)
    tasks: list[Case] = []
    misroutes: list[Misroute] = []
    for case in material.cases if suggested else ():
        task = read_task(case.delegation.description, case.delegation.prompt)
        words = rule.words(task)
        if not words:
            continue
        tasks.append(case)
        if _looks_at(rule, case, suspicions):
            able = [name for name in suggested if suspicions.could_have(name, case)]
            best = _best(rule, able, task, material)
            if best:
                misroutes.append(suspicions.misroute(case, rule.name, best, words))
    use = RuleUse(
        name=rule.name,
        family=rule.family,
        silent=not suggested,
        suggests=suggested,
        tasks=len(tasks),
        suspected=len(misroutes),
        tool_use_ids=tool_use_ids(tasks),
        suspected_tool_use_ids=[misroute.tool_use_id for misroute in misroutes],
    )
    return RuleFindings(use, misroutes)


def _of_kind(rule: Rule, suspicions: Suspicions) -> list[str]:
    """Return the agents for such tasks: those whose name says so, else the only one whose description does.

    Of very many the most used ones are kept, so that the time stays linear.
    """
    known = {
        name: text for name, text in suspicions.descriptions.items() if name not in suspicions.material.rules.copies
    }
    by_name = [name for name in known if rule.is_kind_by_name(name)]
    described = [name for name, text in known.items() if rule.is_kind_by_purpose(text)]
    return suspicions.most_used(by_name) or (described if len(described) == 1 else [])


def _looks_at(rule: Rule, case: Case, suspicions: Suspicions) -> bool:
    """Return whether the rule may suspect the delegation: none of an agent of its kind, a copy or no agent."""
    agent, rules = case.delegation.agent_type, suspicions.material.rules
    if agent in rules.copies or not rule.concerns(agent, rules.suspects):
        return False
    return not (rule.is_kind(agent, suspicions.descriptions.get(agent)) or _is_usual(case, suspicions.material))


def _is_usual(case: Case, material: Material) -> bool:
    """Return whether a specialist had what resembles its own completed work most: then a rule's words prove nothing."""
    match = material.router.matches.get(case.delegation.tool_use_id)
    specialist = case.delegation.agent_type not in material.rules.generalists
    return specialist and match is not None and match.nearest == case.delegation.agent_type


def _best(rule: Rule, able: Sequence[str], task: Task, material: Material) -> str | None:
    """Return the agent whose name says most about the task, None if none suits it."""
    common = material.rules.common_words
    fit = [name for name in able if suits(rule, name, task, common)]
    return min(fit, key=lambda name: (-sum(word not in common for word in rule.subject(name)), name), default=None)
