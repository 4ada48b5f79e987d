"""The user's own stages: `stages.yaml`, which adds scripts to the table of dodo.py without a change of code.

`docs/own-stages/stages.yaml` is an example. `run` is a list of arguments, never a shell command; `{data}` in a text
stands for the data directory, `{python}` for this Python.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedSeq
from ruamel.yaml.error import YAMLError

from common.errors import InputError
from common.text.suggestions import did_you_mean

Name = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Meta(pattern=r"^[^\0]+$")]


class OwnScript(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A script of a stage: a program, and the scripts that it `needs`; without `run`, a script of the table."""

    name: Name
    description: str = ""
    run: tuple[Text, ...] = ()
    reads: tuple[Text, ...] = ()
    writes: tuple[Text, ...] = ()
    needs: tuple[Text, ...] = ()
    timeout: Annotated[float, Meta(gt=0)] | None = None


class OwnStage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A stage: a new one, or one of the table that gets more scripts."""

    name: Name
    scripts: tuple[OwnScript, ...]
    description: str = ""


class StagesFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    stages: tuple[OwnStage, ...] = ()


def read_stages(path: Path) -> tuple[OwnStage, ...]:
    """Return the stages in a file; raise an InputError that says where it is wrong."""
    try:
        text = path.read_bytes()
        tree = YAML(typ="safe", pure=True).load(text)
    except YAMLError as error:
        mark, problem = (getattr(error, name, None) for name in ("problem_mark", "problem"))
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise InputError(f"{path}{place}: {str(problem or error).splitlines()[0]}") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: {error}") from error
    try:
        return msgspec.convert({} if tree is None else tree, StagesFile, str_keys=True).stages
    except msgspec.ValidationError as error:
        raise InputError(f"{path}:{_located(YAML().load(text), str(error))}") from error


def _located(node: Any, message: str) -> str:
    """Return a message of msgspec with line and column instead of its path."""
    said, _, where = message.partition(" - at `")
    known = (StagesFile, OwnStage, OwnScript)[min(where.count("["), 2)].__struct_fields__
    position, key = (0, 0), ""
    for step in re.findall(r"(?<=[.[])\w+", where):
        if isinstance(node, CommentedSeq):
            position, node, key = node.lc.item(int(step)), node[int(step)], ""
        else:
            position, node, key = node.lc.value(step), node[step], step
    if (unknown := re.search(r"unknown field `(.*)`", said)) and unknown[1] in node:
        position = node.lc.data.get(unknown[1], position)  # a merged key has no position
        hint = did_you_mean(unknown[1], known, f"keys are {', '.join(known)}")
        said = f"unknown key {unknown[1]}; {hint}"
    elif key:
        said = f"{key}: {said}"
    return f"{position[0] + 1}:{position[1] + 1}: {said}"
