from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analysis.strategies import metrics
from common.records.tokens import Tokens
from tests.builders.material import material
from tests.builders.records import delegation, numbered, run, session, spent, unlinked

if TYPE_CHECKING:
    from common.records.metrics import AgentMetrics, MetricsResult
    from common.records.sessions import EnrichedSession


def answered(*sessions: EnrichedSession, **more: Any) -> MetricsResult:
    return metrics.answer_metrics(material(*sessions, **more))


def agent(result: MetricsResult, name: str) -> AgentMetrics:
    return next(one for one in result.agents if one.agent_type == name)


def test_agents_stand_by_use_with_rates_costs_and_times() -> None:
    one = session(
        "s",
        delegation("t1", "a", run=run(spent(input=1_000_000)), duration=10.0),
        delegation("t2", "a", "failed", run=run(spent(input=2_000_000)), duration=20.0),
        delegation("t3", "a", "unanswered"),
        delegation("t4", "b"),
    )
    result = answered(one)
    first = result.agents[0]
    assert [one.agent_type for one in result.agents] == ["a", "b"]
    assert (first.delegations, first.sessions, first.with_run, first.delegations_priced) == (3, 1, 2, 2)
    assert (first.success.hits, first.success.total, first.success.unknown) == (1, 2, 1)
    assert (first.cost.estimated, first.cost_per_delegation) == (9.0, 4.5)
    assert (first.durations.known, first.durations.p50) == (2, 15.0)
    assert (first.tokens.input, first.cache_share, first.output_per_input) == (3_000_000, 0.0, 0.0)
    assert (first.first_day, first.last_day) == ("2026-03-02", "2026-03-02")
    second = result.agents[1]
    assert (second.cost.estimated, second.cost_per_delegation, second.cache_share) == (0.0, None, None)


def test_groups_of_time_are_those_of_the_call() -> None:
    made = [
        delegation("t1", timestamp="2026-03-02T09:59:00.000Z"),
        delegation("t2", timestamp="2026-03-02T10:00:00.000Z"),
        delegation("t3", timestamp="2026-03-08T09:00:00.000Z", model=None),
        delegation("t4", timestamp=None),
    ]
    result = answered(session("s", *made))
    assert [(one.name, one.delegations) for one in result.days] == [
        ("(unknown)", 1),
        ("2026-03-02", 2),
        ("2026-03-08", 1),
    ]
    assert [(one.name, one.delegations) for one in result.hours] == [("(unknown)", 1), ("09", 2), ("10", 1)]
    assert [one.name for one in result.weekdays] == ["Monday", "Sunday", "(unknown)"]
    assert [(one.name[:13], one.delegations) for one in result.models] == [("claude-sonnet", 3), ("(unknown)", 1)]
    assert [(one.name, one.delegations) for one in result.projects] == [("-home-user-shop", 4)]
    assert [(one.name, one.delegations) for one in result.periods] == [("P1", 4)]


def test_every_message_is_spent_in_one_place_and_the_places_add_up() -> None:
    one = session("s", delegation("t1", run=run(spent(input=20, output=2))), days=[spent(input=100, output=10)])
    result = answered(
        one,
        unlinked=[unlinked(spent(input=3)), unlinked(spent("2026-03-05", input=4), session_id=None)],
    )
    assert [(one.name, one.tokens.input) for one in result.spending_by_place] == [
        ("main", 100),
        ("runs", 20),
        ("unlinked", 7),
    ]
    assert result.totals.tokens.input == 127
    assert [(one.name, one.tokens.input) for one in result.spending_by_day] == [("2026-03-02", 123), ("2026-03-05", 4)]
    assert {one.name: one.tokens.input for one in result.spending_by_project} == {
        "-home-user-shop": 123,
        "(unknown)": 4,
    }
    assert {one.name: one.tokens.input for one in result.spending_by_period} == {"P1": 123, "outside all periods": 4}
    assert all(one.equal for one in result.reconciliation)
    for table in (result.spending_by_place, result.spending_by_model, result.spending_by_day):
        assert abs(sum(one.cost.estimated for one in table) - result.totals.cost.estimated) < 1e-12


