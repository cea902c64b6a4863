"""What `prepare` yields by default, computed the plain way: the whole table in memory.

Which rows are in which split is taken from the output that is checked; everything else
(medians, modes, means, deviations, categories, classes) is computed here from the CSV file.
"""

import csv
import json
import pathlib
import statistics

EXACT_MAX = 8192  # different numbers of a column up to which its median is exact
RELATIVE = 1e-5  # of a feature: it is a 32-bit float
SKETCH = 2.0**-8  # relative error of the median of a column of more, where many columns share the room


class Differs(Exception):
    pass


def read_output(folder, name):
    """Rows of a written table: {row: (x, label)}."""
    rows = {}
    shards = sorted(p for p in (pathlib.Path(folder) / name).iterdir() if p.suffix == ".csv")
    for shard in shards:
        with open(shard, newline="", encoding="utf-8") as file:
            reader = csv.reader(file)
            next(reader)
            for cells in reader:
                rows[int(cells[0])] = ([float(c) for c in cells[1:-1]], int(cells[-1]))
    return rows


def _numeric(cells):
    try:
        return all(c == "" or float(c) == float(c) for c in cells)
    except ValueError:
        return False


def _fit_number(cells, told):
    """(imputed value, mean, deviation) of the training cells; `told`: what prepare fitted."""
    numbers = [float(c) for c in cells if c]
    median = statistics.median(numbers)
    imputed = told["impute"]
    if len(set(numbers)) <= EXACT_MAX:
        if abs(imputed - median) > 1e-12 * abs(median):
            raise Differs(f"{told['name']}: the median is {median}, prepare says {imputed}")
    elif not told.get("approximate") or abs(imputed - median) > SKETCH * abs(median):
        raise Differs(f"{told['name']}: the median is {median}, prepare says {imputed}")
    filled = [float(c) if c else imputed for c in cells]
    mean = statistics.fmean(filled)
    return imputed, mean, statistics.pstdev(filled, mean)


def _fit_category(cells):
    """(categories, most frequent one) of the training cells."""
    present = [c for c in cells if c]
    categories = sorted(set(present))
    return categories, max(categories, key=present.count)


def check(path, label, positive, folder, splits):
    """Every row of every split against the reference; raises Differs. Returns the rows."""
    with open(path, newline="", encoding="utf-8") as file:
        reader = csv.reader(file)
        names = next(reader)
        table = list(reader)
    fitted = json.loads((pathlib.Path(folder) / "fitted.json").read_text(encoding="utf-8"))
    told = {column["name"]: column for column in fitted["columns"]}
    outputs = {name: read_output(folder, name) for name in splits}
    if sorted(row for rows in outputs.values() for row in rows) != list(range(len(table))):
        raise Differs("rows are missing, or in two splits")
    for name, share in splits.items():
        if abs(len(outputs[name]) - share * len(table)) > 1:
            raise Differs(f"{name} has {len(outputs[name])} of {len(table)} rows")
    training = list(outputs["train"])
    makers = []
    for index, name in enumerate(names):
        if name == label:
            continue
        cells = [table[row][index] for row in training]
        if _numeric(cells):
            makers.append((index, name, _fit_number(cells, told[name])))
        else:
            makers.append((index, name, _fit_category(cells)))
    at = names.index(label)
    for rows in outputs.values():
        for row, (x, y) in rows.items():
            _check_row(table[row], x, y, makers, at, positive)
    return len(table)


def _check_row(cells, x, y, makers, label, positive):
    expected = []
    for index, name, fitted in makers:
        cell = cells[index]
        if len(fitted) == 3:
            imputed, mean, deviation = fitted
            value = float(cell) if cell else imputed
            expected.append((value - mean) / deviation if deviation else 0.0)
        else:
            categories, mode = fitted
            cell = cell or mode
            expected.extend(1.0 if cell == category else 0.0 for category in categories)
    if len(expected) != len(x) or y != (cells[label] == positive):
        raise Differs(f"a row of {len(x)} features and label {y}: {cells}")
    for value, got in zip(expected, x):
        if abs(value - got) > RELATIVE * max(1.0, abs(value)):
            raise Differs(f"{got} instead of {value}: {cells}")
