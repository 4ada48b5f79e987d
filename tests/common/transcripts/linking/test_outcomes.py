"""How a call was answered, and what became of the work."""

from pathlib import Path

import pytest

from common.records.sessions import EnrichedDelegation
from tests.common.transcripts.written import (
    MAIN,
    OTHER,
    Found,
    Json,
    agent_path,
    answer,
    at,
    call,
    extract,
    launched,
    line,
    notification,
    own_call,
    said,
    side,
    tool,
    user,
)

BEGUN = [user("Please.", 1), said(2, call("c1"))]
NOTHING = {"totalTokens": 0, "usage": {"input_tokens": 0, "output_tokens": 0}}


def ended(folder: Path, *lines: Json) -> EnrichedDelegation:
    """Return the delegation of `BEGUN` after these lines."""
    return extract(folder, [*BEGUN, *lines]).delegation


def poll(
    second: int, agent: str, status: str | None, retrieval: str = "success", key: str = "p1", **task: object
) -> Json:
    beside = {"retrieval_status": retrieval, "task": {"task_id": agent, "status": status, **task}}
    return answer(key, second, "text", beside)


def asked(second: int, key: str = "p1") -> Json:
    return said(second, tool(key, "TaskOutput", task_id="a1", block=True))


# -- answers


def test_no_result_anywhere_is_missing(tmp_path: Path) -> None:
    found = ended(tmp_path, user("Next.", 4))
    assert (found.answer, found.outcome, found.result, found.duration_seconds) == ("missing", "unanswered", None, None)


def test_a_result_that_is_no_error_is_completed(tmp_path: Path) -> None:
    blocks = [{"type": "text", "text": "One."}, {"type": "image"}, {"type": "text", "text": "Two."}]
    found = ended(tmp_path, answer("c1", 7, blocks))
    assert (found.answer, found.outcome, found.result) == ("completed", "completed", "One.\n\nTwo.")
    assert (found.answered_timestamp, found.duration_seconds) == (at(7), 5.0)


@pytest.mark.parametrize("value", [False, None, "true", 1])
def test_only_a_true_is_error_is_an_error(tmp_path: Path, value: object) -> None:
    block = {"type": "tool_result", "tool_use_id": "c1", "content": "Error: no", "is_error": value}
    assert ended(tmp_path, user([block], 4)).answer == "completed"


@pytest.mark.parametrize(
    "beside",
    [
        {"isAsync": True},
        {"status": "async_launched", "agentId": "a1"},
        {"status": "remote_launched"},
        {"status": "teammate_spawned", "agent_id": "x", "team_name": "t"},
        {"isAsync": True, "status": 7},
    ],
)
def test_what_was_launched_or_spawned_is_async(tmp_path: Path, beside: Json) -> None:
    found = ended(tmp_path, answer("c1", 4, "Started.", beside))
    assert (found.answer, found.outcome, found.result) == ("async", "unreported", None)


@pytest.mark.parametrize(
    "beside", [{"status": "completed"}, {"status": "launched later"}, {"isAsync": False}, ["x"], "text"]
)
def test_any_other_result_is_completed(tmp_path: Path, beside: object) -> None:
    assert ended(tmp_path, answer("c1", 4, "Started.", beside)).answer == "completed"


def test_an_error_is_an_error_whatever_stands_beside_it(tmp_path: Path) -> None:
    assert ended(tmp_path, answer("c1", 4, "Error: no", {"isAsync": True}, error=True)).answer == "error"


def test_of_several_results_the_one_with_an_object_counts(tmp_path: Path) -> None:
    found = ended(
        tmp_path, answer("c1", 4, "First."), answer("c1", 5, "Second.", {"agentType": "x"}), answer("c1", 6, "Third.")
    )
    assert found.result == "Second."


def test_then_the_earliest(tmp_path: Path) -> None:
    found = ended(tmp_path, answer("c1", 6, "Late."), answer("c1", 4, "Early.", "Error: x", error=True))
    assert (found.result, found.answer) == ("Early.", "error")


