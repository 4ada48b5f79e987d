"""Titles of sessions, as lines without a time give them."""

from msgspec import Struct, field

from common.transcripts.reading.lenient import clean
from common.transcripts.reading.shapes import Line, read_text

TITLE_TYPES = ("summary", "ai-title", "custom-title")
LONGEST_TITLE = 200


class FileTitles(Struct, array_like=True, gc=False):
    """The last titles in a file: the user's and Claude Code's by session, summaries by the id of a last line.

    A line that names no session has "" as its session.
    """

    custom: dict[str, str] = field(default_factory=dict)
    generated: dict[str, str] = field(default_factory=dict)
    summaries: dict[str, str] = field(default_factory=dict)


def take_title(titles: FileTitles, line: Line) -> None:
    """Keep the title that a line gives a session, or a conversation that ended with the line of an id."""
    # to 2.1.2x     {"type":"summary","summary":"Fix the parser","leafUuid":"u9"}     mostly of another file
    # from 2.1.9x   {"type":"ai-title","aiTitle":"Fix the parser","sessionId":"s1"}     written again and again
    # /rename       {"type":"custom-title","customTitle":"parser","sessionId":"s1"}
    if line.type == "summary":
        known, key, text = titles.summaries, read_text(line.leaf_uuid), read_text(line.summary)
    elif line.type == "ai-title":
        known, key, text = titles.generated, line.session_id or "", read_text(line.ai_title)
    else:
        known, key, text = titles.custom, line.session_id or "", read_text(line.custom_title)
    title = " ".join(clean((text or "")[: 2 * LONGEST_TITLE]).split())[:LONGEST_TITLE].strip()
    if key is not None and title:
        known.pop(key, None)  # the last one comes last
        known[key] = title
