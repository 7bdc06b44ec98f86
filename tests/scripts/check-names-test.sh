#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Does scripts/check-names.sh find two static functions of one name, and nothing else?
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
mkdir "$tree/src"

expect() { # STATUS OUTPUT
	status=0
	output=$("$here/scripts/check-names.sh" "$tree" 2>&1) || status=$?
	[ "$status" = "$1" ] && [ "$output" = "$2" ] && return
	echo "check-names-test: expected $1: $2" >&2
	echo "check-names-test: but it is $status: $output" >&2
	exit 1
}

echo 'int none(void);' >"$tree/src/a.c"
expect 1 'check-names: no static function in src/'
printf '%s\n' 'static int one(int x);' 'static int one(int x)' 'static const int two[2];' \
	'static struct a *three(void)' >"$tree/src/a.c"
printf '%s\n' 'static bool four(int one,' 'int two(void)' >"$tree/src/b.c"
expect 0 ''
printf '%s\n' 'static inline void three(void)' >"$tree/src/b.h"
expect 1 'check-names: three is more than one function: src/a.c:4 src/b.h:1'
echo "check-names: 3 of 3 as expected"
