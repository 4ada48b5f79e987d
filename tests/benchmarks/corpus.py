"""Make a big corpus: ``python -m tests.benchmarks.corpus FOLDER MEGABYTES`` writes FOLDER/projects.

Sizes and kinds of lines, lines per message, sizes of files and delegations per megabyte are those of `measured`; the
text is filler. Files are written one after another as they are made; the same numbers give the same bytes.
"""

import argparse
import random
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.filling import quantile
from tests.benchmarks.measured import (
    DELEGATIONS_A_MEGABYTE,
    MAIN_FILE_DECILES,
    MAIN_FILE_SCALE,
    RUN_FILE_DECILES,
)
from tests.benchmarks.threads import DAY, HOUR, Materials, Writer

DECILES = tuple(level / 10 for level in range(11))
MEGABYTE = 1_000_000
PROJECTS = 12
RUN_BYTES = sum(quantile(DECILES, RUN_FILE_DECILES, (n + 0.5) / 1000) for n in range(1000)) / 1000
DELEGATIONS_A_MAIN_BYTE = 1 / (MEGABYTE / DELEGATIONS_A_MEGABYTE - RUN_BYTES)


@dataclass(slots=True)
class Made:
    """What was written; `messages` are distinct API messages, `output` their tokens."""

    files: int = 0
    bytes: int = 0
    lines: int = 0
    messages: int = 0
    delegations: int = 0
    output: int = 0


@dataclass(slots=True)
class Maker:
    """Writes sessions below `root` until there is enough."""

    root: Path
    rng: random.Random
    materials: Materials
    made: Made = field(default_factory=Made)
    credit: float = 0.0

    def session(self, number: int) -> None:
        """Write one session: its main file and a file for each of its runs."""
        size = round(quantile(DECILES, MAIN_FILE_DECILES, self.rng.random()) * MAIN_FILE_SCALE)
        folder = self.root / "projects" / f"-home-dev-work-project{number % PROJECTS}"
        session_id = f"{number:08x}-0000-4000-a000-{self.rng.getrandbits(48):012x}"
        main = Writer(self.materials, session_id.encode(), None, number % 80 * DAY + 8 * HOUR + number % HOUR)
        self.credit += size * DELEGATIONS_A_MAIN_BYTE
        delegations = int(self.credit)
        self.credit -= delegations
        for position in range(delegations):
            main.write_until(size * (position + 1) // (delegations + 1))
            self._delegate(main, folder / session_id / "subagents")
        main.write_until(size)
        self._store(folder / f"{session_id}.jsonl", main)

    def _delegate(self, main: Writer, folder: Path) -> None:
        agent_id = f"a{self.rng.getrandbits(64):016x}"
        run = Writer(self.materials, main.session_id, agent_id.encode(), main.seconds)
        run.prompt()
        run.write_until(max(run.size + 1, quantile(DECILES, RUN_FILE_DECILES, self.rng.random())))
        main.delegate(run)
        self._store(folder / f"agent-{agent_id}.jsonl", run)
        self.made.delegations += 1

    def _store(self, path: Path, thread: Writer) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(thread.lines))
        self.made.files += 1
        self.made.bytes += thread.size
        self.made.lines += len(thread.lines)
        self.made.messages += thread.messages
        self.made.output += thread.output


def make(root: Path, megabytes: int, seed: int = 1) -> Made:
    """Write about `megabytes` of transcripts below `root` and say what was written."""
    rng = random.Random(seed)
    maker = Maker(root, rng, Materials(rng))
    number = 0
    while maker.made.bytes < megabytes * MEGABYTE:
        maker.session(number)
        number += 1
    return maker.made


def main() -> None:
    """Read the command line and make a corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("megabytes", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    print(make(given.folder, given.megabytes, given.seed))  # noqa: T201  # the command's answer


if __name__ == "__main__":
    main()
