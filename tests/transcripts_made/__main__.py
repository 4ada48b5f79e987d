"""Make the bundled sample anew: ``python -m tests.transcripts_made [FOLDER]``, by default data/sample."""

import random
import shutil
import sys
from pathlib import Path

from tests.transcripts_made.corpus import Corpus
from tests.transcripts_made.sample.agents import definitions
from tests.transcripts_made.sample.schedule import fill

SEED = 8
SAMPLE = Path(__file__).parents[2] / "data" / "sample"


def sample_corpus() -> Corpus:
    """Return the transcripts of the sample, with what is true of them."""
    corpus = Corpus(SEED)
    fill(corpus, random.Random(SEED))
    return corpus


def make_sample(folder: Path) -> Corpus:
    """Write the sample as the configuration directory `folder`, in the place of what is there."""
    corpus = sample_corpus()
    for name in ("projects", "agents"):
        shutil.rmtree(folder / name, ignore_errors=True)
    corpus.write(folder)
    (folder / "agents").mkdir(parents=True)
    for name, content in definitions().items():
        (folder / "agents" / name).write_bytes(content)
    return corpus


if __name__ == "__main__":
    make_sample(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLE)
