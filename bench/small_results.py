#!/usr/bin/env python3
"""How many tasks a second return 16 bytes each, all delivered in order?

    ./dev bench small_results
    python3 bench/small_results.py [BIN_DIR]

From the submission until all rows are files in the client's directory, in the tasks' order.
Each row is checked: it depends on the task's index alone, so the digest of the same job on
one worker must be that of two.
"""

import shutil
import sys
import time

from support.cluster import Cluster, programs_of, say, seconds, stage
from support.figures import answer, spread

ROUNDS = 5
WORKERS = 2
TASKS = 4_000_000
JOB = (f"name: echo\nstages:\n  - name: work\n    echo: {{bytes: 16}}\n    tasks: {{count: {TASKS}}}\n"
       "outputs:\n  answer: {from: work}\n")


def run(programs, workers):
    with Cluster(programs, workers=workers) as cluster:
        job_id = cluster.submit(JOB)
        job = cluster.finish(job_id)
        if stage(job)["cost"]["tasks"] != TASKS:
            raise SystemExit(f"{stage(job)['cost']['tasks']} of {TASKS} tasks were accounted for")
        out = cluster.folder / "out"
        began = time.monotonic()
        cluster.mote("result", job_id, "--output", out)
        written = time.monotonic() - began
        shutil.rmtree(out)
        return seconds(job), written, cluster.digest(job_id)


def main(arguments):
    programs = programs_of(arguments)
    _, _, digest = run(programs, 1)
    rounds = []
    for _ in range(ROUNDS):
        took, written, same = run(programs, WORKERS)
        if same != digest:
            raise SystemExit(f"rows differ: {same} on two workers, {digest} on one")
        rounds.append({"computed": TASKS / took, "delivered": TASKS / (took + written)})
        say(f"{TASKS / took / 1e6:.2f} M tasks/s to the durable result, {rounds[-1]['delivered'] / 1e6:.2f} M/s to files")
    computed, delivered = (spread([r[name] for r in rounds], 0) for name in ("computed", "delivered"))
    answer(
        "How many tasks a second return 16 bytes each, all delivered in order?",
        "1,000,000 a second",
        delivered["median"] >= 1e6,
        tasks=TASKS,
        tasks_per_second_to_durable_result=computed,
        tasks_per_second_to_the_clients_files=delivered,
    )


if __name__ == "__main__":
    main(sys.argv)
