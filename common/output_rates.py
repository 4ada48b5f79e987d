"""The rates at which models turn text into tokens.

Least-squares lines from the bytes of text, thinking and tool input (as JSON) to output tokens, measured on finished
messages of 16 corpora; `python -m tests.benchmarks.calibrate_output` measures them on any transcripts. Messages with
hidden thinking have lines of their own: part of their output is not written anywhere. A model without a line takes
that of its family: from 4.7 on, models cut text into more tokens.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from common.model_names import normalize_model


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
