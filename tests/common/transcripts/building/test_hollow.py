"""Which results do no work, and which only look like it."""

import time
from pathlib import Path

import pytest

from common.transcripts.building import hollow
from common.transcripts.building.hollow import HEAD_LENGTH, RULES, HollowRule, result_kind
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
    tool,
    user,
)

REPORT = "\n\n## Findings\n\nThe cache is written twice; `store.py` line 12 is the second time.\n" * 3
EMPTY = (
    "",
    " \n\t ",
    "(no content)",
    "(none)",
    "(None.)",
    "[no output]",
    "(No response was returned)",
    "[empty response]",
    "(Some tool calls omitted for brevity)",
    "(Subagent completed but returned no output.)",
    "[Insert your report here]",
    "(…)",
)
NO_PLACEHOLDERS = (
    "None.",
    "[]",
    "{}",
    '[{"file": "a.py", "line": 3}]',
    "[DONE]",
    "(All 12 tests pass; nothing to change.)",
    "(The report is in docs/report.md.)",
    "(no findings)",
    "(none) and (none)",
    "(no content) The page is blank.",
    "(Nothing else in this folder writes the cache)",
    "(Two of the migrations omitted the index)",
    "(none" + " and none" * 20 + ")",
)
UNABLE = (
    "I must stop here: the folder does not exist.",
    "I\u2019m unable to proceed. No tool to read files was given to me.",
    "I'm unable to proceed" + REPORT,
    "**Cannot proceed**: the repository is empty.",
    "I looked. Cannot proceed without the diff.",
    "## Status\n\n**Cannot proceed**",
    "**Status:** Cannot proceed",
    "# Result\n\nI cannot proceed with the review without the diff.",
    "I am currently unable to continue, since every command is refused.",
    "Unfortunately, this task cannot proceed.",
    "I cannot complete this task because the file is missing.",
    "I must decline to write this.",
)
ABLE = (
    "I cannot write the report file, so here is the report." + REPORT,
    "I'm unable to write files in this mode." + REPORT,
    "I cannot proceed with writing the file, so the report follows." + REPORT,
    "When the lock is held, the worker cannot proceed." + REPORT,
    "Two faults:\n\n- Cannot proceed past the login on old browsers." + REPORT,
    "* Login: works.\n* Cannot proceed past the login on old browsers." + REPORT,
    "The log ends with Error: cannot proceed." + REPORT,
    "The prompt tells the agent to answer 'I cannot proceed' then." + REPORT,
    "I must stop short of a number: the log has none." + REPORT,
    "The server that I must stop first is nginx." + REPORT,
    "I was unable to proceed past step 3 until the path was right; now all pass." + REPORT,
    "I cannot complete the review of module C; A and B follow." + REPORT,
)
INVENTED = (
    "Looking now.\n\n<bash>\nls -la\n</bash>\n\nThere are 12 files.",
    "<BASH>ls</BASH>",
    "<Task>\nReview the parser.\n</Task>",
    "I start them all. <agent>Explore</agent> It found nothing.",
    "> <task>",
    "<edit_file>\na.py\n",
    '<function_calls>\n<invoke name="Read">',
    '<invoke name="Grep">',
    '<Read file_path="/w/a.py" />',
    "<grep><pattern>TODO</pattern>",
    '<Write>{"file_path": "/w/a.py"}',
    "<read>/w/a.py</read>",
    "\u2039bash\u203als\u2039/bash\u203a",
    "\u2039claude_thinking\u203aHm.",
    "```xml\n<bash>ls</bash>\n```",
    "<read_file>",
    "Let me first examine the code.\n\nAll 73 issues are fixed.",
    "Great! I'll run the tests.\n\nAll pass.",
    "All files are there.\n\nNow I\u2019ll run `make`.",
    "I'll start by exploring the folder.",
    "```\ncode\n```\nFirst, I will run it.\n",
)
NOT_INVENTED = (
    "The answer is 4.",
    "Let me analyze the two options: the first is cheaper.",
    "I'll run through the options: there are two.",
    "It returns `Promise<Task>`, and `List<Agent>` holds them: Map<Task, Agent>.",
    "Usage: make run <task> [--fast]",
    "The prompt's `<task>` element ends at `</task>`.",
    "Once you agree, I'll run the migration.",
    "I'll run the migration once you agree.",
    "1. I'll run the migration.\n2. I'll read the log.",
    "The script prints:\n\n```\nLet me first examine the code.\nI'll run it.\n```\n",
    "It says:\n\n~~~text\nI'll run it.\n```\nI'll run it.\n~~~\nand ends.",
    "````\n```\nI'll run it.\n````",
    'She asked: "let me first examine it".',
    "I'll running nothing.",
    "A page with <p>text</p> and <b>bold</b>.",
)


@pytest.mark.parametrize("text", EMPTY)
def test_nothing_or_one_placeholder_is_empty(text: str) -> None:
    assert {result_kind(text, calls) for calls in (None, 0, 7)} == {"empty"}


@pytest.mark.parametrize("text", NO_PLACEHOLDERS)
def test_a_word_a_list_or_a_sentence_in_brackets_is_a_report(text: str) -> None:
    assert {result_kind(text, calls) for calls in (None, 0, 7)} == {"report"}


@pytest.mark.parametrize("text", UNABLE)
def test_a_refusal_of_the_task_itself_is_unable_however_many_calls_were_made(text: str) -> None:
    assert {result_kind(text, calls) for calls in (None, 0, 7)} == {"unable"}


@pytest.mark.parametrize("text", ABLE)
def test_a_report_that_tells_of_an_obstacle_is_a_report(text: str) -> None:
    assert {result_kind(text, calls) for calls in (None, 0, 7)} == {"report"}


