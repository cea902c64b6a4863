#!/usr/bin/env python3
"""How long does a killed coordinator take to be back?

    ./dev bench recovery
    python3 bench/recovery.py [BIN_DIR]      # build/bin by default

Writes journals with the real core and the real journal (mote-make-journal), then starts the
real mote-coordinator on them and takes the time from its start until it prints that it
listens, that is after the replay and the commit of the new epoch:

  no_snapshot   100,000 separately committed blocks, nothing replaced   (to reach: 2 s)
  snapshot      10,000,000 tasks, half of them committed, a snapshot    (to reach: 0.5 s)

With the second one, a real mote-worker is started at the same moment; first_dispatch is when
the coordinator first shows more tasks committed or leased than the journal had (to reach:
2 s). Medians of 3 runs, each on a fresh copy. Prints one JSON object.
"""

import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUNS = 3
# STATE_DIR TASKS BLOCKS TASK_MICROSECONDS SNAPSHOT
JOURNALS = {
    "no_snapshot": ["300000", "100000", "200000", "no"],
    "snapshot": ["10000000", "78125", "1500", "yes"],
}


def make(programs, state, arguments):
    done = subprocess.run([programs / "mote-make-journal", state, *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"mote-make-journal exits with {done.returncode}:\n{done.stderr}")
    return json.loads(done.stdout)


class Coordinator:
    """A mote-coordinator on a state directory, started now."""

    def __init__(self, programs, state):
        self.start = time.monotonic()
        self.process = subprocess.Popen(
            [programs / "mote-coordinator", "--listen", "127.0.0.1:0", "--state-dir", state],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        self.ready_s = time.monotonic() - self.start
        if not line.startswith("listening on "):
            raise SystemExit(f"mote-coordinator did not start; it printed {line!r}")
        self.address = line.split()[-1]

    def kill(self):
        self.process.kill()
        self.process.wait()


def tasks_begun(programs, address):
    done = subprocess.run([programs / "mote", "job", "1", "--coordinator", address, "-o", "json"],
                          capture_output=True, text=True, check=True)
    stage = json.loads(done.stdout)["stages"][0]
    return stage["tasks_committed"] + stage["tasks_running"]


def first_dispatch(programs, coordinator, folder):
    begun = tasks_begun(programs, coordinator.address)
    worker = subprocess.Popen(
        [programs / "mote-worker", "--coordinator", coordinator.address, "--slots", "1", "--device", "cpu",
         "--store-dir", folder / "store"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while tasks_begun(programs, coordinator.address) <= begun:
            if time.monotonic() - coordinator.start > 60:
                raise SystemExit("nothing was dispatched within 60 s")
        return time.monotonic() - coordinator.start
    finally:
        worker.kill()
        worker.wait()


def measure(programs, name, folder):
    state = folder / name
    journal = make(programs, state, JOURNALS[name])
    ready, dispatch = [], []
    for run in range(RUNS):
        copy = folder / f"{name}-{run}"
        shutil.copytree(state, copy)
        coordinator = Coordinator(programs, copy)
        ready.append(coordinator.ready_s)
        if name == "snapshot":
            dispatch.append(first_dispatch(programs, coordinator, folder / f"worker-{run}"))
        coordinator.kill()
    print(f"{name}: ready after {ready}, first dispatch after {dispatch}", file=sys.stderr)
    result = {"journal": journal, "ready_s": statistics.median(ready)}
    if dispatch:
        result["first_dispatch_s"] = statistics.median(dispatch)
    return result


def main(arguments):
    programs = pathlib.Path(arguments[1]) if len(arguments) > 1 else ROOT / "build" / "bin"
    with tempfile.TemporaryDirectory(prefix="mote-bench-") as name:
        results = {name_: measure(programs, name_, pathlib.Path(name)) for name_ in JOURNALS}
    print(json.dumps({
        "question": "How long does a killed coordinator take to be back?",
        **results,
        "reached": {
            "no_snapshot_ready_within_2_s": results["no_snapshot"]["ready_s"] <= 2,
            "snapshot_ready_within_0.5_s": results["snapshot"]["ready_s"] <= 0.5,
            "first_dispatch_within_2_s": results["snapshot"]["first_dispatch_s"] <= 2,
        },
    }, indent=2))


if __name__ == "__main__":
    main(sys.argv)
