from __future__ import annotations

from common.agents import front_matter


def test_fields_stand_between_two_lines_of_dashes() -> None:
    found = front_matter.split("---\nname: reviewer\nmodel: opus\n---\n\nRead the diff.\n")
    assert found == ({"name": "reviewer", "model": "opus"}, "Read the diff.")


def test_a_description_may_hold_colons_and_quotes() -> None:
    found = front_matter.split('---\ndescription: Use this when: "it fails", e.g. user: "help"\n---')
    assert found == ({"description": 'Use this when: "it fails", e.g. user: "help"'}, "")


def test_lists_and_blocks_and_lines_that_go_on() -> None:
    text = "---\r\ntools:\r\n  - Read\r\n  - Grep\r\ndescription: |\r\n  one\r\n  two\r\nnote: a\r\n  b\r\n---\r\n"
    found = front_matter.split(text)
    assert found is not None
    assert front_matter.items(found[0]["tools"]) == ("Read", "Grep")
    assert found[0]["description"] == "one\ntwo"
    assert found[0]["note"] == "a\nb"


def test_a_list_may_stand_on_one_line() -> None:
    assert front_matter.items("Read, Grep") == ("Read", "Grep")
    assert front_matter.items('["Read", Grep]') == ("Read", "Grep")
    assert front_matter.items("") == ()


def test_a_file_without_front_matter_has_none() -> None:
    assert front_matter.split("# Notes\n---\n") is None
    assert front_matter.split("---\nname: never closed\n") is None
    assert front_matter.split("") is None


def test_a_byte_order_mark_and_comments_are_passed_over() -> None:
    assert front_matter.split("\ufeff---\n# a comment: no field\nname: x\n---\n") == ({"name": "x"}, "")
