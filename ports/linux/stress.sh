#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Runs the workload of guests/linux again and again on Linux with the layer, in one boot, for what
# comes only with time:
#
#   ports/linux/stress.sh [watch|locks]...
#
#   watch   the kernel `coherer` under `coherer watch`: no report
#   locks   the kernel `coherer-debug` under QEMU alone: lock debugging finds nothing
#
# Without a name, both, one after the other, each for MINUTES (default: 30).  In both every test
# must hold in every round, the kernel warn of nothing, the layer find nothing wrong with itself,
# and neither memory nor the work of a round grow: what is not taken out of a map is walked
# again each time.  OPTIONS is put on the kernel's command line (coherer=lazy).
# Leaves console and reports in build/linux/coherer/runs.  COHERER names the program under test.
# Exits 0 if all is well, 1 if not, 2 if something needed is missing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
out=$top/build/linux
runs=$out/coherer/runs
coherer=${COHERER:-$top/build/coherer}
minutes=${MINUTES:-30}

case ${1:-} in
-h | --help) sed -n '4,18s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac
fail() { echo "stress.sh: $*" >&2; exit 2; }
case $minutes in
'' | *[!0-9]*) fail "MINUTES is '$minutes', expected a number" ;;
esac
[ $# -gt 0 ] || set -- watch locks
for kind; do
	case $kind in
	watch) kernel=coherer ;;
	locks) kernel="coherer-debug" ;;
	*) fail "no runs are called '$kind', see --help" ;;
	esac
	[ -f "$out/$kernel/vmlinux" ] ||
		fail "$out/$kernel/vmlinux is missing: run guests/linux/kernel.sh $kernel"
done
[ -x "$coherer" ] || fail "$coherer is missing: run make"
mkdir -p "$runs"
folder=$(mktemp -d)
child=
trap '[ -z "$child" ] || kill "$child" 2>/dev/null || :; rm -rf "$folder"' EXIT
trap 'exit 1' INT TERM HUP
mkfifo "$folder/keyboard"
passed=0
failed=0

verdict() {
	if [ "$1" = ok ]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
	echo "$1 - $2"
}

last_round() { grep -a ' round of ' "$1" | tail -n 1 | tr -d '\r'; }

# Waits for $child, whose console is $1.  When the time is up a line is typed, and the guest ends
# after its round; for that it has another ten minutes.
attend() {
	end=$(($(date +%s) + minutes * 60))
	typed=
	shown=0
	while kill -0 "$child" 2>/dev/null; do
		sleep 2
		now=$(date +%s)
		if [ $((now - shown)) -ge 60 ]; then
			echo "$((end - now)) s to go: $(last_round "$1")" >&2
			shown=$now
		fi
		if [ -z "$typed" ] && [ "$now" -ge "$end" ]; then
			echo >&3
			typed=yes
		fi
		[ "$now" -lt $((end + 600)) ] || kill "$child" 2>/dev/null || :
	done
}

# Boots with the rest of the arguments; the exit status is in $status.
run() {
	console=$1
	said=$2
	shift 2
	rm -f "$console" "$said"
	exec 3<>"$folder/keyboard"
	"$@" <"$folder/keyboard" 3>&- >"$console" 2>"$said" &
	child=$!
	attend "$console"
	status=0
	wait "$child" || status=$?
	child=
	exec 3>&-
}

# What is wrong in console log $1; nothing if nothing is.
complaint() {
	grep -aE '^not ok|WARNING:|BUG:|INFO: |Oops|coherer: VMA|flushed from now on' "$1" |
		head -n 1 | tr -d '\r'
	grep -aq '^# workload done' "$1" || echo "the workload did not finish"
}

# What grew from the second round on (the first fills slabs and the page cache): more than a
# tenth more work in a round, or more memory taken than 2 MiB.
growth() {
	tr -d '\r' <"$1" | awk '
		/^ok [0-9]+ round of / {
			n++
			for (i = 1; i < NF; i++)
				if ($i ~ /:$/) is[$i] = $(i + 1)
			for (what in is) {
				if (n == 2) first[what] = is[what] - was[what]
				if (n == 2) start[what] = is[what]
				last[what] = is[what] - was[what]
				was[what] = is[what]
			}
		}
		END {
			if (n < 3) exit
			for (what in is)
				if (what !~ /^(MemFree|SUnreclaim):/ && last[what] > 1.1 * first[what])
					print what, first[what], "in the second round,", last[what], "in the last"
			if (start["MemFree:"] - is["MemFree:"] > 2048)
				print "memory:", start["MemFree:"], "KiB were free, now", is["MemFree:"]
			if (is["SUnreclaim:"] - start["SUnreclaim:"] > 2048)
				print "slabs:", start["SUnreclaim:"], "KiB, now", is["SUnreclaim:"]
		}'
}

# Prints the verdict on run $1, whose console is $2; $3 is what is wrong with it so far.
judge() {
	why=$3
	[ -n "$why" ] || why=$(complaint "$2" | head -n 1)
	[ -n "$why" ] || why=$(growth "$2" | head -n 1)
	rounds=$(grep -ac '^ok [0-9]* round of ' "$2") || :
	[ -n "$why" ] || [ "$rounds" -gt 0 ] || why="none ended: is the initramfs up to date?"
	if [ -n "$why" ]; then
		verdict "not ok" "$1: $rounds rounds, then $why; see $2"
	else
		verdict ok "$1: $rounds rounds in $minutes minutes"
	fi
}

# The kernel's command line, for QEMU's last -append.
append="rounds=1000000${OPTIONS:+ $OPTIONS}"

stress_watch() {
	# shellcheck disable=SC2046 # a list of words, see boot.sh --print
	run "$runs/stress-watch.console" "$runs/stress-watch.txt" \
		"$coherer" watch --symbols "$out/coherer/vmlinux" --json "$runs/stress-watch.json" -- \
		$("$top/guests/linux/boot.sh" --print coherer) -append "$append"
	why=
	[ "$status" = 0 ] || why="coherer exited with $status, see $runs/stress-watch.txt"
	! grep -q '^coverage was incomplete' "$runs/stress-watch.txt" ||
		why="coverage was incomplete, see $runs/stress-watch.txt"
	judge watch "$runs/stress-watch.console" "$why"
}

stress_locks() {
	# shellcheck disable=SC2046 # a list of words, see boot.sh --print
	run "$runs/stress-locks.console" "$runs/stress-locks.txt" \
		$("$top/guests/linux/boot.sh" --print coherer-debug) -append "$append"
	why=
	[ "$status" = 0 ] || why="QEMU exited with $status, see $runs/stress-locks.txt"
	judge locks "$runs/stress-locks.console" "$why"
}

for kind; do
	"stress_$kind"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
