"""Results that do no work, and what a reader can know of them."""

from tests.transcripts_made.answers import Answered
from tests.transcripts_made.calls import Call
from tests.transcripts_made.thread import Thread
from tests.transcripts_made.truth import ResultKind

SHAPES: tuple[tuple[ResultKind, str], ...] = (
    ("empty", ""),
    ("empty", "(no content)"),
    ("empty", "[No output]"),
    ("unable", "I must stop here: there is no such folder."),
    ("unable", "I'm unable to proceed without the log."),
    ("invented", "<bash>make test</bash>\nAll 73 tests pass."),
    ("invented", '<Read file_path="/w/a.py" />\nThe file is fine.'),
    ("invented", "Let me first examine the code.\n\nThe parser is wrong in line 12."),
    ("report", "(The folder has three files.)"),
    ("report", "I cannot write the report file, so this is the report: all is well."),
    ("report", "The script says:\n\n```\nI'll run the tests.\n```"),
)


def kind_told(call: Call, answered: Answered, run: Thread | None, *, linked: bool, recorded: bool) -> ResultKind | None:
    """Return the kind of a call's result as far as the lines tell it: how many tools were called may be unknown."""
    if call.outcome != "completed" or not recorded:
        return None
    if call.kind != "invented":
        return call.kind
    calls = run.tool_calls if run is not None else 0
    told = linked or (answered.answer == "completed" and answered.tells_duration)
    return "invented" if told and calls == 0 else "report"
