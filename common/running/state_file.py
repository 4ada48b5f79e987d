"""Texts by name in one sqlite3 file that is a cache: it is read at once and replaced whole by each save.

So it is never torn, nothing holds a lock on it, and who only looks writes nothing. Each row carries a digest: a flipped
bit is never believed. A file that cannot be read is set aside by the next save; until then it is as if there were none.
"""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from collections.abc import Collection, Mapping
from contextlib import closing
from pathlib import Path

from common.files import write_atomically
from common.text.printable import printable

ASIDE = ".unreadable"


class StateFile:
    """The file at a path."""

    def __init__(self, path: Path) -> None:
        self._path, self._unreadable = path, False
        self._texts: dict[str, str] = {}  # as they were read or written last

    def read(self) -> dict[str, str]:
        """Return the texts; none, with a word to the user, if they cannot be read."""
        self._texts = {}
        try:
            self._texts = _read(self._path.read_bytes())
        except FileNotFoundError:
            pass
        except (sqlite3.Error, TypeError, ValueError, OverflowError, IsADirectoryError) as error:
            if not self._unreadable:  # else said already
                note = f"({error}): the next run sets it aside as {self._path.name}{ASIDE}, and runs all"
                sys.stderr.write(printable(f"! {self._path} cannot be read {note}") + "\n")
            self._unreadable = True
        return dict(self._texts)

    def update(self, new: Mapping[str, str], kept: Collection[str]) -> None:
        """Replace the file by one with the new texts and those that are kept; none is written if nothing changes."""
        texts = {name: text for name, text in self._texts.items() if name in kept} | {**new}
        if texts == self._texts:
            return
        if self._unreadable:
            self._path.replace(self._path.with_name(self._path.name + ASIDE))
            self._unreadable = False
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("create table doit (task_id text primary key, task_data text, digest text)")
            rows = [(name, text, _digest(name, text)) for name, text in sorted(texts.items())]
            connection.executemany("insert into doit values (?, ?, ?)", rows)
            connection.commit()
            write_atomically(self._path, connection.serialize())
        self._texts = texts


def _read(raw: bytes) -> dict[str, str]:
    if not raw:
        raise sqlite3.DatabaseError("it is empty")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(raw)
        rows = connection.execute("select task_id, task_data, digest from doit").fetchall()
    for name, text, digest in rows:
        if digest != _digest(name, text):
            raise sqlite3.DatabaseError(f"the record of {name} is damaged")
    return {name: text for name, text, _ in rows}


def _digest(name: str, text: str) -> str:
    return hashlib.sha256(f"{name}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:16]
