"""Transcripts of invented sessions, in every shape that Claude Code has written, and what is true of them.

``Corpus(seed)`` begins one; ``corpus.session(version="2.1.39")`` begins a session in it; ``session.delegate("Explore",
prompt="…", outcome="completed")`` hands out work. ``corpus.write(folder)`` writes the transcripts below
``folder/projects``; ``corpus.truth`` says what a right reader finds there. The same seed gives the same bytes.
"""

from tests.transcripts_made.calls import Call, Step, bash, edit, grep, read, write
from tests.transcripts_made.corpus import Corpus
from tests.transcripts_made.truth import Spent, Truth

__all__ = ["Call", "Corpus", "Spent", "Step", "Truth", "bash", "edit", "grep", "read", "write"]
