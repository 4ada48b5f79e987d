"""The bundled sample: three months of invented work with subagents, in every storage layout."""
