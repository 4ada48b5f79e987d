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

from typing import Annotated

import msgspec
from msgspec import Meta

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
