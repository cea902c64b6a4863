#!/usr/bin/env python3
"""How soon is one poison task among a million found, and is the rest delivered?

    ./dev bench poison
    python3 bench/poison.py [BIN_DIR]

1,000,000 tasks on two workers, one of which kills its engine, runs out of memory, or
fails, with on_bad_task: quarantine. Attempts that ended without a commit are those of
blocks that held the poison task. Blocks of this job have at most 2^20 tasks; the bound
is taken for blocks of one task, log2(1) + 3, which is the least it can be.
"""

import sys

from support.cluster import Cluster, programs_of, say, seconds, stage
from support.figures import answer

TASKS, POISON = 1_000_000, 765_432
ATTEMPTS_MAX = 3


def job_text(how):
    return (f"name: poison\nstages:\n  - name: work\n    misbehave: {{tasks: [{POISON}], how: {how}}}\n"
            f"    tasks: {{count: {TASKS}}}\n    on_bad_task: quarantine\noutputs:\n  answer: {{from: work}}\n")


def main(arguments):
    results = {}
    with Cluster(programs_of(arguments), workers=2) as cluster:
        for how in ("crash", "oom", "error"):
            job = cluster.finish(cluster.submit(job_text(how)), (5,))
            work = stage(job)
            results[how] = {
                "attempts": work["cost"]["attempts_lost"],
                "delivered": work["tasks_committed"],
                "absent": [a["task"] for a in job["absent"]],
                "seconds": round(seconds(job), 3),
            }
            say(f"{how}: {results[how]}")
    answer(
        "How soon is one poison task among 1,000,000 found, and is the rest delivered?",
        "at most log2(block) + 3 attempts, here at most 3; 999,999 results",
        all(r["attempts"] <= ATTEMPTS_MAX and r["delivered"] == TASKS - 1 and
            [int(t) for t in r["absent"]] == [POISON] for r in results.values()),
        poison=results,
    )


if __name__ == "__main__":
    main(sys.argv)
