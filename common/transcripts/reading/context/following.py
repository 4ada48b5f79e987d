"""The user's next step after the answer of a delegation: sent a plan back with words, or stopped a tool."""

from msgspec import Struct, field

from common.records.sessions import FollowedBy

Followed = tuple[FollowedBy, int]
"""What the user did, and the line that tells it."""

WATCHED_PROMPTS = 3
WATCHED_TOOLS = 3


class LastAnswer(Struct, array_like=True, gc=False):
    """The delegation answered last: the index of its result, or of its notice, and what came since.

    `tools` are the ids of the first tool calls after the answer, `prompts` the number of prompts of the user.
    """

    index: int
    is_notice: bool
    tools: list[str] = field(default_factory=list)
    prompts: int = 0


class Sequel(Struct, array_like=True, gc=False):
    """What the main thread of a file is in: agents that it called and that are under way, and the last answer."""

    under_way: dict[str, bool] = field(default_factory=dict)
    last: LastAnswer | None = None

    def called(self, tool: str, *, is_agent: bool) -> None:
        """Take the call of a tool."""
        if self.last is not None and len(self.last.tools) < WATCHED_TOOLS and tool not in self.last.tools:
            self.last.tools.append(tool)
        if is_agent:
            self.under_way[tool] = True

    def answered(self, index: int, *, is_notice: bool) -> None:
        """Watch what comes after an answer, unless it is an echo of the last one."""
        if self.last is None or (self.last.index, self.last.is_notice) != (index, is_notice):
            self.last = LastAnswer(index, is_notice)

    def prompted(self, *, is_queued: bool) -> None:
        """Take a prompt of the user; one that was not queued tells that no agent is waited for."""
        if not is_queued:
            self.under_way.clear()
        if self.last is not None:
            self.last.prompts += 1
            if self.last.prompts >= WATCHED_PROMPTS:
                self.last = None

    def refused(self, tool: str, kind: str | None, *, with_words: bool) -> tuple[LastAnswer, FollowedBy] | None:
        """Take the user's refusal of a tool; return the answer that it follows, and how it does.

        A stop while an agent is under way belongs to that agent. A plan refused without words may be approved: that is
        how "yes, and clear the context" is written. A refused poll ends the wait for an agent.
        """
        last = self.last
        if self.under_way or kind in {"call", "poll"}:
            self.last = None
        elif last is not None and kind == "plan":
            return self._ended(last, "plan_sent_back") if with_words else None
        elif last is not None and tool in last.tools:
            return self._ended(last, "tool_stopped")
        return None

    def _ended(self, last: LastAnswer, how: FollowedBy) -> tuple[LastAnswer, FollowedBy]:
        self.last = None
        return last, how
