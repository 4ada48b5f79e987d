"""The commands beside run and plan: adopt, verify, clean, history, graph, and those of doit that are refused."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from doit import get_initial_workdir

from common.errors import CommandError, InputError
from common.files import write_atomically
from common.pipeline import log
from common.pipeline.base import STAGES, Ours, option, whole_number
from common.pipeline.choice import choose, step_of
from common.pipeline.freshness import state_of
from common.pipeline.plan import plan

if TYPE_CHECKING:
    from common.pipeline.choice import Choice

DRAWERS = ("dot", "graphviz-pure")


class Upkeep(Ours):
    """What these commands share."""

    doc_usage = STAGES

    def named(self) -> Choice:
        """Return the scripts that were named, or all."""
        return choose(self.tasks(), self.names, only=bool(self.names))

    def write(self, text: str) -> None:
        """Write a line."""
        self.outstream.write(f"{text}\n")


class Adopt(Upkeep):
    """`doit adopt`."""

    name = "adopt"
    doc_purpose = "take outputs that are there, a copied data directory say, as done"
    doc_description = "Refused if an output is missing, of another schema, or made with other filters."

    def _execute(self) -> int:
        from common.pipeline.adoption import adopt  # noqa: PLC0415 - msgspec is for those who adopt

        tasks = self.named().tasks
        with self.locked():
            adopt(tasks, self.project.settings, self.dep_manager)
        for task in tasks:
            self.write(f"adopted: {task.name}")
        return 0


class Verify(Upkeep):
    """`doit verify`."""

    name = "verify"
    doc_purpose = "hash every output again and compare it with what its script left"

    def _execute(self) -> int:
        tasks = self.named().tasks
        found = [
            (
                target,
                "" if state_of(target)[3:] == state[3:] else "missing" if not Path(target).is_file() else "not as made",
            )
            for task in tasks
            for target, state in self.dep_manager.get_values(task.name).get("targets", {}).items()
        ]
        for target, problem in found:
            self.write(f"{target}: {problem or 'ok'}")
        if wrong := [target for target, problem in found if problem]:
            raise InputError(f"{len(wrong)} of {len(found)} outputs are not as their scripts left them; type `doit`")
        self.write(f"{len(found)} outputs are as their scripts left them")
        return 0


class Clean(Upkeep):
    """`doit clean`."""

    name = "clean"
    doc_purpose = "remove outputs; the next run makes them again"
    cmd_options = (
        option("all", bool, default=False, text="the cache, the logs and the csv folder too"),
        option("dry-run", bool, default=False, text="only say what would be removed", short="n"),
    )

    def _execute(self) -> int:
        tasks = self.named().tasks
        paths = [Path(target) for task in tasks for target in step_of(task).writes]
        paths += [self.data / name for name in ("cache", "logs", "csv")] if self.params["all"] else []
        with self.locked():
            for path in filter(Path.exists, paths):
                self.write(f"{'would remove' if self.params['dry-run'] else 'removed'}: {path}")
                if not self.params["dry-run"]:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
        return 0


class History(Upkeep):
    """`doit history`."""

    name = "history"
    doc_purpose = "show the execution log: runs, failures and times of each stage"
    cmd_options = (
        option("stage", str, None, "only this stage"),
        option("last", whole_number, 0, "only the last N stage runs"),
        option("json", bool, default=False, text="the records as they are"),
    )

    def _execute(self) -> int:
        from common.pipeline.views import history_text  # noqa: PLC0415 - with it comes what makes text safe

        stages = {*self.names, *filter(None, [self.params["stage"]])}
        records = [record for record in log.read(self.data) if not stages or record["stage"] in stages]
        records = records[-self.params["last"] :]
        if self.params["json"]:
            self.write(json.dumps(records, indent=1, ensure_ascii=False))
        else:
            for line in history_text(records):
                self.write(line)
        return 0


class Graph(Upkeep):
    """`doit graph`."""

    name = "graph"
    doc_purpose = "draw the scripts, their stages and the files between them"
    doc_description = "SVG and PNG need `dot` of Graphviz, or: pip install 'delegation-retrospective[graph]'"
    cmd_options = (
        option("format", str, "dot", "dot, mermaid, svg or png"),
        option("status", bool, default=False, text="colour by what would run"),
        option("output", str, None, "write to this file", short="o"),
    )

    def _execute(self) -> int:
        from common.pipeline.views import graph_dot, graph_mermaid  # noqa: PLC0415 - as above

        choice = self.named()
        actions = {row.task: row.action for row in plan(choice, self.dep_manager)} if self.params["status"] else {}
        kind = self.params["format"]
        if kind not in ("dot", "mermaid", "svg", "png"):
            raise CommandError(f"--format {kind}: dot, mermaid, svg or png")
        lines = (graph_mermaid if kind == "mermaid" else graph_dot)(choice.tasks, actions)
        content = "".join(f"{line}\n" for line in lines).encode()
        if kind in ("svg", "png"):
            content = _draw(content, kind)
        if self.params["output"]:
            write_atomically(Path(get_initial_workdir(), self.params["output"]), content)
        else:
            self.outstream.flush()
            self.outstream.buffer.write(content)
        return 0


class Refused(Upkeep):
    """The commands of doit that know nothing of this state file, hide work, or forget what it rests on."""

    doc_purpose = (
        "not used here: `doit plan` says what rests on what, `--only` leaves out, `doit adopt` accepts outputs"
    )

    def _execute(self) -> int:
        raise CommandError(f"this command is {self.doc_purpose}")


def _draw(source: bytes, kind: str) -> bytes:
    for drawer in filter(None, map(shutil.which, DRAWERS)):
        return subprocess.run([drawer, f"-T{kind}"], input=source, capture_output=True, check=True).stdout
    raise InputError("drawing needs `dot` of Graphviz, or: pip install 'delegation-retrospective[graph]'")
