#!/usr/bin/env python3
"""What does a durable commit cost, and how much of that is the mark of the last acknowledged record?

    ./dev bench commit_latency
    python3 bench/commit_latency.py [BIN_DIR]      # build/bin by default

Appends 5,000 records of 300 bytes to a journal, one commit each, on the file system of the
temporary directory (TMPDIR). Prints one JSON object.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
COMMITS = 5000


def main(arguments):
    programs = pathlib.Path(arguments[1]) if len(arguments) > 1 else ROOT / "build" / "bin"
    with tempfile.TemporaryDirectory(prefix="mote-bench-") as folder:
        done = subprocess.run([programs / "mote-commit-latency", folder, str(COMMITS)], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"mote-commit-latency exits with {done.returncode}:\n{done.stderr}")
    measured = json.loads(done.stdout)
    print(json.dumps({
        "question": "What does a durable commit of one record cost, and how much of that is the mark?",
        "commits": COMMITS,
        **measured,
        "mark_share_of_p50": measured["of_it_mark_p50_us"] / measured["commit_p50_us"],
    }, indent=2))


if __name__ == "__main__":
    main(sys.argv)
