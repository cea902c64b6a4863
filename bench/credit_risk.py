#!/usr/bin/env python3
"""Does the credit-risk example keep up with plain logistic regression?

    python3 bench/credit_risk.py [BIN_DIR]      # build/bin by default

Runs examples/credit_risk/credit_risk.yaml once for each split seed 1 to 5, and
logistic regression (scikit-learn's default model) on the very same prepared
splits. Prints one JSON object: both ROC AUCs for every seed, their differences, the
mean difference and its 95 % confidence interval (Student's t, 4 degrees of freedom).
"""

import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "credit_risk"
SEEDS = (1, 2, 3, 4, 5)
T_95 = 2.776445  # of Student's t with len(SEEDS) - 1 degrees of freedom, two-sided
SPLIT = "split: {train: 0.7, dev: 0.1, test: 0.2, seed: 7}"
TABLES = "  train: {from: clean.train}\n  test: {from: clean.test}\n"


def job_file(folder, seed):
    """Writes the example's job with another split seed and the splits as outputs."""
    text = (EXAMPLE / "credit_risk.yaml").read_text(encoding="utf-8")
    if text.count(SPLIT) != 1 or not text.rstrip().splitlines()[-1].startswith("  "):
        raise SystemExit(f"credit_risk.yaml does not hold \"{SPLIT}\" once, or does not end with its outputs")
    (folder / "german_credit.csv").write_bytes((EXAMPLE / "german_credit.csv").read_bytes())
    path = folder / "job.yaml"
    path.write_text(text.replace(SPLIT, SPLIT.replace("seed: 7", f"seed: {seed}")).rstrip() + "\n" + TABLES)
    return path


def joined(table):
    """The shards of a table as one CSV file."""
    shards = sorted(table.glob("part-*.csv"))
    target = table / "all.csv"
    with open(target, "w", encoding="utf-8") as out:
        for number, shard in enumerate(shards):
            lines = shard.read_text(encoding="utf-8").splitlines(keepends=True)
            out.writelines(lines if number == 0 else lines[1:])
    return target


def run(arguments):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{arguments[0]} exits with {done.returncode}:\n{done.stderr}")
    return done.stdout


def measure(programs, seed):
    with tempfile.TemporaryDirectory(prefix="mote-bench-") as name:
        folder = pathlib.Path(name)
        run([programs / "mote", "run", job_file(folder, seed), "--workers", 2, "--output", folder / "out"])
        report = json.loads((folder / "out" / "report.json").read_text(encoding="utf-8"))
        splits = [joined(folder / "out" / split) for split in ("train", "test")]
        logistic = float(run([programs / "mote-logistic-baseline", *splits]))
    mote = report["roc_auc"]
    return {"split_seed": seed, "mote_roc_auc": mote, "logistic_roc_auc": logistic, "difference": mote - logistic}


def main(arguments):
    programs = pathlib.Path(arguments[1]) if len(arguments) > 1 else ROOT / "build" / "bin"
    seeds = [measure(programs, seed) for seed in SEEDS]
    differences = [entry["difference"] for entry in seeds]
    mean = statistics.mean(differences)
    half = T_95 * statistics.stdev(differences) / len(differences) ** 0.5
    print(json.dumps({
        "question": "Does the credit-risk example keep up with plain logistic regression on the same splits?",
        "seeds": seeds,
        "mean_mote_roc_auc": statistics.mean(entry["mote_roc_auc"] for entry in seeds),
        "mean_logistic_roc_auc": statistics.mean(entry["logistic_roc_auc"] for entry in seeds),
        "mean_difference": mean,
        "difference_95_percent": [mean - half, mean + half],
    }, indent=2))


if __name__ == "__main__":
    main(sys.argv)
