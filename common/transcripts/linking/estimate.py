"""Output tokens of messages of which only a placeholder was written.

A message without a stop reason bears the count of its first moment (1 to 10). Its text tells more: `RATES` are the
least-squares lines from the bytes of text, thinking and tool input (as JSON) to output tokens, measured on finished
messages of models with a hundred of them or more (`tests/benchmarks/calibrate_output.py`); apart for messages whose
thinking was hidden, which have output that is not written anywhere. Other models take the line of all together.
"""

from collections.abc import Iterable
from typing import NamedTuple

from common.transcripts.linking.copies import DistinctMessage


class OutputRate(NamedTuple):
    """Output tokens expected for each byte of text, and for each message besides."""

    per_byte: float
    per_message: float


ALL_WRITTEN = OutputRate(0.326, 120)
HIDDEN = OutputRate(0.568, 806)
RATES: dict[tuple[str, bool], OutputRate] = {
    ("claude-haiku-4-5-20251001", False): OutputRate(0.291, 89),
    ("claude-opus-4-6", False): OutputRate(0.298, 116),
    ("claude-opus-4-6", True): OutputRate(0.392, 749),
    ("claude-opus-4-7", False): OutputRate(0.401, 90),
    ("claude-opus-4-7", True): OutputRate(0.664, 842),
    ("claude-opus-4-8", False): OutputRate(0.414, 68),
    ("claude-opus-4-8", True): OutputRate(0.704, 656),
}
"""(model, whether thinking was hidden) → rate."""


def estimate_outputs(messages: Iterable[DistinctMessage]) -> None:
    """Set `estimated` of each message: the recorded output, or what its text lets expect where that is more."""
    for message in messages:
        message.estimated = _expected(message) if message.best.unfinished else message.best.output


def _expected(message: DistinctMessage) -> int:
    best = message.best
    if not message.sizes and not best.hidden_thinking:
        return best.output
    rate = RATES.get((best.model or "", best.hidden_thinking), HIDDEN if best.hidden_thinking else ALL_WRITTEN)
    return max(best.output, round(rate.per_byte * sum(message.sizes) + rate.per_message))
