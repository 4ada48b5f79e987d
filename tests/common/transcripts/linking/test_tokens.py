"""Each message's tokens count once, as its best line says, in the place of its earliest copy."""

import itertools
from pathlib import Path

import pytest

from common.records.sessions import Run, Session, UnlinkedRun
from common.records.tokens import DayTokens, Tokens
from tests.common.transcripts.written import (
    MAIN,
    MODEL,
    OTHER,
    SESSION,
    Found,
    agent_path,
    answer,
    call,
    extract,
    line,
    own_message,
    said,
    side,
    usage,
    user,
)

NUMBERS = ("messages", "input", "output", "output_estimated", "cache_creation", "cache_read")
OTHER_MAIN = f"-w-app/{OTHER}.jsonl"


def spent(messages: int, output: int, estimated: int | None = None, unfinished: int = 0) -> Tokens:
    """Return the sum of `messages` messages with the input of `usage`."""
    return Tokens(
        messages=messages,
        input=messages,
        output=output,
        output_estimated=output if estimated is None else estimated,
        cache_creation=10 * messages,
        cache_read=100 * messages,
        messages_without_stop_reason=unfinished,
    )


def add_up(found: Found) -> bool:
    """Say whether sessions, linked runs and unlinked runs are the total, and days and models each part."""
    runs = [d.run for session in found.full.sessions for d in session.delegations if d.run is not None]
    parts: list[Session | Run | UnlinkedRun] = [*found.full.sessions, *runs, *found.full.unlinked_runs]
    names = NUMBERS
    total = {name: sum(getattr(part.tokens, name) for part in parts) for name in names}
    by_model = all(
        getattr(part.tokens, name) == sum(getattr(tokens, name) for tokens in part.tokens_by_model.values())
        for part, name in itertools.product(parts, names)
    )
    by_day = all(
        part.tokens.cache_creation == sum(day.cache_creation_5m + day.cache_creation_1h for day in part.tokens_by_day)
        and part.tokens.output == sum(day.output for day in part.tokens_by_day)
        and part.tokens.messages == sum(day.messages for day in part.tokens_by_day)
        for part in parts
    )
    return by_model and by_day and total == {name: getattr(found.full.summary.tokens, name) for name in names}


def test_the_lines_of_a_message_count_once_by_the_largest_output(tmp_path: Path) -> None:
    lines = [
        said(1, "a", key=own_message("m"), spent=usage(3), stop=None),
        said(2, "b", key=own_message("m"), spent=usage(70, input_tokens=2)),
        said(3, "c", key=own_message("m"), spent=usage(9, input_tokens=50), stop=None),
    ]
    found = extract(tmp_path, lines)
    assert found.session.tokens == Tokens(
        messages=1, input=2, output=70, output_estimated=70, cache_creation=10, cache_read=100
    )
    assert add_up(found)


def test_on_a_tie_the_later_line_counts_whole(tmp_path: Path) -> None:
    key = own_message("m")
    lines = [said(1, "a", key=key, model="one"), said(2, "b", key=key, spent=usage(5, input_tokens=7), model="two")]
    found = extract(tmp_path, lines)
    assert found.session.tokens_by_model == {
        "two": Tokens(messages=1, input=7, output=5, output_estimated=5, cache_creation=10, cache_read=100)
    }


@pytest.mark.parametrize("swapped", [False, True])
def test_on_a_tie_over_files_the_later_by_path_counts(tmp_path: Path, *, swapped: bool) -> None:
    one, two = said(1, "a", key="m", model="one"), said(2, "a", key="m", model="two")
    files = {MAIN: [two if swapped else one], OTHER_MAIN: [(one if swapped else two) | {"sessionId": OTHER}]}
    found = extract(tmp_path, files)
    assert list(found.full.summary.tokens_by_model) == ["one" if swapped else "two"]
    assert found.full.summary.tokens == spent(1, 5)


