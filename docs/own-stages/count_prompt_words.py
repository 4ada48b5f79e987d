"""Count the words of the prompts of each agent: an example of your own script, in plain Python."""

import collections
import csv
import json
import pathlib
import sys

sessions, table = map(pathlib.Path, sys.argv[1:])
words: collections.Counter[str] = collections.Counter()
for session in json.loads(sessions.read_text(encoding="utf-8"))["sessions"]:
    for delegation in session["delegations"]:
        words[delegation["agent_type"]] += len(delegation["prompt"].split())
with table.open("w", newline="", encoding="utf-8") as stream:
    csv.writer(stream).writerows([("agent", "words"), *sorted(words.items())])
sys.stdout.write(f"{len(words)} agents, {words.total()} words\n")
