#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Runs a stock Linux with Debian's user space under `coherer watch` and compares the
# reports with what is known to be true:
#
#   guests/debian/check.sh [--tests A,B,...] [--lax] [--plant NAME] [plain|iommu]...
#
#   --tests   these tests or groups only (guests/debian/guest/tests.sh); `short` is one
#   --plant   on the kernel with the bug of guests/debian/plant/NAME.edit; compared is what that
#             file expects
#   --lax     does not compare the reports, only prints how many there were
#
# plain and iommu say how virtio devices are attached, see run.sh; without a name: both.
# debian.expect beside this script lists the reports, with the reason why each is true
# (judge.py of guests/linux); one that is not listed is a failure.  With --tests its
# `expect` lines count as `allow`: what was not run cannot give its report.
# The workload must finish, with every test ok.
# Leaves build/debian/NAME/{reports.json,reports.txt,console.txt}; NAME is BUG-plain with --plant.
# COHERER names the program under test (default: build/coherer).
# Exits 0 if all passed, 1 if not, 2 if something needed is missing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
coherer=${COHERER:-$top/build/coherer}

usage() { sed -n '4,24s/^# \{0,1\}//p' "$0"; }
fail() { echo "check.sh: $*" >&2; exit 2; }

tests=
lax=
plant=
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help) usage; exit 0 ;;
	--tests) [ $# -ge 2 ] || fail "--tests needs a list"; tests=$2; shift ;;
	--lax) lax=yes ;;
	--plant) [ $# -ge 2 ] || fail "--plant needs a name"; KERNEL=$2 plant=$here/plant/$2.edit; shift ;;
	-*) fail "unknown option '$1', see --help" ;;
	*) break ;;
	esac
	shift
done
[ $# -gt 0 ] || set -- plain iommu
export KERNEL=${KERNEL:-debian}
kernel=$top/build/linux/$KERNEL
[ -z "$plant" ] || [ -f "$plant" ] || fail "no bug is named '${KERNEL}'; there are: $(cd "$here/plant" && echo *.edit)"
[ -x "$coherer" ] || fail "$coherer is missing: run make"
[ -f "$kernel/vmlinux" ] || fail "$kernel/vmlinux is missing: run guests/linux/kernel.sh $KERNEL"

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
	grep -aq '^# debian done' "$1" || echo "the workload did not finish"
	grep -a '^not ok' "$1" | head -n 1 | tr -d '\r'
}

# What judge.py says of the reports in $dir; its status is in $found.
judge() {
	found=0
	expectations=$here/debian.expect
	if [ -n "$plant" ]; then
		expectations=$plant
	elif [ -n "$tests" ]; then
		expectations=$dir/expect
		sed 's/^expect /allow /' "$here/debian.expect" >"$expectations"
	fi
	said=$("$here/../linux/judge.py" "$dir/reports.json" "$expectations" 2>&1) || found=$?
	[ -z "$lax" ] || found=0
}

check() {
	dir=$top/build/debian/${plant:+$KERNEL-}$1
	mkdir -p "$dir"
	rm -f "$dir/reports.json"
	command=$("$here/run.sh" --print --virtio "$1" --tests "$tests")
	start=$(date +%s)
	status=0
	# shellcheck disable=SC2086 # a list of words, see run.sh --print
	"$coherer" watch --symbols "$kernel/vmlinux" --modules "$kernel" --json "$dir/reports.json" -- $command \
		</dev/null >"$dir/console.txt" 2>"$dir/reports.txt" || status=$?
	seconds=$(($(date +%s) - start))

	if [ "$status" -gt 1 ]; then
		verdict "not ok" "$1" "$seconds" "coherer failed with $status, see $dir/reports.txt"
		return
	fi
	why=$(incomplete "$dir/console.txt" | head -n 1)
	if [ -n "$why" ]; then
		verdict "not ok" "$1" "$seconds" "$why, see $dir/console.txt"
		return
	fi
	judge
	if [ "$found" != 0 ]; then
		verdict "not ok" "$1" "$seconds" "$said"
	else
		verdict ok "$1" "$seconds" "$said"
	fi
}

for name; do
	case $name in
	plain | iommu) ;;
	*) fail "no configuration is named '$name', see --help" ;;
	esac
done
[ -f "$top/build/debian/made-from" ] || fail "there are no disks: run guests/debian/image.sh"
for name; do
	check "$name"
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