def test_a_message_is_placed_by_its_earliest_copy_and_counted_by_its_best(tmp_path: Path) -> None:
    files = {
        MAIN: [user("Hi.", 1), said(2, "a", key="m", spent=usage(3))],
        OTHER_MAIN: [said(50, "a", key="m", spent=usage(8), model="late", sessionId=OTHER)],
    }
    found = extract(tmp_path, files)
    tokens = {session.session_id: session.tokens_by_model for session in found.full.sessions}
    assert tokens == {SESSION: {"late": spent(1, 8)}, OTHER: {}}
    assert [day.day for day in found.full.sessions[0].tokens_by_day] == ["2026-03-14"]
    assert add_up(found)


@pytest.mark.parametrize(("original", "copy"), [(SESSION, OTHER), (OTHER, SESSION)])
def test_on_a_tie_of_time_the_file_named_after_its_session_is_the_original(
    tmp_path: Path, original: str, copy: str
) -> None:
    lines = [said(2, call("c1"), key="m", sessionId=original), answer("c1", 3, sessionId=original)]
    copied = [*lines, said(9, "More.", sessionId=copy)]
    found = extract(tmp_path, {f"-w-app/{original}.jsonl": lines, f"-w-app/{copy}.jsonl": copied})
    assert {s.session_id: (s.tokens.messages, s.delegation_count) for s in found.full.sessions} == {
        original: (1, 1),
        copy: (1, 0),
    }
    assert found.delegation.file == f"-w-app/{original}.jsonl"


def test_a_copy_that_kept_its_session_and_time_is_told_from_the_original_by_the_name_of_the_file(
    tmp_path: Path,
) -> None:
    lines = [said(2, call("c1"), key="m", sessionId=OTHER)]
    found = extract(tmp_path, {MAIN: [*lines, user("Go on.", 5)], OTHER_MAIN: lines})
    assert found.delegation.file == OTHER_MAIN
    assert {s.session_id: s.tokens.messages for s in found.full.sessions} == {OTHER: 1, SESSION: 0}


def test_a_copy_with_new_session_and_the_same_time_belongs_to_the_first_path(tmp_path: Path) -> None:
    made = said(2, call("c1"), key="m")
    found = extract(tmp_path, {MAIN: [made], OTHER_MAIN: [made | {"sessionId": OTHER, "uuid": "new"}]})
    assert {s.session_id: (s.tokens.messages, s.delegation_count) for s in found.full.sessions} == {
        SESSION: (1, 1),
        OTHER: (0, 0),
    }


def test_a_copy_without_a_timestamp_comes_first(tmp_path: Path) -> None:
    files = {MAIN: [said(2, "a", key="m")], OTHER_MAIN: [said(None, "a", key="m", sessionId=OTHER)]}
    found = extract(tmp_path, files)
    assert {s.session_id: s.tokens.messages for s in found.full.sessions} == {OTHER: 1, SESSION: 0}
    assert found.full.sessions[0].tokens_by_day[0].day is None


def test_a_message_without_an_id_counts_by_line(tmp_path: Path) -> None:
    found = extract(tmp_path, [said(1, "a", key=None), said(1, "a", key=None), said(2, "a", key=None)])
    assert found.session.tokens == spent(3, 15)


def test_empty_ids_are_no_ids(tmp_path: Path) -> None:
    nameless = [said(second, "a") for second in (1, 2)]
    for made in nameless:
        made["message"] = made["message"] | {"id": ""}  # type: ignore[operator]  # it is an object
    found = extract(tmp_path, {MAIN: nameless[:1], OTHER_MAIN: [nameless[1] | {"sessionId": OTHER}]})
    assert found.full.summary.tokens == spent(2, 10)
    assert extract(tmp_path / "one", nameless).full.summary.tokens == spent(2, 10)


def test_synthetic_messages_are_left_out(tmp_path: Path) -> None:
    found = extract(tmp_path, [said(1, "No response requested.", model="<synthetic>"), said(2, "a", model=None)])
    assert found.full.summary.tokens == spent(1, 5)
    assert list(found.full.summary.tokens_by_model) == ["(none)"]
    assert found.session.message_count == 2


