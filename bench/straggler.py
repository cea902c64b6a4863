#!/usr/bin/env python3
"""What does one worker of eight that is ten times slower cost?

    ./dev bench straggler
    python3 bench/straggler.py [BIN_DIR]      # build/bin by default

Simulated time (tests/sim: the real core and sessions): a job of equal tasks on seven
equal workers, and on these and an eighth that takes ten times as long for a task. For
tasks of 1 ms to 1 s: both makespans, their ratio (to reach: at most 1.15), and the
share of the device time that went to attempts which another one beat (at most 0.03).
"""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main(arguments):
    programs = pathlib.Path(arguments[1]) if len(arguments) > 1 else ROOT / "build" / "bin"
    command = [str(programs / "mote-sim-straggler"), "--busy", "20"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{command[0]} exits with {done.returncode}:\n{done.stderr}")
    runs = json.loads(done.stdout)
    print(json.dumps({
        "question": "What does one worker of eight that is ten times slower cost, in simulated time?",
        "runs": runs,
        "worst_ratio": max(run["ratio"] for run in runs),
        "worst_wasted_share": max(run["wasted_share"] for run in runs),
        "reached": all(run["ratio"] <= 1.15 and run["wasted_share"] <= 0.03 for run in runs),
    }, indent=2))


if __name__ == "__main__":
    main(sys.argv)
