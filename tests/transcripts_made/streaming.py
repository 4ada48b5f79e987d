"""What the lines of one streamed message say of its output."""

import random

from tests.transcripts_made.eras import Era

Written = tuple[int, bool]
"""The output tokens that a line gives, and whether it has a stop reason."""


def written_outputs(era: Era, rng: random.Random, *, sidechain: bool, final: int, lines: int) -> list[Written]:
    """Return what each line of one message says; the last line never says less than one before.

    Whole messages had a stop reason before streaming; later versions wrote the placeholder of the first event, first
    everywhere, then on the early lines only, then in the files of subagents only.
    """
    if not era.several_lines_a_message or (era.number >= (2, 1, 101) and not sidechain):
        return [(final, True)] * lines
    placeholder = rng.randrange(1, 9)
    if _loses_output(era, rng, sidechain=sidechain):
        return [(placeholder, False)] * lines
    return [(placeholder, False)] * (lines - 1) + [(final, True)]


def _loses_output(era: Era, rng: random.Random, *, sidechain: bool) -> bool:
    """Whether only placeholders are written."""
    if era.number < (2, 0, 0):
        return rng.random() < 0.7
    if era.number < (2, 1, 60):
        return True
    return sidechain and era.number >= (2, 1, 190)
