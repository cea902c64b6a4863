#!/usr/bin/env python3
"""Do the credit-risk examples beat plain logistic regression?

    ./dev bench credit_risk
    python3 bench/credit_risk.py [BIN_DIR [EXAMPLE…]]      # build/bin and both by default

Runs examples/credit_risk/credit_risk.yaml (the demo's network, 1,000 applicants) and
credit_data.yaml (a blend of trees and a network, 4,400 applicants; fetched if it is not there)
with --set seed=1 to 10, and logistic regression (scikit-learn's default model) on the very same
prepared splits: fitted to the training rows, and to these and the validation rows together, for
the examples look at validation rows too. Prints one JSON object: the ROC AUCs on the test rows
for every seed, their differences, and the 95 % confidence interval of the mean difference
(Student's t, 9 degrees of freedom).
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
FOLDER = ROOT / "examples" / "credit_risk"
EXAMPLES = {"credit_risk": "german_credit.csv", "credit_data": "credit_data.csv"}
SEEDS = range(1, 11)
T_95 = 2.262157  # of Student's t with len(SEEDS) - 1 degrees of freedom, two-sided
# The examples themselves do not write their splits; the baseline needs them.
TABLES = "  train: {from: clean.train}\n  dev: {from: clean.dev}\n  test: {from: clean.test}\n"


def job_file(example, folder):
    """Writes the example's job, with the splits as further outputs, into `folder`."""
    data = FOLDER / EXAMPLES[example]
    if not data.exists():
        subprocess.run([FOLDER / "fetch_credit_data.sh"], check=True, stdout=sys.stderr)
    text = (FOLDER / f"{example}.yaml").read_text(encoding="utf-8")
    if "\noutputs:\n" not in text or not text.rstrip().splitlines()[-1].startswith("  "):
        raise SystemExit(f"{example}.yaml does not end with its outputs, one a line; mend it or bench/credit_risk.py")
    shutil.copy(data, folder)
    path = folder / "job.yaml"
    path.write_text(text.rstrip() + "\n" + TABLES, encoding="utf-8")
    return path


def run(arguments):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{arguments[0]} exits with {done.returncode}:\n{done.stderr}")
    return done.stdout


def joined(folder, out):
    """The shards of the training and the validation rows, as one directory."""
    both = folder / "train_and_dev"
    both.mkdir()
    for split in ("train", "dev"):
        for shard in (out / split).glob("*.csv"):
            shutil.copy(shard, both / f"{split}-{shard.name}")
    return both


def measure(programs, example, seed):
    with tempfile.TemporaryDirectory(prefix="mote-bench-") as name:
        folder = pathlib.Path(name)
        out = folder / "out"
        job = job_file(example, folder)
        start = time.monotonic()
        run([programs / "mote", "run", job, "--set", f"seed={seed}", "--workers", 2, "--output", out])
        seconds = time.monotonic() - start
        mote = json.loads((out / "report.json").read_text(encoding="utf-8"))["roc_auc"]
        logistic, with_dev = (float(run([programs / "mote-logistic-baseline", rows, out / "test"]))
                              for rows in (out / "train", joined(folder, out)))
    print(f"{example}, seed {seed}: mote {mote:.4f}, logistic {logistic:.4f}, with dev {with_dev:.4f}, "
          f"{seconds:.0f} s", file=sys.stderr)
    return {"seed": seed, "mote_roc_auc": mote, "logistic_roc_auc": logistic, "logistic_with_dev_roc_auc": with_dev,
            "difference": mote - logistic, "difference_with_dev": mote - with_dev, "seconds": seconds}


def interval(differences):
    mean = statistics.mean(differences)
    half = T_95 * statistics.stdev(differences) / len(differences) ** 0.5
    return {"mean": mean, "low_95_percent": mean - half, "high_95_percent": mean + half}


def compare(programs, example):
    seeds = [measure(programs, example, seed) for seed in SEEDS]
    return {
        "seeds": seeds,
        "mean_mote_roc_auc": statistics.mean(entry["mote_roc_auc"] for entry in seeds),
        "mean_logistic_roc_auc": statistics.mean(entry["logistic_roc_auc"] for entry in seeds),
        "difference": interval([entry["difference"] for entry in seeds]),
        "difference_with_dev": interval([entry["difference_with_dev"] for entry in seeds]),
        "seconds_max": max(entry["seconds"] for entry in seeds),
    }


def main(arguments):
    programs = pathlib.Path(arguments[1]) if len(arguments) > 1 else ROOT / "build" / "bin"
    examples = {example: compare(programs, example) for example in arguments[2:] or EXAMPLES}
    print(json.dumps({
        "question": "Do the credit-risk examples beat plain logistic regression on the same splits?",
        "examples": examples,
        "goal": "the interval of the difference lies above 0 on credit_data",
        "reached": examples["credit_data"]["difference"]["low_95_percent"] > 0 if "credit_data" in examples else None,
    }, indent=2))


if __name__ == "__main__":
    main(sys.argv)
