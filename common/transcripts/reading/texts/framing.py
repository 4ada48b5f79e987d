"""The report in the result of a delegation, without what Claude Code puts around it."""

import re

from common.transcripts.reading.lenient import clean

TOOLS = "<tools-used-before-summary>"
FRAME = "[Subagent hand-back]"
END_OF_FRAME = "The report follows:"
LONGEST_LINE = 4000
"""Characters within which a line that Claude Code puts before a report ends."""
TAIL = 4000
"""Characters at the end of a text in which the line with the agent's id and the usage begin."""

_AGENT_LINE = re.compile(r"[ \t]{0,9}agentId: [A-Za-z0-9][A-Za-z0-9_-]{0,127} \([^\n]{1,1000}")


def text_of(value: object) -> str:
    """Return the text of a decoded content: the string itself, or its text blocks joined by blank lines."""
    if isinstance(value, str):
        return clean(value)
    blocks = value if isinstance(value, list) else []
    texts = [inner.get("text") if isinstance(inner, dict) else inner for inner in blocks]
    return clean("\n\n".join(text for text in texts if isinstance(text, str)))


def unframed(text: str) -> str:
    """Return the report in the text of a result.

    The program writes around it the tools that were used, a frame in which each line has an indent of two, a line with
    the agent's id, and the usage.
    """
    # 2.0.6x   Done.\nagentId: a1 (for resuming to continue this agent's work)\n<usage>total_tokens: 5 ...</usage>
    # 2.1.28x  <tools-used-before-summary>Bash</tools-used-before-summary>\n
    #          [Subagent hand-back] The text below ... The report follows:\n  Done.
    #          agentId: a1 (use SendMessage with to: 'a1' ...)\n<usage>subagent_tokens: 5 ...</usage>
    body = _without_tail(text)
    begun, closing = body.lstrip(), "</" + TOOLS[1:]
    after_tools = begun.startswith(TOOLS) and closing in begun[:LONGEST_LINE]
    if after_tools:
        begun = begun.partition(closing)[2].lstrip()
    if begun.startswith(FRAME) and END_OF_FRAME in begun[:LONGEST_LINE]:
        return _dedented(begun.partition(END_OF_FRAME)[2].removeprefix("\n"))
    if after_tools:
        return _dedented(begun) if body.startswith("  ") else begun
    return body


def unescaped(text: str) -> str:
    """Return a text with `<`, `>` and `&` in place of their entities; a text that has a bracket was never escaped."""
    # 2.1.3x    <result>Use Map<K, V> & co.</result>
    # 2.1.172   <result>Use Map&lt;K, V&gt; &amp; co.</result>
    if "<" in text or ">" in text:
        return text
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _without_tail(text: str) -> str:
    """Return a text without the line with the agent's id and the usage at its end."""
    body = text.rstrip()
    if body.endswith("</usage>"):
        start = body.rfind("<usage>", max(0, len(body) - TAIL))
        body = body[:start].rstrip() if start >= 0 else body
    start = body.rfind("\n") + 1
    if len(body) - start < TAIL and _AGENT_LINE.fullmatch(body[start:]):
        body = body[:start].rstrip()
    return body if len(body) < len(text.rstrip()) else text


def _dedented(text: str) -> str:
    """Return a text without the indent of two that the program gave each line."""
    return "\n".join(line.removeprefix("  ") for line in text.split("\n"))
