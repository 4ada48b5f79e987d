"""Writes one thread of a big corpus, message by message, out of prepared pieces."""

import random
from itertools import cycle

from tests.benchmarks import frames
from tests.benchmarks.filling import Filling, spread
from tests.benchmarks.measured import (
    LINES_A_MESSAGE_IN_MAIN,
    LINES_A_MESSAGE_IN_RUN,
    MAIN,
    RESULT_IN_MESSAGE,
    RUN,
    Kind,
)

MAIN_MODEL, RUN_MODEL = b"claude-opus-4-8", b"claude-sonnet-4-6"
UUID = b"00000000-0000-4000-a000-000000000000"
TIME = b"2026-08-03T00:00:00.000Z"
MESSAGE_LINES = ("thinking", "text", "tool_use")
MESSAGE_PARTS = {*MESSAGE_LINES, "result"}
AGENTS = (b"Explore", b"Plan", b"developer", b"code-reviewer", b"general-purpose")
DRAWS = 4096
DAY, HOUR = 86_400, 3_600


class Pool:
    """The filling of one kind of line, handed out in a shuffled order, again and again."""

    def __init__(self, rng: random.Random, filling: Filling, kind: Kind, overhead: int) -> None:
        texts = filling.pool(spread(kind.sizes), overhead)
        rng.shuffle(texts)
        self.next = cycle(texts).__next__


class Materials:
    """Everything that is prepared once for a whole corpus."""

    def __init__(self, rng: random.Random) -> None:
        filling = Filling(rng)
        self.main = {name: Pool(rng, filling, kind, overhead(name)) for name, kind in MAIN.items()}
        self.run = {name: Pool(rng, filling, kind, overhead(name) + 30) for name, kind in RUN.items()}
        self.shapes_main = cycle(shapes(rng, LINES_A_MESSAGE_IN_MAIN, MAIN)).__next__
        self.shapes_run = cycle(shapes(rng, LINES_A_MESSAGE_IN_RUN, RUN)).__next__
        self.usage = cycle([self._usage(rng) for _ in range(DRAWS)]).__next__
        self.tokens = cycle([rng.randrange(30, 1500) for _ in range(DRAWS - 1)]).__next__
        self.serial = 0

    def unique(self) -> int:
        """Return a number that no other name in the corpus bears."""
        self.serial += 1
        return self.serial

    @staticmethod
    def _usage(rng: random.Random) -> tuple[int, int, int]:
        return rng.randrange(1, 12), rng.randrange(200, 9000), rng.randrange(9000, 150_000)


def shapes(rng: random.Random, lines: dict[int, float], kinds: dict[str, Kind]) -> list[tuple[str, ...]]:
    """Return what the lines of many messages are, as often as measured; thoughts come first, tools last."""
    shares = [kinds[name].per_message for name in MESSAGE_LINES]
    counts = rng.choices(list(lines), weights=list(lines.values()), k=DRAWS)
    drawn = [rng.choices(MESSAGE_LINES, weights=shares, k=count) for count in counts]
    return [tuple(sorted(names, key=MESSAGE_LINES.index)) for names in drawn]


def overhead(name: str) -> int:
    """Return the bytes of a line of this kind without its filling."""
    if name in frames.BARE:
        return len(frames.BARE[name]) - 2
    common = len(frames.COMMON % (UUID, b"false", UUID, b"")) + len(frames.END % (UUID, TIME))
    usage = frames.USAGE % (3, 1000, 50_000, 500, 1000)
    message = len(frames.ASSISTANT % (MAIN_MODEL, b"m" * 28, b"", b"null", usage, b"r" * 28))
    bodies = {
        "text": message + len(frames.TEXT),
        "thinking": message + len(frames.THINKING),
        "tool_use": message + len(frames.TOOL_USE) + 28,
        "result": len(frames.RESULT) + 64,
        "prompt": len(frames.PROMPT),
        "hook_progress": len(frames.HOOK) + 60,
        "bash_progress": len(frames.BASH) + 30,
        "agent_progress": len(frames.AGENT) + len(usage) + 150,
        "attachment": len(frames.ATTACHMENT),
        "system": len(frames.SYSTEM),
    }
    return common + bodies[name]


