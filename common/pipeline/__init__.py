"""The layer over doit: how a script becomes a task, when it is stale, how it runs, and what the user sees.

::

    project.py    Project.step(): a row of dodo.py as a doit task
    freshness.py  what a step's outputs rest on, and why they no longer stand
    database.py   where that is kept: sqlite3, replaced whole after each success
    action.py     one script as a process: time limit, output, progress, end of its whole tree
    runner.py     doit's runner over the chosen scripts
    choice.py     which scripts, and the checks before work
    commands.py   doit's commands: run, plan, list, forget, clean …
    display.py    plain lines, or the live display
    log.py        the execution log and its history
"""
