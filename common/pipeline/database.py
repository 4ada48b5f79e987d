"""The state of the pipeline, as a backend of doit: what each script's outputs rested on when they were made."""

from __future__ import annotations

import functools
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from doit.dependency import JsonDB

from common.running.scripts import MARK

if TYPE_CHECKING:
    from common.running.state_file import StateFile


class Database(JsonDB):
    """Doit's mapping of task and key to a value; threads may save while others look."""

    desc = "sqlite3, saved after each success"

    def __init__(self, name: str, codec: Any, **_: object) -> None:
        self.name, self.codec, self._lock = name, codec, threading.RLock()
        self.load()

    def load(self) -> None:
        """Look into the file again, once it is asked for; what was not saved is lost."""
        self._changed: set[str] = set()
        self.__dict__.pop("_db", None)

    @functools.cached_property
    def _file(self) -> StateFile:
        from common.running.state_file import StateFile  # noqa: PLC0415 - with it comes sqlite3, which a list is spared

        return StateFile(Path(self.name))

    @functools.cached_property
    def _db(self) -> dict[str, dict[str, Any]]:
        return {task_id: self.codec.decode(text) for task_id, text in self._file.read().items()}

    def set(self, task_id: str, dependency: str, value: Any) -> None:
        """Keep a value of a task."""
        with self._lock:
            super().set(task_id, dependency, value)
            self._changed.add(task_id)

    def mark(self, task_id: str, reason: str, **values: Any) -> None:
        """Save why a task will run again, with what is known of it beside."""
        self.set(task_id, "_values_:", {**values, MARK: reason})  # the key that doit keeps values under
        self.dump()

    def dump(self) -> None:
        """Save what changed since the last save."""
        with self._lock:
            rows = {name: row for name in self._changed if (row := self._db.get(name))}
            texts = {name: self.codec.encode(row) for name, row in rows.items()}
            self._file.update(texts, kept=self._db.keys())
            self._changed = set()
