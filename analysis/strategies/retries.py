"""Delegations that did not complete and were tried again."""

import re
from functools import lru_cache

from common.records.sessions import EnrichedDelegation, EnrichedSession

ALIKE = 0.66
WITHIN_CALLS = 10

_WORD = re.compile(r"[^\s,;:!?()\[\]{}<>\"'`*]+")
_SENTENCE_END = re.compile(r"\.+(?=\s|$)")
_SPECIFIC = re.compile(r"[/\\_\d]|\w\.\w")
"""Marks of a word that names one thing: a path, an identifier, a number."""

Words = frozenset[str]


@lru_cache(maxsize=4 * WITHIN_CALLS)
def text_words(text: str) -> Words:
    """Return the words of a text, without case and without the full stop at a sentence's end."""
    return frozenset(_WORD.findall(_SENTENCE_END.sub("", text.lower())))


def are_alike(first: Words, second: Words, least: float) -> bool:
    """Return whether two texts ask for the same thing.

    The sets of words, of sizes a and b with c in common, have 2c / (a + b) of at least `least` (Dice 1945), and do not
    each name a path or a number that the other lacks: "Write chapter 3" and "Write chapter 4" are two tasks.
    """
    size = len(first) + len(second)
    if not size or min(len(first), len(second)) * 2 < least * size or 2 * len(first & second) < least * size:
        return False
    return not (_names_one_thing(first - second) and _names_one_thing(second - first))


def _names_one_thing(words: Words) -> bool:
    return any(_SPECIFIC.search(word) for word in words)


def find_retries(session: EnrichedSession) -> dict[str, EnrichedDelegation]:
    """Return the delegation that tried again, by the id of the one that did not complete.

    It is the first of the next ten of the same thread, called after the other had ended, whose description or prompt is
    alike; each tries one again.
    """
    threads: dict[str | None, list[EnrichedDelegation]] = {}
    for delegation in session.delegations:
        threads.setdefault(delegation.caller, []).append(delegation)
    retries: dict[str, EnrichedDelegation] = {}
    for thread in threads.values():
        taken: set[str] = set()
        for place, delegation in enumerate(thread):
            if delegation.outcome == "completed":
                continue
            later = thread[place + 1 : place + 1 + WITHIN_CALLS]
            retry = next((call for call in later if call.tool_use_id not in taken and _tries(call, delegation)), None)
            if retry is not None:
                taken.add(retry.tool_use_id)
                retries[delegation.tool_use_id] = retry
    return retries


def is_later(before: EnrichedDelegation, later: EnrichedDelegation) -> bool:
    """Return whether a delegation was called after another had ended; calls of one message were not."""
    if before.message_id is not None and before.message_id == later.message_id:
        return False
    ended = before.answered_timestamp
    return ended is None or later.timestamp is None or later.timestamp >= ended


def _tries(later: EnrichedDelegation, before: EnrichedDelegation) -> bool:
    """Return whether a delegation tries another again."""
    if not is_later(before, later):
        return False
    texts = ((later.description or "", before.description or ""), (later.prompt, before.prompt))
    return any(are_alike(text_words(first), text_words(second), ALIKE) for first, second in texts)
