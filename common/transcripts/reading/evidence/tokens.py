"""Tokens of a text that nobody writes by chance: files with a line, files, identifiers, flags, hashes and numbers.

A token proves that a text was read only if its author could not know it otherwise. So names that many projects have
(`README.md`, `user_id`, `--dry-run`, `2026`) are no tokens, and neither are short ones. Of a path the name of the file
is the token, because its author may know the folder.
"""

import re

LEAST, MOST = 8, 100
"""Characters of a token."""
MOST_BYTES = 4_000
"""Bytes from the start of an output in which words are sought."""

# Every byte that is in no token becomes a space; so do full stops and colons after a word.
_KEPT = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_.-:"
_TABLE = bytes(byte if byte in _KEPT else 32 for byte in range(256))

_FILE_AND_LINE = re.compile(rb"[\w-][\w.-]*\.[A-Za-z]\w{0,5}:[1-9]\d{0,6}(?:[-:]\d{1,7})?")
_FILE = re.compile(rb"[\w-][\w.-]{5,}\.[a-z][a-z0-9]{0,4}")
_UNUSUAL = re.compile(rb"[a-z0-9][A-Z]|\d|[^_.]_[^_.]")
_IDENTIFIER = re.compile(rb"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*){0,5}")
_PARTS = re.compile(rb"[A-Z]?[a-z][a-z0-9]+|[A-Z]{2,}|\d+")
_FLAG = re.compile(rb"--[a-z0-9]+(?:-[a-z0-9]+){2,9}")
_HASH = re.compile(rb"(?=[0-9]{0,63}[a-f])(?=[a-f]{0,63}[0-9])[0-9a-f]{8,64}")
_NUMBER = re.compile(rb"(?!(?:19|20)\d{6}(?:\d{2,6})?\Z)(?!\d*(?:00|99)\Z)(?!1234)[1-9]\d{7,17}")
_ALWAYS = (_FILE_AND_LINE, _FLAG, _HASH, _NUMBER)
LEAST_IDENTIFIER, LEAST_PARTS = 10, 2
"""Characters of an identifier, and its parts: words of camel case, between underscores or between dots."""
COMMON = frozenset(
    (
        b"JavaScript TypeScript PostgreSQL CoffeeScript StackOverflow WebAssembly WebSockets OpenTelemetry "
        b"PowerShell CloudFront Elasticsearch CloudFlare Cloudflare created_at updated_at first_name last_name "
        b"max_tokens snake_case PascalCase code_review console.log process.env node_modules example.com "
        b"github.com subagent_type ExitPlanMode AskUserQuestion NotebookEdit"
    ).split()
)
"""Names that many projects have."""


def rare_words(text: bytes) -> set[bytes]:
    """Return the longer words in the bytes of a text or of JSON."""
    # In JSON "a\\nb" is two words. "\\u2014b" spoils its last word, which only hides a token.
    if b"\\" in text:
        text = text.replace(b"\\n", b" ").replace(b"\\t", b" ")
    text = (text.translate(_TABLE) + b" ").replace(b". ", b" ").replace(b": ", b" ")
    return {word for word in text.split() if len(word) >= LEAST}


def is_token(word: bytes) -> bool:
    """Say whether nobody writes a word by chance."""
    if len(word) > MOST or word in COMMON:
        return False
    if any(pattern.fullmatch(word) for pattern in _ALWAYS):
        return True
    if _IDENTIFIER.fullmatch(word):
        return (
            len(word) >= LEAST_IDENTIFIER
            and len(_PARTS.findall(word)) >= LEAST_PARTS
            and _UNUSUAL.search(word) is not None
        )
    return _FILE.fullmatch(word) is not None and _UNUSUAL.search(word) is not None
