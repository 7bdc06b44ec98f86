#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Completions of asynchronous I/O that come amid each other (docs/interrupts.md), under plain QEMU:
#
#   guests/linux/check-aio.sh NAME...
#   guests/linux/check-aio.sh --judge NAME CONSOLE   a console of another run
#
# stock must lose some, every other kernel none: irqsave, which is stock but for the walk of
# user aliases, which leaves interrupts as they are, and coherer, whose walk takes no lock.
# Exits 0 if so, 1 if not, 2 if something needed is missing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=$(cd "$here/../.." && pwd)/build/linux

usage() { sed -n '4,11s/^# \{0,1\}//p' "$0"; }
case ${1:-} in
-h | --help) usage; exit 0 ;;
'') usage >&2; exit 2 ;;
esac

# Of kernel $1, by its console $2.
judge() {
	lost=$(grep -a 'completions were lost' "$2" | head -n 1 | tr -d '\r#' | sed 's/^ *//; s/ (errno.*//')
	if ! grep -aq '^# workload done' "$2"; then
		echo "not ok - $1: the workload did not finish, see $2"
	elif [ "$1" = stock ] && [ -n "$lost" ]; then
		echo "ok - stock: $lost, as they must be"
	elif [ "$1" = stock ]; then
		echo "not ok - stock: no completion was lost, see $2"
	elif grep -aq '^ok 1 hole-aio' "$2"; then
		echo "ok - $1: no completion was lost"
	else
		echo "not ok - $1: ${lost:-hole-aio failed}, see $2"
	fi
}

if [ "$1" = --judge ]; then
	[ $# -eq 3 ] || { echo "check-aio.sh: expected a name and a console, see --help" >&2; exit 2; }
	[ -f "$3" ] || { echo "check-aio.sh: $3 is missing" >&2; exit 2; }
	said=$(judge "$2" "$3")
	echo "$said"
	case $said in ok*) exit 0 ;; *) exit 1 ;; esac
fi

for name; do
	[ -f "$out/$name/zImage" ] || {
		echo "check-aio.sh: $out/$name/zImage is missing: run guests/linux/kernel.sh $name" >&2
		exit 2
	}
done
failed=0
for name; do
	console=$out/$name/console-aio.txt
	"$here/boot.sh" --tests hole-aio "$name" </dev/null >"$console" 2>&1 || true
	said=$(judge "$name" "$console")
	echo "$said"
	case $said in ok*) ;; *) failed=1 ;; esac
done
exit $failed
