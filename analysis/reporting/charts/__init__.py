"""The charts: `Context` → `Chart`, drawn by lets-plot, cleaned by ``svg``. Only the HTML report imports it."""
