#!/usr/bin/env python3
"""What does preparing a large CSV file cost, next to only reading it?

    ./dev bench prepare
    python3 bench/prepare.py [BIN_DIR] [MEGABYTES]     # 1000 by default

A made table of loans (8 columns of numbers, of which some cells are missing, 3 of
categories, a label) is prepared on two workers of one slot: medians, one-hot, z-scores,
splits of 0.8 and 0.2. Told are bytes of input for each CPU second of the engines (both
passes, reducing and writing the tables included; by /proc), the same of all processes (which
also send what was prepared to the coordinator, and store it there), and the most memory that
an engine had resident. The input was found and fetched by a job before, as any later stage
finds it.

The bounds, taken in the same round (mote-prepare-stage): one process that splits the same bytes
into cells and does nothing with them; and one that does what two passes cannot be spared: finds
the cells and reads the numbers twice, and writes as many bytes of rows. Beside them, the stage
in that one process without a cluster. On a table of 20 MB every row of the outputs is compared with a plain reference
(support/prepare_reference.py).
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from support import prepare_reference
from support.cluster import Cluster, cpu_seconds, programs_of, say, stage
from support.figures import answer, spread

ROUNDS = 5
WORKERS = 2
SPLITS = {"train": 0.8, "test": 0.2}
SAMPLE_MIB = 64  # what the processes without a cluster read
CHECKED_MIB = 20
GOAL = 150e6  # bytes for each CPU second
MEMORY_MAX = 1 << 30


def job_of(folder, seed, outputs):
    split = ", ".join(f"{name}: {share}" for name, share in SPLITS.items())
    wanted = "\n".join(f"  {name}: {{from: work.{name}}}" for name in outputs)
    return (f"name: prepare\ninputs:\n  loans: {{csv: {{path: {folder}/loans.csv}}}}\nstages:\n  - name: work\n"
            f"    input: loans\n    prepare: {{label: class, positive: bad, split: {{{split}, seed: {seed}}}}}\n"
            f"outputs:\n{wanted}\n")


def run(cluster, folder, seed, outputs=("train", "test")):
    """Takes what was done before (the index of the input), which another seed is not."""
    path = pathlib.Path(cluster.folder) / "prepare.yaml"
    path.write_text(job_of(folder, seed, outputs), encoding="utf-8")
    identity = cluster.mote("submit", path, "--no-wait", "--parsable").stdout.strip()
    return identity, cluster.finish(identity)


def make(programs, mebibytes, folder):
    pathlib.Path(folder).mkdir(exist_ok=True)
    subprocess.run([programs / "mote-prepare-stage", str(mebibytes), "1", folder], check=True,
                   stdout=subprocess.DEVNULL)
    return pathlib.Path(folder, "loans.csv").stat().st_size


def check(programs, folder):
    """Rows that were compared with the reference; a difference ends the benchmark."""
    make(programs, CHECKED_MIB, folder)
    with Cluster(programs, workers=WORKERS) as cluster:
        identity, _ = run(cluster, folder, 1, outputs=("train", "test", "fitted"))
        written = pathlib.Path(folder) / "out"
        cluster.mote("result", identity, "--output", written)
        return prepare_reference.check(f"{folder}/loans.csv", "class", "bad", written, SPLITS)


def used_by(pids):
    return sum(cpu_seconds(pid) for pid in pids)


def one_round(programs, cluster, folder, size, seed):
    alone = cluster.program("mote-prepare-stage", SAMPLE_MIB, 1)
    engines = [pid for worker in range(WORKERS) for pid in cluster.engines(worker)]
    others = [cluster.coordinator.pid, *(worker.pid for worker in cluster.workers)]
    before, others_before, start = used_by(engines), used_by(others), time.monotonic()
    _, job = run(cluster, folder, seed)
    engine_seconds, other_seconds = used_by(engines) - before, used_by(others) - others_before
    work = stage(job)
    figures = {
        "engines": size / engine_seconds,
        "all_processes": size / (engine_seconds + other_seconds),
        "parse": alone["bytes"] / alone["parse"][0],
        "least": alone["bytes"] / alone["least"][0],
        "in_one_process": alone["bytes"] / alone["prepare"][0],
        "wall_seconds": time.monotonic() - start,
        "memory": int(work["cost"]["memory_bytes"]),
    }
    figures["of_parse"] = figures["engines"] / figures["parse"]
    say(", ".join(f"{name} {value / 1e6:.0f} MB/s" for name, value in figures.items()
                  if name in ("engines", "all_processes", "parse", "least", "in_one_process"))
        + f"; {figures['memory'] / 2**20:.0f} MiB, {figures['wall_seconds']:.1f} s")
    return figures


def main(arguments):
    programs = programs_of(arguments)
    megabytes = int(arguments[2]) if len(arguments) > 2 else 1000
    root = pathlib.Path(tempfile.mkdtemp(prefix="mote-bench-prepare-"))
    try:
        checked = check(programs, root / "small")
        say(f"{checked} rows are as the reference has them")
        size = make(programs, -(-megabytes * 1_000_000 // 2**20), root / "large")
        with Cluster(programs, workers=WORKERS) as cluster:
            run(cluster, root / "large", 100)
            rounds = [one_round(programs, cluster, root / "large", size, 1 + i) for i in range(ROUNDS)]
    except prepare_reference.Differs as difference:
        raise SystemExit(f"prepare differs from the reference: {difference}") from None
    finally:
        shutil.rmtree(root, ignore_errors=True)
    told = {name: spread([r[name] for r in rounds], 3) for name in rounds[0]}
    answer(
        f"What does preparing {size / 1e6:.0f} MB of CSV cost?",
        "150 MB of input for each CPU second of the engines, at most 1 GiB of memory each; equal to the reference",
        told["engines"]["median"] >= GOAL and told["memory"]["most"] <= MEMORY_MAX,
        bytes_per_cpu_second={n: told[n] for n in ("engines", "all_processes", "parse", "least", "in_one_process")},
        of_a_bare_parse=told["of_parse"],
        memory_bytes=told["memory"],
        wall_seconds=told["wall_seconds"],
        rows_equal_to_the_reference=checked,
    )


if __name__ == "__main__":
    main(sys.argv)
