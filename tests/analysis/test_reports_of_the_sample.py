"""Both reports of the bundled sample, from its transcripts on."""

from __future__ import annotations

import re
import time
from pathlib import Path

import html5lib
import msgspec
import pytest

from tests.analysis.test_generate_routing_report import TITLES, sessions
from tests.builders.records import FILTERS, enriched, full
from tests.builders.reports import Made, from_records, from_transcripts

SAMPLE = Path(__file__).parents[2] / "data" / "sample"


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return from_transcripts(tmp_path_factory.mktemp("sample"), SAMPLE)


def test_the_markdown_is_whole_and_short(sample: Made) -> None:
    page = sample.markdown()
    after = TITLES.index("Transitions")
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == [*TITLES[:after], "Workflows", *TITLES[after:]]
    assert len(page.splitlines()) <= 400
    assert not re.findall(r"\bNone\b|\bnan\b|\{\{|\{%|<[a-z]", re.sub(r"(`+).*?\1", "", page))
    assert "No sessions found" not in page


def test_what_could_not_be_read_is_said_with_its_place(sample: Made) -> None:
    source = msgspec.json.decode((sample.folder / "full.json").read_bytes())["source"]
    said = next(line for line in sample.markdown().splitlines() if "Read: " in line)
    said = said.partition("Read: ")[2]
    figures = [f"{source[name]:,}" for name in ("lines", "files", "parsed", "salvaged", "skipped")]
    assert re.findall(r"(?<![\w/])\d[\d,]*(?![\w/])", re.sub(r"`[^`]*`", "", said)) == figures
    page = sample.html()
    assert '<h3 id="lines">' in page
    assert re.search(r"<code>[^<]*\.jsonl:\d+</code>", page[page.index('id="lines"') :])
    shared = sample.html(share=True)
    assert not re.search(r"\.jsonl", shared)


def test_misroutes_stand_with_their_words(sample: Made) -> None:
    table = sample.markdown().split("| delegation | went to |")[1].split("\n\n")[0]
    assert len(table.splitlines()) > 3
    shared = sample.markdown(share=True).split("| delegation | went to |")[1].split("\n\n")[0]
    assert all(row.split(" | ")[5:7] == ["–", "–"] for row in shared.splitlines()[2:])


def test_the_page_is_whole_and_made_in_time(sample: Made) -> None:
    began = time.process_time()
    page = sample.html()
    assert time.process_time() - began < 3
    html5lib.HTMLParser(strict=True).parse(page)
    assert len(re.findall('<figure id="chart-', page)) >= 14
    assert not re.findall(r">None<|>nan<|\{\{|\{%", page)


def test_no_home_folder_and_no_owner_is_left(sample: Made) -> None:
    for page in (sample.markdown(), sample.html()):
        assert "/home/" not in page.replace("/home/x", "")
        assert "-home-" not in page


def test_a_selection_is_said_with_how_many_it_left_out(tmp_path: Path) -> None:
    made = sessions(2)
    filters = msgspec.structs.replace(
        FILTERS, project="shop", since="2026-03-01", until="2026-03-31", sessions_left_out=7
    )
    chosen = msgspec.structs.replace(enriched(*made), filters=filters)
    page = from_records(tmp_path, chosen, msgspec.structs.replace(full(*made), filters=filters)).markdown()
    assert (
        "whose folder contains `shop` from 2026-03-01 until 2026-03-31 are included; 7 sessions were left out." in page
    )


def test_a_strategy_of_ones_own_has_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = (
        "from common.strategy import Strategy\n"
        "def answer(inputs):\n"
        "    return {'zebras <b>': len(inputs.cases), 'fence': '```'}\n"
        "STRATEGY = Strategy(name='mine', question='How many?', answer=answer)\n"
    )
    (tmp_path / "own_report_strategy.py").write_text(code)
    monkeypatch.syspath_prepend(str(tmp_path))
    made = sessions(2)
    report = from_records(tmp_path, enriched(*made), full(*made), strategies=("own_report_strategy:STRATEGY",))
    page = report.markdown()
    assert "## Your own strategies\n\n**`mine`: `How many?`**\n\n````text\n" in page
    assert '  "zebras <b>": 12,' in page
    html = report.html()
    assert "&#34;zebras &lt;b&gt;&#34;: 12" in html
    assert "zebras" not in report.html(share=True)
