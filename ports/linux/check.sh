#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Runs Linux with the layer, and the workload of guests/linux, under `coherer watch`, and
# compares with ports/linux/expected:
#
#   ports/linux/check.sh [--all] [policies|holes|skips|inside|input]...
#
#   policies   each policy: no report, or some
#   holes      each policy on the tests that show bugs of Linux itself
#   skips      one operation or hook left out at a time: reported, or why not
#   inside     the layer checks its own maps at every change
#   input      an unknown policy, operation and cache type: what the kernel says and does
#
# Without a name, all.  A run that must be reported ends at its first report; with --all it
# goes on, and the reports are counted (minutes, where there are millions).
# The workload's own checks must pass in each run.  Leaves console,
# reports and their JSON in build/linux/coherer/runs.  COHERER names the program under test.
# Exits 0 if all is as expected, 1 if not, 2 if something needed is missing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
out=$top/build/linux
runs=$out/coherer/runs
coherer=${COHERER:-$top/build/coherer}
boot=$top/guests/linux/boot.sh

case ${1:-} in
-h | --help) sed -n '4,19s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
first=--first
if [ "${1:-}" = --all ]; then
	first=
	shift
fi
[ $# -gt 0 ] || set -- policies holes skips inside input
for group; do
	case $group in
	policies | holes | skips | inside | input) ;;
	*) echo "check.sh: no checks are called '$group', see --help" >&2; exit 2 ;;
	esac
done
[ -x "$coherer" ] || { echo "check.sh: $coherer is missing: run make" >&2; exit 2; }
[ -f "$out/coherer/vmlinux" ] || {
	echo "check.sh: $out/coherer/vmlinux is missing: run guests/linux/kernel.sh coherer" >&2
	exit 2
}
mkdir -p "$runs"
passed=0
failed=0

verdict() {
	if [ "$1" = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
	echo "$1 - $2"
}

# Boots with options $2 under watch; leaves runs/$1.{console,txt,json}, the number of different
# reports in $reports, and in $wrong why the run is worth nothing.  $3 is --first or nothing.
run() {
	name=$1
	wrong=
	status=0
	rm -f "$runs/$name.json"
	# QEMU takes the last -append.
	# shellcheck disable=SC2046 # a list of words, see boot.sh --print
	"$coherer" watch $3 --symbols "$out/coherer/vmlinux" --json "$runs/$name.json" -- \
		$("$boot" --print coherer) -append "$2" \
		</dev/null >"$runs/$name.console" 2>"$runs/$name.txt" || status=$?
	reports=$(sed -n 's/^reports: \([0-9]*\) different.*/\1/p' "$runs/$name.txt")
	if [ "$status" -gt 1 ] || [ -z "$reports" ]; then
		wrong="coherer failed with $status, see $runs/$name.txt"
	elif [ -n "$3" ] && [ "$reports" != 0 ]; then
		: # it was stopped there
	elif ! grep -aq '^# workload done' "$runs/$name.console"; then
		wrong="the workload did not finish, see $runs/$name.console"
	else
		# A test that failed; or the port or the layer found something wrong with itself.
		wrong=$(grep -aE '^not ok|WARNING:|BUG:|coherer: VMA|flushed from now on' \
			"$runs/$name.console" | head -n 1 | tr -d '\r')
	fi
}

counted() {
	if [ -n "$stop" ]; then echo "reported"; else echo "$reports different reports"; fi
}

# The run $1 with options $2 gives $3 reports: none or some; $4 is why.
expect() {
	stop=
	[ "$3" = none ] || stop=$first
	run "$1" "$2" "$stop"
	found=none
	[ "${reports:-0}" = 0 ] || found=some
	if [ -n "$wrong" ]; then
		verdict "not ok" "$1: $wrong"
	elif [ "$found" != "$3" ]; then
		verdict "not ok" "$1: $reports different reports, expected $3"
	else
		verdict ok "$1: $(counted)${4:+ ($4)}"
	fi
}

# Of the names in $1 each was reached, or that there was no report says nothing.  Those whose
# lack was reported were.
reached() {
	[ "$found" = none ] || return 0
	for name in $(echo "${1#*:}" | tr , ' '); do
		grep -aEq "^# coherer hooks: $name +[1-9][0-9]* left out" "$runs/$2.console" ||
			verdict "not ok" "$2: $name was never reached"
	done
}

# The lines of expected that begin with $1, without comments.
expected() {
	sed -n "s/^$1[[:space:]][[:space:]]*//p" "$here/expected" | tr '\t' ' '
}

check_policies() {
	expected policy >"$runs/list"
	while read -r policy want why; do
		expect "policy-$policy" "coherer=$policy" "$want" "$why"
		[ -n "$stop" ] || grep -aq "^# coherer policy: $policy" "$runs/policy-$policy.console" ||
			verdict "not ok" "policy-$policy: debugfs names another"
	done <"$runs/list"
}

check_holes() {
	tests=$(sed -n 's/^tests //p' "$top/guests/linux/coherer-holes.expect")
	expected holes >"$runs/list"
	while read -r policy want why; do
		expect "holes-$policy" "coherer=$policy tests=$tests" "$want" "$why"
	done <"$runs/list"
}

check_skips() {
	expected skip >"$runs/list"
	while read -r what want why; do
		policy=rmap
		case $what in *:*) policy=${what%%:*} ;; esac
		name=skip-$(echo "$what" | tr ',:' '--')
		tests=
		case $why in
		tests=*)
			tests=${why%% *}
			why=${why#* }
			name=$name-${tests#tests=}
			;;
		esac
		expect "$name" "coherer=$policy coherer.skip=${what#*:} $tests" "$want" "$why"
		reached "$what" "$name"
	done <"$runs/list"
}

# The run $1 with options $2 gives $3 reports, and the kernel says $4.
expect_said() {
	expect "$1" "$2" "$3" "$4"
	grep -aqF "$4" "$runs/$1.console" || verdict "not ok" "$1: the kernel did not say '$4'"
}

# All that the layer can check of itself, at each change of a map.
check_inside() {
	expect checks "coherer.check=3" none "the layer checks its maps at every change"
}

check_input() {
	expect_said unknown-policy "coherer=best" none "no policy is named 'best', rmap is used"
	expect_said unknown-skip "coherer.skip=nothing" none "there is no 'nothing'"
	expect_said unknown-check "coherer.check=4" none "coherer.check is 1, 2 or 3, not '4'"
	expect_said no-check "coherer.check" none "coherer.check is 1, 2 or 3, not ''"
	expect_said unknown-caches "coherer.ctr=0x12345678" none \
		"all of the cache is flushed each time"
	grep -aq '^# coherer policy: flush-all' "$runs/unknown-caches.console" ||
		verdict "not ok" "unknown-caches: the policy is not flush-all"
}

for group; do
	"check_$group"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
