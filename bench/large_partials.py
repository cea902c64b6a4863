#!/usr/bin/env python3
"""How many bytes of large partials pass the coordinator?

    ./dev bench large_partials
    python3 bench/large_partials.py [BIN_DIR]

256 tasks on four workers, each a vector of 4 MiB (the largest row that a table may
have), summed. Every byte between the workers and the coordinator, control messages
and protocol included, is counted by a relay between them; the answer is compared
with one worker's, bit by bit.
"""

import socket
import sys
import threading

from support.cluster import Cluster, programs_of, say, seconds, stage
from support.figures import answer

TASKS = 256
VALUES = 524288
PARTIAL_BYTES = 8 * VALUES
JOB = (f"name: gradients\nstages:\n  - name: work\n    random_sum: {{values: {VALUES}, seed: 1}}\n"
       f"    tasks: {{count: {TASKS}}}\n    reduce: sum\noutputs:\n  answer: {{from: work}}\n")


class Relay:
    """Passes connections on to `target` and counts their bytes, each way."""

    def __init__(self, target):
        host, port = target.rsplit(":", 1)
        self.target = (host, int(port))
        self.bytes_in = self.bytes_out = 0  # as the target sees it
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(self.target)
            for side in (client, server):
                side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._pass, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._pass, args=(server, client, False), daemon=True).start()

    def _pass(self, source, sink, inwards):
        try:
            while chunk := source.recv(1 << 18):
                with self.lock:
                    if inwards:
                        self.bytes_in += len(chunk)
                    else:
                        self.bytes_out += len(chunk)
                sink.sendall(chunk)
            sink.shutdown(socket.SHUT_WR)
        except OSError:  # either side is gone: so is the connection
            source.close()
            sink.close()


class RelayedCluster(Cluster):
    """Workers reach the coordinator through a relay; clients do not."""

    def start_coordinator(self):
        super().start_coordinator()
        self.relay = Relay(self.address)

    def start_worker(self):
        direct, self.address = self.address, self.relay.address
        try:
            return super().start_worker()
        finally:
            self.address = direct


def run(programs, workers):
    with RelayedCluster(programs, workers=workers) as cluster:
        job = cluster.finish(cluster.submit(JOB))
        result = {
            "workers": workers,
            "seconds": seconds(job),
            "bytes_in": cluster.relay.bytes_in,
            "bytes_out": cluster.relay.bytes_out,
            "digest": cluster.digest(job["id"]),
            "tasks_with_folds": stage(job)["tasks_total"],
        }
    share = (result["bytes_in"] + result["bytes_out"]) / (TASKS * PARTIAL_BYTES)
    say(f"{workers} workers: {result['seconds']:.1f} s, {100 * share:.2f} % of the partials' bytes passed the coordinator")
    return {**result, "share": share}


def main(arguments):
    programs = programs_of(arguments)
    four, one = run(programs, 4), run(programs, 1)
    answer(
        f"How many bytes of {TASKS} partials of {PARTIAL_BYTES} bytes, summed on 4 workers, pass the coordinator?",
        "at most 0.01 of the partials' total, with the digest of 1 worker",
        four["share"] <= 0.01 and four["digest"] == one["digest"],
        partial_bytes=PARTIAL_BYTES,
        partials_total_bytes=TASKS * PARTIAL_BYTES,
        four_workers=four,
        one_worker=one,
    )


if __name__ == "__main__":
    main(sys.argv)
