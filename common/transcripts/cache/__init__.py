"""The cache: facts and records that a run keeps for the next one."""
