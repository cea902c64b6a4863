#!/usr/bin/env python3
"""How close does batch inference come to libtorch alone?

    ./dev bench inference
    python3 bench/inference.py [BIN_DIR]

An MLP 61→256→256→2 (TorchScript) over 2,000,000 rows of 32-bit floats (npy), at 4096, 512 and
64 rows a task: rows a second, submission to durable result, every prediction and score kept,
on two workers of one slot. The bound, taken in the same round: two processes that map the same
file and call the same model in chunks of as many rows, and keep the answers in memory. Workers
have the rows in their stores from an earlier job, as the loops have them in the page cache; the
first job, which fetches and verifies them, is told apart.
"""

import json
import os
import pathlib
import subprocess
import sys

from support.cluster import Cluster, programs_of, say, seconds, stage
from support.figures import answer, spread

ROUNDS = 5
WORKERS = 2
ROWS = 2_000_000
GOALS = {4096: 0.97, 512: 0.95, 64: 0.90}


def job_of(chunk):
    return ("name: inference\ninputs:\n  rows: {npy: {path: rows.npy}}\nstages:\n  - name: work\n    input: rows\n"
            "    infer: {model: {torchscript: {path: mlp.pt}}, inputs: [x], outputs: [scores], keep: []}\n"
            f"    tasks: {{rows: {chunk}}}\noutputs:\n  answer: {{from: work}}\n")


def submit(cluster, folder, chunk):
    path = folder / f"job-{chunk}.yaml"
    path.write_text(job_of(chunk), encoding="utf-8")
    job = cluster.finish(cluster.mote("submit", path, "--no-wait", "--parsable", "--no-reuse").stdout.strip())
    if stage(job)["cost"]["tasks"] != -(-ROWS // chunk):
        raise SystemExit(f"{stage(job)['cost']['tasks']} tasks were accounted for")
    return job


def bare(programs, folder, chunk):
    """Rows a second of all loops together."""
    loops = [subprocess.Popen([programs / "mote-torch-loop", "run", folder / "mlp.pt", folder / "rows.npy",
                               str(chunk), str(part), str(WORKERS)],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                              env=os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}) for part in range(WORKERS)]
    for loop in loops:
        if loop.stdout.readline() != "ready\n":
            raise SystemExit("a bare loop does not start")
    for loop in loops:
        loop.stdin.write("go\n")
        loop.stdin.flush()
    told = [json.loads(loop.communicate()[0]) for loop in loops]
    return ROWS / max(t["seconds"] for t in told)


def one_round(programs, cluster, folder):
    figures = {}
    for chunk in GOALS:
        loops = bare(programs, folder, chunk)
        rate = ROWS / seconds(submit(cluster, folder, chunk))
        figures[chunk] = {"rate": rate, "ratio": rate / loops}
        say(f"{chunk} rows a task: {rate / 1e3:.0f} k rows/s, bare loops {loops / 1e3:.0f} k rows/s, {rate / loops:.3f}")
    return figures


def main(arguments):
    programs = programs_of(arguments)
    with Cluster(programs, workers=WORKERS) as cluster:
        folder = pathlib.Path(cluster.folder)
        subprocess.run([programs / "mote-torch-loop", "make", folder / "mlp.pt", folder / "rows.npy", str(ROWS)],
                       check=True)
        first = seconds(submit(cluster, folder, 4096))
        say(f"the first job, which fetches the rows: {ROWS / first / 1e3:.0f} k rows/s")
        for _ in range(2):  # each worker may get rows that the other had
            submit(cluster, folder, 4096)
        rounds = [one_round(programs, cluster, folder) for _ in range(ROUNDS)]
    ratios = {chunk: spread([r[chunk]["ratio"] for r in rounds]) for chunk in GOALS}
    answer(
        f"How close does batch inference of {ROWS} rows come to libtorch alone in as many processes?",
        "0.97 at 4096 rows a task, 0.95 at 512, 0.90 at 64",
        all(ratios[chunk]["median"] >= goal for chunk, goal in GOALS.items()),
        of_bare_loops=ratios,
        rows_per_second={chunk: spread([r[chunk]["rate"] for r in rounds], 0) for chunk in GOALS},
        first_job_rows_per_second=round(ROWS / first),
    )


if __name__ == "__main__":
    main(sys.argv)
