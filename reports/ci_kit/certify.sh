#!/bin/sh
# Looks at the target, then certifies it, or one shard of it.
#
# TARGET   the target file
# REPORTS  where the outputs go
# SHARD    1/4 and so on; whole where it is not set
# SEED     the same for all shards
# ONLY     what is certified, where it is not all: --step 3
# OPTIONS  further options of the suite or of pytest: -n 2
#
# Exit status 0 where the run came to its end, whatever it found: after.sh tells that, of all shards.
set -eu
: "${TARGET:?the target file}" "${REPORTS:?where the outputs go}"
PYTHON=${PYTHON:-python}

"$PYTHON" -m conformance smoke --target "$TARGET" --report-dir "$REPORTS"
status=0
# shellcheck disable=SC2086 # ONLY and OPTIONS are several words
"$PYTHON" -m conformance run --target "$TARGET" --report-dir "$REPORTS" ${ONLY:-} -- \
  ${SHARD:+--shard "$SHARD"} ${SEED:+--run-seed "$SEED"} ${OPTIONS:-} || status=$?
case $status in
  0 | 1 | 6 | 8) echo "the run has ended with exit status $status" ;;
  *) exit "$status" ;;
esac
