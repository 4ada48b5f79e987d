"""What putting transcripts together takes grows as they do, whatever they share; its steps are counted, not timed."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from common.times import Calendar
from common.transcripts.building.assemble import assemble
from common.transcripts.find import find_transcripts
from common.transcripts.reading.file_reader import FileReading, decode_facts, read_file
from common.transcripts.reading.transcript_file import TranscriptFile
from tests.common.transcripts.written import (
    Content,
    Json,
    agent_path,
    answer,
    call,
    launched,
    line,
    notification,
    said,
    side,
    tool,
    user,
    write_files,
)

Files = dict[str, Content]


def sessions(count: int, make: Callable[[str], list[Json]]) -> Files:
    """Return a file for each of many sessions."""
    return {f"-w/s{n}.jsonl": [made | {"sessionId": f"s{n}"} for made in make(str(n))] for n in range(count)}


def in_one(count: int, make: Callable[[str], list[Json]]) -> Files:
    """Return one session's file with many lines."""
    return {"-w/s.jsonl": [made for n in range(count) for made in make(str(n))]}


def shared_echo(number: str) -> list[Json]:
    message = said(2, tool(f"t{number}", "Read"), key="e")
    return [line("progress", 2, parentToolUseID=f"c{number}", data={"type": "agent_progress", "message": message})]


def chain(count: int) -> Files:
    """Return a sidechain without an agent's id in which each line stands in a file of its own."""
    return {
        f"-w/s{n}.jsonl": [side(user("Go on.", 1, uuid=f"u{n}", parentUuid=f"u{n - 1}" if n else None))]
        for n in range(count)
    }


def echo(number: str) -> list[Json]:
    data = {"type": "agent_progress", "agentId": f"a{number}", "prompt": "Do it.", "message": said(2, "In.")}
    return [line("progress", 2, parentToolUseID=f"c{number}", data=data)]


def agents(count: int) -> Files:
    calls = [said(n, call(f"c{n}", f"Do {n}.")) for n in range(count)]
    answers = [answer(f"c{n}", n + 1, beside={"agentId": f"a{n}"}) for n in range(count)]
    own: Files = {
        agent_path(f"a{n}"): [side(user(f"Do {n}.", n), f"a{n}"), side(said(n, "Hm.", key=f"k{n}"), f"a{n}")]
        for n in range(count)
    }
    return own | {"-w-app/s.jsonl": [*calls, *answers]}


def workflows(count: int) -> Files:
    """Return many calls that share the run of a workflow, and a journal for each of its agents."""
    folder, beside = "-w-app/s/subagents/workflows/wf_1", {"runId": "wf_1", "taskType": "local_workflow"}
    calls = [said(n, tool(f"c{n}", "Workflow", name="x"), key=f"m{n}", sessionId="s") for n in range(count)]
    answers = [answer(f"c{n}", n + 1, beside=beside, sessionId="s") for n in range(count)]
    journals: Files = {f"{folder}/{n}/journal.jsonl": [{"type": "result", "agentId": f"a{n}"}] for n in range(count)}
    own: Files = {
        f"{folder}/agent-a{n}.jsonl": [side(said(n, "Hm.", key=f"k{n}", sessionId="s"), f"a{n}")] for n in range(count)
    }
    return journals | own | {"-w-app/s.jsonl": [*calls, *answers]}


SHAPES: dict[str, Callable[[int], Files]] = {
    "sessions that share a message and call a tool each": lambda count: sessions(
        count, lambda n: [said(1, call(f"c{n}"), tool(f"t{n}", "Edit", file_path=f"/w/{n}"), key="m")]
    ),
    "sessions that share a call": lambda count: sessions(count, lambda _: [said(1, call("c")), answer("c", 2)]),
    "sessions that share a background task": lambda count: sessions(
        count, lambda n: [said(1, call(f"c{n}"), key=f"m{n}"), user(notification("shared", "completed", n), 2)]
    ),
    "calls in one session": lambda count: in_one(
        count, lambda n: [said(1, call(f"c{n}"), key=f"m{n}"), answer(f"c{n}", 2)]
    ),
    "tools in one session": lambda count: in_one(
        count, lambda n: [said(1, tool(f"t{n}", "Edit", file_path=f"/w/{n}"), key=f"m{int(n) // 20}")]
    ),
    "echoes": lambda count: in_one(count, echo),
    "echoes of one message": lambda count: in_one(count, shared_echo),
    "tasks in the background": lambda count: in_one(
        count,
        lambda n: [
            said(1, call(f"c{n}"), key=f"m{n}"),
            launched(f"c{n}", 2, f"a{n}"),
            user(notification(f"a{n}", "completed"), 3),
        ],
    ),
    "a sidechain over many files": chain,
    "agents": agents,
    "workflows": workflows,
}


def steps(folder: Path, files: Files) -> int:
    """Return how many instructions the interpreter takes to put the files together."""
    write_files(folder, files)
    facts = []
    for rank, file in enumerate(find_transcripts([str(folder)]).files):
        reading = read_file(file)
        assert isinstance(reading, FileReading)
        facts.append(TranscriptFile(rank, file.name, decode_facts(reading.facts), reading.meta))
    taken = 0

    def count(frame: FrameType, event: str, _: object) -> object:
        nonlocal taken
        frame.f_trace_lines, frame.f_trace_opcodes = False, True
        taken += event == "opcode"
        return count

    before = sys.gettrace()
    sys.settrace(count)  # type: ignore[arg-type]  # what a trace function returns is one
    try:
        assemble(facts, Calendar("UTC").day)
    finally:
        sys.settrace(before)
    return taken


@pytest.mark.parametrize("shape", SHAPES)
def test_three_times_as_much_takes_three_times_the_steps(tmp_path: Path, shape: str) -> None:
    """The second addition takes as many steps as the first; were it by the square, it would take more."""
    steps(tmp_path / "first", SHAPES[shape](2))  # what is done once, such as compiling patterns
    one, two, three = (steps(tmp_path / str(count), SHAPES[shape](count)) for count in (40, 80, 120))
    assert three - two < 1.01 * (two - one)
