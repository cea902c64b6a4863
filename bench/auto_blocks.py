#!/usr/bin/env python3
"""Are automatic block sizes, and calibrated tasks, as good as the best ones set by hand?

    ./dev bench auto_blocks
    python3 bench/auto_blocks.py [BIN_DIR] [KIND…]

Two workers; tasks of 10 µs, 1 ms, 100 ms and 1 s, bimodal ones (one of ten takes ten times as
long) and ones whose length rises tenfold along the job. Blocks: the time of the job with
blocks sized by the coordinator, over the least median of blocks of at most 1, 8, 64, 512 and
4096 tasks (mote-coordinator --block-tasks). Tasks: the same rows in calibrated tasks, over the
least median of tasks of 1, 4, 16, 64, 256 and 1024 rows. Medians of five runs each.
"""

import contextlib
import json
import statistics
import sys

from support.cluster import Cluster, programs_of, say, seconds
from support.figures import answer

ROUNDS = 5
WORKERS = 2
BLOCKS = [1, 8, 64, 512, 4096]
ROWS_MAX = 40_000
ROWS = [1, 4, 16, 64, 256, 1024]
SLEEPER = ("import json,sys,time\n"
           "for line in sys.stdin:\n"
           "    time.sleep(json.loads(line)['s'])\n"
           "    print('{}', flush=True)\n")


# Seconds of each task: about two seconds of work for each of two workers.
KINDS = {
    "10 us": [1e-5] * 400_000,
    "1 ms": [1e-3] * 4_000,
    "100 ms": [0.1] * 40,
    "1 s": [1.0] * 4,
    "bimodal": [0.02 if i % 10 == 0 else 0.002 for i in range(1_000)],
    "skewed": [0.002 * 10 ** (i / 600) for i in range(600)],
}


def job(kind, shape):
    """Equal tasks are the engine's own; others are rows for a program that sleeps."""
    lengths = KINDS[kind]
    head = "name: blocks\n"
    tail = "outputs:\n  answer: {from: work}\n"
    if shape is None and len(set(lengths)) == 1:
        operation = "spin" if lengths[0] < 1e-3 else "sleep"
        return (f"{head}stages:\n  - name: work\n    {operation}: {{duration: {lengths[0] * 1e6:.0f}us}}\n"
                f"    tasks: {{count: {len(lengths)}}}\n{tail}"), {}
    # A program takes 100 µs for a row that it need not sleep for: so many are two seconds, too.
    rows = "".join(json.dumps({"s": s}) + "\n" for s in lengths[:ROWS_MAX])
    return (f"{head}inputs:\n  rows: {{jsonl: {{path: rows.jsonl}}}}\nstages:\n  - name: work\n    input: rows\n"
            f"    command: {{run: [python3, sleeper.py], files: [sleeper.py]}}\n    reduce: count\n"
            f"    tasks: {shape or '{rows: 1}'}\n{tail}"), {"rows.jsonl": rows, "sleeper.py": SLEEPER}


def time_of(cluster, kind, shape):
    text, files = job(kind, shape)
    return seconds(cluster.finish(cluster.submit(text, files)))


def medians(kind, runs):
    """Seconds by name; `runs` are (cluster, shape) by name, taken in turn so that all see the same load."""
    times = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, (cluster, shape) in runs.items():
            times[name].append(time_of(cluster, kind, shape))
    return {name: statistics.median(taken) for name, taken in times.items()}


def by_blocks(programs, kind):
    with contextlib.ExitStack() as stack:
        runs = {}
        for blocks in [None, *BLOCKS]:
            cluster = stack.enter_context(Cluster(programs, workers=WORKERS, block_tasks=blocks))
            runs[blocks or "automatic"] = cluster, None
            time_of(cluster, kind, None)  # engines and programs start
        return medians(kind, runs)


def by_rows(programs, kind):
    with Cluster(programs, workers=WORKERS) as cluster:
        time_of(cluster, kind, "{rows: 64}")
        return medians(kind, {rows: (cluster, "{calibrated: {}}" if rows == "calibrated" else f"{{rows: {rows}}}")
                              for rows in ["calibrated", *ROWS]})


def ratio(times, name):
    return round(times[name] / min(t for key, t in times.items() if key != name), 3)


def main(arguments):
    programs = programs_of(arguments)
    blocks, rows = {}, {}
    for kind in arguments[2:] or KINDS:
        blocks[kind] = by_blocks(programs, kind)
        say(f"{kind}: automatic blocks take {ratio(blocks[kind], 'automatic')} x the best by hand")
        rows[kind] = by_rows(programs, kind)
        say(f"{kind}: calibrated tasks take {ratio(rows[kind], 'calibrated')} x the best by hand")
    ratios = {"blocks": {kind: ratio(times, "automatic") for kind, times in blocks.items()},
              "calibrated": {kind: ratio(times, "calibrated") for kind, times in rows.items()}}
    answer(
        "Are automatic block sizes, and calibrated tasks, as good as the best ones set by hand?",
        "at most 1.10 x",
        all(r <= 1.10 for found in ratios.values() for r in found.values()),
        ratios=ratios,
        seconds_by_blocks=blocks,
        seconds_by_rows=rows,
    )


if __name__ == "__main__":
    main(sys.argv)
