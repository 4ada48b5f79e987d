"""The state of the pipeline as doit's backend."""

from __future__ import annotations

import threading
from pathlib import Path

from doit.dependency import JSONCodec

from common.pipeline.database import Database
from common.running.scripts import MARK


def database(path: Path) -> Database:
    return Database(str(path), JSONCodec())


def test_what_was_saved_is_there_again_and_what_was_not_is_not(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    one = database(path)
    assert not one.in_("task")
    assert one.get("task", "key") is None
    assert not one.in_("task")  # asking is not telling
    one.set("task", "key", {"a": [1, None, "é\udc80"]})
    one.dump()
    one.set("task", "key", "later")
    again = database(path)
    assert again.in_("task")
    assert again.get("task", "key") == {"a": [1, None, "é\udc80"]}
    again.remove("task")
    again.dump()
    assert not database(path).in_("task")


def test_a_look_makes_no_file_and_a_save_of_nothing_none_either(tmp_path: Path) -> None:
    looked = database(tmp_path / "deep" / "state.db")
    looked.get("task", "key")
    looked.remove("task")
    looked.remove_all()
    looked.dump()
    assert list(tmp_path.iterdir()) == []


def test_a_mark_is_saved_at_once_with_what_is_known_beside(tmp_path: Path) -> None:
    one = database(tmp_path / "state.db")
    one.mark("task", "forgotten")
    assert database(tmp_path / "state.db").get("task", "_values_:") == {MARK: "forgotten"}
    one.mark("task", "did not finish last time", said="4 numbers")
    kept = database(tmp_path / "state.db").get("task", "_values_:")
    assert kept == {MARK: "did not finish last time", "said": "4 numbers"}


def test_threads_may_save_while_others_look(tmp_path: Path) -> None:
    shared = database(tmp_path / "state.db")

    def work(number: int) -> None:
        for step in range(20):
            shared.set(f"task {number} {step}", "key", step)
            shared.dump()
            shared.get(f"other {number} {step}", "key")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = database(tmp_path / "state.db")
    assert all(again.get(f"task {number} {step}", "key") == step for number in range(4) for step in range(20))
