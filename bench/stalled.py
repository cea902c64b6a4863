#!/usr/bin/env python3
"""What memory does a stalled peer cost the other side?

    ./dev bench stalled
    python3 bench/stalled.py [BIN_DIR]

Two clusters with two workers each, in the middle of a job whose partials are as large as
they travel (64 KiB). For 60 s the coordinator of one is stopped (SIGSTOP), and one worker
of the other. The growth of the resident memory of each process on the other side is the
most that was seen meanwhile, against just before.
"""

import signal
import sys
import threading
import time

from support.cluster import Cluster, programs_of, resident_bytes, say
from support.figures import answer

STALL_SECONDS = 60
BOUND_BYTES = 64 << 20

JOB = ("name: partials\nstages:\n  - name: work\n    random_sum: {values: 8000}\n    tasks: {count: 1000000}\n"
       "    reduce: sum\noutputs:\n  answer: {from: work}\n")


def growth_while_stopped(cluster, stopped, others):
    before = {pid: resident_bytes(pid) for pid in others}
    most = dict(before)
    cluster.kill(stopped, signal.SIGSTOP)
    end = time.monotonic() + STALL_SECONDS
    while time.monotonic() < end:
        for pid in others:
            most[pid] = max(most[pid], resident_bytes(pid))
        time.sleep(0.05)
    cluster.kill(stopped, signal.SIGCONT)
    return max(most[pid] - before[pid] for pid in others)


def stall(programs, name, stopped_of, others_of, result):
    with Cluster(programs, workers=2) as cluster:
        job = cluster.submit(JOB)
        while int(cluster.job(job)["stages"][0]["tasks_committed"]) == 0:
            time.sleep(0.05)
        time.sleep(2)
        result[name] = growth_while_stopped(cluster, stopped_of(cluster), others_of(cluster))
        cluster.mote("cancel", job)
        say(f"{name}: {result[name] / 2**20:.1f} MiB more")


def main(arguments):
    programs = programs_of(arguments)
    grown = {}
    runs = [
        ("coordinator", lambda c: c.coordinator.pid, lambda c: [w.pid for w in c.workers]),
        ("worker", lambda c: c.workers[0].pid, lambda c: [c.coordinator.pid]),
    ]
    threads = [threading.Thread(target=stall, args=(programs, *run, grown)) for run in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answer(
        "What memory does a peer that is stalled for 60 s cost the other side?",
        "at most 64 MiB",
        len(grown) == len(runs) and all(bytes_ <= BOUND_BYTES for bytes_ in grown.values()),
        stalled_coordinator_costs_a_worker_bytes=grown["coordinator"],
        stalled_worker_costs_the_coordinator_bytes=grown["worker"],
    )


if __name__ == "__main__":
    main(sys.argv)
