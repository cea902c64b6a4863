#!/usr/bin/env bash
# links_none_of.sh PATTERN PROGRAM…: no library that a program loads has a name that matches.
set -euo pipefail
pattern=$1
shift
for program in "$@"; do
  libraries=$(ldd "$program")
  [[ $libraries == *libstdc++* ]] || { echo "ldd does not tell what $program loads: $libraries"; exit 1; }
  if found=$(grep -E "$pattern" <<<"$libraries"); then
    echo "$program must not load:"
    echo "$found"
    exit 1
  fi
done
