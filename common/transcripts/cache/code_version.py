"""The version of a cache: a digest of the code that reads transcripts and builds records."""

from functools import cache
from pathlib import Path

from blake3 import blake3

COMMON = Path(__file__).parents[2]
SOURCES = ("*.py", "*.toml", "records/*.py", "text/*.py", "transcripts/**/*.py", "transcripts/**/*.toml")
"""Files below `common/` whose code decides what stands in the cache."""


@cache
def code_version(folder: Path = COMMON) -> str:
    """Return the digest of the names and contents of the sources; other code builds its cache again."""
    digest = blake3()
    for path in sorted({path for pattern in SOURCES for path in folder.glob(pattern)}):
        name, content = path.relative_to(folder).as_posix().encode(), path.read_bytes()
        digest.update(len(name).to_bytes(8) + name + len(content).to_bytes(8) + content)
    return digest.hexdigest(length=16)
