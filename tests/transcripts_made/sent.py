"""Lines by which the newest versions keep what they sent to the API, and times in other forms than Claude Code's."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from tests.transcripts_made.files import Files, Json
from tests.transcripts_made.naming import timestamp
from tests.transcripts_made.thread import Thread

OTHER_FORMS: tuple[Callable[[datetime], str], ...] = (
    lambda time: f"{time:%Y-%m-%dT%H:%M:%S.%f}Z",
    lambda time: f"{time:%Y-%m-%dT%H:%M:%S.%f}999+00:00",
    lambda time: time.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat(),
    lambda time: time.astimezone(timezone(timedelta(hours=-8))).strftime("%Y%m%dT%H%M%S,%f%z"),
    lambda time: f"{time:%G-W%V-%uT%H:%M:%S.%f}",
)
"""The ways of other tools to write a time; each keeps its milliseconds."""


def keep_requests(main: Thread) -> None:
    """Append the lines that keep the last request: its shape, copies of what was sent, a snapshot of the prompt."""
    session: Json = {"sessionId": main.setting.session_id}
    told: Json = {"timestamp": timestamp(main.now), "version": main.setting.era.version}
    message = next(line["message"] for line in reversed(main.written) if line["type"] == "assistant")
    snapshot: Json = {"type": "prompt_snapshot", "system": ['Say "queued_command".'], "tools": [{"name": "Agent"}]}
    main.line("attachment", attachment=snapshot)
    main.bare_line({"type": "api-request-shape", **session, "shapeHash": "5a", **told, "shape": {"tools": [{}] * 30}})
    main.bare_line({"type": "api-request-blob", **session, "hash": "b1", "message": message})
    main.bare_line({"type": "api-request", **session, "id": "r1", **told, "shapeHash": "5a", "keep": 1, "tail": ["b1"]})
    main.bare_line({"type": "tools-used", "tools": ["Agent", "Read"], **session})
    main.bare_line({"type": "cost-state", **session, "totalCostUSD": 0.25, "modelUsage": {}})
    main.bare_line({"type": "atis-latch", "atis": True, **session})


def write_other_times(files: Files, path: str) -> None:
    """Write the times of a file's lines in other forms, in turn."""
    lines = files.transcripts[path].lines
    for number, (raw, reading) in enumerate(lines):
        line: Json = json.loads(raw)
        if isinstance(told := line.get("timestamp"), str):
            line["timestamp"] = OTHER_FORMS[number % len(OTHER_FORMS)](datetime.fromisoformat(told))
            lines[number] = (json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode(), reading)
