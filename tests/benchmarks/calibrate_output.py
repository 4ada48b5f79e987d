"""Measure what text tells of output: ``python -m tests.benchmarks.calibrate_output ROOT…`` prints a table.

Over the finished messages below the roots, by model and family, and apart for those whose thinking was hidden: the
least-squares line from the bytes of text, thinking and tool input (as JSON) to output tokens. From such a table come
the rates of `common.output_rates`. The rows below it are expected / recorded output: by the lines in use, and with
several roots by the lines of all other roots. ``~/.claude/projects/*`` makes each of your projects a root.
"""

import argparse
import statistics
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from common.errors import ProjectError
from common.model_names import normalize_model
from common.output_rates import NEWER_FAMILY, OLDER_FAMILY, OutputRate, rate_of_model
from common.transcripts.find import FoundFile, find_transcripts
from common.transcripts.reading.messages import SYNTHETIC
from common.transcripts.reading.shapes import NOTHING, Block, Line, Message, read_object

ENOUGH = 100
"""Messages that a line needs."""
BETWEEN_FAMILIES = (OLDER_FAMILY.per_byte + NEWER_FAMILY.per_byte) / 2


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
    return Measured(normalize_model(last.model or "").model, hidden, size, last.usage.output_tokens) if size else None


def messages_of(file: FoundFile) -> dict[str, list[Message]]:
    """Return the lines of each API message of a file."""
    found: dict[str, list[Message]] = defaultdict(list)
    with open(file.location, "rb") as stream:  # noqa: PTH123 - the path is bytes
        for raw in stream:
            line = read_object(raw, Line)
            if line and line.type == "assistant" and line.message and line.message.id:
                found[line.message.id].append(line.message)
    return found


def line_of(many: list[Measured]) -> OutputRate | None:
    """Return the least-squares line of messages; None if they are too few or alike."""
    if len(many) < ENOUGH or len({message.size for message in many}) < ENOUGH // 10:
        return None
    line = statistics.linear_regression([m.size for m in many], [m.output for m in many])
    return OutputRate(line.slope, line.intercept)


def left_out(corpora: list[list[Measured]], number: int) -> Iterator[tuple[str, int, float]]:
    """Yield the family of each message with all written of one corpus, its output, and what the others' lines say."""
    others = [m for index, corpus in enumerate(corpora) if index != number for m in corpus if not m.hidden]
    by_model: dict[str, list[Measured]] = defaultdict(list)
    by_family: dict[str, list[Measured]] = defaultdict(list)
    for message in others:
        by_model[message.model].append(message)
        by_family[family_of(message.model)].append(message)
    lines = {name: line_of(many) for name, many in (*by_model.items(), *by_family.items())}
    for message in corpora[number]:
        family = family_of(message.model)
        line = lines.get(message.model) or lines.get(family)
        if line and not message.hidden:
            yield family, message.output, line.per_byte * message.size + line.per_message


def family_of(model: str) -> str:
    """Return the name of a model's family."""
    return "4.7 and later" if rate_of_model(model, hidden=False).per_byte > BETWEEN_FAMILIES else "up to 4.6"


def measure(root: str) -> list[Measured]:
    """Return what the finished messages below a root tell."""
    lines = (said for file in find_transcripts([root]).files for said in messages_of(file).values())
    return [told for message in lines if (told := measured(message))]


def fitted(messages: list[Measured]) -> Iterator[str]:
    """Yield the line of each model and family that has enough messages."""
    groups: dict[tuple[str, bool], list[Measured]] = defaultdict(list)
    for message in messages:
        for name in (message.model, family_of(message.model)):
            groups[name, message.hidden].append(message)
    for (model, hidden), many in sorted(groups.items()):
        if line := line_of(many):
            kind = "hidden thinking" if hidden else "all written"
            rate = f"{line.per_byte:.3f} tokens a byte, {line.per_message:.0f} a message"
            yield f"{model:32} {kind:16} {len(many):6} messages   {rate}"


Pairs = list[tuple[int, float]]
"""Recorded and expected output of messages."""


def in_use(corpora: list[list[Measured]]) -> Iterator[str]:
    """Yield how the program's own lines predict the messages of each family, hidden thinking included."""
    found: dict[str, dict[int, Pairs]] = defaultdict(lambda: defaultdict(list))
    for number, corpus in enumerate(corpora):
        for message in corpus:
            rate = rate_of_model(message.model, hidden=message.hidden)
            expected = rate.per_byte * message.size + rate.per_message
            found[family_of(message.model)][number].append((message.output, expected))
    yield from (f"lines in use, {family}: {compared(found[family])}" for family in sorted(found))


def left_one_out(corpora: list[list[Measured]]) -> Iterator[str]:
    """Yield how the lines of all other roots predict each root, by family."""
    found: dict[str, dict[int, Pairs]] = defaultdict(lambda: defaultdict(list))
    for number in range(len(corpora)):
        for family, output, expected in left_out(corpora, number):
            found[family][number].append((output, expected))
    for family in sorted({family_of(message.model) for corpus in corpora for message in corpus}):
        untested = "untested, for no two roots have its finished messages"
        yield f"left one root out, {family}: {compared(found[family]) if family in found else untested}"


def compared(by_root: dict[int, Pairs]) -> str:
    """Return expected / recorded output, of all messages and of each root."""
    pairs = [pair for inside in by_root.values() for pair in inside]
    roots = ", ".join(f"{_ratio(inside):.3f}" for inside in by_root.values())
    return f"{_ratio(pairs):.3f} of {len(pairs)} messages (each root: {roots})"


def _ratio(pairs: Pairs) -> float:
    return sum(expected for _, expected in pairs) / sum(output for output, _ in pairs)


def main() -> None:
    """Print the lines by model, and how well they and the lines in use predict each root."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("roots", nargs="+", help="collections of transcripts, each a root of its own")
    try:
        corpora = [measure(root) for root in parser.parse_args().roots]
    except ProjectError as error:
        parser.error(str(error))
    messages = [message for corpus in corpora for message in corpus]
    for line in (*fitted(messages), *in_use(corpora), *left_one_out(corpora)):
        print(line)  # noqa: T201 - the command's answer


if __name__ == "__main__":
    main()
