"""Evidence: the delegations behind each number, as groups with an address in the HTML report.

The strategies return the ids behind their numbers; here the ids get an address. Nothing is counted again.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from common.measures.rates import CUT_OFF, UNKNOWN_NAME
from common.measures.success import NOT_JUDGED
from common.records.following import LATER, NEXT_STEPS
from common.records.showing import SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from analysis.reporting.inputs import ReportInputs
    from common.records.marathons import PositionRate
    from common.records.paying import ModelPin, Paying

Key = tuple[str, ...]
Ids = tuple[Key, "Sequence[str]"]


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
    """Return the delegations behind every number of the results."""
    number_by_id = {numbered.delegation.tool_use_id: numbered.number for numbered in inputs.delegations}
    found: dict[Key, set[int]] = defaultdict(set)
    for key, ids in _all_ids(inputs):
        found[key].update(number_by_id[tool_use_id] for tool_use_id in ids if tool_use_id in number_by_id)
    made = {
        key: Group(key, f"g{index}", tuple(sorted(numbers)))
        for index, (key, numbers) in enumerate(((key, numbers) for key, numbers in found.items() if numbers), start=1)
    }
    sessions = dict.fromkeys(numbered.session.session_id for numbered in inputs.delegations)
    return Groups(made, number_by_id, {name: f"s{index}" for index, name in enumerate(sessions, start=1)})


def _all_ids(inputs: ReportInputs) -> Iterator[Ids]:
    """Yield (key, ids) of every number that leads to its delegations."""
    yield from _of_outcomes(inputs)
    yield from _of_work_shown(inputs)
    yield from _of_following(inputs)
    yield from _of_groups(inputs)
    yield from _of_spending(inputs)
    yield from _of_periods(inputs)
    yield from _of_marathons(inputs)
    yield from _of_routing(inputs)
    yield from _of_paying(inputs)
    yield from _of_charts(inputs)


def _of_outcomes(inputs: ReportInputs) -> Iterator[Ids]:
    """Yield the delegations of each outcome and of each kind of link."""
    totals = inputs.results.metrics.totals
    for outcome, ids in totals.tool_use_ids_by_outcome.items():
        yield ("outcome", outcome), ids
    for standing, ids in totals.tool_use_ids_by_standing.items():
        yield ("standing", standing), ids
    for stopped in inputs.results.metrics.stopped:
        yield ("stopped", stopped.cause), stopped.tool_use_ids
        yield ("retried", stopped.cause), stopped.retries.tool_use_ids
    for link, ids in totals.tool_use_ids_by_link.items():
        yield ("link", link), ids


def _of_work_shown(inputs: ReportInputs) -> Iterator[Ids]:
    """Yield the delegations of each agent of whose work the transcripts show something."""
    for agent in inputs.results.metrics.agents:
        for name in SHOWN:
            yield ("shown", name, agent.agent_type), getattr(agent.shown, name)


def _of_following(inputs: ReportInputs) -> Iterator[Ids]:
    """Yield the delegations that something followed, in all and by agent."""
    for agent in inputs.results.metrics.agents:
        followed = {name: getattr(agent.following, name) for name in (*NEXT_STEPS, *LATER)}
        for name, ids in (followed | {"retried": agent.retries.tool_use_ids}).items():
            yield ("next", name), ids
            yield ("next", name, agent.agent_type), ids


def _of_groups(inputs: ReportInputs) -> Iterator[Ids]:
    """Yield the delegations of each agent, model, project, weekday, hour and day."""
    metrics = inputs.results.metrics
    standings = {
        tool_use_id: standing
        for standing, ids in metrics.totals.tool_use_ids_by_standing.items()
        for tool_use_id in ids
    }
    for agent in metrics.agents:
        yield ("agent", agent.agent_type), agent.tool_use_ids
        for tool_use_id in agent.tool_use_ids:
            standing = standings[tool_use_id]
            yield ("agent", agent.agent_type, standing), [tool_use_id]
            if standing in NOT_JUDGED:
                yield ("agent", agent.agent_type, "not judged"), [tool_use_id]
    groups = (
        *(("model", group) for group in metrics.models),
        *(("project", group) for group in metrics.projects),
        *(("weekday", group) for group in metrics.weekdays),
        *(("hour", group) for group in metrics.hours),
        *(("day", group) for group in metrics.days),
    )
    for kind, group in groups:
        yield (kind, group.name), group.tool_use_ids


def _of_spending(inputs: ReportInputs) -> Iterator[Ids]:
    """Yield the delegations whose runs spent the money of a row."""
    metrics = inputs.results.metrics
    rows = (
        *(("spending_by_place", spending) for spending in metrics.spending_by_place),
        *(("spending_by_model", spending) for spending in metrics.spending_by_model),
        *(("spending_by_project", spending) for spending in metrics.spending_by_project),
        *(("spending_by_period", spending) for spending in metrics.spending_by_period),
        *(("spending_by_day", spending) for spending in metrics.spending_by_day),
    )
    for kind, spending in rows:
        yield (kind, spending.name), spending.tool_use_ids


def _of_periods(inputs: ReportInputs) -> Iterator[Ids]:
    """Yield the delegations of each period, and of each agent in it."""
    for group in inputs.results.metrics.periods:
        yield ("period", group.name), group.tool_use_ids
    for period in inputs.patterns.periods:
        for agent, ids in period.tool_use_ids_by_agent.items():
            yield ("agent of period", agent, period.name), ids


def _of_marathons(inputs: ReportInputs) -> Iterator[Ids]:
    """Yield the delegations of marathons, places, transitions and loops."""
    result = inputs.results.marathons
    for marathon in result.marathons:
        yield ("marathons",), marathon.tool_use_ids
    for position in result.by_position:
        yield ("place", position_name(position)), position.tool_use_ids
    for transition in result.transitions:
        yield ("transition", transition.source, transition.target), transition.tool_use_ids
    for loop in result.loops:
        yield ("loop", loop.agent_type, loop.via), loop.tool_use_ids
    for review in result.review_loops:
        yield ("review loop", review.agent_type, review.via), review.tool_use_ids


def position_name(position: PositionRate) -> str:
    """Return a span of places: 1, 2–5, 41+."""
    if position.first == position.last:
        return str(position.first)
    return f"{position.first}+" if position.last is None else f"{position.first}–{position.last}"


def _of_routing(inputs: ReportInputs) -> Iterator[Ids]:
    """Yield the delegations that a rule reads, those that are suspected, and those that ask for a role."""
    quality = inputs.results.routing_quality
    for misroute in quality.misroutes:
        yield ("misroutes",), [misroute.tool_use_id]
    for rule in quality.rules:
        yield ("rule", rule.name), rule.tool_use_ids
        yield ("misroutes", rule.name), rule.suspected_tool_use_ids
    for play in quality.role_play:
        yield ("roles", play.agent_type), play.tool_use_ids
        yield ("role", play.agent_type, play.role), play.tool_use_ids
        yield ("role callable", play.agent_type, play.role), play.callable_tool_use_ids


def _of_paying(inputs: ReportInputs) -> Iterator[Ids]:
    """Yield the delegations of each class of paying, in all and by agent, and of each model pin."""
    metrics = inputs.results.metrics
    groups: list[tuple[Key, Paying]] = [((), metrics.totals.paying)]
    groups += (((agent.agent_type,), agent.paying) for agent in metrics.agents)
    for names, paying in groups:
        for kind, ids in paying.tool_use_ids.items():
            yield (f"pays_{kind}", *names), ids
    of_agent = {agent.agent_type: agent.delegations for agent in metrics.agents}
    for pin in metrics.model_pins:
        if pin.delegations != of_agent.get(pin.agent_type):  # otherwise it is the group of the agent
            yield pin_key(pin), pin.tool_use_ids


def pin_key(pin: ModelPin) -> Key:
    """Return what the delegations of a model pin have in common."""
    return ("model_pin", pin.agent_type, pin.model, pin.asked or "", pin.asked_by or "", pin.as_asked or "")


def _of_charts(inputs: ReportInputs) -> Iterator[Ids]:
    """Yield the delegations behind the charts that the report computes itself: weeks, times, tokens, costs."""
    for group in inputs.results.metrics.days:
        if group.name != UNKNOWN_NAME:
            yield ("week", monday(date.fromisoformat(group.name))), group.tool_use_ids
    for numbered in inputs.delegations:
        delegation = numbered.delegation
        agent, ids = delegation.agent_type, [delegation.tool_use_id]
        if delegation.active_seconds and delegation.outcome not in CUT_OFF:
            yield ("timed", agent), ids
        if delegation.run and delegation.run.tokens.output_estimated:
            yield ("wrote", agent), ids
        if numbered.cost:
            yield ("cost", agent, delegation.model or UNKNOWN_NAME), ids


def monday(day: date) -> str:
    """Return the Monday of the day's week."""
    return (day - timedelta(days=day.weekday())).isoformat()
