"""The commands adopt, verify, clean, history and graph, and the commands of doit that are refused."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from doit import get_initial_workdir

from common.errors import CommandError, InputError
from common.files import write_atomically
from common.pipeline import execution_log
from common.pipeline.base import PipelineCommand, option, whole_number
from common.pipeline.graph import Box, edges, picture
from common.pipeline.script_step import SELECTING
from common.pipeline.selection import plan
from common.pipeline.staleness import verify_file
from common.text.printable import ascii_json


class AdoptCommand(PipelineCommand):
    """`doit adopt`."""

    name = "adopt"
    doc_purpose = "accept existing outputs, for example of a copied data directory, as up to date"
    doc_description = "Refused if an output is missing, has another schema, or was made with other filters."

    def _execute(self) -> int:
        from common.pipeline.adoption import refusals  # noqa: PLC0415 - msgspec is needed for this command alone

        steps = self.named().steps
        with self.locked():
            refused = [refusals(step.name, step.writes, self.project.settings, SELECTING) for step in steps]
            if problems := [problem for problems_of_step in refused for problem in problems_of_step]:
                raise InputError("\n".join(["nothing was adopted:", *problems]))
            for step in steps:
                self.tasks[step.name].values = step.adopted()
                self.dep_manager.save_success(self.tasks[step.name])
                self.write(f"adopted: {step.name}")
            self.dep_manager.close()
        return 0


class VerifyCommand(PipelineCommand):
    """`doit verify`."""

    name = "verify"
    doc_purpose = "hash every output again and compare it with what its script wrote"

    def _execute(self) -> int:
        steps, recorded = self.named().steps, self.dep_manager.get_values
        targets = [recorded(step.name).get("targets", {}) for step in steps]
        fates = {path: verify_file(path, state) for states in targets for path, state in states.items()}
        self.write(*(f"{path}: {fate}" for path, fate in fates.items()))
        self.write(*(f"{step.name}: no outputs are known" for step in steps if "targets" not in recorded(step.name)))
        if wrong := [path for path, fate in fates.items() if fate != "ok"]:
            raise InputError(f"{len(wrong)} of {len(fates)} outputs are not as their scripts wrote them. Run `doit`")
        self.write(f"{len(fates)} outputs are as their scripts wrote them")
        return 0


class CleanCommand(PipelineCommand):
    """`doit clean`."""

    name = "clean"
    doc_purpose = "remove outputs; the next run makes them again"
    cmd_options = (
        option("all", "also remove the cache, the logs and the csv folder"),
        option("dry-run", "only show what would be removed", short="n"),
    )

    def _execute(self) -> int:
        outputs = [Path(output) for step in self.named().steps for output in step.writes]
        folders = [self.data / name for name in ("cache", "logs", "csv")] if self.params["all"] else []
        present = [path for path in outputs if path.is_file()]
        present += [path for path in folders if path.is_file() or path.is_dir()]
        if self.params["dry-run"]:
            self.write(*(f"would remove: {path}" for path in dict.fromkeys(present)))
            return 0
        with self.locked():
            for path in dict.fromkeys(present):
                path.unlink() if path.is_file() or path.is_symlink() else shutil.rmtree(path)
                self.write(f"removed: {path}")
        return 0


class HistoryCommand(PipelineCommand):
    """`doit history`."""

    name = "history"
    doc_purpose = "show the execution log: runs, failures and times of each stage"
    cmd_options = (
        option("stage", "only this stage", None, str),
        option("last", "only the last N stage runs", 0, whole_number),
        option("json", "show the records as JSON"),
    )

    def _execute(self) -> int:
        stages = {*self.names, *filter(None, [self.params["stage"]])}
        logged = execution_log.read_records(self.data)
        records = [record for record in logged if not stages or record["stage"] in stages]
        records = records[-self.params["last"] :]
        table = [ascii_json(records, indent=1)] if self.params["json"] else execution_log.history_text(records)
        self.write(*table)
        return 0


class GraphCommand(PipelineCommand):
    """`doit graph`."""

    name = "graph"
    doc_purpose = "draw the scripts, their stages and the files between them"
    doc_description = "SVG and PNG need `dot` of Graphviz, or: pip install 'delegation-retrospective[graph]'"
    cmd_options = (
        option("format", "dot, mermaid, svg or png", "dot", str),
        option("status", "colour the scripts by what would run"),
        option("output", "write to this file", None, str, short="o"),
    )

    def _execute(self) -> int:
        choice, recorded = self.named(), self.dep_manager.get_values
        actions = {row.task: row.action for row in plan(choice, recorded)} if self.params["status"] else {}
        boxes = [Box(step.name, step.stage, step.script, actions.get(step.name, "")) for step in choice.steps]
        content = picture(boxes, edges(choice.steps), self.params["format"])
        if self.params["output"]:
            path = Path(get_initial_workdir(), self.params["output"])
            if path.exists() and not path.is_file():  # a pipe or a device: write to it, do not replace it
                path.write_bytes(content)
            else:
                write_atomically(path, content)
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
        return 0


class RefusedCommand(PipelineCommand):
    """A command of doit that does not know this state file, hides work, or forgets what outputs depend on."""

    doc_purpose = (
        "not available: use `doit plan` to see dependencies, `--only` to leave scripts out, "
        "`doit adopt` to accept outputs"
    )

    def _execute(self) -> int:
        raise CommandError(f"this command is {self.doc_purpose}")