@pytest.mark.parametrize("value", [None, "7", -1, 2**64, 1.5, True, [], {}])
def test_numbers_that_are_none_count_nothing(tmp_path: Path, value: object) -> None:
    found = extract(tmp_path, [said(1, "a", spent=usage(5, input_tokens=value, cache_read_input_tokens=value))])
    assert found.session.tokens == Tokens(messages=1, output=5, output_estimated=5, cache_creation=10)


def test_sums_of_enormous_numbers_are_kept(tmp_path: Path) -> None:
    huge = usage(5, cache_read_input_tokens=10**12, input_tokens=2**53)
    found = extract(tmp_path, [said(1, "a", key=f"m{n}", spent=huge) for n in range(2100)])
    assert (found.session.tokens.cache_read, found.session.tokens.input) == (2100 * 10**12, 0)


def test_a_whole_number_written_with_a_point_is_a_number(tmp_path: Path) -> None:
    found = extract(tmp_path, [said(1, "a", spent=usage(5, input_tokens=7.0))])
    assert found.session.tokens.input == 7


def test_no_usage_is_no_counted_message(tmp_path: Path) -> None:
    made = said(1, "a")
    made["message"] = made["message"] | {"usage": None}  # type: ignore[operator]  # it is an object
    found = extract(tmp_path, [made])
    assert found.full.summary.tokens == Tokens()


def test_cache_writes_stand_by_their_lifetime_and_without_a_split_as_five_minutes(tmp_path: Path) -> None:
    split = {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 6}
    found = extract(tmp_path, [said(1, "a", spent=usage(5, cache_creation=split)), said(2, "b")])
    (day,) = found.session.tokens_by_day
    assert (day.cache_creation_5m, day.cache_creation_1h) == (14, 6)


def test_a_split_larger_than_the_sum_is_cut_to_it(tmp_path: Path) -> None:
    split = {"ephemeral_5m_input_tokens": 4, "ephemeral_1h_input_tokens": 60}
    found = extract(tmp_path, [said(1, "a", spent=usage(5, cache_creation=split))])
    (day,) = found.session.tokens_by_day
    assert (day.cache_creation_5m, day.cache_creation_1h) == (0, 10)
    assert add_up(found)


@pytest.mark.parametrize(
    ("read", "tier"),
    [(99_989, (False, False)), (99_990, (True, False)), (199_989, (True, False)), (199_990, (True, True))],
)
def test_contexts_above_a_hundred_and_two_hundred_thousand_stand_apart(
    tmp_path: Path, read: int, tier: tuple[bool, bool]
) -> None:
    spent_ = usage(5, cache_read_input_tokens=read)
    found = extract(tmp_path, [said(1, "a", spent=spent_), said(2, "b")])
    days = {(day.over_100k, day.long_context): day.messages for day in found.session.tokens_by_day}
    assert days == ({(False, False): 2} if tier == (False, False) else {(False, False): 1, tier: 1})


def test_tokens_stand_by_day_model_and_tier(tmp_path: Path) -> None:
    spent_ = usage(5, service_tier="priority", speed="standard", server_tool_use={"web_search_requests": 3})
    lines = [
        said(1, "a"),
        said(2, "b", spent=spent_),
        said(3, "c", spent=usage(5, service_tier="standard")),
        said(4, "d", model="other", stop=None, timestamp="2026-03-15T00:00:00.000Z"),
    ]
    found = extract(tmp_path, lines)

    def day(name: str, messages: int, **fields: object) -> DayTokens:
        known = {
            "day": name,
            "model": MODEL,
            "long_context": False,
            "messages": messages,
            "input": messages,
            "output": 5 * messages,
            "output_estimated": 5 * messages,
            "cache_creation_5m": 10 * messages,
            "cache_read": 100 * messages,
        }
        return DayTokens(**known | fields)  # type: ignore[arg-type]  # fields by their names

    estimated = found.session.tokens_by_model["other"].output_estimated
    assert found.session.tokens_by_day == [
        day("2026-03-14", 2),
        day("2026-03-14", 1, tier="priority", web_searches=3),
        day("2026-03-15", 1, model="other", messages_without_stop_reason=1, placeholders=1, output_estimated=estimated),
    ]


