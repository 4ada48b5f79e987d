"""The context of delegations: agent types that could be called, titles of sessions, what the user did next."""
