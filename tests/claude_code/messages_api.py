"""A stand-in for the Messages API, on the loopback: it answers what a scenario's scripts say.

Only what a client needs is there: messages, streamed or not, the count of tokens, and errors.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.claude_code.scripts import END, NAMED, Call, Failure, Ids, Place, Reply, Scenario, Turn, ident
from tests.tools.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Iterator

ASIDE = "A title"
"""The answer to a request without tools: the client asks on its own, for a title or a summary."""


class MessagesApi(ThreadingHTTPServer):
    """The API of one scenario; `asked` holds the turns that were asked for, in order."""

    daemon_threads = True

    def __init__(self, name: str, scenario: Scenario) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.name, self.scenario = name, scenario
        self.asked: list[Place] = []
        self._replies: Counter[str] = Counter()
        self._change = threading.Condition()

    def ask(self, messages: list[dict[str, Any]]) -> tuple[Place, Turn]:
        """Return the turn that is due in a conversation, once the turn that it waits for was asked for.

        A failure stays due: whoever asks again, fails again.
        """
        script = script_of(messages)
        turns = self.scenario.scripts.get(script, ())
        with self._change:
            place = (script, self._replies[script])
            turn = turns[place[1]] if place[1] < len(turns) else Reply((END,))
            self._replies[script] += isinstance(turn, Reply)
            self.asked.append(place)
            self._change.notify_all()
        if turn.after:
            self.wait_for(turn.after)
        return place, turn

    def wait_for(self, place: Place) -> None:
        """Wait until a turn was asked for."""
        with self._change:
            if not self._change.wait_for(lambda: place in self.asked, PATIENCE):
                raise TimeoutError(f"waited in vain until {place} was asked for")


def script_of(messages: list[dict[str, Any]]) -> str:
    """Return the script that the user's words named last; empty if they named none."""
    return next((name for message in reversed(messages) for name in reversed(_scripts_named(message))), "")


def _scripts_named(message: dict[str, Any]) -> list[str]:
    content = message["content"] if message["role"] == "user" else ()
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    return [name for block in blocks if block["type"] == "text" for name in NAMED.findall(block["text"])]


def message(reply: Reply, place: Place, scenario: str, ids: Ids, model: str) -> dict[str, Any]:
    """Return a reply as the API words it. The counts of tokens differ from turn to turn, as they do in life."""
    content = [_block(block, place, number, scenario, ids) for number, block in enumerate(reply.blocks)]
    calls = any(block["type"] == "tool_use" for block in content)
    chance = zlib.crc32(repr((scenario, place)).encode())
    usage = {
        "input_tokens": 10 + chance % 1000,
        "cache_creation_input_tokens": 10 + chance // 1000 % 1000,
        "cache_read_input_tokens": 1000 + chance // 1_000_000,
        "output_tokens": 20 + place[1],
    }
    return {
        "id": "msg_1" if ids == "repeated" else ident("msg", scenario, place),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": reply.stop_reason or ("tool_use" if calls else "end_turn"),
        "stop_sequence": None,
        "usage": {**usage, "iterations": list(reply.iterations)} if reply.iterations else usage,
    }


def _block(block: str | Call, place: Place, number: int, scenario: str, ids: Ids) -> dict[str, Any]:
    if isinstance(block, str):
        return {"type": "text", "text": block}
    name = f"{block.tool}:{number}" if ids == "repeated" else ident("toolu", scenario, place, number)
    return {"type": "tool_use", "id": name, "name": block.tool, "input": dict(block.given)}


def events(whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the events in which a message is streamed."""
    usage = whole["usage"]
    at_first = {**usage, "output_tokens": 1}
    at_first.pop("iterations", None)
    yield {
        "type": "message_start",
        "message": {**whole, "content": [], "stop_reason": None, "usage": at_first},
    }
    for index, block in enumerate(whole["content"]):
        if block["type"] == "text":
            empty, delta = {**block, "text": ""}, {"type": "text_delta", "text": block["text"]}
        else:
            empty = {**block, "input": {}}
            delta = {"type": "input_json_delta", "partial_json": json.dumps(block["input"])}
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ended = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    at_last = {name: usage[name] for name in ("output_tokens", "iterations") if name in usage}
    yield {"type": "message_delta", "delta": ended, "usage": at_last}
    yield {"type": "message_stop"}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: MessagesApi

    def log_message(self, *_: object) -> None:
        """Keep silent."""

    def do_GET(self) -> None:
        self._send(200, {"data": []})

    def do_HEAD(self) -> None:
        self._send(200, None)

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["content-length"])))
        path = self.path.partition("?")[0]
        if path == "/v1/messages":
            self._answer(query)
        elif path == "/v1/messages/count_tokens":
            self._send(200, {"input_tokens": 10})
        else:
            self._send(404, {})

    def _answer(self, query: dict[str, Any]) -> None:
        api = self.server
        if not query.get("tools"):  # the client asks on its own: for a title, for a summary
            self._say(query, message(Reply((ASIDE,)), (ASIDE, 0), api.name, "anthropic", query["model"]))
            return
        place, turn = api.ask(query["messages"])
        if isinstance(turn, Failure):
            error = {"type": "error", "error": {"type": turn.kind, "message": turn.message}}
            self._send(turn.status, error, {"x-should-retry": "false", **turn.headers})
        else:
            self._say(query, message(turn, place, api.name, api.scenario.ids, query["model"]))

    def _say(self, query: dict[str, Any], whole: dict[str, Any]) -> None:
        if query.get("stream"):
            self._stream(whole)
        else:
            self._send(200, whole)

    def _stream(self, whole: dict[str, Any]) -> None:
        parts = [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events(whole)]
        self._write(200, "".join(parts).encode(), {"content-type": "text/event-stream"})

    def _send(self, status: int, value: object, headers: dict[str, str] | None = None) -> None:
        body = b"" if value is None else json.dumps(value).encode()
        self._write(status, body, {"content-type": "application/json", **(headers or {})})

    def _write(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        try:
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:  # the client stopped the agent that had asked
            self.close_connection = True
