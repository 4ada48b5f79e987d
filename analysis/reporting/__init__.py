"""From results to a report: pure functions make a view, once; templates render it as HTML or as Markdown.

Words stand in ``analysis/templates``, figures in the view. The view is made of the pieces in ``values``.
"""
