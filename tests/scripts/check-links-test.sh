#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause
#
# Does scripts/check-links.sh find a dead link, and nothing else?  In a small tree of its own.
# Exits 0 if so, 1 if not.
set -eu
here=$(cd "$(dirname "$0")/../.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT

fail() {
	echo "check-links-test: $1; the output was:" >&2
	sed 's/^/    /' "$tree/output" >&2
	exit 1
}

mkdir -p "$tree/docs" "$tree/build"
echo '[a](docs/b.md), [c](docs/), [web](https://example.org/none.md), [here](#below)' >"$tree/a.md"
echo '[back](../a.md#part) and [self](b.md)' >"$tree/docs/b.md"
echo '[generated](none.md)' >"$tree/build/c.md"
"$here/scripts/check-links.sh" "$tree" >"$tree/output" 2>&1 || fail "a tree without a dead link is refused"

printf '%s\n' '' '[back](../a.md) and [dead](../b.md#part)' >"$tree/docs/d.md"
! "$here/scripts/check-links.sh" "$tree" >"$tree/output" 2>&1 || fail "a dead link is not found"
[ "$(cat "$tree/output")" = "docs/d.md:2: no such file: ../b.md" ] || fail "other words than expected"
