"""Active time: the sum of the gaps of at most five minutes between the times of a run."""

import random
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from common.transcripts.reading.stretches import add_time, seconds_in, stretches_since
from tests.common.transcripts.written import MAIN, Content, agent_path, answer, call, extract, line, said, side, user

START = datetime.fromisoformat("2026-03-14T23:58:00.000Z")


def stamp(milliseconds: int) -> str:
    return (START + timedelta(milliseconds=milliseconds)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def stretches_of(*stamps: str) -> list[str]:
    stretches: list[str] = []
    for moment in stamps:
        add_time(stretches, moment)
    return stretches


def test_times_without_a_long_pause_are_one_stretch() -> None:
    assert stretches_of(stamp(0), stamp(299_000), stamp(599_000)) == [stamp(0), stamp(599_000)]


def test_a_gap_of_five_minutes_belongs_to_a_stretch_and_a_longer_one_does_not() -> None:
    assert stretches_of(stamp(0), stamp(300_000)) == [stamp(0), stamp(300_000)]
    assert stretches_of(stamp(0), stamp(300_001)) == [stamp(0), stamp(0), stamp(300_001), stamp(300_001)]


def test_an_early_time_is_kept_before_the_last_stretch_and_one_inside_it_is_not() -> None:
    late = stretches_of(stamp(600_000), stamp(660_000))
    add_time(late, stamp(630_000))
    assert late == [stamp(600_000), stamp(660_000)]
    add_time(late, stamp(0))
    assert late == [stamp(0), stamp(0), stamp(600_000), stamp(660_000)]


def test_pauses_count_nothing_and_an_early_time_may_join_two_stretches() -> None:
    apart = stretches_of(stamp(0), stamp(60_000), stamp(500_000), stamp(530_500))
    assert seconds_in([apart]) == 60 + 30.5
    assert seconds_in([apart, stretches_of(stamp(280_000))]) == 530.5


@pytest.mark.parametrize("stamps", [(), ("",), (stamp(5),), (stamp(5), "", stamp(5))])
def test_fewer_than_two_times_give_no_active_time(stamps: tuple[str, ...]) -> None:
    assert seconds_in([stretches_of(*stamps)]) is None


def test_two_times_far_apart_are_no_active_time_at_all() -> None:
    assert seconds_in([stretches_of(stamp(0), stamp(3_600_000))]) == 0


@pytest.mark.parametrize("seed", range(200))
def test_any_order_and_any_split_give_the_gaps_of_the_sorted_times(seed: int) -> None:
    rng = random.Random(seed)
    moments = [0]
    for _ in range(rng.randrange(1, 60)):
        moments.append(
            moments[-1] + rng.choice((0, 1, 59_000, 240_000, 299_999, 300_000, 300_001, 420_000, 90_000_000))
        )
    expected = sum(gap for earlier, later in pairwise(moments) if (gap := later - earlier) <= 300_000)
    if rng.random() < 0.8:
        rng.shuffle(moments)
    threads: list[list[str]] = [[] for _ in range(rng.randrange(1, 4))]
    for moment in moments:
        for thread in rng.sample(threads, rng.choice((1, 1, len(threads)))):
            add_time(thread, stamp(moment))
    rng.shuffle(threads)
    assert seconds_in(threads) == (expected / 1000 if len(set(moments)) > 1 else None)


def run_at(*seconds: int | None) -> Content:
    return [side(user("Do it.", second) if n == 0 else said(second, "Hm."), "a1") for n, second in enumerate(seconds)]


def test_a_delegation_is_active_in_the_times_of_its_run_alone(tmp_path: Path) -> None:
    main = [user("Please.", 1), said(2, call("c1")), answer("c1", 3000, beside={"agentId": "a1"})]
    found = extract(tmp_path, {MAIN: main, agent_path("a1"): run_at(10, 70, None, 1000, 1020)})
    assert (found.delegation.active_seconds, found.delegation.duration_seconds) == (80.0, 2998.0)
    assert found.session.delegations[0].active_seconds == 80.0


def test_a_run_in_progress_lines_alone_is_active_in_their_times(tmp_path: Path) -> None:
    echoes = [
        line(
            "progress",
            s,
            parentToolUseID="c1",
            data={"type": "agent_progress", "agentId": "a1", "message": said(s, "Hm.")},
        )
        for s in (5, 65)
    ]
    found = extract(tmp_path, [said(2, call("c1")), *echoes, answer("c1", 90, beside={"agentId": "a1"})])
    assert (found.delegation.link, found.delegation.active_seconds) == ("agent_id", 60.0)


def test_a_sidechain_in_the_main_file_has_its_own_active_time(tmp_path: Path) -> None:
    lines = [
        said(2, call("c1")),
        side(user("Do it.", 3, uuid="u1")),
        side(said(43, "Hm.", uuid="u2", parentUuid="u1")),
        answer("c1", 90),
    ]
    found = extract(tmp_path, lines)
    assert (found.delegation.link, found.delegation.active_seconds) == ("prompt", 40.0)


@pytest.mark.parametrize("times", [(), (7,), (7, 7), (None, None)])
def test_a_run_without_two_times_has_no_active_time(tmp_path: Path, times: tuple[int | None, ...]) -> None:
    main = [said(2, call("c1")), answer("c1", 90, beside={"agentId": "a1"})]
    assert extract(tmp_path, {MAIN: main, agent_path("a1"): run_at(*times)}).delegation.active_seconds is None


def test_stretches_since_a_time_begin_with_it() -> None:
    stretches = [stamp(0), stamp(1_000), stamp(400_000), stamp(460_000), stamp(900_000), stamp(900_000)]
    assert stretches_since(stretches, stamp(430_000)) == [stamp(430_000), *stretches[3:]]
    assert stretches_since(stretches, "") == stretches


def test_the_copied_beginning_of_a_fork_is_not_its_own_time(tmp_path: Path) -> None:
    begun = [user("Please.", 1, uuid="u1"), said(2, call("c1", subagent_type="fork"), key="m1")]
    started = answer("c1", 100, "Fork started \u2014 that fork is you.")
    copied = [side(made, "a1") for made in (*begun, started, said(130, "Hm."))]
    main = [*begun, answer("c1", 200, beside={"agentId": "a1"})]
    found = extract(tmp_path, {MAIN: main, agent_path("a1"): copied})
    assert (found.run("c1").is_fork, found.delegation.active_seconds) == (True, 30.0)
