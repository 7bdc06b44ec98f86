#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Faults that the layer had, put back one by one: the search of tests/src/grain must find each, and
# nothing in the same place without it.  A patch of faults/ says what the fault is, and where to
# search for it: the line "search: PATTERN", or "trail: TRAIL" for one run.
#
#   tests/src/grain/put-back.sh BUILD	BUILD has tests/src/grain/grain and its archives
set -eu
cd "$(dirname "$0")/../../.."
build=${1:?usage: put-back.sh BUILD}
grain=$build/tests/src/grain/grain
work=$build/grain
failed=0

complain() {
	echo "put-back: $1" >&2
	failed=1
}

# A copy of the layer with the fault; only what the patch changes is compiled anew.
put_back() {
	rm -rf "$work"
	mkdir -p "$work/check"
	cp -r src "$work/src"
	cp -r check/policies "$work/check/policies"
	patch -s -f -d "$work" -p1 <"$1" || return 1
	for file in $(sed -n 's|^+++ b/||p' "$1"); do
		${CC:-gcc} -std=c11 -ffreestanding -O2 -Iports/sim/hook -I"$work" -Iinclude -I. \
			-c -o "$work/$(basename "$file" .c).o" "$work/$file" || return 1
	done
	${CC:-gcc} -o "$work/grain" "$build"/obj/tests/src/grain/*.o "$build/lib/libsim.a" \
		"$work"/*.o "$build/lib/libcoherer-hook.a" "$build/lib/libmodel.a"
}

for patch in tests/src/grain/faults/*.patch; do
	name=$(basename "$patch" .patch)
	how=-o pattern=$(sed -n 's/^search: //p' "$patch")
	[ -n "$pattern" ] || { how=-t; pattern=$(sed -n 's/^trail: //p' "$patch"); }
	[ -n "$pattern" ] || { complain "$patch: no line \"search: PATTERN\""; continue; }
	put_back "$patch" || { complain "$patch: does not apply to src/, or not compile"; continue; }
	"$grain" $how "$pattern" >"$work/without" || complain "$name: found without it, too: see $work/without"
	status=0
	"$work/grain" $how "$pattern" >"$work/with" || status=$?
	[ $status = 1 ] || complain "$name: not found in $pattern (exit $status)"
	echo "  FAULT $name: $(head -n 1 "$work/with")"
done
exit $failed
