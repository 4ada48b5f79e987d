"""Find what looks like a secret in a text, by the rules of ``secret_shapes.toml``; linear time on any input (RE2)."""

from __future__ import annotations

import base64
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import re2

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RULES = Path(__file__).with_suffix(".toml")
LONGEST_DECODED = 65_536
MARK_START = b"[secret:"
ENCODED, BROKEN = "encoded", "broken"
MARK_WORDS = ("secret", "owner", ENCODED, BROKEN)
NEED_MIXED = frozenset({"assigned", "authorization", "configured", "option", "named_key"})
BOUNDED = frozenset({"assigned", "authorization", "cookie"})
ENCODED_WORD = 24
LONGEST_BROKEN = 20  # lines over which one key may continue
_OPTIONS = re2.Options()
_OPTIONS.max_mem = 64 << 20  # the default thrashes: all rules are one pattern


class Found(NamedTuple):
    """A secret in a text: its place in bytes and its kind; `alone` if its shape shows it, without its surroundings."""

    start: int
    end: int
    kind: str
    alone: bool


class Rules(NamedTuple):
    """The compiled rules: one pattern of all, with the kind of each of its groups."""

    pattern: re2._Regexp
    kinds: tuple[str, ...]
    alone: frozenset[str]
    shapes: re2._Regexp
    benign: re2._Regexp
    encoded: re2._Regexp
    rest: re2._Regexp
    rest_of_cookie: re2._Regexp
    beginning: re2._Regexp
    going_on: re2._Regexp
    homes: tuple[re2._Regexp, ...]
    generic_owners: frozenset[str]


def compile_bytes(pattern: str) -> re2._Regexp:
    """Return the pattern for bytes."""
    return re2.compile(pattern.encode(), _OPTIONS)


@cache
def rules() -> Rules:
    """Return the rules of ``secret_shapes.toml``, compiled once."""
    table = tomllib.loads(RULES.read_text(encoding="utf-8"))
    alone = [(kind, _grouped(pattern)) for kind, patterns in table["alone"].items() for pattern in patterns]
    beside = [(kind, pattern) for kind, patterns in table["beside"].items() for pattern in patterns]
    kinds = [kind for kind, pattern in (*alone, *beside) for _ in range(re2.compile(pattern).groups)]
    shapes = [pattern for kind, pattern in alone if kind not in table["benign"]["needs_surroundings"]]
    return Rules(
        pattern=compile_bytes("|".join(f"(?:{pattern})" for _, pattern in (*alone, *beside))),
        kinds=tuple(kinds),
        alone=frozenset(table["alone"]),
        shapes=compile_bytes("|".join(shapes)),
        benign=compile_bytes(table["benign"]["values"]),
        encoded=compile_bytes(table["encoded"]["pattern"]),
        rest=compile_bytes(table["rest"]["other"]),
        rest_of_cookie=compile_bytes(table["rest"]["cookie"]),
        beginning=compile_bytes(table["broken"]["beginning"]),
        going_on=compile_bytes(table["broken"]["going_on"]),
        homes=tuple(compile_bytes(pattern) for pattern in table["homes"]["patterns"]),
        generic_owners=frozenset((*table["homes"]["generic_owners"], *kinds, *MARK_WORDS)),
    )


def _grouped(pattern: str) -> str:
    """Return `pattern` with a group around it if it has none; the group is what gets masked."""
    return pattern if re2.compile(pattern).groups else f"({pattern})"


def find_secrets(text: bytes) -> list[Found]:
    """Return the secrets of `text` from left to right; no two overlap."""
    found = list(_find_shown(text))
    hidden = [*_find_encoded(text), *_find_broken(text)]
    return _merged(sorted(found + hidden)) if hidden else found


def _merged(secrets: Iterable[Found]) -> list[Found]:
    """Return what was found, each stretch that overlaps the one before as part of it."""
    merged: list[Found] = []
    for secret in secrets:
        if merged and secret.start < merged[-1].end:
            merged[-1] = merged[-1]._replace(end=max(secret.end, merged[-1].end))
        else:
            merged.append(secret)
    return merged


def _find_encoded(text: bytes) -> Iterator[Found]:
    """Yield what is base64 of a text with a secret in it."""
    for match in rules().encoded.finditer(text):
        if _hides_secret(match.group(1)):
            yield Found(match.start(1), match.end(1), ENCODED, alone=True)


def _find_broken(text: bytes) -> Iterator[Found]:
    """Yield the keys that go on in the next line."""
    for match in rules().beginning.finditer(text):
        pieces, end = [match.group(1)], match.end(1)
        while len(pieces) < LONGEST_BROKEN and (more := rules().going_on.match(text, end)) and _is_part(more.group(1)):
            pieces.append(more.group(1))
            end = more.end(1)
        if len(pieces) > 1 and rules().shapes.match(b"".join(pieces)):
            yield Found(match.start(1), end, BROKEN, alone=True)


def _is_part(piece: bytes) -> bool:
    """Return whether a piece can be the rest of a key: no word is mixed or has a capital within."""
    return is_mixed(piece) or (not piece.isupper() and not piece[1:].islower())


def _find_shown(text: bytes) -> Iterator[Found]:
    """Yield the secrets of `text` that are neither encoded nor broken over lines."""
    position = 0
    while match := rules().pattern.search(text, position):
        start, end = match.span(match.lastindex)
        kind = rules().kinds[match.lastindex - 1]
        value = text[start:end]
        if kind in rules().alone or _is_secret(kind, value):
            if kind in BOUNDED:
                end = (rules().rest_of_cookie if kind == "cookie" else rules().rest).match(text, end).end()
            yield Found(start, end, _kind_of(kind, text[start:end]), alone=kind in rules().alone)
            position = max(match.end(), end)
        else:
            position = max(start if is_mixed(value) else end, position + 1)  # a mixed value may itself hold a secret


def _is_secret(kind: str, value: bytes) -> bool:
    """Return whether a value next to a key is a secret, not code, a placeholder or a plain word."""
    if value.startswith(MARK_START) or rules().benign.fullmatch(value):
        return False
    if kind == "cookie":
        return b"=" in value
    return kind not in NEED_MIXED or is_mixed(value) or (kind == "authorization" and _is_encoded_word(value))


def is_mixed(value: bytes) -> bool:
    """Return whether `value` has a letter and a character that no word, path or bare number has."""
    letters = any(65 <= byte & 0xDF <= 90 for byte in value)  # noqa: PLR2004 - A to Z
    return letters and not value.translate(None, b"-_./:+=,").isalpha()


def _is_encoded_word(value: bytes) -> bool:
    """Return whether letters alone look like base64: long, with capitals within."""
    return len(value) >= ENCODED_WORD and _is_part(value)


def _kind_of(kind: str, value: bytes) -> str:
    """Return the kind that the value's shape shows, else `kind` (all ways of assignment are one kind)."""
    if kind in rules().alone:
        return kind
    match = rules().shapes.fullmatch(value)
    found = match and next((secret.kind for secret in _find_shown(value) if secret.alone), None)
    return found or kind.removesuffix("_quoted")


def _hides_secret(value: bytes) -> bool:
    """Return whether `value` is base64 of a text that holds a secret known by its shape or by a key."""
    body = value.rstrip(b"=")[:LONGEST_DECODED].replace(b"-", b"+").replace(b"_", b"/")
    body = body[: len(body) - (len(body) % 4 == 1)]  # what is left decodes: the pattern lets no other letters through
    decoded = base64.b64decode(body + b"=" * (-len(body) % 4))
    return decoded.isascii() and any(True for _ in _find_shown(decoded))
