"""What running scripts takes, whoever orders them: nothing here knows doit.

::

    choice.py         which scripts, what must hold before they run, which would run
    scripts.py        a script: why it would run, and how a run of it went
    evidence.py       what its outputs rest on, and why they no longer stand
    fingerprints.py   the states of files, transcripts and agent definitions
    code_files.py     the files of ours that a module rests on
    command_line.py   values as the options of a script
    processes.py      a program to its end: time limit, output as it comes, end of its whole tree
    state_file.py     texts by name in one sqlite3 file that is never torn, and never believed when damaged
    report.py         what a run shows, and what it leaves in the log
    screen.py         lines with the sign of a state; on a terminal with colours and bars
    execution_log.py  what ran when, for how long, and how it went
    history.py        that as a table
    plan_text.py      a plan as text
"""
