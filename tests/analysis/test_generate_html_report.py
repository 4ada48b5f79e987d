from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import html5lib
import msgspec
import pytest

from analysis.reporting import cards
from tests.analysis.test_generate_routing_report import TITLES, sessions
from tests.builders.records import delegation, enriched, full, run, session, spent
from tests.builders.reports import Made, from_records, from_sessions

if TYPE_CHECKING:
    from pathlib import Path

    from common.records.sessions import EnrichedDelegation

VOID = {"meta", "input", "br", "link", "img"}


class Page(HTMLParser):
    """What a page holds: its elements with their attributes, the text of each kind of element."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self._open:
            self.texts.setdefault(self._open[-1], []).append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, attributes in self.elements if (value := attributes.get(name)) is not None]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return from_sessions(tmp_path_factory.mktemp("data"), *sessions(28, each=24)).html()


def test_the_page_is_html_as_it_should_be(page: str) -> None:
    html5lib.HTMLParser(strict=True).parse(page)


def test_the_policy_is_the_first_child_of_the_head_and_allows_only_what_is_there(page: str) -> None:
    assert page.startswith('<!doctype html>\n<html lang="en">')
    head = page[page.index("<head>") + 6 :]
    found = re.match(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', head)
    assert found is not None
    style = head[head.index("<style>") + 7 : head.index("</style>")]
    script = head[head.index("<script>") + 8 : head.rindex("</script>")]
    sources = [
        f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'" for part in (script, style)
    ]
    assert found.group(1) == (
        f"default-src 'none'; script-src {sources[0]}; style-src {sources[1]}; img-src data:; base-uri 'none'; "
        "form-action 'none'; require-trusted-types-for 'script'"
    )


def test_the_page_asks_nothing_of_any_place_and_styles_nothing_inline(page: str) -> None:
    parsed = Page(page)
    assert {tag for tag, _ in parsed.elements} & {
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
        "a:href",
    } == set()
    assert parsed.values("style") == []
    assert parsed.values("src") == []
    assert [name for _, attributes in parsed.elements for name in attributes if name.startswith("on")] == []
    assert all(value.startswith("#") for value in parsed.values("href"))


def test_every_address_within_the_page_is_there_once(page: str) -> None:
    parsed = Page(page)
    ids = parsed.values("id")
    assert len(ids) == len(set(ids))
    assert {value.removeprefix("#") for value in parsed.values("href")} <= set(ids)
    spoken = " ".join(parsed.values("aria-labelledby") + parsed.values("aria-describedby")).split()
    assert set(spoken) <= set(ids)


def test_the_parts_stand_in_their_order_and_the_delegations_after_them(page: str) -> None:
    titles = re.findall(r'<h2><a class="self" href="#\w+">([^<]*)</a></h2>', page)
    assert titles == [*TITLES, "The delegations", "Behind the numbers"]


def test_every_chart_is_there_with_its_finding_and_its_words(tmp_path: Path) -> None:
    periods = (
        '[{"name": "old", "first": "2026-03-01", "last": "2026-03-14"},'
        ' {"name": "new", "first": "2026-03-15", "last": "2026-03-28"}]'
    )
    page = from_sessions(tmp_path, *sessions(28, each=24), periods=periods).html()
    expected = ["overview", "weeks", "times", "tokens", "transitions", "positions", "timeline", "periods", "costs"]
    names = re.findall(r'<figure id="chart-([a-z]+)', page)
    assert [*dict.fromkeys(names)] == expected
    assert page.count('role="img"') == page.count("<figcaption") == page.count('class="caption" id=') == len(names)


def test_a_claim_leads_to_the_delegations_that_it_counts(page: str) -> None:
    anchor = re.search(r'reviewer</code></a>.*?<a href="#(g\d+)">112 of 224', page, re.DOTALL)
    assert anchor is not None
    group = page[page.index(f'id="{anchor.group(1)}"') :].split("</details>", maxsplit=1)[0]
    numbers = re.findall(r'<a href="#d(\d+)">', group)
    assert len(numbers) == 224
    first = page[page.index(f'id="d{numbers[0]}"') :].split("</summary>", maxsplit=1)[0]
    assert "<code>reviewer</code>" in first


def test_a_card_says_what_is_known_of_its_delegation(tmp_path: Path) -> None:
    one = delegation(
        "t",
        "reviewer",
        "failed",
        description="Look at the change",
        prompt="<b>Please look</b>\nat it",
        result="It broke",
        duration=200,
        before="Have it looked at",
        after="Let me try again",
    )
    page = from_sessions(tmp_path, session("s", one)).html()
    card = page[page.index('id="d1"') :].split('<section id="numbers"')[0]
    for shown in (
        "<code>reviewer</code>",
        "Look at the change",
        "2026-03-02 10:00",
        "<dd>failed</dd>",
        "<dd>3 min 20 s</dd>",
        "<dd>no transcript of its run</dd>",
        "<code>p/s.jsonl:1</code>",
        "<pre>&lt;b&gt;Please look&lt;/b&gt;\nat it</pre>",
        "<pre>It broke</pre>",
        "<pre>Have it looked at</pre>",
        "<pre>Let me try again</pre>",
    ):
        assert shown in card, shown


def test_no_sessions_make_a_page_that_says_so(tmp_path: Path) -> None:
    page = from_records(tmp_path, enriched(), full()).html()
    html5lib.HTMLParser(strict=True).parse(page)
    assert "No sessions found in <code>" in page
    assert "<figure" not in page


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_delegations_make_a_page_too(tmp_path: Path, count: int) -> None:
    one_session = session("s", *(delegation(f"t{n}", number=n + 1) for n in range(count)))
    html5lib.HTMLParser(strict=True).parse(from_sessions(tmp_path, one_session).html())


def test_texts_that_exceed_the_page_are_left_out_from_the_oldest_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cards, "TEXT_BUDGET", 25)
    steps = [delegation(f"t{n}", prompt="x" * 10, timestamp=f"2026-03-02T10:0{n}:00Z", number=n + 1) for n in range(4)]
    page = from_sessions(tmp_path, session("s", *steps)).html()
    assert "The texts of 2 are left out to keep the page small" in page
    assert page.count("<pre>xxxxxxxxxx</pre>") == 2
    assert "<pre>" not in page[page.index('id="d1"') : page.index('id="d3"')]


def test_a_shared_page_holds_no_words_and_no_places(tmp_path: Path) -> None:
    planted = delegation("canary-id", description="Canary words", prompt="Canary", result="Canary", before="Canary")
    page = from_sessions(tmp_path, session("canary-session", planted, project="-canary-project")).html(share=True)
    assert "anary" not in page
    assert "p/s.jsonl" not in page
    assert "session 1" in page


def test_the_same_input_gives_the_same_bytes_whatever_the_hash_seed(tmp_path: Path) -> None:
    made = from_sessions(tmp_path, *sessions(5))
    pages = set()
    for seed in ("0", "1"):
        arguments = [f"--{name}={path}" for name, path in made.inputs().items()]
        command = [sys.executable, "-m", "analysis.generate_html_report", *arguments, f"--report={tmp_path}/r.html"]
        subprocess.run(command, check=True, env={"PYTHONHASHSEED": seed, "LC_ALL": "C"}, capture_output=True)
        pages.add((tmp_path / "r.html").read_bytes())
    assert len(pages) == 1


def test_both_reports_say_the_same_sentences(tmp_path: Path) -> None:
    made: Made = from_sessions(tmp_path, *sessions(10))
    answer = made.markdown().split("## The answer\n")[1].split("\n## ")[0]
    said = re.sub(r"<[^>]*>", "", made.html()).replace("\xa0", " ")
    for sentence in re.findall(r"^- (.*)$", answer, re.MULTILINE):
        assert re.sub(r"`|\*\*", "", sentence) in said


def test_six_thousand_delegations_stay_below_eight_megabytes(tmp_path: Path) -> None:
    words = "please look at the change and say what is wrong with it " * 40
    usage = spent(model="claude-opus-4-5", cache_read=1)

    def whole(step: EnrichedDelegation) -> EnrichedDelegation:
        """Return the step with long texts, and with all that a card says of whether it pays."""
        known = msgspec.structs.replace(run(usage), first_context=1, last_context=2)
        return msgspec.structs.replace(
            step, prompt=words, result=words * 2, run=known, caller_context=1, caller_calls_after=1
        )

    made = [
        msgspec.structs.replace(
            one,
            delegations=[whole(step) for step in one.delegations],
            tokens_by_day=[usage],
            tokens_by_model={"claude-opus-4-5": one.tokens},
        )
        for one in sessions(250, each=24)
    ]
    page = from_sessions(tmp_path, *made).html()
    assert page.count('<details class="card"') == 6_000
    assert page.count("<dt>breaks even</dt>") == 6_000
    assert "6,000 delegations, session by session. The texts of " in page
    assert len(page.encode()) < 8_000_000
