"""Names and times out of a seeded generator: no clock, no machine."""

import random
from datetime import UTC, datetime, timedelta

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz123456789"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Names:
    """Identifiers as Claude Code gives them."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def uuid(self) -> str:
        digits = f"{self._rng.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def message(self) -> str:
        return "msg_01" + self._letters(22)

    def request(self) -> str:
        return "req_011C" + self._letters(20)

    def call(self) -> str:
        return "toolu_01" + self._letters(22)

    def agent(self, length: int) -> str:
        digits = f"{self._rng.getrandbits(4 * length):0{length}x}"
        return digits if length == 8 else "a" + digits[1:]

    def hexadecimal(self, length: int) -> str:
        return f"{self._rng.getrandbits(4 * length):0{length}x}"

    def _letters(self, length: int) -> str:
        return "".join(_LETTERS[self._rng.randrange(len(_LETTERS))] for _ in range(length))


def milliseconds(timestamp: str) -> int:
    """Return the time of "2026-08-03T09:00:00Z" in milliseconds since 1970."""
    return (datetime.fromisoformat(timestamp).astimezone(UTC) - _EPOCH) // timedelta(milliseconds=1)


def timestamp(moment: int) -> str:
    """Return milliseconds since 1970 as Claude Code writes them: "2026-08-03T09:00:00.000Z"."""
    time = _EPOCH + timedelta(milliseconds=moment)
    return f"{time:%Y-%m-%dT%H:%M:%S}.{moment % 1000:03d}Z"


def slug(folder: str) -> str:
    """Return the name of a project's folder below `projects`, made from where the session began."""
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in folder)
