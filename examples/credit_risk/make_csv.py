#!/usr/bin/env python3
"""Writes german_credit.csv from Weka's credit-g.arff.

    apt-get download weka && dpkg -x weka_*.deb weka
    python3 make_csv.py weka/usr/share/doc/weka/examples/credit-g.arff german_credit.csv

ARFF is: '%' comments, '@attribute NAME TYPE' lines, '@data', then one row a line
with values separated by commas and quoted by ' where they need it. Values are
written as they stand, unquoted; the order of rows and columns is kept.
"""

import csv
import sys


def read_arff(lines):
    """Returns (names, rows): the attributes' names and each row's values as text."""
    names, rows, in_data = [], [], False
    for number, line in enumerate(lines, start=1):
        line = line.strip()
        if not line or line.startswith("%"):
            continue
        if in_data:
            row = next(csv.reader([line], quotechar="'", escapechar="\\", skipinitialspace=True))
            if len(row) != len(names):
                raise SystemExit(f"line {number}: {len(row)} values, but {len(names)} attributes are declared")
            rows.append(row)
        elif line.lower().startswith("@attribute"):
            names.append(line.split()[1].strip("'"))
        elif line.lower() == "@data":
            in_data = True
    return names, rows


def main(arguments):
    if len(arguments) != 3:
        raise SystemExit("usage: make_csv.py credit-g.arff german_credit.csv")
    with open(arguments[1], encoding="utf-8") as source:
        names, rows = read_arff(source)
    with open(arguments[2], "w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(rows)


if __name__ == "__main__":
    main(sys.argv)
