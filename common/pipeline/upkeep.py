"""The commands beside run and plan: adopt, verify, clean, history, graph, and those of doit that are refused."""

from __future__ import annotations

import shutil
import sys
from itertools import starmap
from pathlib import Path

from doit import get_initial_workdir

from common.errors import CommandError, InputError
from common.files import write_atomically
from common.pipeline.base import Ours, option, whole_number
from common.pipeline.graph import Box, Edge, picture
from common.running import execution_log
from common.running.choice import plan
from common.running.fingerprints import fate
from common.running.history import history_text
from common.running.scripts import SELECTING, flows
from common.text.printable import ascii_json


class Adopt(Ours):
    """`doit adopt`."""

    name = "adopt"
    doc_purpose = "take outputs that are there, a copied data directory say, as done"
    doc_description = "Refused if an output is missing, of another schema, or made with other filters."

    def _execute(self) -> int:
        from common.pipeline.adoption import refusals  # noqa: PLC0415 - msgspec is for those who adopt

        scripts = self.named().scripts
        with self.locked():
            problems = [refusals(one.name, one.writes, self.project.settings, SELECTING) for one in scripts]
            if found := [problem for some in problems for problem in some]:
                raise InputError("\n".join(["nothing was adopted:", *found]))
            for one in scripts:
                self.tasks[one.name].values = one.adopted()
                self.dep_manager.save_success(self.tasks[one.name])
                self.write(f"adopted: {one.name}")
            self.dep_manager.close()
        return 0


class Verify(Ours):
    """`doit verify`."""

    name = "verify"
    doc_purpose = "hash every output again and compare it with what its script left"

    def _execute(self) -> int:
        scripts, kept = self.named().scripts, self.dep_manager.get_values
        known = [kept(script.name).get("targets", {}) for script in scripts]
        fates = {path: fate(path, state) for targets in known for path, state in targets.items()}
        self.write(*(f"{path}: {found}" for path, found in fates.items()))
        self.write(*(f"{one.name}: no outputs are known" for one in scripts if "targets" not in kept(one.name)))
        if wrong := [path for path, found in fates.items() if found != "ok"]:
            raise InputError(f"{len(wrong)} of {len(fates)} outputs are not as their scripts left them; type `doit`")
        self.write(f"{len(fates)} outputs are as their scripts left them")
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
        paths = [Path(output) for script in self.named().scripts for output in script.writes]
        ours = [self.data / name for name in ("cache", "logs", "csv")] if self.params["all"] else []
        paths += ours
        found = dict.fromkeys(path for path in paths if path.is_file() or (path in ours and path.is_dir()))
        if self.params["dry-run"]:
            self.write(*(f"would remove: {path}" for path in found))
            return 0
        with self.locked():
            for path in found:
                path.unlink() if path.is_file() or path.is_symlink() else shutil.rmtree(path)
                self.write(f"removed: {path}")
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
        stages = {*self.names, *filter(None, [self.params["stage"]])}
        records = [record for record in execution_log.read(self.data) if not stages or record["stage"] in stages]
        records = records[-self.params["last"] :]
        self.write(*([ascii_json(records, indent=1)] if self.params["json"] else history_text(records)))
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
        choice, kept = self.named(), self.dep_manager.get_values
        actions = {row.task: row.action for row in plan(choice, kept)} if self.params["status"] else {}
        boxes = [Box(one.name, one.stage, one.script, actions.get(one.name, "")) for one in choice.scripts]
        content = picture(boxes, starmap(Edge, flows(choice.scripts)), self.params["format"])
        if self.params["output"]:
            path = Path(get_initial_workdir(), self.params["output"])
            if path.exists() and not path.is_file():  # a pipe, a device: not ours to replace
                path.write_bytes(content)
            else:
                write_atomically(path, content)
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
        return 0


class Refused(Ours):
    """The commands of doit that know nothing of this state file, hide work, or forget what it rests on."""

    doc_purpose = (
        "not used here: `doit plan` says what rests on what, `--only` leaves out, `doit adopt` accepts outputs"
    )

    def _execute(self) -> int:
        raise CommandError(f"this command is {self.doc_purpose}")
