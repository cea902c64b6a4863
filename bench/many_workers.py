#!/usr/bin/env python3
"""What do 10,000 workers cost one coordinator?

    ./dev bench many_workers
    python3 bench/many_workers.py [BIN_DIR]

mote-many-workers keeps the sessions of so many workers, each with a connection of its own,
and runs what they are leased at once, all in one process. Told are the tasks a second of a
job of no-ops, one to a block, with 10,000 workers and with 10, and the coordinator's CPU
while the 10,000 do nothing but send heartbeats. Both processes share this machine's cores.
"""

import subprocess
import sys
import time

from support.cluster import Cluster, cpu_seconds, noop_job, programs_of, resident_bytes, say, seconds, stage
from support.figures import answer, spread

ROUNDS = 5
MANY, FEW = 10_000, 10
TASKS = 100_000
IDLE_SECONDS = 10


def run(programs, count):
    with Cluster(programs, workers=0, block_tasks=1) as cluster:
        workers = subprocess.Popen([programs / "mote-many-workers", cluster.address, str(count), cluster.folder / "store"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        start = time.monotonic()
        if workers.stdout.readline() != "welcomed\n":
            raise SystemExit(f"{count} workers do not connect")
        connected = time.monotonic() - start
        cluster.finish(cluster.submit(noop_job(TASKS)))  # passes are defined, caches warm
        job = cluster.finish(cluster.submit(noop_job(TASKS)))
        if stage(job)["cost"]["tasks"] != TASKS:
            raise SystemExit(f"{stage(job)['cost']['tasks']} of {TASKS} tasks were accounted for")
        time.sleep(1)
        before = cpu_seconds(cluster.coordinator.pid)
        time.sleep(IDLE_SECONDS)
        idle = (cpu_seconds(cluster.coordinator.pid) - before) / IDLE_SECONDS
        figures = {"rate": TASKS / seconds(job), "idle_cores": idle, "connected_seconds": connected,
                   "bytes_per_worker": resident_bytes(cluster.coordinator.pid) / count}
        workers.stdin.close()
        workers.wait()
    say(f"{count} workers: {figures['rate']:.0f} tasks/s, {idle:.3f} cores for heartbeats, all connected after "
        f"{connected:.1f} s")
    return figures


def main(arguments):
    programs = programs_of(arguments)
    rounds = [(run(programs, MANY), run(programs, FEW)) for _ in range(ROUNDS)]
    ratio = spread([many["rate"] / few["rate"] for many, few in rounds])
    idle = spread([many["idle_cores"] for many, _ in rounds])
    answer(
        f"What do {MANY} workers cost one coordinator?",
        f"dispatch at least half as fast as to {FEW}; at most 0.2 of a core for heartbeats",
        ratio["median"] >= 0.5 and idle["median"] <= 0.2,
        dispatch_of_few=ratio,
        tasks_per_second=spread([many["rate"] for many, _ in rounds], 0),
        heartbeat_cores=idle,
        seconds_until_all_are_connected=spread([many["connected_seconds"] for many, _ in rounds], 2),
        coordinator_bytes_per_worker=spread([many["bytes_per_worker"] for many, _ in rounds], 0),
    )


if __name__ == "__main__":
    main(sys.argv)
