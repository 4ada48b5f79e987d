"""The commands beside run and plan: adopt, verify, clean, history, graph, and those of doit that are refused."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from doit import get_initial_workdir

from common.errors import CommandError, InputError
from common.files import write_atomically
from common.pipeline import log
from common.pipeline.base import Ours, option, whole_number
from common.pipeline.choice import plan, step_of
from common.pipeline.freshness import state_of
from common.pipeline.shown import ascii_json


class Adopt(Ours):
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


class Verify(Ours):
    """`doit verify`."""

    name = "verify"
    doc_purpose = "hash every output again and compare it with what its script left"

    def _execute(self) -> int:
        recorded = [self.dep_manager.get_values(task.name).get("targets", {}) for task in self.named().tasks]
        wrong = 0
        outputs = [(target, state[3:]) for targets in recorded for target, state in targets.items()]
        for target, was in outputs:
            problem = "" if state_of(target)[3:] == was else "not as made" if Path(target).is_file() else "missing"
            wrong += bool(problem)
            self.write(f"{target}: {problem or 'ok'}")
        if wrong:
            raise InputError(f"{wrong} of {len(outputs)} outputs are not as their scripts left them; type `doit`")
        self.write(f"{len(outputs)} outputs are as their scripts left them")
        return 0


class Clean(Ours):
    """`doit clean`."""

    name = "clean"
    doc_purpose = "remove outputs; the next run makes them again"
    cmd_options = (
        option("all", "the cache, the logs and the csv folder too"),
        option("dry-run", "only say what would be removed", short="n"),
    )

    def _execute(self) -> int:
        paths = [Path(target) for task in self.named().tasks for target in step_of(task).writes]
        paths += [self.data / name for name in ("cache", "logs", "csv")] if self.params["all"] else []
        with self.locked():
            for path in filter(Path.exists, paths):
                self.write(f"{'would remove' if self.params['dry-run'] else 'removed'}: {path}")
                if not self.params["dry-run"]:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()
        return 0


class History(Ours):
    """`doit history`."""

    name = "history"
    doc_purpose = "show the execution log: runs, failures and times of each stage"
    cmd_options = (
        option("stage", "only this stage", None, str),
        option("last", "only the last N stage runs", 0, whole_number),
        option("json", "the records as they are"),
    )

    def _execute(self) -> int:
        from common.pipeline.views import history_text  # noqa: PLC0415 - with it comes what makes text safe

        stages = {*self.names, *filter(None, [self.params["stage"]])}
        records = [record for record in log.read(self.data) if not stages or record["stage"] in stages]
        records = records[-self.params["last"] :]
        as_json = self.params["json"]
        for line in [ascii_json(records, indent=1)] if as_json else history_text(records):
            self.write(line)
        return 0


class Graph(Ours):
    """`doit graph`."""

    name = "graph"
    doc_purpose = "draw the scripts, their stages and the files between them"
    doc_description = "SVG and PNG need `dot` of Graphviz, or: pip install 'delegation-retrospective[graph]'"
    cmd_options = (
        option("format", "dot, mermaid, svg or png", "dot", str),
        option("status", "colour by what would run"),
        option("output", "write to this file", None, str, short="o"),
    )

    def _execute(self) -> int:
        from common.pipeline.views import graph_text  # noqa: PLC0415 - as above

        choice, kind = self.named(), self.params["format"]
        if kind not in ("dot", "mermaid", "svg", "png"):
            raise CommandError(f"--format {kind}: dot, mermaid, svg or png")
        actions = {row.task: row.action for row in plan(choice, self.dep_manager)} if self.params["status"] else {}
        content = graph_text(choice.tasks, actions, "mermaid" if kind == "mermaid" else "dot").encode()
        if kind in ("svg", "png"):
            content = _draw(content, kind)
        if self.params["output"]:
            write_atomically(Path(get_initial_workdir(), self.params["output"]), content)
        else:
            self.outstream.flush()
            self.outstream.buffer.write(content)
        return 0


class Refused(Ours):
    """The commands of doit that know nothing of this state file, hide work, or forget what it rests on."""

    doc_purpose = (
        "not used here: `doit plan` says what rests on what, `--only` leaves out, `doit adopt` accepts outputs"
    )

    def _execute(self) -> int:
        raise CommandError(f"this command is {self.doc_purpose}")


def _draw(source: bytes, kind: str) -> bytes:
    if drawer := shutil.which("dot") or shutil.which("graphviz-pure"):
        return subprocess.run([drawer, f"-T{kind}"], input=source, capture_output=True, check=True).stdout
    raise InputError("drawing needs `dot` of Graphviz, or: pip install 'delegation-retrospective[graph]'")
