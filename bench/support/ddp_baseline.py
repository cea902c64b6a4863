"""DistributedDataParallel with Gloo on loopback, one process of it, for bench/train.py: run by
Debian's Python, for which python3-torch is packaged.

    /usr/bin/python3 ddp_baseline.py RANK WORLD PORT ROWS BATCH STEPS

The MLP 61→256→256→2 by AdamW on rows that each process draws: a step takes BATCH / WORLD of
them in each, and all-reduces the gradient. Prints "ready" after two steps, waits for a line on
stdin, and then a JSON object: seconds of STEPS steps.
"""

import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import torch  # noqa: E402  after the numbers of threads
import torch.distributed  # noqa: E402
from torch.nn.parallel import DistributedDataParallel  # noqa: E402


def main(rank, world, port, rows, batch, steps):
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=world)
    torch.manual_seed(7)
    x, labels = torch.randn(rows, 61), torch.randint(0, 2, (rows,))
    model = DistributedDataParallel(torch.nn.Sequential(
        torch.nn.Linear(61, 256), torch.nn.ReLU(), torch.nn.Linear(256, 256), torch.nn.ReLU(), torch.nn.Linear(256, 2)))
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.001)
    loss_of = torch.nn.CrossEntropyLoss()
    share = batch // world
    # As a DistributedSampler deals them: one order for all, every WORLD-th row of it to each.
    order, at = torch.randperm(rows)[rank::world], 0

    def step():
        nonlocal order, at
        if at + share > len(order):
            order, at = torch.randperm(rows)[rank::world], 0
        chosen = order[at:at + share]
        at += share
        optimizer.zero_grad()
        loss_of(model(x[chosen]), labels[chosen]).backward()
        optimizer.step()

    for _ in range(2):
        step()
    print("ready", flush=True)
    sys.stdin.readline()
    start = time.monotonic()
    for _ in range(steps):
        step()
    print(json.dumps({"steps": steps, "seconds": time.monotonic() - start}), flush=True)
    torch.distributed.barrier()
    torch.distributed.destroy_process_group()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:7]))
