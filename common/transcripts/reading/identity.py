"""The identity of messages and of calls: their id alone if it is Anthropic's, with more facts if it is another's."""

import re

from blake3 import blake3

from common.transcripts.reading.shapes import Message

LONG_AGENT = 16

_is_own_message = re.compile(r"msg_(?:bdrk_|vrtx_)?[A-Za-z0-9]{20,}").fullmatch
_is_own_call = re.compile(r"toolu_(?:bdrk_|vrtx_)?[A-Za-z0-9]{20,}").fullmatch


def message_identity(message: Message) -> str | None:
    """Return the identity of an API message; None for one without an id, which is distinct from all others.

    An id that is not Anthropic's is followed by the tokens of input, cache creation and cache read.
    """
    # Gateways may number messages anew, or give all of them one id; copies of a message have the same counts.
    #   API       {"id":"msg_01XFDUDYJgAACzvnptvVoYEL","usage":{...}}              one message, wherever it is
    #   gateway   {"id":"msg_1","usage":{"input_tokens":100,...}}  {"id":"msg_1","usage":{"input_tokens":400,...}}   two
    name = message.id
    if not name or is_own_message(name):
        return name or None
    usage = message.usage
    if usage is None:
        return f"{name} 0 0 0"
    sent = (usage.input_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens)
    return " ".join([name, *(str(count or 0) for count in sent)])


def is_own_message(name: str) -> bool:
    """Say whether the id of a message is Anthropic's, so that it names one message alone."""
    return _is_own_message(name) is not None


def is_own_call(name: str) -> bool:
    """Say whether the id of a call is Anthropic's, so that it names one call alone."""
    return _is_own_call(name) is not None


def is_long_agent(name: str) -> bool:
    """Say whether an agent's id is long enough to name one agent over all sessions; older ones have 7 or 8 digits."""
    return len(name) >= LONG_AGENT


def call_identity(name: str, message: str | None, work: bytes) -> str:
    """Return the identity of a call: its id; for an id that is not Anthropic's with its message and its input."""
    # Some models number the calls of each turn from 0; then these are two delegations:
    #   turn 1   {"id":"Agent:0","name":"Agent","input":{"prompt":"Review it."}}
    #   turn 2   {"id":"Agent:0","name":"Agent","input":{"prompt":"Test it."}}
    return name if is_own_call(name) else f"{name} {message or ''} {blake3(work).hexdigest(length=8)}"
