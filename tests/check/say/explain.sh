#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# What --explain says first of each bug of the corpus, on the first cache that has it, compared
# with what it said when somebody last compared that with the fix that was merged.
#
#   tests/check/say/explain.sh [--update]
#
# --update writes the expectations anew: read the difference.  Exits 0 if all are the same, 1 if
# not, 2 if something is missing.
set -eu
cd "$(dirname "$0")/../../.."
. tests/verdict.sh

coherer=${COHERER:-build/coherer}
expected=tests/check/say/explain.expect
[ -x "$coherer" ] || { echo "explain.sh: $coherer is missing: run make" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# FILE: the caches that it names, or all kinds.
caches() {
	named=$(sed -n 's/^[[:space:]]*cache \(.*\);.*/\1/p' "$1" | tr -d ',')
	echo "${named:-vivt vipt pipt}"
}

# FILE: "NAME CACHE: what is said first, with the line".
first_line() {
	for cache in $(caches "$1"); do
		"$coherer" check --no-example --cpu "$cache" --explain "$1" >"$work/out" 2>&1 || :
		grep -q '^explain:.*nothing to explain' "$work/out" && continue
		said=$(sed -n "/^explain: any one/{s/^explain: any one of these makes it Never//
			s/, the likeliest first://;h;n;G;s/\n//;s|^  $1:|line |;p;q;}
			/^explain: nothing/{s/ (.*//;p;q;}" "$work/out")
		echo "$(basename "$1" .litmus) $cache: ${said:-$(tail -n 1 "$work/out")}"
		return
	done
}

for bug in litmus/corpus/*.litmus; do
	fix=${bug%.litmus}+fix.litmus
	if [ -e "$fix" ]; then
		first_line "$bug"
	fi
done >"$work/now"

if [ "${1:-}" = --update ]; then
	cp "$work/now" "$expected"
	exit 0
fi
while IFS= read -r line; do
	name=${line%% *}
	was=$(grep "^$name " "$expected" || echo "no line in $expected")
	[ "$was" = "$line" ] && verdict "explain: $name" || verdict "explain: $name" "$line; expected: $was"
done <"$work/now"
[ "$(wc -l <"$work/now")" = "$(wc -l <"$expected")" ] && verdict "explain: as many bugs" ||
	verdict "explain: as many bugs" "$expected has others: --update"

# A fix needs none.
for fix in litmus/corpus/*+fix.litmus; do
	"$coherer" check --no-example --explain "$fix"
done >"$work/fixes" 2>&1 || :
grep '^explain' "$work/fixes" | grep -v 'Never: there is nothing to explain' >"$work/needed" || :
[ -s "$work/needed" ] && verdict "explain: nothing of the fixes" "$(head -n 1 "$work/needed")" ||
	verdict "explain: nothing of the fixes"

# STATE CODE: explains the test; what is said goes to $work/said.
explains() {
	printf 'C case\n(* Result: Sometimes *)\n{ %s }\n%s\n' "$1" "$2" >"$work/case.litmus"
	"$coherer" check --no-example --explain "$work/case.litmus" >"$work/said" 2>&1 || :
}

# NAME PATTERN: is said (grep -F).
says() {
	grep -qF -e "$2" "$work/said" && verdict "explain: $1" || verdict "explain: $1" "no '$2'"
}

# NAME PATTERN: is not said.
says_not() {
	grep -qF -e "$2" "$work/said" && verdict "explain: $1" "$(grep -F -e "$2" "$work/said")" ||
		verdict "explain: $1"
}

explains 'cache vipt; page p; alias K = p kernel; alias U = p mm 0; var go;' \
	'P0 (mm 0) { store(U, 1); unmap(U); invalidate_tlb(U); go = 1; }
	D0 (device) { await(go == 1); r0 = dma_read(p); }'
says "an address that no statement names" "clean(K) in P0, before go = 1"
says "and the one that is named, while it is mapped" "clean(U) in P0, before unmap(U)"
says_not "but not when it is gone" "clean(U) in P0, before go = 1"

explains 'cache pipt; page p; alias K = p kernel; var go;' \
	'P0 () { load(K); go = 1; await(go == 2); if (go == 2) { r0 = load(K); } }
	D0 (device) { await(go == 1); dma_write(p, 5); go = 2; }'
says "what is right on a core that reads ahead" "invalidate(K) in P0, before r0 = load(K[0])"
says_not "and nothing that is wrong there" "before go = 1"
says_not "an if by what it asks" "if."
says_not "no place that is none" "nothing()"

explains 'cache pipt; speculate nothing; page p; alias K = p kernel; var go;' \
	'P0 () { load(K); flush(K); go = 1; store(K[1], 1); await(go == 2); r0 = load(K); }
	D0 (device) { await(go == 1); dma_write(p, 5); go = 2; }'
says "a neighbour in the line" "p[0] in a line of its own (align and pad)"

explains 'cache pipt; lines 2; page p; alias K = p kernel; buffer hdr = p[0..1]; buffer rx = p[2..3]; var go;' \
	'P0 () { load(rx); store(hdr, 7); go = 1; await(go == 2); r0 = load(rx); r1 = load(hdr); }
	D0 (device) { await(go == 1); dma_write(rx, 5); go = 2; }'
says "a buffer, by its name" "invalidate(rx) in P0, before r0 = load(rx[0])"
says_not "and not what would lose its neighbour" "invalidate(K)"

explains 'cache pipt; words 4; page p; alias K = p kernel; buffer hdr = p[0..1]; buffer rx = p[2]; var go;' \
	'P0 () { load(rx); invalidate(rx); go = 1; store(hdr[0], 7); await(go == 2); invalidate(rx); r0 = load(rx); }
	D0 (device) { await(go == 1); dma_write(rx, 5); go = 2; }'
says "a buffer in a line of its own" "rx in a line of its own (align and pad)"

"$coherer" check --no-example --max-states 200 --cpu vipt --explain litmus/corpus/D8-dax.litmus >"$work/said" 2>&1 || :
says "a bound is of all attempts" "attempts: --max-states"
all_passed
