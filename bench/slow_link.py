#!/usr/bin/env python3
"""Does compression on the wire pay behind 100 Mbit/s, and cost nothing where it does not?

    ./dev bench slow_link
    python3 bench/slow_link.py [BIN_DIR]

Two hosts of their own network (needs root), joined at 100 Mbit/s. 64 MiB from the coordinator
into a worker's store, by the worker's own transfers: a table as CSV, weights as 32-bit floats,
random bytes. Against the time that the plain bytes need at that rate. Then results of the same
kinds of bytes from a worker to the coordinator, in a job.
"""

import os
import pathlib
import random
import struct
import sys
import tempfile

from support.cluster import Cluster, programs_of, say, seconds, stage
from support.figures import answer, spread
from support.hosts import Hosts

ROUNDS = 5
BYTES = 64 << 20
RATE = 100_000_000 // 8
TEXT_ROWS = 200_000


def csv_bytes():
    numbers = random.Random(1)
    rows = [f"{i},{numbers.randint(18, 90)},{numbers.choice(['own', 'rent', 'free'])},{numbers.gauss(3000, 900):.2f},"
            f"{numbers.choice(['good', 'bad'])}\n" for i in range(TEXT_ROWS)]
    text = "".join(rows).encode()
    return (text * (BYTES // len(text) + 1))[:BYTES]


def float_bytes():
    numbers = random.Random(2)
    part = struct.pack("<65536f", *(numbers.gauss(0, 0.05) for _ in range(65536)))
    # Repeats lie further apart than zstd looks at this level, and each is another blob.
    return b"".join(os.urandom(4) + part[4:] for _ in range(BYTES // len(part)))


KINDS = {"csv": csv_bytes, "weights": float_bytes, "random": lambda: os.urandom(BYTES)}


def pull(cluster, artifact):
    with tempfile.TemporaryDirectory(prefix="mote-bench-") as folder:
        return cluster.program("mote-artifact-pull", "get", cluster.address, artifact, folder, host=1)


def one_round(cluster, artifacts):
    figures = {}
    for kind, artifact in artifacts.items():
        got = pull(cluster, artifact)
        figures[kind] = {"speedup": BYTES / RATE / got["seconds"], "wire_share": got["wire_bytes"] / BYTES}
    say(", ".join(f"{kind} {f['speedup']:.2f} x plain at the link's rate, {100 * f['wire_share']:.0f} % of the bytes"
                  for kind, f in figures.items()))
    return figures


def results(cluster):
    """Share of the bytes of a job's results that went over the link, and its seconds."""
    rows = 4000
    job = cluster.finish(cluster.submit(
        "name: results\nstages:\n  - name: work\n    echo: {bytes: 16384}\n"
        f"    tasks: {{count: {rows}}}\noutputs:\n  answer: {{from: work}}\n"))
    return {"wire_share": stage(job)["cost"]["network_bytes"] / (rows * 16384), "seconds": seconds(job)}


def main(arguments):
    programs = programs_of(arguments)
    with Hosts(programs, 2, RATE) as hosts, Cluster(programs, workers=1, hosts=hosts) as cluster:
        artifacts = {}
        for kind, make in KINDS.items():
            path = pathlib.Path(cluster.folder) / kind
            path.write_bytes(make())
            artifacts[kind] = cluster.program("mote-artifact-pull", "put", cluster.address, path)["artifact"]
        rounds = [one_round(cluster, artifacts) for _ in range(ROUNDS)]
        up = results(cluster)
    speedup = {kind: spread([r[kind]["speedup"] for r in rounds], 3) for kind in KINDS}
    answer(
        "Does compression on the wire pay behind 100 Mbit/s?",
        "CSV at least twice as fast as its plain bytes at the link's rate, random bytes at most a tenth slower",
        speedup["csv"]["median"] >= 2 and speedup["random"]["median"] >= 0.9,
        of_plain_at_the_rate=speedup,
        wire_share={kind: spread([r[kind]["wire_share"] for r in rounds], 3) for kind in KINDS},
        results_from_a_worker=up,
    )


if __name__ == "__main__":
    main(sys.argv)
