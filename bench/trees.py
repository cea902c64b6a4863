#!/usr/bin/env python3
"""Are forests and boosted trees as good and as fast as scikit-learn's, and do they scale?

    ./dev bench trees
    python3 bench/trees.py [BIN_DIR] [ROWS] [TREES] [PARTS] [COMPARED_TREES]

By default build/bin, 1000000, 200, scaling,forest,boost and 5.

On a made table of 1 M rows and 20 features, the same for both:
  - `forest` of 200 trees on two workers, against two clusters of one worker each that
    grow 100 trees each at the same time: two independent processes;
  - its CPU seconds on one worker, and the accuracy, of as many trees as scikit-learn is given
    the time for, against RandomForestClassifier(n_jobs=1);
  - `boost` of 100 rounds on one worker, against HistGradientBoostingClassifier on one core.
CPU seconds are the engine's over the whole job, scoring the test rows included, and those of
scikit-learn's fit alone; seconds are those of the stage and of fit. The table is prepared by
a job before. Prints one JSON object.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading

from support.cluster import Cluster, cpu_seconds, parse_time, programs_of, say, stage
from support.figures import answer

BASELINE = pathlib.Path(__file__).resolve().parent / "support" / "trees_baseline.py"
PYTHON = "/usr/bin/python3"  # Debian's, for which python3-sklearn is packaged
FEATURES = 20
TEST_ROWS = 100_000
ROUNDS = 100

PREPARED = """
inputs:
  train: {{csv: {{path: {folder}/train.csv}}}}
  test: {{csv: {{path: {folder}/test.csv}}}}
stages:
  - name: rows
    input: train
    prepare: {{label: class, positive: '1', standardize: off}}
  - name: unseen
    input: test
    prepare: {{label: class, positive: '1', standardize: off}}
  - name: work
    input: rows.all
    {operation}
  - name: score
    input: unseen.all
    infer: {{model: work.model}}
    reduce: {{classification_report: {{label: label}}}}
outputs:
  report: {{from: score}}
"""


def run(cluster, folder, operation):
    """One job; its preparation is taken from the one before where there was one."""
    text = f"name: trees\n" + PREPARED.format(folder=folder, operation=operation).lstrip("\n")
    path = pathlib.Path(cluster.folder) / "trees.yaml"
    path.write_text(text, encoding="utf-8")
    engines = [pid for worker in range(len(cluster.workers)) for pid in cluster.engines(worker)]
    used = sum(cpu_seconds(pid) for pid in engines)
    identity = cluster.mote("submit", path, "--no-wait", "--parsable").stdout.strip()
    job = cluster.finish(identity)
    used = sum(cpu_seconds(pid) for pid in engines) - used
    report = json.loads(cluster.mote("result", identity, "report", "-o", "json").stdout)
    work = stage(job)
    return {"seconds": parse_time(work["end_time"]) - parse_time(work["start_time"]), "cpu_seconds": used,
            "accuracy": report["accuracy"], "roc_auc": report["roc_auc"]}


def forest(trees, seed=1):
    return f"forest: {{trees: {trees}, seed: {seed}}}"


def baseline(kind, folder, trees):
    done = subprocess.run([PYTHON, BASELINE, kind, f"{folder}/train.csv", f"{folder}/test.csv", str(trees)],
                          capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"the baseline exits with {done.returncode}; is python3-sklearn there?\n{done.stderr}")
    return json.loads(done.stdout)


def at_once(clusters, folder, trees):
    """The seconds of clusters that work at the same time: the slowest one's."""
    results = [None] * len(clusters)

    def work(index):
        results[index] = run(clusters[index], folder, forest(trees, seed=2 + index))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(clusters))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return max(result["seconds"] for result in results)


def scaling(programs, folder, trees):
    with Cluster(programs, workers=2) as both:
        run(both, folder, forest(2))  # prepares
        together = run(both, folder, forest(trees))
    with Cluster(programs, workers=1) as one, Cluster(programs, workers=1) as other:
        for cluster in (one, other):
            run(cluster, folder, forest(2))
        apart = at_once([one, other], folder, trees // 2)
    say(f"forest: two workers {together['seconds']:.2f} s, two processes {apart:.2f} s")
    return together, apart


def main(arguments):
    programs = programs_of(arguments)
    rows = int(arguments[2]) if len(arguments) > 2 else 1_000_000
    trees = int(arguments[3]) if len(arguments) > 3 else 200
    parts = arguments[4].split(",") if len(arguments) > 4 else ["scaling", "forest", "boost"]
    compared = int(arguments[5]) if len(arguments) > 5 else 5  # scikit-learn takes half a minute for each
    folder = pathlib.Path(os.environ.get("MOTE_BENCH_DATA", "")) if "MOTE_BENCH_DATA" in os.environ else None
    kept = folder is not None
    folder = folder or pathlib.Path(tempfile.mkdtemp(prefix="mote-bench-trees-"))
    figures = {"rows": rows, "features": FEATURES}
    reached = True
    try:
        if not (folder / "train.csv").exists():
            subprocess.run([PYTHON, BASELINE, "data", folder / "train.csv", folder / "test.csv", str(rows),
                            str(TEST_ROWS), str(FEATURES)], check=True)
        if "scaling" in parts:
            together, apart = scaling(programs, folder, trees)
            figures["forest_trees"] = trees
            figures["forest_two_workers"] = together
            figures["forest_two_processes_seconds"] = apart
            figures["scaling_of_two_processes"] = round(apart / together["seconds"], 4)
            reached &= figures["scaling_of_two_processes"] >= 0.97
        if "forest" in parts:
            with Cluster(programs, workers=1) as cluster:
                run(cluster, folder, forest(2))
                mine = run(cluster, folder, forest(compared, seed=9))  # not that of the job before
            theirs = baseline("forest", folder, compared)
            say(f"forest: {mine}, scikit-learn {theirs}")
            figures["forest"] = {"trees": compared, "mote": mine, "scikit_learn": theirs}
            reached &= mine["cpu_seconds"] <= theirs["cpu_seconds"] and mine["accuracy"] >= theirs["accuracy"] - 0.005
        if "boost" in parts:
            with Cluster(programs, workers=1) as cluster:
                run(cluster, folder, forest(2))
                mine = run(cluster, folder, f"boost: {{rounds: {ROUNDS}}}")
            theirs = baseline("boost", folder, ROUNDS)
            say(f"boost: {mine}, scikit-learn {theirs}")
            figures["boost"] = {"rounds": ROUNDS, "mote": mine, "scikit_learn": theirs}
            reached &= mine["cpu_seconds"] <= theirs["cpu_seconds"] and mine["roc_auc"] >= theirs["roc_auc"] - 0.005
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)
    answer("Are forests and boosted trees as good and as fast as scikit-learn's, and do they scale?",
           "scaling of two processes >= 0.97; CPU seconds <= scikit-learn's on one core; accuracy and AUC within 0.5 points",
           reached, **figures)


if __name__ == "__main__":
    main(sys.argv)
