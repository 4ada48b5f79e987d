"""Lists of the agent types that could be called, as results and attachments give them."""

import re

from msgspec import Struct

from common.transcripts.reading.lenient import clean, may_have_type
from common.transcripts.reading.shapes import Attachment, Line, read_object
from common.transcripts.reading.timestamps import timestamp_of

ATTACHMENT = b'"agent_listing_delta"'
MOST_TYPES = 1000
"""Types that are kept of one list."""
LONGEST_TYPE = 200
LONGEST_ERROR = 100_000
"""Characters of an error in which its list ends."""

_LIST = re.compile(
    r"(?:\s|<tool_use_error>|Error:(?=\s)){0,2000}"
    r"Agent type '(?s:.{0,1900}?)' not found\. Available agents: ([^\n<]{1,100000})"
)


class ListedTypes(Struct, array_like=True, gc=False):
    """A list of agent types that could be called from a thread, or a change of it.

    `session_id` and `agent_id` are those of its thread, None where the line has none. `is_whole` if `added` is the
    whole list.
    """

    timestamp: str
    line: int
    session_id: str | None
    agent_id: str | None
    is_whole: bool
    added: list[str]
    removed: list[str]


class AgentLists:
    """The reader of the attachments that list agent types."""

    def __init__(self, lists: list[ListedTypes], agent_id: str | None) -> None:
        """Add to `lists`; `agent_id` is the one in the name of an agent's file."""
        self._lists, self._agent_id = lists, agent_id

    def announced(self, line: Line, number: int) -> None:
        """Keep the list in an attachment, or the change of it."""
        # from 2.1.9x; whole at first and after a compaction:
        #   {"type":"agent_listing_delta","addedTypes":["Explore","Plan"],"removedTypes":[],"isInitial":true,...}
        #   {"type":"agent_listing_delta","addedTypes":["dev"],"removedTypes":["Plan"],"isInitial":false,...}
        if not may_have_type(line.attachment, ATTACHMENT):
            return
        found = read_object(line.attachment, Attachment)
        if found is None or found.type != "agent_listing_delta":
            return
        in_main = self._agent_id is None and not line.is_sidechain
        agent_id = None if in_main else line.agent_id or self._agent_id
        added, removed = kept_types(found.added_types or []), kept_types(found.removed_types or [])
        if (in_main or agent_id is not None) and (added or removed):
            is_whole, stamp = found.is_initial is True, timestamp_of(line)
            self._lists.append(ListedTypes(stamp, number, line.session_id, agent_id, is_whole, added, removed))


def types_in_error(text: str) -> list[str]:
    """Return the agent types that the error of a call with an unknown type lists; empty for any other text."""
    #   Agent type 'explroe' not found. Available agents: claude, Explore, general-purpose, Plan, statusline-setup
    found = _LIST.match(text[:LONGEST_ERROR])
    return kept_types(found[1].split(", ")) if found else []


def kept_types(types: list[str]) -> list[str]:
    """Return agent types as they are kept: each once, without those that are too long to be names."""
    names = (clean(name[: LONGEST_TYPE + 1]).strip() for name in types[:MOST_TYPES])
    return list(dict.fromkeys(name for name in names if 0 < len(name) <= LONGEST_TYPE))
