#!/usr/bin/env python3
"""Are the bits of a sum of floating-point numbers always the same, and what does that cost?

    ./dev bench same_bits
    python3 bench/same_bits.py [BIN_DIR [RUNS [SEED]]]   # 200 runs, seed 1

Runs two jobs again and again on clusters of 1, 2, 3 and 7 workers: a sum over 5,000
tasks of 500 numbers, and one of 3,000 tasks of which five are quarantined. Every run is
disturbed in one of several ways, drawn from the seed: not at all, an engine killed, a
worker killed and another started, the coordinator killed and started again, a worker
that is slowed down to a third (so that the learned speed, and with it the size of
blocks, differs), another job beside it (so that blocks are cut in other places). Each
number of workers is tried with blocks as large as the coordinator likes, of at most 64
tasks, and of one.

The cost of the tree: mote-fold-cost folds as many partials of the same size on the tree,
and adds them up plainly in order; the difference is taken against the busy time of an
undisturbed run.
"""

import json
import random
import signal
import statistics
import subprocess
import sys
import threading
import time

from support.cluster import Cluster, programs_of, say, sleep_job, stage
from support.figures import answer, spread

WORKERS = (1, 2, 3, 7)
BLOCK_TASKS = (None, 64, 1)
DISTURBANCES = ("nothing", "engine", "worker", "coordinator", "slow", "beside")
TASKS, VALUES = 5000, 500
COST_ROUNDS = 7

SUMS = (f"name: sums\nstages:\n  - name: work\n    random_sum: {{values: {VALUES}, seed: 1}}\n"
        f"    tasks: {{count: {TASKS}}}\n    reduce: sum\n    retry: {{attempts: 100}}\n"
        "outputs:\n  answer: {from: work}\n")
QUARANTINED = ("name: quarantined\nstages:\n  - name: work\n"
               "    misbehave: {tasks: [0, 77, 1023, 1024, 2999], how: error, values: 500}\n"
               "    tasks: {count: 3000}\n    reduce: sum\n    on_bad_task: quarantine\n    retry: {attempts: 100}\n"
               "outputs:\n  answer: {from: work}\n")
JOBS = {"sums": (SUMS, 0), "quarantined": (QUARANTINED, 5)}  # text, exit code


class Slowed:
    """An engine that runs a third of the time."""

    def __init__(self, pid):
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(pid,))
        self._thread.start()

    def _run(self, pid):
        while not self._stop.wait(0.01):
            Cluster.kill(pid, signal.SIGSTOP)
            time.sleep(0.02)
            Cluster.kill(pid, signal.SIGCONT)

    def end(self):
        self._stop.set()
        self._thread.join()


def disturb(cluster, how, generator):
    """Disturbs while a job runs; returns what ends it."""
    victim = generator.randrange(len(cluster.workers))
    time.sleep(generator.uniform(0, 0.15))
    if how == "engine":
        for engine in cluster.engines(victim):
            cluster.kill(engine)
    elif how == "worker":
        cluster.kill_worker(victim)
        cluster.start_worker(victim)
    elif how == "coordinator":
        cluster.kill_coordinator()
        cluster.start_coordinator()
    elif how == "slow" and cluster.engines(victim):
        return Slowed(cluster.engines(victim)[0]).end
    elif how == "beside":
        beside = cluster.submit(sleep_job(50, "3ms"))
        return lambda: cluster.finish(beside)
    return lambda: None


def one_run(cluster, name, how, generator):
    text, exit_code = JOBS[name]
    job = cluster.submit(text)
    end = disturb(cluster, how, generator)
    finished = cluster.finish(job, (exit_code,))
    end()
    return cluster.digest(job), finished


def cost_of_tree(programs, busy_seconds):
    level = 6
    out = json.loads(subprocess.run([str(programs / "mote-fold-cost"), str(TASKS), str(VALUES), str(level),
                                     str(COST_ROUNDS)], capture_output=True, text=True, check=True).stdout)
    more = [tree - plain for tree, plain in zip(out["tree_seconds"], out["plain_seconds"])]
    return spread([m / busy_seconds for m in more]), out


def main(arguments):
    programs = programs_of(arguments)
    runs = int(arguments[2]) if len(arguments) > 2 else 200
    generator = random.Random(int(arguments[3]) if len(arguments) > 3 else 1)
    digests = {name: {} for name in JOBS}
    disturbed = dict.fromkeys(DISTURBANCES, 0)
    busy = []
    done = 0
    clusters = [(workers, block_tasks) for workers in WORKERS for block_tasks in BLOCK_TASKS]
    for index, (workers, block_tasks) in enumerate(clusters):
        with Cluster(programs, workers=workers, block_tasks=block_tasks) as cluster:
            while done < runs * (index + 1) // len(clusters):
                name = "quarantined" if done % 3 == 2 else "sums"
                how = generator.choice(DISTURBANCES)
                digest, job = one_run(cluster, name, how, generator)
                digests[name][digest] = digests[name].get(digest, 0) + 1
                disturbed[how] += 1
                done += 1
                if name == "sums" and how == "nothing" and block_tasks is None:
                    busy.append(stage(job)["cost"]["measured_seconds"] + stage(job)["cost"]["encode_seconds"])
        say(f"{workers} workers, blocks of at most {block_tasks} tasks: {done} runs, {sum(len(d) for d in digests.values())} digests of {len(JOBS)} jobs")
    differences = sum(sum(d.values()) - max(d.values()) for d in digests.values())
    cost, seconds = cost_of_tree(programs, statistics.median(busy))
    answer(
        "Are the bits of a sum of floating-point numbers the same in every run, and what does the tree cost?",
        "over at least 200 runs no digest differs; the tree costs at most 5 % of the run",
        done >= 200 and differences == 0 and cost["median"] <= 0.05,
        runs=done, workers=list(WORKERS), block_tasks=list(BLOCK_TASKS), disturbances=disturbed, differences=differences, digests=digests,
        busy_seconds=spread(busy), tree_seconds=spread(seconds["tree_seconds"]),
        plain_seconds=spread(seconds["plain_seconds"]), tree_cost_of_run=cost,
    )


if __name__ == "__main__":
    main(sys.argv)
