#!/usr/bin/env python3
"""How many no-op tasks a second, from submission to the durable result?

    ./dev bench noop
    python3 bench/noop.py [BIN_DIR]

Each task runs through the interface that any operation has, and is timed and counted on
its own. The bound, taken in the same round: as many processes as there are slots, each
reading the clock once a task and doing nothing else. The coordinator's share is its CPU
time from before the submission until after the end.
"""

import json
import subprocess
import sys

from support.cluster import Cluster, cpu_seconds, noop_job, programs_of, say, seconds, stage
from support.figures import answer, spread

ROUNDS = 5
WORKERS = 2
TASKS = 200_000_000


def bare_loops(programs):
    """Tasks per second of all of them together."""
    loops = [subprocess.Popen([programs / "mote-clock-loop", "3"], stdout=subprocess.PIPE, text=True)
             for _ in range(WORKERS)]
    return sum(json.loads(loop.communicate()[0])["tasks_per_second"] for loop in loops)


def one_round(programs):
    bare = bare_loops(programs)
    with Cluster(programs, workers=WORKERS) as cluster:
        before = cpu_seconds(cluster.coordinator.pid)
        job = cluster.finish(cluster.submit(noop_job(TASKS)))
        used = cpu_seconds(cluster.coordinator.pid) - before
    if stage(job)["cost"]["tasks"] != TASKS:
        raise SystemExit(f"{stage(job)['cost']['tasks']} of {TASKS} tasks were accounted for")
    rate = TASKS / seconds(job)
    say(f"{rate / 1e6:.1f} M tasks/s; bare loops {bare / 1e6:.1f} M/s; coordinator {used:.2f} s of CPU")
    return {"rate": rate, "ratio": rate / bare, "cpu_us": used / TASKS * 1e6}


def main(arguments):
    programs = programs_of(arguments)
    rounds = [one_round(programs) for _ in range(ROUNDS)]
    rate, ratio, cpu = (spread([r[name] for r in rounds], 6) for name in ("rate", "ratio", "cpu_us"))
    answer(
        f"How many no-op tasks a second do {WORKERS} workers run, from submission to the durable result?",
        "20,000,000 a second and 0.25 of bare loops that read the clock; at most 0.05 µs of coordinator CPU each",
        rate["median"] >= 20e6 and ratio["median"] >= 0.25 and cpu["median"] <= 0.05,
        tasks=TASKS,
        tasks_per_second=rate,
        of_bare_loops=ratio,
        coordinator_cpu_microseconds_per_task=cpu,
    )


if __name__ == "__main__":
    main(sys.argv)
