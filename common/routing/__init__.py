"""Routing: the rules, and the router that learns from the user's own data."""
