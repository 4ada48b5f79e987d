"""Calls inside one API message whose tokens its own figures leave out: an advisor's, or a compaction's."""

from common.transcripts.reading.facts import InnerCall
from common.transcripts.reading.lenient import lenient_json, soften
from common.transcripts.reading.usage import Iteration, Usage

# 2.1.200  {"usage":{"input_tokens":10,"output_tokens":50,"iterations":[
#            {"type":"message","input_tokens":10,"output_tokens":50},                              in the figures above
#            {"type":"advisor_message","model":"claude-opus-4-7","input_tokens":1000,"output_tokens":100},      not in
#            {"type":"compaction","input_tokens":180000,"output_tokens":3500}]}}                                not in
ADVISOR, COMPACTION = "advisor_message", "compaction"


def inner_calls(usage: Usage, model: str | None) -> list[InnerCall] | None:
    """Return the calls to add to a message of `model`, None if there are none.

    A compaction that names no model ran on the message's; an advisor that names none has none.
    """
    raw = bytes(usage.iterations)
    if b"advisor_message" not in raw and b"compaction" not in raw:
        return None
    entries = lenient_json(raw)
    if not isinstance(entries, list):
        return None
    iterations = (soften(entry, Iteration) for entry in entries if isinstance(entry, dict))
    return [_inner_call(iteration, model) for iteration in iterations if iteration.type in (ADVISOR, COMPACTION)]


def _inner_call(iteration: Iteration, model: str | None) -> InnerCall:
    split = iteration.cache_creation
    return InnerCall(
        model=iteration.model or (model if iteration.type == COMPACTION else None),
        input=iteration.input_tokens or 0,
        output=iteration.output_tokens or 0,
        cache_creation=iteration.cache_creation_input_tokens or 0,
        cache_creation_1h=(split.ephemeral_1h_input_tokens or 0) if split is not None else 0,
        cache_read=iteration.cache_read_input_tokens or 0,
    )
