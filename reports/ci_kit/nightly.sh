#!/bin/sh
# One run a night, for cron. Mail goes out where it prints and fails, as cron has it:
#
#   MAILTO=team@example.com
#   17 2 * * * SUITE=/opt/suite TARGET=/etc/conformance/sandbox.toml KEPT=/var/lib/conformance /opt/conformance/nightly.sh
#
# SUITE   the checkout of the suite; PYTHON, if set, has its packages
# TARGET, KEPT, GATE, ONLY, OPTIONS: see certify.sh and after.sh, which lie beside this file
set -eu
: "${SUITE:?the checkout of the suite}" "${KEPT:?a folder that stays}"
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
export PYTHONPATH="$SUITE"
export PYTHON="${PYTHON:-$SUITE/.tox/certify/bin/python}"
export REPORTS="$KEPT/out"

mkdir -p "$KEPT"
"$here/certify.sh"
"$here/after.sh"
