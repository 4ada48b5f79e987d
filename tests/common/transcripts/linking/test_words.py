"""Words about background work: which call they are about, which one decides, and how far it came."""

import json
from pathlib import Path

import pytest

from common.records.sessions import EnrichedDelegation
from tests.common.transcripts.written import (
    MAIN,
    OTHER,
    SESSION,
    Json,
    agent_path,
    answer,
    at,
    call,
    extract,
    launched,
    line,
    notification,
    said,
    side,
    tool,
    user,
)

BEGUN = [user("Please.", 1), said(2, call("c1")), launched("c1", 3, "a1")]


def ended(folder: Path, *lines: Json) -> EnrichedDelegation:
    """Return the delegation of `BEGUN` after these lines."""
    return extract(folder, [*BEGUN, *lines]).delegation


def called(second: int, key: str, **given: object) -> Json:
    """Return a call with a name, or whatever else is given."""
    block: Json = {"type": "tool_use", "id": key, "name": "Agent", "input": {"prompt": "Do it.", **given}}
    return said(second, block)


def queued(second: int, operation: str, text: object = ...) -> Json:
    return line("queue-operation", second, operation=operation, content=text)


def attached(text: str, second: int, **fields: object) -> Json:
    attachment = {"type": "queued_command", "commandMode": "task-notification", "prompt": text}
    return line("attachment", second, attachment=attachment, **fields)


def idle(second: int, *messages: Json) -> Json:
    """Return the line in which teammates say that they are idle."""
    parts = [
        f'<teammate-message teammate_id="{message["from"]}" color="blue">\n'
        f"{json.dumps({'type': 'idle_notification', **message})}\n</teammate-message>"
        for message in messages
    ]
    return user("Another Claude session sent a message:\n" + "\n\n".join(parts), second)


def stopped(second: int, name: str, *, refused: str | None = None) -> list[Json]:
    return [
        said(second, tool(f"t{second}", "TaskStop", task_id=name)),
        answer(f"t{second}", second + 1, refused or "Successfully stopped task", error=refused is not None),
    ]


def sent(second: int, name: str, beside: object = ...) -> list[Json]:
    return [
        said(second, tool(f"m{second}", "SendMessage", to=name, message="Go on.")),
        answer(f"m{second}", second + 1, "Resuming", beside),
    ]


# -- the call that a word is about


def test_the_notification_of_late_2_0_names_the_agent(tmp_path: Path) -> None:
    text = "<agent-notification>\n<agent-id>a1</agent-id>\n<status>completed</status>\n</agent-notification>"
    assert ended(tmp_path, user(text, 9)).outcome == "completed"


def test_a_word_names_its_call_before_its_agent(tmp_path: Path) -> None:
    lines = [said(4, call("c2")), launched("c2", 5, "a2"), user(notification("a1", "failed", call="c2"), 9)]
    found = extract(tmp_path, [*BEGUN, *lines])
    assert {key: d.outcome for key, d in found.delegations.items()} == {"c1": "unreported", "c2": "failed"}


def test_a_word_that_names_another_call_is_about_its_agent(tmp_path: Path) -> None:
    assert ended(tmp_path, user(notification("a1", "completed", call="m7"), 9)).outcome == "completed"


def test_an_agent_in_the_cloud_is_named_by_its_task(tmp_path: Path) -> None:
    beside = {"status": "remote_launched", "taskId": "r1"}
    lines = [said(2, call("c1")), answer("c1", 3, "Remote agent launched.", beside)]
    found = extract(tmp_path, [*lines, user(notification("r1", "completed", "There."), 9)]).delegation
    assert (found.answer, found.outcome, found.result) == ("async", "completed", "There.")


def test_the_same_short_id_in_two_sessions_is_two_agents(tmp_path: Path) -> None:
    there = [
        said(2, call("c9"), sessionId=OTHER, uuid="x1"),
        answer("c9", 3, "x", {"isAsync": True, "agentId": "a1"}, sessionId=OTHER, uuid="x2"),
        user(notification("a1", "failed"), 9, sessionId=OTHER, uuid="x3"),
    ]
    files = {MAIN: [*BEGUN, user(notification("a1", "completed"), 8)], f"-w-app/{OTHER}.jsonl": there}
    found = extract(tmp_path / "1", files)
    assert {key: d.outcome for key, d in found.delegations.items()} == {"c1": "completed", "c9": "failed"}
    found = extract(tmp_path / "2", {MAIN: BEGUN, f"-w-app/{OTHER}.jsonl": there[2:]})
    assert found.delegation.outcome == "unreported"


