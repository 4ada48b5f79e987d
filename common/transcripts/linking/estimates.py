"""The estimate of outputs of which only a placeholder was written.

While a message streams, its lines have the output count of the message's start (1 to 10). What its text tells of the
output is in `common.output_rates`.
"""

from collections.abc import Iterable

from common.output_rates import rate_of_model
from common.transcripts.linking.copies import DistinctMessage

LEAST_FINAL = 20
MOST_BYTES_PER_TOKEN = 9
"""A recorded output of at least so many tokens, with at most so many bytes for each, is final."""


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
