#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Boots a kernel of build/linux/NAME with the workload, under plain QEMU:
#
#   guests/linux/boot.sh [--print] [--tests A,B,...] NAME [-- QEMU ARGUMENT...]
#
#   --print   only prints the command line, one that a shell can split at blanks:
#             build/coherer watch --symbols build/linux/NAME/vmlinux -- \
#                     $(guests/linux/boot.sh --print NAME)
#   --tests   runs these tests of the workload only (`workload` lists them); with a - before
#             the first: all but these
#
# QEMU takes the last -append only: with one behind --, the tests are named there,
# -append "tests=A,B coherer=lazy".
#
# The exit status is QEMU's; 2 if something is missing.  QEMU names the emulator
# to run (default: qemu-system-arm).
set -eu

usage() { sed -n '4,18s/^# \{0,1\}//p' "$0"; }
fail() { echo "boot.sh: $*" >&2; exit 2; }

print=
tests=
while [ $# -gt 0 ]; do
	case $1 in
	-h | --help) usage; exit 0 ;;
	--print) print=yes ;;
	--tests) [ $# -ge 2 ] || fail "--tests needs a list"; tests=$2; shift ;;
	-*) fail "unknown option '$1', see --help" ;;
	*) break ;;
	esac
	shift
done
[ $# -ge 1 ] || { usage >&2; exit 2; }
name=$1
shift
if [ $# -gt 0 ]; then
	[ "$1" = -- ] || fail "unexpected argument '$1'; QEMU's arguments go behind '--'"
	shift
fi

case " $* " in
*" -append "*) [ -z "$tests" ] || fail "--tests and -append: use -append \"tests=$tests ...\"" ;;
esac

top=$(cd "$(dirname "$0")/../.." && pwd)
out=$top/build/linux
for f in "$name/zImage" "$name/versatile-pb.dtb"; do
	[ -f "$out/$f" ] || fail "$out/$f is missing: run guests/linux/kernel.sh $name"
done
[ -f "$out/initramfs.cpio" ] || fail "$out/initramfs.cpio is missing: run guests/linux/initramfs.sh"

# The core for which the kernel was built, if it is not the board's own.
cpu=$(cat "$out/$name/cpu" 2>/dev/null) || cpu=

# No blank within an argument, for --print: the kernel carries its own command
# line, see config, and -append only adds to it.  -icount with sleep=off, and a
# clock that is not the host's: the same instructions in every run, and no waiting for timers.
set -- "${QEMU:-qemu-system-arm}" -M versatilepb ${cpu:+-cpu "$cpu"} -m 128 \
	-kernel "$out/$name/zImage" -dtb "$out/$name/versatile-pb.dtb" \
	-initrd "$out/initramfs.cpio" -append "tests=$tests" \
	-nographic -no-reboot -audio none -icount shift=4,sleep=off \
	-rtc base=2026-01-01,clock=vm "$@"
if [ -n "$print" ]; then
	echo "$*"
else
	exec "$@"
fi
