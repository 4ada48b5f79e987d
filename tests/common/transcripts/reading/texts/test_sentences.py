"""Each sentence of Claude Code has its meaning, at the start of a text alone."""

import time

import pytest

from common.transcripts.reading.texts.known_sentences import ENDINGS, TABLE, KnownSentence
from common.transcripts.reading.texts.sentences import HEAD, meaning_of, meaning_of_cut, meanings_of_summary


@pytest.mark.parametrize("sentence", TABLE, ids=lambda sentence: sentence.example)
def test_each_sentence_has_its_meaning(sentence: KnownSentence) -> None:
    assert meaning_of(sentence.example) == sentence.meaning
    assert meaning_of(f"<tool_use_error>Error: {sentence.example}</tool_use_error>") == sentence.meaning
    assert meaning_of(" \n" + sentence.example.replace("'", "\u2019")) == sentence.meaning


@pytest.mark.parametrize("sentence", TABLE, ids=lambda sentence: sentence.example)
def test_a_text_that_quotes_a_sentence_has_no_meaning(sentence: KnownSentence) -> None:
    assert meaning_of(f"It said: {sentence.example}") is None
    assert meaning_of(" " * HEAD + sentence.example) is None


@pytest.mark.parametrize("sentence", ENDINGS, ids=lambda sentence: sentence.example)
def test_each_sentence_of_a_summary_has_its_meaning(sentence: KnownSentence) -> None:
    assert meanings_of_summary(sentence.example) == [sentence.meaning]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("You've hit your limit · resets 3pm", "limit"),
        ("You\u2019ve hit your monthly spend limit · raise it", "limit"),
        ("You've reached your Fable 5 limit. Run /usage-credits to continue", "limit"),
        ("You have reached your Opus 4.8 limit", "limit"),
        ("5-hour limit reached ∙ resets 3am", "limit"),
        ("API Error: 429 too many requests", "limit"),
        ("API Error: Request rejected (429) · Too many requests", "limit"),
        ("API Error: Request rejected (403)", "api_error"),
        ("API Error: 500", "api_error"),
        ("API Error (Connection error.)", "api_error"),
        ("API Errors are handled in client.py", None),
        ("The session limit reached by the test is 5", None),
        ("Agent terminated early due to an API error: API Error: 400 no", "api_error"),
        ("Agent terminated early due to an API error: You've hit your session limit", "limit"),
        ("Agent terminated early due to an API error: API Error: Rate limit reached", "limit"),
        ("NOTE: this agent stopped at its 12-turn limit before finishing.", "turn_limit"),
        ("You're out of extra usage · resets 9am (America/Cordoba)", "limit"),
        ("Opus weekly limit reached ∙ resets Oct 12 at 5pm", "limit"),
        ("Weekly limit reached ∙ resets Oct 9, 5pm", "limit"),
        ("Concurrent subagent limit reached (20). Wait for one to finish", "limit"),
        ("API Error: Server is temporarily limiting requests (not your usage limit) · Rate limited", "limit"),
        ('API Error: 400 {"type":"error","error":{"message":"You\'re out of extra usage. Add more"}}', "limit"),
        ('API Error: 429 {"type":"error","error":{"type":"rate_limit_error"}}', "limit"),
        ('API Error: 403 {"type":"error","error":{"type":"rate_limit_error"}}', "limit"),
        ('API Error: 400 {"type":"error","error":{"message":"Your credit balance is too low to go on"}}', "limit"),
        ('API Error: 404 {"type":"error","error":{"type":"not_found_error","message":"model: haiku"}}', "api_error"),
        ("There's an issue with the selected model (claude-x). It may not exist", "api_error"),
        ("Login expired · Please run /login", "api_error"),
        ("Your organization has disabled Claude subscription access", "api_error"),
        ("Connection closed mid-response. The response above may be incomplete.", "api_error"),
        ("Response stalled mid-stream. The response above may be incomplete.", "api_error"),
        ("Not logged in users see the page", None),
        ("The Opus weekly limit reached zero", None),
        ("All is well.", None),
    ],
)
def test_what_cut_an_agent_short_is_known_by_its_sentence(text: str, meaning: str | None) -> None:
    assert meaning_of_cut(text) == meaning


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Permission for this action has been denied. Reason: risky", "denied"),
        ("Permission to use Bash was denied", "denied"),
        ("PreToolUse:Task hook error: [x]: no", "hook"),
        ("Hook PreToolUse:Agent denied this tool", "hook"),
        ('PreToolUse:Callback hook blocking error from command: "callback": no', "hook"),
        ("PreToolUse:Bash hook error: [x]: no", None),
        ("Agent type 'd'artagnan' not found. Available agents: Plan", "unknown_type"),
        ("Agent type 'a\nb' not found. Available agents: Plan", "unknown_type"),
        ("Agent type 'd'artagnan' has been denied by permission rule 'Agent(d'artagnan)' from project", "denied"),
        ("tencent/hy3:free is temporarily unavailable, so auto mode cannot determine the safety of Task", "auto_mode"),
        ("The service is temporarily unavailable, so auto mode cannot be tested", None),
        ("No such tool available: Task", "no_tool"),
        ("No such tool available: Bash", None),
        ("Remote agent launched in the cloud", "launched"),
    ],
)
def test_other_wordings_of_a_sentence_are_known(text: str, meaning: str | None) -> None:
    assert meaning_of(text) == meaning


def test_only_the_meanings_that_are_asked_for_are_found() -> None:
    assert meaning_of("API Error: 429", ("api_error",)) == "api_error"
    assert meaning_of("API Error: 429", ("launched",)) is None


@pytest.mark.parametrize(
    ("summary", "meanings"),
    [
        ('Agent "x" failed: Agent terminated early due to an API error: API Error: 400 no', ["api_error"]),
        ('Agent "x" failed: You\u2019ve hit your session limit', ["limit"]),
        ("API Error: Connection closed mid-response.", ["api_error"]),
        ('Agent "was stopped by user" finished', []),
        ('Agent "is waiting on its own background work" finished', []),
        ('Agent "x" finished', []),
        ("", []),
    ],
)
def test_a_summary_tells_why_an_agent_ended(summary: str, meanings: list[str]) -> None:
    assert meanings_of_summary(summary) == meanings


ATTACKS = [
    "Permission to use " * 100_000,
    "Agent type '" * 200_000,
    "<tool_use_error>" * 200_000,
    "Error: " * 200_000,
    " " * 2_000_000,
    "Task " + "x is not " * 200_000,
    "You've hit your " * 100_000,
    '" failed: ' * 200_000,
    "API Error: " + "rate_limit_" * 200_000,
    "x" * 2_000_000,
]


@pytest.mark.parametrize("number", range(len(ATTACKS)))
def test_no_long_text_takes_long(number: int) -> None:
    begun = time.process_time()
    for look in (meaning_of, meaning_of_cut, meanings_of_summary):
        look(ATTACKS[number])
    assert time.process_time() - begun < 2
