#!/usr/bin/env python3
"""How soon is a silent or frozen worker noticed, and is a long task left alone?

    ./dev bench silent_worker
    python3 bench/silent_worker.py [BIN_DIR]

Five rounds each: a supervisor that is stopped (SIGSTOP) must leave the list of connected
workers; a stopped engine must be killed and another started. Besides, one task of 60 s
runs on an engine that nothing disturbs.
"""

import os
import signal
import sys
import threading
import time

from support.cluster import Cluster, programs_of, say, seconds, sleep_job, stage
from support.figures import answer, spread

ROUNDS = 5
GIVE_UP_SECONDS = 20
LONG_TASK_SECONDS = 60


def seconds_until(condition):
    start = time.monotonic()
    while not condition():
        if time.monotonic() - start > GIVE_UP_SECONDS:
            raise SystemExit(f"not noticed within {GIVE_UP_SECONDS} s")
        time.sleep(0.01)
    return time.monotonic() - start


def is_running(pid):
    return os.path.exists(f"/proc/{pid}")


def silent_supervisor(cluster):
    # The job's leases are what its silence costs.
    job = cluster.submit(sleep_job(400, "20ms"))
    time.sleep(0.5)
    cluster.kill(cluster.workers[0].pid, signal.SIGSTOP)
    noticed = seconds_until(lambda: len(cluster.workers_connected()) == 1)
    cluster.kill(cluster.workers[0].pid, signal.SIGCONT)
    cluster.finish(job)
    seconds_until(lambda: len(cluster.workers_connected()) == 2)
    return noticed


def frozen_engine(cluster):
    engine = cluster.engines(0)[0]
    cluster.kill(engine, signal.SIGSTOP)
    noticed = seconds_until(lambda: not is_running(engine))
    seconds_until(lambda: bool(cluster.engines(0)))
    return noticed


def long_task(programs, result):
    with Cluster(programs, workers=1) as cluster:
        job = cluster.finish(cluster.submit(sleep_job(1, f"{LONG_TASK_SECONDS}s", "    timeout: 5m\n")))
        result["attempts_lost"] = stage(job)["cost"]["attempts_lost"]
        result["seconds"] = round(seconds(job), 3)


def main(arguments):
    programs = programs_of(arguments)
    long = {}
    beside = threading.Thread(target=long_task, args=(programs, long))
    beside.start()
    silent, frozen = [], []
    with Cluster(programs, workers=2) as cluster:
        for _ in range(ROUNDS):
            silent.append(silent_supervisor(cluster))
            frozen.append(frozen_engine(cluster))
            say(f"silent worker noticed after {silent[-1]:.2f} s, frozen engine after {frozen[-1]:.2f} s")
    beside.join()
    answer(
        "How soon is a silent or frozen worker noticed, and is a long task left alone?",
        "silent worker at most 3 s, frozen engine at most 5 s, a task of 60 s loses no attempt",
        max(silent) <= 3 and max(frozen) <= 5 and long["attempts_lost"] == 0,
        silent_worker_seconds=spread(silent), frozen_engine_seconds=spread(frozen), long_task=long,
    )


if __name__ == "__main__":
    main(sys.argv)
