#!/usr/bin/env python3
"""Does a coordinator that is killed again and again lose or repeat anything?

    ./dev bench coordinator_random_kills
    python3 bench/coordinator_random_kills.py [BIN_DIR [KILLS [SEED]]]   # 100 kills, seed 1

Jobs of 4,000 tasks of 5 ms on two workers, by a program that leaves a line in a file for
every task it runs. The coordinator is killed with SIGKILL at random moments and started
again at once. Before each kill, the tasks committed and the leases held are asked for:
what was committed then must be so afterwards, and a lease counts as a block in flight.
The file says which tasks were begun more than once: each counts as a block recomputed.
The ledger's attempts_lost also holds leases that were granted, and then lost with the
coordinator before the worker heard of them: nothing was computed of those.
"""

import json
import random
import sys
import time

from support.cluster import Cluster, programs_of, say, stage
from support.figures import answer
from support.witness import Witness

TASKS = 4000
PAUSE_SECONDS = (0.02, 0.6)


def leases(cluster):
    return sum(int(w.get("leases", 0)) for w in json.loads(cluster.mote("workers", "-o", "json").stdout))


class Killer:
    """Kills the coordinator while a job runs, and counts what that did."""

    def __init__(self, cluster, generator):
        self.cluster = cluster
        self.generator = generator
        self.kills = 0
        self.in_flight = 0
        self.lost_results = 0

    def strike(self, job):
        """False: the job has ended."""
        time.sleep(self.generator.uniform(*PAUSE_SECONDS))
        self.in_flight += leases(self.cluster)
        before = self.cluster.job(job)
        if "end_time" in before:
            return False
        # The next moments are as good as any: what was just read is durable in each.
        time.sleep(self.generator.uniform(0, 0.02))
        self.cluster.kill_coordinator()
        self.cluster.start_coordinator()
        self.kills += 1
        committed = stage(self.cluster.job(job))["tasks_committed"]
        self.lost_results += max(0, stage(before)["tasks_committed"] - committed)
        return True


def main(arguments):
    programs = programs_of(arguments)
    kills_wanted = int(arguments[2]) if len(arguments) > 2 else 100
    seed = int(arguments[3]) if len(arguments) > 3 else 1
    again = unheard = twice = wrong = jobs = 0
    with Cluster(programs, workers=2) as cluster:
        witness = Witness(cluster.folder, TASKS, 0.005)
        reference = cluster.digest(cluster.finish(witness.submit(cluster))["id"])
        killer = Killer(cluster, random.Random(seed))
        while killer.kills < kills_wanted:
            job = witness.submit(cluster)
            while killer.kills < kills_wanted and killer.strike(job):
                pass
            work = stage(cluster.finish(job))
            jobs += 1
            again += witness.executions() - witness.tasks_executed()
            unheard += work["cost"]["attempts_lost"]
            twice += abs(work["cost"]["tasks"] - TASKS) + abs(work["tasks_committed"] - TASKS)
            wrong += cluster.digest(job) != reference
            say(f"{killer.kills} kills, {killer.in_flight} blocks in flight, {again} tasks begun again, "
                f"{unheard} attempts lost, {killer.lost_results} results lost")
    kept = 1 - again / killer.in_flight
    answer(
        "Does a coordinator that is killed at random moments of a job lose or repeat anything?",
        "over at least 100 kills: no committed task lost, none counted twice, at least 99 % of blocks in flight kept",
        killer.kills >= 100 and killer.lost_results == 0 and twice == 0 and wrong == 0 and kept >= 0.99,
        seed=seed, kills=killer.kills, jobs=jobs, tasks=jobs * TASKS,
        results_lost=killer.lost_results, counted_twice=twice, other_digests=wrong,
        blocks_in_flight=killer.in_flight, tasks_begun_again=again, blocks_kept=round(kept, 4),
        attempts_lost=unheard,
    )


if __name__ == "__main__":
    main(sys.argv)
