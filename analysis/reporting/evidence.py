"""The delegations behind each number: a group of them for every claim, with an address in the HTML report."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from common.agents.periods import Periods, group
from common.measures.rework import is_reworkable as counts_for_rework
from common.measures.rework import repeats
from common.measures.sequences import chains
from common.records.sessions import SUCCESSES, UNKNOWNS, Outcome
from common.records.shared import OUTSIDE, Period
from common.times import Calendar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from analysis.reporting.inputs import Numbered, ReportInputs
    from common.records.marathons import PositionRate
    from common.records.sessions import EnrichedDelegation, EnrichedSession

Key = tuple[str, ...]
OutcomeClass = Literal["completed", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Group:
    """Delegations by number, in order; `key` says what they have in common, `anchor` is the group's address."""

    key: Key
    anchor: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Groups:
    """All groups by key, and the number of each delegation by its id."""

    group_by_key: Mapping[Key, Group]
    number_by_id: Mapping[str, int]
    anchor_by_session: Mapping[str, str]

    def target(self, *key: str) -> str | None:
        """Return the address of the delegations with this key, None if there are none."""
        group = self.group_by_key.get(key)
        return group.anchor if group else None

    def session(self, session_id: str) -> str | None:
        """Return the address of a session's cards, None if it has none."""
        return self.anchor_by_session.get(session_id)

    def card(self, tool_use_id: str) -> str | None:
        """Return the address of a delegation's card, None if it is not among those chosen."""
        number = self.number_by_id.get(tool_use_id)
        return None if number is None else f"d{number}"


def groups_of(inputs: ReportInputs) -> Groups:
    """Return the delegations by everything that the report counts them by."""
    found: dict[Key, list[int]] = defaultdict(list)
    number_by_id = {one.delegation.tool_use_id: one.number for one in inputs.delegations}
    for one in inputs.delegations:
        for key in _keys(one):
            found[key].append(one.number)
    for key, number in _keys_of_periods(inputs):
        found[key].append(number)
    for key, tool_use_id in (*_keys_of_sessions(inputs), *_keys_of_results(inputs)):
        if tool_use_id in number_by_id:
            found[key].append(number_by_id[tool_use_id])
    made = {
        key: Group(key, f"g{index}", tuple(sorted(set(numbers))))
        for index, (key, numbers) in enumerate(found.items(), start=1)
    }
    sessions = dict.fromkeys(one.session.session_id for one in inputs.delegations)
    return Groups(made, number_by_id, {name: f"s{index}" for index, name in enumerate(sessions, start=1)})


def outcome_class(outcome: Outcome) -> OutcomeClass:
    """Return what an outcome counts as."""
    return "unknown" if outcome in UNKNOWNS else "completed" if outcome in SUCCESSES else "failed"


def _keys(one: Numbered) -> Iterator[Key]:
    """Yield what a delegation is counted by."""
    delegation = one.delegation
    agent, outcome = delegation.agent_type, outcome_class(delegation.outcome)
    yield from (("outcome", delegation.outcome), ("class", outcome), ("agent", agent), ("agent", agent, outcome))
    yield ("project", one.session.project)
    if one.moment is not None:
        yield ("day", one.moment.date().isoformat())
    if delegation.model is not None:
        yield ("model", delegation.model)


def _keys_of_periods(inputs: ReportInputs) -> Iterator[tuple[Key, int]]:
    """Yield the period of each delegation: that of its session."""
    named = [one for one in inputs.segmentation.periods if one.name != OUTSIDE]
    periods = Periods(
        inputs.segmentation.period_source,
        tuple(Period(name=one.name, first=one.first, last=one.last, changes=one.changes) for one in named),
    )
    period_by_session = {
        session.session_id: period.name
        for period, sessions in group(inputs.enriched.sessions, periods, Calendar(inputs.timezone))
        for session in sessions
    }
    for one in inputs.delegations:
        yield ("period", period_by_session[one.session.session_id]), one.number


def _keys_of_sessions(inputs: ReportInputs) -> Iterator[tuple[Key, str]]:
    """Yield what a delegation is in its session: the second of a transition, at a place, done again."""
    marathons = {one.session_id for one in inputs.results.marathons.marathons}
    spans = [(position_name(one), one) for one in inputs.results.marathons.by_position]
    for session in inputs.enriched.sessions:
        for chain in chains(session.delegations):
            for before, after in pairwise(chain):
                yield ("transition", before.agent_type, after.agent_type), after.tool_use_id
        for one in session.delegations:
            if session.session_id in marathons:
                yield ("marathons",), one.tool_use_id
            for name, span in spans:
                if span.first <= one.sequence_number <= (span.last or one.sequence_number):
                    yield ("place", name), one.tool_use_id
        for one in _done_again(session):
            yield ("rework",), one.tool_use_id
            yield ("rework", one.agent_type), one.tool_use_id


def _done_again(session: EnrichedSession) -> list[EnrichedDelegation]:
    """Return the delegations of a session that were repeated or corrected."""
    repeated = {earlier.tool_use_id for _, earlier in repeats(session)}
    return [
        one for one in session.delegations if one.tool_use_id in repeated or (one.corrected and counts_for_rework(one))
    ]


def position_name(position: PositionRate) -> str:
    """Return a span of places: 1, 2–5, 41+."""
    if position.first == position.last:
        return str(position.first)
    return f"{position.first}+" if position.last is None else f"{position.first}–{position.last}"


def _keys_of_results(inputs: ReportInputs) -> Iterator[tuple[Key, str]]:
    """Yield what the strategies found of single delegations: (key, tool use id)."""
    for misroute in inputs.results.routing_quality.misroutes:
        yield ("misroutes",), misroute.tool_use_id
        yield ("misroutes", misroute.rule), misroute.tool_use_id
        yield ("misroutes to", misroute.suggested), misroute.tool_use_id
