"""The words that a user gives with a refusal."""

from common.transcripts.reading.texts.sentences import HEAD

MARKS = ("user said:", "following reason for the rejection:")
FEEDBACK = "\n\nUser feedback:\n"
NO_FEEDBACK = "(no feedback"
NOTE = "Note: The user's next message may contain"


def has_words(text: str) -> bool:
    """Say whether a refusal has words of the user."""
    # without   The user doesn't want to proceed with this tool use. ... STOP what you are doing and wait for the user
    #           to tell you how to proceed.     from 2.1.63 on with "\n\nNote: The user's next message may contain ..."
    # with      ... To tell you how to proceed, the user said:\nUse the parser.     from 2.1.63 on with the note
    # 1.0.5x    The agent proposed a plan that was rejected by the user. ... Rejected plan:\n# Plan
    # and with  ... Rejected plan:\n# Plan\n\nUser feedback:\nUse the parser.
    head = text[:HEAD]
    said = next((rest for mark in MARKS if (rest := head.partition(mark)[2])), "").strip()
    feedback = text.rpartition(FEEDBACK)[2].strip() if FEEDBACK in text else ""
    return (bool(said) and not said.startswith(NOTE)) or (bool(feedback) and not feedback.startswith(NO_FEEDBACK))
