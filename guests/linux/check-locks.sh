#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Boots kernels with lock debugging (NAME-debug, see kernel.sh) under plain QEMU, with the
# whole workload, and looks for what they complain of:
#
#   guests/linux/check-locks.sh stock|coherer|fixed...
#   guests/linux/check-locks.sh --judge stock|coherer|fixed CONSOLE   a console of another run
#
# stock must complain: flush_dcache_page from the completion of asynchronous I/O turns
# interrupts on (docs/interrupts.md).  coherer and fixed must not complain of anything.
# Exits 0 if so, 1 if not, 2 if something needed is missing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "$here/../.." && pwd)/build/linux

case ${1:-} in
-h | --help) sed -n '4,12s/^# \{0,1\}//p' "$0"; exit 0 ;;
esac

complaints() {
	grep -aE 'WARNING:|BUG:|possible recursive|inconsistent lock state|INFO: possible' "$1" |
		tr -d '\r'
}

# The kernel complains of interrupts that are on, and the way there is the completion's.
is_the_hole() {
	grep -aqE 'raw_local_irq_restore\(\) called with IRQs enabled|hardirqs (last|were)' "$1" &&
		grep -aq 'aio_complete' "$1"
}

# Of kernel $1, by its console $2.
judge() {
	if ! grep -aq '^# workload done' "$2"; then
		echo "not ok - $1: the workload did not finish, see $2"
	elif grep -aq '^not ok' "$2"; then
		echo "not ok - $1: $(grep -a '^not ok' "$2" | head -n 1 | tr -d '\r')"
	elif [ "$1" = stock ] && is_the_hole "$2"; then
		echo "ok - stock: complains, as it must: $(complaints "$2" | head -n 1)"
	elif [ "$1" = stock ]; then
		echo "not ok - stock: no complaint of interrupts in aio_complete, see $2"
	elif [ -n "$(complaints "$2")" ]; then
		echo "not ok - $1: $(complaints "$2" | head -n 1), see $2"
	else
		echo "ok - $1: no complaint"
	fi
}

check_name() {
	case $1 in stock | coherer | fixed) ;; *)
		echo "check-locks.sh: expected stock, coherer or fixed, found '$1'; see --help" >&2
		exit 2 ;;
	esac
}

if [ "${1:-}" = --judge ]; then
	[ $# -eq 3 ] || { echo "check-locks.sh: expected a name and a console, see --help" >&2; exit 2; }
	check_name "$2"
	[ -f "$3" ] || { echo "check-locks.sh: $3 is missing" >&2; exit 2; }
	said=$(judge "$2" "$3")
	echo "$said"
	case $said in ok*) exit 0 ;; *) exit 1 ;; esac
fi

[ $# -gt 0 ] || { sed -n '4,12s/^# \{0,1\}//p' "$0" >&2; exit 2; }
failed=0
for name; do
	check_name "$name"
	console=$out/$name-debug/console.txt
	[ -f "$out/$name-debug/zImage" ] || {
		echo "check-locks.sh: run guests/linux/kernel.sh $name-debug first" >&2
		exit 2
	}
	"$here/boot.sh" "$name-debug" </dev/null >"$console" 2>&1 || true
	said=$(judge "$name" "$console")
	echo "$said"
	case $said in ok*) ;; *) failed=1 ;; esac
done
exit $failed
