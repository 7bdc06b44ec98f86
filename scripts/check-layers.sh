#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Who may include whom (docs/architecture.md).  Fails on the first-party #include
# that crosses a border, naming file and line.
#
#   scripts/check-layers.sh [DIRECTORY]
set -eu
cd "${1:-$(dirname "$0")/..}"

# folder: the folders that it may include from, beside itself
rules='model:
watch:model
cli:model watch
bench:watch'

status=0
echo "$rules" | while IFS=: read -r layer allowed; do
	[ -d "$layer" ] || continue
	for f in $(find "$layer" -name '*.[ch]'); do
		grep -nE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' "$f" |
		while IFS= read -r line; do
			target=$(echo "$line" | sed 's/.*"\([^"]*\)".*/\1/')
			case $target in */*) from=${target%%/*} ;; *) from=$layer ;; esac
			case " $layer $allowed " in
			*" $from "*) ;;
			*) echo "$f:${line%%:*}: $layer/ may not include from $from/ ($target)" ;;
			esac
		done
	done
done >"${TMPDIR:-/tmp}/check-layers.$$"
if [ -s "${TMPDIR:-/tmp}/check-layers.$$" ]; then
	cat "${TMPDIR:-/tmp}/check-layers.$$" >&2
	status=1
fi
rm -f "${TMPDIR:-/tmp}/check-layers.$$"
exit $status
