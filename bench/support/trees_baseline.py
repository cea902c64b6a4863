"""scikit-learn's trees on one core, for bench/trees.py: run by Debian's Python, which has it.

    /usr/bin/python3 trees_baseline.py data TRAIN TEST ROWS TEST_ROWS FEATURES
    /usr/bin/python3 trees_baseline.py forest|boost TRAIN TEST TREES

`data` writes two CSV files; the others print a JSON object: seconds and CPU seconds of fit, accuracy, AUC.
"""

import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[name] = "1"

import numpy  # noqa: E402  after the numbers of threads


def write(path, x, labels):
    """Whole thousandths: written ten times as fast as fractions, and trees do not mind."""
    line = ",".join(["%d"] * (x.shape[1] + 1)) + "\n"
    with open(path, "w", encoding="ascii") as file:
        file.write(",".join([f"f{i}" for i in range(x.shape[1])] + ["class"]) + "\n")
        for begin in range(0, len(x), 10000):
            rows = numpy.column_stack([x[begin:begin + 10000], labels[begin:begin + 10000]]).tolist()
            file.write("".join(line % tuple(row) for row in rows))


def make(train, test, rows, test_rows, features):
    from sklearn.datasets import make_classification
    x, labels = make_classification(n_samples=rows + test_rows, n_features=features, n_informative=12, n_redundant=4,
                                    n_clusters_per_class=4, class_sep=0.7, flip_y=0.05, random_state=1)
    x = numpy.rint(x * 1000).astype(numpy.int64)
    write(train, x[:rows], labels[:rows])
    write(test, x[rows:], labels[rows:])


def read(path):
    cached = path + ".npy"
    if not os.path.exists(cached):
        numpy.save(cached, numpy.loadtxt(path, delimiter=",", skiprows=1, dtype=numpy.float32))
    table = numpy.load(cached)
    return table[:, :-1], table[:, -1].astype(numpy.int64)


def fit(kind, train, test, trees):
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.metrics import roc_auc_score
    x, labels = read(train)
    x_test, labels_test = read(test)
    if kind == "forest":
        model = RandomForestClassifier(n_estimators=trees, n_jobs=1, random_state=1)
    else:
        model = HistGradientBoostingClassifier(max_iter=trees, early_stopping=False, random_state=1)
    start, used = time.monotonic(), time.process_time()
    model.fit(x, labels)
    took, used = time.monotonic() - start, time.process_time() - used
    scores = model.predict_proba(x_test)[:, 1]
    print(json.dumps({"seconds": took, "cpu_seconds": used, "accuracy": float(((scores > 0.5) == labels_test).mean()),
                      "roc_auc": float(roc_auc_score(labels_test, scores))}))


if __name__ == "__main__":
    if sys.argv[1] == "data":
        make(sys.argv[2], sys.argv[3], *map(int, sys.argv[4:7]))
    else:
        fit(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))