def test_a_result_in_another_file_answers(tmp_path: Path) -> None:
    name = own_call("c1")
    files = {
        MAIN: [user("Go.", 1), said(2, call(name))],
        f"-w-app/{OTHER}.jsonl": [answer(name, 9, "There.", sessionId=OTHER), user("Hi.", 10, sessionId=OTHER)],
    }
    found = extract(tmp_path, files)
    assert (found.delegation.result, found.delegation.duration_seconds) == ("There.", 7.0)
    assert {s.session_id: s.delegation_count for s in found.full.sessions}[OTHER] == 0


def test_the_text_beside_serves_where_the_block_has_none(tmp_path: Path) -> None:
    found = ended(tmp_path, answer("c1", 4, None, "User rejected tool use", error=True))
    assert (found.result, found.outcome) == ("User rejected tool use", "rejected")


# -- outcomes of errors


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("[Request interrupted by user for tool use]", "interrupted"),
        ("[Request interrupted by user]", "interrupted"),
        ("The user doesn't want to take this action right now. STOP what you are doing", "interrupted"),
        ("The user doesn't want to proceed with this tool use. The tool use was rejected", "rejected"),
        ("User rejected tool use", "rejected"),
        ("The agent proposed a plan that was rejected by the user. The user chose", "rejected"),
        ("Permission to use Agent with command x has been denied.", "rejected"),
        ("Permission to use Task has been denied because", "rejected"),
        ("Agent type 'Explroe' not found. Available agents: Explore, Plan", "not_started"),
        (f"Agent type '{'x' * 400}' not found. Available agents: Explore", "not_started"),
        ("<tool_use_error>InputValidationError: Task failed", "failed"),
        ("Error: Command timed out", "failed"),
        ("API Error: 500", "failed"),
        ("", "failed"),
    ],
)
def test_errors_tell_what_happened(tmp_path: Path, text: str, outcome: str) -> None:
    found = ended(tmp_path, answer("c1", 4, text, "Error: " + text, error=True))
    assert (found.answer, found.outcome) == ("error", outcome)
    assert found.outcome_detail == ((text or "Error: ")[:200])


# -- outcomes of completed answers


@pytest.mark.parametrize(
    "text",
    [
        'API Error: 529 {"type":"error"}',
        "API Error (Connection error.)",
        "Prompt is too long",
        "Claude AI usage limit reached|1754600400",
        "You've hit your limit · resets 3pm",
        "Session limit reached ∙ resets 8pm",
        "  Invalid API key · Please run /login",
    ],
)
def test_a_result_that_is_the_sentence_of_an_error_is_a_failure_however_many_tokens_it_took(
    tmp_path: Path, text: str
) -> None:
    assert ended(tmp_path / "0", answer("c1", 4, text, NOTHING)).outcome == "failed"
    assert ended(tmp_path / "1", answer("c1", 4, text, {"totalTokens": 7})).outcome == "failed"
    assert ended(tmp_path / "2", answer("c1", 4, text)).outcome == "failed"
    assert ended(tmp_path / "3", answer("c1", 4, "It said: " + text, NOTHING)).outcome == "completed"


def test_a_report_that_begins_with_the_sentence_of_an_error_is_none(tmp_path: Path) -> None:
    report = "API Error: how the client handles it\n\n1. It tries again.\n2. It gives up."
    used = {"totalTokens": 7}
    assert ended(tmp_path / "1", answer("c1", 4, report, used)).outcome == "completed"
    assert ended(tmp_path / "2", answer("c1", 4, "Prompt is too long" + "." * 600, used)).outcome == "completed"
    assert ended(tmp_path / "3", answer("c1", 4, report, NOTHING)).outcome == "failed"


def test_no_tokens_alone_are_no_failure(tmp_path: Path) -> None:
    assert ended(tmp_path, answer("c1", 4, "All is well.", NOTHING)).outcome == "completed"


def test_an_answer_that_was_interrupted_is_interrupted(tmp_path: Path) -> None:
    assert ended(tmp_path / "1", answer("c1", 4, "Half.", {"wasInterrupted": True})).outcome == "interrupted"
    assert ended(tmp_path / "2", answer("c1", 4, "[Request interrupted by user]")).outcome == "interrupted"
    assert ended(tmp_path / "3", answer("c1", 4, "Whole.", {"wasInterrupted": False})).outcome == "completed"


