"""What is seen and logged: a terminal of any width, the log, its history, the graph, the help."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING

import pytest

from tests.tools import terminals
from tests.tools.waiting import PATIENCE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.common.pipeline.conftest import Toy

PROGRESS = "\nprogress(5, 10, {unit!r})\nwhile not Path('seen').exists(): time.sleep(0.01)\nprint('{fact}')"


def on_a_terminal(
    toy: Toy, *arguments: str, columns: int = 120, watch: Callable[[str], object] = str, **environment: str
) -> tuple[int, str]:
    """Run doit on a terminal of that width; return its exit code and all that was written."""
    return terminals.on_a_terminal(toy.command(*arguments), toy.root, toy.environment(**environment), columns, watch)


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_a_terminal_shows_bars_while_scripts_run_and_its_cursor_afterwards(toy: Toy, columns: int) -> None:
    def let_scripts_end(written: str) -> None:
        """End both scripts once both bars are seen half way; between name and number are the bar and colours."""
        if all(re.search(rf"{script}([ ━╺╸]|\x1b\[[\d;]*m)* 50 %", written) for script in ("double", "square")):
            (toy.root / "seen").touch()

    toy.trouble("double", PROGRESS.format(unit="bytes", fact="1 number doubled"))
    toy.trouble("square", PROGRESS.format(unit="delegations", fact="1 number squared"))
    code, written = on_a_terminal(toy, "-n", "2", columns=columns, watch=let_scripts_end)
    assert code == 0
    assert "Traceback" not in written
    assert ("━" in written) == (columns >= 60)
    assert ("/10 delegations" in written) == (columns >= 100)
    assert written.count("\x1b[?25l") == written.count("\x1b[?25h") == 1
    assert "\x1b[32m✓\x1b[0m squaring" in written
    assert "1 number squared" in written
    assert re.search(r"✓\x1b\[0m done after \d+\.\d s: 4 scripts run, 0 up to date", written)


def test_a_second_run_on_a_terminal_needs_no_bars_and_tells_what_there_is(toy: Toy) -> None:
    toy.trouble("double", "print('1 number doubled')")
    toy.doit()
    _, written = on_a_terminal(toy)
    assert "\x1b[?25l" not in written
    assert re.search(r"doubling      up to date +1 number doubled", written)


def test_no_color_gets_plain_lines(toy: Toy) -> None:
    assert "\x1b" not in on_a_terminal(toy, "reading", NO_COLOR="1")[1]  # TERM=dumb: test_screen


def test_a_failure_on_a_terminal_leaves_the_cursor_and_says_all(toy: Toy) -> None:
    toy.trouble("double", "raise SystemExit('error: no \\x1b]0;x\\x07numbers')")
    code, written = on_a_terminal(toy)
    assert code == 1
    assert "double failed after" in written
    assert "no numbers" in written
    assert "\x1b]0;" not in written
    assert written.count("\x1b[?25h") == 1


@pytest.mark.usefixtures("after_a_run")
def test_each_stage_run_is_one_line_of_the_log(toy: Toy) -> None:
    toy.trouble("square", "raise SystemExit('no')")
    toy.doit("--force", "squaring")
    lines = (toy.root / "data" / "pipeline_execution_log.json").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    assert [(record["stage"], record["success"]) for record in records] == [
        ("reading", True),
        ("doubling", True),
        ("squaring", True),
        ("adding", True),
        ("squaring", False),
    ]
    last = records[-1]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", last["timestamp"])
    assert (last["scripts"][0]["script"], last["scripts"][0]["why"]) == ("square", ["forced"])
    assert records[0]["scripts"][0]["why"] == ["never run"]
    assert (last["scripts"][0]["exit_code"], last["scripts"][0]["reason"]) == (1, "exit 1")
    assert 0 < last["scripts"][0]["duration_seconds"] <= last["duration_seconds"]
    assert last["scripts"][0]["peak_memory_mb"] > 1
    assert records[0]["run_id"] == records[3]["run_id"] != last["run_id"]


@pytest.mark.usefixtures("after_a_run")
def test_history_is_a_table_with_failures_and_times(toy: Toy) -> None:
    assert toy.doit("history", "data=elsewhere").out == "no stage has run yet\n"
    toy.trouble("square", "raise SystemExit('no')")
    toy.doit("--force", "squaring")
    rows = {line.split()[0]: line.split()[1:3] for line in toy.doit("history").out.splitlines()[1:]}
    assert rows == {"reading": ["1", "0"], "doubling": ["1", "0"], "squaring": ["2", "1"], "adding": ["1", "0"]}
    assert [r["stage"] for r in json.loads(toy.doit("history", "--json", "--last", "2").out)] == ["adding", "squaring"]
    assert len(json.loads(toy.doit("history", "--stage", "squaring", "--json").out)) == 2


@pytest.mark.usefixtures("after_a_run")
def test_a_list_with_status_says_of_stages_and_scripts_what_the_plan_does(toy: Toy) -> None:
    def letters(*arguments: str) -> list[str]:
        return [line[:1] for line in toy.doit("list", "--status", *arguments).out.splitlines()]

    assert letters("--all") == ["U"] * 8
    toy.doit("forget", "squaring")
    assert letters() == ["U", "U", "R", "R"]
    assert letters("squaring", "doubling") == ["R", "U"]


def test_the_graph_has_stages_as_clusters_and_files_on_the_edges(toy: Toy) -> None:
    drawn = toy.doit("graph").out
    assert 'subgraph cluster_1 { label="doubling"' in drawn
    assert '"transcripts" -> "reading:count" [label="*.jsonl"];' in drawn
    assert '"reading:count" -> "doubling:double" [label="count.txt"];' in drawn
    toy.doit("reading")
    coloured = toy.doit("graph", "--status").out
    assert '"reading:count" [label="count (skip)", fillcolor="#009e73"]' in coloured
    assert '"adding:total" [label="total (run)", fillcolor="#e69f00"]' in coloured
    mermaid = toy.doit("graph", "--format", "mermaid", "--status").out
    count = '    t0["count #40;skip#41;"]\n    style t0 fill:#009e73\n'
    assert mermaid.startswith(f'flowchart LR\n  subgraph s0["reading"]\n{count}  end\n')
    assert '  t0 -->|"count.txt"| t1\n' in mermaid
    assert mermaid.count(" fill:#e69f00\n") == 3


def test_the_graph_goes_through_a_pipe_that_has_a_name(toy: Toy) -> None:
    os.mkfifo(toy.root / "pipe")
    reader = os.open(toy.root / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert toy.doit("graph", "-o", "pipe").code == 0
    assert os.read(reader, 99).startswith(b"digraph")
    os.close(reader)
    assert (toy.root / "pipe").is_fifo()


def test_the_graph_can_be_drawn_or_says_what_that_needs(toy: Toy) -> None:
    result = toy.doit("graph", "--format", "svg", "-o", "graph.svg", PATH=f"{os.environ['PATH']}")
    if result.code == 0:
        assert "<svg" in (toy.root / "graph.svg").read_text()
    without = toy.doit("graph", "--format", "png", PATH="/nowhere")
    assert without.code == 2
    assert (
        without.err
        == "error: drawing needs `dot`. Install Graphviz, or run pip install 'delegation-retrospective[graph]'\n"
    )


def test_the_help_of_a_command_names_its_options(toy: Toy) -> None:
    text = " ".join(toy.doit("help", "plan").out.split())  # tests/docs compares those of all commands with the pages
    words = ["--json", "--from", "--until", "--only", "--force", "--continue", "--quiet", "--verbose", "--wait", "why"]
    assert [word for word in words if word not in text] == []


def test_plain_lines_are_ascii_where_the_terminal_knows_no_more(toy: Toy) -> None:
    out = toy.doit("reading", LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0").out
    assert "ok done after" in out
    assert out.isascii()


def test_quiet_says_nothing_but_errors(toy: Toy) -> None:
    result = toy.doit("--quiet", "reading")
    assert (result.out, result.err) == ("", "")
    toy.trouble("double", "raise SystemExit('no')")
    assert toy.doit("-q", "doubling").err.startswith("✗ double failed")


def test_verbose_shows_what_scripts_print_and_a_warning_once_made_harmless(toy: Toy) -> None:
    toy.trouble("double", "print('\\x1b]0;title\\x07words'); sys.stderr.write('chatter\\nwarning: an odd thing\\n')")
    result = toy.doit("-v", "doubling")
    assert "▶ doubling:double: chatter\n" in result.out
    assert "doubling:double: words\n" in result.out
    assert (result.out.count("odd"), result.err) == (0, "! double: an odd thing\n")


def test_what_a_script_warns_of_is_shown_and_the_rest_of_what_it_writes_is_in_its_log(toy: Toy) -> None:
    toy.trouble("double", "sys.stderr.write('warning: an odd\\x1b[31m thing\\nchatter\\n')")
    result = toy.doit()
    assert (result.code, result.err) == (0, "! double: an odd thing\n")
    assert "chatter" in (toy.root / "data" / "logs" / "double.log").read_text()


def test_stdout_closed_early_is_no_traceback(toy: Toy) -> None:
    run = toy.start("list")
    assert run.stdout is not None
    run.stdout.close()
    assert run.stderr is not None
    assert "Traceback" not in run.stderr.read()
    run.stderr.close()
    run.wait(timeout=PATIENCE)
