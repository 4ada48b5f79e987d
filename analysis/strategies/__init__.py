"""The strategies: each answers one question from the data, in a module of its own."""

from analysis.strategies import marathons, metrics, routing_quality

STRATEGIES = (metrics.STRATEGY, marathons.STRATEGY, routing_quality.STRATEGY)
