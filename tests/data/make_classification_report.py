#!/usr/bin/python3
"""Writes classification_report.json: what scikit-learn says about a few sets of predictions.

    apt-get install python3-sklearn
    /usr/bin/python3 tests/data/make_classification_report.py

The reducer `classification_report` must agree with these figures to 1e-9. Scores are
multiples of 1/64 (ties, and exact in f32).
"""
import json
import pathlib
import random
import warnings

import sklearn
from sklearn.metrics import accuracy_score, classification_report, confusion_matrix, roc_auc_score

warnings.filterwarnings("ignore")


def average(report, key):
    return {"precision": report[key]["precision"], "recall": report[key]["recall"], "f1": report[key]["f1-score"]}


def case(name, classes, labels, predictions=None, scores=None, positive=1):
    """`scores`: one list of `classes` numbers a row, or one number a row (of the positive class)."""
    given = predictions
    if predictions is None:
        predictions = [row.index(max(row)) for row in scores]
    occurring = sorted(set(labels) | set(predictions))
    report = classification_report(labels, predictions, output_dict=True, zero_division=0)
    expected = {
        "accuracy": accuracy_score(labels, predictions),
        "macro_avg": average(report, "macro avg"),
        "weighted_avg": average(report, "weighted avg"),
        "confusion_matrix": confusion_matrix(labels, predictions, labels=range(classes)).tolist(),
        "classes": {str(c): {**average(report, str(c)), "support": int(report[str(c)]["support"])} for c in occurring},
        "roc_auc": None,
    }
    if classes == 2 and scores is not None and len(set(labels)) == 2:
        of_positive = [row[positive] if isinstance(row, list) else row for row in scores]
        expected["roc_auc"] = roc_auc_score([label == positive for label in labels], of_positive)
    return {"name": name, "labels": labels, "predictions": given, "scores": scores, "positive": positive,
            "expected": expected}


def score(rng):
    return rng.randrange(0, 65) / 64


def binary(rng, rows, shift):
    labels = [int(rng.random() < 0.3) for _ in range(rows)]
    positive = [min(1.0, max(0.0, round((score(rng) * 0.7 + label * shift) * 64) / 64)) for label in labels]
    return labels, [[1 - p, p] for p in positive]


def main():
    rng = random.Random(7)
    cases = []
    labels, scores = binary(rng, 200, 0.25)
    cases.append(case("two classes with ties", 2, labels, None, scores))
    cases.append(case("two classes, the other is positive", 2, labels, None, scores, positive=0))
    one_wide = [row[1] for row in scores]
    cases.append(case("one score a row", 2, labels, [int(p >= 0.375) for p in one_wide], one_wide))
    labels, scores = binary(rng, 60, 0.0)
    cases.append(case("no signal and no positive prediction", 2, labels, [0] * 60, scores))
    cases.append(case("one class only", 2, [1] * 20, None, [[1 - p, p] for p in (score(rng) for _ in range(20))]))
    labels = [rng.randrange(4) for _ in range(150)]
    scores = [[score(rng) + 0.5 * (c == label) for c in range(4)] for label in labels]
    cases.append(case("four classes by greatest score", 4, labels, None, scores))
    labels = [rng.randrange(3) for _ in range(90)]
    cases.append(case("a class that is never predicted", 3, labels, [min(label, 1) for label in labels]))
    cases.append(case("a class that is only predicted", 3, [rng.randrange(2) for _ in range(50)],
                      [rng.randrange(3) for _ in range(50)]))
    cases.append(case("a class that never occurs", 4, [rng.choice([0, 1, 3]) for _ in range(50)],
                      [rng.choice([0, 1, 3]) for _ in range(50)]))
    path = pathlib.Path(__file__).with_name("classification_report.json")
    lines = ",\n".join(json.dumps(c) for c in cases)
    path.write_text('{"scikit_learn": "%s", "cases": [\n%s\n]}\n' % (sklearn.__version__, lines))


if __name__ == "__main__":
    main()
