"""Mask secrets, home folders and their owners' names in a text: `[secret:KIND:n]`, `~`, `[owner:n]`.

The n of a mark is the order of first appearance in the learned texts. The same secret therefore has the same mark in
every report and on every machine, and the mark reveals nothing of the secret. Redact whole texts: a cut text may
contain half a key. Only what a rule of ``secret_shapes.toml`` describes is found.

A secret that only its surroundings give away (``password=…``) is also masked everywhere else. This holds for the first
2,000 such values, so that a hostile text cannot make the patterns grow without end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import re2

from common.text.escaping import clean_text
from common.text.secret_shapes import Found, compile_bytes, find_secrets, is_mixed, rules

if TYPE_CHECKING:
    from collections.abc import Iterable

KNOWN_VALUES = 2_000
SHORTEST_KNOWN_VALUE = 8
SHORTEST_OWNER = 3
SEPARATORS = (b"/", b"\\", b"%", b"-")


class Redact(Protocol):
    """A function from a whole text to what may be shown of it."""

    def __call__(self, text: str, /) -> str:
        """Return what may be shown of `text`."""


def keep(text: str, /) -> str:
    """Return `text` as it is: what `redact = false` chooses."""
    return text


class Redactor:
    """The secrets and owners of a set of texts, and the function that masks them in any text."""

    def __init__(self) -> None:
        self._mark_by_value: dict[bytes, bytes] = {}
        self._count_by_kind: dict[str, int] = {}
        self._known_values: list[bytes] = []
        self._mark_by_owner: dict[bytes, bytes] = {}
        self._known: re2._Regexp | None = None

    @classmethod
    def learn(cls, texts: Iterable[str], *, not_owners: Iterable[str] = ()) -> Redactor:
        """Return the redactor that has read `texts` in order; `not_owners` (agent types) are never owners' names."""
        redactor = cls()
        spared = {name.lower().encode() for name in not_owners}
        for text in texts:
            redactor._learn(clean_text(text).encode(), spared)
        redactor._known = redactor._pattern_of_known()
        return redactor

    def _learn(self, text: bytes, spared: set[bytes]) -> None:
        """Take in the secrets and the home folders of `text`."""
        for secret in find_secrets(text):
            value = text[secret.start : secret.end]
            if not secret.alone and value not in self._mark_by_value:
                self._remember(value)
            self._mark(value, secret.kind)
        for home in rules().homes:
            for match in home.finditer(text) if home.groups > 1 else ():
                if text[match.end() : match.end() + 1] in SEPARATORS:
                    self._learn_owner(match.group(2), spared)

    def _remember(self, value: bytes) -> None:
        """Keep a value that only its surroundings give away, to mask it without them as well."""
        if len(self._known_values) < KNOWN_VALUES and len(value) >= SHORTEST_KNOWN_VALUE and is_mixed(value):
            self._known_values.append(value)

    def _learn_owner(self, name: bytes, spared: set[bytes]) -> None:
        """Take in the owner of a home folder, unless the name says nothing about a person."""
        name = name.strip(b".-_").lower()
        known = name in self._mark_by_owner or name in spared or name.decode() in rules().generic_owners
        if not known and not name.isdigit() and len(name) >= SHORTEST_OWNER and len(self._mark_by_owner) < KNOWN_VALUES:
            self._mark_by_owner[name] = b"[owner:%d]" % (len(self._mark_by_owner) + 1)

    def _mark(self, value: bytes, kind: str) -> bytes:
        """Return the mark of a secret, a new one at its first appearance."""
        if value not in self._mark_by_value:
            self._count_by_kind[kind] = self._count_by_kind.get(kind, 0) + 1
            self._mark_by_value[value] = b"[secret:%s:%d]" % (kind.encode(), self._count_by_kind[kind])
        return self._mark_by_value[value]

    def _pattern_of_known(self) -> re2._Regexp | None:
        """Return a pattern of the values to mask everywhere (group 1) and of the owners' names (group 2)."""
        values = sorted(self._known_values, key=lambda value: (-len(value), value))
        owners = sorted(self._mark_by_owner, key=lambda name: (-len(name), name))
        if not values and not owners:
            return None
        nothing = r"[^\x00-\x{10FFFF}]"
        secrets = "|".join(re2.escape(value.decode()) for value in values) or nothing
        names = "|".join(re2.escape(name.decode()) for name in owners) or nothing
        return compile_bytes(rf"({secrets})|\b((?i:{names}))\b")

    def __call__(self, text: str, /) -> str:
        """Return `text` with every secret, home folder and owner's name masked."""
        raw = clean_text(text).encode()
        raw = _replace(raw, ((secret.start, secret.end, self._seen(raw, secret)) for secret in find_secrets(raw)))
        for home in rules().homes:
            raw = home.sub(_home, raw)
        if self._known is not None:
            raw = self._known.sub(self._known_mark, raw)
        return raw.decode()

    def _seen(self, raw: bytes, secret: Found) -> bytes:
        """Return the mark of what was found in `raw`."""
        return self._mark(raw[secret.start : secret.end], secret.kind)

    def _known_mark(self, match: re2._Match) -> bytes:
        """Return the mark of a known value or of an owner's name."""
        value: bytes = match.group(0)
        return self._mark_by_value[value] if match.group(1) is not None else self._mark_by_owner[value.lower()]


def _home(match: re2._Match) -> bytes:
    """Return ``~`` for a home folder, after the text before it."""
    before: bytes = match.group(1)
    return before + b"~"


def _replace(text: bytes, marks: Iterable[tuple[int, int, bytes]]) -> bytes:
    """Return `text` with each (start, end) replaced by its mark; in order, none overlapping."""
    pieces: list[bytes] = []
    position = 0
    for start, end, mark in marks:
        pieces += (text[position:start], mark)
        position = end
    return b"".join((*pieces, text[position:]))
