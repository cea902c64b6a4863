"""Figures: the median of several runs with their spread, and how they are printed."""

import datetime
import json
import os
import platform
import statistics


def spread(values, digits=4):
    """Median, extremes and the runs themselves."""
    return {
        "median": round(statistics.median(values), digits),
        "least": round(min(values), digits),
        "most": round(max(values), digits),
        "runs": [round(v, digits) for v in values],
    }


def answer(question, to_reach, reached, **figures):
    """Prints the answer of a benchmark as one JSON object.

    `to_reach` says the goal in words, `reached` whether the figures meet it.
    """
    print(json.dumps({
        "question": question,
        "to_reach": to_reach,
        "reached": reached,
        **figures,
        "date": datetime.date.today().isoformat(),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}",
    }, indent=2))
