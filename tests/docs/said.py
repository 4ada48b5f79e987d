"""The sentences that the program says when something is wrong, as they stand in its code: `…` for what differs."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.docs.pages import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES = sorted([*(ROOT / "common").rglob("*.py"), *(ROOT / "analysis").rglob("*.py")])
ERRORS = {"ScriptError", "InputError", "CommandError", "WriteError", "HeldError", "PermissionDeniedError"}
WRONG_VALUES = {"ValueError", "TypeError"}  # of a setting: they become a sentence with the file or the command line
FEWEST_WORDS = 2


def sentence(node: ast.expr) -> str:
    """Return the text of an expression, `…` for each part that is not written out."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(sentence(part) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return sentence(node.left) + sentence(node.right)
    return "…"


def tidy(text: str) -> str:
    """Return a sentence with several `…` in a row as one."""
    return re.sub(r"…(?:[\s:;,()]*…)+", "…", text.replace("\n", " ")).strip()


def sentences() -> Iterator[str]:
    """Yield the sentence of every error that says more than it was given."""
    for path in MODULES:
        names = ERRORS | (WRONG_VALUES if path.name in ("settings.py", "setting_values.py") else set())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
                said = tidy(sentence(node.args[0]))
                if len(re.findall(r"[A-Za-z]{2,}", said)) >= FEWEST_WORDS:
                    yield said
