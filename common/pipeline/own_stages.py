"""Stages and scripts of the user's own, from `stages.yaml`: added to the table without touching code.

::

    stages:
      - name: enrichment                  # a stage of the table: its scripts are added; another name: a new stage
        scripts:
          - name: count_words
            description: Count the words of each prompt.
            run: ["{python}", scripts/count_words.py, "{data}/enriched_sessions_data.json", "{data}/words.json"]
            reads: ["{data}/enriched_sessions_data.json"]
            writes: ["{data}/words.json"]
          - {name: classify_marathons, timeout: 60}    # a script of the table: its time limit changes

`run` is a list of arguments, never a shell; `{data}` is the data directory, `{python}` this Python.
"""

from __future__ import annotations

import difflib
import re
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError

from common.errors import InputError

Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Meta(min_length=1)]


class OwnScript(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A program that is run as a script of a stage; `needs` are scripts whose outputs it waits for."""

    name: Name
    description: str = ""
    run: tuple[Text, ...] = ()
    reads: tuple[Text, ...] = ()
    writes: tuple[Text, ...] = ()
    needs: tuple[Text, ...] = ()
    timeout: Annotated[float, Meta(gt=0)] | None = None


class OwnStage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stage of the table to which scripts are added, or a new one."""

    name: Name
    scripts: tuple[OwnScript, ...]
    description: str = ""


class StagesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    stages: tuple[OwnStage, ...] = ()


def load(path: Path) -> tuple[OwnStage, ...]:
    """Return the stages of a file; an InputError says file:line:column, what is wrong, and the nearest known key."""
    try:
        text = path.read_bytes()
        tree = YAML(typ="safe", pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise InputError(f"{place}: {str(error.problem or error).splitlines()[0]}") from error
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {error}") from error
    try:
        return msgspec.convert(tree or {}, StagesFile, str_keys=True).stages
    except msgspec.ValidationError as error:
        raise InputError(_located(path, YAML().load(text), str(error))) from error


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of the file, for editors."""
    return msgspec.json.schema(StagesFile)


def _located(path: Path, tree: Any, message: str) -> str:
    """Return msgspec's message with the line and column in the place of its path, and the nearest key."""
    said, _, where = message.partition(" - at `$")
    node, position, key = tree, (0, 0), ""
    for key, index in re.findall(r"\.(\w+)|\[(\d+)\]", where):
        if index and int(index) < len(node):
            position, node = node.lc.item(int(index)), node[int(index)]
        elif key and hasattr(node, "lc") and key in node:
            position, node = node.lc.value(key), node[key]
    if (unknown := re.search(r"unknown field `(.*)`", said)) and unknown[1] in node:
        position = node.lc.key(unknown[1])
        known = (StagesFile, OwnStage, OwnScript)[where.count("[")]
        fields = known.__struct_fields__
        near = difflib.get_close_matches(unknown[1], fields, n=1)
        keys = f"did you mean {near[0]}?" if near else f"keys are {', '.join(fields)}"
        said = f"unknown key {unknown[1]}; {keys}"
    elif key:
        said = f"{key}: {said}"
    return f"{path}:{position[0] + 1}:{position[1] + 1}: {said}"
