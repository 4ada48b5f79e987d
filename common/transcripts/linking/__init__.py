"""The facts of files that belong together, linked: copies, delegations, runs, outcomes."""
