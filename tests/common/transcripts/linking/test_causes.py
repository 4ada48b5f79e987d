"""The cause of an outcome, and the presses of Esc."""

from pathlib import Path

import pytest

from common.records.sessions import EnrichedDelegation
from tests.common.transcripts.written import (
    MAIN,
    Content,
    Json,
    agent_path,
    answer,
    call,
    extract,
    launched,
    notification,
    said,
    side,
    user,
)

REFUSED = "The user doesn't want to proceed with this tool use. The tool use was rejected"
BEGUN = [user("Please.", 1), said(2, call("c1"), version="2.1.332")]


def ended(folder: Path, *lines: Json, run: Content | None = None) -> EnrichedDelegation:
    """Return the delegation of `BEGUN` after these lines, with its run in a file of its own."""
    files: dict[str, Content] = {MAIN: [*BEGUN, *lines]}
    if run is not None:
        path = agent_path("a1")
        files |= {path: run, path.replace(".jsonl", ".meta.json"): b'{"agentType":"dev","toolUseId":"c1"}'}
    return extract(folder, files).delegation


def api_error(second: int, text: str, error: object = ...) -> Json:
    return side(said(second, text, model="<synthetic>", isApiErrorMessage=True, error=error), "a1")


def work(second: int, text: str = "Working.") -> Json:
    return side(said(second, text), "a1")


PROMPT = side(user("Do it.", 3), "a1")


@pytest.mark.parametrize(
    ("text", "outcome", "cause"),
    [
        (REFUSED, "rejected", "user"),
        ("The agent proposed a plan that was rejected by the user.", "rejected", "user"),
        ("[Request interrupted by user for tool use]", "interrupted", "user"),
        ("The user doesn't want to take this action right now. STOP", "interrupted", "user"),
        ("<tool_use_error>Sibling tool call errored</tool_use_error>", "interrupted", "parent"),
        ("<tool_use_error>Cancelled: parallel tool call Bash(ls) errored</tool_use_error>", "interrupted", "parent"),
        ("Agent type 'dev' has been denied by permission rule 'Agent(dev)' from userSettings.", "rejected", "policy"),
        ("Permission for this tool use was denied. The tool use was rejected", "rejected", "policy"),
        ("PreToolUse:Agent hook error: [check.py]: no review yet", "rejected", "policy"),
        ("Auto mode is unavailable: overloaded", "rejected", "policy"),
        ("Auto mode could not evaluate this action and is blocking it for safety", "rejected", "policy"),
        ("Auto mode could not review this action because the conversation was too long", "rejected", "policy"),
        ("Claude requested permissions to use Agent, but you haven't granted it yet.", "rejected", "policy"),
        ("Agent type 'devv' not found. Available agents: dev", "not_started", "name"),
        ("<tool_use_error>Error: No such tool available: Agent. Go on.</tool_use_error>", "not_started", "name"),
        ("Teammates cannot spawn other teammates — the team roster is flat.", "not_started", "name"),
        ("Subagent nesting limit reached (depth 3 of 3). Complete this task directly.", "not_started", "name"),
        ("Concurrent subagent limit reached. You can run 1 subagents at once.", "failed", "limit"),
        ("Agent terminated early due to an API error: API Error: 400 no", "failed", "api_error"),
        ("Agent terminated early due to an API error: You've hit your session limit", "failed", "limit"),
        ("Error: Command timed out", "failed", "agent"),
        ("[Tool result missing due to internal error]", "unanswered", None),
    ],
)
def test_the_sentence_of_an_error_tells_outcome_and_cause(
    tmp_path: Path, text: str, outcome: str, cause: str | None
) -> None:
    found = ended(tmp_path, answer("c1", 4, text, f"Error: {text}", error=True))
    assert (found.answer, found.outcome, found.cause) == ("error", outcome, cause)


def test_a_report_that_quotes_a_sentence_is_completed(tmp_path: Path) -> None:
    found = ended(tmp_path, answer("c1", 4, f"The log says: {REFUSED}"))
    assert (found.outcome, found.cause) == ("completed", None)


def test_a_refusal_of_an_agent_that_had_begun_is_a_press_of_esc(tmp_path: Path) -> None:
    refusal = answer("c1", 9, REFUSED, "User rejected tool use", error=True)
    begun = ended(tmp_path / "1", refusal, run=[PROMPT, work(4)])
    assert (begun.outcome, begun.cause, begun.press) == ("interrupted", "user", "c1")
    never = ended(tmp_path / "2", refusal)
    assert (never.outcome, never.cause, never.press) == ("rejected", "user", None)
    plan = answer("c1", 9, "The agent proposed a plan that was rejected by the user.", error=True)
    assert ended(tmp_path / "3", plan, run=[PROMPT, work(4)]).outcome == "rejected"


def test_before_2_1_205_a_refusal_is_a_refusal(tmp_path: Path) -> None:
    lines = [said(2, call("c1"), version="2.1.199"), answer("c1", 9, REFUSED, error=True)]
    meta = b'{"agentType":"dev","toolUseId":"c1"}'
    path = agent_path("a1")
    files: dict[str, Content] = {MAIN: lines, path: [PROMPT, work(4)], path.replace(".jsonl", ".meta.json"): meta}
    assert extract(tmp_path, files).delegation.outcome == "rejected"


# -- the end of the run


