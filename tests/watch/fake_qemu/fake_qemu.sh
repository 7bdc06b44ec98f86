#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Plays a QEMU that fails, for the set-up errors of coherer watch.  What it does
# is in FAKE_QEMU: old, foreign, no-plugins, dies, killed,
# holds-pipe, stubborn; anything else ends at once without a word.
case "$1" in
--version)
	case "$FAKE_QEMU" in
	old) echo "QEMU emulator version 7.2.17 (Debian 1:7.2)" ;;
	foreign) echo "GNU fake, version 5.2" ;;
	*) echo "QEMU emulator version 10.0.2" ;;
	esac
	exit 0
	;;
-help)
	echo "usage: fake"
	[ "$FAKE_QEMU" = no-plugins ] || echo "-plugin [file=]<file>[,<argname>=<argvalue>]"
	exit 0
	;;
esac
case "$FAKE_QEMU" in
dies) echo "fake: cannot go on" >&2; exit 1 ;;
killed) kill -SEGV $$ ;;
holds-pipe) sleep 30 & exit 1 ;; # a child that keeps the pipe open
stubborn) trap '' INT TERM; while :; do sleep 1; done ;;
esac
exit 0
