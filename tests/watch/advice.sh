#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Findings of random programs, written as litmus tests: coherer check must say Sometimes of each, and
# Never with the advice added.  The explorer and the machine that it runs share no code with the
# shadow, on which the advice was tried.
#
#   tests/watch/advice.sh
#
# COHERER and REPLAY_TEST name the programs.  Exits 0 if all is so, else 1.
set -eu
cd "$(dirname "$0")/../.."

coherer=${COHERER:-build/coherer}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"${REPLAY_TEST:-build/tests/watch/runner/replay_test}" "$work" >"$work/out" 2>&1 || {
	cat "$work/out"
	exit 1
}
# A test without a single file would pass.
[ "$(find "$work" -name '*.litmus' | wc -l)" -gt 1000 ] || { echo "advice.sh: too few tests"; exit 1; }
"$coherer" check --quiet "$work"
