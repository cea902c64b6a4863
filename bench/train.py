#!/usr/bin/env python3
"""How close does synchronous training come to libtorch alone, and does it scale as far?

    ./dev bench train
    python3 bench/train.py [BIN_DIR] [ROWS]     # build/bin and 1000000 by default

The MLP 61→256→256→2 by AdamW on a prepared table of 1 M rows, batches of 8192 rows in tasks of
4096: seconds of a step, from the ledger (the first gradient to the last update of an epoch). In
each round, one after the other and the least disturbed first:
  - mote on one worker against one bare libtorch loop that adds up the same two gradients;
  - mote on two workers, two bare loops at the same time, each with batches of its own, and
    DistributedDataParallel with Gloo in two processes, 4096 rows of each batch in each.
Scaling is steps of two workers over those of one; of bare loops, the steps of both together.
Prints one JSON object.
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile

from support.cluster import Cluster, programs_of, say
from support.figures import answer, spread

DDP = pathlib.Path(__file__).resolve().parent / "support" / "ddp_baseline.py"
PYTHON = "/usr/bin/python3"  # Debian's, for which python3-torch is packaged
ROUNDS = 5
BATCH, TASK = 8192, 4096
BARE_STEPS = 60  # half an epoch of 1 M rows
JOB = """name: train
inputs:
  rows: {{csv: {{path: {csv}}}}}
stages:
  - name: clean
    input: rows
    prepare: {{label: class, positive: 'yes'}}
  - name: work
    input: clean.all
    train: {{model: {{mlp: {{hidden: [256, 256]}}}}, optimizer: {{adamw: {{lr: 0.001}}}}, epochs: 1, batch_size: {batch},
            seed: {seed}}}
    tasks: {{rows: {task}}}
outputs:
  model: {{from: work.model}}
"""


def train(cluster, csv, seed):
    """Seconds of a step; rows are prepared once, for the first seed."""
    path = pathlib.Path(cluster.folder) / "train.yaml"
    path.write_text(JOB.format(csv=csv, batch=BATCH, task=TASK, seed=seed), encoding="utf-8")
    job = cluster.mote("submit", path, "--no-wait", "--parsable").stdout.strip()
    cluster.finish(job)
    events = [e for e in json.loads(cluster.mote("trace", job).stdout)["traceEvents"] if "kernel" in e.get("args", {})]
    begin = min(e["ts"] for e in events if e["args"]["kernel"] == "train.gradient")
    updates = [e["ts"] + e["dur"] for e in events if e["args"]["kernel"] == "train.update"]
    return (max(updates) - begin) / 1e6 / len(updates)


def together(commands):
    """Runs programs that say "ready" and wait for a line; seconds of a step of each."""
    one_thread = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    running = [subprocess.Popen([str(a) for a in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                env=one_thread) for command in commands]
    for command, process in zip(commands, running):
        if process.stdout.readline() != "ready\n":
            raise SystemExit(f"{command[0]} {command[1]} does not start; is python3-torch installed?")
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [json.loads(process.communicate()[0]) for process in running]
    return [t["seconds"] / t["steps"] for t in told]


def bare(programs, rows, count):
    return together([[programs / "mote-train-loop", "run", rows, BATCH, TASK, BARE_STEPS]] * count)


def data_parallel(rows):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return max(together([[PYTHON, DDP, rank, 2, port, rows, BATCH, BARE_STEPS] for rank in range(2)]))


def one_round(programs, one, two, csv, rows, seed):
    step = {"one": train(one, csv, seed), "bare": bare(programs, rows, 1)[0],
            "two": train(two, csv, seed), "data_parallel": data_parallel(rows)}
    both = bare(programs, rows, 2)
    figures = {"overhead": step["one"] / step["bare"] - 1,
               "scaling": step["one"] / step["two"],
               "bare_scaling": sum(step["bare"] / s for s in both),
               "of_data_parallel": step["data_parallel"] / step["two"],
               **{name + "_ms": 1000 * seconds for name, seconds in step.items()}}
    figures["of_bare_scaling"] = figures["scaling"] / figures["bare_scaling"]
    say(", ".join(f"{name} {value:.3f}" for name, value in figures.items()))
    return figures


def main(arguments):
    programs = programs_of(arguments)
    rows = int(arguments[2]) if len(arguments) > 2 else 1_000_000
    with (tempfile.TemporaryDirectory(prefix="mote-bench-") as folder, Cluster(programs, workers=1) as one,
          Cluster(programs, workers=2) as two):
        csv = pathlib.Path(folder) / "rows.csv"
        subprocess.run([programs / "mote-train-loop", "make", csv, str(rows)], check=True)
        for cluster in (one, two):  # prepares the rows, and brings them into the workers' stores
            say(f"the first run: {1000 * train(cluster, csv, seed=1):.1f} ms a step")
        rounds = [one_round(programs, one, two, csv, rows, seed=2 + i) for i in range(ROUNDS)]
    figures = {name: spread([r[name] for r in rounds]) for name in rounds[0]}
    answer(
        f"How close does training an MLP on {rows} rows, {BATCH} a batch and {TASK} a task, come to libtorch alone?",
        "two workers scale 0.95 × as far as two bare loops; a step takes at most 10 % more than a bare one; two "
        "workers are no slower than DistributedDataParallel with Gloo in two processes",
        figures["of_bare_scaling"]["median"] >= 0.95 and figures["overhead"]["median"] <= 0.10
        and figures["of_data_parallel"]["median"] >= 1.0,
        **figures,
    )


if __name__ == "__main__":
    main(sys.argv)
