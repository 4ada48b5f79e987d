"""Answer the question of every strategy from data that is loaded once."""

import traceback
from collections.abc import Sequence
from pathlib import Path

import msgspec

from analysis.strategies import STRATEGIES
from analysis.strategies.own import load_strategies
from common import schema
from common.agents.definitions import read_definitions
from common.agents.history import read_history
from common.data_repository import DataRepository
from common.defaults import MARATHON_OVER, TIMEZONE
from common.errors import CommandError, ProjectError, ScriptError
from common.files import write_atomically
from common.measures.prices import load_prices
from common.records.aggregate import AggregateResults, OwnResult, StrategyRun
from common.records.base import Envelope
from common.records.extraction import Filters
from common.routing.rules import load_rules
from common.script import Input, Output, conclude, progress, run
from common.strategy import Material, Strategy
from common.text.formatting import plural
from common.text.suggestions import did_you_mean
from common.times import Calendar


def main(  # noqa: PLR0913 (every option is a keyword)
    *,
    sessions: Input,
    patterns: Input,
    marathons: Input,
    segmentation: Input,
    results: Path,
    aggregate: Output,
    all: bool = False,  # noqa: A002 (the option's name)
    strategy: tuple[str, ...] = (),
    strategies: tuple[str, ...] = (),
    timezone: str = TIMEZONE,
    marathon_over: int = MARATHON_OVER,
    agents: tuple[Path, ...] = (),
    rules: Path | None = None,
    prices: str | None = None,
) -> None:
    """Answer the questions of all strategies (--all), which makes the aggregate too, or of one (--strategy NAME).

    --strategies names strategies of your own as module:NAME.
    """
    own = load_strategies(strategies, [known.name for known in STRATEGIES])
    chosen = choose_strategies([*STRATEGIES, *own], strategy, all_of_them=all)
    repository = DataRepository(enriched=sessions, patterns=patterns, marathons=marathons, segmentation=segmentation)
    material = Material(
        enriched=repository.load_enriched(),
        patterns=repository.load_routing_patterns(),
        marathons=repository.load_marathons(),
        segmentation=repository.load_segmentation(),
        definitions=read_definitions(agents),
        calendar=Calendar(timezone),
        marathon_over=marathon_over,
        prices=load_prices(prices),
        rules=load_rules(rules),
        commits=read_history(agents).commits,
    )
    answers = answer_all(chosen, material)
    for answered, encoded in answers:
        write_atomically(results / f"{answered.name}_result.json", encoded)
    if all:
        write_atomically(aggregate, schema.encode(gather(answers, material.enriched.filters)))
    conclude(f"{plural(len(answers), 'strategy', 'strategies')} answered")


def choose_strategies(known: Sequence[Strategy], names: Sequence[str], *, all_of_them: bool) -> list[Strategy]:
    """Return the strategies to run, in the order of the list."""
    by_name = {strategy.name: strategy for strategy in known}
    if all_of_them == bool(names):
        got = "both" if names else "neither"
        raise CommandError(f"expected either --all or --strategy NAME, got {got}; strategies are {', '.join(by_name)}")
    for name in names:
        if name not in by_name:
            hint = did_you_mean(name, by_name, f"strategies are {', '.join(by_name)}")
            raise CommandError(f"--strategy {name}: no such strategy; {hint}")
    return [strategy for strategy in known if all_of_them or strategy.name in names]


def answer_all(chosen: Sequence[Strategy], material: Material) -> list[tuple[Strategy, bytes]]:
    """Return each strategy with the bytes of its result file; the error of the first strategy that fails is raised."""
    answers = []
    for number, strategy in enumerate(chosen):
        progress(number, len(chosen), "strategies")
        answers.append((strategy, encode_answer(strategy, material)))
    return answers


def encode_answer(strategy: Strategy, material: Material) -> bytes:
    """Return the strategy's result file."""
    try:
        found = strategy.answer(material)
        if isinstance(found, Envelope):
            return schema.encode(found)
        result = OwnResult(
            **schema.envelope(OwnResult),
            filters=material.enriched.filters,
            strategy=strategy.name,
            question=strategy.question,
            answer=msgspec.Raw(msgspec.json.encode(found)),
        )
        return schema.encode(result)
    except ProjectError:
        raise
    except Exception as error:  # the strategy may be the user's own: any error fails the run
        place = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        raise ScriptError(f"the strategy {strategy.name} failed in {where}: {type(error).__name__}: {error}") from error


def gather(answers: Sequence[tuple[Strategy, bytes]], filters: Filters) -> AggregateResults:
    """Return all results in one record, each whole."""
    return AggregateResults(
        **schema.envelope(AggregateResults),
        filters=filters,
        strategies={
            strategy.name: StrategyRun(status="done", question=strategy.question, result=msgspec.Raw(encoded.strip()))
            for strategy, encoded in answers
        },
    )


if __name__ == "__main__":
    run(main)
