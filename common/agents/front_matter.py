"""The front matter of an agent's Markdown file, as Claude Code reads it: nearly YAML, often not quite.

Descriptions have colons and quotes that a YAML parser refuses, so each line is read by itself: `key: value`, a
`- item` below a key, a block after `|` or `>`, or an indented line that continues a value.
"""

_QUOTES = ('"', "'")
_BLOCKS = frozenset({"|", ">", "|-", ">-", "|+", ">+"})


def split(text: str) -> tuple[dict[str, str], str] | None:
    """Return the fields and the text below the front matter; None if the file has none."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if lines[0].rstrip() != "---":
        return None
    ends = [number for number, line in enumerate(lines) if number and line.rstrip() == "---"]
    if not ends:
        return None
    return _fields(lines[1 : ends[0]]), "\n".join(lines[ends[0] + 1 :]).strip()


def items(value: str) -> tuple[str, ...]:
    """Return the items of a list: "a, b", "[a, b]" or one a line."""
    inner = value.strip().removeprefix("[").removesuffix("]")
    parts = (unquoted(item.strip()) for item in inner.replace("\n", ",").split(","))
    return tuple(item for item in parts if item)


def unquoted(value: str) -> str:
    """Return the value without the quotes around it."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTES:
        return value[1:-1]
    return value


def _fields(lines: list[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    key = ""
    for line in lines:
        head, colon, value = line.partition(":")
        if colon and head and not head[0].isspace() and not head.startswith(("-", "#")):
            key = head.strip().lower()
            found[key] = [] if value.strip() in _BLOCKS else [value.strip()]
        elif key and line.strip() and not line.startswith("#"):
            found[key].append(line.strip().removeprefix("- "))
    return {key: "\n".join(line for line in parts if line) for key, parts in found.items()}
