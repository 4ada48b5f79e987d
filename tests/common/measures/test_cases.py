"""Cases know the thread that called, which is summed up once for all its calls."""

from common.measures.cases import UNKNOWN_THREAD, CallingThread, cases_of
from common.measures.prices import load_prices
from tests.builders.records import delegation, run, session, spent

OPUS, HAIKU = "claude-opus-4-6", "claude-haiku-4-5-20251001"


def test_the_main_thread_has_the_model_of_most_messages_with_its_tier_and_its_cache() -> None:
    days = [
        spent(model=OPUS, messages=3, cache_creation_5m=30, tier="fast"),
        spent(model=OPUS, messages=2, cache_creation_1h=10),
        spent(model=HAIKU, messages=1, cache_creation_1h=99),
        spent(model=None),
    ]
    first, second = cases_of(session("s", delegation("t1"), delegation("t2"), days=days), "P", load_prices())
    models = frozenset({OPUS, "claude-haiku-4-5"})
    assert first.caller == CallingThread(OPUS, models, tier="fast", written=40, written_for_an_hour=10)
    assert second.caller is first.caller
    assert first.parent_model == OPUS


def test_a_run_that_called_is_the_calling_thread_of_its_calls() -> None:
    outer = delegation("t1", model=HAIKU, run=run(spent(model=HAIKU, cache_creation_5m=5)))
    calls = [outer, delegation("t2", caller="t1"), delegation("t3", caller="gone"), delegation("t4", caller="t2")]
    _, inner, lost, of_no_run = cases_of(session("s", *calls), "P", load_prices())
    assert inner.caller == CallingThread(HAIKU, frozenset({"claude-haiku-4-5"}), written=5)
    assert lost.caller is UNKNOWN_THREAD
    assert of_no_run.caller == CallingThread(of_no_run.session.delegations[1].model)
