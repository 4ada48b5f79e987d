"""Tests of what a transcript shows of the work of agents."""
