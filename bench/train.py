#!/usr/bin/env python3
"""How close does synchronous training come to libtorch alone, and does it scale as far?

    ./dev bench train
    python3 bench/train.py [BIN_DIR] [ROWS] [BATCH]     # build/bin, 1000000 and 8192 by default

The MLP 61→256→256→2 by AdamW on a prepared table of 1 M rows, batches of 8192 rows in tasks of
4096: seconds for a batch of rows, from the ledger (an epoch from the first gradient to the last
update). In each round, one after the other:
  - mote on one worker against one bare libtorch loop that adds up the same gradients;
  - mote on two workers, two bare loops at the same time, each with batches of its own, and
    DistributedDataParallel with Gloo in two processes, half of each batch in each;
  - mote on two workers with local steps: eight of each part before their weights are averaged.
Scaling is batches of two workers over those of one; of bare loops, those of both together.
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
TASK = 4096
BARE_ROWS = 400_000  # that a bare loop takes: a part of an epoch
JOB = """name: train
inputs:
  rows: {{csv: {{path: {csv}}}}}
stages:
  - name: clean
    input: rows
    prepare: {{label: class, positive: 'yes'}}
  - name: work
    input: clean.all
    train: {{model: {{mlp: {{hidden: [256, 256]}}}}, optimizer: {{adamw: {{lr: 0.001}}}}, epochs: 1, seed: {seed},
            {work}
outputs:
  model: {{from: work.model}}
"""


def synchronous(batch):
    return f"batch_size: {batch}}}\n    tasks: {{rows: {TASK}}}"


def local(batch):
    return f"batch_size: {batch // 2}, local: {{parts: 2, steps: 8}}}}"


def train(cluster, csv, seed, work, batches):
    """Seconds for a batch of rows in an epoch of so many; rows are prepared once, for the first seed."""
    path = pathlib.Path(cluster.folder) / "train.yaml"
    path.write_text(JOB.format(csv=csv, seed=seed, work=work), encoding="utf-8")
    job = cluster.mote("submit", path, "--no-wait", "--parsable").stdout.strip()
    cluster.finish(job)
    events = [e for e in json.loads(cluster.mote("trace", job).stdout)["traceEvents"] if "kernel" in e.get("args", {})]
    begin = min(e["ts"] for e in events if e["args"]["kernel"] in ("train.gradient", "train.local"))
    end = max(e["ts"] + e["dur"] for e in events if e["args"]["kernel"] in ("train.update", "train.average"))
    return (end - begin) / 1e6 / batches


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


def bare(programs, rows, batch, count):
    return together([[programs / "mote-train-loop", "run", rows, batch, TASK, BARE_ROWS // batch]] * count)


def data_parallel(rows, batch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return max(together([[PYTHON, DDP, rank, 2, port, rows, batch, BARE_ROWS // batch] for rank in range(2)]))


def one_round(programs, one, two, csv, rows, batch, seed):
    batches = rows / batch
    seconds = {"one": train(one, csv, seed, synchronous(batch), batches),
               "bare": bare(programs, rows, batch, 1)[0],
               "two": train(two, csv, seed, synchronous(batch), batches),
               "data_parallel": data_parallel(rows, batch),
               "local": train(two, csv, seed, local(batch), batches)}
    both = bare(programs, rows, batch, 2)
    figures = {"overhead": seconds["one"] / seconds["bare"] - 1,
               "scaling": seconds["one"] / seconds["two"],
               "bare_scaling": sum(seconds["bare"] / s for s in both),
               "of_data_parallel": seconds["data_parallel"] / seconds["two"],
               "local_of_data_parallel": seconds["data_parallel"] / seconds["local"],
               **{name + "_ms": 1000 * value for name, value in seconds.items()}}
    figures["of_bare_scaling"] = figures["scaling"] / figures["bare_scaling"]
    say(", ".join(f"{name} {value:.3f}" for name, value in figures.items()))
    return figures


def main(arguments):
    programs = programs_of(arguments)
    rows = int(arguments[2]) if len(arguments) > 2 else 1_000_000
    batch = int(arguments[3]) if len(arguments) > 3 else 8192
    with (tempfile.TemporaryDirectory(prefix="mote-bench-") as folder, Cluster(programs, workers=1) as one,
          Cluster(programs, workers=2) as two):
        csv = pathlib.Path(folder) / "rows.csv"
        subprocess.run([programs / "mote-train-loop", "make", csv, str(rows)], check=True)
        for cluster in (one, two):  # prepares the rows, and brings them into the workers' stores
            first = train(cluster, csv, 1, synchronous(batch), rows / batch)
            say(f"the first run: {1000 * first:.1f} ms a batch")
        rounds = [one_round(programs, one, two, csv, rows, batch, seed=2 + i) for i in range(ROUNDS)]
    figures = {name: spread([r[name] for r in rounds]) for name in rounds[0]}
    answer(
        f"How close does training an MLP on {rows} rows, {batch} a batch and {TASK} a task, come to libtorch alone?",
        "two workers scale 0.95 × as far as two bare loops; a step takes at most 10 % more than a bare one; two "
        "workers are no slower than DistributedDataParallel with Gloo in two processes",
        figures["of_bare_scaling"]["median"] >= 0.95 and figures["overhead"]["median"] <= 0.10
        and figures["of_data_parallel"]["median"] >= 1.0,
        **figures,
    )


if __name__ == "__main__":
    main(sys.argv)
