# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
# shellcheck shell=sh
#
# For scripts that check one thing after another: counts and prints what came of each.  Sourced
# from the top, as `. tests/verdict.sh`; the last line of the script is `all_passed`.
passed=0
failed=0

# NAME [WHY-IT-FAILED]: prints "ok - NAME" or "not ok - NAME: WHY-IT-FAILED".
verdict() {
	if [ -z "${2:-}" ]; then
		passed=$((passed + 1))
		echo "ok - $1"
	else
		failed=$((failed + 1))
		echo "not ok - $1: $2"
	fi
}

# FILE: prints the list that another script made, and counts it in.
include_verdicts() {
	cat "$1"
	passed=$((passed + $(grep -c '^ok ' "$1" || :)))
	failed=$((failed + $(grep -c '^not ok ' "$1" || :)))
}

# Prints the counts; false if something failed.
all_passed() {
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}