# -- outcomes of work in the background


def test_the_last_word_by_time_decides_in_whatever_line_it_stands(tmp_path: Path) -> None:
    queue = line("queue-operation", 9, operation="enqueue", content=notification("a1", "failed", "Early."))
    text = notification("a1", "completed", "Last.")
    attachment = {"type": "queued_command", "commandMode": "task-notification", "prompt": text}
    attached = line("attachment", 12, attachment=attachment)
    found = ended(tmp_path, launched("c1", 3, "a1"), attached, queue, user("Hm.", 20))
    assert (found.outcome, found.result, found.answered_timestamp) == ("completed", "Last.", at(12))
    assert (found.answer, found.duration_seconds) == ("async", 10.0)


@pytest.mark.parametrize(
    ("status", "outcome", "unknown"),
    [
        ("completed", "completed", {}),
        ("failed", "failed", {}),
        ("killed", "killed", {}),
        ("stopped", "killed", {}),
        ("evaporated", "unreported", {"evaporated": 1}),
        ("running", "unreported", {}),
    ],
)
def test_the_status_of_a_notification_decides(tmp_path: Path, status: str, outcome: str, unknown: Json) -> None:
    found = extract(tmp_path, [*BEGUN, launched("c1", 3, "a1"), user(notification("a1", status), 9)])
    assert found.delegation.outcome == outcome
    assert found.full.summary.unknown_statuses == unknown


def test_what_is_under_way_is_left_out(tmp_path: Path) -> None:
    polls = [asked(5), poll(6, "a1", "completed", output="Yes."), asked(7, "p2"), poll(8, "a1", "running", key="p2")]
    found = ended(tmp_path, launched("c1", 3, "a1"), *polls)
    assert (found.outcome, found.result) == ("completed", "Yes.")


def test_a_poll_alone_tells_the_end(tmp_path: Path) -> None:
    found = ended(tmp_path, launched("c1", 3, "a1"), asked(5), poll(6, "a1", "failed", output="No."))
    assert (found.outcome, found.result, found.duration_seconds) == ("failed", "No.", 4.0)
    not_ready = poll(6, "a1", None)
    assert ended(tmp_path / "2", launched("c1", 3, "a1"), asked(5), not_ready).outcome == "unreported"


def test_a_poll_told_in_words_is_read_as_well(tmp_path: Path) -> None:
    words = "<task_id>a1</task_id>\n<status>completed</status>\n<output>Ok.</output>"
    found = ended(tmp_path, launched("c1", 3, "a1"), asked(5), answer("p1", 6, words))
    assert (found.outcome, found.result) == ("completed", "Ok.")


def test_a_task_that_was_stopped_and_said_nothing_more_is_killed(tmp_path: Path) -> None:
    stop = [said(6, tool("t1", "TaskStop", task_id="a1")), answer("t1", 7, "Stopped.")]
    assert ended(tmp_path / "1", launched("c1", 3, "a1"), *stop).outcome == "killed"
    later = user(notification("a1", "completed", "Done all the same."), 8)
    assert ended(tmp_path / "2", launched("c1", 3, "a1"), *stop, later).outcome == "completed"
    of_a_shell = [said(6, tool("t1", "KillShell", shell_id="b1")), answer("t1", 7, "Stopped.")]
    assert ended(tmp_path / "3", launched("c1", 3, "a1"), *of_a_shell).outcome == "unreported"
    assert ended(tmp_path / "4", launched("c1", 3, "a1"), stop[0]).outcome == "unreported"


def test_a_notification_of_an_error_is_a_failure(tmp_path: Path) -> None:
    text = notification("a1", "completed", "API Error: 500", total_tokens=0)
    assert ended(tmp_path / "1", launched("c1", 3, "a1"), user(text, 9)).outcome == "failed"
    text = notification("a1", "completed", "API Error: 500", subagent_tokens=9)
    assert ended(tmp_path / "2", launched("c1", 3, "a1"), user(text, 9)).outcome == "failed"


