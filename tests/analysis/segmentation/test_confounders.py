from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.segmentation.confounders import confounders
from tests.builders.records import delegation, plain, session

if TYPE_CHECKING:
    from common.records.sessions import Session


def with_models(*models: str) -> list[Session]:
    return [plain(session("s", *[delegation(f"t{n}", model=model) for n, model in enumerate(models)]))]


def named(earlier: str, later: str) -> list[tuple[str | None, float | None, float | None]]:
    found = confounders(with_models(*earlier), with_models(*later), shared=(), is_first=False)
    return [(one.name, one.earlier, one.later) for one in found]


def test_a_share_that_moves_by_a_fifth_is_named_and_a_smaller_move_is_not() -> None:
    assert named("aaaab", "aaabb") == [("a", 0.8, 0.6), ("b", 0.2, 0.4)]
    assert named("aaaaaaaaab", "aaaaaaaabb") == []


def test_the_two_largest_moves_of_a_kind_are_named() -> None:
    assert [name for name, _, _ in named("aaab", "cccb")] == ["a", "c"]


def test_a_period_without_any_tells_nothing() -> None:
    assert confounders([], with_models("a"), shared=(), is_first=False) == []


def test_the_first_period_is_marked_for_what_was_deleted() -> None:
    [found] = confounders([], [], shared=(), is_first=True)
    assert (found.kind, found.name) == ("retention", None)
