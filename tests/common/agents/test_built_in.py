from __future__ import annotations

import pytest

from common.agents.built_in import brought_between, built_in_types, is_built_in, is_built_in_for


@pytest.mark.parametrize(
    ("name", "version", "expected"),
    [
        ("general-purpose", "1.0.59", False),
        ("general-purpose", "1.0.60", True),
        ("Explore", "2.0.9", False),  # compared as numbers: 9 comes before 17
        ("Explore", "2.0.17", True),
        ("Explore", "2.1.332", True),
        ("Plan", "2.0.27", False),
        ("Plan", "2.0.28", True),
        ("output-style-setup", "2.0.29", True),
        ("output-style-setup", "2.0.30", False),
        ("Bash", "2.0.76", False),
        ("Bash", "2.1.52", True),
        ("Bash", "2.1.63", False),
        ("claude", "2.1.100", False),
        ("claude", "2.1.170", True),
        ("fork", "2.1.183", True),
        ("explore", "2.1.332", False),  # case matters: Claude Code does not know this spelling
        ("dev", "2.1.332", False),
        ("(none)", "2.1.332", False),
    ],
)
def test_a_type_is_built_in_from_the_version_that_brought_it(name: str, version: str, *, expected: bool) -> None:
    assert is_built_in(name, version) is expected


@pytest.mark.parametrize("version", [None, "", "unknown", "2.x", "²", "9" * 50, "2.1.63dev"])
def test_without_a_readable_version_a_type_is_built_in_if_it_ever_was(version: str | None) -> None:
    assert is_built_in("Bash", version)
    assert not is_built_in("dev", version)


@pytest.mark.parametrize("version", ["2.0.27-beta.1", "2.0.27+build"])
def test_what_follows_the_numbers_of_a_version_does_not_matter(version: str) -> None:
    assert not is_built_in("Plan", version)


def test_a_session_of_several_versions_has_the_types_of_each() -> None:
    assert is_built_in_for("Explore", ["2.0.14", "2.0.17"])
    assert not is_built_in_for("Explore", ["1.0.80", "2.0.14"])
    assert is_built_in_for("Explore", [])


def test_the_types_that_newer_versions_brought_are_in_order_of_release() -> None:
    assert brought_between(["2.0.14"], ["2.0.28", "2.0.30"]) == ("Explore", "Plan")
    assert brought_between(["2.0.14", "2.0.28"], ["2.0.30"]) == ()
    assert brought_between(["2.1.63"], ["2.0.14"]) == ()
    assert brought_between([], ["2.0.28"]) == ()
    assert brought_between(["2.0.14"], ["odd"]) == ()
    assert brought_between(["odd"], ["2.0.28"]) == ()


def test_each_type_is_listed_once_with_where_it_is_known_from() -> None:
    names = [built_in.name for built_in in built_in_types()]
    assert len(names) == len(set(names))
    assert all(built_in.known.endswith(".") for built_in in built_in_types())
    assert [built_in.name for built_in in built_in_types() if not built_in.listed] == ["fork"]
