#!/usr/bin/env bash
# Writes credit_data.csv and new_applicants.csv beside this script, from Debian's package
# r-cran-modeldata, which holds the data as R has it. Needs root or sudo for r-base-core.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

as_root() { if ((EUID == 0)); then "$@"; else sudo "$@"; fi; }
command -v Rscript >/dev/null || {
  as_root apt-get -q update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install r-base-core
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && apt-get -q download r-cran-modeldata && dpkg -x r-cran-modeldata_*.deb package)
# The last 54 rows play the applicants of tomorrow: without their outcome.
Rscript --vanilla - "$work/package/usr/lib/R/site-library/modeldata/data/Rdata" <<'R' >/dev/null
lazyLoad(commandArgs(trailingOnly = TRUE)[1])
known <- seq_len(nrow(credit_data)) <= 4400
csv <- function(rows, path) write.csv(rows, path, row.names = FALSE, na = "", quote = FALSE)
csv(credit_data[known, ], "credit_data.csv")
csv(credit_data[!known, names(credit_data) != "Status"], "new_applicants.csv")
R
wc -l credit_data.csv new_applicants.csv