def test_notifications_of_other_tasks_are_none(tmp_path: Path) -> None:
    assert ended(tmp_path, launched("c1", 3, "a1"), user(notification("b2", "completed"), 9)).outcome == "unreported"


def test_words_in_a_tool_result_or_a_prompt_are_no_notification(tmp_path: Path) -> None:
    text = notification("a1", "completed", "Pasted.")
    other = [said(4, tool("t1", "Read", file_path="x")), answer("t1", 5, text), user("See: " + text, 6)]
    assert ended(tmp_path, launched("c1", 3, "a1"), *other).outcome == "unreported"


def test_the_same_notification_in_three_lines_is_one(tmp_path: Path) -> None:
    text = notification("a1", "completed", "Done.", total_tokens=5, tool_uses=2, duration_ms=4500)
    thrice = [
        line("queue-operation", 7, operation="enqueue", content=text),
        line("attachment", 8, attachment={"type": "queued_command", "prompt": text}),
        user(text, 9, origin={"kind": "task-notification"}),
    ]
    found = ended(tmp_path, launched("c1", 3, "a1"), *thrice, said(10, "So it is done."))
    assert (found.outcome, found.answered_timestamp, found.duration_seconds) == ("completed", at(7), 4.5)
    assert found.assistant_synthesis_after == "So it is done."


def test_a_result_that_holds_the_words_of_a_notification_is_kept_whole(tmp_path: Path) -> None:
    result = "See </result> and <status>failed</status> here."
    found = ended(tmp_path, launched("c1", 3, "a1"), user(notification("a1", "completed", result), 9))
    assert (found.outcome, found.result) == ("completed", result)


# -- durations


@pytest.mark.parametrize(
    ("told", "seconds"),
    [(1500, 1.5), (0, 0.0), (None, 5.0), ("long", 5.0), (-5, 5.0), (1e300, 5.0), (float("nan"), 5.0), (True, 5.0)],
)
def test_a_duration_is_the_one_told_else_from_call_to_answer(tmp_path: Path, told: object, seconds: float) -> None:
    assert ended(tmp_path, answer("c1", 7, "Done.", {"totalDurationMs": told})).duration_seconds == seconds


def test_a_duration_that_times_do_not_tell_is_unknown(tmp_path: Path) -> None:
    assert ended(tmp_path / "1", answer("c1", None)).duration_seconds is None
    assert ended(tmp_path / "2", answer("c1", 1)).duration_seconds is None
    assert ended(tmp_path / "3", launched("c1", 3, "a1")).duration_seconds is None


# -- what was said before and after


def test_the_words_around_a_delegation_are_kept(tmp_path: Path) -> None:
    lines = [
        user("First.", 1),
        user("<command-name>/x</command-name>", 2),
        user("Meta.", 3, isMeta=True),
        answer("t0", 3, "A tool's."),
        said(4, call("c1")),
        answer("c1", 5),
        said(6, ""),
        said(7, "It is done."),
        user([{"type": "text", "text": "Second."}], 8),
        said(9, call("c2")),
    ]
    found = extract(tmp_path, lines)
    assert [d.user_context_before for d in found.delegations.values()] == ["First.", "Second."]
    assert [d.assistant_synthesis_after for d in found.delegations.values()] == ["It is done.", None]


# -- types of agents


@pytest.mark.parametrize(
    ("given", "beside", "version", "kind", "source"),
    [
        ("Director", {"agentType": "x"}, "2.1.99", "Director", "call"),
        (..., {"agentType": "Explore"}, "1.0.80", "Explore", "result"),
        ("", {"agentType": "Explore"}, "1.0.80", "Explore", "result"),
        (7, {"agentType": "Explore"}, "1.0.80", "Explore", "result"),
        (..., ..., "2.1.63", "general-purpose", "default"),
        (..., ..., "2.2.0", "general-purpose", "default"),
        (..., ..., "10.0.0", "general-purpose", "default"),
        (..., ..., "2.1.62", "(none)", "none"),
        (None, ..., "2.1.9", "(none)", "none"),
        (..., ..., None, "(none)", "none"),
        (..., ..., "new", "(none)", "none"),
    ],
)
def test_the_type_comes_from_the_call_the_result_or_the_default(  # noqa: PLR0917 - the columns of the table
    tmp_path: Path, given: object, beside: object, version: object, kind: str, source: str
) -> None:
    lines = [said(2, call("c1", subagent_type=given), version=version), answer("c1", 3, beside=beside)]
    found = extract(tmp_path, lines).delegation
    assert (found.agent_type, found.agent_type_source) == (kind, source)


