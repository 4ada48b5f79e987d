"""Transcripts of invented sessions, in every shape that Claude Code has written, and what is true of them.

``Corpus(seed)`` begins one; ``corpus.session(version="2.1.39")`` begins a session in it; ``session.delegate("Explore",
prompt="…", outcome="completed")`` hands out work. ``corpus.write(folder)`` writes the transcripts below
``folder/projects``; ``corpus.truth`` says what a right reader finds there. The same seed gives the same bytes.

`kinds.KINDS` are small corpora by name, one for each thing that is easily got wrong; `chance.chance_corpus(seed)` is a
corpus of anything; `odd_values.with_odd_values(line)` spoils each field of a line in turn. `sample` is the bundled
sample, made by ``python -m tests.transcripts_made``.
"""

from tests.transcripts_made.calls import Call, Step, bash, edit, grep, read, write
from tests.transcripts_made.corpus import Corpus
from tests.transcripts_made.truth import Spent, Truth

__all__ = ["Call", "Corpus", "Spent", "Step", "Truth", "bash", "edit", "grep", "read", "write"]
