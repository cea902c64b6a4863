#!/usr/bin/env python3
"""Is all of the slots' time accounted for, and what does accounting for it cost?

    ./dev bench timeline
    python3 bench/timeline.py [BIN_DIR]

The exclusive timeline of `mote explain` (classes that exclude each other and together are
the slots' wall time) for jobs of several kinds: what of it is in no class. And a task of
fixed work run by the engine's block runner against the same loop that measures nothing, in
turn, block by block, in one process.
"""

import json
import sys

from support.cluster import Cluster, programs_of, say
from support.figures import answer, spread

ROUNDS = 5
PAIRS = 100
MICROSECONDS = [10, 100, 1000]
TEXT = "\n".join(["id,amount,class"] + [f"{i},{i * 7919 % 1000},{'good' if i % 3 else 'bad'}" for i in range(200_000)])
# Name, stages (the one asked about is `work`), files.
JOBS = [
    ("no-ops", "  - name: work\n    noop: {}\n    tasks: {count: 50000000}\n", {}),
    ("spin 10 us", "  - name: work\n    spin: {duration: 10us}\n    tasks: {count: 300000}\n", {}),
    ("spin 1 ms", "  - name: work\n    spin: {duration: 1ms}\n    tasks: {count: 3000}\n", {}),
    ("spin 100 ms", "  - name: work\n    spin: {duration: 100ms}\n    tasks: {count: 40}\n", {}),
    ("rows to blobs", "  - name: work\n    echo: {bytes: 4096}\n    tasks: {count: 50000}\n", {}),
    ("prepare", "  - name: work\n    input: rows\n    prepare: {label: class, split: {train: 0.8, test: 0.2, seed: 1}}\n",
     {"rows.csv": TEXT}),
]


def job_of(stages, files):
    inputs = "inputs:\n  rows: {csv: {path: rows.csv}}\n" if files else ""
    output = "work.train" if files else "work"
    return f"name: timeline\n{inputs}stages:\n{stages}outputs:\n  answer: {{from: {output}}}\n"


def unattributed(cluster, stages, files):
    """Share of the stage's slot time that is in no class."""
    job = cluster.finish(cluster.submit(job_of(stages, files), files))
    told = json.loads(cluster.mote("explain", job["id"], "-o", "json").stdout)
    return next(stage for stage in told["time"] if stage["stage"] == "work")["shares"]["unattributed"]


def one_round(programs):
    with Cluster(programs, workers=2) as cluster:
        shares = {name: unattributed(cluster, stages, files) for name, stages, files in JOBS}
        costs = {us: cluster.program("mote-metering", us, PAIRS)["added"] for us in MICROSECONDS}
    say(", ".join(f"{name} {100 * share:.2f} %" for name, share in shares.items()) + " unattributed; metering " +
        ", ".join(f"{us} us {100 * cost:+.2f} %" for us, cost in costs.items()))
    return shares, costs


def main(arguments):
    rounds = [one_round(programs_of(arguments)) for _ in range(ROUNDS)]
    shares = {name: spread([r[0][name] for r in rounds], 5) for name, _, _ in JOBS}
    costs = {f"{us} us": spread([r[1][us] for r in rounds], 5) for us in MICROSECONDS}
    answer(
        "How much of the slots' time is in no class, and what does it cost to measure every task?",
        "at most 0.01 of the slots' time; at most 0.005 of a task of 10 us or more",
        max(s["median"] for s in shares.values()) <= 0.01 and max(c["median"] for c in costs.values()) <= 0.005,
        unattributed=shares,
        metering_adds=costs,
    )


if __name__ == "__main__":
    main(sys.argv)
