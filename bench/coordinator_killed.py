#!/usr/bin/env python3
"""What does a coordinator cost that is killed and started again at once?

    ./dev bench coordinator_killed
    python3 bench/coordinator_killed.py [BIN_DIR]

200 tasks of 50 ms on two workers of one slot, by a program that leaves a line in a file
for every task it runs. Each of five rounds runs them undisturbed, and with the
coordinator killed with SIGKILL after 2.5 s and started again at once.
"""

import sys
import time

from support.cluster import Cluster, programs_of, say, seconds, stage
from support.figures import answer, spread
from support.witness import Witness

ROUNDS = 5
TASKS = 200
KILL_AFTER_SECONDS = 2.5


def one_round(programs):
    with Cluster(programs, workers=2) as cluster:
        witness = Witness(cluster.folder, TASKS, 0.05)
        undisturbed = cluster.finish(witness.submit(cluster))
        reference = cluster.digest(undisturbed["id"])
        job = witness.submit(cluster)
        time.sleep(KILL_AFTER_SECONDS)
        cluster.kill_coordinator()
        cluster.start_coordinator()
        killed = cluster.finish(job)
        result = {
            "undisturbed": seconds(undisturbed),
            "killed": seconds(killed),
            "results": stage(killed)["tasks_committed"],
            "executed_again": witness.executions() - TASKS,
            "attempts_lost": stage(killed)["cost"]["attempts_lost"],
            "same_digest": cluster.digest(job) == reference,
        }
    say(str(result))
    return result


def main(arguments):
    programs = programs_of(arguments)
    rounds = [one_round(programs) for _ in range(ROUNDS)]
    extra = spread([r["killed"] - r["undisturbed"] for r in rounds])
    again = sum(r["executed_again"] for r in rounds)
    complete = all(r["results"] == TASKS and r["same_digest"] for r in rounds)
    answer(
        "What does a coordinator cost 200 tasks of 50 ms that is killed at 2.5 s and started again at once?",
        "200 results, none executed again, at most 1 s more than undisturbed",
        complete and again == 0 and extra["median"] <= 1.0,
        undisturbed_seconds=spread([r["undisturbed"] for r in rounds]),
        killed_seconds=spread([r["killed"] for r in rounds]),
        seconds_more=extra,
        results=[r["results"] for r in rounds],
        executed_again=again,
        attempts_lost=sum(r["attempts_lost"] for r in rounds),
        same_digest=all(r["same_digest"] for r in rounds),
    )


if __name__ == "__main__":
    main(sys.argv)
