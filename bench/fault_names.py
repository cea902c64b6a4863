#!/usr/bin/env python3
"""Are faults named correctly in the first line of the error?

    ./dev bench fault_names
    python3 bench/fault_names.py [BIN_DIR]

Injects every kind of fault that can happen to a job without a special device, one job
each, and matches the first line that `mote wait` (or `mote submit`) writes to stderr
against what really happened.
"""

import pathlib
import re
import signal
import subprocess
import sys
import time

from support.cluster import Cluster, programs_of, say, stage
from support.figures import answer

GIVE_UP_SECONDS = 90
ROWS = "".join(f"{i}\n" for i in range(8))
CSV = "a,b,class\n" + "".join(f"{i},x,{'good' if i % 2 else 'bad'}\n" for i in range(20))


def job(stage_text, inputs=""):
    return f"name: fault\n{inputs}stages:\n  - name: work\n{stage_text}outputs:\n  answer: {{from: work}}\n"


def misbehave(how, extra=""):
    return job(f"    misbehave: {{tasks: [5], how: {how}}}\n    tasks: {{count: 8}}\n{extra}")


def program(script, extra=""):
    """A program in sh, as the operation `command` runs it."""
    text = job(f"    input: rows\n    command: {{run: [sh, work.sh], files: [work.sh]}}\n{extra}",
               "inputs:\n  rows: {jsonl: {path: rows.jsonl}}\n")
    return text, {"rows.jsonl": ROWS, "work.sh": script}


def table(csv):
    text = ("name: fault\ninputs:\n  table: {csv: {path: table.csv}}\nstages:\n  - name: work\n    input: table\n"
            "    prepare: {label: class}\noutputs:\n  answer: {from: work.all}\n")
    return text, {"table.csv": csv}


def sleeper(retry=1):
    return job(f"    sleep: {{duration: 60s}}\n    timeout: 5m\n    retry: {{attempts: {retry}}}\n")


def wait_for_lease(cluster, identity):
    while int(stage(cluster.job(identity))["tasks_running"]) == 0:
        time.sleep(0.02)
    time.sleep(0.1)


def signal_engine(number):
    def act(cluster, identity):
        wait_for_lease(cluster, identity)
        cluster.kill(cluster.engines(0)[0], number)
    return act


