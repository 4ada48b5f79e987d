"""Templates that are compiled once for all tests of a worker: compiling takes most of the time of a small report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from jinja2 import Environment

from analysis.reporting import render

if TYPE_CHECKING:
    from collections.abc import Iterator


class Compiled(Environment):
    """An environment that takes the code of a template from an earlier one of the same format."""

    codes: dict[tuple[type[render.Format], object], Any] = {}  # noqa: RUF012 - of all of them

    def compile(self, source: Any, name: str | None = None, *options: Any, **more: Any) -> Any:
        key = (type(self.finalize.args[0]), source)  # type: ignore[union-attr] # what finalizes is folded into the code
        if key not in self.codes:
            self.codes[key] = super().compile(source, name, *options, **more)
        return self.codes[key]


@pytest.fixture(scope="session", autouse=True)
def _templates_are_compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(render, "Environment", Compiled)
        yield


@pytest.fixture
def templates_not_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "Environment", Environment)
