#!/usr/bin/env python3
"""What does a killed engine, or a worker that is gone for good, cost a job?

    ./dev bench engine_killed
    python3 bench/engine_killed.py [BIN_DIR]

200 tasks of 50 ms on two workers of one slot. Each of five rounds runs the job
undisturbed, with one engine killed after 1 s, and with one worker killed for good
after 1 s; ratios are taken inside a round. What one remaining worker can do: the work
that is left after that second, alone.
"""

import sys
import time

from support.cluster import Cluster, programs_of, say, seconds, sleep_job, stage
from support.figures import answer, spread

ROUNDS = 5
KILL_AFTER_SECONDS = 1.0


def disturbed(cluster, disturb):
    job = cluster.submit(sleep_job(200, "50ms"))
    time.sleep(KILL_AFTER_SECONDS)
    disturb()
    return cluster.finish(job)


def one_round(programs):
    with Cluster(programs, workers=2) as cluster:
        whole = seconds(cluster.finish(cluster.submit(sleep_job(200, "50ms"))))
        engine = disturbed(cluster, lambda: cluster.kill(cluster.engines(0)[0]))
        # The engine that was started instead.
        cluster.finish(cluster.submit(sleep_job(8, "10ms")))
        worker = disturbed(cluster, lambda: cluster.kill_worker(0))
    alone = KILL_AFTER_SECONDS + 2 * (whole - KILL_AFTER_SECONDS)
    say(f"undisturbed {whole:.3f} s; engine killed {seconds(engine):.3f} s; worker killed {seconds(worker):.3f} s, "
        f"of which one worker needs {alone:.3f} s")
    return {
        "undisturbed": whole, "engine": seconds(engine), "worker": seconds(worker), "alone": alone,
        "lost": stage(engine)["cost"]["attempts_lost"],
    }


def main(arguments):
    programs = programs_of(arguments)
    rounds = [one_round(programs) for _ in range(ROUNDS)]
    engine = spread([r["engine"] / r["undisturbed"] for r in rounds])
    worker = spread([r["worker"] / r["alone"] for r in rounds])
    answer(
        "What does a killed engine, or a worker that is gone for good, cost 200 tasks of 50 ms on two workers?",
        "engine killed: at most 1.06 of undisturbed; worker killed: at most 1.02 of what one worker can do",
        engine["median"] <= 1.06 and worker["median"] <= 1.02,
        undisturbed_seconds=spread([r["undisturbed"] for r in rounds]),
        engine_killed_seconds=spread([r["engine"] for r in rounds]),
        engine_killed_ratio=engine,
        attempts_lost=[r["lost"] for r in rounds],
        worker_killed_seconds=spread([r["worker"] for r in rounds]),
        worker_killed_ratio=worker,
    )


if __name__ == "__main__":
    main(sys.argv)
