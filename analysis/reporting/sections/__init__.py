"""The parts of the report in their order, one module each: `Context` → blocks."""
