#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# A corpus of broken litmus files, each with the message that it must get: tests/check/broken.
#
#   tests/cli/check-broken.sh [--update]
#
# With --update the messages are written anew: read the difference.
set -eu
cd "$(dirname "$0")/../../tests/check/broken"
coherer=${COHERER:-../../../build/coherer}
now=$(mktemp)
trap 'rm -f "$now"' EXIT

for file in *.litmus; do
	got=0
	message=$("$coherer" check --no-example "$file" 2>&1 | grep -m 1 error:) || got=1
	"$coherer" check "$file" >/dev/null 2>&1 && code=0 || code=$?
	[ "$got" = 0 ] && [ "$code" = 2 ] || message="$file: no error, exit status $code"
	echo "$message"
done >"$now"

if [ "${1:-}" = --update ]; then
	cp "$now" messages.txt
elif diff messages.txt "$now"; then
	echo "check-broken: $(wc -l <messages.txt) messages as expected"
else
	echo "check-broken: tests/check/broken/messages.txt is not what coherer check says" >&2
	exit 1
fi
