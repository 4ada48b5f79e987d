"""Boundary: agents as the files of the agents folders define them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from common.agents import front_matter


@dataclass(frozen=True, slots=True)
class AgentFile:
    """An agent as its file defines it; None where the front matter does not say. `body` is its instructions."""

    name: str
    description: str | None
    model: str | None
    tools: tuple[str, ...] | None
    body: str
    file: str


def parse_definition(raw: bytes, file: str) -> AgentFile | None:
    """Return the agent that the file defines; None if it has no front matter. Without a name: that of the file."""
    parts = front_matter.split(raw.decode("utf-8", "replace"))
    if parts is None:
        return None
    said, body = parts
    tools = said.get("tools")
    return AgentFile(
        name=front_matter.unquoted(said.get("name", "")) or Path(file).stem,
        description=front_matter.unquoted(said.get("description", "")) or None,
        model=front_matter.unquoted(said.get("model", "")) or None,
        tools=None if tools is None else front_matter.items(tools),
        body=body,
        file=file,
    )


def read_definitions(folders: Sequence[Path]) -> list[AgentFile]:
    """Return the agents that the folders define, by name; of two with one name the first folder's."""
    found: dict[str, AgentFile] = {}
    for number, folder in enumerate(folders, start=1):
        for path in _files(folder):
            place = os.fsencode(path.relative_to(folder)).decode("utf-8", "replace")
            agent = parse_definition(path.read_bytes(), f"{number}/{place}" if len(folders) > 1 else place)
            if agent:
                found.setdefault(agent.name, agent)
    return sorted(found.values(), key=lambda agent: agent.name)


def _files(folder: Path) -> list[Path]:
    """Return the folder's Markdown files in order of their paths; a link is read, a linked folder is not entered."""
    found = [
        Path(parent, name)
        for parent, _, names in os.walk(folder)
        for name in names
        if name.endswith(".md") and Path(parent, name).is_file()
    ]
    return sorted(found, key=lambda path: os.fsencode(path.relative_to(folder)))
