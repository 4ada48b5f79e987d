"""A graph as text, with foreign names made harmless."""

from __future__ import annotations

from pathlib import Path

import pytest

from common.errors import InputError, ScriptError
from common.pipeline.graph import LONGEST_LABEL, Box, Edge, drawn, graph_text

BOXES = [Box("a:one", "a", "one", "run"), Box("b:two", "b", 'tw"o')]
EDGES = [Edge("transcripts", "a:one", "*.jsonl"), Edge("a:one", "b:two", "one.txt")]


def test_dot_has_clusters_states_by_word_and_colour_and_labels_on_the_edges() -> None:
    lines = graph_text(BOXES, EDGES, "dot").splitlines()
    assert lines[0] == "digraph pipeline {"
    assert lines[3:] == [
        '  subgraph cluster_0 { label="a"; color=gray;',
        '    "a:one" [label="one (run)", fillcolor="#e69f00"];',
        "  }",
        '  subgraph cluster_1 { label="b"; color=gray;',
        '    "b:two" [label="tw\\"o"];',
        "  }",
        '  "transcripts" -> "a:one" [label="*.jsonl"];',
        '  "a:one" -> "b:two" [label="one.txt"];',
        "}",
    ]


def test_mermaid_has_the_same_under_short_names() -> None:
    assert graph_text(BOXES, EDGES, "mermaid").splitlines() == [
        "flowchart LR",
        '  subgraph s0["a"]',
        '    t0["one #40;run#41;"]',
        "    style t0 fill:#e69f00",
        "  end",
        '  subgraph s1["b"]',
        '    t1["tw#34;o"]',
        "  end",
        '  transcripts -->|"#42;.jsonl"| t0',
        '  t0 -->|"one.txt"| t1',
    ]


def test_a_picture_needs_a_program_that_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(InputError, match="drawing needs `dot`"):
        drawn(b"digraph {}", "svg")


def test_a_label_is_cut_and_boxes_with_one_beginning_stay_apart() -> None:
    long = "x" * 20_000
    text = graph_text(
        [Box(f"{long}:a", long, long), Box(f"{long}:b", "b", "b")], [Edge(f"{long}:a", f"{long}:b", long)], "dot"
    )
    assert "x" * LONGEST_LABEL not in text
    assert '  "t0" -> "t1" [label="' in text


def test_words_of_a_program_that_cannot_draw_are_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    refusing = tmp_path / "dot"
    refusing.write_text("#!/bin/sh\necho 'Error: no memory for this graph' >&2\nexit 1\n")
    refusing.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    with pytest.raises(ScriptError, match="no memory for this graph"):
        drawn(b"digraph {}", "svg")
