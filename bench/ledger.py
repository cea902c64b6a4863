#!/usr/bin/env python3
"""How many bytes of the ledger does a task take, with a row of its own?

    ./dev bench ledger
    python3 bench/ledger.py [BIN_DIR]

Jobs of one phase (`noop`, `spin`) with block sizes as the coordinator chooses them, and
with blocks of one task. The size is that of the files in the state directory after the
job; every task must have its row.
"""

import subprocess
import sys

from support.cluster import Cluster, programs_of, say
from support.figures import answer

# Name, operation, tasks, blocks of one task?
CASES = [
    ("no-op", "noop: {}", 20_000_000, False),
    ("10 us", "spin: {duration: 10us}", 500_000, False),
    ("1 ms", "spin: {duration: 1ms}", 10_000, False),
    ("100 ms", "spin: {duration: 100ms}", 100, False),
    ("no-op, blocks of one task", "noop: {}", 50_000, True),
]


def job_of(operation, tasks):
    return (f"name: ledger\nstages:\n  - name: work\n    {operation}\n    tasks: {{count: {tasks}}}\n"
            "    reduce: count\noutputs:\n  answer: {from: work}\n")


def rows_of(cluster, job):
    """How many rows `mote cost --tasks` lists."""
    with subprocess.Popen([cluster.programs / "mote", "cost", str(job["id"]), "--tasks", "-o", "csv",
                           "--coordinator", cluster.address], stdout=subprocess.PIPE) as rows:
        return sum(1 for _ in rows.stdout) - 1


def one(programs, operation, tasks, single):
    with Cluster(programs, workers=2, block_tasks=1 if single else None) as cluster:
        job = cluster.finish(cluster.submit(job_of(operation, tasks)))
        size = sum(path.stat().st_size for path in (cluster.folder / "state" / "ledger").glob("*.ledger"))
        rows = rows_of(cluster, job)
    if rows != tasks:
        raise SystemExit(f"{rows} of {tasks} tasks have a row")
    return size / tasks


def main(arguments):
    programs = programs_of(arguments)
    bytes_per_task = {}
    for name, operation, tasks, single in CASES:
        bytes_per_task[name] = round(one(programs, operation, tasks, single), 3)
        say(f"{name}: {bytes_per_task[name]} bytes a task")
    worst = max(size for (name, _, _, single), size in zip(CASES, bytes_per_task.values()) if not single)
    answer(
        "How many bytes of the ledger does a task of one phase take, with a measured row of its own?",
        "at most 8 on average",
        worst <= 8,
        bytes_per_task=bytes_per_task,
    )


if __name__ == "__main__":
    main(sys.argv)
