"""Run the scripts of `dodo.py`: choose them, check staleness, execute, show and log.

::

    project.py        a row of dodo.py as a task of doit
    own_stages.py     the rows that a user adds in stages.yaml
    script_step.py    a script: why it would run, and how a run of it ended
    staleness.py      what outputs depend on, and what changed since they were made
    selection.py      which scripts run, in which order, and the plan of a run
    doit_runner.py    doit's runner, file checker and reporter
    processes.py      a program and all its descendants: time limit, output, end
    state.py          what is recorded of each script, as doit's backend
    execution_log.py  one JSON line for each stage run, and its table
    display.py        what a run shows and logs
    screen.py         lines with the sign of a state; bars on a terminal
    base.py           what the commands share: options, errors, the lock
    commands.py       run, plan, csv, list, forget
    upkeep.py         adopt, verify, clean, history, graph, and the commands of doit that are refused
    graph.py          the scripts and files as a picture
    adoption.py       checks of outputs that a user wants to adopt
"""
