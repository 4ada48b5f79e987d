"""Suggestions for a word that is not known: the nearest of the known words."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str], otherwise: str) -> str:
    """Return "did you mean X?" with the nearest of the known words, `otherwise` if none is near."""
    near = difflib.get_close_matches(word, list(dict.fromkeys(known)), n=1)
    return f"did you mean {near[0]}?" if near else otherwise
