"""The layer over doit: how a script becomes a task, which tasks run and why, and the commands.

::

    project.py     Project.step(): a row of dodo.py as a task of doit; rows of the user's own
    own_stages.py  the file with those rows
    step.py        a script as doit's action; doit's runner and reporter of scripts
    database.py    what is kept of each script, as doit's backend
    base.py        what the commands share: options, errors, the lock
    commands.py    run, plan, csv, list, forget
    upkeep.py      adopt, verify, clean, history, graph, and what is refused of doit's own

What it stands on knows nothing of doit: `common.running`, where scripts are chosen, say why they would run, and run.
"""