def lose_workers(cluster, identity):
    """Kills each worker that takes the job up."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while "end_time" not in cluster.job(identity) and time.monotonic() < deadline:
        if int(stage(cluster.job(identity))["tasks_running"]) > 0 and cluster.workers_connected():
            cluster.kill_worker(0)
            while cluster.workers_connected():  # its silence is noticed
                time.sleep(0.05)
            cluster.start_worker(0)
        time.sleep(0.02)


class SpoilBlobs:
    """Spoils what the coordinator stores of the table before a worker is there to read it."""

    def __init__(self, spoil):
        self._spoil = spoil

    def before(self, cluster):
        cluster.kill_worker(0)

    def __call__(self, cluster, identity):
        blobs = [path for path in (cluster.folder / "state" / "artifacts").rglob("*")
                 if path.is_file() and path.stat().st_size == len(CSV)]
        if not blobs:
            raise SystemExit("the table is not among the coordinator's blobs")
        for path in blobs:
            self._spoil(path)
        cluster.start_worker(0)


def flip(path):
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[10] ^= 1
    path.write_bytes(bytes(content))


# name: (job text or (text, files), what the first line must match, what else is done)
FAULTS = {
    "engine aborts": (misbehave("crash"), r"engine crash.*signal 6.*task 5", None),
    "engine out of memory": (misbehave("oom"), r"out of memory", None),
    "application error": (misbehave("error"), r"application error.*task 5 fails as told", None),
    "task hangs": (misbehave("hang", "    timeout: 1s\n    retry: {attempts: 1}\n"), r"timeout.*task 5.*1s", None),
    "engine killed": (sleeper(), r"engine crash.*signal 9", signal_engine(signal.SIGKILL)),
    "engine segmentation fault": (sleeper(), r"engine crash.*signal 11", signal_engine(signal.SIGSEGV)),
    "engine bus error": (sleeper(), r"engine crash.*signal 7", signal_engine(signal.SIGBUS)),
    "engine arithmetic fault": (sleeper(), r"engine crash.*signal 8", signal_engine(signal.SIGFPE)),
    "engine illegal instruction": (sleeper(), r"engine crash.*signal 4", signal_engine(signal.SIGILL)),
    "engine frozen": (sleeper(), r"engine crash.*no sign of life", signal_engine(signal.SIGSTOP)),
    "workers lost": (sleeper(), r"lost worker.*silent", lose_workers),
    "program exits": (program("read x; exit 3\n"), r"application error.*exit status 3", None),
    "program killed": (program("read x; kill -SEGV $$\n"), r"application error.*signal 11", None),
    "program prints nonsense": (program("while read x; do echo nonsense; done\n"),
                                r"application error.*nonsense.*not JSON", None),
    "program stops answering": (program("read x; sleep 60\n", "    timeout: 1s\n    retry: {attempts: 1}\n"),
                                r"timeout.*1s", None),
    "program is missing": ((job("    input: rows\n    command: {run: [./missing]}\n",
                                "inputs:\n  rows: {jsonl: {path: rows.jsonl}}\n"), {"rows.jsonl": ROWS}),
                           r"missing.*No such file", None),
    "row is no JSON": ((program("cat\n")[0], {"rows.jsonl": ROWS + "{nonsense\n", "work.sh": "cat\n"}),
                       r"application error.*line 9|application error.*row 8", None),
    "ragged row": (table(CSV + "1,2\n"), r"application error.*line 22", None),
    "broken quote": (table(CSV + '1,"x,good\n'), r"application error.*line 22", None),
    "NUL byte": (table(CSV + "1,x\0y,good\n"), r"(?i)application error.*(NUL|line 22)", None),
    "empty file": (table(""), r"table.csv.*empty|empty.*table.csv", None),
    "label is missing": (table(CSV.replace("class", "klass")), r"label.*class", None),
    "input is gone": (table(CSV), r"input unavailable", SpoilBlobs(pathlib.Path.unlink)),
    "input is damaged": (table(CSV), r"input unavailable.*(digest|sha256|damaged)", SpoilBlobs(flip)),
    "field is unknown": (misbehave("error", "    retrys: 1\n"), r"job.yaml:\d+:\d+.*retrys", None),
    "parameter is wrong": (misbehave("explode"), r"explode.*not one of", None),
}


def first_line(programs, text, files, act):
    with Cluster(programs, workers=1) as cluster:
        if hasattr(act, "before"):
            act.before(cluster)
        try:
            identity = cluster.submit(text, files)
        except SystemExit as refused:
            return str(refused).split("\n", 1)[1]
        if act is not None:
            act(cluster, identity)
        try:
            done = subprocess.run([str(programs / "mote"), "wait", identity, "--coordinator", cluster.address],
                                  capture_output=True, text=True, timeout=GIVE_UP_SECONDS)
        except subprocess.TimeoutExpired:
            return "the job does not end"
        return done.stderr if done.returncode != 0 else "the job succeeds"


def main(arguments):
    programs = programs_of(arguments)
    only = arguments[2:]
    named, wrong = [], {}
    for name, (text, pattern, act) in FAULTS.items():
        if only and name not in only:
            continue
        text, files = text if isinstance(text, tuple) else (text, {})
        line = (first_line(programs, text, files, act).splitlines() or [""])[0]
        say(f"{name}: {line}")
        if re.search(pattern, line):
            named.append(name)
        else:
            wrong[name] = line
    share = len(named) / (len(named) + len(wrong))
    answer(
        "Are faults named correctly in the first line of the error?",
        "at least 95 % of the faults injected",
        share >= 0.95,
        faults=len(named) + len(wrong), named_share=round(share, 4), named=named, wrong=wrong,
    )


if __name__ == "__main__":
    main(sys.argv)
