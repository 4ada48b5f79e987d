"""What the generator declares agrees with a plain count of the lines that it wrote."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.transcripts_made import Call, Corpus, Spent, edit, oddities, read, stories
from tests.transcripts_made.calls import How
from tests.transcripts_made.corpus import Session
from tests.transcripts_made.truth import DelegationTruth, Outcome

VERSIONS = (
    "0.2.122",
    "1.0.17",
    "1.0.80",
    "2.0.31",
    "2.0.71",
    "2.1.1",
    "2.1.39",
    "2.1.63",
    "2.1.92",
    "2.1.172",
    "2.1.199",
)
ENDS: tuple[tuple[Outcome, How], ...] = (
    ("completed", ""),
    ("failed", "error"),
    ("failed", "limit"),
    ("rejected", "user"),
    ("interrupted", "escape"),
    ("interrupted", "flag"),
    ("not_started", ""),
    ("unanswered", ""),
)


def lines_of(root: Path) -> list[dict[str, Any]]:
    """Return every line below the root, parsed."""
    files = sorted(root.rglob("*.jsonl"))
    return [json.loads(raw) for path in files for raw in path.read_bytes().split(b"\n") if raw]


def busy_session(corpus: Corpus, version: str) -> Session:
    """Return a session in which everything happens that every version knows."""
    session = corpus.session(version)
    session.prompt("Please begin.")
    session.tool(read("/w/a.py"))
    for outcome, how in ENDS:
        session.delegate(
            "developer", f"Do it until {outcome} {how}.", outcome=outcome, how=how, steps=(edit("/w/b.py"),)
        )
    session.parallel(Call("Explore", "Left."), Call("Explore", "Right."))
    session.compact()
    session.say("The end.")
    return session


@pytest.mark.parametrize("version", VERSIONS)
def test_delegations_and_answers_are_those_of_the_lines(version: str, tmp_path: Path) -> None:
    corpus = Corpus()
    busy_session(corpus, version)
    corpus.write(tmp_path)
    lines = lines_of(tmp_path)
    calls = {
        block["id"]
        for line in lines
        if line["type"] == "assistant"
        for block in line["message"]["content"]
        if block.get("name") in {"Task", "Agent"}
    }
    answered = {
        block["tool_use_id"]
        for line in lines
        if line["type"] == "user" and isinstance(line["message"]["content"], list)
        for block in line["message"]["content"]
        if block["type"] == "tool_result"
    }
    truth = corpus.truth.delegations
    assert calls == set(truth)
    assert {d for d in truth if truth[d].answer == "missing"} == calls - answered
    assert len(calls) == 10


@pytest.mark.parametrize("version", VERSIONS)
def test_tokens_are_those_of_the_line_with_the_most_output(version: str, tmp_path: Path) -> None:
    corpus = Corpus()
    busy_session(corpus, version)
    corpus.write(tmp_path)
    best: dict[str, dict[str, Any]] = {}
    for line in lines_of(tmp_path):
        message = line.get("message", {})
        if line["type"] != "assistant" or message["model"] == "<synthetic>":
            continue
        known = best.get(message["id"])
        if known is None or message["usage"]["output_tokens"] >= known["usage"]["output_tokens"]:
            best[message["id"]] = message
    assert corpus.truth.spent() == Spent(
        messages=len(best),
        input=sum(m["usage"]["input_tokens"] for m in best.values()),
        output=sum(m["usage"]["output_tokens"] for m in best.values()),
        cache_creation=sum(m["usage"]["cache_creation_input_tokens"] for m in best.values()),
        cache_read=sum(m["usage"]["cache_read_input_tokens"] for m in best.values()),
        messages_without_stop_reason=sum(m["stop_reason"] is None for m in best.values()),
    )


def test_the_parts_add_up_to_the_total() -> None:
    corpus = Corpus()
    session = busy_session(corpus, "2.1.172")
    session.workflow()
    session.teammate()
    truth = corpus.truth
    owners = {message.owner for message in truth.messages.values()}
    assert {kind for kind, _ in owners} == {"session", "run", "unlinked"}
    assert sum(truth.spent(owner).cache_read for owner in owners) == truth.spent().cache_read


def test_a_resumed_session_repeats_messages_and_calls_under_new_names(tmp_path: Path) -> None:
    corpus = Corpus()
    first = corpus.session("1.0.80")
    first.prompt("Begin.")
    first.delegate("developer", "Do it.")
    second = corpus.resume(first, start="2026-08-04T08:00:00Z")
    second.say("Again here.")
    corpus.write(tmp_path)
    copies = Counter(line["message"]["id"] for line in lines_of(tmp_path) if line["type"] == "assistant")
    uuids = Counter(line["uuid"] for line in lines_of(tmp_path))
    assert sorted(copies.values()) == [1, 1, 1, 2]
    assert set(uuids.values()) == {1}
    assert len(corpus.truth.delegations) == 1
    assert corpus.truth.spent().messages == 4


def test_runs_side_by_side_interleave_in_the_main_file(tmp_path: Path) -> None:
    corpus = Corpus()
    session = corpus.session("1.0.80")
    steps = (read("/w/a.py"),) * 3
    session.parallel(Call("Explore", "Left.", steps=steps), Call("Explore", "Right.", steps=steps))
    corpus.write(tmp_path)
    sidechain = [line for line in lines_of(tmp_path) if line["isSidechain"]]
    roots = {line["uuid"] for line in sidechain if line["parentUuid"] is None}
    assert len(roots) == 2
    assert [line["uuid"] in roots for line in sidechain[:3]] != [True, False, False]
    times = [line["timestamp"] for line in sidechain]
    assert times == sorted(times)


def test_what_the_user_stops_or_sends_back_soon_follows_what_was_answered_before() -> None:
    corpus = Corpus()
    session = corpus.session()
    session.delegate("developer", "Long ago.")
    for text in ("One.", "Two.", "Three."):
        session.prompt(text)
    session.send_plan_back("No.")
    session.delegate("developer", "Before a stop.")
    session.refuse(edit("/w/a.py"))
    session.delegate("developer", "Before a plan.")
    session.send_plan_back("Shorter.")
    session.delegate("developer", "Before Esc.")
    session.interrupt()
    followed = [d.followed_by for d in corpus.truth.delegations.values()]
    assert followed == [None, "tool_stopped", "plan_sent_back", None]


def test_odd_messages_are_counted_as_they_must_be() -> None:
    corpus = Corpus()
    main = corpus.session().main
    oddities.nameless_message(main)
    oddities.changing_model(main)
    oddities.unknown_usage(main)
    oddities.broken_up_message(main, read("/w/a.py"), read("/w/b.py"))
    oddities.inner_calls(main)
    assert corpus.truth.spent().messages == 6
    assert corpus.truth.spent_by_model()["claude-sonnet-4-6"].output == 410
    assert corpus.truth.spent_by_model()["claude-fable-5"] == Spent(0, 1000, 100, 60, 7)
    assert corpus.truth.spent().input == 5 + 5 + 9 + 12 + 3 + 10 + 1000 + 3000


def test_only_an_agent_without_calls_invents_its_result() -> None:
    inline, newest = stories.hollow("1.0.80").truth, stories.hollow("2.1.199").truth
    assert Counter(d.result_kind for d in inline.delegations.values()) == {
        "empty": 3 + 3,
        "unable": 2 + 2,
        "invented": 3,
        "report": 3 + 3 + 3,
    }
    unrecorded = [d for d in newest.delegations.values() if d.result_kind is None]
    assert [(d.answer, d.outcome) for d in unrecorded] == [("async", "completed")] * 4


def test_active_time_leaves_out_long_gaps() -> None:
    delegation = DelegationTruth("t", "s", "dev", "", "", "missing", "unanswered", "", None, 1)
    assert delegation.active_seconds is None
    delegation.times = [900_000, 0, 300_000, 600_001]
    assert delegation.active_seconds == 300 + 299.999
