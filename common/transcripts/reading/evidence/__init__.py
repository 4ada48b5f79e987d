"""Boundary: what a transcript shows of the work of agents and of its use."""
