"""The charts: `Context` → `Chart`, drawn by lets-plot, washed by ``svg``. Only the HTML report imports this package."""
