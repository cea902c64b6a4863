#!/usr/bin/env python3
"""How long does one no-op take, from its submission to the result in the client's hand?

    ./dev bench one_task
    python3 bench/one_task.py [BIN_DIR]

A job of one task, 2,000 times one after another over one connection, without a journal and
with it; the durable commit itself is measured in the same round, on the same file system.
"""

import sys

from support.cluster import Cluster, programs_of, say
from support.figures import answer, spread

ROUNDS = 5
JOBS = 2000
COMMITS = 2000


def one_round(programs):
    measured = {}
    for journal in ("none", "sqlite"):
        with Cluster(programs, workers=1, journal=journal) as cluster:
            cluster.program("mote-one-task", cluster.address, 200)  # connections and caches
            measured[journal] = cluster.program("mote-one-task", cluster.address, JOBS)
            if journal == "sqlite":
                (cluster.folder / "commits").mkdir()
                measured["commit"] = cluster.program("mote-commit-latency", cluster.folder / "commits", COMMITS)
    say(f"without a journal {measured['none']['p50_ms']:.3f} / {measured['none']['p99_ms']:.3f} ms; "
        f"with it {measured['sqlite']['p50_ms']:.3f} / {measured['sqlite']['p99_ms']:.3f} ms; "
        f"one commit {measured['commit']['commit_p50_us']:.0f} us")
    return measured


def main(arguments):
    rounds = [one_round(programs_of(arguments)) for _ in range(ROUNDS)]
    none_p50, none_p99 = (spread([r["none"][p] for r in rounds]) for p in ("p50_ms", "p99_ms"))
    with_p50, with_p99 = (spread([r["sqlite"][p] for r in rounds]) for p in ("p50_ms", "p99_ms"))
    commit = spread([r["commit"]["commit_p50_us"] / 1000 for r in rounds])
    added = spread([r["sqlite"]["p50_ms"] - r["none"]["p50_ms"] for r in rounds])
    answer(
        "How long does one no-op take, from its submission to the result in the client's hand?",
        "0.25 ms (p50) and 0.5 ms (p99) without a journal; with it, two durable commits more",
        none_p50["median"] <= 0.25 and none_p99["median"] <= 0.5 and added["median"] <= 2 * commit["median"],
        without_journal_p50_ms=none_p50,
        without_journal_p99_ms=none_p99,
        with_journal_p50_ms=with_p50,
        with_journal_p99_ms=with_p99,
        journal_adds_ms=added,
        one_commit_p50_ms=commit,
    )


if __name__ == "__main__":
    main(sys.argv)