def test_of_two_calls_of_one_agent_a_word_is_about_the_nearest_before_it(tmp_path: Path) -> None:
    again = [said(20, call("c2", resume="a1")), launched("c2", 21, "a1")]
    words = [user(notification("a1", "completed", "One."), 9), user(notification("a1", "failed"), 30)]
    found = extract(tmp_path, [*BEGUN, words[0], *again, words[1]])
    assert {key: d.outcome for key, d in found.delegations.items()} == {"c1": "completed", "c2": "failed"}


@pytest.mark.parametrize("shape", ["user", "meta", "attachment"])
def test_words_in_the_file_of_the_agent_that_called_count(tmp_path: Path, shape: str) -> None:
    text = notification("a2", "completed", "Inside.")
    told = {
        "user": user(text, 9),
        "meta": user(f"[SYSTEM NOTIFICATION - NOT USER INPUT]\n{text}", 9, isMeta=True),
        "attachment": attached(text, 9),
    }
    inner = [
        user("Do it.", 4),
        said(5, call("c2", "Look.")),
        answer("c2", 6, "Async agent launched successfully.\nagentId: a2 (internal ID)"),
        told[shape],
    ]
    found = extract(tmp_path, {MAIN: BEGUN, agent_path("a1"): [side(one, "a1") for one in inner]}).delegations["c2"]
    assert (found.answer, found.outcome, found.result, found.delivered) == (
        "async",
        "completed",
        "Inside.",
        "delivered",
    )


# -- teammates


def test_idle_teammates_have_come_to_an_end(tmp_path: Path) -> None:
    def spawned(key: str, name: str, second: int) -> list[Json]:
        beside = {"status": "teammate_spawned", "agent_id": f"{name}@s", "teammate_id": f"{name}@s", "name": name}
        return [called(second, key), answer(key, second + 1, "Spawned successfully.", beside)]

    failed: Json = {"from": "carl", "idleReason": "failed", "failureReason": "API Error: 400 no"}
    done: Json = {"from": "bob", "idleReason": "available", "result": "bob's report"}
    lines = [*spawned("c1", "bob", 2), *spawned("c2", "carl", 4), idle(9, done, failed)]
    found = extract(tmp_path, lines).delegations
    assert [(d.outcome, d.cause, d.result) for d in found.values()] == [
        ("completed", None, "bob's report"),
        ("failed", "api_error", None),
    ]


def test_a_teammate_is_known_by_the_name_in_its_call(tmp_path: Path) -> None:
    lines = [
        called(2, "c1", name="bob"),
        answer("c1", 3, "Spawned successfully.\nagent_id: bob@s\nname: bob"),
    ]
    found = extract(tmp_path, [*lines, idle(9, {"from": "bob", "idleReason": "available"})]).delegation
    assert (found.answer, found.outcome) == ("async", "completed")


@pytest.mark.parametrize(
    "message",
    [
        {"from": "a1", "idleReason": None},
        {"from": None, "idleReason": "available"},
        {"from": "a1", "idleReason": "available", "type": "note"},
        {"from": 7, "idleReason": []},
    ],
)
def test_any_other_message_of_a_teammate_is_no_word(tmp_path: Path, message: Json) -> None:
    assert ended(tmp_path, idle(9, message)).outcome == "unreported"


def test_an_unknown_reason_to_be_idle_is_an_unknown_word(tmp_path: Path) -> None:
    found = extract(tmp_path, [*BEGUN, idle(9, {"from": "a1", "idleReason": "asleep"})])
    assert (found.delegation.outcome, found.full.summary.unknown_statuses) == ("unreported", {"asleep": 1})


# -- the word that decides


def test_the_echo_of_a_word_counts_once_and_a_later_repeat_again(tmp_path: Path) -> None:
    good, bad = notification("a1", "completed", "Good."), notification("a1", "failed", "Bad.")
    assert ended(tmp_path / "1", user(good, 9), user(bad, 10), user(good, 11)).outcome == "completed"
    late_echo = [queued(9, "enqueue", good), queued(10, "enqueue", bad), user(bad, 11), user(good, 12)]
    assert ended(tmp_path / "2", *late_echo).outcome == "failed"
    lost = [queued(9, "enqueue", good), queued(10, "remove", good), user(bad, 11), queued(12, "enqueue", good)]
    assert ended(tmp_path / "3", *lost).outcome == "completed"


