"""A coordinator and workers as real processes on loopback, for benchmarks.

    with Cluster(programs, workers=2) as cluster:
        job = cluster.submit(sleep_job(200, "50ms"))
        cluster.kill(cluster.engines(0)[0])
        print(seconds(cluster.finish(job)))

Everything it starts ends with it, also when the benchmark itself is killed.
"""

import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime

START_SECONDS_MAX = 60
POLL_SECONDS = 0.02
PR_SET_PDEATHSIG = 1


def programs_of(arguments):
    """The directory of the built programs: the first argument, or build/bin."""
    root = pathlib.Path(__file__).resolve().parent.parent.parent
    return pathlib.Path(arguments[1]).resolve() if len(arguments) > 1 else root / "build" / "bin"


def sleep_job(tasks, duration, extra=""):
    """The text of a job of `tasks` tasks that wait; `extra` are further fields of its stage."""
    return (f"name: sleep\nstages:\n  - name: work\n    sleep: {{duration: {duration}}}\n"
            f"    tasks: {{count: {tasks}}}\n{extra}outputs:\n  answer: {{from: work}}\n")


def noop_job(tasks):
    """The text of a job of `tasks` no-ops, which are counted."""
    return (f"name: noop\nstages:\n  - name: work\n    noop: {{}}\n    tasks: {{count: {tasks}}}\n"
            "    reduce: count\noutputs:\n  answer: {from: work}\n")


def seconds(job):
    """From the job's submission to its end, by the coordinator's clock."""
    return parse_time(job["end_time"]) - parse_time(job["submit_time"])


def parse_time(text):
    whole, _, fraction = text.rstrip("Z").partition(".")
    moment = datetime.strptime(whole + "+0000", "%Y-%m-%dT%H:%M:%S%z").timestamp()
    return moment + float("0." + (fraction or "0"))


def stage(job, name="work"):
    return next(s for s in job["stages"] if s["name"] == name)


def resident_bytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    return 0


def cpu_seconds(pid):
    """User and system time that the process has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Cluster:
    def __init__(self, programs, workers=2, slots=1, journal="sqlite", block_tasks=None, hosts=None):
        """`hosts`: (support.hosts) the coordinator runs on the first one, worker i on number 1 + i."""
        self.hosts = hosts
        self.programs = pathlib.Path(programs)
        self.slots = slots
        self.journal = journal
        self.block_tasks = block_tasks
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mote-bench-"))
        self.address = f"{hosts.address(0)}:0" if hosts else "127.0.0.1:0"
        self.coordinator = None
        self.workers = []
        self._files = 0
        self.start_coordinator()
        for _ in range(workers):
            self.start_worker()
        self.wait_until_ready(workers)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        for process in [*self.workers, self.coordinator]:
            process.kill()
            process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def enter(self, host):
        """What stands before a command that is to run on that host."""
        return self.hosts.enter(host) if self.hosts else []

    def _start(self, name, arguments):
        self._files += 1
        out = self.folder / f"{name}-{self._files}.out"
        err = self.folder / f"{name}-{self._files}.err"
        with open(out, "wb") as stdout, open(err, "wb") as stderr:
            process = subprocess.Popen([str(a) for a in arguments], stdout=stdout, stderr=stderr,
                                       preexec_fn=_end_with_parent)
        return process, out, err

    def start_coordinator(self):
        """On the same address and state directory, if it ran before. Returns when it listens."""
        self.coordinator, out, err = self._start("coordinator", [
            *self.enter(0), self.programs / "mote-coordinator", "--listen", self.address, "--state-dir", self.folder / "state",
            "--journal", self.journal, *(["--insecure"] if self.hosts else []),
            *(["--block-tasks", self.block_tasks] if self.block_tasks is not None else [])])
        deadline = time.monotonic() + START_SECONDS_MAX
        while not (text := out.read_text(encoding="utf-8")).endswith("\n"):
            if self.coordinator.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the coordinator does not start:\n{err.read_text(encoding='utf-8')}")
            time.sleep(0.001)
        self.address = text.split("listening on ")[1].strip()

    def program(self, name, *arguments, host=0):
        """Runs a program of bench/ to its end; the JSON object that it prints."""
        done = subprocess.run([*self.enter(host), str(self.programs / name), *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{name} exits with {done.returncode}:\n{done.stderr}")
        return json.loads(done.stdout)

    def kill_coordinator(self):
        self.kill(self.coordinator.pid)
        self.coordinator.wait()

    def start_worker(self, index=None):
        """One more, or again the one of that index, which has ended. Returns its index."""
        index = len(self.workers) if index is None else index
        process, _, _ = self._start(f"worker{index}", [
            *self.enter(1 + index), self.programs / "mote-worker", "--coordinator", self.address, "--slots", self.slots,
            "--store-dir", self.folder / f"store{index}", "--allow-commands", "--allow-test-operations"])
        self.workers[index:index + 1] = [process]
        return index

    def kill_worker(self, index):
        self.kill(self.workers[index].pid)
        self.workers[index].wait()

    @staticmethod
    def kill(pid, number=signal.SIGKILL):
        os.kill(pid, number)

    def engines(self, worker):
        """Process ids of the engines of worker number `worker`."""
        found = []
        for task in pathlib.Path(f"/proc/{self.workers[worker].pid}/task").iterdir():
            for child in (task / "children").read_text(encoding="ascii").split():
                if pathlib.Path(f"/proc/{child}/comm").read_text(encoding="ascii").startswith("mote-engine"):
                    found.append(int(child))
        return found

    def mote(self, *arguments, check=True):
        done = subprocess.run([*self.enter(0), str(self.programs / "mote"), *map(str, arguments), "--coordinator",
                               self.address],
                              capture_output=True, text=True)
        if check and done.returncode != 0:
            raise SystemExit(f"mote {' '.join(map(str, arguments))} exits with {done.returncode}:\n{done.stderr}")
        return done

    def workers_connected(self):
        return [w for w in json.loads(self.mote("workers", "-o", "json").stdout) if w["state"] == "connected"]

    def wait_until_ready(self, count):
        """Until so many workers are connected and a task has run on each engine's way."""
        deadline = time.monotonic() + START_SECONDS_MAX
        if count == 0:
            return
        while len(self.workers_connected()) < count:
            if time.monotonic() > deadline:
                raise SystemExit(f"{count} workers do not connect")
            time.sleep(POLL_SECONDS)
        # Engines start after their workers have said hello.
        self.finish(self.submit(sleep_job(8 * count * self.slots, "10ms")))

    def submit(self, text, files=None):
        """Submits a job file's text without waiting; `files` lie beside it. Returns the id."""
        self._files += 1
        folder = self.folder / f"job-{self._files}"
        folder.mkdir()
        for name, content in (files or {}).items():
            (folder / name).write_text(content, encoding="utf-8")
        path = folder / "job.yaml"
        path.write_text(text, encoding="utf-8")
        return self.mote("submit", path, "--no-wait", "--parsable", "--no-reuse").stdout.strip()

    def job(self, identity):
        return json.loads(self.mote("job", identity, "-o", "json").stdout)

    def finish(self, identity, expected=(0,)):
        """Waits for a job's end, which must have one of the exit codes `expected`; the job."""
        done = self.mote("wait", identity, check=False)
        if done.returncode not in expected:
            raise SystemExit(f"job {identity} ends with {done.returncode}:\n{done.stderr}")
        return self.job(identity)

    def digest(self, identity):
        return self.mote("result", identity, "--digest").stdout.split("sha256:")[1].split()[0]


def say(text):
    print(text, file=sys.stderr, flush=True)
