"""A gateway between Claude Code and the API: one id for all messages, ids of calls that start from 0 in each turn."""

import json

from tests.transcripts_made.corpus import Corpus

MESSAGE = "resp_0"


def through_gateway(corpus: Corpus) -> Corpus:
    """Give all messages of the corpus one id and number the calls of each message; the truth changes with them.

    The corpus has one session, whose calls stand in the order of their times.
    """
    names = _names(corpus)
    for file in corpus.files.transcripts.values():
        file.lines = [(_renamed(raw, names), reading) for raw, reading in file.lines]
    corpus.files.others = {path: _renamed(raw, names) for path, raw in corpus.files.others.items()}
    truth, used = corpus.truth, dict[str, int]()
    told = {}
    for old in sorted(truth.delegations, key=lambda name: truth.delegations[name].timestamp):
        name = names[old]
        used[name] = used.get(name, 0) + 1
        told[old] = name if used[name] == 1 else f"{name}#{used[name]}"
    for delegation in truth.delegations.values():
        delegation.tool_use_id = told[delegation.tool_use_id]
        delegation.caller = told.get(delegation.caller or "", delegation.caller)
    truth.delegations = {delegation.tool_use_id: delegation for delegation in truth.delegations.values()}
    truth.rename_runs(told)
    return corpus


def _names(corpus: Corpus) -> dict[str, str]:
    """Return the gateway's name for each id of a message and of a call."""
    names: dict[str, str] = {}
    positions: dict[str, int] = {}
    for file in corpus.files.transcripts.values():
        for raw, _ in file.lines:
            message = json.loads(raw).get("message")
            if not isinstance(message, dict) or not str(message.get("id", "")).startswith("msg_"):
                continue
            names[message["id"]] = MESSAGE
            for block in message["content"]:
                if block["type"] == "tool_use" and block["id"] not in names:
                    number = positions.get(message["id"], 0)
                    names[block["id"]] = f"{block['name']}:{number}"
                    positions[message["id"]] = number + 1
    return names


def _renamed(raw: bytes, names: dict[str, str]) -> bytes:
    for old, new in names.items():
        raw = raw.replace(old.encode(), new.encode())
    return raw
