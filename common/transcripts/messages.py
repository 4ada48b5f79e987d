"""What an assistant line adds to the facts of its API message."""

from common.transcripts.facts import MessageFacts, ToolUse
from common.transcripts.shapes import NOTHING, Block, Message, ToolInput, Usage, read, read_text

EDITING_TOOLS = frozenset({"Edit", "MultiEdit", "Write", "NotebookEdit"})
SYNTHETIC = "<synthetic>"
MOST_TOKENS = 2**53
STANDARD = (None, "standard")


def add_line(facts: MessageFacts, message: Message, line: int, timestamp: str) -> None:
    """Take one line of the message: its place if it is the earliest, its usage if its output is the largest."""
    if timestamp < facts.timestamp:
        facts.timestamp, facts.line = timestamp, line
    usage = message.usage
    if usage is not None and message.model != SYNTHETIC:
        output = _count(usage.output_tokens)
        if not facts.chosen_line or output >= facts.output:
            _choose(facts, message, usage, line, output)
    if isinstance(message.content, list):
        for block in message.content:
            if isinstance(block, Block):
                _add_block(facts, block)


def _choose(facts: MessageFacts, message: Message, usage: Usage, line: int, output: int) -> None:
    facts.chosen_line = line
    facts.model = message.model
    facts.unfinished = message.stop_reason is None
    facts.output = output
    facts.input = _count(usage.input_tokens)
    facts.cache_creation = _count(usage.cache_creation_input_tokens)
    facts.cache_read = _count(usage.cache_read_input_tokens)
    split = usage.cache_creation
    facts.cache_creation_1h = min(_count(split.ephemeral_1h_input_tokens), facts.cache_creation) if split else 0
    facts.web_searches = _count(usage.server_tool_use.web_search_requests) if usage.server_tool_use else 0
    facts.tier = _tier(usage)


def _tier(usage: Usage) -> str | None:
    """Return what is not standard in speed and service tier, else None."""
    special = [value for value in (usage.speed, usage.service_tier) if value not in STANDARD and value]
    return ", ".join(special) or None


def _count(value: int | None) -> int:
    """Return a count of tokens; 0 where none stands, or none that can be one."""
    return value if value is not None and 0 <= value <= MOST_TOKENS else 0


def _add_block(facts: MessageFacts, block: Block) -> None:
    """Take a block's size, unless an equal one is there: a line may have been written twice."""
    if block.type == "tool_use":
        size = len(block.input)
        _add_tool(facts, block)
    elif block.type == "thinking":
        size = len(block.thinking)
        facts.hidden_thinking |= block.thinking is not NOTHING and size <= len(b'""')
    else:
        size = len(block.text)
    if size and size not in facts.sizes:
        facts.sizes.append(size)


def _add_tool(facts: MessageFacts, block: Block) -> None:
    if block.id is None or block.name is None or any(tool.id == block.id for tool in facts.tools):
        return
    path = None
    if block.name in EDITING_TOOLS and (found := read(block.input, ToolInput)):
        path = found.file_path or found.notebook_path
    facts.tools.append(ToolUse(block.id, block.name, path))


def texts_of(content: str | list[Block | str] | None) -> list[str]:
    """Return the texts of a message's content: the string itself, or those of its text blocks."""
    if isinstance(content, str):
        return [content]
    if content is None:
        return []
    texts = [b if isinstance(b, str) else read_text(b.text) if b.type == "text" else None for b in content]
    return [text for text in texts if text]