@pytest.mark.parametrize(
    ("timezone", "day"),
    [
        ("UTC", "2026-03-14"),
        ("Asia/Kathmandu", "2026-03-15"),
        ("America/New_York", "2026-03-14"),
        ("Etc/GMT-1", "2026-03-15"),
    ],
)
def test_a_day_is_that_of_the_time_zone(tmp_path: Path, timezone: str, day: str) -> None:
    lines = [said(1, "a", timestamp="2026-03-14T23:30:00.000Z")]
    found = extract(tmp_path, lines, timezone=timezone)
    assert [d.day for d in found.session.tokens_by_day] == [day]


@pytest.mark.parametrize(
    "timestamp",
    [
        "2026-02-30T10:00:00.000Z", "0000-01-01T00:00:00.000Z", "0001-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z",
        "٢٠٢٦-03-14T09:00:00.000Z", "2026-04-31T10:00:00.000Z", "1900-02-29T10:00:00.000Z", "yesterday", "", 7,
    ],
)  # fmt: skip
@pytest.mark.parametrize("timezone", ["UTC", "Pacific/Kiritimati", "America/New_York"])
def test_times_that_never_were_upset_nothing(tmp_path: Path, timestamp: object, timezone: str) -> None:
    lines = [
        user("Hi.", 1),
        said(2, call("c1")),
        answer("c1", 3, timestamp=timestamp),
        said(4, "b", timestamp=timestamp),
    ]
    found = extract(tmp_path, lines, timezone=timezone, since="2026-01-01", until="2026-12-31")
    assert found.full.summary.tokens.messages + 2 * found.full.filters.sessions_left_out == 2
    assert add_up(found)


def test_a_message_of_progress_lines_alone_counts_and_is_shown_apart(tmp_path: Path) -> None:
    def echo(second: int, message: object) -> dict[str, object]:
        data = {"type": "agent_progress", "agentId": "a1", "prompt": "Do it.", "message": message}
        return line("progress", second, parentToolUseID="c1", data=data)

    lines = [said(1, call("c1")), echo(2, said(2, "In.", key="e")), echo(3, said(3, "Out.", key="e")), answer("c1", 4)]
    found = extract(tmp_path, lines)
    run = found.run("c1")
    assert (run.tokens, run.progress_only, run.messages) == (spent(1, 5), True, 1)
    assert found.full.summary.tokens_progress_only == spent(1, 5)
    assert found.full.summary.tokens == spent(2, 10)
    written = [side(user("Do it.", 2), "a1"), side(said(2, "In.", key="e", spent=usage(40)), "a1")]
    beside = extract(tmp_path / "beside", {MAIN: lines, agent_path("a1"): written})
    assert beside.full.summary.tokens_progress_only == Tokens()
    assert beside.full.summary.tokens == spent(2, 45)
    assert add_up(found)
    assert add_up(beside)


def test_the_sessions_the_runs_and_the_loose_runs_are_the_total(tmp_path: Path) -> None:
    files = {
        MAIN: [said(1, call("c1"), call("c2")), answer("c1", 9, beside={"agentId": "a1"}), said(10, "So.")],
        agent_path("a1"): [side(user("Do it.", 2), "a1"), side(said(3, "One."), "a1"), side(said(4, "Two."), "a1")],
        agent_path("lost"): [side(user("Who?", 2), "lost"), side(said(5, "Lost."), "lost")],
        agent_path("acompact-1"): [side(said(6, "Compacted.", stop=None), "acompact-1")],
    }
    found = extract(tmp_path, files)
    assert found.session.tokens == spent(2, 10)
    assert found.run("c1").tokens == spent(2, 10)
    assert sorted((run.kind, run.tokens.output) for run in found.full.unlinked_runs) == [
        ("compaction", 5),
        ("unlinked", 5),
    ]
    assert found.full.summary.tokens.messages == 6
    assert found.full.summary.tokens.messages_without_stop_reason == 1
    assert add_up(found)
