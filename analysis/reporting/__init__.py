"""Report: results → sections of blocks → HTML or Markdown.

Pure functions build the sections once; templates render them in both formats. The words are in ``analysis/templates``,
the figures in the blocks.
"""
