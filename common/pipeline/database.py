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
from typing import Any, Protocol

from common.files import write_atomically

MARK = "mark of "  # the row of a script without a record: why it has none
UNFINISHED = "did not finish last time"
ASIDE = ".unreadable"


class Codec(Protocol):
    """What doit encodes values with."""

    def encode(self, data: Any) -> str:
        """Return the text of a value."""

    def decode(self, data: str) -> Any:
        """Return the value of a text."""


class Database:
    """A backend of doit: a mapping of task and key to a value."""

    desc = "sqlite3, saved after each success"

    def __init__(self, name: str, codec: Codec, *, module_name: str | None = None) -> None:
        del module_name  # doit passes it to backends that have several modules
        self.name = name
        self._codec = codec
        self._lock = threading.RLock()  # the threads that run scripts save too
        self._unreadable = False
        self.load()

    def load(self) -> None:
        """Read the file as it is now; what was not saved is lost."""
        self._texts: dict[str, str] = {}
        self._values: dict[str, dict[str, Any]] = {}
        self._changed = False
        self._read(Path(self.name))

    def get(self, task_id: str, dependency: str) -> Any:
        """Return a value of a task, None if there is none."""
        return self._row(task_id).get(dependency)

    def set(self, task_id: str, dependency: str, value: Any) -> None:
        """Keep a value of a task."""
        with self._lock:
            row = self._row(task_id)
            if row.get(dependency) != value:
                row[dependency] = value
                self._changed = True

    def in_(self, task_id: str) -> bool:
        """Tell whether anything is kept of a task."""
        return bool(self._row(task_id))

    def remove(self, task_id: str) -> None:
        """Forget a task."""
        with self._lock:
            if self._row(task_id):
                self._values[task_id] = {}
                self._changed = True

    def remove_all(self) -> None:
        """Forget everything."""
        self._changed = self._changed or bool(self._texts or any(self._values.values()))
        self._texts, self._values = {}, {}

    def dump(self) -> None:
        """Save what changed since the last save."""
        with self._lock:
            if self._changed:
                self._save(Path(self.name))

    def _save(self, path: Path) -> None:
        if self._unreadable:
            path.replace(path.with_name(path.name + ASIDE))
            self._unreadable = False
        self._texts |= {task: self._codec.encode(row) for task, row in self._values.items()}
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("create table doit (task_id text primary key, task_data text, digest text)")
            rows = [(task, text, _digest(task, text)) for task, text in sorted(self._texts.items()) if text != "{}"]
            connection.executemany("insert into doit values (?, ?, ?)", rows)
            connection.commit()
            write_atomically(path, connection.serialize())
        self._changed = False

    def _row(self, task_id: str) -> dict[str, Any]:
        with self._lock:
            if task_id not in self._values:
                self._values[task_id] = self._codec.decode(self._texts.get(task_id, "{}"))
            return self._values[task_id]

    def _read(self, path: Path) -> None:
        if not path.is_file():
            self._unreadable = path.exists()
            return
        try:
            with closing(sqlite3.connect(":memory:")) as connection:
                if not (raw := path.read_bytes()):
                    raise sqlite3.DatabaseError("it is empty")
                connection.deserialize(raw)
                rows = connection.execute("select task_id, task_data, digest from doit").fetchall()
            for task, text, digest in rows:
                if digest != _digest(task, text):
                    raise sqlite3.DatabaseError(f"the record of {task} is damaged")
            self._texts = {task: text for task, text, _ in rows}
        except (sqlite3.Error, TypeError, ValueError, OverflowError) as error:
            if self._unreadable:
                return  # said already
            self._unreadable = True
            note = f"! {path} cannot be read ({error}): the next run sets it aside as {path.name}{ASIDE}, and runs all"
            sys.stderr.write(note + "\n")


def _digest(task: str, text: str) -> str:
    return hashlib.sha256(f"{task}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
