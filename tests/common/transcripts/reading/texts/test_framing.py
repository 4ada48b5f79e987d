"""A report is read without what Claude Code puts around it."""

import time

import pytest

from common.transcripts.reading.texts.framing import text_of, unescaped, unframed

FRAME = "[Subagent hand-back] The text below is the report of a subagent. The report follows:"
TOOLS = "<tools-used-before-summary>Agent, Bash</tools-used-before-summary>"
SEND = "agentId: a1b2 (use SendMessage with to: 'a1b2', summary: '<5-10 word recap>' to continue this agent)"
USAGE = "<usage>subagent_tokens: 4462\ntool_uses: 3\nduration_ms: 265</usage>"


@pytest.mark.parametrize(
    ("text", "report"),
    [
        ("Done.", "Done."),
        ("  Done.\n", "  Done.\n"),
        (f"{FRAME}\n  Done.\n{SEND}\n{USAGE}", "Done."),
        (f"{FRAME}\n  One.\n\n    Two.\n{SEND}\n{USAGE}\n", "One.\n\n  Two."),
        (f"{TOOLS}\n  \n{FRAME}\n  Done.\n{SEND}\n{USAGE}", "Done."),
        (f"  {TOOLS}\n  \n  NOTE: stopped.\n  \n{SEND}\n{USAGE}", "NOTE: stopped."),
        (f"{TOOLS}\n\n\nouter report", "outer report"),
        ("Done.\n\nagentId: a1 (for resuming to continue this agent's work if needed)\n" + USAGE, "Done."),
        (f"Done.\n{USAGE}", "Done."),
        (f"See {SEND} here.", f"See {SEND} here."),
        ("agentId: a1", "agentId: a1"),
        (f"The frame is {FRAME}\n  x", f"The frame is {FRAME}\n  x"),
        ("[Subagent hand-back] cut off", "[Subagent hand-back] cut off"),
        ("<tools-used-before-summary>cut off", "<tools-used-before-summary>cut off"),
        ("", ""),
    ],
)
def test_a_report_is_taken_out_of_its_frame(text: str, report: str) -> None:
    assert unframed(text) == report


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("One.", "One."),
        ([{"type": "text", "text": "One."}, {"type": "image"}, "Two."], "One.\n\nTwo."),
        ([{"text": 7}, None, []], ""),
        ({"text": "One."}, ""),
        (None, ""),
    ],
)
def test_the_text_of_a_content_is_that_of_its_blocks(value: object, text: str) -> None:
    assert text_of(value) == text


ATTACKS = [
    "agentId: " * 200_000,
    "<usage>" * 200_000 + "</usage>",
    TOOLS * 50_000,
    FRAME * 20_000,
    " " * 2_000_000 + "</usage>",
    "\n" * 2_000_000 + "agentId: a (",
]


@pytest.mark.parametrize("number", range(len(ATTACKS)))
def test_no_long_text_takes_long(number: int) -> None:
    begun = time.process_time()
    unframed(ATTACKS[number])
    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Use Map&lt;K, V&gt; &amp; co.", "Use Map<K, V> & co."),
        ("&amp;lt; is how it is written", "&lt; is how it is written"),
        ("<b> was never escaped: &lt;", "<b> was never escaped: &lt;"),
        ("a > b, &amp;", "a > b, &amp;"),
        ("Plain.", "Plain."),
    ],
)
def test_the_entities_of_an_escaped_result_are_put_back(text: str, expected: str) -> None:
    assert unescaped(text) == expected
