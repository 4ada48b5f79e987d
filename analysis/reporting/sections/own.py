"""Your own strategies: each answer as it is, as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from analysis.reporting.blocks import Block, Excerpt, Fold, Sentence

if TYPE_CHECKING:
    from analysis.reporting.context import Context

ANSWER_LENGTH = 20_000


def own_blocks(context: Context) -> tuple[Block, ...]:
    """Return one fold for each strategy of the user's own."""
    return tuple(
        Fold(
            Sentence(
                "own",
                {"strategy": context.masking.name(result.strategy), "question": context.masking.words(result.question)},
            ),
            _answer(context, bytes(result.answer)),
            brief=True,
        )
        for result in context.inputs.results.own
    )


def _answer(context: Context, answer: bytes) -> tuple[Block, ...]:
    """Return an answer as indented JSON; nothing where words are not shared."""
    shown = context.masking.whole(json.dumps(json.loads(answer), indent=2, ensure_ascii=False), ANSWER_LENGTH)
    return () if shown is None else (Excerpt(shown),)