def test_a_total_that_differs_from_the_extraction_is_shown() -> None:
    made = session("s", delegation("t1"), days=[spent(input=5)])
    odd = material(made, elsewhere={"p": [spent(input=2)]})
    unequal = {
        one.figure: (one.here, one.extraction) for one in metrics.answer_metrics(odd).reconciliation if not one.equal
    }
    assert unequal["tokens input"] == (7, 5)


def test_unpriced_models_are_listed_and_enter_no_mean() -> None:
    made = session(
        "s",
        delegation("t1", "a", run=run(spent(model="gpt-5-mini", messages=4, input=10))),
        delegation("t2", "a", run=run(spent(input=1_000_000))),
        days=[spent(model=None, messages=2)],
    )
    result = answered(made)
    assert [(one.model, one.reason, one.messages) for one in result.unpriced] == [
        ("gpt-5-mini", "no price", 4),
        ("(unknown)", "no price", 2),
    ]
    first = agent(result, "a")
    assert (first.cost.messages, first.cost.messages_unpriced) == (5, 4)
    assert (first.delegations_priced, first.cost_per_delegation) == (1, 3.0)


def test_the_same_tokens_at_the_parents_price_keep_the_same_delegations() -> None:
    opus, haiku = "claude-opus-4-5", "claude-haiku-4-5"
    made = session(
        "s",
        delegation("t1", "a", model=haiku, run=run(spent(model=haiku, input=1_000_000))),
        delegation("t2", "a", caller="t1", run=run(spent(model=opus, input=1_000_000))),
        delegation("t3", "a", caller="unknown", run=run(spent(input=1_000_000))),
        delegation("t4", "a"),
        days=[spent(model=opus, messages=3)],
    )
    parent = agent(answered(made), "a").parent_price
    # t1 at haiku $1, at opus $5; t2 at opus $5, at haiku $1; t3 has no known parent, t4 no run
    assert (parent.delegations, parent.actual, parent.other) == (2, 6.0, 6.0)


def test_defined_says_yes_no_or_that_it_cannot_be_known() -> None:
    given = '[{"name": "P", "first": "2026-03-01", "last": "2026-03-31", "changes": ["+gone", "-gone", "-b", "+b"]}]'
    made = session("s", *numbered("a", "gone", "b", "Explore", ("phantom", "not_started")))
    result = answered(made, defined={"a": "Does a."}, given=given)
    assert {one.agent_type: one.defined for one in result.agents} == {
        "a": "yes",
        "gone": "no",
        "phantom": "no",
        "b": "cannot be known",
        "Explore": "cannot be known",
    }
    assert agent(result, "phantom").verdict is None


def test_no_data_at_all_is_a_result_without_figures() -> None:
    result = answered()
    assert (result.agents, result.days, result.spending_by_day, result.unpriced) == ([], [], [], [])
    assert result.totals.tokens == Tokens()
    assert result.totals.success.low is None
    assert all(one.equal for one in result.reconciliation)


def test_links_are_counted_with_those_that_have_none() -> None:
    made = session("s", delegation("t1", run=run(spent())), delegation("t2"))
    assert answered(made).totals.links == {"agent_id": 1, "none": 1}


def test_sessions_in_worktrees_are_part_of_their_project() -> None:
    trees = {name: f"/w/shop/.claude/worktrees/{name}" for name in ("gate", "door")}
    result = answered(
        session("s1", delegation("t1"), project="-w-shop", cwd="/w/shop"),
        session("s2", delegation("t2"), project="-w-shop--claude-worktrees-gate", cwd=trees["gate"]),
        session("s3", delegation("t3"), project="-w-shop--claude-worktrees-gate", cwd=trees["gate"]),
        session("s4", delegation("t4"), project="-w-shop--claude-worktrees-door", cwd=trees["door"]),
        session("s5", delegation("t5"), project="-w-other", cwd="/w/other"),
    )
    assert [(row.name, row.delegations, row.worktrees) for row in result.projects] == [
        ("-w-shop", 4, 2),
        ("-w-other", 1, 0),
    ]
