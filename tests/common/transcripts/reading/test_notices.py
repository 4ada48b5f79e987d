"""Notices are the same, wherever the reading of a file was interrupted."""

import json

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from common.transcripts.reading.facts import FileFacts
from common.transcripts.reading.lines import decode_line
from common.transcripts.reading.transcript_reader import TranscriptReader
from tests.common.transcripts.written import Json, answer, call, launched, line, notification, said, tool, user


def queued(operation: str, text: object = ...) -> Json:
    return line("queue-operation", 5, operation=operation, content=text)


def pieces() -> list[list[Json]]:
    """Return what may happen to two agents in the background, in lines that belong together."""
    texts = [notification(agent, status, "Same.") for agent in ("a1", "a2") for status in ("completed", "failed")]
    words = [[made] for text in texts for made in (user(text, 6), queued("enqueue", text), queued("remove", text))]
    tools = [
        [said(7, tool("s1", name, **given)), answer("s1", 8)]
        for name, given in (("TaskStop", {"task_id": "a1"}), ("SendMessage", {"to": "a2"}))
    ]
    queue = [[queued("enqueue", "Words.")], *([queued(operation)] for operation in ("dequeue", "remove", "popAll"))]
    return [*words, *tools, *queue, [said(9, "Heard.")], [said(9, "No.", isApiErrorMessage=True)]]


BEGUN = [said(1, call("c1"), call("c2")), launched("c1", 2, "a1"), launched("c2", 3, "a2")]


def read(*parts: list[Json]) -> bytes:
    """Return the facts of lines that were read in several goes."""
    state, number = msgspec.msgpack.encode(FileFacts()), 1
    for part in parts:
        facts = msgspec.msgpack.decode(state, type=FileFacts)
        TranscriptReader(facts, None).take([decode_line(json.dumps(made).encode()) for made in part], number)
        state, number = msgspec.msgpack.encode(facts), number + len(part)
    return state


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(pieces()), max_size=12), st.data())
def test_reading_may_stop_after_any_line(chosen: list[list[Json]], data: st.DataObject) -> None:
    lines = [*BEGUN, *(made for piece in chosen for made in piece)]
    cut = data.draw(st.integers(0, len(lines)))
    assert read(lines[:cut], lines[cut:]) == read(lines)
    assert read(*([made] for made in lines)) == read(lines)
