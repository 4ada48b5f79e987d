"""Transcripts written line by line, and what extraction makes of them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from analysis import extract_all_sessions, extract_enriched_data
from common.records.extraction import EnrichedSessions, FullSessions
from common.records.sessions import EnrichedDelegation, Run, Session

Json = dict[str, object]
Content = bytes | Sequence[Json | bytes]

SESSION = "5e551040-0000-4000-8000-000000000001"
OTHER = "5e551040-0000-4000-8000-000000000002"
MAIN = f"-w-app/{SESSION}.jsonl"
MODEL = "claude-opus-4-6"


def own_message(name: str) -> str:
    """Return a message's id in Anthropic's own form."""
    return f"msg_01{name:0>22}"


def own_call(name: str) -> str:
    """Return a call's id in Anthropic's own form."""
    return f"toolu_01{name:0>22}"


def at(second: int) -> str:
    """Return a timestamp `second` seconds after nine o'clock."""
    return f"2026-03-14T09:{second // 60:02}:{second % 60:02}.000Z"


def usage(output: int, **fields: object) -> Json:
    return {"input_tokens": 1, "cache_creation_input_tokens": 10, "cache_read_input_tokens": 100} | {
        "output_tokens": output,
        **fields,
    }


def line(kind: str, second: int | None, **fields: object) -> Json:
    """Return a line; without a second it has no timestamp, and a field set to ... is left out."""
    known: Json = {"parentUuid": None, "isSidechain": False, "cwd": "/w/app", "sessionId": SESSION, "version": "2.1.39"}
    known |= {"type": kind, "uuid": f"{kind}-{second}"} | ({} if second is None else {"timestamp": at(second)}) | fields
    return {name: value for name, value in known.items() if value is not ...}


def user(content: object, second: int | None, **fields: object) -> Json:
    return line("user", second, message={"role": "user", "content": content}, **fields)


def said(
    second: int | None,
    *blocks: Json | str,
    key: str | None = "",
    spent: Json | None = None,
    stop: str | None = "end_turn",
    model: object = MODEL,
    **fields: object,
) -> Json:
    """Return an assistant's line; its message is named after its second unless `key` says otherwise."""
    content = [{"type": "text", "text": block} if isinstance(block, str) else block for block in blocks]
    message: Json = {"role": "assistant", "model": model, "content": content, "stop_reason": stop}
    message["usage"] = usage(5) if spent is None else spent
    if key is not None:
        message["id"] = key or f"msg-{second}"
    return line("assistant", second, message=message, **fields)


def call(key: str, prompt: object = "Do it.", name: str = "Agent", **fields: object) -> Json:
    """Return the block of a call; a field set to ... is left out."""
    given = {"description": "work", "prompt": prompt, "subagent_type": "dev"} | fields
    kept = {name: value for name, value in given.items() if value is not ...}
    return {"type": "tool_use", "id": key, "name": name, "input": kept}


def tool(key: str, name: str, /, **given: object) -> Json:
    return {"type": "tool_use", "id": key, "name": name, "input": given}


def answer(
    key: str,
    second: int | None,
    content: object = "Done.",
    beside: object = ...,
    *,
    error: bool = False,
    **fields: object,
) -> Json:
    """Return the user line that answers a call, `beside` as its toolUseResult."""
    block: Json = {"type": "tool_result", "tool_use_id": key, "content": content} | (
        {"is_error": True} if error else {}
    )
    return user([block], second, toolUseResult=beside, **fields)


def launched(key: str, second: int, agent: str) -> Json:
    return answer(key, second, "Async agent launched.", {"isAsync": True, "status": "async_launched", "agentId": agent})


def notification(
    agent: str,
    status: str,
    result: str | None = None,
    call: str | None = None,
    summary: str | None = None,
    **numbers: int,
) -> str:
    named = "" if call is None else f"<tool-use-id>{call}</tool-use-id>\n"
    inner = "" if summary is None else f"<summary>{summary}</summary>\n"
    inner += "" if result is None else f"<result>{result}</result>\n"
    counted = "".join(f"<{name}>{number}</{name}>" for name, number in numbers.items())
    end = f"<usage>{counted}</usage>\n" if counted else ""
    return (
        f"<task-notification>\n<task-id>{agent}</task-id>\n{named}<status>{status}</status>\n{inner}{end}"
        "</task-notification>"
    )


def side(made: Json, agent: str | None = None) -> Json:
    """Return a line as a sidechain has it."""
    return made | {"isSidechain": True} | ({} if agent is None else {"agentId": agent})


def agent_path(agent: str, session: str = SESSION) -> str:
    return f"-w-app/{session}/subagents/agent-{agent}.jsonl"


def encoded(content: Content) -> bytes:
    if isinstance(content, bytes):
        return content
    return b"".join(raw if isinstance(raw, bytes) else json.dumps(raw).encode() + b"\n" for raw in content)


def write_files(root: Path, files: Mapping[str, Content]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded(content))


@dataclass(frozen=True, slots=True)
class Found:
    """What extraction wrote."""

    full: FullSessions
    enriched: EnrichedSessions
    diagnostics: list[Json]

    @property
    def session(self) -> Session:
        """The only session."""
        (session,) = self.full.sessions
        return session

    @property
    def delegations(self) -> dict[str, EnrichedDelegation]:
        return {d.tool_use_id: d for session in self.enriched.sessions for d in session.delegations}

    @property
    def delegation(self) -> EnrichedDelegation:
        """The only delegation."""
        (delegation,) = self.delegations.values()
        return delegation

    def run(self, key: str) -> Run:
        run = self.delegations[key].run
        assert run is not None
        return run

    def agent_by_call(self) -> dict[str, str | None]:
        return {key: d.run.agent_id if d.run else None for key, d in self.delegations.items()}


def extract_folder(folder: Path, *roots: Path, **options: object) -> Found:
    """Run both scripts on roots, with what they write below `folder`."""
    sessions, enriched, diagnostics = folder / "full.json", folder / "enriched.json", folder / "diagnostics.jsonl"
    manifest = folder / "cache" / "manifest.json"
    extract_all_sessions.main(
        projects=tuple(map(str, roots)),
        cache=folder / "cache",
        sessions=sessions,
        diagnostics=diagnostics,
        manifest=manifest,
        **options,  # type: ignore[arg-type]  # passed on as given
    )
    extract_enriched_data.main(manifest=manifest, sessions=enriched)
    return Found(
        msgspec.json.decode(sessions.read_bytes(), type=FullSessions),
        msgspec.json.decode(enriched.read_bytes(), type=EnrichedSessions),
        [json.loads(raw) for raw in diagnostics.read_bytes().splitlines()],
    )


def extract(folder: Path, files: Mapping[str, Content] | Content, **options: object) -> Found:
    """Write files below a root, or the lines of one main transcript, and run both scripts on it."""
    write_files(folder / "root", files if isinstance(files, Mapping) else {MAIN: files})
    return extract_folder(folder, folder / "root", **options)
