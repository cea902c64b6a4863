#!/usr/bin/env python3
"""How fast is the simulator, and how soon does it find a planted bug?

    ./dev bench simulator
    python3 bench/simulator.py [BIN_DIR]

CPU seconds of one core: 2,000 seeds of three workers and one job of 200 tasks, with the
faults that each seed draws; and for each planted bug the seeds and the time until an
invariant catches it.
"""

import os
import re
import subprocess
import sys

from support.cluster import programs_of, say
from support.figures import answer

SCENARIO = ["--workers", "3", "--tasks", "200", "--jobs", "1", "--iterate", "false"]
SEEDS = 2000
BUG_SEEDS_MAX = 20000
BUG_SECONDS_MAX = 120


def cpu_seconds():
    times = os.times()
    return times.children_user + times.children_system


def run(program, *arguments):
    """Exit code, output and CPU seconds."""
    before = cpu_seconds()
    done = subprocess.run([program, *arguments, "--minimise-seconds", "0"], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise SystemExit(f"mote-sim {' '.join(arguments)} exits with {done.returncode}:\n{done.stderr}")
    return done.returncode, done.stdout, cpu_seconds() - before


def catch(program, bug):
    code, output, seconds = run(program, "--bug", bug, "--seeds", str(BUG_SEEDS_MAX))
    found = re.search(r"^seed (\d+) at [^:]*: (.*?): ", output)
    say(f"{bug}: {'seed ' + found[1] + ', ' + found[2] if found else 'not caught'} ({seconds:.2f} s)")
    return {"bug": bug, "caught": code == 1 and seconds <= BUG_SECONDS_MAX, "seconds": round(seconds, 3),
            "seed": int(found[1]) if found else None, "invariant": found[2] if found else None}


def main(arguments):
    program = str(programs_of(arguments) / "mote-sim")
    code, output, seconds = run(program, *SCENARIO, "--seeds", str(SEEDS))
    if code != 0:
        raise SystemExit(output)
    rate = SEEDS / seconds
    say(f"{rate:.0f} seeds per second and core")
    listed = subprocess.run([program, "--list-bugs"], capture_output=True, text=True, check=True).stdout
    bugs = [catch(program, line.split()[0]) for line in listed.splitlines()]
    caught = sum(bug["caught"] for bug in bugs)
    answer(
        "How many seeds does the simulator run per second and core, and does it find the planted bugs?",
        "at least 50 seeds/s/core with 3 workers and 200 tasks; at least 19 of 20 bugs within 2 minutes each",
        rate >= 50 and caught >= 19,
        seeds_per_second_and_core=round(rate),
        bugs_planted=len(bugs),
        bugs_caught=caught,
        bugs=bugs,
    )


if __name__ == "__main__":
    main(sys.argv)
