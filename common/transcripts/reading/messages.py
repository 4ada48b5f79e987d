"""The usage, sizes and tools that one line adds to the facts of its API message."""

from common.transcripts.reading.evidence.checks import check_in
from common.transcripts.reading.facts import InnerCall, MessageFacts
from common.transcripts.reading.lenient import lenient_json, soften
from common.transcripts.reading.shapes import NOTHING, Block, Line, Message, ToolInput, read_object, read_text
from common.transcripts.reading.texts.sentences import HEAD
from common.transcripts.reading.usage import Iteration, Usage

EDITING_TOOLS = frozenset({"Edit", "MultiEdit", "Write", "NotebookEdit"})
READING_TOOL = "Read"
SHELL = "Bash"
FILE_TOOLS = EDITING_TOOLS | {READING_TOOL}
SYNTHETIC = "<synthetic>"
STANDARD = frozenset((None, "standard"))
ANYWHERE = frozenset((None, "", "global", "not_available"))
"""What `inference_geo` says of a message that no place was asked for."""

MOST_SIZES = 200
RECENT = 32
"""Limits for messages with very many blocks, which must not take quadratic time; real ones have a few."""

# 2.1.200  {"usage":{"input_tokens":10,"output_tokens":50,"iterations":[
#            {"type":"message","input_tokens":10,"output_tokens":50},                              in the figures above
#            {"type":"advisor_message","model":"claude-opus-4-7","input_tokens":1000,"output_tokens":100},      not in
#            {"type":"compaction","input_tokens":180000,"output_tokens":3500}]}}                                not in
ADVISOR, COMPACTION = "advisor_message", "compaction"


def add_usage(facts: MessageFacts, message: Message, line: int) -> None:
    """Take the line's usage if its output is the largest so far, or as large."""
    # From 1.0.3 on a message is one line for each content block. While it streams, lines have the output count of the
    # message's start; in main files from 2.1.101 on, every line has the final count. The largest is right in both:
    #   1.0.60   {"message":{"id":"m1","stop_reason":null,"usage":{"output_tokens":3}}}
    #            {"message":{"id":"m1","stop_reason":"tool_use","usage":{"output_tokens":215}}}   often missing
    #   2.1.199  {"message":{"id":"m1","stop_reason":"tool_use","usage":{"output_tokens":215}}}   on each line
    usage = message.usage
    if usage is None or message.model == SYNTHETIC:
        return
    output = usage.output_tokens or 0
    if facts.chosen_line and output < facts.output:
        return
    facts.chosen_line = line
    facts.model = message.model
    facts.unfinished = message.stop_reason is None
    facts.output = output
    facts.input = usage.input_tokens or 0
    facts.cache_creation = usage.cache_creation_input_tokens or 0
    facts.cache_read = usage.cache_read_input_tokens or 0
    split, server = usage.cache_creation, usage.server_tool_use
    facts.cache_creation_1h = (split.ephemeral_1h_input_tokens or 0) if split is not None else 0
    facts.web_searches = (server.web_search_requests or 0) if server is not None else 0
    facts.inner_calls = inner_calls(usage, message.model) if len(usage.iterations) > len("[]") else None
    if usage.service_tier in STANDARD and usage.speed in STANDARD and usage.inference_geo in ANYWHERE:
        facts.tier = None
    else:
        facts.tier = _tier(usage)


def _tier(usage: Usage) -> str | None:
    """Return the speed, service tier and place of inference that are not the usual ones, joined; None if all are."""
    kinds = ((usage.speed, STANDARD), (usage.service_tier, STANDARD), (usage.inference_geo, ANYWHERE))
    return ", ".join(value for value, usual in kinds if value and value not in usual) or None


def inner_calls(usage: Usage, model: str | None) -> list[InnerCall] | None:
    """Return the calls to add to a message of `model`, None if there are none.

    A compaction that names no model ran on the message's; an advisor that names none has none.
    """
    raw = bytes(usage.iterations)
    if raw.endswith(b'"type":"message"}]') and raw.count(b'"type"') == 1:
        return None  # nearly all: one entry, which the message's own figures count
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


def add_size(facts: MessageFacts, block: Block) -> None:
    """Take a block's size, unless it has an equal one already: a line may have been written twice."""
    # From 2.1.101 on thinking is hidden, though its output counts:  {"type":"thinking","thinking":"","signature":"..."}
    if block.type == "tool_use":
        size = len(block.input)
    elif block.type == "thinking":
        size = len(block.thinking)
        facts.hidden_thinking |= block.thinking is not NOTHING and size <= len('""')
    else:
        size = len(block.text)
    if size and len(facts.sizes) < MOST_SIZES and size not in facts.sizes:
        facts.sizes.append(size)


def add_tool(facts: MessageFacts, block: Block, tool_id: str, name: str, *, by_agent: bool) -> None:
    """Take a call of a tool, unless an earlier copy of the line gave it already."""
    if facts.tools and any(tool[0] == tool_id for tool in facts.tools[-RECENT:]):
        return
    subject = None
    if name in FILE_TOOLS and (found := read_object(block.input, ToolInput)):
        subject = found.file_path or found.notebook_path
    elif by_agent and name == SHELL and (found := read_object(block.input, ToolInput)) and found.command:
        subject = check_in(found.command)
    facts.tools.append((tool_id, name, subject))


def texts_of(content: str | list[Block | str] | None) -> list[str]:
    """Return the texts of a message's content: the string itself, or those of its text blocks."""
    if isinstance(content, str):
        return [content]
    if content is None:
        return []
    texts = [b if isinstance(b, str) else read_text(b.text) if b.type == "text" else None for b in content]
    return [text for text in texts if text]


def api_error_of(line: Line, message: Message) -> tuple[str, str]:
    """Return the kind and the text of the API's error in a line of the assistant."""
    # from 2.0.6x   {"isApiErrorMessage":true,"error":"rate_limit","message":{"model":"<synthetic>","content":[...]}}
    kind = (read_text(line.error) or "") if len(line.error) else ""
    return kind[:HEAD], "\n".join(texts_of(message.content))[:HEAD]
