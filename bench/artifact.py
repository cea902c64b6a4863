#!/usr/bin/env python3
"""How fast does a large artifact reach workers, verified?

    ./dev bench artifact
    python3 bench/artifact.py [BIN_DIR]

1 GiB of random bytes from a real coordinator to 1 and to 8 stores of their own on this host,
by the worker's own transfers: fetched blob by blob, hashed, written. The bound, taken in the
same round: gRPC alone streams as many bytes from memory to as many processes, which hash and
store nothing. Stores lie in memory (/dev/shm) where there is room, so that it is not the
disk that is measured.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from support.cluster import Cluster, cpu_seconds, programs_of, say
from support.figures import answer, spread

ROUNDS = 5
BYTES = 1 << 30
RECEIVERS = [1, 8]


def store_parent():
    """Where so many copies fit, without a disk if possible."""
    shared = pathlib.Path("/dev/shm")
    if shared.is_dir() and shutil.disk_usage(shared).free > 1.2 * BYTES * max(RECEIVERS):
        return shared
    return pathlib.Path(tempfile.gettempdir())


def pull(programs, cluster, artifact, receivers):
    """Bytes a second of all stores together, and the coordinator's CPU seconds for each GiB."""
    with tempfile.TemporaryDirectory(prefix="mote-bench-", dir=store_parent()) as folder:
        used = cpu_seconds(cluster.coordinator.pid)
        start = time.monotonic()
        pulls = [subprocess.Popen([programs / "mote-artifact-pull", "get", cluster.address, artifact,
                                   f"{folder}/{i}"], stdout=subprocess.PIPE, text=True) for i in range(receivers)]
        told = [p.communicate()[0] for p in pulls]
        took = time.monotonic() - start
        used = cpu_seconds(cluster.coordinator.pid) - used
    if any(p.returncode != 0 for p in pulls) or any(json.loads(t)["bytes"] != BYTES for t in told):
        raise SystemExit("the artifact did not arrive")
    return receivers * BYTES / took, used / receivers


def one_round(programs, cluster, artifact):
    figures = {}
    for receivers in RECEIVERS:
        raw = cluster.program("mote-grpc-stream", BYTES, receivers)["bytes_per_second"]
        rate, cpu = pull(programs, cluster, artifact, receivers)
        figures[receivers] = {"ratio": rate / raw, "rate": rate, "raw": raw, "cpu": cpu}
        say(f"{receivers} receivers: {rate / 1e6:.0f} MB/s, gRPC alone {raw / 1e6:.0f} MB/s, {rate / raw:.2f}; "
            f"coordinator {cpu:.2f} s of CPU for each GiB")
    return figures


def main(arguments):
    programs = programs_of(arguments)
    with Cluster(programs, workers=0) as cluster:
        source = cluster.folder / "artifact"
        with open(source, "wb") as out:
            for _ in range(BYTES >> 24):
                out.write(os.urandom(1 << 24))
        artifact = cluster.program("mote-artifact-pull", "put", cluster.address, source)["artifact"]
        source.unlink()
        rounds = [one_round(programs, cluster, artifact) for _ in range(ROUNDS)]
    ratios = {n: spread([r[n]["ratio"] for r in rounds], 3) for n in RECEIVERS}
    answer(
        "How fast does a 1 GiB artifact reach 1 and 8 workers of this host, verified?",
        "at least 0.6 of gRPC alone with as many receivers that hash",
        min(r["median"] for r in ratios.values()) >= 0.6,
        of_grpc_alone=ratios,
        bytes_per_second={n: spread([r[n]["rate"] for r in rounds], 0) for n in RECEIVERS},
        grpc_bytes_per_second={n: spread([r[n]["raw"] for r in rounds], 0) for n in RECEIVERS},
        coordinator_cpu_seconds_per_gib={n: spread([r[n]["cpu"] for r in rounds], 3) for n in RECEIVERS},
        stores=str(store_parent()),
    )


if __name__ == "__main__":
    main(sys.argv)