def test_a_refusal_counts_only_in_the_first_three_hundred_characters() -> None:
    words = "I'm unable to proceed"
    assert result_kind("x" * (HEAD_LENGTH - len(words) - 1) + " " + words, 7) == "unable"
    assert result_kind("x" * (HEAD_LENGTH - len(words)) + " " + words, 7) == "report"
    assert result_kind("A long report. " * 27 + words, 7) == "report"


@pytest.mark.parametrize("text", INVENTED)
def test_markup_or_announcements_of_calls_are_invented_if_no_call_was_made(text: str) -> None:
    assert result_kind(text, 0) == "invented"


@pytest.mark.parametrize("text", INVENTED)
def test_nothing_is_invented_if_a_call_was_made_or_nobody_knows(text: str) -> None:
    assert {result_kind(text, calls) for calls in (None, 1, 7)} == {"report"}


@pytest.mark.parametrize("text", NOT_INVENTED)
def test_what_only_looks_like_a_call_is_a_report(text: str) -> None:
    assert result_kind(text, 0) == "report"


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_is_needed(rule: HollowRule, monkeypatch: pytest.MonkeyPatch) -> None:
    flagged = [text for text in EMPTY + UNABLE + INVENTED if result_kind(text, 0) != "report"]
    monkeypatch.setattr(hollow, "RULES", tuple(other for other in RULES if other is not rule))
    assert [text for text in flagged if result_kind(text, 0) == "report"] != []


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_says_what_it_was_measured_on(rule: HollowRule) -> None:
    assert "measured" in rule.note or "of 486 completed delegations" in rule.note


@pytest.mark.parametrize(
    "piece", ["<", " ", "\n", "(", "<read ", "</", "```\n", "\nI'll run if you ", ": so so so", "<read>\n"]
)
def test_a_megabyte_of_anything_takes_no_long_time(piece: str) -> None:
    text = "a" + piece * (1_000_000 // len(piece)) + "b"
    begun = time.process_time()
    assert result_kind(text, 0) == "report"
    assert time.process_time() - begun < 5


CLAIM = "<bash>make</bash>\nAll pass."
RUN: list[Json] = [side(user("Do it.", 3), "a1"), side(said(4, CLAIM), "a1")]
RUN_WITH_A_CALL: list[Json] = [*RUN, side(said(5, tool("t1", "Bash")), "a1")]


def counted(calls: int) -> str:
    return f"{CLAIM}\n<usage>total_tokens: 9\ntool_uses: {calls}\nduration_ms: 5</usage>"


@pytest.mark.parametrize(
    ("ended", "run", "kind"),
    [
        ([answer("c1", 9, CLAIM, {"agentId": "a1", "totalToolUseCount": 4})], RUN, "invented"),
        ([answer("c1", 9, CLAIM, {"agentId": "a1", "totalToolUseCount": 0})], RUN_WITH_A_CALL, "report"),
        ([answer("c1", 9, CLAIM, {"agentId": "a1", "totalToolUseCount": 0})], RUN[:1], "invented"),
        ([answer("c1", 9, CLAIM, {"totalToolUseCount": 0})], [], "invented"),
        ([answer("c1", 9, CLAIM, {"totalToolUseCount": 1})], [], "report"),
        ([answer("c1", 9, CLAIM, {"totalToolUseCount": "0"})], [], "report"),
        ([answer("c1", 9, counted(0), {"totalToolUseCount": 3})], [], "report"),
        ([answer("c1", 9, counted(0))], [], "invented"),
        ([answer("c1", 9, counted(3))], [], "report"),
        ([answer("c1", 9, CLAIM)], [], "report"),
        ([launched("c1", 3, "a1"), user(notification("a1", "completed", CLAIM, tool_uses=0), 9)], [], "invented"),
        ([launched("c1", 3, "a1"), user(notification("a1", "completed", CLAIM, tool_uses=2), 9)], [], "report"),
        ([launched("c1", 3, "a1"), user(notification("a1", "completed", CLAIM), 9)], [], "report"),
        (
            [
                launched("c1", 3, "a1"),
                user(notification("a1", "completed", "Begun.", tool_uses=2), 6),
                user(notification("a1", "completed", CLAIM, tool_uses=0), 9),
            ],
            [],
            "report",
        ),
    ],
)
def test_the_run_counts_the_calls_else_the_result_else_the_notification(
    tmp_path: Path, ended: list[Json], run: list[Json], kind: str
) -> None:
    files: dict[str, Content] = {MAIN: [said(2, call("c1")), *ended], agent_path("a1"): run}
    assert extract(tmp_path, files).delegation.result_kind == kind


@pytest.mark.parametrize(
    ("ended", "kind"),
    [
        ([answer("c1", 9, [])], "empty"),
        ([answer("c1", 9, "(no content)")], "empty"),
        ([answer("c1", 9, "(no content)", error=True)], None),
        ([], None),
        ([launched("c1", 3, "a1")], None),
        ([launched("c1", 3, "a1"), user(notification("a1", "killed", ""), 9)], None),
        ([launched("c1", 3, "a1"), user(notification("a1", "completed", ""), 9)], "empty"),
        ([launched("c1", 3, "a1"), user(notification("a1", "completed"), 9)], None),
    ],
)
def test_only_a_completed_delegation_whose_result_is_recorded_has_a_kind(
    tmp_path: Path, ended: list[Json], kind: str | None
) -> None:
    found = extract(tmp_path, [said(2, call("c1")), *ended])
    hollow_ones = {"empty": int(kind == "empty"), "unable": 0, "invented": 0}
    assert (found.delegation.result_kind, found.full.summary.hollow) == (kind, hollow_ones)
