from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.strategies.field import Field
from common.routing.router import Router
from tests.builders.material import material
from tests.builders.records import delegation, session

if TYPE_CHECKING:
    from collections.abc import Sequence


def field_of_times(**times: Sequence[float]) -> Field:
    """Make a field of agents whose delegations took these times."""
    found = {
        agent: [delegation(f"{agent}{n}", agent, duration=time) for n, time in enumerate(times[agent])]
        for agent in times
    }
    cases = material(session("s", *[call for calls in found.values() for call in calls])).cases
    by_agent = {agent: [case for case in cases if case.delegation.agent_type == agent] for agent in times}
    return Field(by_agent, Router({}, "too few agents"))


def test_the_others_median_leaves_out_the_agents_own_times_and_not_those_equal_to_them() -> None:
    # the others: 2 2 2 2 2 | 4 4 4 4 4, median 3; the agent: ten times 2, median 2
    field = field_of_times(a=[2.0] * 10, b=[4.0] * 5, c=[2.0] * 5)
    assert field.time_ratio("a") == 2 / 3


def test_an_odd_number_of_others_has_a_time_in_the_middle() -> None:
    field = field_of_times(a=[9.0] * 10, b=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0])
    assert field.time_ratio("a") == 9 / 6


def test_success_of_others_has_what_is_not_judged_too() -> None:
    calls = [
        delegation("a1", "a"),
        delegation("b1", "b"),
        delegation("b2", "b", "failed"),
        delegation("c1", "c", "unanswered"),
    ]
    cases = material(session("s", *calls)).cases
    field = Field(
        {name: [case for case in cases if case.delegation.agent_type == name] for name in "abc"},
        Router({}, "too few agents"),
    )
    others = field.success_of_others("a")
    assert (others.hits, others.total, others.unknown) == (1, 2, 1)
