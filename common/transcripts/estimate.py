"""Output tokens of messages of which only a placeholder was written.

A message without a stop reason bears the count of its first moment (1 to 10). Its text tells more: `TOKENS_PER_BYTE`
is the median ratio of output tokens to the bytes of text, thinking and tool input (as JSON), measured on finished
messages; apart for messages whose thinking was hidden, which have output that is not written anywhere.
"""

from collections.abc import Iterable

from common.transcripts.evidence import DistinctMessage

TOKENS_PER_BYTE = {"": 0.3}
TOKENS_PER_BYTE_HIDDEN = {"": 0.6}


def estimate_outputs(messages: Iterable[DistinctMessage]) -> None:
    """Set `estimated` of each message: the recorded output, or what its text lets expect where that is more."""
    for message in messages:
        message.estimated = _expected(message) if message.best.unfinished else message.best.output


def _expected(message: DistinctMessage) -> int:
    table = TOKENS_PER_BYTE_HIDDEN if message.best.hidden_thinking else TOKENS_PER_BYTE
    ratio = table.get(message.best.model or "", table[""])
    return max(message.best.output, round(ratio * sum(message.sizes)))
