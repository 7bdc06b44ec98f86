#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs Linux without and with the repairs of this folder, under `coherer watch`:
#
#   ports/linux/fixes/check.sh [--series 6.1|6.12] [apply|holes|quiet|locks|more]...
#
#   apply    each repair alone fits the source of the kernel
#   holes    the tests of each repair: reported without (its `expect` lines), silent with
#   quiet    the whole workload with all of them: no report; the cache operations beside stock's
#   locks    the whole workload with lock debugging: no complaint
#   more     as holes, for what stock does not have: SCSI
#
# Without a name: all; of 6.12, apply, holes and quiet.  The kernels are those of guests/linux/kernel.sh:
# stock and fixed; for a repair with a line `base`, that one and the kernel with this repair alone;
# fixed-debug; stock-6.12 and fixed-6.12.  Leaves consoles and reports in build/linux/fixes.
# COHERER names the program under test.
# Exits 0 if all is as expected, 1 if not, 2 if something needed is missing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../../.." && pwd)
linux=$top/guests/linux
out=$top/build/linux
runs=$out/fixes
coherer=${COHERER:-$top/build/coherer}
series=6.1
passed=0
failed=0

usage() { sed -n '4,20s/^# \{0,1\}//p' "$0"; }
fail() { echo "check.sh: $*" >&2; exit 2; }

verdict() {
	if [ "$1" = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
	echo "$1 - $2"
}

# Line $2 of repair $1; nothing if there is none.
stated() { sed -n "s/^$2 //p" "$1"; }

# The kernel $1 without the repairs, and with that of file $2, or with all.
without() {
	if [ "$1" = stock ] && [ "$series" != 6.1 ]; then echo "stock-$series"; else echo "$1"; fi
}
with() {
	if [ "$1" != stock ]; then
		basename "$2" .edit
	elif [ "$series" = 6.1 ]; then
		echo fixed
	else
		echo "fixed-$series"
	fi
}

need() {
	[ -f "$out/$1/vmlinux" ] || fail "$out/$1/vmlinux is missing: run guests/linux/kernel.sh $1"
}

# Boots kernel $2 with tests $3 and QEMU's arguments $4 under watch, as $1.  $wrong says why the
# run is worth nothing.
run() {
	name=$1
	wrong=
	status=0
	rm -f "$runs/$name.json"
	# shellcheck disable=SC2046,SC2086 # lists of words, see boot.sh --print
	"$coherer" watch --symbols "$out/$2/vmlinux" --json "$runs/$name.json" -- \
		$("$linux/boot.sh" --print --tests "$3" "$2" -- $4) \
		</dev/null >"$runs/$name.console" 2>"$runs/$name.txt" || status=$?
	if [ "$status" -gt 1 ]; then
		wrong="coherer failed with $status, see $runs/$name.txt"
	elif ! grep -aq '^# workload done' "$runs/$name.console"; then
		wrong="the workload did not finish, see $runs/$name.console"
	else
		wrong=$(grep -aE '^not ok|WARNING:|BUG:' "$runs/$name.console" | head -n 1 | tr -d '\r')
	fi
}

# The run of repair $1 on kernel $2: as file $3 expects; no report without a file.  $said counts.
judge_run() {
	run "$(basename "$1" .edit)-$2" "$2" "$(stated "$1" tests)" "$(stated "$1" qemu)"
	[ -z "$wrong" ] || return 0
	said=$("$linux/judge.py" "$runs/$name.json" ${3:+"$3"} 2>&1) || wrong=$said
}

# The repairs of this series whose kernel is $1.
repairs() {
	for edit in "$here"/*.edit "$here/$series"/*.edit; do
		base=$(stated "$edit" base)
		[ "${base:-stock}" != "$1" ] || echo "$edit"
	done
}

check_pair() {
	repair=$(basename "$1" .edit)
	judge_run "$1" "$(without "$2")" "$1"
	before=$said
	if [ -n "$wrong" ]; then
		verdict "not ok" "$repair, without it: $wrong"
		return
	fi
	judge_run "$1" "$(with "$2" "$1")" ""
	if [ -n "$wrong" ]; then
		verdict "not ok" "$repair, with it: $wrong"
	else
		verdict ok "$repair: $before without it, $said with it"
	fi
}

# A completion that is lost is no matter of caches: the test itself says so.
check_aio() {
	for kernel in "$(without stock)" "$(with stock)"; do
		"$linux/boot.sh" --tests hole-aio "$kernel" </dev/null >"$runs/aio-$kernel.console" 2>&1 || true
		judged=fixed
		[ "$kernel" != "$(without stock)" ] || judged=stock
		if said=$("$linux/check-aio.sh" --judge $judged "$runs/aio-$kernel.console"); then
			verdict ok "irqsave: on $kernel, ${said#ok - *: }"
		else
			verdict "not ok" "irqsave: on $kernel, ${said#not ok - *: }"
		fi
	done
}

check_apply() {
	source=$out/linux-source-$series
	[ -d "$source" ] || fail "$source is missing: run guests/linux/kernel.sh $(without stock)"
	for edit in "$here"/*.edit "$here/$series"/*.edit; do
		rm -rf "$runs/alone"
		if said=$("$linux/edit.py" "$source" "$runs/alone" "$edit" 2>&1); then
			verdict ok "$(basename "$edit" .edit) alone fits Linux $series"
		else
			verdict "not ok" "$said"
		fi
	done
	rm -rf "$runs/alone"
}

# The repairs of what the kernel $1 has.
check_repairs() {
	need "$(without "$1")"
	for edit in $(repairs "$1"); do need "$(with "$1" "$edit")"; done
	for edit in $(repairs "$1"); do
		case $edit in
		*/irqsave.edit) check_aio ;;
		*/slab-bulk.edit) ;; # no matter of caches: see locks
		*) check_pair "$edit" "$1" ;;
		esac
	done
}

