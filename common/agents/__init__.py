"""Agents: their definitions, the history of these, and the periods that follow from it."""
