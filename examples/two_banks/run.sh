#!/usr/bin/env bash
# Two banks on one machine: a coordinator, and a worker for each bank, which may read its
# bank's directory and nothing else. Prints the report on customers of both.
#
#   examples/two_banks/run.sh [BIN_DIR]     default: build/bin
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
bin=$(cd "${1:-build/bin}" && pwd)
dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null; wait; rm -rf "$dir"' EXIT

# The customers of the north are the first 400 of German credit, those of the south the rest.
mkdir "$dir/north" "$dir/south"
all=$here/../credit_risk/german_credit.csv
head -n 401 "$all" >"$dir/north/customers.csv"
{ head -n 1 "$all"; tail -n +402 "$all"; } >"$dir/south/customers.csv"

"$bin/mote-coordinator" --listen 127.0.0.1:0 --state-dir "$dir/state" >"$dir/address" 2>"$dir/coordinator.log" &
until grep -qs 'listening on' "$dir/address"; do sleep 0.05; done
MOTE_COORDINATOR=$(sed 's/listening on //' "$dir/address")
export MOTE_COORDINATOR

for bank in north south; do
  "$bin/mote-worker" --coordinator "$MOTE_COORDINATOR" --name "$bank" --shared-dir "$dir/$bank" --slots 1 \
    --store-dir "$dir/$bank-store" 2>"$dir/$bank.log" &
done

job=$("$bin/mote" submit "$here/two_banks.yaml" --set "north=$dir/north/customers.csv" \
  --set "south=$dir/south/customers.csv" --no-wait --parsable)
"$bin/mote" wait "$job" >/dev/null
"$bin/mote" result "$job" report
"$bin/mote" result "$job" --digest
