"""The estimate of outputs of which only a placeholder was written.

While a message streams, its lines have the output count of the message's start (1 to 10). `RATES` are least-squares
lines from the bytes of text, thinking and tool input (as JSON) to output tokens, measured on finished messages of 16
corpora; `python -m tests.benchmarks.calibrate_output` measures them on any transcripts. Messages with hidden thinking
have lines of their own: part of their output is not written anywhere. A model without a line takes that of its family:
from 4.7 on, models cut text into more tokens.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from common.model_names import normalize_model
from common.transcripts.linking.copies import DistinctMessage

LEAST_FINAL = 20
MOST_BYTES_PER_TOKEN = 9
"""A recorded output of at least so many tokens, with at most so many bytes for each, is final."""


class OutputRate(NamedTuple):
    """Expected output tokens for each byte of text, plus those for each message."""

    per_byte: float
    per_message: float


OLDER_FAMILY, NEWER_FAMILY = OutputRate(0.274, 93), OutputRate(0.406, 86)
NEWER_SINCE = (4, 7)
HIDDEN = OutputRate(0.568, 806)
RATES: dict[tuple[str, bool], OutputRate] = {
    ("claude-3-7-sonnet", False): OutputRate(0.278, 72),
    ("claude-sonnet-4", False): OutputRate(0.263, 95),
    ("claude-opus-4", False): OutputRate(0.287, 74),
    ("claude-opus-4-1", False): OutputRate(0.286, 89),
    ("claude-sonnet-4-5", False): OutputRate(0.284, 97),
    ("claude-haiku-4-5", False): OutputRate(0.302, 84),
    ("claude-opus-4-5", False): OutputRate(0.290, 82),
    ("claude-sonnet-4-6", False): OutputRate(0.283, 72),
    ("claude-opus-4-6", False): OutputRate(0.299, 115),
    ("claude-opus-4-6", True): OutputRate(0.392, 749),
    ("claude-opus-4-7", False): OutputRate(0.401, 90),
    ("claude-opus-4-7", True): OutputRate(0.664, 842),
    ("claude-opus-4-8", False): OutputRate(0.414, 68),
    ("claude-opus-4-8", True): OutputRate(0.704, 656),
}
"""(model, whether thinking was hidden) → rate."""

_VERSION = re.compile(r"claude-(?:[a-z]{1,20}-)?(\d{1,2})(?:-(\d{1,2}))?(?:-[a-z]{1,20})?")


def is_placeholder(message: DistinctMessage) -> bool:
    """Say whether the recorded output is that of the message's start: unfinished, and too small for the text."""
    # Up to 2.0.3x the lines of agents have final counts without a stop reason:
    #   1.0.60   {"stop_reason":null,"usage":{"output_tokens":412}}   with 1,500 bytes of text: final
    #   2.1.39   {"stop_reason":null,"usage":{"output_tokens":3}}     with 1,500 bytes of text: a placeholder
    best = message.best
    final = best.output >= LEAST_FINAL and best.output * MOST_BYTES_PER_TOKEN >= sum(message.sizes)
    return best.unfinished and not final


def estimate_outputs(messages: Iterable[DistinctMessage]) -> None:
    """Set `placeholder` and `estimated` of each message; a placeholder is estimated, if that is more than recorded."""
    for message in messages:
        message.placeholder = is_placeholder(message)
        message.estimated = _expected(message) if message.placeholder else message.best.output


def _expected(message: DistinctMessage) -> int:
    best = message.best
    if not message.sizes and not best.hidden_thinking:
        return best.output
    rate = rate_of_model(best.model or "", hidden=best.hidden_thinking)
    return max(best.output, round(rate.per_byte * sum(message.sizes) + rate.per_message))


@lru_cache(maxsize=256)
def rate_of_model(name: str, *, hidden: bool) -> OutputRate:
    """Return the rate of a model, of its family if it has none; models of no known version are of the older family."""
    model = normalize_model(name).model
    if (rate := RATES.get((model, hidden))) is not None:
        return rate
    if hidden:
        return HIDDEN
    found = _VERSION.fullmatch(model)
    newer = found is not None and (int(found[1]), int(found[2] or 0)) >= NEWER_SINCE
    return NEWER_FAMILY if newer else OLDER_FAMILY
