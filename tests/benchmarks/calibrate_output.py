"""Measure what text tells of output: ``python -m tests.benchmarks.calibrate_output ROOT…`` prints a table.

Over the finished messages below the roots, by model, and apart for those whose thinking was hidden: the least-squares
line from the bytes of text, thinking and tool input (as JSON) to output tokens. From this table come the rates of
`common.transcripts.linking.tokens`.
"""

import argparse
import statistics
from collections import defaultdict
from typing import NamedTuple

from common.transcripts.find import FoundFile, find_transcripts
from common.transcripts.reading.messages import SYNTHETIC
from common.transcripts.reading.shapes import NOTHING, Block, Line, Message, read_object


class Measured(NamedTuple):
    """One finished message: its bytes, its output tokens, and whether its thinking was hidden."""

    model: str
    hidden: bool
    size: int
    output: int


def block_size(block: Block) -> int:
    """Return the bytes of a block's text, thinking or tool input, as JSON."""
    return len(block.input) if block.type == "tool_use" else len(block.thinking) or len(block.text)


def is_hidden(block: Block) -> bool:
    """Say whether the block is thinking of which only a signature was written."""
    return block.type == "thinking" and block.thinking is not NOTHING and len(block.thinking) <= len('""')


def measured(lines: list[Message]) -> Measured | None:
    """Return what the lines of one message tell; None if it is not finished or says nothing."""
    last = lines[-1]
    if last.stop_reason is None or last.usage is None or not last.usage.output_tokens or last.model == SYNTHETIC:
        return None
    blocks = [b for line in lines if isinstance(line.content, list) for b in line.content if isinstance(b, Block)]
    size = sum({(b.type, block_size(b)): block_size(b) for b in blocks}.values())
    hidden = any(is_hidden(block) for block in blocks)
    return Measured(last.model or "", hidden, size, last.usage.output_tokens) if size else None


def messages_of(file: FoundFile) -> dict[str, list[Message]]:
    """Return the lines of each API message of a file."""
    found: dict[str, list[Message]] = defaultdict(list)
    with open(file.location, "rb") as stream:  # noqa: PTH123 - the path is bytes
        for raw in stream:
            line = read_object(raw, Line)
            if line and line.type == "assistant" and line.message and line.message.id:
                found[line.message.id].append(line.message)
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("roots", nargs="+")
    groups: dict[tuple[str, bool], list[Measured]] = defaultdict(list)
    for file in find_transcripts(parser.parse_args().roots).files:
        for lines in messages_of(file).values():
            if found := measured(lines):
                groups[found.model, found.hidden].append(found)
                groups["(all)", found.hidden].append(found)
    for (model, hidden), many in sorted(groups.items()):
        if len({m.size for m in many}) < 2:
            continue
        line = statistics.linear_regression([m.size for m in many], [m.output for m in many])
        kind = "hidden thinking" if hidden else "all written"
        print(  # noqa: T201 - the command's answer
            f"{model:32} {kind:16} {len(many):6} messages"
            f"   {line.slope:.3f} tokens a byte, {line.intercept:.0f} a message"
        )


if __name__ == "__main__":
    main()
