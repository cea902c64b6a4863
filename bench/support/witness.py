"""A job whose every execution of a task leaves a line in a file: a witness that does not
rely on what mote says of itself."""

import pathlib
import sys

PROGRAM = """\
import os, sys, time
out = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
for line in sys.stdin:
    os.write(out, line.strip().encode() + b"\\n")
    time.sleep({seconds!r})
    print(line.strip(), flush=True)
"""


class Witness:
    """A job of `tasks` tasks that each wait `seconds`, and what was really executed of it."""

    def __init__(self, folder, tasks, seconds):
        self.tasks = tasks
        self._seconds = seconds
        self._log = pathlib.Path(folder) / "executed.log"

    def submit(self, cluster):
        self._log.write_text("", encoding="ascii")
        text = (f"name: witness\ninputs:\n  rows: {{jsonl: {{path: rows.jsonl}}}}\nstages:\n  - name: work\n"
                f"    input: rows\n    command: {{run: [{sys.executable}, work.py], files: [work.py]}}\n"
                "    retry: {attempts: 100}\noutputs:\n  answer: {from: work}\n")
        rows = "".join(f"{i}\n" for i in range(self.tasks))
        program = PROGRAM.format(log=str(self._log), seconds=self._seconds)
        return cluster.submit(text, {"rows.jsonl": rows, "work.py": program})

    def executions(self):
        """How often a task was begun, over all tasks."""
        return len(self._log.read_text(encoding="ascii").splitlines())

    def tasks_executed(self):
        """How many different tasks were."""
        return len(set(self._log.read_text(encoding="ascii").splitlines()))
