"""The state of the pipeline in one sqlite3 file, a cache: what each script's outputs rested on when they were made.

The file is read into memory at once and replaced whole by each save, so that it is never torn, nothing holds a lock
on it, and a command that only looks writes nothing. Each row carries a digest: a flipped bit is never believed. A file
that cannot be read is set aside by the next save; until then everything looks as if it never ran.
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

from common.files import write_atomically
from common.pipeline.shown import printable

MARK = "mark"  # the key of why a script has no record, or of its not having finished
UNFINISHED = "did not finish last time"
ASIDE = ".unreadable"


class Database:
    """A backend of doit: a mapping of task and key to a value."""

    desc = "sqlite3, saved after each success"

    def __init__(self, name: str, codec: Any, *, module_name: str | None = None) -> None:
        del module_name  # doit passes it to backends that have several modules
        self.name, self._codec = name, codec
        self._lock = threading.RLock()  # the threads that run scripts save too
        self._unreadable = False
        self.load()

    def load(self) -> None:
        """Read the file as it is now; what was not saved is lost."""
        self._texts: dict[str, str] = {}
        self._rows: dict[str, dict[str, Any]] = {}  # those that were asked for
        self._changed: set[str] = set()
        try:
            self._texts = _read(Path(self.name))
        except FileNotFoundError:
            return
        except (sqlite3.Error, TypeError, ValueError, OverflowError, IsADirectoryError) as error:
            if not self._unreadable:  # else said already
                note = f"({error}): the next run sets it aside as {Path(self.name).name}{ASIDE}, and runs all"
                sys.stderr.write(f"! {printable(self.name)} cannot be read {note}\n")
            self._unreadable = True

    def get(self, task_id: str, dependency: str) -> Any:
        """Return a value of a task, None if there is none."""
        return self._row(task_id).get(dependency)

    def set(self, task_id: str, dependency: str, value: Any) -> None:
        """Keep a value of a task."""
        with self._lock:
            self._row(task_id)[dependency] = value
            self._changed.add(task_id)

    def in_(self, task_id: str) -> bool:
        """Tell whether anything is kept of a task."""
        return bool(self._row(task_id))

    def remove(self, task_id: str) -> None:
        """Forget a task."""
        with self._lock:
            if self._row(task_id):
                self._rows[task_id] = {}
                self._changed.add(task_id)

    def remove_all(self) -> None:
        """Forget everything."""
        for task_id in {*self._texts, *self._rows}:
            self.remove(task_id)

    def dump(self) -> None:
        """Save what changed since the last save."""
        with self._lock:
            if self._changed:
                self._save(Path(self.name))

    def _save(self, path: Path) -> None:
        if self._unreadable:
            path.replace(path.with_name(path.name + ASIDE))
            self._unreadable = False
        self._texts |= {task: self._codec.encode(self._rows[task]) for task in self._changed}
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("create table doit (task_id text primary key, task_data text, digest text)")
            rows = [(task, text, _digest(task, text)) for task, text in sorted(self._texts.items()) if text != "{}"]
            connection.executemany("insert into doit values (?, ?, ?)", rows)
            connection.commit()
            write_atomically(path, connection.serialize())
        self._changed = set()

    def _row(self, task_id: str) -> dict[str, Any]:
        with self._lock:
            if task_id not in self._rows:
                self._rows[task_id] = self._codec.decode(self._texts.get(task_id, "{}"))
            return self._rows[task_id]


def _read(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        if not (raw := path.read_bytes()):
            raise sqlite3.DatabaseError("it is empty")
        connection.deserialize(raw)
        rows = connection.execute("select task_id, task_data, digest from doit").fetchall()
    for task, text, digest in rows:
        if digest != _digest(task, text):
            raise sqlite3.DatabaseError(f"the record of {task} is damaged")
    return {task: text for task, text, _ in rows}


def _digest(task: str, text: str) -> str:
    return hashlib.sha256(f"{task}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
