#!/usr/bin/env python3
"""How many bytes of large partials pass the coordinator?

    ./dev bench large_partials
    python3 bench/large_partials.py [BIN_DIR]

256 tasks on four workers, each a vector of 4 MiB (the largest row that a table may
have), summed; then one step of training a network with 8 MB of weights, of the same number
of tasks. Every byte between the workers and the coordinator, control messages
and protocol included, is counted by a relay between them; the answer is compared
with one worker's, bit by bit.

Training also moves its state, the weights of each step to every worker, and the model,
whatever the number of tasks. So the step is run twice, cut into 256 tasks and into 4: the
difference is what 252 more gradients cost.
"""

import pathlib
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

# About 2,000,000 weights for the 61 features of the German credit data; 512 rows, one step.
GRADIENT_BYTES = 4 * (61 * 1370 + 1370 + 1370 * 1370 + 1370 + 1370 * 2 + 2)
TRAIN_ROWS = 512
FEW_TASKS = 4
GERMAN_CREDIT = pathlib.Path(__file__).resolve().parent.parent / "examples" / "credit_risk" / "german_credit.csv"


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


def train_job(tasks):
    return ("name: training\ninputs:\n  applicants: {csv: {path: german_credit.csv}}\nstages:\n"
            "  - name: clean\n    input: applicants\n"
            f"    prepare: {{label: class, split: {{train: {TRAIN_ROWS / 1000}, test: 0.4, seed: 1}}}}\n"
            "  - name: work\n    input: clean.train\n    train: {model: {mlp: {hidden: [1370, 1370]}}, epochs: 1, "
            f"batch_size: {TRAIN_ROWS}}}\n    tasks: {{rows: {TRAIN_ROWS // tasks}}}\n"
            "outputs:\n  model: {from: work.model}\n")


def run(programs, workers, text=JOB, partials_bytes=TASKS * PARTIAL_BYTES):
    with RelayedCluster(programs, workers=workers) as cluster:
        job = cluster.finish(cluster.submit(text, {"german_credit.csv": GERMAN_CREDIT.read_text(encoding="utf-8")}))
        result = {
            "workers": workers,
            "seconds": seconds(job),
            "bytes_in": cluster.relay.bytes_in,
            "bytes_out": cluster.relay.bytes_out,
            "digest": cluster.digest(job["id"]),
            "tasks_with_folds": stage(job)["tasks_total"],
        }
    share = (result["bytes_in"] + result["bytes_out"]) / partials_bytes
    say(f"{workers} workers: {result['seconds']:.1f} s, {100 * share:.2f} % of the partials' bytes passed the coordinator")
    return {**result, "share": share}


def train(programs):
    """One step cut into many tasks and into few: all that passes, and what the more gradients add."""
    many, few = (run(programs, 4, train_job(tasks), tasks * GRADIENT_BYTES) for tasks in (TASKS, FEW_TASKS))
    added = sum(many[way] - few[way] for way in ("bytes_in", "bytes_out"))
    share = added / ((TASKS - FEW_TASKS) * GRADIENT_BYTES)
    say(f"{TASKS - FEW_TASKS} more gradients of {GRADIENT_BYTES} bytes add {100 * share:.2f} % of their bytes")
    return {"many_tasks": many, "few_tasks": few, "added_share": share}


def main(arguments):
    programs = programs_of(arguments)
    four, one = run(programs, 4), run(programs, 1)
    training = train(programs)
    answer(
        f"How many bytes of {TASKS} large partials, summed on 4 workers, pass the coordinator?",
        "at most 0.01 of the partials' total, with the digest of 1 worker; of 8 MB gradients the same",
        max(four["share"], training["added_share"]) <= 0.01 and four["digest"] == one["digest"],
        partial_bytes=PARTIAL_BYTES,
        partials_total_bytes=TASKS * PARTIAL_BYTES,
        four_workers=four,
        one_worker=one,
        gradient_bytes=GRADIENT_BYTES,
        training=training,
    )


if __name__ == "__main__":
    main(sys.argv)
