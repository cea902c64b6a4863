#!/usr/bin/env python3
"""Does the credit-risk example keep up with plain logistic regression?

    ./dev bench credit_risk
    python3 bench/credit_risk.py [BIN_DIR]      # build/bin by default

Runs examples/credit_risk/credit_risk.yaml with --set seed=1 to 5, and logistic
regression (scikit-learn's default model) on the very same prepared splits. Prints one
JSON object: both ROC AUCs for every seed, their differences, the mean difference and
its 95 % confidence interval (Student's t, 4 degrees of freedom).
"""

import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "credit_risk"
SEEDS = (1, 2, 3, 4, 5)
T_95 = 2.776445  # of Student's t with len(SEEDS) - 1 degrees of freedom, two-sided
# The example itself does not write its splits; the baseline needs them.
TABLES = "  train: {from: clean.train}\n  test: {from: clean.test}\n"


def job_file(folder):
    """Writes the example's job, with the splits as further outputs, into `folder`."""
    text = (EXAMPLE / "credit_risk.yaml").read_text(encoding="utf-8")
    if "\noutputs:\n" not in text or not text.rstrip().splitlines()[-1].startswith("  "):
        raise SystemExit("credit_risk.yaml does not end with its outputs, one a line; mend it or bench/credit_risk.py")
    shutil.copy(EXAMPLE / "german_credit.csv", folder)
    path = folder / "job.yaml"
    path.write_text(text.rstrip() + "\n" + TABLES, encoding="utf-8")
    return path


def run(arguments):
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{arguments[0]} exits with {done.returncode}:\n{done.stderr}")
    return done.stdout


def measure(programs, seed):
    with tempfile.TemporaryDirectory(prefix="mote-bench-") as name:
        folder = pathlib.Path(name)
        out = folder / "out"
        run([programs / "mote", "run", job_file(folder), "--set", f"seed={seed}", "--workers", 2, "--output", out])
        mote = json.loads((out / "report.json").read_text(encoding="utf-8"))["roc_auc"]
        logistic = float(run([programs / "mote-logistic-baseline", out / "train", out / "test"]))
    print(f"seed {seed}: mote {mote:.4f}, logistic {logistic:.4f}", file=sys.stderr)
    return {"seed": seed, "mote_roc_auc": mote, "logistic_roc_auc": logistic, "difference": mote - logistic}


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
