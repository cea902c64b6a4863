"""Checks the IBAN of each payment (ISO 13616: length by country, then mod 97 = 1).

Speaks mote's jsonl protocol: one JSON object a line on stdin, one a line on
stdout, in the same order. mote starts the program once and keeps it alive.
"""

import json
import string
import sys

# Length of an IBAN by country; those that this example knows.
LENGTH = {
    "AT": 20, "BE": 16, "CH": 21, "CZ": 24, "DE": 22, "DK": 18, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27,
    "IE": 22, "IT": 27, "LU": 20, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "SE": 24,
}
ALLOWED = set(string.ascii_uppercase + string.digits)


def problem_of(iban):
    """Returns what is wrong with an IBAN written without spaces, or None."""
    country = iban[:2]
    if country not in LENGTH:
        return f"unknown country {country!r}"
    if len(iban) != LENGTH[country]:
        return f"{len(iban)} characters, {country} has {LENGTH[country]}"
    if not set(iban) <= ALLOWED:
        return "characters other than letters and digits"
    # The first four characters go last; letters count from A = 10.
    rearranged = iban[4:] + iban[:4]
    if int("".join(str(int(character, 36)) for character in rearranged)) % 97 != 1:
        return "wrong check digits"
    return None


def check(payment):
    iban = payment["iban"].replace(" ", "").upper()
    problem = problem_of(iban)
    return {"id": payment["id"], "iban": iban, "valid": problem is None, "problem": problem}


def main():
    for line in sys.stdin:
        # Flushed line by line: mote waits for each answer.
        print(json.dumps(check(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
