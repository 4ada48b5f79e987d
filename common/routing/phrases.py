"""Phrases of the routing rules as RE2 patterns, and the words of agents' names.

RE2 takes time in proportion to the text for every pattern, whatever a user writes.
"""

import re
from collections.abc import Sequence
from typing import Protocol

import re2

GAP = "..."
GAP_WORDS = 4
NAME_CHARACTERS = 300
_ENDINGS = r"(?:e?s|ed|d|ing)?"
_PLURAL = r"(?:e?s)?"
_BETWEEN = r"[^\w\n]+"
_NAME_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+|[^\W_a-zA-Z0-9]+")


class TextMatch(Protocol):
    """A place at which a pattern was found."""

    def group(self) -> str:
        """Return the text found."""
        ...


class Pattern(Protocol):
    """A compiled pattern."""

    def search(self, text: str) -> TextMatch | None:
        """Return the first place at which the pattern matches, None if there is none."""
        ...


def at_the_beginning(phrases: Sequence[str]) -> Pattern | None:
    """Return the pattern of a text that begins with a phrase: its first word as it is, others with a plural s."""
    return _compiled(r"\A", [_phrase(phrase, "", _PLURAL) for phrase in phrases])


def anywhere(phrases: Sequence[str], *, before: str = r"\b", endings: bool = True) -> Pattern | None:
    """Return the pattern of a text that contains a phrase, its words with the endings s, es, d, ed, ing or as it is."""
    ending = _ENDINGS if endings else ""
    return _compiled(before, [_phrase(phrase, ending, ending) for phrase in phrases])


def _compiled(before: str, patterns: Sequence[str]) -> Pattern | None:
    if not any(patterns):
        return None
    compiled: Pattern = re2.compile(f"{before}(?:{'|'.join(f'(?:{pattern})' for pattern in patterns if pattern)})")
    return compiled


def _phrase(phrase: str, first: str, later: str) -> str:
    """Return the pattern of a phrase: words with their endings, `...` for up to four words between, all on one line."""
    parts: list[str] = []
    for word in phrase.lower().split():
        if word == GAP:
            parts.append(rf"(?:{_BETWEEN}\w+){{0,{GAP_WORDS}}}?")
        else:
            parts.append((_BETWEEN + re2.escape(word) + later) if parts else (re2.escape(word) + first))
    return "".join(parts) + r"\b" if parts else ""


def spaced(name: str) -> str:
    """Return the words of a name in lower case between spaces: "codeReviewer" and "Code-Reviewer" are alike."""
    return f" {' '.join(name_words(name))} "


def name_words(name: str) -> list[str]:
    """Return the words of a name in lower case, without hyphens and underscores; of a very long one the first."""
    return [word.lower() for word in _NAME_WORD.findall(name[:NAME_CHARACTERS])]
