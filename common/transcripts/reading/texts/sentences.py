"""The search for the known sentences of Claude Code in a text."""

import re
from collections.abc import Callable
from functools import cache

from common.transcripts.reading.texts.known_sentences import ENDINGS, TABLE, Meaning

HEAD = 2000
"""Characters from the start of a text in which a sentence of Claude Code is searched; other text may follow."""

REFUSALS: tuple[Meaning, ...] = ("interrupted", "refused", "plan_refused")
POLICIES: tuple[Meaning, ...] = ("denied", "hook", "auto_mode")
NAMES: tuple[Meaning, ...] = ("unknown_type", "no_tool")
CUTS: tuple[Meaning, ...] = ("turn_limit", "limit", "api_error")
TERMINATED = "Agent terminated early due to an API error"

Match = Callable[[str], re.Match[str] | None]

_BEFORE = re.compile(r"(?:\s|<tool_use_error>|Error:(?=\s)){0,2000}")


def meaning_of(text: str, among: tuple[Meaning, ...] = ()) -> Meaning | None:
    """Return the meaning of the sentence that a text begins with; `among` these, or any if empty."""
    head = _plain(text)
    return next((meaning for meaning, match in _matchers(among) if match(head)), None)


def meaning_of_cut(text: str) -> Meaning | None:
    """Return why the API or a limit ended an agent, if a text begins by saying so: `turn_limit limit api_error`."""
    head = _plain(text)
    if head.startswith(TERMINATED):
        inner = head[len(TERMINATED) :].lstrip(": ")
        return meaning_of(inner, ("limit",)) or "api_error"
    return meaning_of(head, CUTS)


def meanings_of_summary(summary: str) -> list[Meaning]:
    """Return the meanings of the sentences in the summary of a notification."""
    tail = _plain(summary[-HEAD:])
    found = [sentence.meaning for sentence in ENDINGS if re.search(sentence.pattern, tail)]
    whole = meaning_of(summary, ("no_record", *CUTS))
    _, failed, reason = summary[:HEAD].partition('" failed: ')
    cut = meaning_of_cut(reason) if failed else None
    return [*found, *(meaning for meaning in (whole, cut) if meaning is not None)]


def _plain(text: str) -> str:
    """Return the head of a text behind what may stand before a sentence, with plain apostrophes."""
    head = text[:HEAD]
    before = _BEFORE.match(head)
    return head[before.end() if before else 0 :].replace("\u2019", "'")


@cache
def _matchers(among: tuple[Meaning, ...]) -> list[tuple[Meaning, Match]]:
    return [(row.meaning, re.compile(row.pattern).match) for row in TABLE if not among or row.meaning in among]
