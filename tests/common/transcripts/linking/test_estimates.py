"""Outputs of which only a placeholder was written, and those that are final without a stop reason."""

from pathlib import Path

import pytest

from common.output_rates import (
    HIDDEN,
    NEWER_FAMILY,
    OLDER_FAMILY,
    RATES,
    OutputRate,
    rate_of_model,
)
from tests.common.transcripts.written import Json, extract, said, usage

TEXT = "x" * 898
"""900 bytes as JSON, with its quotes."""


def told(folder: Path, output: int, text: str = TEXT, **fields: object) -> tuple[int, int, int]:
    """Return the recorded and the estimated output of one message, and the number of placeholders."""
    made = said(1, text, spent=usage(output), **fields)  # type: ignore[arg-type]  # fields by their names
    tokens = extract(folder, [made]).session.tokens
    return tokens.output, tokens.output_estimated, tokens.placeholders


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (19, (19, round(0.299 * 900 + 115), 1)),  # fewer than 20 tokens
        (99, (99, round(0.299 * 900 + 115), 1)),  # more than 9 bytes for each
        (100, (100, 100, 0)),  # 9 bytes for each: final
        (500, (500, 500, 0)),
    ],
)
def test_an_unfinished_output_is_final_if_it_is_large_enough_for_its_text(
    tmp_path: Path, output: int, expected: tuple[int, int, int]
) -> None:
    assert told(tmp_path, output, stop=None) == expected


def test_a_finished_output_is_never_estimated(tmp_path: Path) -> None:
    assert told(tmp_path, 2) == (2, 2, 0)


def test_a_short_unfinished_text_of_twenty_tokens_is_final(tmp_path: Path) -> None:
    assert told(tmp_path / "final", 20, "Done.", stop=None) == (20, 20, 0)
    assert told(tmp_path / "placeholder", 19, "Done.", stop=None) == (19, round(0.299 * 7 + 115), 1)


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        ("claude-sonnet-4-20250514", OutputRate(0.263, 95)),
        ("us.anthropic.claude-opus-4-5-20251101-v1:0", OutputRate(0.290, 82)),
        ("claude-3-7-sonnet-20250219", OutputRate(0.278, 72)),
        ("anthropic/claude-opus-4.7", OutputRate(0.401, 90)),
        ("claude-3-5-haiku-20241022", OLDER_FAMILY),
        ("claude-opus-4-9", NEWER_FAMILY),
        ("claude-opus-5", NEWER_FAMILY),
        ("claude-fable-5-2", NEWER_FAMILY),
        ("gpt-5-mini", OLDER_FAMILY),
        ("", OLDER_FAMILY),
    ],
)
def test_a_model_has_its_own_line_or_that_of_its_family(name: str, rate: OutputRate) -> None:
    assert rate_of_model(name, hidden=False) == rate


def test_hidden_thinking_has_lines_of_its_own() -> None:
    assert rate_of_model("claude-opus-4-7", hidden=True) == RATES["claude-opus-4-7", True]
    assert rate_of_model("claude-sonnet-4-6", hidden=True) == HIDDEN


def test_a_message_of_hidden_thinking_alone_is_estimated(tmp_path: Path) -> None:
    thought: Json = {"type": "thinking", "thinking": "", "signature": "c2ln"}
    made = said(1, thought, spent=usage(3), stop=None, model="claude-opus-4-8")
    tokens = extract(tmp_path, [made]).session.tokens
    assert (tokens.output_estimated, tokens.placeholders) == (round(0.704 * 2 + 656), 1)