class Writer:
    """One thread; `agent_id` is None for the main one."""

    def __init__(self, materials: Materials, session_id: bytes, agent_id: bytes | None, seconds: int) -> None:
        """`seconds` is the time of the first line, counted from 2026-08-03."""
        main = agent_id is None
        kinds = MAIN if main else RUN
        self.materials, self.session_id, self.agent_id, self.seconds = materials, session_id, agent_id, seconds
        self.lines: list[bytes] = []
        self.size = self.messages = self.output = 0
        self.message_id = b""
        self._model = MAIN_MODEL if main else RUN_MODEL
        self._pools = materials.main if main else materials.run
        self._shape = materials.shapes_main if main else materials.shapes_run
        self._extras = {name: kind.per_message for name, kind in kinds.items() if name not in MESSAGE_PARTS}
        self._credits = dict.fromkeys(self._extras, 0.0)
        self._sidechain = b"false" if main else b"true"
        self._agent = b"" if agent_id is None else b'"agentId":"%b",' % agent_id
        self._parent = UUID
        self._tool = b"toolu_none"
        self._seen: tuple[bytes, bytes, bytes] | None = None

    def write_until(self, size: int) -> None:
        """Append messages and what stands between them until the thread has this size."""
        while self.size < size:
            self._message(self._shape())
            for name, rate in self._extras.items():
                self._credits[name] += rate
                while self._credits[name] >= 1:
                    self._credits[name] -= 1
                    self._extra(name)

    def prompt(self) -> None:
        self._chained(frames.PROMPT % self._pools["prompt"].next())

    def delegate(self, run: "Writer") -> None:
        """Append a call and its answer; progress lines that follow tell of this run."""
        call, agent = b"toolu_%022d" % self.materials.unique(), run.agent_id or b""
        task, words = self._pools["prompt"].next(), self.materials.run["text"].next()
        which = AGENTS[self.materials.serial % len(AGENTS)]
        usage = self._begin_message()
        self._block(usage, frames.DELEGATION % (call, which, task), b'"tool_use"')
        self._chained(frames.DELEGATION_RESULT % (call, words, agent, words, usage[1]))
        self._seen = (run.message_id, agent, call)

    def _begin_message(self) -> tuple[bytes, bytes, bytes]:
        """Return the id, usage and request of the next message."""
        serial, output = self.materials.unique(), self.materials.tokens()
        new, written, read = self.materials.usage()
        self.messages += 1
        self.output += output
        self.message_id = b"msg_01%022d" % serial
        return self.message_id, frames.USAGE % (new, written, read, output, written), b"req_011C%020d" % serial

    def _message(self, shape: tuple[str, ...]) -> None:
        usage = self._begin_message()
        stop = b'"tool_use"' if shape[-1] == "tool_use" else b'"end_turn"'
        calls: list[bytes] = []
        for name in shape:
            text = self._pools[name].next()
            if name == "tool_use":
                calls.append(b"toolu_%022d" % self.materials.unique())
                self._block(usage, frames.TOOL_USE % (calls[-1], text), stop)
            else:
                self._block(usage, (frames.TEXT if name == "text" else frames.THINKING) % text, stop)
        for call in calls:
            self._result(call)

    def _block(self, usage: tuple[bytes, bytes, bytes], block: bytes, stop: bytes) -> None:
        self._chained(frames.ASSISTANT % (self._model, usage[0], block, stop, usage[1], usage[2]))

    def _result(self, call: bytes) -> None:
        self._tool = call
        text = self._pools["result"].next()
        cut = _safe_cut(text, int(len(text) * RESULT_IN_MESSAGE))
        self._chained(frames.RESULT % (call, text[:cut], text[cut:], self._parent))

    def _extra(self, name: str) -> None:
        text = self._pools[name].next()
        if name in frames.BARE:
            self._append(frames.BARE[name] % text)
        elif name == "hook_progress":
            self._chained(frames.HOOK % (text, self._tool, self._tool))
        elif name == "bash_progress":
            self._chained(frames.BASH % (text, self._tool))
        elif name == "agent_progress":
            self._progress(text)
        else:
            frame = {"prompt": frames.PROMPT, "attachment": frames.ATTACHMENT, "system": frames.SYSTEM}[name]
            self._chained(frame % text)

    def _progress(self, text: bytes) -> None:
        """Append a line that repeats a run's message; none before there is a run."""
        if self._seen is not None:
            message, agent, call = self._seen
            usage = frames.USAGE % (3, 1000, 20_000, 1, 1000)
            self._chained(frames.AGENT % (RUN_MODEL, message, text, usage, UUID, agent, agent, call))

    def _chained(self, body: bytes) -> None:
        uuid = b"%08x-0000-4000-a000-%012x" % (self.materials.unique() & 0xFFFFFFFF, self.materials.serial)
        head = frames.COMMON % (self._parent, self._sidechain, self.session_id, self._agent)
        self._append(head + body + frames.END % (uuid, self._timestamp()))
        self._parent = uuid

    def _append(self, line: bytes) -> None:
        self.lines.append(line)
        self.size += len(line)

    def _timestamp(self) -> bytes:
        """Return the time, two seconds after the one before, counted from 2026-08-03."""
        self.seconds += 2
        days, rest = divmod(self.seconds, DAY)
        month, day = divmod(2 + days, 30)
        minutes, seconds = divmod(rest, 60)
        return b"2026-%02d-%02dT%02d:%02d:%02d.000Z" % (8 + month, day + 1, minutes // 60, minutes % 60, seconds)


def _safe_cut(text: bytes, at: int) -> int:
    """Return a place not after `at` where a string may be cut: behind a space, outside any escape."""
    return text.rfind(b" ", 0, at) + 1
