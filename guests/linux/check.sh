#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs Linux kernels with the workload under `coherer watch` and compares the
# reports with what is expected:
#
#   guests/linux/check.sh [NAME...]
#
# NAME is stock, xscale or coherer (the kernel with the layer): no report expected; a planted bug:
# what plant/NAME.edit expects; or a file NAME.expect beside this script, which names a kernel,
# tests of the workload, and what is expected of them:
#
#   kernel NAME
#   tests TEST,TEST...   or -TEST,TEST...: all but these
#   expect ...           see judge.py
#
# Without names: stock, xscale, their holes, and all bugs.  The workload must finish, with every test ok.
# Leaves build/linux/NAME/{reports.json,reports.txt,console.txt}.
# COHERER names the program under test (default: build/coherer).
# Exits 0 if all passed, 1 if not, 2 if something needed is missing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
out=$top/build/linux
coherer=${COHERER:-$top/build/coherer}

case ${1:-} in
-h | --help) sed -n '4,21s/^# \{0,1\}//p' "$0"; exit 0 ;;
-*) echo "check.sh: unknown option '$1', see --help" >&2; exit 2 ;;
esac
# shellcheck disable=SC2046 # a list of words
[ $# -gt 0 ] || set -- stock xscale holes xscale-threads $("$here/kernel.sh" --list)
[ -x "$coherer" ] || { echo "check.sh: $coherer is missing: run make" >&2; exit 2; }

passed=0
failed=0

verdict() {
	if [ "$1" = ok ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
	fi
	echo "$1 - $2 (${3}s): $4"
}

# Why the workload in console log $1 is not complete; nothing if it is.
incomplete() {
	grep -aq '^# workload done' "$1" || echo "the workload did not finish"
	grep -a '^not ok' "$1" | head -n 1 | tr -d '\r'
}

# The file that says what is expected of NAME; nothing if none does.
expectations() {
	for file in "$here/plant/$1.edit" "$here/$1.expect"; do
		if [ -f "$file" ]; then echo "$file"; return; fi
	done
}

# The value of line $2 of NAME's file; nothing if there is none.
stated() {
	file=$(expectations "$1")
	[ -z "$file" ] || sed -n "s/^$2 //p" "$file"
}

kernel_of() {
	named=$(stated "$1" kernel)
	echo "${named:-$1}"
}

check_kernel() {
	kernel=$(kernel_of "$1")
	dir=$out/$1
	file=$(expectations "$1")
	tests=$(stated "$1" tests)
	command=$("$here/boot.sh" --print --tests "$tests" "$kernel")
	mkdir -p "$dir"
	rm -f "$dir/reports.json"
	start=$(date +%s)
	status=0
	# shellcheck disable=SC2086 # a list of words, see boot.sh --print
	"$coherer" watch --symbols "$out/$kernel/vmlinux" --json "$dir/reports.json" -- $command \
		</dev/null >"$dir/console.txt" 2>"$dir/reports.txt" || status=$?
	seconds=$(($(date +%s) - start))

	if [ "$status" -gt 1 ]; then
		verdict "not ok" "$1" "$seconds" "coherer failed with $status, see $dir/reports.txt"
		return
	fi
	why=$(incomplete "$dir/console.txt")
	if [ -n "$why" ]; then
		verdict "not ok" "$1" "$seconds" "$why, see $dir/console.txt"
		return
	fi
	found=0
	said=$("$here/judge.py" "$dir/reports.json" ${file:+"$file"} 2>&1) || found=$?
	expected=1
	case $said in "0 reports"*) expected=0 ;; esac
	if [ "$found" != 0 ]; then
		verdict "not ok" "$1" "$seconds" "$said"
	elif [ "$status" != "$expected" ]; then
		verdict "not ok" "$1" "$seconds" "$said, but coherer exited with $status"
	else
		verdict ok "$1" "$seconds" "$said"
	fi
}

for name; do
	kernel=$(kernel_of "$name")
	[ -f "$out/$kernel/vmlinux" ] || {
		echo "check.sh: $out/$kernel/vmlinux is missing: run guests/linux/kernel.sh $kernel" >&2
		exit 2
	}
done
for name; do
	check_kernel "$name"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
