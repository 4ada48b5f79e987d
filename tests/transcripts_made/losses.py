"""What remains true when the main file of a session is gone."""

from tests.transcripts_made.runs import disown
from tests.transcripts_made.thread import Thread


def lose_calls(main: Thread) -> None:
    """Declare the session's own calls and messages gone; its runs, without calls of their own, are no one's."""
    truth, session_id = main.book.truth, main.setting.session_id
    for delegation in truth.of_session(session_id):
        del truth.delegations[delegation.tool_use_id]
        if (run := main.book.runs.get(delegation.tool_use_id)) is not None:
            disown(run, "unlinked")
    for message_id in [key for key, message in truth.messages.items() if message.owner == main.owner]:
        del truth.messages[message_id]
    session = truth.sessions[session_id]
    session.messages.clear()
    gone = {str(line["timestamp"]) for line in main.written}
    session.timestamps = [timestamp for timestamp in session.timestamps if timestamp not in gone]
