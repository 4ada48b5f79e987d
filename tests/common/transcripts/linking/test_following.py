"""What the user did after a delegation: sent a plan back with words, or stopped a tool."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from common.transcripts.reading.texts.refusals import has_words
from tests.common.transcripts.written import (
    MAIN,
    Content,
    Json,
    agent_path,
    answer,
    call,
    extract,
    launched,
    line,
    notification,
    own_call,
    own_message,
    said,
    side,
    tool,
    user,
)

REFUSED = "The user doesn't want to proceed with this tool use. The tool use was rejected (eg. if it was a file edit)."
SILENT = f"{REFUSED} STOP what you are doing and wait for the user to tell you how to proceed."
NOTE = "\n\nNote: The user's next message may contain a correction or preference."
WITH_WORDS = f"{REFUSED} To tell you how to proceed, the user said:\nUse the parser."
ESC = "[Request interrupted by user]"
ESC_FOR_TOOL = "[Request interrupted by user for tool use]"
DONE = [said(1, call("c1")), answer("c1", 2)]

Followed = dict[str, tuple[str | None, int | None]]


def followed(folder: Path, lines: list[Json] | Mapping[str, Content]) -> Followed:
    return {d.tool_use_id: (d.followed_by, d.followed_line) for d in extract(folder, lines).delegations.values()}


def used(key: str, second: int, name: str = "Bash", text: str | None = None) -> list[Json]:
    """Return the call of a tool and its result, an error if it has a text."""
    return [said(second, tool(key, name)), answer(key, second, text or "ok", error=text is not None)]


def plan(key: str, second: int, text: str) -> list[Json]:
    return used(key, second, "ExitPlanMode", text)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ([], (None, None)),
        (used("t1", 3), (None, None)),
        (used("t1", 3, text=SILENT), ("tool_stopped", 4)),
        (used("t1", 3, text=WITH_WORDS), ("tool_stopped", 4)),
        (used("t1", 3, text=ESC_FOR_TOOL), ("tool_stopped", 4)),
        (used("t1", 3, text="No such file"), (None, None)),
        (used("t1", 3, text="Permission to use Bash has been denied."), (None, None)),
        ([said(3, tool("t1", "Bash")), answer("t1", 4, SILENT)], (None, None)),
        ([*used("t1", 3), *used("t2", 4), *used("t3", 5, text=SILENT)], ("tool_stopped", 8)),
        ([*used("t1", 3), *used("t2", 4), *used("t3", 5), *used("t4", 6, text=SILENT)], (None, None)),
        ([user("Go on.", 3), *used("t1", 4, text=SILENT)], ("tool_stopped", 5)),
        ([user("One.", 3), user("Two.", 4), user("Three.", 5), *used("t1", 6, text=SILENT)], (None, None)),
        ([*used("t1", 3, text=SILENT), *used("t2", 4, text=SILENT)], ("tool_stopped", 4)),
        ([said(3, tool("t1", "Bash")), user(ESC_FOR_TOOL, 4)], ("tool_stopped", 4)),
        ([*used("t1", 3), user(ESC_FOR_TOOL, 4)], (None, None)),
        ([user(ESC, 3)], (None, None)),
        ([said(3, tool("t1", "Bash")), user(ESC, 4)], (None, None)),
        (used("t1", 3, "TaskOutput", SILENT), (None, None)),
    ],
)
def test_a_tool_that_the_user_stops_within_three_calls_follows_the_answer(
    tmp_path: Path, after: list[Json], expected: tuple[str | None, int | None]
) -> None:
    assert followed(tmp_path, [*DONE, *after]) == {"c1": expected}


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (plan("p1", 3, WITH_WORDS), ("plan_sent_back", 4)),
        (plan("p1", 3, WITH_WORDS + NOTE), ("plan_sent_back", 4)),
        (plan("p1", 3, SILENT), (None, None)),
        (plan("p1", 3, SILENT + NOTE), (None, None)),
        ([*plan("p1", 3, SILENT), *plan("p2", 4, WITH_WORDS)], ("plan_sent_back", 6)),
        ([line for n in range(9) for line in used(f"t{n}", 3)] + plan("p1", 4, WITH_WORDS), ("plan_sent_back", 22)),
        ([user("One.", 3), user("Two.", 4), user("Three.", 5), *plan("p1", 6, WITH_WORDS)], (None, None)),
        (used("p1", 3, "exit_plan_mode", WITH_WORDS), ("plan_sent_back", 4)),
        ([said(3, tool("p1", "ExitPlanMode")), answer("p1", 4, "User has approved your plan.")], (None, None)),
    ],
)
def test_a_plan_counts_as_sent_back_only_with_words(
    tmp_path: Path, after: list[Json], expected: tuple[str | None, int | None]
) -> None:
    # "yes, clear the context and implement" is written as a refusal without words.
    assert followed(tmp_path, [*DONE, *after]) == {"c1": expected}


@pytest.mark.parametrize("refusal", [SILENT, WITH_WORDS, ESC_FOR_TOOL])
def test_esc_on_a_delegation_under_way_does_not_follow_the_one_answered_before(tmp_path: Path, refusal: str) -> None:
    lines = [*DONE, said(3, call("c2")), answer("c2", 4, refusal, error=True), user(ESC_FOR_TOOL, 4)]
    nothing = (None, None)
    assert followed(tmp_path, lines) == {"c1": nothing, "c2": nothing}
    assert followed(tmp_path / "more", [*lines, *used("t1", 5, text=SILENT)]) == {"c1": nothing, "c2": nothing}


def test_what_is_stopped_while_a_delegation_is_under_way_follows_none(tmp_path: Path) -> None:
    both = [said(1, call("c1"), call("c2")), answer("c1", 2)]
    assert followed(tmp_path / "1", [*both, *used("t1", 3, text=SILENT)]) == {"c1": (None, None), "c2": (None, None)}
    stopped = [*both, answer("c2", 3), *used("t1", 4, text=SILENT)]
    assert followed(tmp_path / "2", stopped) == {"c1": (None, None), "c2": ("tool_stopped", 5)}
    given_up = [*both, user("Never mind.", 3), *used("t1", 4, text=SILENT)]
    assert followed(tmp_path / "3", given_up) == {"c1": ("tool_stopped", 5), "c2": (None, None)}


def test_a_call_next_to_the_answered_one_is_no_reaction_to_it(tmp_path: Path) -> None:
    lines = [said(1, call("c1"), tool("t1", "Bash")), answer("c1", 2), answer("t1", 3, SILENT, error=True)]
    assert followed(tmp_path, lines) == {"c1": (None, None)}


def test_a_failed_delegation_can_be_followed_and_one_that_esc_cancelled_cannot(tmp_path: Path) -> None:
    failed = [said(1, call("c1")), answer("c1", 2, "No such file", error=True), *used("t1", 3, text=SILENT)]
    assert followed(tmp_path / "1", failed) == {"c1": ("tool_stopped", 4)}
    cancelled = "The user doesn't want to take this action right now. STOP what you are doing"
    stopped = [said(1, call("c1")), answer("c1", 2, cancelled, error=True), *used("t1", 3, text=SILENT)]
    assert followed(tmp_path / "2", stopped) == {"c1": (None, None)}
    before = [said(1, call("c1"), call("c2")), answer("c1", 2), answer("c2", 2, cancelled, error=True)]
    found = followed(tmp_path / "3", [*before, *used("t1", 3, text=SILENT)])
    assert found == {"c1": (None, None), "c2": (None, None)}


def test_a_task_in_the_background_is_followed_after_its_notification_alone(tmp_path: Path) -> None:
    begun = [said(1, call("c1")), launched("c1", 2, "a1")]
    told = user(notification("a1", "completed", "Done."), 3)
    stopped = used("t1", 4, text=SILENT)
    assert followed(tmp_path / "1", [*begun, *stopped]) == {"c1": (None, None)}
    assert followed(tmp_path / "2", [*begun, told, *stopped]) == {"c1": ("tool_stopped", 5)}
    queued = line("queue-operation", 3, operation="enqueue", content=notification("a1", "completed", "Done."))
    assert followed(tmp_path / "3", [*begun, queued, *stopped]) == {"c1": (None, None)}
    echo = [*used("t0", 4), *used("t9", 4), *used("t8", 4), told]
    assert followed(tmp_path / "4", [*begun, told, *echo, *stopped]) == {"c1": (None, None)}


def test_refusals_in_the_thread_of_a_subagent_follow_nothing(tmp_path: Path) -> None:
    inside = [said(2, call("c2")), answer("c2", 3), *used("t1", 4, text=SILENT)]
    files = {MAIN: DONE, agent_path("a1"): [side(made, "a1") for made in inside]}
    assert followed(tmp_path, files) == {"c1": (None, None), "c2": (None, None)}


def test_of_copies_what_the_file_of_the_call_tells_counts(tmp_path: Path) -> None:
    key = own_call("c1")
    done = [said(1, call(key), key=own_message("m1")), answer(key, 2)]
    copy = [{**made, "sessionId": "s2", "timestamp": "2026-03-15T00:00:00.000Z"} for made in done]
    later = [{**made, "sessionId": "s2"} for made in (*used("t0", 8), *used("t1", 9, text=SILENT))]
    files: dict[str, Content] = {MAIN: done, "-w-app/s2.jsonl": [*copy, *later]}
    assert followed(tmp_path / "1", files) == {key: ("tool_stopped", 6)}
    files[MAIN] = [*done, *plan("p1", 4, WITH_WORDS)]
    assert followed(tmp_path / "2", files) == {key: ("plan_sent_back", 4)}


def test_calls_with_the_same_id_are_followed_each_for_itself(tmp_path: Path) -> None:
    turn = [said(1, call("Agent:0"), key="a"), answer("Agent:0", 2), *used("t1", 3, text=SILENT)]
    again = [said(5, call("Agent:0", "Else."), key="b"), answer("Agent:0", 6)]
    found = followed(tmp_path, [*turn, *again])
    assert found == {"Agent:0": ("tool_stopped", 4), "Agent:0#2": (None, None)}


PLAN = "The agent proposed a plan that was rejected by the user.\n\nRejected plan:\n# Plan"


@pytest.mark.parametrize(
    "text",
    [
        WITH_WORDS,
        WITH_WORDS + NOTE,
        f"{REFUSED} The user provided the following reason for the rejection:  Too long.",
        f"{PLAN}\n\nUser feedback:\nShorter.",
    ],
)
def test_a_refusal_has_the_words_that_the_user_gave(text: str) -> None:
    assert has_words(text)


@pytest.mark.parametrize(
    "text",
    [
        SILENT,
        SILENT + NOTE,
        f"{REFUSED} To tell you how to proceed, the user said:\n",
        f"{REFUSED} To tell you how to proceed, the user said:\n{NOTE}",
        PLAN,
        f"{PLAN}\n\nUser feedback:\n(no feedback provided)",
        "",
    ],
)
def test_a_refusal_without_the_users_words_has_none(text: str) -> None:
    assert not has_words(text)