@pytest.mark.parametrize(
    ("text", "error", "cause"),
    [
        ("You've hit your session limit · resets 1:40pm (UTC)", "rate_limit", "limit"),
        ("You've hit your session limit · resets 1:40pm (UTC)", ..., "limit"),
        ("Too many requests", "rate_limit", "limit"),
        ("API Error: 500", "unknown", "api_error"),
        ("Prompt is too long", 7, "api_error"),
        ("Claude's response exceeded the 32000 output token maximum.", ..., "api_error"),
        ("Something else", ..., "api_error"),
        ("", ..., "api_error"),
    ],
)
def test_an_api_error_as_the_last_line_of_the_run_is_a_failure(
    tmp_path: Path, text: str, error: object, cause: str
) -> None:
    lines = [PROMPT, work(4, "I'll look first."), api_error(5, text, error)]
    found = ended(tmp_path / "1", answer("c1", 9, "I'll look first.", {"totalTokens": 21_000}), run=lines)
    assert (found.answer, found.outcome, found.cause) == ("completed", "failed", cause)
    word = [launched("c1", 3, "a1"), user(notification("a1", "completed", "I'll look first."), 9)]
    found = ended(tmp_path / "2", *word, run=lines)
    assert (found.answer, found.outcome, found.cause) == ("async", "failed", cause)


def test_an_api_error_that_the_run_got_over_is_none(tmp_path: Path) -> None:
    lines = [PROMPT, api_error(4, "API Error: 500"), work(5, "Done.")]
    assert ended(tmp_path, answer("c1", 9), run=lines).outcome == "completed"


def test_the_end_of_the_last_stretch_counts(tmp_path: Path) -> None:
    again = side(user("Go on.", 20, isMeta=True), "a1")
    lines = [PROMPT, api_error(4, "API Error: 500"), again, work(21, "Done.")]
    words = [launched("c1", 3, "a1"), user(notification("a1", "completed", "Done."), 30)]
    assert ended(tmp_path / "1", *words, run=lines).outcome == "completed"
    lines = [PROMPT, work(4, "Done."), again, api_error(21, "API Error: 500")]
    assert ended(tmp_path / "2", *words, run=lines).outcome == "failed"


def test_an_api_error_says_nothing_of_an_agent_that_was_stopped_or_said_nothing(tmp_path: Path) -> None:
    lines = [PROMPT, api_error(4, "API Error: 500")]
    start = launched("c1", 3, "a1")
    assert ended(tmp_path / "1", start, user(notification("a1", "killed"), 9), run=lines).outcome == "killed"
    assert ended(tmp_path / "2", start, run=lines).outcome == "unreported"
    assert ended(tmp_path / "3", run=lines).outcome == "unanswered"


@pytest.mark.parametrize(
    ("summary", "cause"),
    [
        ('Agent "x" failed: Agent terminated early due to an API error: API Error: 400 no', "api_error"),
        ('Agent "x" failed: You\'ve hit your limit', "limit"),
        ('Agent "x" failed: it gave up', "agent"),
        (None, "agent"),
    ],
)
def test_a_failure_in_the_background_has_its_cause(tmp_path: Path, summary: str | None, cause: str) -> None:
    found = ended(tmp_path, launched("c1", 3, "a1"), user(notification("a1", "failed", summary=summary), 9))
    assert (found.outcome, found.cause) == ("failed", cause)


def test_a_turn_limit_is_a_failure(tmp_path: Path) -> None:
    note = "NOTE: this agent stopped at its 3-turn limit before finishing."
    tools = {"type": "text", "text": "<tools-used-before-summary>Bash</tools-used-before-summary>\n"}
    beside = {"status": "completed", "content": [tools, {"type": "text", "text": note}], "totalTokens": 9}
    found = ended(tmp_path / "1", answer("c1", 9, "x", beside))
    assert (found.outcome, found.cause, found.result) == ("failed", "limit", note)
    start = launched("c1", 3, "a1")
    long = note + "\n\nSo far:\n\n" + "x" * 900
    found = ended(tmp_path / "2", start, user(notification("a1", "completed", long), 9))
    assert (found.outcome, found.cause) == ("failed", "limit")
    summary = 'Agent "x" stopped at its 3-turn limit'
    found = ended(tmp_path / "3", start, user(notification("a1", "completed", "Half.", summary=summary), 9))
    assert (found.outcome, found.cause) == ("failed", "limit")


def test_a_summary_that_is_an_error_is_a_failure_without_a_result(tmp_path: Path) -> None:
    summary = "API Error: Connection closed mid-response. The response above may be incomplete."
    start = launched("c1", 3, "a1")
    found = ended(tmp_path / "1", start, user(notification("a1", "completed", summary=summary), 9))
    assert (found.outcome, found.cause) == ("failed", "api_error")
    found = ended(tmp_path / "2", start, user(notification("a1", "completed", "Report.", summary=summary), 9))
    assert found.outcome == "completed"


# -- presses


def test_one_press_of_esc_interrupts_all_calls_whose_results_are_a_second_apart(tmp_path: Path) -> None:
    def interrupted(key: str, second: int) -> Json:
        return answer(key, second, "[Request interrupted by user for tool use]", error=True)

    calls = said(2, *(call(f"c{number}") for number in range(1, 6)))
    lines = [calls, interrupted("c2", 10), interrupted("c1", 11), interrupted("c3", 13), answer("c4", 10)]
    found = extract(tmp_path, [*lines, answer("c5", 10, "Sibling tool call errored", error=True)])
    assert {key: d.press for key, d in found.delegations.items()} == {
        "c1": "c2",
        "c2": "c2",
        "c3": "c3",
        "c4": None,
        "c5": None,
    }
    assert found.full.summary.causes["user"] == 3


def test_interruptions_without_a_time_are_presses_of_their_own(tmp_path: Path) -> None:
    text = "[Request interrupted by user for tool use]"
    lines = [
        said(2, call("c1"), call("c2")),
        answer("c1", None, text, error=True),
        answer("c2", None, text, error=True),
    ]
    assert [d.press for d in extract(tmp_path, lines).delegations.values()] == ["c1", "c2"]
