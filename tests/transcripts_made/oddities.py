"""Rare shapes inside good lines: branches, broken-up messages, copies of lines, names and numbers left out."""

from dataclasses import replace

from tests.transcripts_made.calls import Step
from tests.transcripts_made.files import Json
from tests.transcripts_made.thread import Thread, usage_json
from tests.transcripts_made.truth import Message, Usage


def rewind(main: Thread, lines: int = 2) -> None:
    """Go back some lines: what follows has the parent that an abandoned line has."""
    main.parent = str(main.written[-lines]["parentUuid"])


def broken_up_message(main: Thread, *steps: Step) -> None:
    """Append one message whose tool calls have their results between its lines."""
    message_id, usage = main.book.names.message(), Usage(3, 240, 900, 0, 30_000)
    for step in steps:
        call = main.book.names.call()
        block: Json = {"type": "tool_use", "id": call, "name": step.tool, "input": step.input}
        main.line("assistant", message=_message(main, message_id, block, usage))
        main.user([{"type": "tool_result", "tool_use_id": call, "content": step.result}])
    main.book.truth.messages[message_id] = Message(main.owner, main.model, usage, stopped=True)


def changing_model(main: Thread) -> None:
    """Append one message that another model took over in the middle: the line with the most output decides."""
    message_id = main.book.names.message()
    first, last = Usage(3, 6, 1000, 0, 20_000), Usage(9, 410, 0, 1000, 20_000)
    block: Json = {"type": "text", "text": "Going on."}
    main.line("assistant", message=_message(main, message_id, block, first) | {"stop_reason": None})
    main.line("assistant", message=_message(main, message_id, block, last) | {"model": "claude-sonnet-4-6"})
    main.book.truth.messages[message_id] = Message(main.owner, "claude-sonnet-4-6", last, stopped=True)


def nameless_message(main: Thread) -> None:
    """Append a message without an id, twice: each line counts."""
    for _ in range(2):
        usage = Usage(5, 50, 0, 0, 700)
        message = _message(main, "", {"type": "text", "text": "No name."}, usage)
        del message["id"]
        line = main.line("assistant", message=message)
        main.book.truth.messages[f"line {line['uuid']}"] = Message(main.owner, main.model, usage, stopped=True)


def unknown_usage(main: Thread) -> None:
    """Append a message some of whose numbers are null."""
    message_id = main.book.names.message()
    message = _message(main, message_id, {"type": "text", "text": "Hm."}, Usage())
    usage = {"input_tokens": 12, "output_tokens": None, "cache_creation_input_tokens": None, "service_tier": None}
    main.line("assistant", message=message | {"usage": usage})
    main.book.truth.messages[message_id] = Message(main.owner, main.model, Usage(input=12), stopped=True)


def inner_calls(main: Thread) -> None:
    """Append a message inside which an advisor of another model was asked, and the context was compacted."""
    message_id = main.book.names.message()
    own, advice, summary = Usage(10, 50, 0, 0, 300), Usage(1000, 100, 0, 60, 7), Usage(3000, 300, 0, 0, 40)
    message = _message(main, message_id, {"type": "text", "text": "Advised."}, own)
    entries = [
        ("compaction", summary, {}),
        ("message", own, {}),
        ("advisor_message", advice, {"model": "claude-fable-5"}),
    ]
    usage = usage_json(main.setting.era, own, own.output)
    iterations = [
        usage_json(main.setting.era, inner, inner.output) | {"type": kind} | more for kind, inner, more in entries
    ]
    main.line("assistant", message=message | {"usage": usage | {"inference_geo": "us", "iterations": iterations}})
    said = main.book.truth.messages
    said[message_id] = Message(main.owner, main.model, own, stopped=True)
    said[f"{message_id} compaction"] = Message(main.owner, main.model, summary, stopped=True, inner=True)
    said[f"{message_id} advisor"] = Message(main.owner, "claude-fable-5", advice, stopped=True, inner=True)


def pasted_call(main: Thread) -> None:
    """Append a prompt and a tool result that quote a delegation and a notification: neither is one."""
    block = '{"type":"tool_use","id":"toolu_pasted","name":"Agent","input":{"prompt":"x","subagent_type":"Explore"}}'
    main.prompt(f"What does this line mean? {block}")
    main.tool(Step("Read", {"file_path": "/w/old.jsonl"}, f"{block}<task-notification><task-id>a</task-id>"))
    main.tool(Step("TaskCreate", {"prompt": "not a delegation", "subagent_type": "Explore"}, "ok"))


def continue_run(main: Thread, tool_use_id: str, steps: tuple[Step, ...]) -> None:
    """Append what an agent does that is taken up again: its last lines once more, then new ones."""
    run = main.book.runs[tool_use_id]
    for line in run.written[-2:]:
        run.bare_line(line)
    run.now = max(run.now, main.now) + 60_000
    for step in steps:
        run.tool(step)
    run.say("Went on and finished.")
    main.now = max(main.now, run.now)


def tear_run(run: Thread, other: Thread) -> None:
    """Go on with a sidechain in the folder of another session, as warm-ups do that outlive theirs."""
    stem = run.setting.path.rsplit("/", 1)[-1]
    path = f"{other.setting.path.removesuffix('.jsonl')}/subagents/{stem}"
    rest = Thread(run.book, replace(run.setting, path=path, session_id=other.setting.session_id), run.owner, run.now)
    rest.parent, rest.model = run.parent, run.model
    rest.say("Still ready.")


def _message(main: Thread, message_id: str, block: Json, usage: Usage) -> Json:
    message: Json = {"id": message_id, "type": "message", "role": "assistant", "model": main.model, "content": [block]}
    return message | {"stop_reason": "end_turn", "usage": usage_json(main.setting.era, usage, usage.output)}