def test_the_type_comes_from_the_meta_file_where_nothing_else_tells(tmp_path: Path) -> None:
    agent = agent_path("a1")
    meta = b'{"agentType":"worker","description":"work"}'
    files = {MAIN: [said(1, call("c1", subagent_type=...))], agent: [side(user("Do it.", 2), "a1")]}
    extract(tmp_path, files)
    found = extract(tmp_path, files | {agent.replace(".jsonl", ".meta.json"): meta})
    assert (found.delegation.agent_type, found.delegation.agent_type_source) == ("worker", "meta")


# -- what is a delegation


@pytest.mark.parametrize(
    ("name", "given", "count"),
    [
        ("Task", {"prompt": "x"}, 1),
        ("Agent", {"subagent_type": "x"}, 1),
        ("Agent", {"prompt": None}, 1),
        ("Agent", {"description": "x"}, 0),
        ("Agent", {}, 0),
        ("Agent", "text", 0),
        ("TaskCreate", {"prompt": "x"}, 0),
        ("TaskOutput", {"prompt": "x"}, 0),
        ("task", {"prompt": "x"}, 0),
        ("agent", {"prompt": "x"}, 0),
        ("mcp__x__Task", {"prompt": "x"}, 0),
    ],
)
def test_a_delegation_is_a_call_of_task_or_agent_with_a_prompt_or_a_type(
    tmp_path: Path, name: str, given: object, count: int
) -> None:
    block: Json = {"type": "tool_use", "id": "c1", "name": name, "input": given}
    assert extract(tmp_path, [said(1, block)]).full.summary.delegations == count


def test_blocks_in_user_lines_and_results_are_no_delegations(tmp_path: Path) -> None:
    pasted = [user([call("c1")], 1), answer("t1", 2, [call("c2")], {"content": [call("c3")]}), said(3, str(call("c4")))]
    assert extract(tmp_path, pasted).full.summary.delegations == 0


def test_delegations_stand_in_order_of_time_line_and_block(tmp_path: Path) -> None:
    lines = [
        said(9, call("late")),
        said(5, call("b1"), call("b0"), key="m"),
        said(5, call("b2"), key="m"),
        said(None, call("timeless")),
    ]
    found = extract(tmp_path, lines)
    assert list(found.delegations) == ["timeless", "b1", "b0", "b2", "late"]
    assert [(d.file, d.line) for d in found.delegations.values()] == [(MAIN, n) for n in (4, 2, 2, 3, 1)]
    assert [d.sequence_number for d in found.delegations.values()] == [1, 2, 3, 4, 5]


def test_copies_are_one_delegation_of_the_session_of_the_earliest(tmp_path: Path) -> None:
    copied = [said(50, call("c1"), key="msg-2", sessionId=OTHER), answer("c1", 50, "Copied.", sessionId=OTHER)]
    found: Found = extract(tmp_path, {MAIN: [*BEGUN, answer("c1", 4)], f"-w-app/{OTHER}.jsonl": copied})
    assert {s.session_id: s.delegation_count for s in found.full.sessions} == {BEGUN[0]["sessionId"]: 1, OTHER: 0}
    assert (found.delegation.result, found.delegation.timestamp) == ("Done.", at(2))


def test_the_preview_is_the_first_five_hundred_characters(tmp_path: Path) -> None:
    found = extract(tmp_path, [*BEGUN, answer("c1", 4, "é" * 600)])
    assert found.session.delegations[0].result_preview == "é" * 500
    assert found.delegation.result == "é" * 600
    assert found.delegation.prompt_length == len("Do it.")
