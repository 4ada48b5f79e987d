"""Words that nobody writes by chance."""

import pytest

from common.transcripts.reading.evidence.tokens import is_token, rare_words


@pytest.mark.parametrize(
    "word",
    [
        "push_pack.go:123",
        "push.go:1",
        "push.go:323-337",
        "push.go:12:7",
        "splitFirstBatch",
        "ErrTargetRefMoved",
        "HTTPStatusError",
        "ENTIRE_TOKEN_STORE",
        "FetchFeatures.IncludeTag",
        "planned_batch",
        "push_test.go",
        "client2024.yaml",
        "--target-max-pack-bytes",
        "deadbee1",
        "71832945",
    ],
)
def test_names_of_one_project_are_tokens(word: str) -> None:
    assert is_token(word.encode())


@pytest.mark.parametrize(
    "word",
    [
        "README.md",
        "package.json",
        "docker-compose.yml",
        "JavaScript",
        "TypeScript",
        "created_at",
        "github.com",
        "understanding",
        "CONSTANT",
        "camelCase",
        "aB_" + "c" * 98,
        "read-only",
        "--dry-run",
        "--no-verify",
        "deadbeef",
        "20260314",
        "20260314092653",
        "10000000",
        "12345678",
        "1234567",
        "11111199",
        "push.go:0",
        "push.go:",
        "v1.22.333",
    ],
)
def test_what_many_projects_have_is_no_token(word: str) -> None:
    assert not is_token(word.encode())


def test_words_are_at_least_eight_bytes_without_what_is_around_them() -> None:
    text = b"See `internal/push_pack.go:12`, (splitFirstBatch): --long-flag-name. seven77 x\\nNextLine\\ttab_word_1"
    assert rare_words(text) == {
        b"internal",
        b"push_pack.go:12",
        b"splitFirstBatch",
        b"--long-flag-name",
        b"NextLine",
        b"tab_word_1",
    }


def test_the_stop_that_ends_a_text_is_no_part_of_its_last_word() -> None:
    assert rare_words(b"It is in resolveAnchorOffset.") == {b"resolveAnchorOffset"}
