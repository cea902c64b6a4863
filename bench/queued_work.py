#!/usr/bin/env python3
"""How much memory does queued work cost the coordinator?

    ./dev bench queued_work
    python3 bench/queued_work.py [BIN_DIR]

Without any worker: one job of 10^9 tasks, and 100,000 jobs of one task each. Resident
memory of the coordinator before and after.
"""

import sys

from support.cluster import Cluster, programs_of, resident_bytes, say
from support.figures import answer

TASKS = 1_000_000_000
JOBS = 100_000


def main(arguments):
    with Cluster(programs_of(arguments), workers=0) as cluster:
        cluster.program("mote-one-task", cluster.address, 100, "--queue")  # what any first job needs
        start = resident_bytes(cluster.coordinator.pid)
        cluster.submit(f"name: large\nstages:\n  - name: work\n    noop: {{}}\n    tasks: {{count: {TASKS}}}\n"
                       "outputs:\n  answer: {from: work}\n")
        large = resident_bytes(cluster.coordinator.pid)
        say(f"one job of {TASKS} tasks: {large - start} bytes")
        submitted = cluster.program("mote-one-task", cluster.address, JOBS, "--queue")
        many = resident_bytes(cluster.coordinator.pid)
        say(f"{JOBS} jobs: {many - large} bytes; each was accepted in {submitted['p50_ms']} ms")
    per_task, per_job = (large - start) / TASKS, (many - large) / JOBS
    answer(
        "How much memory does queued work cost the coordinator?",
        "0.001 bytes for each task of one job of 10^9; 2 KiB for each of 100,000 jobs of one task",
        per_task <= 0.001 and per_job <= 2048,
        bytes_per_task_of_one_job=round(per_task, 6),
        bytes_per_job=round(per_job, 1),
        accepted_p50_ms=submitted["p50_ms"],
        accepted_p99_ms=submitted["p99_ms"],
    )


if __name__ == "__main__":
    main(sys.argv)
