"""One module per script of the pipeline, and what scripts are made of: strategies, reporting, templates."""
