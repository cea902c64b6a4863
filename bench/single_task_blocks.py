#!/usr/bin/env python3
"""How many tasks a second does the coordinator lease, commit and fold one by one?

    ./dev bench single_task_blocks
    python3 bench/single_task_blocks.py [BIN_DIR]

Blocks are pinned to one task, so each is a lease, a report, a durable commit and a line of
the ledger of its own. On two cores the workers and their engines share what the coordinator
leaves them: its CPU time a task says what it could do alone.
"""

import sys

from support.cluster import Cluster, cpu_seconds, noop_job, programs_of, say, seconds, stage
from support.figures import answer, spread

ROUNDS = 5
WORKERS = 2
TASKS = 100_000


def one_round(programs):
    with Cluster(programs, workers=WORKERS, block_tasks=1) as cluster:
        before = cpu_seconds(cluster.coordinator.pid)
        job = cluster.finish(cluster.submit(noop_job(TASKS)))
        used = cpu_seconds(cluster.coordinator.pid) - before
    if stage(job)["cost"]["tasks"] != TASKS:
        raise SystemExit(f"{stage(job)['cost']['tasks']} of {TASKS} tasks were accounted for")
    say(f"{TASKS / seconds(job):.0f} tasks/s; coordinator {used / TASKS * 1e6:.1f} us of CPU each")
    return {"rate": TASKS / seconds(job), "cpu_us": used / TASKS * 1e6}


def main(arguments):
    rounds = [one_round(programs_of(arguments)) for _ in range(ROUNDS)]
    rate, cpu = (spread([r[name] for r in rounds]) for name in ("rate", "cpu_us"))
    answer(
        "How many tasks a second does the coordinator lease and commit one by one?",
        "30,000 a second, at most 20 µs of coordinator CPU each",
        rate["median"] >= 30_000 and cpu["median"] <= 20,
        tasks=TASKS,
        tasks_per_second=rate,
        coordinator_cpu_microseconds_per_task=cpu,
    )


if __name__ == "__main__":
    main(sys.argv)
