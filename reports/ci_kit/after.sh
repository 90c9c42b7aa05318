#!/bin/sh
# What to do with a run that has ended: put shards together, compare with the last run, remember.
#
#   after.sh [SHARD_DIRECTORY...]
#
# REPORTS  where the outputs are, or where those of the shards are to go together
# KEPT     a folder that stays from run to run: the history, and the run before
# MAX_AGE  hours after which outputs are not tonight's any more, 24 where it is not set
# GATE     verdict: exit as the run did; new: exit 1 only where something fails that did not
# GITHUB_STEP_SUMMARY, where set, gets the summary, the difference and the trend
set -eu
: "${REPORTS:?where the outputs are}" "${KEPT:?a folder that stays}"
PYTHON=${PYTHON:-python}
GATE=${GATE:-verdict}
tonight=$KEPT/tonight
rm -rf "$tonight"
mkdir -p "$tonight"

if [ $# -gt 0 ]; then
  status=0
  "$PYTHON" -m reports merge "$@" --report-dir "$REPORTS" || status=$?
  case $status in 0 | 1 | 6 | 8) ;; *) exit "$status" ;; esac
fi
"$PYTHON" -m reports check "$REPORTS" --max-age "${MAX_AGE:-24}"

new=0
if [ -f "$KEPT/last/run.json" ]; then
  "$PYTHON" -m reports diff "$KEPT/last" "$REPORTS" --fail-on new || new=$?
  case $new in 0 | 1) ;; *) exit "$new" ;; esac
  "$PYTHON" -m reports diff "$KEPT/last" "$REPORTS" --fail-on never \
    --format markdown --out "$tonight/diff.md"
fi
"$PYTHON" -m reports history "$KEPT" --add "$REPORTS" --last 30 --format markdown \
  > "$tonight/history.md"
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
  cat "$REPORTS/summary.md" "$tonight"/*.md >> "$GITHUB_STEP_SUMMARY"
fi
mkdir -p "$KEPT/last"
cp "$REPORTS/run.json" "$KEPT/last/run.json"

if [ "$GATE" = new ]; then
  exit "$new"
fi
"$PYTHON" -m reports verdict "$REPORTS"