def test_the_echo_in_another_file_counts_once(tmp_path: Path) -> None:
    text = notification("a1", "completed", "Good.", duration_ms=4000)
    inner = [side(user("Do it.", 4), "a0"), side(attached(text, 9), "a0")]
    lines = [*BEGUN, queued(8, "enqueue", text)]
    found = extract(tmp_path, {MAIN: lines, agent_path("a0"): inner}).delegation
    assert (found.answered_timestamp, found.duration_seconds, found.delivered) == (at(8), 4.0, "delivered")


@pytest.mark.parametrize(
    ("status", "summary"),
    [
        ("running", None),
        ("not_ready", None),
        ("completed", 'Agent "x" is waiting on its own background work'),
        ("stopped", 'No completion record was found for background agent "x" from the previous session.'),
        ("stopped", 'Background agent "x" didn\'t finish before the previous session ended'),
    ],
)
def test_what_tells_no_end_is_no_word(tmp_path: Path, status: str, summary: str | None) -> None:
    text = notification("a1", status, summary=summary)
    assert ended(tmp_path / "1", user(text, 9)).outcome == "unreported"
    done = user(notification("a1", "completed", "Done."), 8)
    assert ended(tmp_path / "2", done, user(text, 9)).result == "Done."


def test_a_notification_inside_a_result_is_none(tmp_path: Path) -> None:
    inner = notification("a1", "failed", "Bad.")
    text = notification("a1", "completed", f"It said:\n{inner}\n{inner}\nand that was all.")
    found = ended(tmp_path, user(text, 9))
    assert (found.outcome, (found.result or "")[-13:]) == ("completed", "that was all.")


def test_a_result_that_the_program_escaped_is_as_the_agent_wrote_it(tmp_path: Path) -> None:
    found = ended(tmp_path, user(notification("a1", "completed", "Use Map&lt;K, V&gt; &amp; co."), 9))
    assert (found.result, found.result_preview) == ("Use Map<K, V> & co.", "Use Map<K, V> & co.")


def test_two_notifications_in_one_text_are_two_words(tmp_path: Path) -> None:
    lines = [said(4, call("c2")), launched("c2", 5, "a2")]
    both = notification("a1", "completed", "One.") + "\n" + notification("a2", "failed", "Two.")
    found = extract(tmp_path, [*BEGUN, *lines, user(both, 9)]).delegations
    assert [(d.outcome, d.result) for d in found.values()] == [("completed", "One."), ("failed", "Two.")]


def test_a_word_without_an_answer_decides(tmp_path: Path) -> None:
    lines = [said(2, call("c1")), user(notification("a1", "completed", "Done.", call="c1"), 9)]
    found = extract(tmp_path, lines).delegation
    assert (found.answer, found.outcome, found.result) == ("missing", "completed", "Done.")


# -- stops


def test_a_stop_that_was_refused_stops_nothing(tmp_path: Path) -> None:
    done = user(notification("a1", "completed", "Done."), 5)
    refused = stopped(7, "a1", refused="<tool_use_error>Task a1 is not running (status: completed)</tool_use_error>")
    assert ended(tmp_path / "1", done, *refused).outcome == "completed"
    assert ended(tmp_path / "2", *refused).outcome == "unreported"
    in_words = [refused[0], answer("t7", 8, "Task a1 is owned by another agent.")]
    assert ended(tmp_path / "3", *in_words).outcome == "unreported"


def test_a_stop_changes_nothing_of_an_agent_that_had_ended(tmp_path: Path) -> None:
    done = user(notification("a1", "completed", "Done."), 5)
    assert ended(tmp_path / "1", done, *stopped(7, "a1")).outcome == "completed"
    assert ended(tmp_path / "2", done, *sent(6, "a1"), *stopped(9, "a1")).outcome == "killed"
    in_line = [said(2, call("c1")), answer("c1", 3, "Done.", {"status": "completed", "agentId": "a1"})]
    assert extract(tmp_path / "3", [*in_line, *stopped(7, "a1")]).delegation.outcome == "completed"


