"""Commands that run tests or a build."""

import shlex
from pathlib import Path

import pytest

from common.transcripts.reading.evidence.checks import DEEPEST_SHELL, LONGEST_COMMAND, check_in, simple_commands
from tests.common.transcripts.written import MAIN, Json, agent_path, answer, call, extract, said, side, tool, user

RUNS = {
    "pytest": "pytest",
    "cd app && pytest -q tests": "pytest",
    "cd app; pytest": "pytest",
    "git stash || pytest": "pytest",
    "ls | pytest": "pytest",
    "ls\npytest": "pytest",
    "(cd app && pytest)": "pytest",
    "OUT=$(go test ./... 2>&1)": "go",
    "`make test`": "make",
    "CI=1 A='b c' pytest": "pytest",
    "if ! pytest; then exit 1; fi": "pytest",
    "for d in a b; do go test ./$d; done": "go",
    ".venv/bin/pytest": "pytest",
    "C:\\\\tools\\\\pytest.exe -q": "pytest",
    "python -m pytest": "pytest",
    "python3.11 -W error -m unittest discover": "unittest",
    "sudo -u app env -u HOME X=1 timeout -k 5 60 nice pytest": "pytest",
    "uv run --group dev pytest": "pytest",
    "npx --yes vitest run": "vitest",
    "mise exec -- go build ./...": "go",
    "docker compose exec -T app pytest": "pytest",
    'bash -lc "cd app && go test ./..."': "go",
    "sh -c 'sh -c pytest'": "pytest",
    "bash scripts/run_tests.sh": "run_tests.sh",
    "./run_tests.sh": "run_tests.sh",
    "py'te'st \"-q\"": "pytest",
    "go \\\n  test ./...": "go",
    "go -C app vet && go -C app build": "go",
    "docker build -t shop .": "docker",
    "docker buildx build --push .": "docker",
    "docker compose build web": "docker",
    "podman build .": "podman",
    "node --test": "node",
    "python setup.py build": "setup.py",
    "uv build": "uv",
    "poetry build": "poetry",
    "nix build": "nix",
    "wasm-pack build": "wasm-pack",
    "npx tauri build": "tauri",
    "mkdocs build": "mkdocs",
    "lerna run test": "lerna",
    "conda run pytest": "pytest",
    "cargo +nightly test": "cargo",
    "npm test": "npm",
    "npm --prefix web run build": "npm",
    "npm run test:unit": "npm",
    "npm run e2e": "npm",
    "yarn workspace web build": "yarn",
    "pnpm --filter web test": "pnpm",
    "mise run test:ci": "mise",
    "make": "make",
    "make -j4 DEBUG=1 > out.txt 2>&1": "make",
    "make -C app clean test": "make",
    "make all": "make",
    "rake": "rake",
    "./gradlew :app:testDebugUnitTest": "gradlew",
    "./gradlew -p app connectedTest": "gradlew",
    "mvn -q -pl core verify": "mvn",
    "xcodebuild -scheme App -sdk iphonesimulator build": "xcodebuild",
    "cmake --build out": "cmake",
    "tsc --noEmit": "tsc",
    "cargo check": "cargo",
    "mix test test/a_test.exs": "mix",
    "cat > a.py <<'EOF'\nx = \"\nEOF\npytest a.py": "pytest",
    "pytest # all of them": "pytest",
    "echo a#b && pytest": "pytest",
    "pytest 'unclosed": "pytest",
}

DOES_NOT = [
    "",
    "echo run make",
    'echo "x; make test"',
    "echo 'a && pytest'",
    "grep -rn pytest .",
    "which pytest",
    "command -v pytest",
    "pip install pytest",
    "python -m pip install pytest",
    "cat Makefile",
    "cat pytest",
    "# pytest",
    "ls # && pytest",
    "git commit -m 'pytest\npytest'",
    'git commit -m "$(cat <<\'EOF\'\nFix.\n\npytest\nmake "all"\nEOF\n)"',
    "cat <<A <<B\npytest\nA\npytest\nB\nls",
    "cat <<EOF\npytest",
    "ls > pytest",
    "ls 2> make",
    "npm install jest",
    "npm run lint",
    "npm run lint:test",
    "npm run dev",
    "npm start",
    "npm run build:clean",
    "make clean",
    "make install",
    "make lint",
    "make --dry-run test",
    "pytest --version",
    "pytest --collect-only",
    "tsc --init",
    "go vet ./...",
    "go mod tidy",
    "go env test",
    "cargo run -- test",
    "ruff check .",
    "mypy .",
    "eslint .",
    "golangci-lint run",
    "bash -c",
    "bash -x other.sh",
    "python -c 'import pytest'",
    "python -c pytest",
    "gradle clean",
    "timeout",
    "env",
    "X=1",
    "if",
    "-- pytest",
]


@pytest.mark.parametrize("command", RUNS)
def test_a_command_that_runs_tests_or_a_build_is_known_by_its_program(command: str) -> None:
    assert check_in(command) == RUNS[command]


@pytest.mark.parametrize("command", DOES_NOT)
def test_a_command_that_only_speaks_of_tests_runs_none(command: str) -> None:
    assert check_in(command) is None


def test_the_first_check_of_a_command_names_it() -> None:
    assert check_in("ls && make test && pytest") == "make"


def test_words_are_cut_as_a_shell_cuts_them() -> None:
    assert list(simple_commands('a \'b c\'"d\\"e" f\\ g 2>x >>y z;h #i\nj')) == [
        ["a", 'b cd"e', "f g", "z"],
        ["h"],
        ["j"],
    ]


def test_shells_in_shells_are_looked_into_to_a_limit() -> None:
    command = "pytest"
    for _ in range(DEEPEST_SHELL):
        command = f"sh -c {shlex.quote(command)}"
        assert check_in(command) == "pytest"
    assert check_in(f"sh -c {shlex.quote(command)}") is None
    assert check_in('bash -c "bash -c \\"pytest\\""') == "pytest"


def test_a_long_command_is_read_to_a_limit() -> None:
    assert check_in(" " * (LONGEST_COMMAND - 6) + "pytest") == "pytest"
    assert check_in(" " * (LONGEST_COMMAND - 5) + "pytest") is None


def test_checks_of_a_run_are_its_distinct_commands(tmp_path: Path) -> None:
    again: Json = side(said(4, tool("b1", "Bash", command="pytest"), key="n1"), "a1")
    files = {
        MAIN: [
            said(1, call("t1"), tool("b9", "Bash", command="pytest")),
            answer("t1", 9, beside={"agentId": "a1"}),
        ],
        agent_path("a1"): [
            side(user("Do it.", 2), "a1"),
            side(said(3, tool("b1", "Bash", command="pytest"), key="n1"), "a1"),
            again,
            side(said(5, tool("b2", "Bash", command="make"), tool("b3", "Bash", command="ls"), key="n2"), "a1"),
            side(said(6, tool("b4", "Bash", command=7), tool("b5", "Write", command="make"), key="n3"), "a1"),
        ],
    }
    assert extract(tmp_path, files).run("t1").checks == 2
