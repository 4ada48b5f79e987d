"""The state file: what is recorded of each script, in one sqlite3 file, as a backend of doit.

The file is read at once and replaced whole by each save. So it is never torn, no lock is held on it, and a command that
only looks writes nothing. Each row has a digest, so that a flipped bit is noticed. A file that cannot be read counts as
absent; the next save renames it.
"""

from __future__ import annotations

import functools
import hashlib
import sys
import threading
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from doit.dependency import JsonDB

from common.files import write_atomically
from common.pipeline.script_step import MARK
from common.text.printable import printable

ASIDE = ".unreadable"


class StateFile:
    """Texts by name in the sqlite3 file at a path."""

    def __init__(self, path: Path) -> None:
        self._path, self._unreadable = path, False
        self._texts: dict[str, str] = {}  # as last read or written

    def read(self) -> dict[str, str]:
        """Return the texts; none, with a note to the user, if the file cannot be read."""
        self._texts = {}
        try:
            self._texts = _read(self._path.read_bytes())
        except FileNotFoundError:
            pass
        except (ValueError, IsADirectoryError) as error:
            if not self._unreadable:  # else the note was written before
                remedy = f"The next run renames it to {self._path.name}{ASIDE} and runs every script."
                sys.stderr.write(printable(f"! {self._path}: cannot be read ({error}). {remedy}") + "\n")
            self._unreadable = True
        return dict(self._texts)

    def update(self, new: Mapping[str, str], kept: Collection[str]) -> None:
        """Replace the file by the new texts and those whose names are in `kept`; write nothing if nothing changes."""
        texts = {name: text for name, text in self._texts.items() if name in kept} | {**new}
        if texts == self._texts:
            return
        if self._unreadable:
            self._path.replace(self._path.with_name(self._path.name + ASIDE))
            self._unreadable = False
        write_atomically(self._path, _written(texts))
        self._texts = texts


class StateDatabase(JsonDB):
    """doit's mapping of task and key to a value; a thread may save while another one looks."""

    desc = "sqlite3, saved after each success"

    def __init__(self, name: str, codec: Any, **_: object) -> None:
        self.name, self.codec, self._lock = name, codec, threading.RLock()
        self.load()

    def load(self) -> None:
        """Read the file again at the next access; unsaved values are lost."""
        self._changed: set[str] = set()
        self.__dict__.pop("_db", None)

    @functools.cached_property
    def _file(self) -> StateFile:
        return StateFile(Path(self.name))

    @functools.cached_property
    def _db(self) -> dict[str, dict[str, Any]]:
        return {task_id: self.codec.decode(text) for task_id, text in self._file.read().items()}

    def set(self, task_id: str, dependency: str, value: Any) -> None:
        """Set a value of a task."""
        with self._lock:
            super().set(task_id, dependency, value)
            self._changed.add(task_id)

    def mark(self, task_id: str, reason: str, **values: Any) -> None:
        """Save why a task will run again, together with what else is recorded of it."""
        self.set(task_id, "_values_:", {**values, MARK: reason})  # the key under which doit keeps values
        self.dump()

    def dump(self) -> None:
        """Save what changed since the last save."""
        with self._lock:
            rows = {name: row for name in self._changed if (row := self._db.get(name))}
            texts = {name: self.codec.encode(row) for name, row in rows.items()}
            self._file.update(texts, kept=self._db.keys())
            self._changed = set()


def _read(raw: bytes) -> dict[str, str]:
    """Return the texts in a file's bytes; raise a ValueError if they are damaged."""
    import sqlite3  # noqa: PLC0415 - a command that only lists needs no state

    if not raw:
        raise ValueError("it is empty")
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.deserialize(raw)
            rows = connection.execute("select task_id, task_data, digest from doit").fetchall()
        damaged = next((name for name, text, digest in rows if digest != _digest(name, text)), None)
    except (sqlite3.Error, TypeError, OverflowError) as error:
        raise ValueError(str(error)) from error
    if damaged is not None:
        raise ValueError(f"the record of {damaged} is damaged")
    return {name: text for name, text, _ in rows}


def _written(texts: Mapping[str, str]) -> bytes:
    """Return the bytes of a file with the texts."""
    import sqlite3  # noqa: PLC0415 - as above

    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("create table doit (task_id text primary key, task_data text, digest text)")
        rows = [(name, text, _digest(name, text)) for name, text in sorted(texts.items())]
        connection.executemany("insert into doit values (?, ?, ?)", rows)
        connection.commit()
        return connection.serialize()


def _digest(name: str, text: str) -> str:
    return hashlib.sha256(f"{name}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