check_holes() {
	check_repairs stock
	[ "$series" != 6.1 ] || check_repairs xscale
}

check_more() { check_repairs stock-more; }

operations() { sed -n 's/.*maintenance: \([0-9]* lines, [0-9]* whole caches\).*/\1/p' "$1"; }

# In 6.12 stock is reported, for loop-direct.
check_quiet() {
	need "$(without stock)"
	need "$(with stock)"
	run "quiet-$(without stock)" "$(without stock)" "" ""
	before=$(operations "$runs/$name.txt")
	run "quiet-$(with stock)" "$(with stock)" "" ""
	[ -n "$wrong" ] || said=$("$linux/judge.py" "$runs/$name.json" 2>&1) || wrong=$said
	if [ -n "$wrong" ]; then
		verdict "not ok" "the workload on $(with stock): $wrong"
	else
		verdict ok "the workload on $(with stock): $said; $(operations "$runs/$name.txt"), stock: $before"
	fi
}

# All tests, those of the repairs among them.
check_locks() {
	need fixed-debug
	tests=$(sed -n 's/^	{ "\([a-z-]*\)", .*/\1/p' "$linux/workload/main.c" |
		grep -vx hole-uprobe | tr '\n' ,)
	console=$runs/locks.console
	"$linux/boot.sh" --tests "${tests%,}" fixed-debug </dev/null >"$console" 2>&1 || true
	if said=$("$linux/check-locks.sh" --judge fixed "$console"); then
		verdict ok "lock debugging: no complaint"
	else
		verdict "not ok" "${said#not ok - }"
	fi
}

case ${1:-} in
-h | --help) usage; exit 0 ;;
esac
if [ "${1:-}" = --series ]; then
	case ${2:-} in
	6.1 | 6.12) series=$2 ;;
	*) fail "--series takes 6.1 or 6.12, not '${2:-}'" ;;
	esac
	shift 2
fi
if [ $# -eq 0 ]; then
	set -- apply holes quiet
	[ "$series" != 6.1 ] || set -- "$@" locks more
fi
for group; do
	case $group in
	apply | holes | quiet | locks | more) ;;
	*) fail "no checks are called '$group', see --help" ;;
	esac
done
case $series-" $* " in
6.12-*" locks "*) fail "there is no kernel with lock debugging of 6.12" ;;
6.12-*" more "*) fail "there is no kernel stock-more of 6.12" ;;
esac
[ -x "$coherer" ] || fail "$coherer is missing: run make"
mkdir -p "$runs"
for group; do "check_$group"; done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
