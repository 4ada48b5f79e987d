"""The numbers of the analysis, each defined once."""
