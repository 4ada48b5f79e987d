from __future__ import annotations

import pytest

from common.measures import sequences
from tests.builders.records import delegation, numbered


def pairs(*types: str) -> list[tuple[str, str]]:
    return sequences.steps(numbered(*types)).transitions


def test_transitions_are_neighbours() -> None:
    assert pairs("a", "b", "b") == [("a", "b"), ("b", "b")]
    assert pairs("a") == []
    assert pairs() == []


def test_calls_of_one_message_are_parallel_and_no_transition() -> None:
    made = [
        delegation("t1", "a", message_id="m1"),
        delegation("t2", "b", message_id="m2"),
        delegation("t3", "c", message_id="m2"),
        delegation("t4", "d", message_id="m3"),
    ]
    found = sequences.steps(made)
    assert found.transitions == [("a", "b"), ("c", "d")]
    assert found.parallel == 1


def test_each_thread_has_its_own_neighbours() -> None:
    made = [
        delegation("t1", "a"),
        delegation("t2", "b", caller="t1"),
        delegation("t3", "c"),
        delegation("t4", "d", caller="t1"),
    ]
    found = sequences.steps(made)
    assert sorted(found.transitions) == [("a", "c"), ("b", "d")]
    assert found.parallel == 0


def test_loops_overlap_and_need_a_change() -> None:
    assert sequences.steps(numbered("a", "b", "a", "b", "b", "b")).loops == [("a", "b"), ("b", "a")]


def test_loops_are_counted_most_frequent_first_and_ties_by_name() -> None:
    made = [sequences.steps(numbered(*types)) for types in ("cdc", "bcb", "aba", "bcb")]
    assert [(one.agent_type, one.via, one.count) for one in sequences.count_loops(made)] == [
        ("b", "c", 2),
        ("a", "b", 1),
        ("c", "d", 1),
    ]


def test_a_loop_does_not_run_through_parallel_calls() -> None:
    made = [delegation(f"t{i}", kind, message_id="m") for i, kind in enumerate("aba")]
    found = sequences.steps(made)
    assert (found.loops, found.transitions, found.parallel) == ([], [], 2)


def test_cascades_are_transitions_to_the_same_agent() -> None:
    found = sequences.cascade_rate([sequences.steps(numbered("a", "a", "b")), sequences.steps(numbered("b", "b"))])
    assert (found.hits, found.total) == (2, 3)


def test_lift_compares_with_what_chance_gives() -> None:
    # six transitions: a→b three times, b→a twice, a→a once. From a 4, to b 3: chance gives 4 x 3 / 6 = 2 for a→b
    found = sequences.count_transitions([sequences.steps(numbered("a", "b", "a", "b", "a", "a", "b"))])
    first = found[0]
    assert (first.source, first.target, first.count, first.sessions) == ("a", "b", 3, 1)
    assert first.expected == 2
    assert first.lift == 1.5
    assert (first.low, first.high) == (None, None)


def test_the_interval_of_a_lift_narrows_with_sessions_that_agree() -> None:
    def width(copies: int) -> float:
        made = [sequences.steps(numbered(*types)) for types in ("abc", "bcaa", "aab")] * copies
        found = next(one for one in sequences.count_transitions(made) if (one.source, one.target) == ("b", "c"))
        assert found.low is not None
        assert found.high is not None
        assert found.low <= found.lift <= found.high
        return found.high - found.low

    assert width(40) < width(10) / 1.5


def test_the_interval_of_a_lift_as_worked_out_by_hand() -> None:
    # five sessions a→b and one c→d, c→d: lift of a→b is 5 / (5 x 5 / 7) = 1.4; each of the five adds
    # 1/5 - 1/5 - 1/5 + 1/7 = -2/35, the sixth 2/7; squares 5 x 4/1225 + 4/49, x 6/5 = 0.117551; root x 1.96 = 0.671985
    made = [sequences.steps(numbered("a", "b"))] * 5 + [sequences.steps(numbered("c", "d", "c", "d"))]
    made[-1] = sequences.Steps([("c", "d"), ("c", "d")], 0, [], ["t2", "t4"])
    found = sequences.count_transitions(made)[0]
    assert found.lift == pytest.approx(1.4)
    assert found.low == pytest.approx(1.4 * 2.718281828**-0.671985, rel=1e-4)
    assert found.high == pytest.approx(1.4 * 2.718281828**0.671985, rel=1e-4)


def test_rounds_are_the_longest_stretches_to_and_fro() -> None:
    made = numbered("a", "b", "a", "b", "c", "b", "c", "c", "d")
    found = [[one.agent_type for one in stretch] for stretch in sequences.rounds(made)]
    assert found == [["a", "b", "a", "b"], ["b", "c", "b", "c"]]


def test_two_delegations_are_no_round() -> None:
    assert sequences.rounds(numbered("a", "b")) == []
    assert sequences.rounds(numbered("a", "a", "a", "a")) == []
    assert sequences.rounds([]) == []
