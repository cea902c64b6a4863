#!/usr/bin/env python3
"""What is it worth to know what bytes cost?

    ./dev bench placement
    python3 bench/placement.py [BIN_DIR]

Simulated time (tests/sim: the real core and sessions): four workers of one slot, one of which
computes four times slower and another lies behind 100 Mbit/s (the others 10 Gbit/s); each task
reads 10 MiB. The makespan with what the coordinator learns of links against the same with
α = 0, for 40, 100 and 400 tasks of 20, 100 and 500 ms, five seeds each. And both over the bound:
when so many whole tasks are done by slots that do nothing else, which no placement can beat.
"""

import json
import statistics
import subprocess
import sys

from support.cluster import programs_of, say
from support.figures import answer, spread


def main(arguments):
    done = subprocess.run([str(programs_of(arguments) / "mote-sim-placement"), "--runs", "5"], capture_output=True,
                          text=True)
    if done.returncode != 0:
        raise SystemExit(f"mote-sim-placement exits with {done.returncode}:\n{done.stderr}")
    runs = [json.loads(line) for line in done.stdout.splitlines()]
    shapes = {}
    for run in runs:
        shapes.setdefault(f"{run['tasks']} tasks of {run['task_ms']} ms", []).append(run["gain"])
    for shape, gains in shapes.items():
        say(f"{shape}: {statistics.median(gains) * 100:.1f} % better")
    gains = spread([run["gain"] for run in runs])
    answer(
        "What is it worth to know what bytes cost: four slots, one 4x slower, one behind 100 Mbit/s, 10 MiB a task?",
        "makespan >= 10 % better than with alpha = 0",
        gains["median"] >= 0.10,
        gain={"median": gains["median"], "least": gains["least"], "most": gains["most"]},
        gain_by_shape={shape: spread(values) for shape, values in shapes.items()},
        learned_over_bound=spread([run["learned_s"] / run["bound_s"] for run in runs]),
        blind_over_bound=spread([run["blind_s"] / run["bound_s"] for run in runs]),
        runs=runs,
    )


if __name__ == "__main__":
    main(sys.argv)
