"""The stand-in for the API says what scripts say, and a client reaches nothing else. Quick: no client is installed."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.claude_code.client import UnavailableError, install, isolation, play
from tests.claude_code.messages_api import ASIDE, MessagesApi
from tests.claude_code.scenarios import SCENARIOS
from tests.claude_code.scripts import (
    END,
    MAIN,
    NAMED,
    NEVER,
    Call,
    Failure,
    Reply,
    Scenario,
    Turn,
    Words,
    at_once,
    bash,
    delegate,
    script,
)
from tests.claude_code.stage import environment_of

SCRIPTS = {
    MAIN: script(at_once("Both.", delegate("work"), bash("true")), "Good."),
    "work": script(Failure(529, "overloaded_error", "Overloaded")),
    "late": script(Reply(("At last.",), after=("work", 0))),
}
SCENARIO = Scenario(about="", scripts=SCRIPTS, truth={})


@pytest.fixture
def api() -> Iterator[MessagesApi]:
    with MessagesApi("made", SCENARIO) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def asked(api: MessagesApi, *said: str, **more: object) -> tuple[int, str]:
    """Return status and body of the answer to a conversation in which the user said all that."""
    query = {"model": "m", "messages": [{"role": "user", "content": words} for words in said], "tools": [{}], **more}
    connection = HTTPConnection("127.0.0.1", api.server_port)
    connection.request("POST", "/v1/messages?beta=true", json.dumps(query))
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    return answer.status, body


def streamed(body: str) -> dict[str, Any]:
    """Return the message that a client puts together from a stream of events."""
    whole: dict[str, Any] = {}
    for event in (json.loads(line.removeprefix("data: ")) for line in body.split("\n") if line.startswith("data: ")):
        if event["type"] == "message_start":
            whole = event["message"]
        elif event["type"] == "content_block_start":
            whole["content"].append({**event["content_block"], "json": ""})
        elif event["type"] == "content_block_delta":
            block, delta = whole["content"][event["index"]], event["delta"]
            block["text" if "text" in delta else "json"] += delta.get("text", delta.get("partial_json"))
        elif event["type"] == "message_delta":
            whole = {**whole, **event["delta"], "usage": {**whole["usage"], **event["usage"]}}
    for block in whole["content"]:
        text = block.pop("json")
        if block["type"] == "tool_use":
            block["input"] = json.loads(text)
    return whole


def test_a_streamed_reply_is_the_whole_one(api: MessagesApi) -> None:
    status, body = asked(api, "[script main]", stream=True)
    assert status == 200
    with MessagesApi("made", SCENARIO) as another:
        threading.Thread(target=another.serve_forever, daemon=True).start()
        whole = json.loads(asked(another, "[script main]")[1])
        another.shutdown()
    assert streamed(body) == whole
    assert [block["type"] for block in whole["content"]] == ["text", "tool_use", "tool_use"]
    assert whole["stop_reason"] == "tool_use"


def test_a_script_is_played_turn_by_turn_and_then_has_an_end(api: MessagesApi) -> None:
    texts = [json.loads(asked(api, "[script main]", "More?")[1])["content"][0]["text"] for _ in range(3)]
    assert texts == ["Both.", "Good.", END]
    assert api.asked == [(MAIN, 0), (MAIN, 1), (MAIN, 2)]


def test_a_failure_stays(api: MessagesApi) -> None:
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    answers = [asked(api, "[script main]", "[script work]") for _ in range(2)]
    assert [(status, json.loads(body)) for status, body in answers] == [(529, error)] * 2


def test_a_reply_waits_for_the_turn_after_which_it_comes(api: MessagesApi) -> None:
    said: list[str] = []
    waiting = threading.Thread(target=lambda: said.append(asked(api, "[script late]")[1]))
    waiting.start()
    api.wait_for(("late", 0))
    assert said == []
    asked(api, "[script work]")
    waiting.join()
    assert json.loads(said[0])["content"][0]["text"] == "At last."


def test_what_a_client_asks_aside_is_no_turn(api: MessagesApi) -> None:
    assert json.loads(asked(api, "[script main]", tools=[])[1])["content"][0]["text"] == ASIDE
    assert api.asked == []


def test_ids_have_anthropics_form_or_that_of_a_gateway(api: MessagesApi) -> None:
    own = json.loads(asked(api, "[script main]")[1])
    assert re.fullmatch(r"msg_[A-Za-z0-9]{20,}", own["id"])
    assert all(re.fullmatch(r"toolu_[A-Za-z0-9]{20,}", block["id"]) for block in own["content"][1:])
    with MessagesApi("made", replace(SCENARIO, ids="repeated")) as gateway:
        threading.Thread(target=gateway.serve_forever, daemon=True).start()
        first, second = (json.loads(asked(gateway, "[script main]")[1]) for _ in range(2))
        gateway.shutdown()
    assert (first["id"], second["id"]) == ("msg_1", "msg_1")
    assert [block.get("id") for block in first["content"]] == [None, "Agent:1", "Bash:2"]
    assert first["usage"] != second["usage"]


def turns_of(scenario: Scenario) -> list[Turn]:
    return [turn for turns in scenario.scripts.values() for turn in turns]


def calls_of(scenario: Scenario) -> list[Call]:
    replies = [turn for turn in turns_of(scenario) if isinstance(turn, Reply)]
    return [block for reply in replies for block in reply.blocks if isinstance(block, Call)]


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_names_each_of_its_scripts_once(name: str) -> None:
    scenario = SCENARIOS[name]
    given = [str(value) for call in calls_of(scenario) for value in call.given.values()]
    named = [start.script for start in scenario.starts] + NAMED.findall("\n".join(given))
    assert sorted(named) == sorted(scenario.scripts)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_tells_the_truth_of_each_delegation(name: str) -> None:
    scenario = SCENARIOS[name]
    delegated = [call.given["description"] for call in calls_of(scenario) if call.tool == "Agent"]
    assert sorted(map(str, delegated)) == sorted(scenario.truth)
    assert {truth.caller or name for name, truth in scenario.truth.items()} <= set(delegated)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_waits_only_for_scripts_that_it_has(name: str) -> None:
    scenario = SCENARIOS[name]
    waits = [turn.after for turn in turns_of(scenario)] + [start.killed_at for start in scenario.starts]
    waits += [key for start in scenario.starts for key in start.keys if not isinstance(key, str | Words)]
    assert {place[0] for place in waits if place and place != NEVER} <= set(scenario.scripts)


def test_a_client_gets_no_key_and_no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_BASE_URL", "HTTPS_PROXY", "AWS_PROFILE"):
        monkeypatch.setenv(name, "of this machine")
    environment = environment_of(SCENARIO, tmp_path, 7)
    assert environment["ANTHROPIC_BASE_URL"] == "http://127.0.0.1:7"
    assert "of this machine" not in environment.values()


def test_without_npm_the_reason_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnavailableError, match="needs npm"):
        install(tmp_path)
    with pytest.raises(UnavailableError, match="needs network namespaces"):
        isolation()


CLIENT = """#!/usr/bin/env python3
import errno, json, os, socket, urllib.request
query = {"model": "m", "messages": [{"role": "user", "content": "[script main]"}], "tools": [{}]}
url = os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages"
print(json.load(urllib.request.urlopen(url, json.dumps(query).encode()))["content"][0]["name"])
with socket.socket() as outside:
    print(errno.errorcode[outside.connect_ex(("192.0.2.1", 443))])
print(sorted(os.listdir(os.environ["HOME"])))
"""


def test_a_client_reaches_the_stand_in_and_nothing_else(tmp_path: Path) -> None:
    try:
        isolation()
    except UnavailableError as error:
        pytest.skip(str(error))
    program, home = tmp_path / "client", tmp_path / "home"
    program.write_text(CLIENT, encoding="utf-8")
    program.chmod(0o755)
    play("a rule takes the tool away", program, home)
    shown = (home / "screen.log").read_text(encoding="utf-8").splitlines()
    assert shown == ["Agent", "ENETUNREACH", "['.claude', '.claude.json', 'screen.log', 'tmp', 'work']"]
    assert (home / "asked.log").read_text(encoding="utf-8") == "('main', 0)\n"
