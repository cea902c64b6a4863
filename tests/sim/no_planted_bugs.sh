#!/usr/bin/env bash
# no_planted_bugs.sh SIMULATOR PROGRAM…: the simulator knows planted bugs, the programs do not.
set -euo pipefail
knows() { nm -C "$1" | grep -c 'mote::\(IsPlanted\|PlantedBug\|PlantedZero\)' || true; }
(($(knows "$1") > 0)) || { echo "$1 knows no planted bug: this check looks for the wrong symbol"; exit 1; }
shift
for program in "$@"; do
  (($(knows "$program") == 0)) || { echo "$program has planted bugs (common/planted.h)"; exit 1; }
done
