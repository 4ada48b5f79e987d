"""Messages and calls whose ids a gateway gave, and what names a call by such an id."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from common.transcripts.reading.identity import is_own_call, is_own_message
from tests.common.transcripts.written import (
    MAIN,
    OTHER,
    SESSION,
    Content,
    Json,
    agent_path,
    answer,
    call,
    extract,
    launched,
    notification,
    own_message,
    said,
    side,
    tool,
    usage,
    user,
)

LETTERS = "0123456789abcdefGHIJ"


@pytest.mark.parametrize("prefix", ["", "bdrk_", "vrtx_"])
def test_an_id_in_anthropics_own_form_has_twenty_letters_and_digits(prefix: str) -> None:
    names = [f"{prefix}{LETTERS}", f"{prefix}{LETTERS[1:]}"]
    assert [is_own_message(f"msg_{name}") for name in names] == [True, False]
    assert [is_own_call(f"toolu_{name}") for name in names] == [True, False]


@pytest.mark.parametrize(
    "name", ["", f"msg_x_{LETTERS}", f"msg_{LETTERS}!", f"{LETTERS}{LETTERS}", f"toolu_{LETTERS} "]
)
def test_any_other_id_is_not_its_own(name: str) -> None:
    assert (is_own_message(name), is_own_call(name)) == (False, False)


def test_one_id_of_a_gateway_with_other_counts_is_another_message(tmp_path: Path) -> None:
    lines = [said(n, "x", key="resp", spent=usage(5, input_tokens=sent)) for n, sent in ((1, 100), (2, 200), (3, 100))]
    session = extract(tmp_path, lines).session
    assert (session.tokens.messages, session.tokens.input, session.message_count) == (2, 300, 2)


def test_a_gateways_message_counts_once_where_its_copy_has_equal_counts(tmp_path: Path) -> None:
    copied = [said(9, "x", key="resp", sessionId=OTHER), said(10, "y", key="new", sessionId=OTHER)]
    found = extract(tmp_path, {MAIN: [said(1, "x", key="resp")], f"-w-app/{OTHER}.jsonl": copied})
    assert found.full.summary.tokens.messages == 2


NUMBERED: list[Json] = [
    said(1, call("Agent:0", "Review it."), key="m1"),
    answer("Agent:0", 2, "Command timed out", error=True),
    said(3, call("Agent:0", "Test it."), key="m2"),
    answer("Agent:0", 4, "All green."),
]


def test_calls_numbered_in_each_turn_are_delegations_of_their_own_with_their_own_results(tmp_path: Path) -> None:
    found = extract(tmp_path, NUMBERED).delegations.values()
    assert [(d.tool_use_id, d.prompt, d.result, d.outcome) for d in found] == [
        ("Agent:0", "Review it.", "Command timed out", "failed"),
        ("Agent:0#2", "Test it.", "All green.", "completed"),
    ]


def test_a_numbered_calls_name_is_free_even_if_another_call_bears_it(tmp_path: Path) -> None:
    lines = [*NUMBERED, said(5, call("Agent:0#2", "Third."), key="m3")]
    assert list(extract(tmp_path, lines).delegations) == ["Agent:0", "Agent:0#3", "Agent:0#2"]


def test_copies_of_a_numbered_call_are_one_delegation(tmp_path: Path) -> None:
    later: list[Json] = [
        said(11, call("Agent:0", "Review it."), key="m1", sessionId=OTHER),
        answer("Agent:0", 12, "Command timed out", error=True, sessionId=OTHER),
    ]
    found = extract(tmp_path, {MAIN: NUMBERED, f"-w-app/{OTHER}.jsonl": later})
    assert {s.session_id: s.delegation_count for s in found.full.sessions} == {SESSION: 2, OTHER: 0}


def test_a_result_answers_the_nearest_call_before_it_in_its_own_thread(tmp_path: Path) -> None:
    agent = [
        side(user("Do it.", 2), "a1"),
        side(said(3, call("Agent:0", "Inner."), key="n1"), "a1"),
        side(answer("Agent:0", 5, "Inner done."), "a1"),
    ]
    lines = [said(1, call("Agent:0", "Do it."), key="m1"), answer("Agent:0", 9, "Outer done.")]
    found = extract(tmp_path, {MAIN: lines, agent_path("a1"): agent}).delegations
    assert {d.prompt: d.result for d in found.values()} == {"Do it.": "Outer done.", "Inner.": "Inner done."}


def test_a_result_without_its_call_answers_no_call_of_another_session(tmp_path: Path) -> None:
    other = [answer("Agent:0", 5, "Lost.", sessionId=OTHER)]
    found = extract(tmp_path, {MAIN: NUMBERED[:1], f"-w-app/{OTHER}.jsonl": other})
    assert found.delegation.outcome == "unanswered"


def test_a_meta_file_names_the_nearest_call_before_the_run(tmp_path: Path) -> None:
    run = agent_path("a1")
    files: dict[str, Content] = {
        MAIN: [said(1, call("Agent:0", "One."), key="m1"), said(5, call("Agent:0", "Two."), key="m2")],
        run: [side(user("Words.", 6), "a1"), side(said(7, "Done.", key="n"), "a1")],
        run.replace(".jsonl", ".meta.json"): json.dumps({"toolUseId": "Agent:0"}).encode(),
    }
    assert {d.prompt: d.link for d in extract(tmp_path, files).delegations.values()} == {"One.": None, "Two.": "meta"}


def test_numbered_calls_of_any_tool_count_once_in_each_message(tmp_path: Path) -> None:
    agent = [
        side(user("Do it.", 2), "a1"),
        side(said(3, tool("Read:0", "Read"), tool("Read:1", "Read"), key="n1"), "a1"),
        side(said(4, tool("Read:0", "Read"), key="n2", spent=usage(5, input_tokens=9)), "a1"),
    ]
    run = extract(tmp_path, {MAIN: [said(1, call("c1"))], agent_path("a1"): agent}).run("c1")
    assert (run.tool_calls, run.tools) == (3, {"Read": 3})


def test_a_short_agents_id_in_two_sessions_links_each_run_in_its_own(tmp_path: Path) -> None:
    def files(session: str, second: int) -> dict[str, Content]:
        named: Sequence[Json] = [
            said(second, call(f"c{second}"), sessionId=session, key=own_message(f"{second}")),
            launched(f"c{second}", second + 1, "a1b2c3d") | {"sessionId": session},
            user(notification("a1b2c3d", "completed"), second + 5, sessionId=session),
        ]
        run = [side(user("Do it.", second + 2, sessionId=session), "a1b2c3d")]
        return {f"-w-app/{session}.jsonl": named, agent_path("a1b2c3d", session): run}

    found = extract(tmp_path, files(SESSION, 1) | files(OTHER, 20))
    assert [d.run is not None and SESSION in d.run.file for d in found.delegations.values()] == [True, False]
    assert [d.run is not None and OTHER in d.run.file for d in found.delegations.values()] == [False, True]