def test_an_error_is_no_launch(tmp_path: Path) -> None:
    lines = [said(2, call("c1")), answer("c1", 3, "No.", {"isAsync": True, "agentId": "a1"}, error=True)]
    found = extract(tmp_path, [*lines, *stopped(7, "a1")]).delegation
    assert (found.answer, found.outcome, found.cause, found.duration_seconds) == ("error", "failed", "agent", 1.0)


def test_a_stop_may_name_the_agent_or_the_task(tmp_path: Path) -> None:
    lines = [called(2, "c1", name="helper"), launched("c1", 3, "a1")]
    found = extract(tmp_path, [*lines, *stopped(7, "helper")]).delegation
    assert (found.outcome, found.cause, found.delivered) == ("killed", "parent", "delivered")


@pytest.mark.parametrize(
    ("summary", "cause"),
    [('Agent "x" was stopped by user', "user"), ('Agent "x" was stopped by Claude', "parent"), (None, "user")],
)
def test_a_stop_has_its_cause(tmp_path: Path, summary: str | None, cause: str) -> None:
    found = ended(tmp_path, user(notification("a1", "killed", summary=summary), 9))
    assert (found.outcome, found.cause) == ("killed", cause)


def test_a_kill_that_the_model_asked_for_is_the_parents(tmp_path: Path) -> None:
    found = ended(tmp_path, *stopped(7, "a1"), user(notification("a1", "killed"), 9))
    assert (found.outcome, found.cause, found.answered_timestamp) == ("killed", "parent", at(9))


def test_a_stop_before_the_agent_was_resumed_says_nothing_of_a_later_kill(tmp_path: Path) -> None:
    before = [*stopped(5, "a1"), user(notification("a1", "killed"), 7)]
    found = ended(tmp_path, *before, *sent(10, "a1"), user(notification("a1", "killed"), 20))
    assert (found.outcome, found.cause, found.answered_timestamp) == ("killed", "user", at(20))


# -- resumed agents


def test_an_agent_that_was_stopped_and_resumed_ends_with_its_last_word(tmp_path: Path) -> None:
    killed = user(notification("a1", "killed", summary='Agent "x" was stopped by user'), 5)
    again = user(notification("a1", "completed", "Done."), 20)
    assert ended(tmp_path, killed, *sent(7, "a1"), again).outcome == "completed"


def test_an_agent_that_could_not_be_resumed_stays_ended(tmp_path: Path) -> None:
    done = user(notification("a1", "completed", "Done."), 5)
    failed = {"success": False, "message": 'Agent "a1" could not be resumed: No transcript found for agent ID: a1'}
    assert ended(tmp_path / "1", done, *sent(7, "a1", failed), *stopped(10, "a1")).outcome == "completed"
    assert ended(tmp_path / "2", done, *sent(7, "a1", {"success": True}), *stopped(10, "a1")).outcome == "killed"
    alone = [said(7, tool("m7", "SendMessage", to="a1", message="Go on.")), answer("m7", 8, json.dumps(failed))]
    assert ended(tmp_path / "3", done, *alone, *stopped(10, "a1")).outcome == "completed"


def test_the_duration_is_that_of_all_stretches(tmp_path: Path) -> None:
    first = user(notification("a1", "completed", "Good.", duration_ms=4000), 10)
    second = user(notification("a1", "completed", "Good."), 66)
    assert ended(tmp_path / "1", first, *sent(60, "a1"), second).duration_seconds == 4 + 5
    beside = {"success": True, "resumedAgentId": "a1"}
    assert ended(tmp_path / "2", first, *sent(60, "helper", beside), second).duration_seconds == 4 + 5
    assert ended(tmp_path / "3", first, *sent(60, "a1")).duration_seconds == 4
    early = user(notification("a1", "completed", "Not yet.", duration_ms=1000), 8)
    assert ended(tmp_path / "4", early, first).duration_seconds == 4


def test_a_message_to_an_agent_at_work_does_not_resume_it(tmp_path: Path) -> None:
    done = user(notification("a1", "completed", "Good."), 20)
    assert ended(tmp_path, *sent(6, "a1"), done).duration_seconds == 20 - 2


