"""Foreign text, and values as JSON, made safe for a terminal. Imports nothing heavy, since every display needs it."""

from __future__ import annotations

import json
from typing import TextIO

OURS = str.maketrans("", "", "\n→✓–▶✗…")  # our own characters outside printable ASCII


def printable(text: str) -> str:
    """Return foreign text as it may be shown on a terminal."""
    rest = text.translate(OURS)
    if rest.isascii() and rest.isprintable():
        return text
    from common.text.escaping import terminal  # noqa: PLC0415 - not for a run with nothing foreign to say

    return terminal(text)


def ascii_json(value: object, indent: int | None = None) -> str:
    """Return a value as JSON of ASCII characters that can be seen, and line feeds where it is indented."""
    return json.dumps(value, indent=indent).replace("\x7f", "\\u007f")


class Shown:
    """A stream through which foreign text comes out harmless."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        """Write a text as it may be shown."""
        self._stream.write(printable(text))
