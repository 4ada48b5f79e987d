"""The layer over doit: how a script becomes a task, when it is stale, how it runs, and what the user sees.

::

    project.py    Project.step(): a row of dodo.py as a doit task
    freshness.py  what a step's outputs rest on, and why they no longer stand
    database.py   where that is kept: sqlite3, replaced whole after each success
    choice.py     which scripts, the checks before work, what would run and why
    action.py     one script as a process: time limit, output, progress, end of its whole tree
    runner.py     doit's runner over the chosen scripts
    base.py       what the commands share: options, errors, signals, the lock
    commands.py   run, plan, csv, list, forget
    upkeep.py     verify, clean, history, graph, adopt with adoption.py, which reads what outputs say of themselves
    views.py      plan, history and graph as text
    display.py    a run as plain lines
    live.py       a run on a terminal
    log.py        the execution log
    own_stages.py stages.yaml
"""