def test_an_answer_that_came_at_once_keeps_its_result_when_the_agent_is_resumed(tmp_path: Path) -> None:
    beside = {"status": "completed", "agentId": "a1", "totalDurationMs": 3000}
    lines = [said(2, call("c1")), answer("c1", 5, "First.", beside), *sent(10, "a1")]
    again = user(notification("a1", "completed", "Second.", duration_ms=2000), 15)
    found = extract(tmp_path, [*lines, again]).delegation
    assert (found.outcome, found.result, found.duration_seconds) == ("completed", "First.", 5)


# -- how far a word came


def test_a_word_is_delivered_queued_or_removed(tmp_path: Path) -> None:
    text = notification("a1", "completed", "Done.")
    enqueued = queued(5, "enqueue", text)

    def delivered(folder: str, *lines: Json) -> str:
        return ended(tmp_path / folder, *lines).delivered

    assert delivered("0") == "none"
    assert delivered("1", enqueued) == "queued"
    assert delivered("2", enqueued, queued(6, "dequeue"), user(text, 7)) == "delivered"
    assert delivered("3", enqueued, queued(6, "remove", text)) == "removed"
    assert delivered("4", enqueued, queued(6, "remove", text), attached(text, 5)) == "delivered"
    assert delivered("5", enqueued, queued(6, "popAll")) == "removed"
    assert delivered("6", queued(4, "enqueue", "Words."), enqueued, queued(6, "remove")) == "queued"
    assert delivered("7", queued(4, "enqueue", "Words."), enqueued, queued(6, "dequeue"), queued(7, "remove")) == (
        "removed"
    )
    assert delivered("8", user(text, 5), queued(6, "enqueue", text)) == "delivered"
    assert delivered("9", enqueued, queued(6, "dequeue")) == "queued"


def test_a_word_that_one_file_delivers_is_delivered(tmp_path: Path) -> None:
    text = notification("a1", "completed", "Done.")
    inner = [side(user("Do it.", 4), "a0"), side(attached(text, 8), "a0")]
    files = {MAIN: [*BEGUN, queued(9, "enqueue", text)], agent_path("a0"): inner}
    assert extract(tmp_path, files).delegation.delivered == "delivered"


def test_an_answer_that_came_at_once_has_no_word_to_deliver(tmp_path: Path) -> None:
    assert extract(tmp_path, [said(2, call("c1")), answer("c1", 3)]).delegation.delivered == "none"


def test_an_attachment_of_another_type_tells_nothing(tmp_path: Path) -> None:
    other = {"of": "queued_command", "type": "note", "prompt": notification("a1", "completed")}
    assert ended(tmp_path, line("attachment", 9, attachment=other)).outcome == "unreported"


def test_the_queue_of_a_long_session_stays_short(tmp_path: Path) -> None:
    pairs = [
        queued(second % 60, kind, text) for second in range(300) for kind, text in (("enqueue", "x"), ("dequeue", ...))
    ]
    text = notification("a1", "completed", "Done.")
    assert ended(tmp_path, *pairs, queued(5, "enqueue", text), queued(6, "remove")).delivered == "removed"


# -- what is the user's


@pytest.mark.parametrize(
    "text",
    [
        "Another Claude session sent a message:\n<teammate-message>x</teammate-message>",
        '<agent-message from="a1">x</agent-message>',
        "<cross-session-message>x",
        "[SYSTEM NOTIFICATION - NOT USER INPUT] x",
        "<agent-notification>x",
    ],
)
def test_what_other_agents_say_is_not_the_users(tmp_path: Path, text: str) -> None:
    found = extract(tmp_path, [user("Please.", 1), user(text, 2), said(3, call("c1"))]).delegation
    assert found.user_context_before == "Please."


def test_pasted_content_is_the_users(tmp_path: Path) -> None:
    text = '<pasted_content id="1">x</pasted_content>'
    assert extract(tmp_path, [user(text, 2), said(3, call("c1"))]).delegation.user_context_before == text


def test_words_of_a_session_without_other_lines_are_read(tmp_path: Path) -> None:
    alone = line("queue-operation", 9, operation="enqueue", content=notification("a1", "completed"), sessionId=SESSION)
    files = {MAIN: BEGUN, "-w-app/other.jsonl": [alone]}
    assert extract(tmp_path, files).delegation.outcome == "completed"
