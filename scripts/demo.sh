#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# The README's first command, after building: runs a guest that lacks one cache
# clean under coherer watch.  Succeeds if the bug was reported.
set -eu
cd "$(dirname "$0")/.."

guest=build/guests/user-kernel-bug.elf
set -- build/coherer watch --symbols $guest -- \
	qemu-system-arm -M versatilepb -m 32 -kernel $guest \
	-nographic -no-reboot -audio none -monitor none -serial stdio
echo "+ $*"
status=0
"$@" </dev/null || status=$?
echo
if [ "$status" != 1 ]; then
	echo "demo: expected exit status 1 (something found), got $status" >&2
	exit 1
fi
echo "demo: the planted bug was found.  The guest is guests/user-kernel.c; the"
echo "program without the bug, build/guests/user-kernel.elf, gives no report."
