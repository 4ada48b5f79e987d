"""The prompts of the user in one file, as far as calls need them for their context."""

from msgspec import Struct, field

NEWLY_WRITTEN = -1
"""The place among the kept prompts of one that no call needs yet."""


class Prompts(Struct, array_like=True):
    """The prompts that calls have as their context, and the last one: its text, its time, its place in `contexts`.

    `calls` is the number of calls that the file had when the last prompt was written.
    """

    contexts: list[str] = field(default_factory=list)
    last: str | None = None
    at: str = ""
    place: int = NEWLY_WRITTEN
    calls: int = 0

    def written(self, text: str, stamp: str, calls: int) -> None:
        """Take a prompt that the user wrote, when the file has so many calls."""
        self.last, self.at, self.place, self.calls = text, stamp, NEWLY_WRITTEN, calls

    def kept(self) -> int:
        """Return the place of the last prompt in `contexts`, put there if it is not yet; -1 without a prompt."""
        if self.last is not None and self.place == NEWLY_WRITTEN:
            self.contexts.append(self.last)
            self.place = len(self.contexts) - 1
        return self.place
